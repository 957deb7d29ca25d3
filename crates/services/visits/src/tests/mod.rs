//! Tests of the whole service on both engines.

mod care;
mod counter;
mod fixture;
mod free;
mod hours;
mod machine;
mod races;
mod story;
