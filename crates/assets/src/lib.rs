//! Style sheets, scripts, fonts and icons, built once and embedded.
