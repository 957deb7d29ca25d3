//! What happened, in numbers: facts, their rollups, and the metrics read from them.
//!
//! A use case records a [`NewFact`] in its own transaction (`visit.called`: this wait, this counter, this day). Facts are
//! never changed, only superseded ([`void`], [`correct`]), and hold nothing personal. A [`Metric`] is a figure (a median, a
//! share) of a [`Series`] of numbers taken from facts. What always holds:
//! * **A number is as of now.** [`ask()`] reads the rollup and the facts that are not folded yet in one snapshot.
//! * **Each fact counts exactly once.** It is folded and leaves the pending ones in one transaction.
//! * **Writers do not meet.** Recording inserts two rows nobody else touches; one leased folder owns the rollup.
//! * **Everybody else reads a [`PublicAnswer`]**, which leaves small groups out; it cannot be made in another way.

mod ask;
mod behind;
mod build;
mod catalogue;
mod cut;
mod fact;
mod figure;
mod fold;
mod histogram;
mod job;
mod kind;
mod public;
mod question;
mod recount;
mod series;

pub use ask::{Answer, AskError, ask};
pub use behind::{Behind, Cursor, behind};
pub use build::{build, sweep};
pub use catalogue::{Catalogue, CatalogueError};
pub use fact::{CorrectError, Dims, FactId, NewFact, TOPIC, VOID, correct, record, record_all, steps, void};
pub use figure::{Figure, Thousandths};
pub use fold::{Folded, fold};
pub use histogram::Histogram;
pub use job::run;
pub use kind::{Better, How, Kind, Measure, Method, Metric, Scale, Series, Take};
pub use public::{LEAST, PublicAnswer};
pub use question::{By, Filter, Key, Period, Question};
pub use recount::recount;

/// Every statement of this office, for the registry.
pub const STATEMENTS: &[&[store::Statement]] =
    &[ask::STATEMENTS, build::STATEMENTS, fact::STATEMENTS, fold::STATEMENTS, recount::STATEMENTS, series::STATEMENTS];

#[cfg(test)]
mod tests;
