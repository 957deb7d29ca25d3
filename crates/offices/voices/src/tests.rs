//! The office on both engines.

use std::time::Duration;

use kernel::World;
use kernel::locale::Locale;
use kernel::text::{Line, Paragraph};
use kernel::time::{Instant, TestClock};
use store::testing::both;
use store::{Act, Db, Tx};
use uuid::Uuid;

use crate::*;

const ACT: Act = Act::resident("voices.test");

fn world() -> (TestClock, World) {
    let clock = TestClock::at(Instant::parse_rfc3339("2026-11-24T10:00:00+09:00").unwrap());
    (clock.clone(), World::fixed(clock, 3))
}

fn voice(subject: Uuid, topic: &str, score: u8, line: Option<&str>) -> Voice {
    Voice {
        subject,
        topic: Line::parse(topic).unwrap(),
        score: Score::new(score).unwrap(),
        line: line.map(|line| Paragraph::parse(line).unwrap()),
        locale: Locale::Easy,
        dims: facts::Dims::default(),
    }
}

async fn say(db: &Db, world: &World, voice: Voice) -> Recorded {
    let w = world.clone();
    db.write(ACT, async move |tx: &mut Tx<'_>| record(tx, &w, &voice).await).await.unwrap()
}

async fn read(db: &Db, topics: &[&str], before: Instant) -> Vec<String> {
    let topics: Vec<String> = topics.iter().map(|topic| (*topic).to_owned()).collect();
    let found: Result<_, store::Error> =
        db.read(async move |tx: &mut Tx<'_>| lines(tx, &topics, before, 2).await).await;
    found.unwrap().into_iter().map(|spoken| spoken.line).collect()
}

both! {
    async fn every_statement_is_understood(db: Db) {
        assert_eq!(db.check(STATEMENTS).await.unwrap(), Vec::<String>::new());
    }

    async fn a_case_has_one_voice_even_when_pressed_ten_times_at_once(db: Db) {
        let (_, world) = world();
        let subject = world.id::<VoiceId>().uuid();
        let tasks: Vec<_> = (0..10)
            .map(|n| {
                let (db, world) = (db.clone(), world.clone());
                tokio::spawn(async move { say(&db, &world, voice(subject, "koseki", n % 5 + 1, Some("ありがとう"))).await })
            })
            .collect();
        let mut taken = 0;
        for task in tasks {
            taken += usize::from(task.await.unwrap() == Recorded::Taken);
        }
        assert_eq!(taken, 1);
        let spoken: Result<bool, store::Error> = db.read(async move |tx: &mut Tx<'_>| has_spoken(tx, subject).await).await;
        assert!(spoken.unwrap());
        let other = world.id::<VoiceId>().uuid();
        let silent: Result<bool, store::Error> = db.read(async move |tx: &mut Tx<'_>| has_spoken(tx, other).await).await;
        assert!(!silent.unwrap());
    }

    async fn figures_are_of_the_period_and_by_topic(db: Db) {
        let (clock, world) = world();
        let first = world.today();
        for (topic, score) in [("koseki", 5), ("koseki", 4), ("kokuho", 1)] {
            say(&db, &world, voice(world.id::<VoiceId>().uuid(), topic, score, None)).await;
        }
        clock.advance(Duration::from_secs(24 * 3600));
        say(&db, &world, voice(world.id::<VoiceId>().uuid(), "koseki", 2, None)).await;
        let table = async |from, until| {
            let table: Result<_, store::Error> = db.read(async move |tx: &mut Tx<'_>| summary(tx, from, until).await).await;
            table.unwrap()
        };
        let one_day = table(first, first.plus(1)).await;
        assert_eq!(one_day.topics["koseki"].distribution, [0, 0, 0, 1, 1]);
        assert_eq!(one_day.topics["kokuho"].distribution, [1, 0, 0, 0, 0]);
        assert_eq!(table(first, first.plus(2)).await.total().n(), 4);
        assert_eq!(table(first.plus(5), first.plus(9)).await, Table::default());
    }

    async fn staff_read_the_lines_of_their_own_topics_newest_first(db: Db) {
        let (clock, world) = world();
        for (topic, line) in [("koseki", "一"), ("zei", "二"), ("kokuho", "三"), ("koseki", "四\n五")] {
            say(&db, &world, voice(world.id::<VoiceId>().uuid(), topic, 3, Some(line))).await;
            clock.advance(Duration::from_secs(60));
        }
        say(&db, &world, voice(world.id::<VoiceId>().uuid(), "koseki", 3, None)).await;
        let now = world.now().plus_minutes(1);
        assert_eq!(read(&db, &["koseki", "kokuho"], now).await, ["四\n五", "三"]);
        assert_eq!(read(&db, &["koseki", "kokuho"], now.plus_minutes(-3)).await, ["一"]);
        assert!(read(&db, &[], now).await.is_empty());
    }

    async fn lines_are_emptied_after_their_time_and_scores_stay(db: Db) {
        let (clock, world) = world();
        let keep = Duration::from_secs(90 * 24 * 3600);
        say(&db, &world, voice(world.id::<VoiceId>().uuid(), "koseki", 5, Some("古い"))).await;
        clock.advance(keep);
        say(&db, &world, voice(world.id::<VoiceId>().uuid(), "koseki", 5, Some("新しい"))).await;
        let swept = async || {
            let w = world.clone();
            db.write(ACT, async move |tx: &mut Tx<'_>| sweep(tx, &w, keep).await).await.unwrap()
        };
        assert_eq!(swept().await, 0, "to the microsecond it may still stay");
        clock.advance(Duration::from_micros(1));
        assert_eq!(swept().await, 1);
        assert_eq!(read(&db, &["koseki"], world.now().plus_minutes(1)).await, ["新しい"]);
        let (from, until) = (world.today().plus(-200), world.today().plus(1));
        let table: Result<_, store::Error> = db.read(async move |tx: &mut Tx<'_>| summary(tx, from, until).await).await;
        assert_eq!(table.unwrap().total().n(), 2);
    }

    async fn an_erased_case_leaves_a_score_of_nobody(db: Db) {
        let (_, world) = world();
        let subject = world.id::<VoiceId>().uuid();
        say(&db, &world, voice(subject, "koseki", 1, Some("わたしは…"))).await;
        let w = world.clone();
        db.write(ACT, async move |tx: &mut Tx<'_>| store::erasure::erase(tx, &w, &ERASER, subject).await).await.unwrap();
        assert!(read(&db, &["koseki"], world.now().plus_minutes(1)).await.is_empty());
        let spoken: Result<bool, store::Error> = db.read(async move |tx: &mut Tx<'_>| has_spoken(tx, subject).await).await;
        assert!(!spoken.unwrap());
        let (from, until) = (world.today(), world.today().plus(1));
        let table: Result<_, store::Error> = db.read(async move |tx: &mut Tx<'_>| summary(tx, from, until).await).await;
        assert_eq!(table.unwrap().total().n(), 1);
    }
}
