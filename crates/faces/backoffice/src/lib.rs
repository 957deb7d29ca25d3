//! The back office of the offices: sign-in, sessions, posts, places, messages, the audit log.
//!
//! Pages only: who may see what is in the table of routes, and every rule is in the offices. Each
//! file is one page with its forms; its template has the same name.

mod audit;
mod counters;
mod fields;
mod first_password;
mod home;
mod home_evaluation;
mod messages;
mod people;
mod person_sign_in;
mod places;
mod point;
mod posts;
mod second_factor;
mod sessions;
mod settings;
mod sign_in;
mod units;

use ::people::Permission;
use shell::{NavItem, Route};

/// All routes of this face.
pub fn routes() -> Vec<Route> {
    [
        sign_in::routes(),
        first_password::routes(),
        second_factor::routes(),
        home::routes(),
        sessions::routes(),
        people::routes(),
        person_sign_in::routes(),
        units::routes(),
        posts::routes(),
        places::routes(),
        point::routes(),
        counters::routes(),
        messages::routes(),
        audit::routes(),
        settings::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What this face puts into the rail, above and below the services.
pub fn nav() -> Vec<NavItem> {
    let item = |href, icon, key, needs| NavItem { href, icon, key, needs };
    vec![
        item("/staff", "home", "backoffice-nav-home", None),
        item("/staff/people", "people", "backoffice-nav-people", Some(Permission::ManagePeople)),
        item("/staff/units", "building", "backoffice-nav-units", Some(Permission::ManagePeople)),
        item("/staff/places", "map", "backoffice-nav-places", Some(Permission::ManagePlaces)),
        item("/staff/messages", "mail", "backoffice-nav-messages", Some(Permission::ManageMessages)),
        item("/staff/audit", "document", "backoffice-nav-audit", Some(Permission::ReadAudit)),
        item("/staff/settings", "settings", "backoffice-nav-settings", Some(Permission::Administer)),
        item("/staff/sessions", "key", "backoffice-nav-sessions", None),
    ]
}

#[cfg(test)]
mod tests;
