//! Random days at the counter: whatever is pressed, the counts are the rows and no state is skipped.

use std::time::Duration;

use kernel::{World, text::Line as TextLine, time::TestClock};
use store::{Db, Tx};

use super::fixture::*;
use crate::*;

store::statements! {
    ACTS = "SELECT visit_id, version, act, from_state, to_state, undone_at IS NOT NULL FROM visit_act ORDER BY visit_id, version";
    STREAK = "SELECT COUNT(*) FROM visit v WHERE v.state IN ('called', 'serving')
              AND EXISTS (SELECT 1 FROM visit o WHERE o.counter_id = v.counter_id AND o.day = v.day AND o.desk = v.desk
                          AND o.id <> v.id AND o.state IN ('called', 'serving'))";
}

/// Not for the registry.
const _: &[store::Statement] = STATEMENTS;

/// Plays `presses` random acts. Refusals are fine, faults are not.
async fn play(city: &City, seed: u64, presses: usize) {
    let dice = World::fixed(TestClock::at(moment(9, 0)), seed);
    let roll = |sides: usize| usize::from(u16::from_le_bytes(dice.bytes::<2>())) % sides;
    let slots = [slot(10, 0), slot(10, 30), slot(11, 0)];
    let mut known: Vec<(VisitId, Option<Booked>)> = Vec::new();
    for _ in 0..presses {
        city.clock.advance(Duration::from_secs(20 + 10 * u64::try_from(roll(6)).unwrap()));
        let some = (!known.is_empty()).then(|| known[roll(known.len())].clone());
        let desk = (1 + roll(3)).to_string();
        match (roll(14), some) {
            (0 | 1, _) => {
                let by = if roll(2) == 0 { By::Resident } else { By::Staff(city.clerk) };
                match city.book(Book { by, ..city.wish(slots[roll(3)]) }).await {
                    Ok(booked) => known.push((booked.id, Some(booked))),
                    Err(BookError::Store(e)) => panic!("{e}"),
                    Err(_) => {}
                }
            }
            (2, _) => known.push((city.walk_in().await.visit.id, None)),
            (3 | 4, Some((_, Some(booked)))) => {
                if let Err(CheckInError::Store(e)) = city.check_in(&booked.number).await {
                    panic!("{e}");
                }
            }
            (5 | 6, _) => {
                if let Err(CallNextError::Store(e)) = city.call(&desk).await {
                    panic!("{e}");
                }
            }
            (7, Some((_, Some(booked)))) => {
                if let Err(CancelError::Store(e)) = city.cancel(&booked).await {
                    panic!("{e}");
                }
            }
            (8, Some((id, _))) => {
                if let Err(UndoError::Store(e)) = city.undo(id).await {
                    panic!("{e}");
                }
            }
            (9, Some((id, _))) => {
                if let Err(ServeError::Store(e)) = city.by_hand(id, &desk, &TextLine::parse("理由").unwrap()).await {
                    panic!("{e}");
                }
            }
            (10, _) => {
                city.sweep().await;
            }
            (_, Some((id, _))) => {
                let acts = [Act::Start, Act::Start, Act::Finish, Act::Finish, Act::Absent, Act::Requeue, Act::Recall];
                {
                    if let Err(ServeError::Store(e)) = city.act(acts[roll(acts.len())], id).await {
                        panic!("{e}");
                    }
                }
            }
            (_, None) => {}
        }
    }
}

/// Every line of the history starts where the one before it ended and is an act the machine knows.
async fn history_is_whole(city: &City) {
    let rows = city.db.read(async |tx: &mut Tx<'_>| tx.all(&ACTS, &[]).await).await.unwrap();
    assert!(rows.len() > 20, "too little happened: {}", rows.len());
    let mut last: Option<(VisitId, i64, State)> = None;
    for row in &rows {
        let (visit, version): (VisitId, i64) = (row.get(0).unwrap(), row.get(1).unwrap());
        let (from, to): (State, State) = (row.get(3).unwrap(), row.get(4).unwrap());
        if let Some((_, before, state)) = last.filter(|it| it.0 == visit) {
            assert_eq!((version, from), (before + 1, state), "a gap in the history");
        }
        match Act::of(&row.get::<String>(2).unwrap()) {
            Some(act) => assert!(act.possible(from) && act.to() == to, "{act:?} from {from:?} to {to:?}"),
            None => {
                let undone = rows
                    .iter()
                    .find(|it| it.get::<VisitId>(0).unwrap() == visit && it.get::<i64>(1).unwrap() == version - 1);
                let undone = undone.unwrap();
                assert!(undone.get::<bool>(5).unwrap());
                assert_eq!(
                    (undone.get::<State>(3).unwrap(), undone.get::<State>(4).unwrap()),
                    (to, from),
                    "undo is the way back"
                );
            }
        }
        last = Some((visit, version, to));
    }
}

store::testing::both! {
    async fn any_day_keeps_its_counts(db: Db) {
        let city = City::new(db, 3, 2).await;
        city.tuesday_at(8, 0);
        for seed in 0..6 {
            play(&city, seed, 60).await;
            city.counts_are_rows().await;
            let doubled: i64 = city.db.read(async |tx: &mut Tx<'_>| tx.value(&STREAK, &[]).await).await.unwrap();
            assert_eq!(doubled, 0, "two people at one desk");
        }
        history_is_whole(&city).await;
    }
}
