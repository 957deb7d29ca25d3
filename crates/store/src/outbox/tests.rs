//! Deliveries: order, time, failures, crashes and many workers at once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use kernel::time::TestClock;
use serde_json::json;

use super::*;
use crate::{Act, Db};

const ACT: Act = Act::resident("test");

crate::statements! {
    STATE = "SELECT state, payload, reason, attempts FROM outbox WHERE key = $1";
}

/// Tampering and peeping are the tests' own: not for the registry.
const _: &[crate::Statement] = STATEMENTS;

type Plan = Box<dyn Fn(&Delivery) -> Outcome + Send + Sync>;

/// A channel that remembers what it was given and answers as planned; keys that begin with "slow" take their time.
struct Fake {
    given: Mutex<Vec<String>>,
    plan: Plan,
    slow: Duration,
}

impl Fake {
    fn new(plan: impl Fn(&Delivery) -> Outcome + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { given: Mutex::default(), plan: Box::new(plan), slow: Duration::ZERO })
    }

    fn given(&self) -> Vec<String> {
        self.given.lock().unwrap().clone()
    }
}

impl Deliver for Fake {
    fn topic(&self) -> &'static str {
        "test"
    }

    fn deliver(&self, item: Delivery) -> Delivering<'_> {
        Box::pin(async move {
            self.given.lock().unwrap().push(item.key.clone());
            if item.key.starts_with("slow") {
                tokio::time::sleep(self.slow).await;
            }
            (self.plan)(&item)
        })
    }
}

struct Room {
    db: Db,
    clock: TestClock,
    world: World,
}

impl Room {
    fn new(db: Db) -> Self {
        let clock = TestClock::at(Instant::from_micros(1_800_000_000_000_000));
        Self { db, world: World::fixed(clock.clone(), 9), clock }
    }

    async fn put(&self, item: Item) -> bool {
        let world = self.world.clone();
        self.db.write(ACT, async move |tx: &mut Tx<'_>| put(tx, &world, &item).await).await.unwrap()
    }

    async fn put_ordered(&self, key: &str, order: &str) {
        assert!(self.put(Item { order_by: Some(order.to_owned()), ..Item::new("test", key, json!({})) }).await);
    }

    fn worker(&self, fake: &Arc<Fake>) -> Worker {
        Worker::new(self.db.clone(), self.world.clone(), vec![Arc::clone(fake) as Arc<dyn Deliver>])
    }

    async fn drain(&self, fake: &Arc<Fake>) -> usize {
        self.worker(fake).drain().await.unwrap()
    }

    /// State, whether the payload is there, reason, attempts.
    async fn state(&self, key: &str) -> (String, bool, Option<String>, u32) {
        let key = key.to_owned();
        let row =
            self.db.read(async move |tx: &mut Tx<'_>| tx.one(&STATE, &[key.as_str().into()]).await).await.unwrap();
        (row.get(0).unwrap(), row.get::<Option<String>>(1).unwrap().is_some(), row.get(2).unwrap(), row.get(3).unwrap())
    }

    async fn counts(&self) -> Counts {
        self.db.read(async |tx: &mut Tx<'_>| counts(tx).await).await.unwrap()
    }

    async fn dead(&self) -> Vec<DeadLetter> {
        self.db.read(async |tx: &mut Tx<'_>| dead_letters(tx, 10).await).await.unwrap()
    }
}

/// A worker begins a delivery that never ends and dies with it; afterwards `heir` runs. Whether the item comes through.
async fn inherits(room: &Room, key: &str, heir: [u8; 8]) -> bool {
    assert!(room.put(Item::new("test", key, json!({}))).await);
    let stuck =
        Arc::new(Fake { given: Mutex::default(), plan: Box::new(|_| Outcome::Done), slow: Duration::from_secs(3600) });
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let dead = tokio::spawn(room.worker(&stuck).on([7; 8]).run(stopped.clone()));
    while stuck.given().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    dead.abort();
    let fake = Fake::new(|item| {
        assert_eq!(item.attempt, 2, "the attempt that was broken off counts");
        Outcome::Done
    });
    let heir = tokio::spawn(room.worker(&fake).on(heir).run(stopped));
    for _ in 0..60 {
        if !fake.given().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    heir.abort();
    fake.given() == [key]
}

fn sorted(mut keys: Vec<String>) -> Vec<String> {
    keys.sort();
    keys
}

crate::both! {
    /// The clock stands still, so no claim runs out by itself.
    async fn a_node_takes_up_what_its_dead_process_had_begun(db: Db) {
        let room = Room::new(db.clone());
        assert!(inherits(&room, "slow one", [7; 8]).await);
        // Another node cannot know whether this one is dead; an embedded database has no other node.
        assert_eq!(inherits(&room, "slow two", [8; 8]).await, db.engine() == crate::Engine::Sqlite);
    }

    async fn an_item_is_delivered_once_and_forgotten(db: Db) {
        let room = Room::new(db);
        assert!(room.put(Item::new("test", "one", json!({"to": "hanako@example.jp"}))).await);
        assert!(!room.put(Item::new("test", "one", json!({}))).await, "the same key is the same item");
        assert!(room.put(Item::new("other", "elsewhere", json!({}))).await);
        let fake = Fake::new(|item| {
            assert_eq!((item.payload["to"].as_str(), item.attempt), (Some("hanako@example.jp"), 1));
            Outcome::Done
        });
        assert_eq!(room.drain(&fake).await, 1);
        assert_eq!(room.drain(&fake).await, 0);
        assert_eq!(fake.given(), ["one"]);
        assert_eq!(room.state("one").await, ("done".to_owned(), false, None, 1));
        assert!(!room.put(Item::new("test", "one", json!({}))).await, "and stays the same item");
        assert_eq!(room.counts().await, Counts { open: 1, held: 0, dead: 0 }, "other topics wait for their handler");
    }

    async fn what_is_rolled_back_is_never_delivered(db: Db) {
        let room = Room::new(db);
        let world = room.world.clone();
        let refused: Result<(), Error> = room.db.write(ACT, async move |tx: &mut Tx<'_>| {
            put(tx, &world, &Item::new("test", "ghost", json!({}))).await?;
            Err(Error::NoRow("refused"))
        }).await;
        assert!(refused.is_err());
        assert_eq!(room.drain(&Fake::new(|_| Outcome::Done)).await, 0);
    }

    async fn one_order_goes_out_in_order(db: Db) {
        let room = Room::new(db);
        for n in 0..5 {
            room.put_ordered(&format!("a{n}"), "a").await;
            room.put_ordered(&format!("b{n}"), "b").await;
        }
        let fake = Fake::new(|_| Outcome::Done);
        assert_eq!(room.drain(&fake).await, 10);
        for order in ["a", "b"] {
            let given: Vec<String> = fake.given().into_iter().filter(|key| key.starts_with(order)).collect();
            assert_eq!(given, sorted(given.clone()));
        }
    }

    async fn a_failure_holds_its_order_back_and_a_dead_letter_frees_it(db: Db) {
        let room = Room::new(db);
        room.put_ordered("a1", "a").await;
        room.put_ordered("a2", "a").await;
        room.put_ordered("b1", "b").await;
        let fake = Fake::new(|item| match item.key.as_str() {
            "a1" if item.attempt < 3 => Outcome::Retry { reason: "busy".to_owned() },
            "a1" => Outcome::Dead { reason: "no such mailbox".to_owned() },
            _ => Outcome::Done,
        });
        room.drain(&fake).await;
        assert_eq!(sorted(fake.given()), ["a1", "b1"], "a2 waits behind a1, b1 does not");
        assert_eq!(room.state("a1").await.2.as_deref(), Some("busy"));
        room.clock.advance(Duration::from_secs(4));
        assert_eq!(room.drain(&fake).await, 0, "not so soon");
        room.clock.advance(Duration::from_secs(10));
        assert_eq!(room.drain(&fake).await, 1);
        room.clock.advance(Duration::from_secs(20));
        assert_eq!(room.drain(&fake).await, 2, "a1 dies and a2 goes");
        let dead = room.dead().await;
        assert_eq!((dead.len(), dead[0].key.as_str(), dead[0].reason.as_str(), dead[0].attempts), (1, "a1", "no such mailbox", 3));
        assert_eq!(room.state("a1").await.0, "dead");
        assert!(room.state("a1").await.1, "a dead letter keeps its payload");
    }

    async fn staff_retry_or_discard_dead_letters(db: Db) {
        let room = Room::new(db);
        room.put(Item::new("test", "one", json!({}))).await;
        room.put(Item::new("test", "two", json!({}))).await;
        let refusing = Fake::new(|_| Outcome::Dead { reason: "no".to_owned() });
        room.drain(&refusing).await;
        let dead = room.dead().await;
        assert_eq!((dead.len(), room.counts().await.dead), (2, 2));
        let one = dead.iter().find(|letter| letter.key == "one").unwrap().id;
        let two = dead.iter().find(|letter| letter.key == "two").unwrap().id;
        let world = room.world.clone();
        let done = room.db.write(ACT, async move |tx: &mut Tx<'_>| {
            Ok::<_, Error>((retry(tx, &world, one).await?, discard(tx, two).await?, discard(tx, two).await?))
        }).await.unwrap();
        assert_eq!(done, (true, true, false));
        let fake = Fake::new(|_| Outcome::Done);
        room.drain(&fake).await;
        assert_eq!(fake.given(), ["one"]);
        assert_eq!(room.state("two").await, ("discarded".to_owned(), false, Some("no".to_owned()), 1));
    }

    async fn a_reason_may_hold_anything(db: Db) {
        let room = Room::new(db);
        room.put(Item::new("test", "one", json!({"text": "NUL \0 and 外字 \u{e000}"}))).await;
        room.drain(&Fake::new(|item| Outcome::Dead { reason: format!("550\0 {} {}", item.payload["text"], "長".repeat(9_999)) })).await;
        let dead = room.dead().await;
        assert!(dead[0].reason.starts_with("550  ") && dead[0].reason.chars().count() == 500);
    }

    async fn attempts_end_and_the_waiting_grows(db: Db) {
        let room = Room::new(db);
        room.put(Item::new("test", "never", json!({}))).await;
        let fake = Fake::new(|_| Outcome::Retry { reason: "away".to_owned() });
        let (mut minutes, mut attempts) = (0, 0);
        while room.dead().await.is_empty() {
            attempts += room.drain(&fake).await;
            room.clock.advance(Duration::from_secs(60));
            minutes += 1;
            assert!(minutes < 48 * 60, "it must end");
        }
        assert_eq!(attempts, ATTEMPTS as usize);
        assert!((22 * 60..28 * 60).contains(&minutes), "about a day: {minutes} minutes");
    }

    async fn nothing_goes_too_early_or_too_late(db: Db) {
        let room = Room::new(db);
        let now = room.world.now();
        let item = |key: &str| Item::new("test", key, json!({}));
        room.put(Item { not_before: Some(now.plus_minutes(60)), order_by: Some("o".to_owned()), ..item("reminder") }).await;
        room.put(Item { order_by: Some("o".to_owned()), ..item("cancelled") }).await;
        room.put(Item { not_before: Some(now.plus_minutes(30)), not_after: Some(now.plus_minutes(40)), ..item("stale") }).await;
        let fake = Fake::new(|_| Outcome::Done);
        room.drain(&fake).await;
        assert_eq!(fake.given(), ["cancelled"], "a reminder for later holds nobody back");
        room.clock.advance(Duration::from_secs(3600));
        room.drain(&fake).await;
        assert_eq!(fake.given(), ["cancelled", "reminder"]);
        assert_eq!(room.state("stale").await, ("stale".to_owned(), false, None, 0));
    }

    async fn a_retried_item_goes_stale_in_time(db: Db) {
        let room = Room::new(db);
        let limit = room.world.now().plus_minutes(1);
        room.put(Item { not_after: Some(limit), ..Item::new("test", "one", json!({})) }).await;
        let fake = Fake::new(|_| Outcome::Retry { reason: "away".to_owned() });
        for _ in 0..20 {
            room.drain(&fake).await;
            room.clock.advance(Duration::from_secs(10));
        }
        assert_eq!(room.state("one").await.0, "stale");
    }

    async fn the_urgent_goes_first(db: Db) {
        let room = Room::new(db);
        for (key, urgency) in [("bulk", Urgency::Bulk), ("normal", Urgency::Normal), ("alarm", Urgency::Emergency), ("prompt", Urgency::Prompt)] {
            for n in 0..20 {
                room.put(Item { urgency, ..Item::new("test", format!("{key}{n}"), json!({})) }).await;
            }
        }
        let fake = Fake::new(|_| Outcome::Done);
        room.drain(&fake).await;
        let given = fake.given();
        // Sixteen go side by side, so neighbours may mix within a round.
        let place = |key: &str| given.iter().position(|given| given == key).unwrap();
        assert!(place("alarm19") < place("normal0") && place("prompt19") < place("bulk0"));
    }

    async fn withdrawn_items_do_not_go(db: Db) {
        let room = Room::new(db);
        room.put(Item { not_before: Some(room.world.now().plus_minutes(60)), ..Item::new("test", "reminder", json!({})) }).await;
        let world = room.world.clone();
        let withdraw = async move |tx: &mut Tx<'_>| Ok::<_, Error>((
            withdraw(tx, &world, "reminder").await?, withdraw(tx, &world, "reminder").await?, withdraw(tx, &world, "none").await?,
        ));
        assert_eq!(room.db.write(ACT, withdraw).await.unwrap(), (true, false, false));
        room.clock.advance(Duration::from_secs(7200));
        assert_eq!(room.drain(&Fake::new(|_| Outcome::Done)).await, 0);
        assert_eq!(room.state("reminder").await.0, "withdrawn");
    }

    async fn held_items_wait_for_somebody(db: Db) {
        let room = Room::new(db);
        room.put_ordered("old1", "o").await;
        room.put_ordered("old2", "p").await;
        assert_eq!(room.db.write(ACT, async |tx: &mut Tx<'_>| hold_all(tx).await).await.unwrap(), 2);
        room.put_ordered("new", "o").await;
        let fake = Fake::new(|_| Outcome::Done);
        room.drain(&fake).await;
        assert_eq!(fake.given(), ["new"], "what comes after a restore goes");
        assert_eq!(room.counts().await, Counts { open: 0, held: 2, dead: 0 });
        assert_eq!(room.db.write(ACT, async |tx: &mut Tx<'_>| release_held(tx).await).await.unwrap(), 2);
        room.drain(&fake).await;
        assert_eq!(sorted(fake.given()), ["new", "old1", "old2"]);
        room.put_ordered("old3", "o").await;
        let world = room.world.clone();
        let discarded = room.db.write(ACT, async move |tx: &mut Tx<'_>| { hold_all(tx).await?; discard_held(tx, &world).await }).await;
        assert_eq!(discarded.unwrap(), 1);
        assert_eq!(room.state("old3").await, ("discarded".to_owned(), false, None, 0));
    }

    async fn a_worker_that_died_leaves_its_items_to_others(db: Db) {
        let room = Room::new(db);
        room.put(Item::new("test", "slow", json!({}))).await;
        let dying = Arc::new(Fake { given: Mutex::default(), plan: Box::new(|_| Outcome::Done), slow: Duration::from_secs(3600) });
        let worker = room.worker(&dying);
        let task = tokio::spawn(async move { worker.drain().await });
        while dying.given().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        task.abort();
        let fake = Fake::new(|_| Outcome::Done);
        assert_eq!(room.drain(&fake).await, 0, "claimed");
        room.clock.advance(Duration::from_secs(121));
        assert_eq!(room.drain(&fake).await, 1, "and free when the claim ran out");
        assert_eq!(room.state("slow").await, ("done".to_owned(), false, None, 2));
    }

    async fn an_item_that_ends_every_worker_dies_in_the_end(db: Db) {
        let room = Room::new(db);
        room.put(Item::new("test", "slow", json!({}))).await;
        let dying = Arc::new(Fake { given: Mutex::default(), plan: Box::new(|_| Outcome::Done), slow: Duration::from_secs(3600) });
        for attempt in 1..=ATTEMPTS as usize {
            let worker = room.worker(&dying);
            let task = tokio::spawn(async move { worker.drain().await });
            while dying.given().len() < attempt {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            task.abort();
            room.clock.advance(Duration::from_secs(121));
        }
        room.drain(&dying).await;
        assert_eq!(dying.given().len(), ATTEMPTS as usize, "no attempt more");
        assert_eq!(room.dead().await[0].reason, "every attempt was broken off");
    }

    async fn a_slow_delivery_takes_one_place_and_not_all(db: Db) {
        let room = Room::new(db);
        let fake = Arc::new(Fake { given: Mutex::default(), plan: Box::new(|_| Outcome::Done), slow: Duration::from_secs(2) });
        room.put(Item { urgency: Urgency::Emergency, ..Item::new("test", "slow", json!({})) }).await;
        for n in 0..60 {
            room.put(Item::new("test", format!("quick {n}"), json!({}))).await;
        }
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let running = tokio::spawn(room.worker(&fake).run(stopped));
        while room.counts().await.open > 1 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(room.state("slow").await.0, "open", "sixty went by in the meantime");
        stop.send(true).unwrap();
        running.await.unwrap();
        assert_eq!(room.state("slow").await.0, "done", "what was begun is finished before the worker stops");
    }

    async fn a_panicking_handler_harms_one_delivery(db: Db) {
        let room = Room::new(db);
        room.put(Item::new("test", "bad", json!({}))).await;
        room.put(Item::new("test", "good", json!({}))).await;
        let fake = Fake::new(|item| if item.key == "bad" { panic!("a bug") } else { Outcome::Done });
        assert_eq!(room.drain(&fake).await, 2);
        assert_eq!(room.state("good").await.0, "done");
        assert_eq!(room.state("bad").await.2.as_deref(), Some("the handler failed"));
    }

    async fn eight_workers_deliver_each_item_once_and_in_order(db: Db) {
        let room = Room::new(db);
        for n in 0..120 {
            room.put_ordered(&format!("{:02}-{:02}", n % 12, n / 12), &format!("order {}", n % 12)).await;
        }
        let fake = Fake::new(|_| Outcome::Done);
        let workers: Vec<_> = (0..8)
            .map(|_| {
                let (worker, db) = (room.worker(&fake), room.db.clone());
                tokio::spawn(async move {
                    // One worker may find everything first in line claimed by the others; look until nothing is open.
                    while db.read(async |tx: &mut Tx<'_>| counts(tx).await).await.unwrap().open > 0 {
                        worker.drain().await.unwrap();
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.await.unwrap();
        }
        let given = fake.given();
        assert_eq!(given.len(), 120, "none twice");
        for order in 0..12 {
            let of_order: Vec<String> = given.iter().filter(|key| key.starts_with(&format!("{order:02}-"))).cloned().collect();
            assert_eq!((of_order.len(), &of_order), (10, &sorted(of_order.clone())));
        }
    }

    async fn a_running_worker_wakes_up_and_stops(db: Db) {
        let room = Room::new(db);
        let fake = Fake::new(|_| Outcome::Done);
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let running = tokio::spawn(room.worker(&fake).run(stopped));
        for n in 0..3 {
            room.put(Item::new("test", format!("k{n}"), json!({}))).await;
            while fake.given().len() <= n {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        stop.send(true).unwrap();
        tokio::time::timeout(Duration::from_secs(5), running).await.unwrap().unwrap();
        assert_eq!(room.counts().await, Counts::default());
        let before = room.world.now().plus_days(1);
        assert_eq!(room.db.write(ACT, async move |tx: &mut Tx<'_>| sweep(tx, before).await).await.unwrap(), 3);
    }
}
