//! The chain under honest use, under races, and under every kind of tampering.

use std::time::Duration;

use kernel::day::Day;
use kernel::time::TestClock;

use super::*;
use crate::{Act, Db, Statement};

const ACT: Act = Act::staff("test");

crate::statements! {
    CHANGE = "UPDATE audit SET purpose = 'another' WHERE seq = $1";
    CHANGE_DETAIL = "UPDATE audit SET detail = '{\"to\":\"another\"}' WHERE seq = $1";
    REMOVE = "DELETE FROM audit WHERE seq = $1";
    SWAP = "UPDATE audit SET seq = -seq WHERE seq = $1";
    SHIFT = "UPDATE audit_segment SET first_seq = first_seq + 1 WHERE first_seq = $1";
    CUT_MONTH = "DELETE FROM audit WHERE seq <= $1";
    CUT_SEGMENT = "DELETE FROM audit_segment WHERE first_seq <= $1";
}

/// Tampering and peeping are the tests' own: not for the registry.
const _: &[crate::Statement] = STATEMENTS;

fn november() -> (TestClock, World) {
    let clock = TestClock::at(Day::parse("2026-11-22").unwrap().start());
    (clock.clone(), World::fixed(clock, 5))
}

async fn write(db: &Db, world: &World, count: usize, object: Uuid) {
    let world = world.clone();
    db.write(ACT, async move |tx: &mut Tx<'_>| {
        for n in 0..count {
            let actor = Actor::Staff { person: Uuid::from_u128(7), post: Some(Uuid::from_u128(8)) };
            let entry = Entry::new(actor, "visits.look").object(object).purpose("窓口での確認").detail(("n", n));
            append(tx, &world, &entry).await?;
        }
        append(tx, &world, &Entry::new(Actor::System, "visits.sweep")).await.map(drop)
    })
    .await
    .unwrap();
}

async fn tamper(db: &Db, statement: &'static Statement, seq: i64) {
    let changed = db.write(ACT, async move |tx: &mut Tx<'_>| tx.exec(statement, &[seq.into()]).await).await.unwrap();
    assert!(changed > 0);
}

async fn fault(db: &Db) -> Option<(i64, Fault)> {
    verify(db).await.unwrap().broken.map(|broken| (broken.seq, broken.fault))
}

crate::both! {
    async fn entries_are_sealed_and_verified(db: Db) {
        let (clock, world) = november();
        write(&db, &world, 240, Uuid::from_u128(1)).await;
        let report = verify(&db).await.unwrap();
        assert_eq!((report.sealed, report.unsealed), (0, 241));
        assert_eq!(report.unsealed_since, Some(world.now()));
        let head = seal::all(&db, &world).await.unwrap().unwrap();
        assert_eq!(head.seq, 241);
        clock.advance(Duration::from_hours(24 * 9));
        write(&db, &world, 3, Uuid::from_u128(2)).await;
        seal::all(&db, &world).await.unwrap();
        assert_eq!(seal::all(&db, &world).await.unwrap(), None, "nothing is sealed twice");
        clock.set(Day::parse("2026-01-01").unwrap().start());
        write(&db, &world, 1, Uuid::from_u128(2)).await;
        seal::all(&db, &world).await.unwrap();
        let report = verify(&db).await.unwrap();
        assert_eq!(report, Report { sealed: 247, segments: 2, unsealed: 0, unsealed_since: None, broken: None });
        // A month that was taken away leaves the rest verifiable.
        tamper(&db, &CUT_MONTH, 241).await;
        tamper(&db, &CUT_SEGMENT, 241).await;
        let report = verify(&db).await.unwrap();
        assert_eq!((report.sealed, report.segments, report.broken), (6, 1, None));
    }

    async fn a_changed_entry_is_named(db: Db) {
        let (_, world) = november();
        write(&db, &world, 9, Uuid::from_u128(1)).await;
        seal::all(&db, &world).await.unwrap();
        assert_eq!(fault(&db).await, None);
        tamper(&db, &CHANGE, 4).await;
        assert_eq!(fault(&db).await, Some((4, Fault::Changed)));
    }

    async fn changed_details_are_named(db: Db) {
        let (_, world) = november();
        write(&db, &world, 9, Uuid::from_u128(1)).await;
        seal::all(&db, &world).await.unwrap();
        tamper(&db, &CHANGE_DETAIL, 5).await;
        assert_eq!(fault(&db).await, Some((5, Fault::Detail)));
    }

    async fn a_removed_entry_is_named(db: Db) {
        let (_, world) = november();
        write(&db, &world, 9, Uuid::from_u128(1)).await;
        seal::all(&db, &world).await.unwrap();
        tamper(&db, &REMOVE, 6).await;
        assert_eq!(fault(&db).await, Some((6, Fault::Missing)));
    }

    async fn entries_moved_in_the_chain_are_named(db: Db) {
        let (_, world) = november();
        write(&db, &world, 9, Uuid::from_u128(1)).await;
        seal::all(&db, &world).await.unwrap();
        tamper(&db, &SWAP, 1).await;
        assert_eq!(fault(&db).await, Some((1, Fault::Missing)));
        let (db, world) = (db, world);
        tamper(&db, &SHIFT, 1).await;
        assert!(fault(&db).await.is_some());
        drop(world);
    }

    async fn erased_details_leave_the_chain_whole(db: Db) {
        let (_, world) = november();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        write(&db, &world, 2, one).await;
        write(&db, &world, 2, other).await;
        seal::all(&db, &world).await.unwrap();
        let erased = db.write(ACT, async move |tx: &mut Tx<'_>| erase_details(tx, one).await).await.unwrap();
        assert_eq!(erased, 2);
        let report = verify(&db).await.unwrap();
        assert_eq!((report.sealed, report.broken), (6, None));
        let read_of = async |object| db.read(async move |tx: &mut Tx<'_>| read(tx, Of::Object(object), None, 10).await).await.unwrap();
        assert!(read_of(one).await.iter().all(|entry| entry.detail.is_none()), "gone");
        assert!(read_of(other).await.iter().all(|entry| entry.detail.is_some()), "not touched");
        // Erasing before sealing is no fault either.
        write(&db, &world, 2, one).await;
        db.write(ACT, async move |tx: &mut Tx<'_>| erase_details(tx, one).await).await.unwrap();
        seal::all(&db, &world).await.unwrap();
        assert_eq!(fault(&db).await, None);
    }

    async fn entries_are_read_page_by_page(db: Db) {
        let (_, world) = november();
        write(&db, &world, 5, Uuid::from_u128(1)).await;
        let mut seen = Vec::new();
        loop {
            let before = seen.last().map(|entry: &Written| entry.id);
            let page = db
                .read(async move |tx: &mut Tx<'_>| read(tx, Of::Person(Uuid::from_u128(7)), before, 2).await)
                .await
                .unwrap();
            if page.is_empty() {
                break;
            }
            seen.extend(page);
        }
        assert_eq!(seen.len(), 5);
        assert!(seen.windows(2).all(|pair| pair[0].id > pair[1].id), "newest first");
        assert_eq!(seen[0].purpose.as_deref(), Some("窓口での確認"));
        assert_eq!(seen[0].detail, Some(serde_json::json!(["n", 4])));
        assert_eq!(seen[0].actor, Actor::Staff { person: Uuid::from_u128(7), post: Some(Uuid::from_u128(8)) });
        let all = db.read(async |tx: &mut Tx<'_>| read(tx, Of::Everything, None, 100).await).await.unwrap();
        assert_eq!((all.len(), all[0].actor, all[0].object), (6, Actor::System, None));
    }

    async fn writers_and_two_sealers_at_once_make_one_chain(db: Db) {
        let (_, world) = november();
        let writers: Vec<_> = (0..20)
            .map(|n| {
                let (db, world) = (db.clone(), world.clone());
                tokio::spawn(async move { write(&db, &world, 10, Uuid::from_u128(n)).await })
            })
            .collect();
        let sealers: Vec<_> = (0..2)
            .map(|_| {
                let (db, world) = (db.clone(), world.clone());
                tokio::spawn(async move {
                    for _ in 0..10 {
                        // The one who comes second is rolled back, by the UNIQUE number or the count.
                        match seal::all(&db, &world).await {
                            Ok(_) | Err(Error::Busy | Error::Constraint { .. }) => {}
                            Err(other) => panic!("{other}"),
                        }
                        tokio::time::sleep(Duration::from_millis(3)).await;
                    }
                })
            })
            .collect();
        for task in writers.into_iter().chain(sealers) {
            task.await.unwrap();
        }
        seal::all(&db, &world).await.unwrap();
        let report = verify(&db).await.unwrap();
        assert_eq!((report.sealed, report.unsealed, report.broken), (220, 0, None));
    }

    async fn the_running_sealer_seals_and_stops(db: Db) {
        let (_, world) = november();
        write(&db, &world, 4, Uuid::from_u128(1)).await;
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let running = tokio::spawn(seal::run(db.clone(), world.clone(), "test".to_owned(), stopped));
        while verify(&db).await.unwrap().unsealed > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        stop.send(true).unwrap();
        running.await.unwrap();
        assert_eq!(verify(&db).await.unwrap().sealed, 5);
    }
}

#[test]
fn a_broken_chain_is_told_in_words() {
    let broken = Broken { seq: 4, entry: None, fault: Fault::Missing };
    assert_eq!(broken.to_string(), "entry 4 is missing");
}
