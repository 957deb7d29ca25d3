//! 電話してほしい: a resident leaves a number, the division behind a counter calls by a day that is said at once.
//!
//! # Using it
//! * residents: [`may_ask()`] in a transaction of its own, then [`ask()`]; [`one()`] for the page that says by when;
//! * staff: [`waiting()`] for the list (nothing in it speaks of a person), [`one()`] together with `people::look` for the
//!   number to call, [`answer()`] for what came of it;
//! * background: [`forget()`] every hour.
//!
//! # Invariants
//! * **Asked once.** The id is made before the form is sent: a double tap is one request.
//! * **It ends once.** Only an open request is called, closed or counted as not reached, and two clerks who press at
//!   once count one call.
//! * **What speaks of a person is one row** (`callback_contact`), deleted [`KEEP_DAYS`] days after the end, and
//!   [`KEEP_OPEN_DAYS`] days after the promised day if it never ended.

mod answer;
mod ask;
mod due;
mod forget;
mod model;
mod read;
#[cfg(test)]
mod tests;

pub use answer::{Answer, AnswerError, answer};
pub use ask::{Ask, AskError, ask, may_ask};
pub use due::due;
pub use forget::{CONTACT, KEEP_DAYS, KEEP_OPEN_DAYS, forget};
pub use model::{Callback, CallbackId, Contact, Number, State, Wanted};
pub use read::{one, waiting};

/// Every statement of this crate, module by module.
pub const STATEMENTS: &[&[store::Statement]] =
    &[answer::STATEMENTS, ask::STATEMENTS, forget::STATEMENTS, read::STATEMENTS];
