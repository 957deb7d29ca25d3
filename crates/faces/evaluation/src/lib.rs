//! Programmes, their sheets and KPIs, the facts behind a number: pages for staff and for everybody, CSV, API.
//!
//! Faces hold no rules: what a sheet is, what is published and how a KPI stands, `evaluation` says; what a metric comes to,
//! `facts` says. Here it becomes words (`say`), geometry (`view/`) and pages. An anonymous page is made from
//! [`evaluation::Published`] and [`facts::PublicAnswer`] only.

mod api;
mod city;
mod csv;
mod kpis;
mod links;
mod list;
mod metric;
mod read;
mod say;
mod show;
mod staff;
mod view;

use facts::Catalogue;
use shell::{NavItem, Route};

/// The routes of this face; `catalogue` holds the metrics of all services.
#[must_use]
pub fn routes(catalogue: &Catalogue) -> Vec<Route> {
    let routes = [staff::routes(), city::routes(), api::routes()].concat();
    routes.into_iter().map(|route| route.given(catalogue.clone())).collect()
}

/// What this face puts into the back office's rail.
#[must_use]
pub fn nav() -> Vec<NavItem> {
    vec![NavItem { href: "/staff/evaluation", icon: "chart", key: "evaluation-nav", needs: None }]
}

#[cfg(test)]
mod tests;
