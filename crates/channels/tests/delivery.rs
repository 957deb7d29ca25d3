//! From the transaction that queues a message to the mail server that takes it, on both engines.
#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::time::Duration;

use channels::testing::{Fault, Sink};
use channels::{Kept, MailConfig, Smtp};
use kernel::World;
use kernel::locale::{Locale, Localized};
use kernel::text::Email;
use kernel::time::{Instant, TestClock};
use messages::channel::Why;
use messages::letters::{self, Shelf};
use messages::{
    Args, Cancelled, Channels, Kind, Kinds, Letterhead, Message, MessageId, PostOffice, Queued, Recipient, Record,
    State, Urgency, Via, cancel, erase, queue, record, staff,
};
use store::audit::Actor;
use store::outbox::worker::{ATTEMPTS, Delivering};
use store::outbox::{self, Deliver, Delivery, Worker};
use store::{Act, Db, Error, Tx};

const ACT: Act = Act::resident("test");
const HOUR: Duration = Duration::from_secs(3600);

const SURVEY: Kind = Kind {
    name: "visits.survey",
    subject: "visits-mail-survey-subject",
    body: "visits-mail-survey-body",
    args: &["link", "office", "phone", "fax", "hours"],
    channels: &[Via::Mail],
};

/// A city with a mail server beside it and a clock the test moves.
struct House {
    db: Db,
    clock: TestClock,
    world: World,
    sink: Sink,
}

impl House {
    async fn new(db: Db) -> Self {
        let clock = TestClock::at(Instant::from_micros(1_795_000_000_000_000));
        Self { db, world: World::fixed(clock.clone(), 4), clock, sink: Sink::start().await.unwrap() }
    }

    fn office(&self, mail: bool) -> PostOffice {
        let mut config = MailConfig::read(&self.sink.url(), "みなと市 <noreply@city.example.jp>", None).unwrap();
        config.patience = Duration::from_secs(2);
        let channels = Channels {
            mail: mail.then(|| Arc::new(Smtp::new(&config)) as _),
            inbox: Arc::new(Kept::inbox(self.db.clone())),
            simulator: Arc::new(Kept::simulator(self.db.clone())),
        };
        let kinds = Kinds::new([[SURVEY].as_slice()]);
        PostOffice::new(
            self.db.clone(),
            self.world.clone(),
            kinds,
            Letterhead { city: Localized::ja("みなと市") },
            channels,
        )
    }

    fn worker(&self, handler: impl Deliver + 'static) -> Worker {
        Worker::new(self.db.clone(), self.world.clone(), vec![Arc::new(handler)])
    }

    async fn drain(&self) {
        self.worker(self.office(true)).drain().await.unwrap();
    }

    async fn queue(&self, message: Message) -> Queued {
        let world = self.world.clone();
        self.db.write(ACT, async move |tx: &mut Tx<'_>| queue(tx, &world, message.clone()).await).await.unwrap()
    }

    async fn tell(&self, key: &str, to: &str) -> MessageId {
        match self.queue(message(key, to)).await {
            Queued::New(id) => id,
            Queued::Before(_) => panic!("{key} was queued before"),
        }
    }

    async fn cancel(&self, key: &'static str) -> Cancelled {
        let world = self.world.clone();
        self.db.write(ACT, async move |tx: &mut Tx<'_>| cancel(tx, &world, key).await).await.unwrap()
    }

    async fn record(&self, id: MessageId) -> Record {
        self.db
            .read(async move |tx: &mut Tx<'_>| record::get(tx, id).await)
            .await
            .unwrap()
            .expect("the record is there")
    }

    async fn state(&self, id: MessageId) -> (State, Option<Why>, i64) {
        let record = self.record(id).await;
        (record.state, record.why, record.attempts)
    }

    async fn catch_up(&self) -> u64 {
        self.db.write(ACT, async |tx: &mut Tx<'_>| staff::catch_up(tx).await).await.unwrap()
    }

    async fn open(&self) -> u64 {
        self.db.read(async |tx: &mut Tx<'_>| outbox::counts(tx).await).await.unwrap().open
    }

    async fn shelf(&self, shelf: Shelf) -> Vec<letters::Letter> {
        self.db.read(async move |tx: &mut Tx<'_>| letters::list(tx, shelf, None, 50).await).await.unwrap()
    }

    /// Recipients in the order in which the server took letters for them.
    fn arrived(&self) -> Vec<String> {
        self.sink.letters().iter().map(|letter| letter.envelope_to.join(",")).collect()
    }
}

fn mail(address: &str) -> Recipient {
    Recipient::mail(Email::parse(address).unwrap())
}

fn message(key: &str, to: &str) -> Message {
    Message {
        kind: SURVEY,
        to: mail(to),
        locale: Locale::Ja,
        args: Args::new()
            .text("link", format!("https://city.example.jp/v/{key}"))
            .localized("office", Localized::new("市民課", "市民課", "Residents Division"))
            .text("phone", "050-0000-1111")
            .text("fax", "050-0000-1112")
            .text("hours", "8:30–17:15"),
        key: key.to_owned(),
        order_by: key.to_owned(),
        not_before: None,
        not_after: None,
        urgency: Urgency::Prompt,
    }
}

/// Forgets that the office delivered, as a process does that dies before the outbox has settled the item.
struct Forgetful(PostOffice);

impl Deliver for Forgetful {
    fn topic(&self) -> &'static str {
        self.0.topic()
    }

    fn deliver(&self, item: Delivery) -> Delivering<'_> {
        Box::pin(async move {
            self.0.deliver(item).await;
            outbox::Outcome::Retry { reason: "the process died".to_owned() }
        })
    }
}

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

    async fn every_statement_can_be_prepared(db: Db) {
        assert_eq!(db.check(messages::STATEMENTS).await.unwrap(), Vec::<String>::new());
    }
}
