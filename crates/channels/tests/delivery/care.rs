//! Dead letters in the hands of staff, and forgetting.

use super::house::*;

store::testing::both! {
    async fn a_refused_letter_waits_for_staff(db: Db) {
        let house = House::new(db).await;
        house.sink.always("wrong@example.jp", Fault::NoMailbox);
        let again = house.tell("survey/1", "wrong@example.jp").await;
        let away = house.tell("survey/2", "wrong@example.jp").await;
        house.drain().await;
        for id in [again, away] {
            let record = house.record(id).await;
            assert_eq!((record.state, record.why), (State::Dead, Some(Why::Recipient)));
            let detail = record.detail.unwrap();
            assert!(detail.contains("550") && !detail.contains("wrong@example.jp"), "{detail}");
        }
        let dead = house.db.read(async |tx: &mut Tx<'_>| record::list(tx, Some(State::Dead), None, 10).await).await.unwrap();
        assert_eq!(dead.iter().map(|record| record.id).collect::<Vec<_>>(), [away, again]);
        let counts = house.db.read(async |tx: &mut Tx<'_>| record::counts(tx).await).await.unwrap();
        assert_eq!(counts, [(State::Dead, 2)]);

        house.sink.always("wrong@example.jp", Fault::Slow(Duration::ZERO));
        let world = house.world.clone();
        let by = Actor::Staff { person: uuid::Uuid::from_u128(7), post: None };
        let done = house
            .db
            .write(ACT, async move |tx: &mut Tx<'_>| {
                Ok::<_, Error>([
                    staff::retry(tx, &world, by, again).await?,
                    staff::retry(tx, &world, by, again).await?,
                    staff::discard(tx, &world, by, away).await?,
                    staff::discard(tx, &world, by, away).await?,
                    staff::discard(tx, &world, by, again).await?,
                ])
            })
            .await
            .unwrap();
        assert_eq!(done, [true, false, true, false, false]);
        house.drain().await;
        assert_eq!(house.state(again).await, (State::Accepted, None, 2));
        assert_eq!(house.state(away).await.0, State::Discarded);
        assert_eq!(house.arrived(), ["wrong@example.jp"]);
    }

    async fn after_many_attempts_staff_are_asked(db: Db) {
        let house = House::new(db).await;
        let id = house.tell("survey/1", "hanako@example.jp").await;
        house.sink.always("hanako@example.jp", Fault::Later);
        for _ in 0..ATTEMPTS + 2 {
            house.drain().await;
            house.clock.advance(2 * HOUR);
        }
        assert_eq!(house.state(id).await, (State::Dead, Some(Why::Exhausted), i64::from(ATTEMPTS)));
        assert!(house.record(id).await.detail.unwrap().contains("busy"));
    }

    async fn a_dead_letter_can_be_taken_back_too(db: Db) {
        let house = House::new(db).await;
        house.sink.always("wrong@example.jp", Fault::NoMailbox);
        let id = house.tell("survey/1", "wrong@example.jp").await;
        house.drain().await;
        assert_eq!(house.cancel("survey/1").await, Cancelled::Withdrawn);
        assert_eq!(house.state(id).await.0, State::Withdrawn);
        let counts = house.db.read(async |tx: &mut Tx<'_>| outbox::counts(tx).await).await.unwrap();
        assert_eq!(counts.dead, 0);
    }

    async fn a_forgotten_recipient_leaves_nothing_behind(db: Db) {
        let house = House::new(db).await;
        let simulated = Message { to: mail("Hanako@example.jp").simulated_if(true), ..message("survey/1", "hanako@example.jp") };
        let Queued::New(shown) = house.queue(simulated).await else { panic!() };
        house.drain().await;
        house.sink.always("hanako@example.jp", Fault::NoMailbox);
        let dead = house.tell("survey/2", "hanako@example.jp").await;
        house.drain().await;
        let at = Some(house.world.now().plus(24 * HOUR));
        let Queued::New(waiting) = house.queue(Message { not_before: at, ..message("survey/3", "hanako@example.jp") }).await else {
            panic!()
        };
        let Queued::New(neighbour) = house.queue(Message { not_before: at, ..message("survey/4", "taro@example.jp") }).await else {
            panic!()
        };
        let world = house.world.clone();
        house
            .db
            .write(ACT, async move |tx: &mut Tx<'_>| {
                let hash = erase::recipient_hash(tx, &mail("hanako@example.jp")).await?.expect("the city has a key");
                erase::erase_for(tx, &world, hash).await
            })
            .await
            .unwrap();
        assert!(house.shelf(Shelf::Simulator).await.is_empty());
        assert_eq!(house.state(shown).await.0, State::Accepted);
        for id in [dead, waiting] {
            let record = house.record(id).await;
            assert_eq!((record.state, record.detail), (State::Withdrawn, None));
        }
        let counts = house.db.read(async |tx: &mut Tx<'_>| outbox::counts(tx).await).await.unwrap();
        assert_eq!((counts.open, counts.dead), (1, 0));
        house.clock.advance(48 * HOUR);
        house.drain().await;
        assert_eq!(house.arrived(), ["taro@example.jp"]);
        assert_eq!(house.state(neighbour).await.0, State::Accepted);
    }

    async fn a_forgotten_case_is_not_written_to(db: Db) {
        let house = House::new(db).await;
        let case = |number: u128| uuid::Uuid::from_u128(number);
        let at = Some(house.world.now().plus(24 * HOUR));
        let of_case = |number: u128, to: Recipient, not_before| Message {
            order_by: case(number).to_string(),
            to,
            not_before,
            ..message(&format!("survey/{number}/{}", not_before.is_some()), "unused@example.jp")
        };
        house.queue(of_case(1, mail("shown@example.jp").simulated_if(true), None)).await;
        house.drain().await;
        assert_eq!(house.shelf(Shelf::Simulator).await.len(), 1);
        house.queue(of_case(1, mail("one@example.jp"), at)).await;
        house.queue(of_case(2, mail("two@example.jp"), at)).await;
        house
            .db
            .write(ACT, async move |tx: &mut Tx<'_>| {
                for statement in &erase::OF_CASE {
                    tx.exec(statement, &[case(1).into()]).await?;
                }
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
        assert!(house.shelf(Shelf::Simulator).await.is_empty());
        let story = house.db.read(async move |tx: &mut Tx<'_>| record::of_case(tx, case(1)).await).await.unwrap();
        assert_eq!(story.iter().map(|record| record.state).collect::<Vec<_>>(), [State::Accepted, State::Withdrawn]);
        house.clock.advance(48 * HOUR);
        house.drain().await;
        assert_eq!(house.arrived(), ["two@example.jp"]);
    }

    async fn old_records_go_and_waiting_ones_stay(db: Db) {
        let house = House::new(db).await;
        let sent = house.tell("survey/1", "a@example.jp").await;
        house.drain().await;
        let at = Some(house.world.now().plus(1000 * HOUR));
        house.queue(Message { not_before: at, ..message("survey/2", "a@example.jp") }).await;
        let sweep = async |before: Instant| {
            let sweep = async move |tx: &mut Tx<'_>| staff::sweep(tx, before).await;
            house.db.write(ACT, sweep).await.unwrap()
        };
        assert_eq!(sweep(house.world.now()).await, 0);
        house.clock.advance(HOUR);
        assert_eq!(sweep(house.world.now()).await, 1);
        assert_eq!(sweep(house.world.now()).await, 0);
        let left = house.db.read(async |tx: &mut Tx<'_>| record::list(tx, None, None, 10).await).await.unwrap();
        assert!(left.len() == 1 && left[0].id != sent);
    }

    async fn every_statement_can_be_prepared(db: Db) {
        assert_eq!(db.check(messages::STATEMENTS).await.unwrap(), Vec::<String>::new());
    }
}
