//! Tests of the whole service on both engines.

mod fixture;
mod races;
mod story;
