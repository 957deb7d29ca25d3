//! Letters: which are queued, to whom, when, and which are taken back.

use kernel::{
    locale::Locale,
    text::{Email, Paragraph},
    time::Instant,
};
use store::{Db, Error, Tx};
use voices::Score;

use super::fixture::*;
use crate::*;

store::statements! {
    LETTERS = "SELECT kind, state, not_before, locale FROM message ORDER BY queued_at, kind";
    PAYLOADS = "SELECT CAST(payload AS {text}) FROM outbox WHERE payload IS NOT NULL ORDER BY put_at, id";
    AUDIT = "SELECT act, actor_kind FROM audit WHERE object = $1 ORDER BY id";
    VOICES = "SELECT topic, score FROM voice";
}

/// Not for the registry.
const _: &[store::Statement] = STATEMENTS;

type Letter = (String, String, Option<Instant>);

impl City {
    async fn letters(&self) -> Vec<Letter> {
        let rows = self.db.read(async |tx: &mut Tx<'_>| tx.all(&LETTERS, &[]).await).await.unwrap();
        rows.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap())).collect()
    }

    async fn open_letters(&self) -> Vec<String> {
        self.letters().await.into_iter().filter(|it| it.1 == "queued").map(|it| it.0).collect()
    }

    async fn book_with_mail(&self, at: SlotId, mail: &str) -> Booked {
        let contact = Contact { email: Some(Email::parse(mail).unwrap()), ..Contact::default() };
        self.book(Book { contact, locale: Locale::Easy, ..self.wish(at) }).await.unwrap()
    }

    async fn ask_link(&self, number: Option<&Number>, mail: &str) {
        let world = self.world.clone();
        let command = SendLink { number: number.cloned(), email: Email::parse(mail).unwrap(), site: site() };
        self.db.write(ACT, async move |tx: &mut Tx<'_>| send_link(tx, &world, command.clone()).await).await.unwrap();
    }

    async fn rate(&self, id: VisitId, score: u8) -> Result<(), RateError> {
        let (world, visit) = (self.world.clone(), self.visit(id).await);
        let line = Some(Paragraph::parse("助かりました").unwrap());
        let score = Score::new(score).unwrap();
        self.db
            .write(ACT, async move |tx: &mut Tx<'_>| rate(tx, &world, &visit, score, line.clone(), Locale::Ja).await)
            .await
    }
}

fn letter(kind: &str, state: &str, not_before: Option<Instant>) -> Letter {
    (kind.to_owned(), state.to_owned(), not_before)
}

store::testing::both! {
    /// A confirmation now, a reminder at six on the evening before; cancelling takes the reminder back.
    async fn a_booking_is_told_and_a_cancelled_one_not_reminded(db: Db) {
        let city = City::new(db, 5, 0).await;
        let booked = city.book_with_mail(slot(10, 0), "hanako@example.jp").await;
        let evening = tuesday().plus(-1).at(at(18, 0));
        let expected = [letter("visits.confirmed", "queued", None), letter("visits.reminder", "queued", Some(evening))];
        assert_eq!(city.letters().await, expected);
        let payloads = city.db.read(async |tx: &mut Tx<'_>| tx.all(&PAYLOADS, &[]).await).await.unwrap();
        let first: String = payloads[0].get(0).unwrap();
        let link = format!("https://city.example.jp/visits/bookings/{}?secret={}", booked.number, booked.secret);
        assert!(first.contains(&link) && first.contains("通知書") && first.contains("\"simulated\":false"), "{first}");
        city.clock.set(tuesday().plus(-1).at(at(12, 0)));
        city.cancel(&booked).await.unwrap();
        city.cancel(&booked).await.unwrap();
        let kinds: Vec<_> = city.letters().await.into_iter().map(|it| (it.0, it.1)).collect();
        let told = |kind: &str, state: &str| (kind.to_owned(), state.to_owned());
        assert_eq!(kinds, [told("visits.confirmed", "queued"), told("visits.reminder", "withdrawn"), told("visits.cancelled", "queued")]);
        let id = booked.id;
        let audit = city.db.read(async move |tx: &mut Tx<'_>| tx.all(&AUDIT, &[id.into()]).await).await.unwrap();
        let acts: Vec<String> = audit.iter().map(|row| row.get(0).unwrap()).collect();
        assert_eq!(acts, ["visits.book", "visits.cancel"]);
    }

    /// Nobody is reminded after six of a visit booked after six; without an address nothing is written.
    async fn no_letter_without_reason(db: Db) {
        let city = City::new(db, 5, 0).await;
        city.book(city.wish(slot(10, 0))).await.unwrap();
        assert!(city.letters().await.is_empty());
        city.clock.set(tuesday().plus(-1).at(at(18, 0)));
        city.book_with_mail(slot(10, 0), "hanako@example.jp").await;
        assert_eq!(city.open_letters().await, ["visits.confirmed"]);
        let refused = city.book(Book { slot: slot(8, 0), ..city.wish(slot(8, 0)) }).await;
        assert!(matches!(refused, Err(BookError::NoSuchSlot)));
        assert_eq!(city.open_letters().await.len(), 1, "a refusal tells nobody");
    }

    /// Anybody may type anybody's address: the sixth booking in an hour stands, and writes to nobody.
    async fn strangers_cannot_flood_a_mailbox(db: Db) {
        let city = City::new(db, 30, 9).await;
        let count = async |kind: &str| city.letters().await.iter().filter(|it| it.0 == kind).count();
        for _ in 0..5 {
            assert_eq!(city.book_with_mail(slot(10, 0), "hanako@example.jp").await.confirmation, Confirmation::Queued);
        }
        let silent = city.book_with_mail(slot(10, 0), "Hanako+visit@Example.jp").await;
        assert_eq!(silent.confirmation, Confirmation::Withheld);
        let id = silent.id;
        let again = city.db.read(async move |tx: &mut Tx<'_>| booked_before(tx, id).await).await.unwrap();
        assert_eq!(again.unwrap().confirmation, Confirmation::Withheld, "a repeated command hears the same");
        assert_eq!((count("visits.confirmed").await, count("visits.reminder").await), (5, 5));
        city.cancel(&silent).await.unwrap();
        assert_eq!(count("visits.cancelled").await, 0, "nor of its end");
        city.ask_link(None, "hanako@example.jp").await;
        assert_eq!(count("visits.link").await, 0, "lost links count, too");
        assert_eq!(city.book_with_mail(slot(10, 0), "taro@example.jp").await.confirmation, Confirmation::Queued);
        assert_eq!(city.book(city.wish(slot(10, 0))).await.unwrap().confirmation, Confirmation::NoAddress);
        // Staff have the person on the telephone.
        let contact = Contact { email: Some(Email::parse("hanako@example.jp").unwrap()), ..Contact::default() };
        let by_phone = Book { contact, by: By::Staff(city.clerk), ..city.wish(slot(10, 0)) };
        assert_eq!(city.book(by_phone).await.unwrap().confirmation, Confirmation::Queued);
        // Three more hours of five each fill the day.
        let mut queued = 5;
        for _ in 0..5 {
            city.clock.set(city.world.now().plus_minutes(60));
            for _ in 0..6 {
                let booked = city.book_with_mail(slot(10, 0), "hanako@example.jp").await;
                queued += usize::from(booked.confirmation == Confirmation::Queued);
                city.cancel(&booked).await.unwrap();
            }
        }
        assert_eq!(queued, 20);
    }

    /// A refused booking has written to nobody, and counts as nobody's letter.
    async fn a_full_slot_does_not_use_up_letters(db: Db) {
        let city = City::new(db, 1, 0).await;
        assert_eq!(city.book_with_mail(slot(10, 0), "taro@example.jp").await.confirmation, Confirmation::Queued);
        for _ in 0..8 {
            let contact = Contact { email: Some(Email::parse("hanako@example.jp").unwrap()), ..Contact::default() };
            let refused = city.book(Book { contact, ..city.wish(slot(10, 0)) }).await;
            assert!(matches!(refused, Err(BookError::Full)), "{refused:?}");
        }
        assert_eq!(city.book_with_mail(slot(10, 30), "hanako@example.jp").await.confirmation, Confirmation::Queued);
    }

    /// A lost link goes to the address of the booking only, a few times an hour.
    async fn a_lost_link_goes_home(db: Db) {
        let city = City::new(db, 5, 0).await;
        let booked = city.book_with_mail(slot(10, 0), "hanako@example.jp").await;
        let other = city.book_with_mail(slot(10, 0), "taro@example.jp").await;
        let links = async || city.letters().await.iter().filter(|it| it.0 == "visits.link").count();
        city.ask_link(Some(&other.number), "hanako@example.jp").await;
        city.ask_link(None, "nobody@example.jp").await;
        assert_eq!(links().await, 0);
        city.ask_link(Some(&booked.number), "HANAKO@example.jp").await;
        assert_eq!(links().await, 1);
        city.ask_link(None, "hanako@example.jp").await;
        assert_eq!(links().await, 2);
        city.ask_link(None, "hanako@example.jp").await;
        assert_eq!(links().await, 2, "three attempts an hour");
        city.clock.set(city.world.now().plus_minutes(60));
        city.ask_link(None, "hanako@example.jp").await;
        assert_eq!(links().await, 3);
    }

    /// One question after the visit, answered once; taking the finish back takes the question back.
    async fn one_question(db: Db) {
        let city = City::new(db, 5, 0).await;
        let booked = city.book_with_mail(slot(10, 0), "hanako@example.jp").await;
        city.tuesday_at(9, 58);
        city.check_in(&booked.number).await.unwrap();
        assert!(matches!(city.rate(booked.id, 5).await, Err(RateError::NotFinished)));
        city.call("1").await.unwrap();
        city.act(crate::Act::Start, booked.id).await.unwrap();
        city.act(crate::Act::Finish, booked.id).await.unwrap();
        let survey = async || city.letters().await.into_iter().filter(|it| it.0 == "visits.survey").map(|it| it.1).collect::<Vec<_>>();
        assert_eq!(survey().await, ["queued"]);
        city.undo(booked.id).await.unwrap();
        assert_eq!(survey().await, ["withdrawn"]);
        city.act(crate::Act::Finish, booked.id).await.unwrap();
        assert_eq!(survey().await, ["withdrawn", "queued"]);
        assert!(city.status(booked.id).await.may_rate());
        city.rate(booked.id, 4).await.unwrap();
        assert_eq!(survey().await, ["withdrawn", "withdrawn"], "who has answered is not asked");
        assert!(matches!(city.rate(booked.id, 1).await, Err(RateError::Already)));
        assert!(matches!(city.undo(booked.id).await, Err(UndoError::Rated)));
        let voices = city.db.read(async |tx: &mut Tx<'_>| tx.all(&VOICES, &[]).await).await.unwrap();
        assert_eq!(voices.len(), 1);
        assert_eq!((voices[0].get::<String>(0).unwrap(), voices[0].get::<i64>(1).unwrap()), ("card".to_owned(), 4));
    }

    /// A repeated command gets the first answer.
    async fn the_same_answer_again(db: Db) {
        let city = City::new(db, 5, 0).await;
        let id = city.world.id();
        let booked = city.book(Book { id: Some(id), ..city.wish(slot(10, 0)) }).await.unwrap();
        assert_eq!(booked.id, id);
        let again = city.db.read(async move |tx: &mut Tx<'_>| booked_before(tx, id).await).await.unwrap();
        assert_eq!(again, Some(booked));
        let none = city.world.id();
        assert_eq!(city.db.read(async move |tx: &mut Tx<'_>| booked_before(tx, none).await).await.unwrap(), None);
    }

    /// Both engines read every statement.
    async fn every_statement_is_understood(db: Db) -> Result<(), Error> {
        assert_eq!(db.check(crate::STATEMENTS).await?, Vec::<String>::new());
        Ok(())
    }
}
