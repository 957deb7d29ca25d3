//! The program over HTTP: the story, bad input, operation, who may do what.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may end with its reason")]

mod authorization;
mod bad_input;
mod operation;
mod outsider;
mod story;

use harness::program::{City, Content, Engine};

/// A demo city on the embedded database: what most tests need.
fn demo() -> City {
    City::new(Engine::Sqlite, Content::Demo)
}

/// Stamps a test body for both engines.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[test]
            fn on_sqlite() { super::$name(harness::program::Engine::Sqlite); }
            #[test]
            fn on_postgres() { super::$name(harness::program::Engine::Postgres); }
        }
    )+};
}
pub(crate) use on_both;
