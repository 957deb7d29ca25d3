//! What happens afterwards: 来庁なし, the day's end, forgetting, numbers, history in bulk.

use kernel::{
    day::Day,
    locale::Locale,
    text::{Email, Line as TextLine},
};
use store::{Db, Tx};

use super::fixture::*;
use crate::*;

store::statements! {
    REASONS = "SELECT COUNT(*) FROM visit_act WHERE CAST(before AS {text}) LIKE '%体調%'";
}

/// Not for the registry.
const _: &[store::Statement] = STATEMENTS;

store::testing::both! {
    /// Not come within the counter's patience; may still turn up, late.
    async fn not_come_is_not_gone(db: Db) {
        let city = City::new(db, 2, 0).await;
        let booked = city.book(city.wish(slot(10, 0))).await.unwrap();
        city.tuesday_at(10, 29);
        assert_eq!(city.sweep().await, 0);
        city.tuesday_at(10, 30);
        assert_eq!(city.sweep().await, 1);
        assert_eq!(city.sweep().await, 0);
        assert_eq!(city.visit(booked.id).await.state(), State::NoShow);
        assert_eq!(city.counts(slot(10, 0)).await[1], 1, "the place was kept for them");
        assert!(matches!(city.cancel(&booked).await, Err(CancelError::TooLate(State::NoShow))));
        assert!(city.check_in(&booked.number).await.unwrap().late);
        city.counts_are_rows().await;
    }

    /// What a day leaves open is closed the next morning and counts in no time.
    async fn the_day_ends(db: Db) {
        let city = City::new(db, 2, 0).await;
        city.tuesday_at(16, 0);
        let ids = [city.walk_in().await.visit.id, city.walk_in().await.visit.id, city.walk_in().await.visit.id];
        city.call("1").await.unwrap();
        city.call("2").await.unwrap();
        city.act(crate::Act::Start, ids[0]).await.unwrap();
        let sweep = async || {
            let world = city.world.clone();
            city.db.write(ACT, async move |tx: &mut Tx<'_>| sweep_left_open(tx, &world).await).await.unwrap()
        };
        assert_eq!(sweep().await, 0);
        city.clock.set(tuesday().plus(1).at(at(8, 0)));
        assert_eq!(sweep().await, 3);
        assert_eq!(sweep().await, 0);
        let mut states = Vec::new();
        for id in ids {
            states.push(city.visit(id).await.state());
        }
        assert_eq!(states, [State::Finished, State::Absent, State::Cancelled]);
        let numbers = city.numbers(tuesday(), tuesday()).await;
        assert_eq!((numbers.weeks[0].timed, numbers.weeks[0].median_stay), (0, None));
    }

    /// Contacts go when their time is over; the visit stays.
    async fn names_are_forgotten(db: Db) {
        let city = City::new(db, 2, 0).await;
        let contact = Contact {
            name: Some(TextLine::parse("髙橋 𠮷男").unwrap()),
            email: Some(Email::parse("taro@example.jp").unwrap()),
            phone: None,
        };
        let booked = city.book(Book { contact: contact.clone(), ..city.wish(slot(10, 0)) }).await.unwrap();
        assert_eq!(city.visit(booked.id).await.contact, contact);
        let forget = async || {
            let world = city.world.clone();
            city.db.write(ACT, async move |tx: &mut Tx<'_>| forget_contacts(tx, &world).await).await.unwrap()
        };
        city.clock.set(tuesday().plus(30).at(at(12, 0)));
        assert_eq!(forget().await, 0);
        city.clock.set(tuesday().plus(31).at(at(0, 0)));
        assert_eq!(forget().await, 1);
        assert_eq!(forget().await, 0);
        assert_eq!(city.visit(booked.id).await.contact, Contact::default());
        let today = tuesday().plus(NUMBER_DAYS + 1);
        assert_eq!(city.db.write(ACT, async move |tx: &mut Tx<'_>| retire_numbers(tx, today).await).await.unwrap(), 1);
        assert_eq!(city.visit(booked.id).await.number, None);
    }

    /// Why somebody was called out of turn is forgotten too, although they gave no name.
    async fn reasons_are_forgotten(db: Db) {
        let city = City::new(db, 2, 0).await;
        city.tuesday_at(9, 0);
        let id = city.walk_in().await.visit.id;
        city.by_hand(id, "1", &TextLine::parse("体調がすぐれないため").unwrap()).await.unwrap();
        city.act(crate::Act::Start, id).await.unwrap();
        city.clock.set(tuesday().plus(31).at(at(0, 0)));
        jobs::sweep(&city.db, &city.world).await.unwrap();
        assert_eq!(city.visit(id).await.progress.by_hand, None);
        let left: i64 = city.db.read(async |tx: &mut Tx<'_>| tx.value(&REASONS, &[]).await).await.unwrap();
        assert_eq!(left, 0);
    }

    /// History in bulk agrees with itself, and the numbers are what was written.
    async fn history_counts(db: Db) {
        let city = City::new(db, 2, 0).await;
        let monday = Day::new(2026, 11, 9).unwrap();
        let mut past = Vec::new();
        for n in 0..12_i64 {
            let day = monday.plus(i32::try_from(n % 2).unwrap());
            let slot = (n % 3 != 0).then(|| SlotId { day, minute: at(10, 0) });
            let came = day.at(at(9, 50));
            let fate = match n {
                11 => Fate::NoShow,
                10 => Fate::Cancelled(came.plus_days(-1)),
                _ => Fate::Finished {
                    checked_in: came,
                    called: came.plus_minutes(n),
                    started: came.plus_minutes(n + 1),
                    finished: came.plus_minutes(n + 20),
                    desk: "1".to_owned(),
                    outcome: Outcome::Done,
                    rated: false,
                },
            };
            past.push(PastVisit {
                service: city.service,
                counter: city.counter,
                channel: if slot.is_some() { Channel::Web } else { Channel::WalkIn },
                day,
                slot,
                minutes: 20,
                who: Who::Own,
                needs: Needs::default(),
                locale: Locale::Ja,
                made_at: came.plus_days(-4),
                contact: None,
                ticket: (n < 10).then_some(('A', n / 2 + 1)),
                fate,
            });
        }
        let world = city.world.clone();
        let ids = city.db.write(ACT, async move |tx: &mut Tx<'_>| insert_history(tx, &world, &past).await).await.unwrap();
        assert_eq!(ids.len(), 12);
        city.counts_are_rows().await;
        let numbers = city.numbers(monday, monday.plus(6)).await;
        let week = &numbers.weeks[0];
        assert_eq!((numbers.weeks.len(), week.monday), (1, monday));
        assert_eq!((week.sum.web, week.sum.walk_in, week.sum.finished, week.sum.no_show, week.sum.cancelled), (8, 4, 10, 1, 1));
        assert_eq!((week.timed, week.median_stay, week.median_wait, week.median_lead), (10, Some(24), Some(4), Some(4)));
        assert_eq!(week.sum.no_show_percent(), Some(14), "1 of 7 bookings kept open");
        let public = week.clone().public();
        assert_eq!((public.median_stay, public.median_lead), (Some(24), None), "8 bookings are too few to publish");
        let forecast = { let counter = city.counter; city.db.read(async move |tx: &mut Tx<'_>| forecast(tx, counter, monday.plus(14)).await).await.unwrap() };
        assert!(forecast.is_empty(), "four walk-ins on one Monday say nothing");
    }
}
