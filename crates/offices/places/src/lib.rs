//! Where the city serves and when it is open: areas, towns, facilities, counters, holidays, and the city itself.
//!
//! What was imported is published set by set: readers see the last whole file, never half of one. A point is resolved to
//! none, one, many or "near a border", and only one area far from every border may be printed as certain
//! ([`resolver::Answer::certain`]).

pub mod areas;
mod atlas;
mod city;
mod counters;
pub mod facilities;
pub mod geo;
pub mod holidays;
pub mod import;
#[cfg(test)]
mod real_data_tests;
pub mod resolver;
mod search;
mod sentence;
#[cfg(test)]
mod storage_tests;
pub mod towns;
#[cfg(test)]
mod trap_tests;

pub use atlas::{Atlas, Finding, Sheet};
pub use city::{City, city, claim_city, set_city};
pub use counters::{Counter, CounterDetails, CounterError, counter, counter_by_code, counters, put_counter};
pub use sentence::Sentence;

store::id! {
    /// A counter (窓口).
    pub CounterId
}
store::id! {
    /// An imported set of areas, towns, facilities or holidays.
    pub SetId
}
store::id! {
    /// An area or a line of a layer.
    pub AreaId
}
store::id! {
    /// A town (町字).
    pub TownId
}
store::id! {
    /// A facility.
    pub FacilityId
}

/// Every statement of this crate, module by module.
pub const STATEMENTS: &[&[store::Statement]] = &[
    areas::STATEMENTS[0],
    areas::STATEMENTS[1],
    city::STATEMENTS,
    counters::STATEMENTS,
    facilities::STATEMENTS[0],
    facilities::STATEMENTS[1],
    facilities::STATEMENTS[2],
    holidays::STATEMENTS,
    import::STATEMENTS[0],
    towns::STATEMENTS,
];
