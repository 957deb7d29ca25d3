//! Facilities the city publishes as tables: shelters, AEDs, nurseries, parks, hydrants, whatever their columns are called.

mod columns;
mod labels;
mod parse;
mod query;
mod store;

pub use columns::Columns;
pub use labels::{Label, LabelList, LabelsKept, parse_labels, store_labels};
pub use parse::{FacilityOptions, FacilityRow, Parsed, ParsedFacilities, parse};
pub use query::{Facility, FacilityPage, FacilitySet, facility_sets, one_facility, search_facilities};
pub use store::store;

pub(crate) const STATEMENTS: &[&[::store::Statement]] = &[query::STATEMENTS, store::STATEMENTS, labels::STATEMENTS];
