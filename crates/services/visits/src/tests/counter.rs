//! The counter's day: lines, late comers, calls by hand, 不在, taking back, what others see.

use kernel::text::{Line as TextLine, Phone};
use store::{Db, Tx};

use super::fixture::*;
use crate::*;

store::testing::both! {
    /// Two bookings, then a walk-in, then the third booking: the ceiling of the default rule.
    async fn bookings_first_up_to_the_ceiling(db: Db) {
        let city = City::new(db, 5, 0).await;
        let mut booked = Vec::new();
        for _ in 0..3 {
            booked.push(city.book(city.wish(slot(10, 0))).await.unwrap());
        }
        city.tuesday_at(9, 56);
        let walk_in = city.walk_in().await;
        for it in &booked {
            city.check_in(&it.number).await.unwrap();
        }
        let list = city.today().await;
        let expected = [booked[0].id, booked[1].id, walk_in.visit.id, booked[2].id];
        assert_eq!(list.waiting.iter().map(|it| it.id).collect::<Vec<_>>(), expected, "the list shows the order of calling");
        for (desk, id) in expected.iter().enumerate() {
            assert_eq!(city.call(&format!("{}", desk + 1)).await.unwrap().id, *id);
        }
        assert!(matches!(city.call("9").await, Err(CallNextError::Nobody)));
    }

    /// More than the grace late: behind those who were there.
    async fn late_is_behind(db: Db) {
        let city = City::new(db, 5, 0).await;
        let late = city.book(city.wish(slot(10, 0))).await.unwrap();
        city.tuesday_at(10, 2);
        let walk_in = city.walk_in().await;
        city.tuesday_at(10, 6);
        assert!(city.check_in(&late.number).await.unwrap().late);
        assert_eq!(city.call("1").await.unwrap().id, walk_in.visit.id);
        assert_eq!(city.call("2").await.unwrap().id, late.id);
    }

    /// 予約専用 takes no walk-ins, but calls those who are in the house.
    async fn bookings_only(db: Db) {
        let city = City::new(db, 5, 0).await;
        city.tuesday_at(9, 0);
        let early = city.walk_in().await;
        let rule = CounterRule { order: Order { rule: Rule::BookedOnly, ..CounterRule::default().order }, ..CounterRule::default() };
        let (counter, set) = (city.counter, rule);
        let saved = city.db.write(ACT, async move |tx: &mut Tx<'_>| set_counter_rule(tx, counter, set).await).await.unwrap();
        assert_eq!(saved.version, 1);
        let stale = city.db.write(ACT, async move |tx: &mut Tx<'_>| set_counter_rule(tx, counter, set).await).await;
        assert!(matches!(stale, Err(SetRuleError::Stale)), "version 0 was seen, 1 is there");
        assert!(matches!(city.try_walk_in().await, Err(WalkInError::BookedOnly)));
        assert_eq!(city.call("1").await.unwrap().id, early.visit.id);
    }

    /// Called, not there, back again; another is called by hand, with the reason kept.
    async fn absent_is_not_lost(db: Db) {
        let city = City::new(db, 1, 0).await;
        city.tuesday_at(9, 0);
        let (first, second) = (city.walk_in().await.visit, city.walk_in().await.visit);
        assert_eq!(city.call("1").await.unwrap().id, first.id);
        assert_eq!(city.act(crate::Act::Recall, first.id).await.unwrap().progress.calls, 2);
        city.act(crate::Act::Absent, first.id).await.unwrap();
        let board = city.board().await;
        assert_eq!((board.calls.len(), board.absent[0].ticket.as_str(), board.waiting), (0, "A-001", 1));
        let reason = TextLine::parse("体調がすぐれないため").unwrap();
        let by_hand = city.by_hand(second.id, "1", &reason).await.unwrap();
        assert_eq!(by_hand.progress.by_hand.as_deref(), Some("体調がすぐれないため"));
        assert!(matches!(city.by_hand(first.id, "1", &reason).await, Err(ServeError::DeskBusy(ticket)) if ticket == "A-002"));
        city.tuesday_at(9, 10);
        city.act(crate::Act::Requeue, first.id).await.unwrap();
        let third = city.walk_in().await.visit;
        assert_eq!(city.call("2").await.unwrap().id, first.id, "before those who came later");
        assert_eq!(city.call("3").await.unwrap().id, third.id);
    }

    /// The last act can be taken back, once, for a while, while nobody sits there.
    async fn undo_puts_back(db: Db) {
        let city = City::new(db, 1, 0).await;
        city.tuesday_at(9, 0);
        let (first, second) = (city.walk_in().await.visit, city.walk_in().await.visit);
        assert!(matches!(city.undo(first.id).await, Err(UndoError::NotPossible)), "nothing was done yet");
        let called = city.call("1").await.unwrap();
        city.act(crate::Act::Start, first.id).await.unwrap();
        let back = city.undo(first.id).await.unwrap();
        assert_eq!(back.progress, called.progress);
        assert!(matches!(city.undo(first.id).await, Err(UndoError::NotPossible)), "taking back is not taken back");
        city.act(crate::Act::Start, first.id).await.unwrap();
        city.act(crate::Act::Finish, first.id).await.unwrap();
        assert_eq!(city.call("1").await.unwrap().id, second.id);
        assert!(matches!(city.undo(first.id).await, Err(UndoError::DeskBusy(ticket)) if ticket == "A-002"));
        city.act(crate::Act::Absent, second.id).await.unwrap();
        city.tuesday_at(9, 11);
        assert!(matches!(city.undo(first.id).await, Err(UndoError::TooLate)));
        let done = { let id = first.id; city.db.read(async move |tx: &mut Tx<'_>| acts(tx, id).await).await.unwrap() };
        let lines: Vec<_> = done.iter().map(|it| (it.act, it.to, it.undone)).collect();
        assert_eq!(lines, [
            (Some(crate::Act::Call), State::Called, false),
            (Some(crate::Act::Start), State::Serving, true),
            (None, State::Called, false),
            (Some(crate::Act::Start), State::Serving, false),
            (Some(crate::Act::Finish), State::Finished, false),
        ]);
        assert!(done.iter().all(|it| it.post == Some(city.clerk.post)));
        assert_eq!(city.undo(second.id).await.map(|_| ()).map_err(|e| e.to_string()), Err("too long ago".to_owned()));
    }

    /// Found by number, by ticket, by any part and spelling of a name; other signs are letters, not wildcards.
    async fn found_by_what_people_say(db: Db) {
        let city = City::new(db, 5, 0).await;
        let named = |name: &str| Contact { name: Some(TextLine::parse(name).unwrap()), ..Contact::default() };
        let one = city.book(Book { contact: named("グエン・ティ・ラン"), ..city.wish(slot(10, 0)) }).await.unwrap();
        let two = city.book(Book { contact: named("ﾀﾅｶ 100%"), ..city.wish(slot(10, 0)) }).await.unwrap();
        let phone = Contact { phone: Some(Phone::parse("090-0000-1234").unwrap()), ..Contact::default() };
        let three = city.book(Book { contact: phone, ..city.wish(slot(10, 0)) }).await.unwrap();
        city.tuesday_at(9, 58);
        city.check_in(&one.number).await.unwrap();
        for (text, found) in [
            ("０９０ー００００ー１２３４", vec![three.id]),
            ("+81 90 0000 1234", vec![three.id]),
            ("090-0000-9999", vec![]),
            (one.number.as_str(), vec![one.id]),
            ("Ａ－１", vec![one.id]),
            ("ぐえん", vec![one.id]),
            ("ティ", vec![one.id]),
            ("たなか", vec![two.id]),
            ("100%", vec![two.id]),
            ("%", vec![two.id]),
            ("_", vec![]),
            ("", vec![]),
            ("9Z9-999", vec![]),
        ] {
            let (world, words) = (city.world.clone(), text.to_owned());
            let hits = city.db.read(async move |tx: &mut Tx<'_>| search(tx, &world, &words).await).await.unwrap();
            assert_eq!(hits.iter().map(|it| it.id).collect::<Vec<_>>(), found, "{text}");
        }
    }

    /// The resident sees their place in the line and the desk.
    async fn the_resident_follows(db: Db) {
        let city = City::new(db, 1, 0).await;
        city.tuesday_at(9, 0);
        let tickets = [city.walk_in().await, city.walk_in().await, city.walk_in().await];
        let last = city.status(tickets[2].visit.id).await;
        assert_eq!((last.position, last.waiting), (Some(3), 3));
        let wait = last.wait.unwrap();
        assert!(wait.low > 0 && wait.low < wait.high && !wait.measured, "{wait:?}");
        city.call("3").await.unwrap();
        assert_eq!(city.status(tickets[2].visit.id).await.position, Some(2));
        assert_eq!(city.status(tickets[0].visit.id).await.called_to(), Some("3"));
        assert_eq!(city.status(tickets[1].visit.id).await.called_to(), None);
    }
}
