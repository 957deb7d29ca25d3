//! The demo city: an invented place of about 50,000 people with six weeks of past, a counter hall in full swing and free
//! places for the weeks ahead.
//!
//! Everything is drawn by a generator that repeats itself: the same day and minute give the same city on every machine. Nobody
//! in it is real; its addresses and telephone numbers reach nobody. It is made in one transaction, so that of several
//! nodes that start at once one makes it and no node ever sees half of it.

mod chance;
mod city;
mod counter_day;
mod files;
mod ground;
mod hours;
mod kpis;
mod offer;
mod past;
mod pilot;
mod programmes;
mod staff;
mod visitors;

use std::time::Duration;

use kernel::World;
use kernel::text::TextError;
use kernel::time::TestClock;
use people::{Cost, FirstPassword, Keeper};
use places::import::{ImportError, Report};
use store::{Act, Db, Tx};

const PROMISE: Act = Act::bulk("demo.promise");
const CREATE: Act = Act::bulk("demo.create");
const NEW_DAY: Act = Act::bulk("demo.new_day");
/// The seed of everything that is drawn.
const SEED: u64 = 20_261_124;
/// The city has existed for so long when it is first seen.
const AGE_DAYS: i64 = 60;

/// What a first start prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Who can sign in.
    pub sign_ins: Vec<SignIn>,
    /// Pages worth opening first, as paths.
    pub addresses: Vec<(&'static str, String)>,
    /// Visits of the past, of today and to come.
    pub visits: usize,
}

/// How to sign in as somebody of the demo city. Drawn anew for every demo city, so that no two share a password.
#[derive(Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The login.
    pub login: String,
    /// The password; it need not be changed.
    pub password: String,
    /// One-time codes for the second step.
    pub codes: Vec<String>,
    /// Post and what it may do, in Japanese.
    pub role: String,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignIn({}, {})", self.login, self.role)
    }
}

/// Why there is no demo city.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A file of the generator is refused by its own importer.
    #[error("the demo city's own file is refused: {0}")]
    File(#[from] Report),
    /// Areas, towns or facilities.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A text of the generator is refused.
    #[error("a text of the demo city is refused: {0}")]
    Text(#[from] TextError),
    /// A counter.
    #[error(transparent)]
    Counter(#[from] places::CounterError),
    /// Passwords.
    #[error(transparent)]
    Keeper(#[from] people::KeeperError),
    /// A unit.
    #[error(transparent)]
    Unit(#[from] people::PutUnitError),
    /// A post.
    #[error(transparent)]
    Post(#[from] people::PutPostError),
    /// A person.
    #[error(transparent)]
    Person(#[from] people::PersonError),
    /// Who holds which post.
    #[error(transparent)]
    Keys(#[from] people::KeysError),
    /// Printed codes.
    #[error(transparent)]
    Help(#[from] people::HelpError),
    /// A service.
    #[error(transparent)]
    Service(#[from] visits::SaveServiceError),
    /// Opening hours.
    #[error(transparent)]
    Hours(#[from] visits::SetOpeningsError),
    /// The mapping of the plan's files.
    #[error(transparent)]
    Mapping(#[from] evaluation::import::MappingError),
    /// The plan's files are refused by their own importer.
    #[error(transparent)]
    Plan(#[from] evaluation::import::ParseError),
    /// The plan could not be stored.
    #[error(transparent)]
    Programmes(#[from] evaluation::import::ImportError),
    /// The metrics of the services contradict each other.
    #[error(transparent)]
    Metrics(#[from] facts::CatalogueError),
    /// A KPI.
    #[error(transparent)]
    Kpi(#[from] evaluation::kpi::KpiError),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Makes the demo city on a database that has no city yet; nothing when it has one, or when another node was faster.
///
/// # Errors
/// [`DemoError`]; nothing of the city is there then but areas, towns and facilities, which the next attempt replaces.
pub async fn create(db: &Db, world: &World) -> Result<Option<Summary>, DemoError> {
    let there = db.read(async |tx: &mut Tx<'_>| places::city(tx).await).await;
    if there?.is_some() {
        return Ok(None);
    }
    // Written as if it had happened over the past weeks: rows carry the times of a clock that is set back. What is drawn repeats
    // itself; ids and booking numbers do not, or two nodes at once would make the same rows twice.
    let clock = TestClock::at(world.now().plus_days(-AGE_DAYS));
    let past = World::fixed(clock.clone(), u64::from_le_bytes(world.bytes()));
    city::import_ground(db, world).await?;

    let keeper = Keeper::new(Cost::OWASP, 2)?;
    let (mut passwords, mut texts) = (Vec::new(), Vec::new());
    for _ in staff::sign_ins() {
        let (drawn, text) = FirstPassword::draw(world, &keeper).await?;
        passwords.push(FirstPassword { must_change: false, ..drawn });
        texts.push(text);
    }

    let real = world.clone();
    let made = db
        .write(CREATE, async move |tx: &mut Tx<'_>| {
            // The body may run again after a conflict: it begins with the same clock.
            clock.set(real.now().plus_days(-AGE_DAYS));
            if !places::claim_city(tx, &past, &city::city()).await? {
                return Ok::<_, DemoError>(None);
            }
            let codes = staff::settle(tx, &real, past.today(), &passwords).await?;
            let services = city::open_counters(tx, &past, &real).await?;
            let visits = past::fill(tx, &past, &clock, &real, &services).await?;
            Ok(Some((codes, visits)))
        })
        .await?;
    let Some((codes, visits)) = made else { return Ok(None) };
    complete(db, world).await?;
    let sign_ins = staff::sign_ins().zip(texts).zip(codes).map(|(((login, role), password), codes)| SignIn {
        login: login.to_owned(),
        password,
        codes,
        role: role.to_owned(),
    });
    let board = offer::COUNTERS.first().map(|counter| format!("/board/{}", counter.code)).unwrap_or_default();
    let addresses = vec![
        ("住民のホーム", "/".to_owned()),
        ("窓口の予約", "/visits".to_owned()),
        ("職員のサインイン", "/staff/sign-in".to_owned()),
        ("呼出表示", board),
        ("数字で見る市", "/city".to_owned()),
        ("事業シート(職員)", "/staff/evaluation/programmes/7204".to_owned()),
    ];
    Ok(Some(Summary { sign_ins: sign_ins.collect(), addresses, visits }))
}

/// Brings in what comes in through files: the plan with its money, the facts of a pilot, the KPIs. A demo city that was
/// interrupted while it was made gets them at its next start; one that has a plan keeps it as it is.
///
/// # Errors
/// [`DemoError`]; what is there already stays.
pub async fn complete(db: &Db, world: &World) -> Result<(), DemoError> {
    let there: Result<_, store::Error> = db
        .read(async |tx: &mut Tx<'_>| {
            Ok((
                places::city(tx).await?.is_some_and(|city| city.is_demo),
                !evaluation::import::published(tx, 1).await?.is_empty(),
            ))
        })
        .await;
    let (is_demo, has_plan) = there?;
    if !is_demo || has_plan {
        return Ok(());
    }
    pilot::remember(db, world).await?;
    files::bring_in(db, world).await?;
    let (world, catalogue) = (world.clone(), facts::Catalogue::new(&[visits::METRICS, voices::METRICS])?);
    db.write(PROMISE, async move |tx: &mut Tx<'_>| kpis::promise(tx, &world, &catalogue).await).await
}

/// When a running demo city begins its day: by then a morning has something to show.
const WAKES: u16 = 9 * 60 + 30;

/// Who asks for a new day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// The program starts: whoever starts it looks at once, whatever the hour.
    Start,
    /// The program has been running: the day begins at half past nine.
    Tick,
}

/// Makes today's morning alive on a demo city that was made on an earlier day: who has come, who waits, who is being served,
/// and what the days since then were like. Nothing on a real city, and nothing twice. How many visits.
///
/// # Errors
/// [`DemoError`]; nothing is written then.
pub async fn new_day(db: &Db, world: &World, wake: Wake) -> Result<usize, DemoError> {
    if wake == Wake::Tick && world.now().minute().number() < WAKES {
        return Ok(0);
    }
    let real = world.clone();
    let asleep: Result<bool, DemoError> = db.read(async move |tx: &mut Tx<'_>| is_asleep(tx, &real).await).await;
    if !asleep? {
        return Ok(0);
    }
    let (real, clock) = (world.clone(), TestClock::at(world.now()));
    let past = World::fixed(clock.clone(), u64::from_le_bytes(world.bytes()));
    db.write(NEW_DAY, async move |tx: &mut Tx<'_>| {
        // Another node may have been faster.
        if !is_asleep(tx, &real).await? {
            return Ok(0);
        }
        let counters = city::find_counters(tx).await?;
        past::go_on(tx, &past, &clock, &real, &counters).await
    })
    .await
}

/// Whether this is a demo city in which nobody has come to the main counter today.
async fn is_asleep(tx: &mut Tx<'_>, world: &World) -> Result<bool, DemoError> {
    if !places::city(tx).await?.is_some_and(|city| city.is_demo) {
        return Ok(false);
    }
    let counters = city::find_counters(tx).await?;
    match counters.iter().find(|counter| counter.plan.is_main()) {
        Some(main) => Ok(past::asleep(tx, world, main, world.today()).await?.is_some()),
        None => Ok(false),
    }
}

/// How far ahead the demo city's slots reach at first; a job of the program keeps them rolling.
const DAYS_AHEAD: i32 = 45;

/// Six weeks.
const DAYS_BEHIND: i32 = 42;

/// How long before it is sorted out that somebody did not come.
const NO_SHOW_AFTER: Duration = Duration::from_secs(30 * 60);

#[cfg(test)]
mod tests;
