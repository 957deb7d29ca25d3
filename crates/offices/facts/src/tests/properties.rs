//! Whatever is written, taken back, corrected and folded in whatever order: rollup + pending = the facts alone.

use kernel::World;
use kernel::locale::Locale;
use kernel::time::Instant;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use store::testing::both;
use store::{Db, Tx};
use tokio::runtime::Handle;
use uuid::Uuid;

use super::fixture::*;
use crate::*;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    Record(NewFact),
    /// Takes back the fact recorded so many steps ago.
    Void(usize),
    /// Puts another in the place of the fact recorded so many steps ago.
    Correct(usize, NewFact),
    Fold,
}

fn fact() -> impl Strategy<Value = NewFact> {
    let kind = prop::sample::select(vec![&TOOK, &CAME, &MISSED]);
    let code = |codes: &'static [&'static str]| prop::option::of(prop::sample::select(codes).prop_map(str::to_owned));
    let dims = (
        prop::option::of((0..3_u128).prop_map(unit)),
        prop::option::of((10..13_u128).prop_map(unit)),
        code(&["koseki", "zei", "a b%_\\"]),
        code(&["web", "staff"]),
        prop::option::of(prop::sample::select(&Locale::ALL[..])),
        code(&["child", "adult"]),
    );
    let dims = dims.prop_map(|(unit, place, topic, channel, locale, cohort)| Dims {
        unit,
        place,
        topic,
        channel,
        locale,
        cohort,
    });
    let value = prop_oneof![0..50_i64, 0..100_000_i64, -10..0_i64];
    (kind, 0..150 * 1440_i64, dims, value, any::<u128>()).prop_map(|(kind, minute, dims, value, subject)| NewFact {
        kind,
        occurred_at: day("2026-09-20").start().plus_minutes(minute),
        dims,
        value,
        subject: Some(Uuid::from_u128(subject)),
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => fact().prop_map(Step::Record),
        2 => (0..12_usize).prop_map(Step::Void),
        2 => (0..12_usize, fact()).prop_map(|(ago, fact)| Step::Correct(ago, fact)),
        1 => Just(Step::Fold),
    ]
}

fn question() -> impl Strategy<Value = Question> {
    let filter = (
        prop::option::of(prop::collection::btree_set((0..4_u128).prop_map(unit), 0..3)),
        prop::option::of((10..13_u128).prop_map(unit)),
        prop::option::of(prop::sample::select(&["koseki", "a b%_\\"][..]).prop_map(str::to_owned)),
        prop::option::of(Just("web".to_owned())),
        prop::option::of(Just(Locale::En)),
    );
    let filter =
        filter.prop_map(|(units, place, topic, channel, locale)| Filter { units, place, topic, channel, locale });
    let filter = prop_oneof![Just(Filter::default()), filter];
    (prop::sample::select(METRICS), 0..200_i32, 1..200_i32, prop::sample::select(&By::ALL[..]), filter).prop_map(
        |(metric, from, days, by, filter)| {
            let from = day("2026-09-01").plus(from);
            Question { metric: find(metric.name), period: Period::new(from, from.plus(days)).unwrap(), by, filter }
        },
    )
}

type Written = Vec<(FactId, &'static Kind, Uuid, Instant)>;

async fn act(db: &Db, world: &World, written: &mut Written, step: Step) {
    let nth = |ago: usize| written.len().checked_sub(ago + 1).map(|at| written[at]);
    match step {
        Step::Fold => drop(fold_all(db, world, &catalogue(), "a").await),
        Step::Record(fact) => {
            let (kind, subject, at) = (fact.kind, fact.subject.unwrap(), fact.occurred_at);
            written.push((write(db, world, fact).await, kind, subject, at));
        }
        Step::Void(ago) => {
            let Some((_, kind, subject, at)) = nth(ago) else { return };
            let world = world.clone();
            db.write(ACT, async move |tx: &mut Tx<'_>| void(tx, &world, kind, subject, at).await).await.unwrap();
        }
        Step::Correct(ago, fact) => {
            let Some((wrong, ..)) = nth(ago) else { return };
            let world = world.clone();
            let corrected = db.write(ACT, async move |tx: &mut Tx<'_>| correct(tx, &world, wrong, &fact).await).await;
            assert!(matches!(corrected, Ok(()) | Err(CorrectError::NotHeld)), "{corrected:?}");
        }
    }
}

both! {
    async fn rollup_and_pending_are_the_facts(db: Db) {
        let (_, world) = world();
        let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, max_shrink_iters: 200, ..Config::default() });
        let strategy = (prop::collection::vec(step(), 1..40), prop::collection::vec(question(), 8));
        // The cases share one database: what holds must hold whatever was there before.
        let run = runner.run(&strategy, |(steps, questions)| {
            tokio::task::block_in_place(|| Handle::current().block_on(async {
                let mut written = Written::new();
                for step in steps {
                    act(&db, &world, &mut written, step).await;
                }
                for question in questions {
                    if !matches!(answer(&db, &world, question.clone()).await, Err(AskError::TooFine)) {
                        checked(&db, &world, question).await;
                    }
                }
            }));
            Ok(())
        });
        run.unwrap();
    }
}
