//! Tests of the whole service on both engines.

mod care;
mod counter;
mod crowd;
mod facts;
mod fixture;
mod free;
mod hours;
mod letters;
mod machine;
mod races;
mod schedule;
mod story;
