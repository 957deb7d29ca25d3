//! Many at once: nothing is sold twice, nobody is called twice, no ticket is given twice.

use std::{collections::BTreeSet, sync::Arc};

use store::{Db, testing::PgDatabase};

use super::fixture::*;
use crate::*;

store::testing::both! {
    /// 200 people, 10 places, one time.
    async fn ten_places_are_ten_places(db: Db) {
        let city = Arc::new(City::new(db, 10, 0).await);
        let tasks: Vec<_> = (0..200).map(|_| {
            let city = Arc::clone(&city);
            tokio::spawn(async move { city.book(city.wish(slot(10, 0))).await })
        }).collect();
        let mut numbers = BTreeSet::new();
        for task in tasks {
            match task.await.unwrap() {
                Ok(booked) => assert!(numbers.insert(booked.number)),
                Err(BookError::Full) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(numbers.len(), 10);
        assert_eq!(city.counts(slot(10, 0)).await[1], 10);
        city.counts_are_rows().await;
    }

    /// Places given back while others want them.
    async fn cancelling_and_booking_at_once(db: Db) {
        let city = Arc::new(City::new(db, 5, 0).await);
        let tasks: Vec<_> = (0..60).map(|n| {
            let city = Arc::clone(&city);
            tokio::spawn(async move {
                let Ok(booked) = city.book(city.wish(slot(10, 0))).await else { return };
                if n % 3 != 0 {
                    let (one, two) = tokio::join!(city.cancel(&booked), city.cancel(&booked));
                    let given_back = [one, two].into_iter().filter(|it| matches!(it, Ok(it) if !it.already)).count();
                    assert_eq!(given_back, 1);
                }
            })
        }).collect();
        for task in tasks {
            task.await.unwrap();
        }
        city.counts_are_rows().await;
    }

    /// Eight clerks press at once until nobody waits.
    async fn eight_clerks_call_each_person_once(db: Db) {
        let city = Arc::new(City::new(db, 60, 0).await);
        let mut expected = BTreeSet::new();
        for _ in 0..50 {
            let booked = city.book(city.wish(slot(10, 0))).await.unwrap();
            expected.insert(booked.id);
        }
        city.tuesday_at(9, 58);
        for id in &expected {
            let number = city.visit(*id).await.number.unwrap();
            city.check_in(&number).await.unwrap();
        }
        let tickets: Vec<_> = (0..50).map(|_| {
            let city = Arc::clone(&city);
            tokio::spawn(async move { city.walk_in().await })
        }).collect();
        let mut given = BTreeSet::new();
        for ticket in tickets {
            let visit = ticket.await.unwrap().visit;
            assert!(given.insert(visit.progress.ticket.clone().unwrap()), "a ticket was given twice");
            expected.insert(visit.id);
        }
        assert_eq!(given.first().map(String::as_str), Some("A-051"));
        assert_eq!(given.last().map(String::as_str), Some("A-100"));
        let clerks: Vec<_> = (1..=8).map(|desk| {
            let city = Arc::clone(&city);
            tokio::spawn(async move {
                let mut called = Vec::new();
                loop {
                    match city.call(&desk.to_string()).await {
                        Ok(visit) => called.push(visit.id),
                        Err(CallNextError::Nobody) => return called,
                        Err(other) => panic!("{other}"),
                    }
                    let id = called[called.len() - 1];
                    city.act(crate::Act::Start, id).await.unwrap();
                    city.act(crate::Act::Finish, id).await.unwrap();
                }
            })
        }).collect();
        let mut called = Vec::new();
        for clerk in clerks {
            called.extend(clerk.await.unwrap());
        }
        assert_eq!(called.len(), 100);
        assert_eq!(called.into_iter().collect::<BTreeSet<_>>(), expected);
    }

    /// The same number scanned at several desks at once: one ticket, and everybody sees it.
    async fn a_double_scan_is_one_ticket(db: Db) {
        let city = Arc::new(City::new(db, 1, 0).await);
        let booked = city.book(city.wish(slot(10, 0))).await.unwrap();
        city.tuesday_at(9, 58);
        let scans: Vec<_> = (0..10).map(|_| {
            let (city, number) = (Arc::clone(&city), booked.number.clone());
            tokio::spawn(async move { city.check_in(&number).await.unwrap() })
        }).collect();
        let (mut first, mut tickets) = (0, BTreeSet::new());
        for scan in scans {
            let received = scan.await.unwrap();
            first += usize::from(!received.already);
            tickets.insert(received.visit.progress.ticket);
        }
        assert_eq!((first, tickets.len()), (1, 1));
        assert_eq!(city.walk_in().await.visit.progress.ticket.as_deref(), Some("A-002"), "no number was wasted");
    }

    /// People leave the line while clerks call: each has left or was called, never both.
    async fn leaving_while_being_called(db: Db) {
        let city = Arc::new(City::new(db, 20, 0).await);
        let mut booked = Vec::new();
        for _ in 0..20 {
            booked.push(city.book(city.wish(slot(10, 0))).await.unwrap());
        }
        city.tuesday_at(9, 58);
        for it in &booked {
            city.check_in(&it.number).await.unwrap();
        }
        let leaving: Vec<_> = booked.iter().skip(1).step_by(2).cloned().map(|it| {
            let city = Arc::clone(&city);
            tokio::spawn(async move { (it.id, city.cancel(&it).await.is_ok()) })
        }).collect();
        let clerks: Vec<_> = (1..=6).map(|desk| {
            let city = Arc::clone(&city);
            tokio::spawn(async move {
                let mut called = Vec::new();
                loop {
                    match city.call(&desk.to_string()).await {
                        Ok(visit) => called.push(visit.id),
                        Err(CallNextError::Nobody) => return called,
                        Err(other) => panic!("{other}"),
                    }
                    let id = called[called.len() - 1];
                    city.act(crate::Act::Start, id).await.unwrap();
                    city.act(crate::Act::Finish, id).await.unwrap();
                }
            })
        }).collect();
        let mut left = BTreeSet::new();
        for it in leaving {
            let (id, gone) = it.await.unwrap();
            if gone {
                left.insert(id);
            }
        }
        let mut called = Vec::new();
        for clerk in clerks {
            called.extend(clerk.await.unwrap());
        }
        assert_eq!(called.len() + left.len(), 20);
        assert!(called.iter().all(|id| !left.contains(id)), "called after leaving");
        city.counts_are_rows().await;
    }

    /// A double press at one desk calls one person.
    async fn a_double_press_calls_one(db: Db) {
        let city = Arc::new(City::new(db, 1, 0).await);
        city.tuesday_at(9, 0);
        for _ in 0..5 {
            city.walk_in().await;
        }
        let presses: Vec<_> = (0..5).map(|_| {
            let city = Arc::clone(&city);
            tokio::spawn(async move { city.call("3").await })
        }).collect();
        let mut called = 0;
        for press in presses {
            match press.await.unwrap() {
                Ok(_) => called += 1,
                Err(CallNextError::DeskBusy(ticket)) => assert_eq!(ticket, "A-001"),
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(called, 1);
    }
}

/// Two nodes, two channels, one time: ten web places and three of staff are ten and three.
#[test]
fn two_nodes_sell_every_place_once() {
    let database = PgDatabase::migrated();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let here = City::new(database.open("here"), 10, 3).await;
        let there = Arc::new(City { db: database.open("there"), ..here.clone() });
        let here = Arc::new(here);
        let tasks: Vec<_> = (0..200)
            .map(|n| {
                let city = Arc::clone(if n % 2 == 0 { &here } else { &there });
                let by = if n % 4 < 2 { By::Resident } else { By::Staff(city.clerk) };
                tokio::spawn(async move { city.book(Book { by, ..city.wish(slot(10, 0)) }).await })
            })
            .collect();
        let mut sold = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => sold += 1,
                Err(BookError::Full) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(sold, 13);
        assert_eq!(here.counts(slot(10, 0)).await, [10, 10, 3, 3]);
        here.counts_are_rows().await;
    });
}
