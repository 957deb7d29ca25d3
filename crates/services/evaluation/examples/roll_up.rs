//! Measures a large city's plan: imports, totals, roll-ups, lists and sheets.
//!
//! `cargo run --release -p yokogushi-evaluation --example roll_up -- sqlite 10000 10` (or `postgres`): that many programmes and
//! years, imported twice, so that as much history lies beside what is in force.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a measurement may end with its reason")]

use std::fmt::Write as _;
use std::sync::Arc;

use evaluation::import::{self, File, Kind, Mapping, Mode};
use evaluation::{By, Filter};
use kernel::World;
use kernel::fiscal::FiscalYear;
use kernel::time::Stopwatch;
use store::testing::TempFolder;
use store::testing::cluster::{Cluster, Durability};
use store::{Act, Config, Db, Folder, Location, Tx};

store::statements! {
    /// PostgreSQL plans by what it has seen.
    ANALYZE = "ANALYZE";
}

/// For measuring only: not for the registry.
const _: &[store::Statement] = STATEMENTS;
const ROUNDS: usize = 31;
const FIRST: i32 = 2016;

/// The median of some rounds of a read, made anew for each.
macro_rules! timed {
    ($what:expr, $db:expr, $body:expr) => {{
        let mut times = Vec::with_capacity(ROUNDS);
        let mut found = 0;
        for _ in 0..ROUNDS {
            let watch = Stopwatch::start();
            found = $db.read($body).await.unwrap();
            times.push(watch.elapsed());
        }
        times.sort_unstable();
        println!("{}: median {:?}, worst {:?} ({found} rows)", $what, times[ROUNDS / 2], times[ROUNDS - 1]);
    }};
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let engine = arguments.next().unwrap_or_default();
    let programmes: usize = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let years: i32 = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(10);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let folder = TempFolder::new();
    if engine == "postgres" {
        let cluster = Cluster::start(&folder.path().join("server"), Durability::Real).expect("a PostgreSQL server");
        runtime.block_on(measure(Location::Postgres(cluster.url("postgres")), programmes, years));
        assert!(cluster.stop());
    } else {
        let owned = Folder::own(folder.path()).expect("the folder is ours");
        runtime.block_on(measure(Location::Folder(Arc::new(owned)), programmes, years));
    }
}

async fn measure(location: Location, programmes: usize, years: i32) {
    let db = Db::open(Config::new(location, "measure".to_owned())).unwrap();
    db.migrate(&World::real()).await.unwrap();
    put(&db, Kind::Programmes, &list(programmes)).await;
    for _ in 0..2 {
        put(&db, Kind::Costs, &costs(programmes, years)).await;
    }
    db.write(Act::bulk("measure"), async |tx: &mut Tx<'_>| tx.exec(&ANALYZE, &[]).await).await.unwrap();
    let last = FiscalYear::new(FIRST + years - 1).unwrap();
    timed!("roll-up of all years by 政策", db, async |tx: &mut Tx<'_>| {
        evaluation::roll_up(tx).await.map(|years| years.len())
    });
    timed!("a year's total", db, async move |tx: &mut Tx<'_>| {
        evaluation::totals(tx, last, None).await.map(|all| all.rows.len())
    });
    for (name, by) in [("政策", By::Policy), ("施策", By::Measure), ("部", By::Bu), ("課", By::Ka)] {
        timed!(format!("a year by {name}"), db, async move |tx: &mut Tx<'_>| {
            evaluation::totals(tx, last, Some(by)).await.map(|all| all.rows.len())
        });
    }
    timed!("a page of 100 programmes", db, async move |tx: &mut Tx<'_>| {
        evaluation::programmes(tx, last, &Filter::default(), None, 100).await.map(|rows| rows.len())
    });
    let now = World::real().now();
    timed!("a sheet", db, async move |tx: &mut Tx<'_>| {
        evaluation::sheet(tx, "00042", now).await.map(|sheet| sheet.map_or(0, |sheet| sheet.money.len()))
    });
}

async fn put(db: &Db, kind: Kind, text: &str) {
    let mapping = Mapping::shipped("yokogushi").unwrap();
    let watch = Stopwatch::start();
    let parsed =
        import::parse(File { kind, name: "measure.csv", bytes: text.as_bytes(), sheet: None }, &mapping).unwrap();
    let read = watch.elapsed();
    import::store(db, &World::real(), &parsed, Mode::Publish, None).await.unwrap();
    println!("import of {} {} rows: read in {read:?}, all in {:?}", parsed.rows(), kind.code(), watch.elapsed());
}

/// Ten 政策, fifty 施策, twelve 部 of eight 課.
fn list(programmes: usize) -> String {
    let mut text = heads(Kind::Programmes);
    for n in 0..programmes {
        let (policy, measure) = (n % 10, n % 50);
        writeln!(
            text,
            "{n:05},事業{n},{policy:02},政策{policy},{measure:02},施策{measure},{:02},基本事業,第{}部第{}課,係,一般,,,,概要,対象,意図,結果,-,,,,,,,,",
            n % 3,
            n % 12,
            n % 96
        )
        .unwrap();
    }
    text
}

fn costs(programmes: usize, years: i32) -> String {
    let mut text = heads(Kind::Costs);
    for n in 0..programmes {
        for year in 0..years {
            let general = (n * 7919 + usize::try_from(year).unwrap() * 104_729) % 50_000_000;
            writeln!(
                text,
                "{n:05},{},決算,1000000,500000,0,20000,{general},{},2,100,400000,{}",
                FIRST + year,
                general + 1_520_000,
                general + 1_920_000
            )
            .unwrap();
        }
    }
    text
}

fn heads(kind: Kind) -> String {
    String::from_utf8(evaluation::export::template(kind).unwrap()).unwrap()
}
