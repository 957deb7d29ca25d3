//! The facts behind a number, newest first: what an official opens when they doubt it.

use kernel::day::Day;
use kernel::locale::Locale;
use kernel::time::Instant;
use store::{Error, Tx, Value};
use uuid::Uuid;

use crate::cut::{COLUMNS, Fact, fact_columns};
use crate::fact::{Dims, FactId};
use crate::question::Question;

store::statements! {
    /// Facts of a kind, newest first, from before one on.
    FACTS = concat!("SELECT ", fact_columns!("f"), ", f.id, f.recorded_at, s.id
        FROM fact f LEFT JOIN fact s ON s.supersedes = f.id
        WHERE f.kind = $1 AND f.occurred_at >= $2 AND f.occurred_at <= $3 AND (f.occurred_at < $3 OR f.id < $4)
          AND (CAST($5 AS {uuid}) IS NULL OR f.unit = $5) AND (CAST($6 AS {uuid}) IS NULL OR f.place = $6)
          AND (CAST($7 AS {text}) IS NULL OR f.topic = $7) AND (CAST($8 AS {text}) IS NULL OR f.channel = $8)
          AND (CAST($9 AS {text}) IS NULL OR f.locale = $9)
        ORDER BY f.occurred_at DESC, f.id DESC LIMIT $10");
}

/// Rows read at a time.
const STEP: usize = 500;

/// A fact behind a number. It names no case: facts lead to numbers, not to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// The fact.
    pub id: FactId,
    /// Its kind's name.
    pub kind: String,
    /// When it happened.
    pub occurred_at: Instant,
    /// The civil day it counts on.
    pub day: Day,
    /// When it was written: long after it happened, it is a late one.
    pub recorded_at: Instant,
    /// Along what it is counted.
    pub dims: Dims,
    /// The number the metric takes from it.
    pub number: i64,
    /// Whether another fact has taken its place: it is shown struck and counts no more.
    pub superseded: bool,
}

/// A place in the list: what comes after it is older.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When the last fact seen happened.
    pub occurred_at: Instant,
    /// And which it was.
    pub id: FactId,
}

/// The facts behind the total of a question, at most `limit` older than `before`. `by` plays no part.
///
/// The caller has seen to it that the question's units are the reader's own 所管.
///
/// # Errors
/// Any storage error.
pub async fn behind(
    tx: &mut Tx<'_>,
    question: &Question,
    before: Option<Cursor>,
    limit: usize,
) -> Result<Vec<Behind>, Error> {
    let mut found = Vec::new();
    for take in question.metric.series.takes {
        found.extend(of_kind(tx, question, take.kind.name, before, limit).await?);
    }
    found.sort_by_key(|fact| std::cmp::Reverse((fact.occurred_at, fact.id)));
    found.truncate(limit);
    Ok(found)
}

async fn of_kind(
    tx: &mut Tx<'_>,
    question: &Question,
    kind: &str,
    before: Option<Cursor>,
    limit: usize,
) -> Result<Vec<Behind>, Error> {
    let end = Cursor { occurred_at: question.period.until().start(), id: FactId::from(Uuid::nil()) };
    let mut at = before.filter(|it| it.occurred_at < end.occurred_at).unwrap_or(end);
    let mut found = Vec::new();
    loop {
        let rows = tx.all(&FACTS, &params(question, kind, at)).await?;
        let all = rows.len() < STEP;
        for row in rows {
            let (fact, id) = (Fact::read(&row, 0)?, row.get(COLUMNS)?);
            at = Cursor { occurred_at: fact.occurred_at, id };
            let Some(number) = question.metric.series.number(&fact.kind, fact.value) else { continue };
            if question.filter.holds(&fact) {
                found.push(Behind {
                    id,
                    occurred_at: fact.occurred_at,
                    day: fact.day,
                    recorded_at: row.get(COLUMNS + 1)?,
                    number,
                    superseded: row.get::<Option<Uuid>>(COLUMNS + 2)?.is_some(),
                    kind: fact.kind,
                    dims: fact.dims,
                });
            }
        }
        if all || found.len() >= limit {
            return Ok(found);
        }
    }
}

fn params(question: &Question, kind: &str, before: Cursor) -> Vec<Value> {
    let filter = &question.filter;
    let unit = filter.units.as_ref().filter(|units| units.len() == 1).and_then(|units| units.first().copied());
    vec![
        kind.into(),
        question.period.from().start().into(),
        before.occurred_at.into(),
        before.id.into(),
        unit.into(),
        filter.place.into(),
        filter.topic.as_deref().into(),
        filter.channel.as_deref().into(),
        filter.locale.map(Locale::code).into(),
        i64::try_from(STEP).unwrap_or(i64::MAX).into(),
    ]
}
