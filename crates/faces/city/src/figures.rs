//! The figures behind home and `/city`: six whole weeks of visits, read at most every ten minutes.

use std::sync::Arc;
use std::time::Duration;

use evaluation::{By, Published, Stage, Totals};
use facts::{AskError, Catalogue, Figure, Metric, Period, Question};
use kernel::World;
use kernel::day::Day;
use kernel::fiscal::FiscalYear;
use kernel::locale::Localized;
use kernel::time::Instant;
use shell::App;
use store::{Error, Tx};
use tokio::sync::Mutex;
use visits::WeekNumbers;

/// How many whole weeks are shown.
const WEEKS: i32 = 6;
const AT_MOST: Duration = Duration::from_secs(600);

/// What was measured.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// The first day of the first week and the last of the last.
    pub(crate) from: Day,
    pub(crate) to: Day,
    /// The weeks with visits, in order; what may not be told is already gone.
    pub(crate) weeks: Vec<WeekNumbers>,
    /// The newest week of each counter that had visits.
    pub(crate) counters: Vec<(Localized, WeekNumbers)>,
    /// Satisfaction in these weeks, as it may be published: all together and by service.
    pub(crate) said: Option<voices::Public>,
    pub(crate) said_by_service: Vec<(Localized, Option<voices::Public>)>,
    /// Some metrics over the running 年度, as they may be published.
    pub(crate) this_year: Vec<(&'static Metric, Option<Figure>)>,
    /// What the newest settled 年度 cost, by 政策; none while the city has no programmes.
    pub(crate) cost: Option<Published<Totals>>,
}

/// The metrics shown first; the catalogue has more.
const SHOWN: [&str; 4] = ["visits.stay", "visits.wait", "visits.within_15_minutes", "voices.satisfaction"];

impl Gathered {
    /// The newest whole week, when it had visits.
    pub(crate) fn newest(&self) -> Option<&WeekNumbers> {
        self.weeks.last().filter(|week| week.monday == self.to.plus(-6))
    }

    /// How many weeks in a row, up to the newest, the usual stay became shorter.
    pub(crate) fn shorter_in_a_row(&self) -> i64 {
        let pairs = self.weeks.iter().rev().zip(self.weeks.iter().rev().skip(1));
        let falling = pairs.take_while(|(later, earlier)| {
            later.monday.since(earlier.monday) == 7
                && matches!((later.median_stay, earlier.median_stay), (Some(a), Some(b)) if a < b)
        });
        i64::try_from(falling.count()).unwrap_or(0)
    }
}

/// The Monday of a day's week.
pub(crate) fn monday(day: Day) -> Day {
    day.plus(-(day.days() + 3).rem_euclid(7))
}

/// [`Gathered`], kept.
pub(crate) struct Figures {
    catalogue: Catalogue,
    kept: Mutex<Option<(Instant, Arc<Gathered>)>>,
}

impl Figures {
    /// Figures of these metrics, nothing read yet.
    pub(crate) fn new(catalogue: Catalogue) -> Self {
        Self { catalogue, kept: Mutex::default() }
    }

    /// The figures as of at most ten minutes ago.
    pub(crate) async fn now(&self, app: &App) -> Result<Arc<Gathered>, Error> {
        // Held while reading, so that many questions at once are one reading.
        let mut kept = self.kept.lock().await;
        let now = app.world.now();
        if let Some((read_at, gathered)) = &*kept
            && now >= *read_at
            && now.since(*read_at) < AT_MOST
            && read_at.day() == now.day()
        {
            return Ok(Arc::clone(gathered));
        }
        let to = monday(now.day()).plus(-1);
        let from = to.plus(1 - 7 * WEEKS);
        let (world, catalogue) = (app.world.clone(), self.catalogue.clone());
        let gathered = app.db.read(async move |tx: &mut Tx<'_>| read(tx, &world, &catalogue, (from, to)).await).await?;
        let gathered = Arc::new(gathered);
        *kept = Some((now, Arc::clone(&gathered)));
        Ok(gathered)
    }
}

async fn read(
    tx: &mut Tx<'_>,
    world: &World,
    catalogue: &Catalogue,
    (from, to): (Day, Day),
) -> Result<Gathered, Error> {
    let weeks = visits::numbers(tx, None, from, to).await?.weeks.into_iter().map(WeekNumbers::public).collect();
    let mut counters = Vec::new();
    for counter in places::counters(tx).await? {
        let week = visits::numbers(tx, Some(counter.id), to.plus(-6), to).await?.weeks.pop();
        counters.extend(week.map(|week| (counter.details.name, week.public())));
    }
    let table = voices::summary(tx, from, to.plus(1)).await?.public();
    let services = visits::services(tx).await?;
    let said_by_service = services.into_iter().filter_map(|it| Some((it.name, *table.topics.get(&it.code)?))).collect();
    let this_year = this_year(tx, world, catalogue).await?;
    let cost = cost(tx).await?;
    Ok(Gathered { from, to, weeks, counters, said: table.total, said_by_service, this_year, cost })
}

/// The published figures of the running 年度; a metric that is still being counted has none.
async fn this_year(
    tx: &mut Tx<'_>,
    world: &World,
    catalogue: &Catalogue,
) -> Result<Vec<(&'static Metric, Option<Figure>)>, Error> {
    let today = world.today();
    let mut told = Vec::new();
    let Some(period) = Period::new(FiscalYear::of(today).first_day(), today.plus(1)) else { return Ok(told) };
    for metric in SHOWN.iter().filter_map(|name| catalogue.metric(name)) {
        let answer = match facts::ask(tx, world, &Question::total(metric, period)).await {
            Ok(answer) => answer.public(),
            Err(AskError::Store(error)) => return Err(error),
            Err(AskError::NotReady | AskError::TooFine) => None,
        };
        told.push((metric, answer.and_then(|answer| answer.total())));
    }
    Ok(told)
}

async fn cost(tx: &mut Tx<'_>) -> Result<Option<Published<Totals>>, Error> {
    let years = evaluation::years(tx).await?;
    let settled = years.iter().rev().find(|(_, stage)| *stage == Stage::Settled).or_else(|| years.last());
    match settled {
        Some((year, _)) => evaluation::public::totals(tx, *year, Some(By::Policy)).await.map(Some),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week(monday: Day, stay: Option<i64>) -> WeekNumbers {
        WeekNumbers {
            monday,
            sum: visits::DayNumbers::default(),
            median_stay: stay,
            median_wait: None,
            median_lead: None,
            timed: 100,
        }
    }

    fn weeks(stays: &[Option<i64>]) -> Gathered {
        let first = Day::new(2026, 10, 12).expect("a day");
        let weeks = stays.iter().zip(0..).map(|(stay, at)| week(first.plus(7 * at), *stay)).collect();
        Gathered {
            from: first,
            to: first.plus(7 * i32::try_from(stays.len()).expect("few") - 1),
            weeks,
            counters: Vec::new(),
            said: None,
            said_by_service: Vec::new(),
            this_year: Vec::new(),
            cost: None,
        }
    }

    #[test]
    fn a_row_of_shorter_weeks_ends_where_it_was_not_shorter_or_not_known() {
        assert_eq!(weeks(&[Some(30), Some(28), Some(26), Some(24)]).shorter_in_a_row(), 3);
        assert_eq!(weeks(&[Some(20), Some(28), Some(26), Some(24)]).shorter_in_a_row(), 2);
        assert_eq!(weeks(&[Some(30), None, Some(26), Some(24)]).shorter_in_a_row(), 1);
        assert_eq!(weeks(&[Some(24), Some(24)]).shorter_in_a_row(), 0);
        assert_eq!(weeks(&[]).shorter_in_a_row(), 0);
    }

    #[test]
    fn weeks_begin_on_monday() {
        let sunday = Day::new(2026, 11, 22).expect("a day");
        assert_eq!(monday(sunday).ymd(), (2026, 11, 16));
        assert_eq!(monday(sunday.plus(1)).ymd(), (2026, 11, 23));
        assert_eq!(monday(sunday.plus(-6)).ymd(), (2026, 11, 16));
    }
}
