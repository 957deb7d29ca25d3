//! Pages and API of counter visits for residents, staff and the board.

mod api;
mod desk;
mod manage;
mod refusals;
mod resident;
#[cfg(test)]
mod tests;

use kernel::World;
use people::Permission;
use shell::{App, NavItem, Route};
use store::Db;
use visits::{Availability, Congestion, Site};

/// What the handlers of this face share: free places and congestion, kept in memory; cheap to clone.
#[derive(Clone)]
pub struct Face {
    availability: Availability,
    congestion: Congestion,
}

impl Face {
    /// Begins to listen for changes; must be called inside a tokio runtime.
    #[must_use]
    pub fn new(db: &Db, world: &World) -> Self {
        Self {
            availability: Availability::new(db.clone(), world.clone()),
            congestion: Congestion::new(db.clone(), world.clone()),
        }
    }

    /// Waiting people and usual waits, as the home page tells them.
    #[must_use]
    pub fn congestion(&self) -> &Congestion {
        &self.congestion
    }

    /// The routes with what their handlers share.
    #[must_use]
    pub fn serve(&self, routes: Vec<Route>) -> Vec<Route> {
        routes.into_iter().map(|route| route.given(self.clone())).collect()
    }
}

/// Every route of this face, described; [`Face::serve`] makes them work.
#[must_use]
pub fn routes() -> Vec<Route> {
    [api::routes(), resident::routes(), desk::routes(), manage::routes()].into_iter().flatten().collect()
}

/// The rail's entries of this face.
#[must_use]
pub fn nav() -> Vec<NavItem> {
    let needs = Some(Permission::ServeCounter);
    vec![NavItem { href: "/staff/visits", icon: "calendar-check", key: "visits-nav", needs }, manage::nav()]
}

/// How the public sees this city's pages.
fn site(app: &App) -> Site {
    Site { url: app.config.public_url.origin().to_owned() }
}
