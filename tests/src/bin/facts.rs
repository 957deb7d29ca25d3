//! Measures facts: some millions of them, every metric over a year, and how fast they are folded.
//!
//! `cargo run --release -p yokogushi-tests --bin yokogushi-measure-facts -- sqlite 10000000` (or `postgres`).
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a measurement may end with its reason")]

use std::sync::Arc;

use facts::{By, Catalogue, Dims, Filter, Folded, NewFact, Period, Question};
use kernel::World;
use kernel::day::Day;
use kernel::locale::Locale;
use kernel::time::Stopwatch;
use store::testing::TempFolder;
use store::testing::cluster::{Cluster, Durability};
use store::{Act, Config, Db, Engine, Error, Folder, Location, Statement, Tx};
use uuid::Uuid;

store::statements! {
    /// Three years of facts of four kinds, in order of days: 12 divisions, 36 counters, 72 services, 3 doors, 3 languages.
    SQLITE = "WITH RECURSIVE g(i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM g WHERE i < $2)
        INSERT INTO fact (id, kind, occurred_at, recorded_at, day, unit, place, topic, channel, locale, value)
        SELECT unhex(printf('%032x', i)),
          CASE i % 4 WHEN 0 THEN 'visit.booked' WHEN 1 THEN 'visit.called' WHEN 2 THEN 'visit.finished' ELSE 'visit.served' END,
          ($3 + i * 1096 / $4) * 86400000000 - 32400000000 + (510 + i * 101 % 540) * 60000000, 0, $3 + i * 1096 / $4,
          unhex(printf('%032x', i / 4 * 7919 % 72 / 6)), unhex(printf('%032x', i / 4 * 7919 % 72 / 2)), 'service-' || (i / 4 * 7919 % 72),
          CASE i / 4 * 31 % 5 WHEN 0 THEN 'staff' WHEN 1 THEN 'walk_in' ELSE 'web' END,
          CASE i / 4 * 17 % 10 WHEN 0 THEN 'en' WHEN 1 THEN 'easy' ELSE 'ja' END,
          CASE i % 4 WHEN 0 THEN i / 4 * 31 % 5 / 2 % 2 ELSE i * 104729 % 1201 + i / 4 * 7919 % 72 * 20 END
        FROM g";
    /// The same.
    POSTGRES = "INSERT INTO fact (id, kind, occurred_at, recorded_at, day, unit, place, topic, channel, locale, value)
        SELECT CAST(lpad(to_hex(i), 32, '0') AS UUID),
          CASE i % 4 WHEN 0 THEN 'visit.booked' WHEN 1 THEN 'visit.called' WHEN 2 THEN 'visit.finished' ELSE 'visit.served' END,
          (CAST($3 AS BIGINT) + i * 1096 / CAST($4 AS BIGINT)) * 86400000000 - 32400000000 + (510 + i * 101 % 540) * 60000000, 0,
          CAST($3 AS BIGINT) + i * 1096 / CAST($4 AS BIGINT),
          CAST(lpad(to_hex(i / 4 * 7919 % 72 / 6), 32, '0') AS UUID), CAST(lpad(to_hex(i / 4 * 7919 % 72 / 2), 32, '0') AS UUID),
          'service-' || (i / 4 * 7919 % 72),
          CASE i / 4 * 31 % 5 WHEN 0 THEN 'staff' WHEN 1 THEN 'walk_in' ELSE 'web' END,
          CASE i / 4 * 17 % 10 WHEN 0 THEN 'en' WHEN 1 THEN 'easy' ELSE 'ja' END,
          CASE i % 4 WHEN 0 THEN i / 4 * 31 % 5 / 2 % 2 ELSE i * 104729 % 1201 + i / 4 * 7919 % 72 * 20 END
        FROM generate_series(CAST($1 AS BIGINT), CAST($2 AS BIGINT)) AS g(i)";
    /// PostgreSQL plans by what it has seen.
    ANALYZE = "ANALYZE";
}

/// Each for one engine only: not for the registry.
const _: &[Statement] = STATEMENTS;

const ACT: Act = Act::bulk("measure");
/// Facts of one statement.
const STEP: i64 = 250_000;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let engine = arguments.next().unwrap_or_default();
    let facts: i64 = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let folder = TempFolder::new();
    if engine == "postgres" {
        let cluster = Cluster::start(&folder.path().join("server"), Durability::Real).expect("a PostgreSQL server");
        runtime.block_on(measure(Location::Postgres(cluster.url("postgres")), facts));
        assert!(cluster.stop());
    } else {
        let owned = Folder::own(folder.path()).expect("the folder is ours");
        runtime.block_on(measure(Location::Folder(Arc::new(owned)), facts));
    }
}

async fn measure(location: Location, facts: i64) {
    let db = Db::open(Config::new(location, "measure".to_owned())).unwrap();
    db.migrate(&World::real()).await.unwrap();
    let (world, catalogue) = (World::real(), Catalogue::new(&[visits::METRICS, voices::METRICS]).unwrap());
    let watch = Stopwatch::start();
    seed(&db, facts).await;
    println!("{facts} facts written in {:?}", watch.elapsed());
    let watch = Stopwatch::start();
    assert!(facts::build(&db, &world, &catalogue, "measure").await.unwrap());
    println!("all series counted anew in {:?} (each from every fact of its kinds)", watch.elapsed());
    ask_all(&db, &world, &catalogue, "folded").await;
    fold(&db, &world, &catalogue).await;
    record(&db, &world, 2_000).await;
    ask_all(&db, &world, &catalogue, "with 2,000 pending").await;
}

fn first_day() -> Day {
    Day::new(2024, 1, 1).unwrap()
}

async fn seed(db: &Db, facts: i64) {
    for from in (0..facts).step_by(usize::try_from(STEP).unwrap()) {
        let until = (from + STEP).min(facts) - 1;
        let statement = if db.engine() == Engine::Sqlite { &SQLITE } else { &POSTGRES };
        let step = db.write(ACT, async move |tx: &mut Tx<'_>| {
            tx.exec(statement, &[from.into(), until.into(), first_day().days().into(), facts.into()]).await
        });
        step.await.unwrap();
    }
    db.write(ACT, async |tx: &mut Tx<'_>| tx.exec(&ANALYZE, &[]).await).await.unwrap();
}

/// The year 2025, which lies in the middle; a period that begins and ends within months; groups; two dimensions.
async fn ask_all(db: &Db, world: &World, catalogue: &Catalogue, when: &str) {
    let whole = Period::new(Day::new(2025, 1, 1).unwrap(), Day::new(2026, 1, 1).unwrap()).unwrap();
    let ragged = Period::new(Day::new(2025, 1, 16).unwrap(), Day::new(2026, 1, 16).unwrap()).unwrap();
    let two = Filter { place: Some(Uuid::from_u128(7)), channel: Some("web".to_owned()), ..Filter::default() };
    let shapes = [
        ("total", whole, By::Nothing, Filter::default()),
        ("total, ragged", ragged, By::Nothing, Filter::default()),
        ("by month", whole, By::Month, Filter::default()),
        ("by week", whole, By::Week, Filter::default()),
        ("by place", whole, By::Place, Filter::default()),
        ("by service, ragged", ragged, By::Topic, Filter::default()),
        ("by hour", whole, By::Hour, Filter::default()),
        ("place and door, total", whole, By::Nothing, two.clone()),
        ("place and door, by week", whole, By::Week, two),
    ];
    for (name, period, by, filter) in shapes {
        let mut times = Vec::new();
        for metric in
            ["visits.bookings", "visits.web_share", "visits.wait", "visits.within_15_minutes", "visits.stay_p90"]
        {
            let question = Question { metric: catalogue.metric(metric).unwrap(), period, by, filter: filter.clone() };
            for _ in 0..5 {
                let (world, question) = (world.clone(), question.clone());
                let watch = Stopwatch::start();
                let asked = db.read(async move |tx: &mut Tx<'_>| facts::ask(tx, &world, &question).await).await;
                times.push(watch.elapsed());
                assert!(asked.unwrap().total.n > 0);
            }
        }
        times.sort();
        println!("{when}: a year, {name}: median {:?}, slowest {:?}", times[times.len() / 2], times[times.len() - 1]);
    }
}

/// Facts of today, as a busy day brings them.
async fn record(db: &Db, world: &World, count: u64) {
    let now = world.now();
    let one = move |n: u64| {
        let service = n * 7919 % 72;
        let dims = Dims {
            unit: Some(Uuid::from_u128(u128::from(service / 6))),
            place: Some(Uuid::from_u128(u128::from(service / 2))),
            topic: Some(format!("service-{service}")),
            channel: Some(["staff", "walk_in", "web", "web", "web"][usize::try_from(n % 5).unwrap()].to_owned()),
            locale: Some(Locale::ALL[usize::try_from(n % 3).unwrap()]),
            cohort: None,
        };
        let kinds =
            [&visits::metrics::BOOKED, &visits::metrics::CALLED, &visits::metrics::FINISHED, &visits::metrics::SERVED];
        let value = i64::try_from(n * 104_729 % 3_600).unwrap();
        NewFact { kind: kinds[usize::try_from(n % 4).unwrap()], occurred_at: now, dims, value, subject: None }
    };
    for from in (0..count).step_by(500) {
        let world = world.clone();
        let step = db.write(ACT, async move |tx: &mut Tx<'_>| {
            let facts: Vec<NewFact> = (from..(from + 500).min(count)).map(one).collect();
            facts::record_all(tx, &world, &facts).await
        });
        let written: Result<(), Error> = step.await;
        written.unwrap();
    }
}

async fn fold(db: &Db, world: &World, catalogue: &Catalogue) {
    const FACTS: u64 = 100_000;
    let watch = Stopwatch::start();
    record(db, world, FACTS).await;
    println!("{FACTS} facts recorded in {:?}", watch.elapsed());
    let (watch, mut folded) = (Stopwatch::start(), 0);
    while let Folded::Facts(n) = facts::fold(db, world, catalogue, "measure").await.unwrap() {
        folded += n;
        if n == 0 {
            break;
        }
    }
    let seconds = watch.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let rate = folded as f64 / seconds;
    println!("{folded} facts folded in {seconds:.1} s: {rate:.0}/s");
}
