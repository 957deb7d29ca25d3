//! The catalogue of words on screens and in messages, one file per service and locale.
//!
//! Catalogues are [Fluent](https://projectfluent.org) files `locales/{ja,easy,en}/{file}.ftl`, found and embedded by
//! the build. A key is `{file}-{page}-{thing}` and stands in every locale with the same variables; a test over the
//! whole house holds us to it, and to every key being used.
//!
//! ```
//! use kernel::locale::Locale;
//! let t = words::Words::get().locale(Locale::En);
//! assert_eq!(t.with("common-minutes", [("n", 15.into())]), "15 min");
//! ```

pub mod catalogue;
pub mod dates;
mod numbers;
pub mod tongue;

pub use numbers::grouped;
pub use tongue::{Tongue, Value, Words};
