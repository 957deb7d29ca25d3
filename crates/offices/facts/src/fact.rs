//! Writing facts: with the act they tell of, in its transaction.

use kernel::World;
use kernel::locale::Locale;
use kernel::time::Instant;
use store::{Error, Row, Statement, Tx, Value};
use uuid::Uuid;

use crate::kind::{Kind, Measure};

store::id! {
    /// One fact.
    pub FactId
}

/// The topic told after a commit that changed a number.
pub const TOPIC: &str = "facts";

/// A fact that says only that another does not hold.
pub const VOID: Kind = Kind { name: "fact.void", value: Measure::Nothing };

store::statements! {
    /// One fact; nothing where another was faster to supersede the same one.
    INSERT = "INSERT INTO fact (id, kind, occurred_at, recorded_at, day, unit, place, topic, channel, locale, cohort, value, subject, supersedes)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ON CONFLICT (supersedes) WHERE supersedes IS NOT NULL DO NOTHING";
    /// Pending, if it was written.
    PENDING = "INSERT INTO fact_pending (fact_id) SELECT id FROM fact WHERE id = $1";
    /// The facts of a kind at an instant that still hold, the newest first.
    LIVE = "SELECT f.id, f.kind, f.occurred_at, f.unit, f.place, f.topic, f.channel, f.locale, f.cohort, f.value, f.subject FROM fact f
        WHERE f.kind = $1 AND f.occurred_at = $2 AND f.subject = $3
          AND NOT EXISTS (SELECT 1 FROM fact s WHERE s.supersedes = f.id)
        ORDER BY f.id DESC LIMIT 1";
    /// A fact that still holds.
    ONE = "SELECT f.id, f.kind, f.occurred_at, f.unit, f.place, f.topic, f.channel, f.locale, f.cohort, f.value, f.subject FROM fact f
        WHERE f.id = $1 AND NOT EXISTS (SELECT 1 FROM fact s WHERE s.supersedes = f.id)";
}

/// Along what a fact can be counted. Codes only: nothing that leads to a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dims {
    /// The division (課) that answers for it.
    pub unit: Option<Uuid>,
    /// The counter, facility or area.
    pub place: Option<Uuid>,
    /// The service's or category's code, at most 80 letters.
    pub topic: Option<String>,
    /// Through which door it came, at most 20 letters.
    pub channel: Option<String>,
    /// The language somebody chose.
    pub locale: Option<Locale>,
    /// A coarse code somebody gave of themselves, at most 40 letters.
    pub cohort: Option<String>,
}

/// A fact before it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFact {
    /// Its kind.
    pub kind: &'static Kind,
    /// When it happened; may be long ago.
    pub occurred_at: Instant,
    /// Along what it can be counted.
    pub dims: Dims,
    /// Its number, as the kind says.
    pub value: i64,
    /// The case, so that the fact can be taken back; none where nothing may lead to the case.
    pub subject: Option<Uuid>,
}

impl NewFact {
    fn params(&self, world: &World, id: FactId, supersedes: Option<FactId>) -> Vec<Value> {
        let Dims { unit, place, topic, channel, locale, cohort } = &self.dims;
        vec![
            id.into(),
            self.kind.name.into(),
            self.occurred_at.into(),
            world.now().into(),
            self.occurred_at.day().into(),
            (*unit).into(),
            (*place).into(),
            topic.as_deref().into(),
            channel.as_deref().into(),
            locale.map(Locale::code).into(),
            cohort.as_deref().into(),
            self.value.into(),
            self.subject.into(),
            supersedes.into(),
        ]
    }
}

/// The statements that write a fact, for a caller that sends them together with its own (`tx.pipeline`): then a fact costs
/// no round trip. The caller announces [`TOPIC`].
#[must_use]
pub fn steps(world: &World, fact: &NewFact) -> [(&'static Statement, Vec<Value>); 2] {
    write(world, world.id(), fact, None)
}

fn write(
    world: &World,
    id: FactId,
    fact: &NewFact,
    supersedes: Option<FactId>,
) -> [(&'static Statement, Vec<Value>); 2] {
    const STEPS: [&Statement; 2] = [&INSERT, &PENDING];
    [(STEPS[0], fact.params(world, id, supersedes)), (STEPS[1], vec![id.into()])]
}

/// Writes a fact.
///
/// # Errors
/// Any storage error; a constraint when a code is longer than allowed.
pub async fn record(tx: &mut Tx<'_>, world: &World, fact: &NewFact) -> Result<FactId, Error> {
    let id = world.id();
    tx.pipeline(&write(world, id, fact, None)).await?;
    tx.announce(TOPIC);
    Ok(id)
}

/// Writes many facts, at most 500 in one transaction.
///
/// # Errors
/// As [`record`].
pub async fn record_all(tx: &mut Tx<'_>, world: &World, facts: &[NewFact]) -> Result<(), Error> {
    let ids: Vec<FactId> = facts.iter().map(|_| world.id()).collect();
    let rows: Vec<_> = facts.iter().zip(&ids).map(|(fact, id)| fact.params(world, *id, None)).collect();
    tx.batch(&INSERT, &rows).await?;
    let rows: Vec<_> = ids.iter().map(|id| vec![(*id).into()]).collect();
    tx.batch(&PENDING, &rows).await?;
    if !facts.is_empty() {
        tx.announce(TOPIC);
    }
    Ok(())
}

/// Takes back the fact of `kind` about `subject` that happened at `occurred_at`: a new fact supersedes it. False when there
/// is none that still holds.
///
/// # Errors
/// Any storage error.
pub async fn void(
    tx: &mut Tx<'_>,
    world: &World,
    kind: &Kind,
    subject: Uuid,
    occurred_at: Instant,
) -> Result<bool, Error> {
    let Some(row) = tx.opt(&LIVE, &[kind.name.into(), occurred_at.into(), subject.into()]).await? else {
        return Ok(false);
    };
    supersede(tx, world, row.get(0)?, &NewFact { kind: &VOID, value: 0, ..held(&row)? }).await
}

/// Why a fact was not corrected.
#[derive(Debug, thiserror::Error)]
pub enum CorrectError {
    /// There is no such fact, or another has taken its place already.
    #[error("no such fact that still holds")]
    NotHeld,
    /// Storage.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Puts `fact` in the place of one that turned out wrong. The wrong one stays readable, struck.
///
/// # Errors
/// [`CorrectError`].
pub async fn correct(tx: &mut Tx<'_>, world: &World, wrong: FactId, fact: &NewFact) -> Result<(), CorrectError> {
    let held = tx.opt(&ONE, &[wrong.into()]).await?.is_some();
    if held && supersede(tx, world, wrong, fact).await? { Ok(()) } else { Err(CorrectError::NotHeld) }
}

/// False when another was faster.
async fn supersede(tx: &mut Tx<'_>, world: &World, old: FactId, fact: &NewFact) -> Result<bool, Error> {
    let written = tx.pipeline(&write(world, world.id(), fact, Some(old))).await?;
    tx.announce(TOPIC);
    Ok(written.first() == Some(&1))
}

/// What a fact that still holds says, but for its kind and number.
fn held(row: &Row) -> Result<NewFact, Error> {
    let dims = Dims {
        unit: row.get(3)?,
        place: row.get(4)?,
        topic: row.get(5)?,
        channel: row.get(6)?,
        locale: row.get(7)?,
        cohort: row.get(8)?,
    };
    Ok(NewFact { kind: &VOID, occurred_at: row.get(2)?, dims, value: 0, subject: row.get(10)? })
}
