//! The same figures from the facts alone, without the rollup: slow, for whoever doubts.

use kernel::World;
use store::{Error, Tx};

use crate::ask::{Answer, Groups};
use crate::cut::{Fact, fact_columns};
use crate::question::Question;

store::statements! {
    /// The facts of a kind that hold.
    HELD = concat!("SELECT ", fact_columns!("f"), " FROM fact f WHERE f.kind = $1 AND f.occurred_at >= $2 AND f.occurred_at < $3
        AND NOT EXISTS (SELECT 1 FROM fact s WHERE s.supersedes = f.id)");
}

/// Answers a question from the facts alone. It must equal [`crate::ask()`] in the same snapshot, but for `pending`.
///
/// # Errors
/// Any storage error.
pub async fn recount(tx: &mut Tx<'_>, world: &World, question: &Question) -> Result<Answer, Error> {
    let mut groups = Groups::new(question);
    let (from, until) = (question.period.from().start(), question.period.until().start());
    for take in question.metric.series.takes {
        tx.each(&HELD, &[take.kind.name.into(), from.into(), until.into()], |row| {
            groups.fact(&Fact::read(&row, 0)?, 1);
            Ok(())
        })
        .await?;
    }
    Ok(groups.answer(world.now(), 0))
}
