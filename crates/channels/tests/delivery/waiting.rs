//! Order, time, and messages taken back.

use super::house::*;

store::testing::both! {
    async fn messages_of_one_case_keep_their_order(db: Db) {
        let house = House::new(db).await;
        let case = uuid::Uuid::from_u128(1);
        let of_case = |number: u32, to: &str| Message { order_by: case.to_string(), ..message(&format!("survey/{number}"), to) };
        for number in 1..=4 {
            house.queue(of_case(number, &format!("p{number}@example.jp"))).await;
        }
        house.tell("survey/9", "other@example.jp").await;
        house.sink.always("p1@example.jp", Fault::Later);
        house.drain().await;
        assert_eq!(house.arrived(), ["other@example.jp"]);
        house.sink.always("p1@example.jp", Fault::Slow(Duration::from_millis(30)));
        house.clock.advance(HOUR);
        house.drain().await;
        assert_eq!(house.arrived()[1..], ["p1@example.jp", "p2@example.jp", "p3@example.jp", "p4@example.jp"]);
        let story = house.db.read(async move |tx: &mut Tx<'_>| record::of_case(tx, case).await).await.unwrap();
        assert_eq!(story.iter().map(|record| record.key.as_str()).collect::<Vec<_>>(), ["survey/1", "survey/2", "survey/3", "survey/4"]);
    }

    async fn a_dead_letter_frees_the_ones_behind_it(db: Db) {
        let house = House::new(db).await;
        house.sink.always("p1@example.jp", Fault::NoMailbox);
        for number in 1..=2 {
            let to = format!("p{number}@example.jp");
            house.queue(Message { order_by: "visit/1".to_owned(), ..message(&format!("survey/{number}"), &to) }).await;
        }
        house.drain().await;
        assert_eq!(house.arrived(), ["p2@example.jp"]);
    }

    async fn a_reminder_waits_for_its_time_and_holds_nobody_up(db: Db) {
        let house = House::new(db).await;
        let now = house.world.now();
        let case = |key: &str, to: &str| Message { order_by: "visit/1".to_owned(), ..message(key, to) };
        house.queue(Message { not_before: Some(now.plus(24 * HOUR)), ..case("reminder/1", "reminder@example.jp") }).await;
        house.queue(case("survey/1", "now@example.jp")).await;
        house.drain().await;
        assert_eq!(house.arrived(), ["now@example.jp"]);
        house.clock.advance(23 * HOUR);
        house.drain().await;
        assert_eq!(house.arrived().len(), 1);
        house.clock.advance(HOUR);
        house.drain().await;
        assert_eq!(house.arrived(), ["now@example.jp", "reminder@example.jp"]);
    }

    async fn a_stale_reminder_is_dropped(db: Db) {
        let house = House::new(db).await;
        let now = house.world.now();
        let late = Message { not_after: Some(now.plus(HOUR)), ..message("reminder/1", "late@example.jp") };
        let Queued::New(id) = house.queue(late).await else { panic!("queued before") };
        house.sink.always("late@example.jp", Fault::Later);
        house.drain().await;
        assert_eq!(house.state(id).await.0, State::Failed);
        house.sink.always("late@example.jp", Fault::Slow(Duration::ZERO));
        house.clock.advance(2 * HOUR);
        house.drain().await;
        assert_eq!(house.catch_up().await, 1);
        assert_eq!(house.catch_up().await, 0);
        assert_eq!(house.state(id).await, (State::Stale, Some(Why::Busy), 1));
        assert!(house.sink.letters().is_empty());
        assert_eq!(house.open().await, 0);
    }

    async fn a_cancelled_booking_takes_its_reminder_back(db: Db) {
        let house = House::new(db).await;
        let at = Some(house.world.now().plus(24 * HOUR));
        let Queued::New(id) = house.queue(Message { not_before: at, ..message("reminder/1", "a@example.jp") }).await else {
            panic!("queued before")
        };
        house.tell("survey/1", "sent@example.jp").await;
        assert_eq!(house.cancel("reminder/1").await, Cancelled::Withdrawn);
        assert_eq!(house.cancel("reminder/1").await, Cancelled::NotWaiting);
        assert_eq!(house.cancel("reminder/of-nobody").await, Cancelled::NotWaiting);
        house.clock.advance(48 * HOUR);
        house.drain().await;
        assert_eq!(house.arrived(), ["sent@example.jp"]);
        assert_eq!(house.cancel("survey/1").await, Cancelled::NotWaiting);
        assert_eq!(house.state(id).await.0, State::Withdrawn);
        assert_eq!(house.open().await, 0);
    }

    async fn a_message_cancelled_while_under_way_is_not_tried_again(db: Db) {
        let house = House::new(db).await;
        let id = house.tell("survey/1", "slow@example.jp").await;
        // Longer than the channel's patience: the attempt fails.
        house.sink.always("slow@example.jp", Fault::Slow(Duration::from_secs(20)));
        let worker = house.worker(house.office(true));
        let attempt = tokio::spawn(async move { worker.drain().await });
        while house.state(id).await.0 != State::HandedOver {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(house.cancel("survey/1").await, Cancelled::UnderWay);
        attempt.await.unwrap().unwrap();
        house.clock.advance(HOUR);
        house.sink.always("slow@example.jp", Fault::Slow(Duration::ZERO));
        house.drain().await;
        assert!(house.sink.letters().iter().all(|letter| !letter.acknowledged));
        assert_eq!(house.state(id).await, (State::Withdrawn, None, 1));
        assert_eq!(house.open().await, 0);
    }
}
