// The residents' pages.
import "./page";
import "./live";
import "./share";
import "./calendar";
import "./worker";
