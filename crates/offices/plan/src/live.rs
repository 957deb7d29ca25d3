//! The one condition every reader of imported rows uses.

/// SQL that holds for live rows of a table under this alias: its batch is published, and what replaced it is not.
///
/// A literal, to be joined with `concat!`.
#[macro_export]
macro_rules! live {
    ($alias:literal) => {
        concat!(
            $alias,
            ".batch IN (SELECT seq FROM plan_batch WHERE published_at IS NOT NULL) AND (",
            $alias,
            ".replaced_by IS NULL OR ",
            $alias,
            ".replaced_by IN (SELECT seq FROM plan_batch WHERE published_at IS NULL))"
        )
    };
}
