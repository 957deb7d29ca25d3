//! Reading a sheet with its live numbers: plan and evaluation give the sheet, facts give what is measured, in one snapshot.

use std::collections::BTreeMap;

use evaluation::kpi::{Actual, Kpi, KpiSource, MetricSource};
use evaluation::{Cycle, Published, Sheet};
use facts::{AskError, By, Catalogue, Figure, Key, Metric, Period, Question};
use kernel::World;
use kernel::day::{Day, Month};
use kernel::decimal::Decimal;
use kernel::locale::Locale;
use kernel::time::Instant;
use people::{Post, PostId, Unit};
use places::Counter;
use store::{Error, Tx};
use uuid::Uuid;

use crate::show::kpi::Live;

/// Years before the running one that the band shows.
const BEFORE: i32 = 3;

/// A sheet for staff, with what was measured for each of its KPIs (in their order).
pub(crate) struct StaffSheet {
    pub(crate) sheet: Sheet,
    pub(crate) live: Vec<Option<Live>>,
    pub(crate) posts: Posts,
}

/// A sheet for everybody.
pub(crate) struct PublicSheet {
    pub(crate) sheet: Published<Sheet>,
    pub(crate) live: Vec<Option<Live>>,
    pub(crate) posts: Posts,
}

/// What posts and counters are called today.
#[derive(Default)]
pub(crate) struct Posts {
    posts: Vec<Post>,
    units: Vec<Unit>,
}

impl Posts {
    /// Posts and units of a day.
    pub(crate) async fn read(tx: &mut Tx<'_>, day: Day) -> Result<Self, Error> {
        Ok(Self { posts: people::posts(tx, day, None).await?, units: people::units(tx, day).await? })
    }

    /// A post in words: 市民課 課長.
    pub(crate) fn name(&self, post: Option<PostId>, locale: Locale) -> String {
        let Some(post) = post.and_then(|id| self.posts.iter().find(|known| known.id == id)) else {
            return String::new();
        };
        let unit = self.units.iter().find(|unit| unit.id == post.unit).map_or("", |unit| unit.name.get(locale));
        format!("{unit} {}", post.title.get(locale)).trim().to_owned()
    }

    /// Every post in words, in the order of the organisation.
    pub(crate) fn all(&self, locale: Locale) -> Vec<(PostId, String)> {
        self.posts.iter().map(|post| (post.id, self.name(Some(post.id), locale))).collect()
    }
}

/// A sheet as staff see it.
///
/// # Errors
/// Any storage error.
pub(crate) async fn staff_sheet(
    tx: &mut Tx<'_>,
    world: &World,
    catalogue: &Catalogue,
    code: &str,
) -> Result<Option<StaffSheet>, Error> {
    let Some(mut sheet) = evaluation::sheet(tx, code, world.now()).await? else { return Ok(None) };
    sheet.kpis.retain(|kpi| !kpi.ended);
    let around = Around::of(tx, &sheet.kpis, world).await?;
    let mut live = Vec::new();
    for kpi in &mut sheet.kpis {
        let measured = measured(tx, world, catalogue, kpi, &around).await?;
        let told = measured.map(|it| Live {
            months: it.months,
            year: Some(it.year),
            today: Some(it.today),
            metric: it.metric,
            as_of: it.as_of,
            place: it.place,
        });
        fill(kpi, told.as_ref(), world);
        live.push(told);
    }
    Ok(Some(StaffSheet { sheet, live, posts: around.posts }))
}

/// A sheet as everybody sees it: only figures that may be published are filled in, and what is not for everybody is taken out
/// after that, so that a number that misses its target waits for its sentence wherever it came from.
///
/// # Errors
/// Any storage error.
pub(crate) async fn public_sheet(
    tx: &mut Tx<'_>,
    world: &World,
    catalogue: &Catalogue,
    code: &str,
) -> Result<Option<PublicSheet>, Error> {
    let Some(mut sheet) = evaluation::sheet(tx, code, world.now()).await? else { return Ok(None) };
    sheet.kpis.retain(|kpi| !kpi.ended);
    let around = Around::of(tx, &sheet.kpis, world).await?;
    let mut live = Vec::new();
    for kpi in &mut sheet.kpis {
        let told = measured(tx, world, catalogue, kpi, &around).await?.and_then(Measured::public);
        fill(kpi, told.as_ref(), world);
        live.push(told);
    }
    let sheet = evaluation::public::for_everybody(sheet, world.today());
    Ok(Some(PublicSheet { sheet, live, posts: around.posts }))
}

/// What is needed to read and to name the KPIs of a sheet.
struct Around {
    posts: Posts,
    counters: BTreeMap<Uuid, Counter>,
}

impl Around {
    async fn of(tx: &mut Tx<'_>, kpis: &[Kpi], world: &World) -> Result<Self, Error> {
        let filters = || kpis.iter().filter_map(|kpi| metric_of(kpi)).map(|source| &source.filter);
        let named = kpis.iter().any(|kpi| kpi.owner.is_some()) || filters().any(|filter| filter.unit.is_some());
        let posts = if named { Posts::read(tx, world.today()).await? } else { Posts::default() };
        let counters =
            if filters().any(|filter| filter.place.is_some()) { places::counters(tx).await? } else { Vec::new() };
        Ok(Self { posts, counters: counters.into_iter().map(|one| (one.id.uuid(), one)).collect() })
    }
}

/// The metric a KPI lives from.
pub(crate) fn metric_of(kpi: &Kpi) -> Option<&MetricSource> {
    match &kpi.source {
        KpiSource::Metric(source) => Some(source),
        KpiSource::Statistic(_) | KpiSource::Manual => None,
    }
}

struct Measured {
    metric: &'static Metric,
    months: Vec<(Month, Option<Figure>)>,
    year: Figure,
    today: Figure,
    as_of: Instant,
    place: String,
    answers: [facts::Answer; 3],
}

impl Measured {
    /// What of it everybody may read; nothing of a metric that is not public.
    fn public(self) -> Option<Live> {
        let [months, year, today] = &self.answers;
        let (months, year, today) = (months.public()?, year.public()?, today.public()?);
        Some(Live {
            metric: self.metric,
            months: months.groups().iter().filter_map(|(key, figure)| Some((month(key)?, *figure))).collect(),
            year: year.total(),
            today: today.total(),
            as_of: self.as_of,
            place: self.place,
        })
    }
}

fn month(key: &Key) -> Option<Month> {
    match key {
        Key::Month(month) => Some(*month),
        _ => None,
    }
}

/// Asks for a KPI's months, its running 年度 and today; nothing for a number people enter, or while a new metric is counted.
async fn measured(
    tx: &mut Tx<'_>,
    world: &World,
    catalogue: &Catalogue,
    kpi: &Kpi,
    around: &Around,
) -> Result<Option<Measured>, Error> {
    let Some(source) = metric_of(kpi) else { return Ok(None) };
    let Some(metric) = catalogue.metric(&source.name) else { return Ok(None) };
    let cycle = Cycle::of(world.today());
    let tomorrow = world.today().plus(1);
    let filter = source.filter.asked(&around.posts.units);
    let ask = |from: Day, by| {
        Period::new(from, tomorrow).map(|period| Question { metric, period, by, filter: filter.clone() })
    };
    let questions = [
        ask(cycle.running.plus(-BEFORE).first_day(), By::Month),
        ask(cycle.running.first_day(), By::Nothing),
        ask(world.today(), By::Nothing),
    ];
    let [Some(months), Some(year), Some(today)] = questions else { return Ok(None) };
    let mut answers = Vec::new();
    for question in [months, year, today] {
        match facts::ask(tx, world, &question).await {
            Ok(answer) => answers.push(answer),
            Err(AskError::NotReady | AskError::TooFine) => return Ok(None),
            Err(AskError::Store(error)) => return Err(error),
        }
    }
    let Ok([months, year, today]) = <[facts::Answer; 3]>::try_from(answers) else { return Ok(None) };
    let place = source.filter.place.and_then(|place| around.counters.get(&place));
    Ok(Some(Measured {
        metric,
        months: months.groups.iter().filter_map(|(key, figure)| Some((month(key)?, Some(*figure)))).collect(),
        year: year.total,
        today: today.total,
        as_of: today.as_of,
        place: place.map(|counter| counter.details.name.ja.clone()).unwrap_or_default(),
        answers: [months, year, today],
    }))
}

/// Puts what was measured into the running year of a KPI.
fn fill(kpi: &mut Kpi, live: Option<&Live>, world: &World) {
    let Some(live) = live else { return };
    let running = Cycle::of(world.today()).running;
    let better = kpi.better;
    let Some(year) = kpi.years.iter_mut().find(|year| year.year == running) else { return };
    let figure = live.year.and_then(|figure| Some((figure.n, figure.value?)));
    let actual = figure.and_then(|(n, value)| {
        let value = Decimal::from_thousandths(value.get())?;
        Some(Actual { value, as_of: world.today(), at: live.as_of, n: Some(n) })
    });
    year.settle(better, actual, world.today());
    // Nobody enters it, so nobody is late.
    year.overdue = false;
}
