//! The office on both engines.

mod fixture;
mod folding;
mod properties;
mod reading;
