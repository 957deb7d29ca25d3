//! Reading a metric: rollup and pending facts in one snapshot, so that a number is as of now.

use std::collections::BTreeMap;

use kernel::World;
use kernel::day::Day;
use kernel::time::Instant;
use store::{Error, Row, Tx, Value};

use crate::cut::{COLUMNS, Cell, Cut, Fact, Grain, fact_columns, part};
use crate::figure::Figure;
use crate::kind::Metric;
use crate::question::{By, Key, Period, Question};
use crate::series::{Active, SeriesId, untouched};

store::statements! {
    /// The rows of a cut over days.
    ROWS = "SELECT day, key, n, sum, hist FROM fact_rollup
        WHERE series = $1 AND grain = $2 AND cut = $3 AND day >= $4 AND day < $5";
    /// The same, of keys like a pattern.
    ROWS_LIKE = "SELECT day, key, n, sum, hist FROM fact_rollup
        WHERE series = $1 AND grain = $2 AND cut = $3 AND day >= $4 AND day < $5 AND key LIKE $6";
    /// What is not folded yet of some kinds, each with the fact it supersedes. (CROSS JOIN: SQLite must begin with the few.)
    PENDING = concat!("SELECT ", fact_columns!("f"), ", ", fact_columns!("s"), "
        FROM fact_pending p CROSS JOIN fact f LEFT JOIN fact s ON s.id = f.supersedes
        WHERE f.id = p.fact_id AND (f.kind IN ($1, $2, $3, $4) OR s.kind IN ($1, $2, $3, $4))");
}

/// Kinds a series takes at most: the places of the statement above.
pub(crate) const KINDS: usize = 4;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Hours and cohorts are counted by themselves only, not together with another dimension.
    #[error("the question is finer than what is counted")]
    TooFine,
    /// The metric is new, or a newer program is at work; its facts are being counted. Ask again in some minutes.
    #[error("the metric is being counted")]
    NotReady,
    /// Storage.
    #[error(transparent)]
    Store(#[from] Error),
}

/// What a metric says, for those whose 所管 it is. What anybody may read is made by [`Answer::public`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Which metric, and so which definition.
    pub metric: &'static Metric,
    /// Over which days.
    pub period: Period,
    /// Into what groups.
    pub by: By,
    /// All of it.
    pub total: Figure,
    /// The groups in order. Groups in time are all there, also empty ones; of others those that have facts.
    pub groups: Vec<(Key, Figure)>,
    /// The moment it is true of: every fact committed before is in it.
    pub as_of: Instant,
    /// How many of its facts were read one by one because they are not folded yet.
    pub pending: u64,
}

/// Answers a question. Call it in `db.read`, which is one snapshot; `db.point` is not.
///
/// # Errors
/// [`AskError`].
pub async fn ask(tx: &mut Tx<'_>, world: &World, question: &Question) -> Result<Answer, AskError> {
    let cut = question.cut().ok_or(AskError::TooFine)?;
    let mut groups = Groups::new(question);
    match Active::read(tx).await?.id(question.metric.series) {
        Some(id) => rollup(tx, id, cut, question, &mut groups).await?,
        None if untouched(tx).await? => {}
        None => return Err(AskError::NotReady),
    }
    let pending = pending(tx, &mut groups).await?;
    Ok(groups.answer(world.now(), pending))
}

/// Groups while they are filled.
pub(crate) struct Groups<'a> {
    question: &'a Question,
    cells: BTreeMap<Key, Cell>,
}

impl<'a> Groups<'a> {
    pub(crate) fn new(question: &'a Question) -> Self {
        let mut cells = BTreeMap::new();
        if question.by.cut().is_none() && question.by != By::Nothing {
            let days = (0..question.period.days()).map(|day| question.period.from().plus(day));
            cells.extend(days.map(|day| (question.by.group(day), Cell::default())));
        }
        Self { question, cells }
    }

    fn group(&mut self, key: Key) -> &mut Cell {
        self.cells.entry(key).or_default()
    }

    /// Adds a row of the rollup.
    fn row(&mut self, cut: Cut, row: &Row) -> Result<(), Error> {
        let key: String = row.get(1)?;
        if !self.question.filter.takes(cut, &key) {
            return Ok(());
        }
        let cell = Cell { n: row.get(2)?, sum: row.get(3)?, histogram: row.get(4)? };
        let group = match self.question.by.cut() {
            None => self.question.by.group(row.get::<Day>(0)?),
            Some(by) if cut == Cut::Full => Key::read(by, part(&key, by).unwrap_or_default()),
            Some(by) => Key::read(by, &key),
        };
        self.group(group).merge(&cell);
        Ok(())
    }

    /// Adds a fact so many times, if it is asked for.
    pub(crate) fn fact(&mut self, fact: &Fact, times: i64) {
        let Some(number) = self.question.metric.series.number(&fact.kind, fact.value) else { return };
        if !self.question.period.holds(fact.day) || !self.question.filter.holds(fact) {
            return;
        }
        let group = match self.question.by.cut() {
            None => self.question.by.group(fact.day),
            Some(by) => Key::read(by, &by.key(fact)),
        };
        self.group(group).add(number, times);
    }

    pub(crate) fn answer(self, as_of: Instant, pending: u64) -> Answer {
        let Question { metric, period, by, .. } = *self.question;
        let mut total = Cell::default();
        self.cells.values().for_each(|cell| total.merge(cell));
        let in_time = by.cut().is_none();
        let groups = self.cells.into_iter().filter(|(_, cell)| by != By::Nothing && (in_time || !cell.is_empty()));
        let groups = groups.map(|(key, cell)| (key, Figure::of(metric, &cell))).collect();
        Answer { metric, period, by, total: Figure::of(metric, &total), groups, as_of, pending }
    }
}

/// Whole months where the groups allow it, days before and after.
fn spans(question: &Question) -> Vec<(Grain, Day, Day)> {
    let (from, until) = (question.period.from(), question.period.until());
    if matches!(question.by, By::Day | By::Week) {
        return vec![(Grain::Day, from, until)];
    }
    let first = if from.day_of_month() == 1 { from } else { from.month().plus(1).first_day() };
    let last = until.month().first_day();
    if first >= last {
        return vec![(Grain::Day, from, until)];
    }
    let spans = [(Grain::Day, from, first), (Grain::Month, first, last), (Grain::Day, last, until)];
    spans.into_iter().filter(|(_, from, until)| from < until).collect()
}

async fn rollup(
    tx: &mut Tx<'_>,
    id: SeriesId,
    cut: Cut,
    question: &Question,
    groups: &mut Groups<'_>,
) -> Result<(), Error> {
    for (grain, from, until) in spans(question) {
        let mut params = vec![id.into(), grain.code().into(), cut.code().into(), from.into(), until.into()];
        let statement = if cut == Cut::Full {
            params.push(question.filter.pattern().into());
            &ROWS_LIKE
        } else {
            &ROWS
        };
        tx.each(statement, &params, |row| groups.row(cut, &row)).await?;
    }
    Ok(())
}

async fn pending(tx: &mut Tx<'_>, groups: &mut Groups<'_>) -> Result<u64, Error> {
    let mut count = 0;
    let takes = groups.question.metric.series.takes;
    // Fewer kinds than places: the last one stands in the rest.
    let kinds: Vec<Value> =
        (0..KINDS).filter_map(|at| takes.get(at).or(takes.last())).map(|it| it.kind.name.into()).collect();
    tx.each(&PENDING, &kinds, |row| {
        count += 1;
        groups.fact(&Fact::read(&row, 0)?, 1);
        if let Some(superseded) = Fact::maybe(&row, COLUMNS)? {
            groups.fact(&superseded, -1);
        }
        Ok(())
    })
    .await?;
    Ok(count)
}
