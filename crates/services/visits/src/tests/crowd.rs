//! 混雑状況: what is measured is said, what is not is not; and the jobs that keep a city going.

use store::{Db, Tx};

use super::fixture::*;
use crate::*;

impl City {
    /// Past Tuesdays: walk-ins at ten waited 10 to 19 minutes.
    async fn remember(&self, weeks: i32) {
        let mut past = Vec::new();
        for week in 1..=weeks {
            let day = tuesday().plus(-7 * week);
            for n in 0..10_i64 {
                let came = day.at(at(10, 5)).plus_minutes(n);
                past.push(PastVisit {
                    service: self.service,
                    counter: self.counter,
                    channel: Channel::WalkIn,
                    day,
                    slot: None,
                    minutes: 20,
                    who: Who::Own,
                    needs: Needs::default(),
                    locale: kernel::locale::Locale::Ja,
                    made_at: came,
                    contact: None,
                    ticket: Some(('A', n + 1)),
                    fate: Fate::Finished {
                        checked_in: came,
                        called: came.plus_minutes(10 + n),
                        started: came.plus_minutes(11 + n),
                        finished: came.plus_minutes(22 + n),
                        desk: "1".to_owned(),
                        outcome: Outcome::Done,
                        rated: false,
                    },
                });
            }
        }
        let world = self.world.clone();
        self.db.write(ACT, async move |tx: &mut Tx<'_>| insert_history(tx, &world, &past).await).await.unwrap();
    }
}

store::testing::both! {
    /// Numbers now, the usual range of the hour, and nothing invented for an hour nobody knows.
    async fn measured_or_silent(db: Db) {
        let city = City::new(db.clone(), 1, 0).await;
        city.remember(2).await;
        city.tuesday_at(10, 0);
        let congestion = Congestion::new(db, city.world.clone());
        let quiet = congestion.now().await.unwrap();
        assert_eq!((quiet[0].waiting, quiet[0].called, quiet[0].wait_now), (0, 0, 0));
        let hour = quiet[0].this_hour().unwrap();
        assert_eq!((hour.low, hour.median, hour.high, hour.n), (12, 14, 17, 20));
        city.walk_in().await;
        city.walk_in().await;
        city.walk_in().await;
        city.call("3").await.unwrap();
        city.tuesday_at(10, 1);
        let busy = congestion.now().await.unwrap();
        assert_eq!((busy[0].waiting, busy[0].called, busy[0].last_ticket.as_deref()), (2, 1, Some("A-001")));
        assert_eq!(busy[0].wait_now, 24, "two people, twelve minutes each, one desk");
        city.tuesday_at(13, 0);
        assert!(congestion.now().await.unwrap()[0].this_hour().is_none(), "no afternoon was measured");
        assert!(city.board().await.wait.measured);
    }

    /// The hourly job fills the whole window once; the other closes the day.
    async fn the_city_keeps_itself(db: Db) {
        let city = City::new(db.clone(), 2, 1).await;
        let made = jobs::keep_slots(&db, &city.world).await.unwrap();
        assert_eq!(made, 4 * 16, "four more Tuesdays of sixteen half hours; 29 December is closed");
        assert_eq!(jobs::keep_slots(&db, &city.world).await.unwrap(), 0);
        let booked = city.book(city.wish(slot(10, 0))).await.unwrap();
        city.clock.set(tuesday().plus(7).at(at(0, 1)));
        assert_eq!(jobs::keep_slots(&db, &city.world).await.unwrap(), 16);
        assert_eq!(jobs::sweep(&db, &city.world).await.unwrap(), 1);
        assert_eq!(jobs::sweep(&db, &city.world).await.unwrap(), 0);
        assert_eq!(city.visit(booked.id).await.state(), State::NoShow);
    }
}
