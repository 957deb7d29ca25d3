// The call board and the kiosk.
import "./live";
import "./page";
import "./voice";
