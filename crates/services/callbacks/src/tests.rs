//! Asking, calling and forgetting on both engines.

use std::net::{IpAddr, Ipv4Addr};

use kernel::World;
use kernel::locale::{Locale, Localized};
use kernel::text::{Line, Phone};
use kernel::time::{Instant, TestClock};
use people::{PersonId, PostId};
use places::{CounterDetails, CounterId};
use store::{Act, Db, Error, Tx};

use crate::{
    Answer, AnswerError, Ask, AskError, Callback, CallbackId, Contact, KEEP_DAYS, KEEP_OPEN_DAYS, State, Wanted,
};

const ACT: Act = Act::resident("test");

#[derive(Clone)]
struct City {
    db: Db,
    world: World,
    clock: TestClock,
    counter: CounterId,
}

impl City {
    async fn new(db: Db) -> Self {
        let clock = TestClock::at(Instant::parse_rfc3339("2026-11-24T10:00:00+09:00").unwrap());
        let world = World::fixed(clock.clone(), 7);
        let details = CounterDetails {
            code: "residents".to_owned(),
            position: 1,
            name: Localized::ja("市民課"),
            unit: Localized::ja("市民課"),
            unit_code: String::new(),
            phone: "0540000000".to_owned(),
            fax: String::new(),
            hours: Localized::ja("8:30〜17:15"),
            location: Localized::ja("1階"),
            desks: 2,
            ticket_prefix: 'A',
            is_open: true,
        };
        let by = world.clone();
        let counter = db.write(ACT, async move |tx: &mut Tx<'_>| places::put_counter(tx, &by, &details).await).await;
        Self { counter: counter.unwrap(), db, world, clock }
    }

    fn request(&self) -> Ask {
        Ask {
            id: self.world.id(),
            counter: self.counter,
            contact: Contact {
                phone: Phone::parse("090-0000-1234").unwrap(),
                name: Some(Line::parse("森 さくら").unwrap()),
                about: Some(Line::parse("カードの受け取り").unwrap()),
                page: Some(Line::parse("/visits/services/card").unwrap()),
            },
            wanted: Wanted::Any,
            locale: Locale::Ja,
        }
    }

    async fn ask(&self, command: Ask) -> Result<Callback, AskError> {
        let world = self.world.clone();
        self.db.write(ACT, async move |tx: &mut Tx<'_>| crate::ask(tx, &world, command.clone()).await).await
    }

    async fn answer(&self, id: CallbackId, answer: Answer) -> Result<(), AnswerError> {
        let world = self.world.clone();
        let by: (PersonId, PostId) = (world.id(), world.id());
        self.db.write(ACT, async move |tx: &mut Tx<'_>| crate::answer(tx, &world, id, answer, by).await).await
    }

    async fn one(&self, id: CallbackId) -> Callback {
        let found: Result<_, Error> = self.db.read(async move |tx: &mut Tx<'_>| crate::one(tx, id).await).await;
        found.unwrap().expect("the request")
    }

    async fn waiting(&self) -> Vec<Callback> {
        let counter = self.counter;
        let found: Result<_, Error> =
            self.db.read(async move |tx: &mut Tx<'_>| crate::waiting(tx, counter).await).await;
        found.unwrap()
    }

    async fn forget(&self) -> u64 {
        let world = self.world.clone();
        let gone: Result<_, Error> =
            self.db.write(ACT, async move |tx: &mut Tx<'_>| crate::forget(tx, &world).await).await;
        gone.unwrap()
    }
}

store::testing::both! {
    async fn a_double_tap_is_one_request(db: Db) {
        let city = City::new(db).await;
        let command = city.request();
        let (one, other) = tokio::join!(city.ask(command.clone()), city.ask(command.clone()));
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!(one, other);
        assert_eq!((one.due.to_string().as_str(), one.state, one.tries), ("2026-11-24", State::Open, 0));
        assert_eq!(one.contact.as_ref(), Some(&command.contact));
        let waiting = city.waiting().await;
        assert_eq!(waiting.len(), 1);
        assert!(waiting[0].contact.is_none(), "the list speaks of nobody");
        let nowhere = Ask { id: city.world.id(), counter: city.world.id(), ..command };
        assert!(matches!(city.ask(nowhere).await, Err(AskError::NoSuchCounter)));
    }

    async fn not_reached_is_counted_once_and_a_call_ends_it(db: Db) {
        let city = City::new(db).await;
        let id = city.ask(city.request()).await.unwrap().id;
        let twice = tokio::join!(
            city.answer(id, Answer::NotReached { seen: 0 }),
            city.answer(id, Answer::NotReached { seen: 0 })
        );
        assert!(matches!(twice, (Ok(()), Err(AnswerError::Changed)) | (Err(AnswerError::Changed), Ok(()))), "{twice:?}");
        assert_eq!(city.waiting().await[0].tries, 1);
        city.answer(id, Answer::Called).await.unwrap();
        assert!(city.waiting().await.is_empty());
        for late in [Answer::Called, Answer::Closed, Answer::NotReached { seen: 1 }] {
            assert!(matches!(city.answer(id, late).await, Err(AnswerError::Changed)), "{late:?}");
        }
        assert_eq!(city.one(id).await.state, State::Called);
    }

    async fn the_person_is_forgotten_when_it_is_time(db: Db) {
        let city = City::new(db).await;
        let (ended, left) = (city.ask(city.request()).await.unwrap(), city.ask(city.request()).await.unwrap());
        assert_ne!(ended.number, left.number);
        city.answer(ended.id, Answer::Closed).await.unwrap();
        let start = city.world.now();
        city.clock.set(start.plus_days(i64::from(KEEP_DAYS)));
        assert_eq!(city.forget().await, 0, "the last day counts");
        city.clock.set(start.plus_days(i64::from(KEEP_DAYS) + 1));
        assert_eq!((city.forget().await, city.forget().await), (1, 0));
        let gone = city.one(ended.id).await;
        assert_eq!((gone.contact, gone.number, gone.state), (None, None, State::Closed));
        assert!(city.one(left.id).await.contact.is_some());
        // What nobody ended goes too, and waits no longer.
        city.clock.set(start.plus_days(i64::from(KEEP_OPEN_DAYS) + 1));
        assert_eq!(city.forget().await, 1);
        assert!(city.waiting().await.is_empty());
    }

    async fn nobody_has_a_telephone_rung_all_day(db: Db) {
        let city = City::new(db).await;
        let hit = async |phone: &str, caller: u8| {
            let (world, phone) = (city.world.clone(), Phone::parse(phone).unwrap());
            let caller = IpAddr::V4(Ipv4Addr::new(192, 0, 2, caller));
            let verdict: Result<_, Error> = city
                .db
                .write(ACT, async move |tx: &mut Tx<'_>| crate::may_ask(tx, &world, &phone, caller).await)
                .await;
            verdict.unwrap().is_allowed()
        };
        for caller in 1..=3 {
            assert!(hit("090-0000-1234", caller).await);
        }
        assert!(!hit("09000001234", 4).await, "however the number is written");
        for n in 0..20 {
            assert!(hit(&format!("0900000{n:04}"), 9).await, "{n}");
        }
        assert!(!hit("09000009999", 9).await);
    }
}
