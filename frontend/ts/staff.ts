// The back office.
import "./page";
import "./live";
import "./share";
import "./calendar";
import "./qr";
import "./keys";
