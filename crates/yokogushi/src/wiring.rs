//! Which rooms the program has: routes of every face, metrics, erasers.

use shell::{NavItem, Route, Table, Who};

use store::erasure::Eraser;

use crate::problem::Problem;

/// How each service forgets.
pub(crate) const ERASERS: &[Eraser] = &[messages::erase::ERASER, visits::CONTACT, callbacks::CONTACT, voices::ERASER];

/// Every route of the house.
pub(crate) fn table(routes: Vec<Route>) -> Result<Table, Problem> {
    Table::new(routes).map_err(|e| Problem::new(format!("プログラムの不具合です(routes: {e})。")))
}

/// The back office's rail.
pub(crate) fn nav() -> Vec<NavItem> {
    let mut nav = face_backoffice::nav();
    let first = usize::from(!nav.is_empty());
    let services = face_visits::nav().into_iter().chain([face_callbacks::nav()]).chain(face_evaluation::nav());
    nav.splice(first..first, services);
    nav
}

/// The metrics of every service.
pub(crate) fn catalogue() -> Result<facts::Catalogue, Problem> {
    facts::Catalogue::new(&[visits::METRICS, voices::METRICS])
        .map_err(|e| Problem::new(format!("プログラムの不具合です(metrics: {e})。")))
}

/// The routes of all faces.
pub(crate) fn routes() -> Result<Vec<Route>, Problem> {
    let catalogue = catalogue()?;
    let (city, evaluation) = (face_city::routes(&catalogue), face_evaluation::routes(&catalogue));
    let facts = face_facts::routes(&catalogue);
    Ok([city, face_visits::routes(), face_callbacks::routes(), evaluation, facts, face_backoffice::routes()].concat())
}

/// `yokogushi openapi`.
pub(crate) fn print_openapi() -> Result<(), Problem> {
    let document = shell::openapi::document(&table(routes()?)?, env!("CARGO_PKG_VERSION"));
    println!("{document:#}");
    Ok(())
}

/// `yokogushi routes`: one line a route, for whoever reviews who may do what.
pub(crate) fn print_routes() -> Result<(), Problem> {
    for route in table(routes()?)?.routes() {
        let who = match route.who {
            Who::Staff(permission) => format!("{permission:?}"),
            other => format!("{other:?}"),
        };
        println!("{} {} {who} {:?} {:?}", route.method, route.path, route.side, route.kind);
    }
    Ok(())
}
