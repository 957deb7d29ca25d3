//! The story of a visit, act by act.

use store::{Db, Tx};

use super::fixture::*;
use crate::*;

store::testing::both! {
    /// From the booking to the end, with every time in the ledger.
    async fn a_morning_at_the_counter(db: Db) {
        let city = City::new(db, 2, 1).await;
        let booked = city.book(city.wish(slot(10, 0))).await.unwrap();
        assert_eq!(Number::parse(booked.number.as_str()), Some(booked.number.clone()));
        city.tuesday_at(9, 56);
        let received = city.check_in(&booked.number).await.unwrap();
        assert!(!received.already && !received.late);
        assert_eq!(received.visit.progress.ticket.as_deref(), Some("A-001"));
        assert!(city.check_in(&booked.number).await.unwrap().already, "a second scan is no error");
        city.tuesday_at(10, 3);
        let called = city.call("3").await.unwrap();
        assert_eq!((called.id, called.state()), (booked.id, State::Called));
        assert!(matches!(city.act(crate::Act::Finish, booked.id).await, Err(ServeError::State(State::Called))));
        city.tuesday_at(10, 4);
        city.act(crate::Act::Start, booked.id).await.unwrap();
        city.tuesday_at(10, 20);
        let done = city.act(crate::Act::Finish, booked.id).await.unwrap();
        assert_eq!(done.waited_minutes(moment(12, 0)), Some(7));
        assert_eq!(done.stay_minutes(moment(12, 0)), Some(24));
        let stored = city.visit(booked.id).await;
        assert_eq!(stored.progress, done.progress);
        assert_eq!(stored.version, done.version);
        city.counts_are_rows().await;
    }

    /// The number opens nothing without its secret, and a wrong secret looks like no number.
    async fn a_link_opens_one_visit(db: Db) {
        let city = City::new(db, 5, 0).await;
        let one = city.book(city.wish(slot(10, 0))).await.unwrap();
        let two = city.book(city.wish(slot(10, 0))).await.unwrap();
        assert_ne!(one.number, two.number);
        for (number, secret, opens) in [(&one.number, &one.secret, true), (&one.number, &two.secret, false)] {
            let (number, secret) = (number.clone(), secret.clone());
            let found = city.db.read(async move |tx: &mut Tx<'_>| view(tx, &number, &secret).await).await.unwrap();
            assert_eq!(found.is_some(), opens);
        }
        let stolen = Booked { secret: two.secret.clone(), ..one.clone() };
        assert!(matches!(city.cancel(&stolen).await, Err(CancelError::NotFound)));
    }

    /// Cancelling gives one place back, once.
    async fn cancelling_twice_is_cancelling_once(db: Db) {
        let city = City::new(db, 1, 0).await;
        let booked = city.book(city.wish(slot(10, 0))).await.unwrap();
        assert!(matches!(city.book(city.wish(slot(10, 0))).await, Err(BookError::Full)));
        assert!(!city.cancel(&booked).await.unwrap().already);
        assert!(city.cancel(&booked).await.unwrap().already);
        assert_eq!(city.counts(slot(10, 0)).await, [1, 0, 0, 0]);
        city.book(city.wish(slot(10, 0))).await.unwrap();
        city.counts_are_rows().await;
    }

    /// Too early, too late, over, no such time, no such service: each says why.
    async fn the_window_is_kept(db: Db) {
        let city = City::new(db, 1, 1).await;
        assert!(matches!(city.book(city.wish(slot(10, 10))).await, Err(BookError::NoSuchSlot)));
        let other = Book { service: city.world.id(), ..city.wish(slot(10, 0)) };
        assert!(matches!(city.book(other).await, Err(BookError::NoSuchService)));
        city.tuesday_at(9, 1);
        assert!(matches!(city.book(city.wish(slot(10, 0))).await, Err(BookError::TooLate(at)) if at == moment(9, 0)));
        let by_phone = Book { by: By::Staff(city.clerk), ..city.wish(slot(10, 0)) };
        city.book(by_phone.clone()).await.unwrap();
        assert!(matches!(city.book(by_phone.clone()).await, Err(BookError::Full)), "staff have places of their own");
        city.tuesday_at(10, 0);
        assert!(matches!(city.book(by_phone).await, Err(BookError::Past)));
        city.clock.set(tuesday().plus(-31).at(at(9, 0)));
        assert!(matches!(city.book(city.wish(slot(10, 0))).await, Err(BookError::NotYet(day)) if day == tuesday().plus(-30)));
        city.counts_are_rows().await;
    }
}
