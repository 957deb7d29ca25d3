//! Lineage: what became of what when programmes are merged, split, renamed or reorganised, so that numbers can be followed
//! over the years although codes never change their meaning.

use std::collections::{BTreeMap, BTreeSet};

use kernel::World;
use kernel::fiscal::FiscalYear;
use people::Actor;
use serde::Serialize;
use store::Tx;
use store::audit::{self, Entry};

use crate::{LineageId, ProgrammeId};

store::statements! {
    /// Every act with its edges.
    ALL = "SELECT l.id, l.kind, l.year, l.note, e.from_programme, f.code, e.to_programme, t.code
        FROM plan_lineage l JOIN plan_lineage_edge e ON e.lineage = l.id
        JOIN plan_programme f ON f.id = e.from_programme JOIN plan_programme t ON t.id = e.to_programme
        ORDER BY l.year, l.id, f.code, t.code";
    /// A new act.
    INSERT = "INSERT INTO plan_lineage (id, kind, year, note, made_at) VALUES ($1, $2, $3, $4, $5)";
    /// One of its edges.
    EDGE = "INSERT INTO plan_lineage_edge (lineage, from_programme, to_programme) VALUES ($1, $2, $3)";
    /// A mistake is taken back.
    DROP_EDGES = "DELETE FROM plan_lineage_edge WHERE lineage = $1";
    /// … with its head.
    DROP = "DELETE FROM plan_lineage WHERE id = $1";
    /// Which of all programmes there are.
    CODES = "SELECT id FROM plan_programme WHERE id = $1";
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineageKind {
    /// 統合: several become one, which may be one of them.
    Merge,
    /// 分割: one becomes several, of which it may be one.
    Split,
    /// 改称・コード変更: one goes on under another code.
    Rename,
    /// 再編: several become several.
    Reorganise,
}

impl LineageKind {
    const ALL: [Self; 4] = [Self::Merge, Self::Split, Self::Rename, Self::Reorganise];

    /// The stored word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Split => "split",
            Self::Rename => "rename",
            Self::Reorganise => "reorganise",
        }
    }

    /// The kind with a stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == word)
    }

    /// Whether so many can become so many.
    const fn fits(self, from: usize, to: usize) -> bool {
        match self {
            Self::Merge => from >= 2 && to == 1,
            Self::Split => from == 1 && to >= 2,
            Self::Rename => from == 1 && to == 1,
            Self::Reorganise => from >= 2 && to >= 2,
        }
    }
}

/// What became of what, from the beginning of a 年度 on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLineage {
    /// What happened.
    pub kind: LineageKind,
    /// The first 年度 of the new order.
    pub year: FiscalYear,
    /// What there was before.
    pub from: BTreeSet<ProgrammeId>,
    /// What there is from then on.
    pub to: BTreeSet<ProgrammeId>,
    /// Why, in a sentence.
    pub note: String,
}

/// One end of an act.
pub type Ends = BTreeMap<String, ProgrammeId>;

/// An act of lineage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lineage {
    /// Its id.
    pub id: LineageId,
    /// What happened.
    pub kind: LineageKind,
    /// The first 年度 of the new order.
    pub year: FiscalYear,
    /// Why.
    pub note: String,
    /// What there was before, by code.
    pub from: Ends,
    /// What there is from then on, by code.
    pub to: Ends,
}

/// Why an act of lineage is refused.
#[derive(Debug, thiserror::Error)]
pub enum LineageError {
    /// Merging takes several into one, splitting one into several, and so on.
    #[error("this kind does not fit the number of programmes before and after")]
    Numbers,
    /// A programme cannot be renamed to itself, and something must change.
    #[error("nothing changes")]
    Nothing,
    /// There is no such programme.
    #[error("there is no such programme")]
    NoProgramme,
    /// A programme of it had become another before, or does so in a later act that no longer fits.
    #[error("programme {code} ends in {year}")]
    Ended {
        /// Its code.
        code: String,
        /// The year from which on it is another.
        year: FiscalYear,
    },
    /// A programme would become what it came from.
    #[error("a programme would become what it came from")]
    Ring,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Every act, by year.
///
/// # Errors
/// Any storage error.
pub async fn lineage(tx: &mut Tx<'_>) -> Result<Vec<Lineage>, store::Error> {
    let mut acts: Vec<Lineage> = Vec::new();
    for row in tx.all(&ALL, &[]).await? {
        let id: LineageId = row.get(0)?;
        if acts.last().is_none_or(|last| last.id != id) {
            let kind: String = row.get(1)?;
            let unknown = store::Error::Column { column: 1, expected: "a kind of lineage", found: "another word" };
            let kind = LineageKind::parse(&kind).ok_or(unknown)?;
            acts.push(Lineage { id, kind, year: row.get(2)?, note: row.get(3)?, from: Ends::new(), to: Ends::new() });
        }
        if let Some(act) = acts.last_mut() {
            act.from.insert(row.get(5)?, row.get(4)?);
            act.to.insert(row.get(7)?, row.get(6)?);
        }
    }
    Ok(acts)
}

/// Writes down what became of what.
///
/// # Errors
/// [`LineageError`].
pub async fn record_lineage(
    tx: &mut Tx<'_>,
    world: &World,
    actor: Actor,
    new: &NewLineage,
) -> Result<LineageId, LineageError> {
    check_alone(new)?;
    for programme in new.from.union(&new.to) {
        if tx.opt(&CODES, &[(*programme).into()]).await?.is_none() {
            return Err(LineageError::NoProgramme);
        }
    }
    check_among(new, &lineage(tx).await?)?;
    let id: LineageId = world.id();
    let note = new.note.as_str();
    tx.exec(&INSERT, &[id.into(), new.kind.code().into(), new.year.into(), note.into(), world.now().into()]).await?;
    let edges: Vec<_> = new
        .from
        .iter()
        .flat_map(|from| new.to.iter().map(move |to| vec![id.into(), (*from).into(), (*to).into()]))
        .collect();
    tx.batch(&EDGE, &edges).await?;
    let detail = format!("{} {}", new.kind.code(), new.year);
    audit::append(tx, world, &Entry::new(actor.into(), "plan.lineage.record").object(id).detail(detail)).await?;
    tx.announce("plan");
    Ok(id)
}

/// Takes an act of lineage back that was written by mistake; false if there is none.
///
/// # Errors
/// Any storage error.
pub async fn remove_lineage(tx: &mut Tx<'_>, world: &World, actor: Actor, id: LineageId) -> Result<bool, store::Error> {
    tx.exec(&DROP_EDGES, &[id.into()]).await?;
    let gone = tx.exec(&DROP, &[id.into()]).await? > 0;
    if gone {
        audit::append(tx, world, &Entry::new(actor.into(), "plan.lineage.remove").object(id)).await?;
        tx.announce("plan");
    }
    Ok(gone)
}

/// What is wrong with an act whatever else is known.
fn check_alone(new: &NewLineage) -> Result<(), LineageError> {
    if !new.kind.fits(new.from.len(), new.to.len()) {
        return Err(LineageError::Numbers);
    }
    if new.from == new.to { Err(LineageError::Nothing) } else { Ok(()) }
}

/// What is wrong with an act beside those that are there.
fn check_among(new: &NewLineage, acts: &[Lineage]) -> Result<(), LineageError> {
    // A programme ends with the act it goes into and does not come out of.
    for act in acts {
        for (code, programme) in &act.from {
            let ends = !act.to.values().any(|to| to == programme);
            let touched = new.from.contains(programme) || new.to.contains(programme);
            if ends && touched && act.year <= new.year {
                return Err(LineageError::Ended { code: code.clone(), year: act.year });
            }
        }
        for (code, programme) in act.from.iter().chain(&act.to) {
            let ends = new.from.contains(programme) && !new.to.contains(programme);
            if ends && new.year <= act.year {
                return Err(LineageError::Ended { code: code.clone(), year: new.year });
            }
        }
    }
    let mut after: BTreeMap<ProgrammeId, BTreeSet<ProgrammeId>> = BTreeMap::new();
    let told = acts.iter().map(|act| (act.from.values().copied().collect(), act.to.values().copied().collect()));
    let all: Vec<(BTreeSet<ProgrammeId>, BTreeSet<ProgrammeId>)> =
        told.chain([(new.from.clone(), new.to.clone())]).collect();
    for (from, to) in &all {
        for programme in from {
            // A programme that goes on beside others does not come after itself.
            after.entry(*programme).or_default().extend(to.iter().filter(|other| !from.contains(other)));
        }
    }
    if new.from.iter().any(|programme| leads_back(*programme, &after)) { Err(LineageError::Ring) } else { Ok(()) }
}

fn leads_back(start: ProgrammeId, after: &BTreeMap<ProgrammeId, BTreeSet<ProgrammeId>>) -> bool {
    let (mut seen, mut next) = (BTreeSet::new(), vec![start]);
    while let Some(programme) = next.pop() {
        for following in after.get(&programme).into_iter().flatten() {
            if *following == start {
                return true;
            }
            if seen.insert(*following) {
                next.push(*following);
            }
        }
    }
    false
}
