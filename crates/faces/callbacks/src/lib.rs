//! 電話してほしい: the resident's question, check and done pages, and the list of staff.
//!
//! Every resident's page leads here from 「困ったときは」 (`shell/templates/layout.html`) with its own path and, where a
//! division answers for it, that division's counter.

mod draft;
mod resident;
mod staff;
#[cfg(test)]
mod tests;

use callbacks::Wanted;
use people::Permission;
use shell::{NavItem, Route};

/// Every route of this face.
#[must_use]
pub fn routes() -> Vec<Route> {
    [resident::routes(), staff::routes()].concat()
}

/// The rail's entry of this face.
#[must_use]
pub fn nav() -> NavItem {
    NavItem { href: "/staff/callbacks", icon: "phone", key: "callbacks-nav", needs: Some(Permission::ServeCounter) }
}

/// The words for when somebody is best reached.
fn when(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Morning => "callbacks-when-morning",
        Wanted::Afternoon => "callbacks-when-afternoon",
        Wanted::Any => "callbacks-when-any",
    }
}
