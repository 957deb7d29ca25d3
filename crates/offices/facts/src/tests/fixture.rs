//! A few kinds and metrics to test with.

use std::time::Duration;

use kernel::World;
use kernel::day::Day;
use kernel::locale::Locale;
use kernel::time::{Instant, TestClock};
use store::{Act, Db, Error, Tx};
use uuid::Uuid;

use crate::*;

pub(crate) const ACT: Act = Act::resident("facts.test");

pub(crate) const TOOK: Kind = Kind { name: "test.took", value: Measure::Seconds };
pub(crate) const CAME: Kind = Kind { name: "test.came", value: Measure::Nothing };
pub(crate) const MISSED: Kind = Kind { name: "test.missed", value: Measure::Nothing };

pub(crate) const TIMES: Series =
    Series { name: "test.times", version: 1, takes: &[Take { kind: &TOOK, how: How::Value }] };
pub(crate) const SHOWS: Series = Series {
    name: "test.shows",
    version: 1,
    takes: &[Take { kind: &CAME, how: How::Zero }, Take { kind: &MISSED, how: How::One }],
};

const fn metric(name: &'static str, series: &'static Series, method: Method, scale: Scale) -> Metric {
    let better = Better::Lower;
    Metric { name, version: 1, series, method, scale, better, public: true, title: "", meaning: "", formula: "" }
}

pub(crate) const METRICS: &[Metric] = &[
    metric("test.median", &TIMES, Method::Median, Scale::Minutes),
    metric("test.p90", &TIMES, Method::P90, Scale::Minutes),
    metric("test.count", &TIMES, Method::Count, Scale::Cases),
    metric("test.in_time", &TIMES, Method::ShareAtMost(900), Scale::Percent),
    metric("test.missed_share", &SHOWS, Method::Share, Scale::Percent),
    Metric { public: false, ..metric("test.inside", &SHOWS, Method::Count, Scale::Cases) },
];

pub(crate) fn catalogue() -> Catalogue {
    Catalogue::new(&[METRICS]).unwrap()
}

pub(crate) fn find(name: &str) -> &'static Metric {
    METRICS.iter().find(|metric| metric.name == name).unwrap()
}

/// 2026-11-24 10:00 and chance that repeats.
pub(crate) fn world() -> (TestClock, World) {
    let clock = TestClock::at(Instant::parse_rfc3339("2026-11-24T10:00:00+09:00").unwrap());
    (clock.clone(), World::fixed(clock, 3))
}

pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

pub(crate) fn period(from: &str, until: &str) -> Period {
    Period::new(day(from), day(until)).unwrap()
}

pub(crate) fn unit(number: u128) -> Uuid {
    Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0000 + number)
}

/// A fact at noon of a day.
pub(crate) fn took(on: Day, seconds: i64, topic: &str) -> NewFact {
    let dims = Dims {
        unit: Some(unit(1)),
        place: Some(unit(11)),
        topic: Some(topic.to_owned()),
        channel: Some("web".to_owned()),
        locale: Some(Locale::Ja),
        cohort: None,
    };
    NewFact {
        kind: &TOOK,
        occurred_at: on.start().plus(Duration::from_secs(12 * 3600)),
        dims,
        value: seconds,
        subject: None,
    }
}

pub(crate) async fn write(db: &Db, world: &World, fact: NewFact) -> FactId {
    let world = world.clone();
    db.write(ACT, async move |tx: &mut Tx<'_>| record(tx, &world, &fact).await).await.unwrap()
}

pub(crate) async fn answer(db: &Db, world: &World, question: Question) -> Result<Answer, AskError> {
    let world = world.clone();
    db.read(async move |tx: &mut Tx<'_>| ask(tx, &world, &question).await).await
}

/// The answer, after seeing that the facts alone give the same, in one snapshot.
pub(crate) async fn checked(db: &Db, world: &World, question: Question) -> Answer {
    let world = world.clone();
    let asked: Result<_, AskError> = db
        .read(async move |tx: &mut Tx<'_>| {
            let answer = ask(tx, &world, &question).await?;
            Ok((answer, recount(tx, &world, &question).await?))
        })
        .await;
    let (answer, alone) = asked.unwrap();
    assert_eq!((&answer.total, &answer.groups), (&alone.total, &alone.groups), "{:?}", answer.metric.name);
    answer
}

/// Builds what is missing and folds everything.
pub(crate) async fn fold_all(db: &Db, world: &World, catalogue: &Catalogue, holder: &str) -> usize {
    let mut sum = 0;
    loop {
        match fold(db, world, catalogue, holder).await.unwrap() {
            Folded::Facts(0) => return sum,
            Folded::Facts(n) => sum += n,
            Folded::Missing => assert!(build(db, world, catalogue, holder).await.unwrap()),
            Folded::NotMine => panic!("another holds the lease"),
        }
    }
}

/// Removes what is kept of retired series.
pub(crate) async fn swept(db: &Db) -> u64 {
    let gone: Result<u64, Error> = db.write(ACT, async |tx: &mut Tx<'_>| sweep(tx).await).await;
    gone.unwrap()
}
