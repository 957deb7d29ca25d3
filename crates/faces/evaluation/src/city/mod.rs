//! Pages for everybody: programmes and their cost, metrics, their files. Only published values reach this module's handlers.

mod list;
mod metric;
mod sheet;

pub(crate) use metric::{Entry, entries, this_year};
use shell::Route;

pub(crate) fn routes() -> Vec<Route> {
    [list::routes(), sheet::routes(), metric::routes()].concat()
}
