//! What arrives at the server, how often and under which name.

use super::house::*;

store::testing::both! {
    async fn a_message_is_delivered_once_and_its_content_forgotten(db: Db) {
        let house = House::new(db).await;
        let id = house.tell("survey/1", "hanako@example.jp").await;
        assert_eq!(house.queue(message("survey/1", "somebody.else@example.jp")).await, Queued::Before(id));
        assert_eq!(house.state(id).await, (State::Queued, None, 0));
        house.drain().await;
        house.drain().await;
        let letters = house.sink.letters();
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].faults, Vec::<String>::new());
        assert_eq!(letters[0].envelope_to, ["hanako@example.jp"]);
        assert_eq!(letters[0].subject(), "【みなと市】窓口はいかがでしたか(1問だけお聞かせください)");
        assert!(letters[0].body.contains("https://city.example.jp/v/survey/1\n"), "{}", letters[0].body);
        assert!(letters[0].message_id().ends_with("@city.example.jp>"), "{}", letters[0].message_id());
        let record = house.record(id).await;
        assert_eq!((record.state, record.attempts, record.channel.as_deref()), (State::Accepted, 1, Some("mail")));
        assert_eq!(record.reference.as_deref(), Some("250 2.0.0 kept as 1"));
        assert_eq!(house.open().await, 0);
        assert!(house.shelf(Shelf::Simulator).await.is_empty());
    }

    async fn what_did_not_happen_is_not_told(db: Db) {
        let house = House::new(db).await;
        let world = house.world.clone();
        let refused: Result<(), Error> = house
            .db
            .write(ACT, async move |tx: &mut Tx<'_>| {
                queue(tx, &world, message("survey/1", "hanako@example.jp")).await?;
                Err(Error::Busy)
            })
            .await;
        assert!(refused.is_err());
        house.drain().await;
        assert!(house.sink.letters().is_empty());
    }

    async fn a_message_that_lacks_a_value_is_a_mistake_at_once(db: Db) {
        let house = House::new(db).await;
        let world = house.world.clone();
        let wrong = Message { args: Args::new().text("link", "x"), ..message("survey/1", "a@example.jp") };
        let other = Message { to: Recipient::inbox("x"), ..message("survey/2", "a@example.jp") };
        let found: Result<(), Error> = house
            .db
            .write(ACT, async move |tx: &mut Tx<'_>| {
                let error = queue(tx, &world, wrong.clone()).await.unwrap_err();
                assert!(error.to_string().contains("office"), "{error}");
                queue(tx, &world, other.clone()).await.unwrap_err();
                Ok(())
            })
            .await;
        found.unwrap();
    }

    async fn a_line_cut_after_the_letter_leads_to_the_same_letter_again(db: Db) {
        let house = House::new(db).await;
        let id = house.tell("survey/1", "hanako@example.jp").await;
        let neighbour = house.tell("survey/2", "taro@example.jp").await;
        house.sink.always("hanako@example.jp", Fault::DropAfterData);
        house.drain().await;
        assert_eq!(house.state(id).await, (State::Failed, Some(Why::Unanswered), 1));
        assert_eq!(house.state(neighbour).await, (State::Accepted, None, 1));
        house.sink.always("hanako@example.jp", Fault::Slow(Duration::from_millis(1)));
        house.clock.advance(HOUR);
        house.drain().await;
        assert_eq!(house.state(id).await, (State::Accepted, None, 2));
        // The server has the letter twice under one name; a reader's program shows it once.
        let named = |to: &str| {
            let letters = house.sink.letters();
            let to_one = letters.iter().filter(|letter| letter.envelope_to == [to]);
            to_one.map(|letter| letter.message_id().to_owned()).collect::<Vec<_>>()
        };
        let (hanako, taro) = (named("hanako@example.jp"), named("taro@example.jp"));
        assert_eq!((hanako.len(), taro.len()), (2, 1));
        assert_eq!(hanako[0], hanako[1]);
        assert_ne!(hanako[0], taro[0]);
    }

    async fn a_process_that_dies_after_delivery_does_not_deliver_again(db: Db) {
        let house = House::new(db).await;
        let id = house.tell("survey/1", "hanako@example.jp").await;
        house.worker(Forgetful(house.office(true))).drain().await.unwrap();
        house.clock.advance(HOUR);
        house.drain().await;
        assert_eq!(house.sink.letters().len(), 1);
        assert_eq!(house.state(id).await, (State::Accepted, None, 1));
        assert_eq!(house.open().await, 0);
    }

    async fn a_wrong_setup_does_not_kill_messages(db: Db) {
        let house = House::new(db).await;
        let id = house.tell("survey/1", "hanako@example.jp").await;
        house.sink.next([Fault::SenderRefused]);
        house.drain().await;
        assert_eq!(house.state(id).await, (State::Failed, Some(Why::Setup), 1));
        house.clock.advance(HOUR);
        house.drain().await;
        assert_eq!(house.state(id).await, (State::Accepted, None, 2));
    }

    async fn two_workers_deliver_everything_once(db: Db) {
        let house = House::new(db).await;
        for number in 0..60 {
            house.tell(&format!("survey/{number}"), &format!("p{number}@example.jp")).await;
        }
        let (one, two) = (house.worker(house.office(true)), house.worker(house.office(true)));
        let (first, second) = tokio::join!(one.drain(), two.drain());
        assert_eq!(first.unwrap() + second.unwrap(), 60);
        house.drain().await;
        assert_eq!(house.sink.message_ids().len(), 60);
        assert_eq!(house.sink.letters().len(), 60);
    }

    async fn nobody_of_the_demo_city_is_written_to(db: Db) {
        let house = House::new(db).await;
        let to = mail("demo@example.jp").simulated_if(true);
        let Queued::New(id) = house.queue(Message { to, ..message("survey/1", "demo@example.jp") }).await else { panic!() };
        house.worker(Forgetful(house.office(true))).drain().await.unwrap();
        house.clock.advance(HOUR);
        house.drain().await;
        assert!(house.sink.letters().is_empty());
        let shelf = house.shelf(Shelf::Simulator).await;
        assert_eq!(shelf.len(), 1);
        assert_eq!((shelf[0].message, shelf[0].address.as_str(), shelf[0].body.as_str()), (id, "demo@example.jp", ""));
        let letter = house.db.read(async move |tx: &mut Tx<'_>| letters::read(tx, id).await).await.unwrap().unwrap();
        assert!(letter.subject.contains("窓口はいかがでしたか") && letter.body.contains("survey/1"), "{letter:?}");
        assert_eq!(house.record(id).await.channel_key(), Some("messages-channel-simulator"));
    }

    async fn without_a_mail_server_letters_are_shown_instead(db: Db) {
        let house = House::new(db).await;
        house.tell("survey/1", "real@example.jp").await;
        house.worker(house.office(false)).drain().await.unwrap();
        assert!(house.sink.letters().is_empty());
        assert_eq!(house.shelf(Shelf::Simulator).await.len(), 1);
        let later = house.world.now().plus(HOUR);
        let swept = house.db.write(ACT, async move |tx: &mut Tx<'_>| letters::sweep(tx, Shelf::Simulator, later).await).await.unwrap();
        assert_eq!(swept, 1);
        assert!(house.shelf(Shelf::Simulator).await.is_empty());
    }
}
