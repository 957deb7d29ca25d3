//! What every page shares: layout, words, routes with their rules, errors, security headers, API description.
//!
//! A face returns a list of [`Route`]s; [`Table::new`] checks them together and [`router`] serves
//! them. Every request takes the same way (`answer.rs`): language and caller → was it sent by our
//! own page → who may → limits → handler → error as a page or problem → headers. A handler takes
//! [`App`] as state, [`Ask`] and the extractors of this crate, and answers with a page
//! ([`html`]), a redirect ([`see_other`]) or a [`Refusal`].

mod address;
mod answer;
mod app;
mod ask;
mod cached;
mod city;
pub mod cookies;
mod csrf;
mod errors;
mod gzip;
mod headers;
mod input;
mod language;
mod live;
pub mod openapi;
mod own;
mod page;
pub mod qr;
mod refusal;
mod route;
mod serve;
pub mod telephone;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use address::{BadBlock, BadUrl, Block, PublicUrl, caller};
pub use answer::{Door, Peer, router};
pub use app::{App, Config};
pub use ask::Ask;
pub use cached::{CachedPage, Kept};
pub use headers::Cache;
pub use input::{Form, Json, Path, Query};
pub use live::{live, live_for_staff};
pub use openapi::ApiDoc;
pub use page::{
    Alert, Choice, CityName, ErrorLine, NavItem, Office, Page, Row, StaffLine, attachment, html, html_with, json,
    see_other,
};
pub use refusal::{FieldFault, Refusal};
pub use route::{BODY_LIMIT, Kind, Route, Side, Table, TableError, Who};
pub use serve::{Tls, TlsError, serve};
