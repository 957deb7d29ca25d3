//! Types and rules every room of the house speaks: ids, time, the Japanese calendar, money, text; no I/O.
//!
//! | module | holds |
//! |---|---|
//! | [`world`] | [`World`]: the clock and the entropy source as one parameter |
//! | [`time`] | [`Instant`](time::Instant) in µs UTC, clocks, [`Stopwatch`] |
//! | [`day`] | civil [`Day`](day::Day), [`Minute`](day::Minute), [`Month`](day::Month), [`Weekday`](day::Weekday) in Japan Standard Time |
//! | [`fiscal`], [`wareki`], [`holidays`] | 年度, 和暦, 国民の祝日 and opening days |
//! | [`yen`], [`decimal`] | money; other numbers, exact |
//! | [`text`] | normalisation and the text types every form field becomes |
//! | [`locale`] | the languages of the screens |
//! | [`id!`](crate::id!) | typed UUIDv7 identifiers |
//!
//! The only contact with the outside is the real clock and the real entropy source behind
//! [`World::real`]; everything else is a pure function of its arguments.

pub mod day;
pub mod decimal;
pub mod fiscal;
pub mod holidays;
pub mod id;
pub mod locale;
pub mod text;
pub mod time;
pub mod wareki;
pub mod world;
pub mod yen;

pub use id::Id;
pub use time::Stopwatch;
pub use world::World;

#[doc(hidden)]
pub mod __private {
    //! What the [`id!`](crate::id!) macro expands to; not for use by hand.
    pub use serde;
    pub use uuid;
}
