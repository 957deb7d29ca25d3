//! What residents say afterwards: satisfaction and one line.
//!
//! A service asks one question when it is done, never in front of the clerk: how was it, 1 to 5, and one line if the
//! resident wants to. What always holds:
//! * **One voice for a case**: a second answer to the same case is not counted, whoever sends it (UNIQUE on the case).
//! * **Nobody can be found by a voice**: it holds no name or contact; the link to the case dies with the case, the
//!   line is emptied after its time, and published figures leave out every group of fewer than [`LEAST`] voices,
//!   also where it could be worked out from the others.
//!
//! Whether somebody may answer for a case (the secret of their visit) is the face's to check.

mod lines;
pub mod metrics;
mod record;
mod summary;

pub use lines::{ERASER, Spoken, lines, sweep};
pub use metrics::{FACT_KINDS, METRICS};
pub use record::{Recorded, Score, Voice, has_spoken, record};
pub use summary::{LEAST, Public, PublicTable, Summary, Table, summary};

store::id! {
    /// One voice.
    pub VoiceId
}

/// Every statement of this office, for the registry.
pub const STATEMENTS: &[&[store::Statement]] = &[lines::STATEMENTS, record::STATEMENTS, summary::STATEMENTS];

#[cfg(test)]
mod tests;
