//! Which rooms the program has: routes of every face, statements, message kinds, erasers.

use shell::{NavItem, Route, Table};

use crate::problem::Problem;

/// Every route of the house.
pub fn table(routes: Vec<Route>) -> Result<Table, Problem> {
    Table::new(routes).map_err(|e| Problem::new(format!("プログラムの不具合です(routes: {e})。")))
}

/// The back office's rail.
pub fn nav() -> Vec<NavItem> {
    Vec::new()
}

/// `yokogushi openapi`.
pub fn print_openapi() -> Result<(), Problem> {
    let document = shell::openapi::document(&table(routes())?, env!("CARGO_PKG_VERSION"));
    println!("{document:#}");
    Ok(())
}

/// The routes of all faces.
pub fn routes() -> Vec<Route> {
    Vec::new()
}
