//! Free places from memory: what was committed is seen, what is seen is small, other nodes follow.

use std::{sync::Arc, time::Duration};

use kernel::{day::Weekday, holidays::Calendar};
use store::{Db, Tx, testing::PgDatabase};

use super::fixture::*;
use crate::*;

async fn free(memory: &Availability, city: &City, at: SlotId) -> u32 {
    let days = memory.days(city.service).await.unwrap().unwrap();
    let day = days.iter().find(|it| it.day == at.day).unwrap();
    day.slots.iter().find(|it| it.id == at).unwrap().free
}

store::testing::both! {
    /// Every booking is seen by the next question, also in the middle of others' bookings.
    async fn the_next_reader_sees_it(db: Db) {
        let city = Arc::new(City::new(db.clone(), 40, 0).await);
        let memory = Availability::new(db, city.world.clone());
        assert_eq!(free(&memory, &city, slot(10, 0)).await, 40);
        for left in (30..40).rev() {
            city.book(city.wish(slot(10, 0))).await.unwrap();
            assert_eq!(free(&memory, &city, slot(10, 0)).await, left);
        }
        let tasks: Vec<_> = (0..20).map(|_| {
            let (city, memory) = (Arc::clone(&city), memory.clone());
            tokio::spawn(async move {
                city.book(city.wish(slot(11, 0))).await.unwrap();
                free(&memory, &city, slot(11, 0)).await
            })
        }).collect();
        let mut seen = Vec::new();
        for task in tasks {
            seen.push(task.await.unwrap());
        }
        assert!(seen.iter().all(|it| (20..40).contains(it)), "{seen:?}");
        assert_eq!(free(&memory, &city, slot(11, 0)).await, 20);
        assert!(memory.days(city.world.id()).await.unwrap().is_none(), "no such service");
    }

    /// Times vanish when their window closes, without any act.
    async fn time_passes(db: Db) {
        let city = City::new(db.clone(), 2, 0).await;
        let memory = Availability::new(db, city.world.clone());
        city.tuesday_at(8, 59);
        let first = |days: Arc<Vec<DayPlaces>>| days[0].slots[0].id;
        assert_eq!(first(memory.days(city.service).await.unwrap().unwrap()), slot(10, 0), "one hour ahead");
        city.tuesday_at(9, 1);
        assert_eq!(first(memory.days(city.service).await.unwrap().unwrap()), slot(10, 30));
        let json = memory.json(city.service, tuesday(), 1).await.unwrap().unwrap();
        let text = std::str::from_utf8(&json).unwrap();
        let start = format!(r#"{{"service":"{}","slots":[{{"id":"{}","starts_at":"2026-11-24T10:30:00+09:00","capacity":2,"free":2}},"#, city.service, slot(10, 30));
        assert!(text.starts_with(&start), "{text}");
        assert_eq!(&*memory.json(city.service, tuesday().plus(1), 30).await.unwrap().unwrap(), format!(r#"{{"service":"{}","slots":[]}}"#, city.service).as_bytes());
    }

    /// A month of busy hours fits into 60 KB.
    async fn a_month_is_small(db: Db) {
        let city = City::new(db.clone(), 1, 0).await;
        let (world, id) = (city.world.clone(), city.service);
        let weekdays = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
        let hours: Vec<_> = weekdays.iter().map(|it| Opening { weekday: *it, from: at(9, 0), to: at(17, 0), step: 15, web: 10, staff: 2 }).collect();
        city.db.write(ACT, async move |tx: &mut Tx<'_>| {
            set_openings(tx, &world, &Calendar::new(), id, tuesday(), &hours).await?;
            extend_slots(tx, &Calendar::new(), id, tuesday(), tuesday().plus(40)).await?;
            Ok::<_, SetOpeningsError>(())
        }).await.unwrap();
        let memory = Availability::new(db, city.world.clone());
        let json = memory.json(id, tuesday(), 30).await.unwrap().unwrap();
        assert!(json.len() > 20_000 && json.len() < 60_000, "{} bytes", json.len());
    }
}

/// A booking on one node is seen on the other within a second.
#[test]
fn another_node_follows() {
    let database = PgDatabase::migrated();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (here, there) = (database.open("here"), database.open("there"));
        let city = City::new(here, 5, 0).await;
        let memory = Availability::new(there, city.world.clone());
        assert_eq!(free(&memory, &city, slot(10, 0)).await, 5);
        city.book(city.wish(slot(10, 0))).await.unwrap();
        let mut waited = 0;
        while free(&memory, &city, slot(10, 0)).await != 4 {
            waited += 1;
            assert!(waited < 100, "not seen after a second");
            tokio::time::sleep(Duration::from_millis(10)).await;
            city.clock.advance(Duration::from_millis(10));
        }
    });
}
