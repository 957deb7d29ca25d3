//! The back office of what the counters offer: services, weekly hours, closed days, the order of calling.
//!
//! Everything here is of the own 所管: a counter belongs to a unit, and the post that allows managing services must
//! reach that unit. Each file is one page with its forms; [`scope`] decides whose counter it is.

mod bookings;
mod counter;
mod first_steps;
mod given;
mod hours;
mod hours_form;
mod list;
mod scope;
mod service;
mod service_form;

#[cfg(test)]
mod tests;

use people::Permission;
use shell::{NavItem, Route, Who};

/// Who may use these pages; for which counter is decided by [`scope`].
const WHO: Who = Who::Staff(Permission::ManageServices);

/// Every route of these pages.
pub(crate) fn routes() -> Vec<Route> {
    [list::routes(), service::routes(), hours::routes(), bookings::routes(), counter::routes(), first_steps::routes()]
        .into_iter()
        .flatten()
        .collect()
}

/// The entry in the rail.
pub(crate) fn nav() -> NavItem {
    NavItem { href: "/staff/services", icon: "document", key: "services-nav", needs: Some(Permission::ManageServices) }
}
