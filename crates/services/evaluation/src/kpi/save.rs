//! Making and changing KPIs, their targets and their numbers.

use kernel::World;
use kernel::day::Day;
use kernel::decimal::Decimal;
use kernel::fiscal::FiscalYear;
use kernel::locale::Localized;
use people::{Actor, PostId};
use plan::ProgrammeId;
use store::audit::{self, Entry};
use store::{Json, Tx, Value};

use super::model::{Better, DueDay, KpiSource};
use super::{KpiId, read};

store::statements! {
    /// Whether there is such a programme.
    PROGRAMME = "SELECT 1 FROM plan_programme WHERE id = $1";
    /// A new KPI behind the others.
    INSERT = "INSERT INTO evaluation_kpi (id, programme, position, name, unit, better, source, owner, due, version, created_at, changed_at, ended_at)
        SELECT CAST($1 AS {uuid}), CAST($2 AS {uuid}), COALESCE(MAX(position), 0) + 1, CAST($3 AS {json}), CAST($4 AS {json}), CAST($5 AS {text}), CAST($6 AS {json}), CAST($7 AS {uuid}), CAST($8 AS BIGINT), 1, CAST($9 AS BIGINT), CAST($9 AS BIGINT), NULL
        FROM evaluation_kpi WHERE programme = $2";
    /// Another definition.
    UPDATE = "UPDATE evaluation_kpi SET name = $3, unit = $4, better = $5, source = $6, owner = $7, due = $8, version = version + 1, changed_at = $9 WHERE id = $1 AND version = $2 AND ended_at IS NULL";
    /// No longer followed.
    END = "UPDATE evaluation_kpi SET ended_at = $3, version = version + 1, changed_at = $3 WHERE id = $1 AND version = $2 AND ended_at IS NULL";
    /// A target.
    TARGET = "INSERT INTO evaluation_kpi_target (kpi, year, value, set_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (kpi, year) DO UPDATE SET value = excluded.value, set_at = excluded.set_at";
    /// No target.
    NO_TARGET = "DELETE FROM evaluation_kpi_target WHERE kpi = $1 AND year = $2";
    /// A number for a day.
    VALUE = "INSERT INTO evaluation_kpi_value (kpi, year, as_of, value, note, entered_at, entered_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (kpi, year, as_of) DO UPDATE SET value = excluded.value, note = excluded.note, entered_at = excluded.entered_at, entered_by = excluded.entered_by";
}

/// A KPI as somebody enters it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaveKpi {
    /// Its name.
    pub name: Localized,
    /// Its unit.
    pub unit: Localized,
    /// Which way is good.
    pub better: Better,
    /// Where its number comes from.
    pub source: KpiSource,
    /// The post that answers for it.
    pub owner: Option<PostId>,
    /// When its numbers are due.
    pub due: Option<DueDay>,
}

/// Why a KPI is not changed.
#[derive(Debug, thiserror::Error)]
pub enum KpiError {
    /// There is no such programme.
    #[error("there is no such programme")]
    NoProgramme,
    /// There is no such KPI, or it is no longer followed.
    #[error("there is no such KPI")]
    NoKpi,
    /// Somebody else changed it meanwhile.
    #[error("somebody else changed it meanwhile")]
    Changed,
    /// A number that people enter needs a post that enters it.
    #[error("a number that people enter needs an owner")]
    NoOwner,
    /// A number that people enter needs a day by which it is due.
    #[error("a number that people enter needs a due day")]
    NoDue,
    /// The post does not exist today.
    #[error("the post does not exist")]
    NoPost,
    /// A live metric counts by itself; its number cannot be entered.
    #[error("a live metric counts by itself")]
    Live,
    /// The day has not come yet, or lies before the year.
    #[error("the day does not fit the year")]
    Day,
    /// There is nothing to publish.
    #[error("there is nothing to publish")]
    NothingWritten,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Adds a KPI to a programme.
///
/// # Errors
/// [`KpiError`].
pub async fn add(
    tx: &mut Tx<'_>,
    world: &World,
    actor: Actor,
    programme: ProgrammeId,
    command: &SaveKpi,
) -> Result<KpiId, KpiError> {
    if tx.opt(&PROGRAMME, &[programme.into()]).await?.is_none() {
        return Err(KpiError::NoProgramme);
    }
    check(tx, world, command).await?;
    let id: KpiId = world.id();
    let mut params = vec![id.into(), programme.into()];
    params.extend(definition(command));
    params.push(world.now().into());
    tx.exec(&INSERT, &params).await?;
    note(tx, world, actor, "evaluation.kpi.add", id, &command.name.ja).await?;
    Ok(id)
}

/// Changes what a KPI is. Numbers and targets stay.
///
/// # Errors
/// [`KpiError`].
pub async fn change(
    tx: &mut Tx<'_>,
    world: &World,
    actor: Actor,
    id: KpiId,
    version: i64,
    command: &SaveKpi,
) -> Result<(), KpiError> {
    check(tx, world, command).await?;
    let mut params = vec![id.into(), version.into()];
    params.extend(definition(command));
    params.push(world.now().into());
    if tx.exec(&UPDATE, &params).await? == 0 {
        return Err(missing_or_changed(tx, world, id).await?);
    }
    note(tx, world, actor, "evaluation.kpi.change", id, &command.name.ja).await
}

/// Ends a KPI: it is followed no longer, what it said stays.
///
/// # Errors
/// [`KpiError`].
pub async fn end(tx: &mut Tx<'_>, world: &World, actor: Actor, id: KpiId, version: i64) -> Result<(), KpiError> {
    if tx.exec(&END, &[id.into(), version.into(), world.now().into()]).await? == 0 {
        return Err(missing_or_changed(tx, world, id).await?);
    }
    note(tx, world, actor, "evaluation.kpi.end", id, "").await
}

/// Sets the target of a 年度, or takes it away.
///
/// # Errors
/// [`KpiError`].
pub async fn set_target(
    tx: &mut Tx<'_>,
    world: &World,
    actor: Actor,
    id: KpiId,
    year: FiscalYear,
    target: Option<Decimal>,
) -> Result<(), KpiError> {
    let before = followed(tx, world, id).await?.years.into_iter().find(|known| known.year == year);
    match target {
        Some(target) => {
            let params = [id.into(), year.into(), target.millionths().into(), world.now().into()];
            tx.exec(&TARGET, &params).await?;
        }
        None => {
            tx.exec(&NO_TARGET, &[id.into(), year.into()]).await?;
        }
    }
    // What a target was before is worth knowing: missed targets tend to be lowered.
    let shown = |number: Option<Decimal>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    let detail = format!("{year} {} → {}", shown(before.and_then(|known| known.target)), shown(target));
    note(tx, world, actor, "evaluation.kpi.target", id, &detail).await
}

/// A number as its owner enters it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnterValue {
    /// The KPI.
    pub kpi: KpiId,
    /// The 年度 it belongs to.
    pub year: FiscalYear,
    /// The day it stands for.
    pub as_of: Day,
    /// The number.
    pub value: Decimal,
    /// Where it was taken from.
    pub note: String,
}

/// Enters a number. A second number for the same day corrects the first; the audit log keeps both.
///
/// # Errors
/// [`KpiError`].
pub async fn enter_value(tx: &mut Tx<'_>, world: &World, actor: Actor, command: &EnterValue) -> Result<(), KpiError> {
    let kpi = followed(tx, world, command.kpi).await?;
    if matches!(kpi.source, KpiSource::Metric(_)) {
        return Err(KpiError::Live);
    }
    // A number may come long after its year, but not before it began and not before its day has come.
    if command.as_of > world.today() || command.as_of < command.year.first_day() {
        return Err(KpiError::Day);
    }
    let by = match actor {
        Actor::Staff(person, _) => Some(person.uuid()),
        Actor::Command | Actor::Program => None,
    };
    let params = [
        command.kpi.into(),
        command.year.into(),
        command.as_of.into(),
        command.value.millionths().into(),
        command.note.clone().into(),
        world.now().into(),
        by.into(),
    ];
    tx.exec(&VALUE, &params).await?;
    let detail = format!("{} {} {}", command.year, command.as_of, command.value);
    note(tx, world, actor, "evaluation.kpi.value", command.kpi, &detail).await
}

/// A KPI that is followed.
pub(super) async fn followed(tx: &mut Tx<'_>, world: &World, id: KpiId) -> Result<super::Kpi, KpiError> {
    read::one(tx, id, world.now()).await?.filter(|kpi| !kpi.ended).ok_or(KpiError::NoKpi)
}

async fn missing_or_changed(tx: &mut Tx<'_>, world: &World, id: KpiId) -> Result<KpiError, store::Error> {
    let known = read::one(tx, id, world.now()).await?.is_some_and(|kpi| !kpi.ended);
    Ok(if known { KpiError::Changed } else { KpiError::NoKpi })
}

async fn check(tx: &mut Tx<'_>, world: &World, command: &SaveKpi) -> Result<(), KpiError> {
    if !matches!(command.source, KpiSource::Metric(_)) {
        if command.owner.is_none() {
            return Err(KpiError::NoOwner);
        }
        if command.due.is_none() {
            return Err(KpiError::NoDue);
        }
    }
    match command.owner {
        Some(post) if !people::posts(tx, world.today(), None).await?.iter().any(|known| known.id == post) => {
            Err(KpiError::NoPost)
        }
        _ => Ok(()),
    }
}

fn definition(command: &SaveKpi) -> [Value; 6] {
    [
        (&command.name).into(),
        (&command.unit).into(),
        command.better.code().into(),
        (&Json(&command.source)).into(),
        command.owner.into(),
        command.due.map(DueDay::number).into(),
    ]
}

pub(super) async fn note(
    tx: &mut Tx<'_>,
    world: &World,
    actor: Actor,
    act: &'static str,
    id: KpiId,
    detail: &str,
) -> Result<(), KpiError> {
    audit::append(tx, world, &Entry::new(actor.into(), act).object(id).detail(detail)).await?;
    tx.announce("evaluation");
    Ok(())
}
