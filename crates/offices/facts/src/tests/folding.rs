//! One folder, each fact once; new series and new programs.

use std::time::Duration;

use kernel::World;
use store::Db;
use store::testing::both;

use super::fixture::*;
use crate::*;

const NEWER: Series = Series { version: 2, takes: &[Take { kind: &TOOK, how: How::One }], ..TIMES };
const NEWER_METRICS: &[Metric] =
    &[Metric { series: &NEWER, method: Method::Sum, scale: Scale::Cases, version: 2, ..METRICS[0] }];
const OTHER: Series = Series { name: "test.other", version: 1, takes: &[Take { kind: &TOOK, how: How::Value }] };
const MORE_METRICS: &[Metric] =
    &[Metric { name: "test.other", series: &OTHER, method: Method::Sum, scale: Scale::Cases, ..METRICS[0] }];

async fn some(db: &Db, world: &World, n: i64) {
    for seconds in 0..n {
        write(db, world, took(day("2026-11-20").plus(-(i32::try_from(seconds).unwrap() % 70)), seconds, "koseki"))
            .await;
    }
}

fn all(metric: &'static Metric) -> Question {
    Question::total(metric, period("2026-01-01", "2027-01-01"))
}

both! {
    async fn one_folds_and_another_takes_over_when_it_is_gone(db: Db) {
        let (clock, world) = world();
        some(&db, &world, 20).await;
        assert_eq!(fold(&db, &world, &catalogue(), "a").await.unwrap(), Folded::Missing);
        assert!(build(&db, &world, &catalogue(), "a").await.unwrap());
        assert!(!build(&db, &world, &catalogue(), "b").await.unwrap());
        assert_eq!(fold(&db, &world, &catalogue(), "b").await.unwrap(), Folded::NotMine);
        assert_eq!(fold(&db, &world, &catalogue(), "a").await.unwrap(), Folded::Facts(20));
        some(&db, &world, 3).await;
        clock.advance(Duration::from_secs(61));
        assert_eq!(fold(&db, &world, &catalogue(), "b").await.unwrap(), Folded::Facts(3));
        assert_eq!(checked(&db, &world, all(find("test.count"))).await.total.n, 23);
    }

    /// Many folders that all believe to be the one: what they fold together is each fact once.
    async fn folders_at_the_same_time_never_count_twice(db: Db) {
        let (_, world) = world();
        build(&db, &world, &catalogue(), "same").await.unwrap();
        let writers: Vec<_> = (0..4).map(|_| {
            let (db, world) = (db.clone(), world.clone());
            tokio::spawn(async move { some(&db, &world, 60).await })
        }).collect();
        let folders: Vec<_> = (0..4).map(|_| {
            let (db, world) = (db.clone(), world.clone());
            tokio::spawn(async move {
                for _ in 0..30 {
                    fold(&db, &world, &catalogue(), "same").await.unwrap();
                    checked(&db, &world, all(find("test.median"))).await;
                }
            })
        }).collect();
        for task in writers.into_iter().chain(folders) {
            task.await.unwrap();
        }
        fold_all(&db, &world, &catalogue(), "same").await;
        assert_eq!(checked(&db, &world, all(find("test.count"))).await.total.n, 240);
    }

    /// A series that comes later is counted from everything that was folded without it, and what is pending once.
    async fn a_new_series_knows_the_past(db: Db) {
        let (_, world) = world();
        some(&db, &world, 120).await;
        let subject = unit(77);
        let undone = NewFact { subject: Some(subject), ..took(day("2026-11-20"), 600, "koseki") };
        let (folded_undone, pending_undone) = (undone.clone(), NewFact { value: 700, occurred_at: undone.occurred_at.plus_minutes(1), ..undone });
        write(&db, &world, folded_undone.clone()).await;
        write(&db, &world, pending_undone.clone()).await;
        take_back(&db, &world, &folded_undone).await;
        fold_all(&db, &world, &catalogue(), "a").await;
        take_back(&db, &world, &pending_undone).await;
        some(&db, &world, 5).await;
        let more = Catalogue::new(&[METRICS, MORE_METRICS]).unwrap();
        assert!(matches!(answer(&db, &world, all(&MORE_METRICS[0])).await, Err(AskError::NotReady)), "half a number is none");
        assert_eq!(fold(&db, &world, &more, "a").await.unwrap(), Folded::Missing);
        assert!(build(&db, &world, &more, "a").await.unwrap());
        let value = |answer: Answer| answer.total.value.map(|it| it.get() / 1000);
        assert_eq!(value(checked(&db, &world, all(&MORE_METRICS[0])).await), Some(7140 + 10));
        fold_all(&db, &world, &more, "a").await;
        assert_eq!(value(checked(&db, &world, all(&MORE_METRICS[0])).await), Some(7140 + 10));
        assert_eq!(fold(&db, &world, &catalogue(), "a").await.unwrap(), Folded::NotMine, "who does not know all does not fold");
    }

    async fn a_new_version_replaces_the_old_one(db: Db) {
        let (_, world) = world();
        some(&db, &world, 80).await;
        fold_all(&db, &world, &catalogue(), "a").await;
        let newer = Catalogue::new(&[NEWER_METRICS, &METRICS[4..]]).unwrap();
        assert!(matches!(answer(&db, &world, all(&NEWER_METRICS[0])).await, Err(AskError::NotReady)));
        assert!(build(&db, &world, &newer, "a").await.unwrap());
        assert_eq!(checked(&db, &world, all(&NEWER_METRICS[0])).await.total.value, Some(Thousandths::new(80_000)));
        assert!(matches!(answer(&db, &world, all(find("test.median"))).await, Err(AskError::NotReady)), "the old one stands still");
        assert_eq!(fold(&db, &world, &catalogue(), "a").await.unwrap(), Folded::NotMine);
        assert!(!build(&db, &world, &catalogue(), "a").await.unwrap(), "an older program does not turn it back");
        let mut gone = 0;
        loop {
            match swept(&db).await {
                0 => break,
                n => gone += n,
            }
        }
        assert!(gone > 70 * 9, "{gone}");
        assert_eq!(checked(&db, &world, all(&NEWER_METRICS[0])).await.total.n, 80);
    }
}

/// The job can be given to the runtime.
#[test]
fn the_job_is_send() {
    fn is_send<F: Future + Send>(_: fn(Db, World, Catalogue, String, tokio::sync::watch::Receiver<bool>) -> F) {}
    is_send(run);
}

async fn take_back(db: &Db, world: &World, fact: &NewFact) {
    let (world, subject, at) = (world.clone(), fact.subject.unwrap(), fact.occurred_at);
    let done = db.write(ACT, async move |tx: &mut store::Tx<'_>| void(tx, &world, &TOOK, subject, at).await).await;
    assert!(done.unwrap());
}
