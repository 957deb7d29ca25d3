//! Hours that change on a day, what lies outside them, and slots that are there right after an edit.

use kernel::{
    day::{Day, Weekday},
    holidays::Calendar,
};
use store::{Db, Tx};

use super::fixture::*;
use crate::*;

fn rule(weekday: Weekday, from: u8, to: u8) -> Opening {
    Opening { weekday, from: at(from, 0), to: at(to, 0), step: 30, web: 2, staff: 1 }
}

impl City {
    async fn publish(&self, from: Day, hours: &[Opening]) {
        let (world, service, hours) = (self.world.clone(), self.service, hours.to_vec());
        self.db
            .write(ACT, async move |tx: &mut Tx<'_>| {
                set_openings(tx, &world, &Calendar::new(), service, from, &hours).await
            })
            .await
            .unwrap();
    }

    async fn phases(&self) -> Vec<(Day, usize)> {
        let (service, today) = (self.service, self.world.today());
        let phases = self.db.read(async move |tx: &mut Tx<'_>| schedule(tx, service, today).await).await.unwrap();
        phases.into_iter().map(|it| (it.from, it.openings.len())).collect()
    }

    async fn lying_outside(&self, calendar: Calendar, hours: Option<Vec<Opening>>) -> Vec<VisitId> {
        let (service, today) = (self.service, self.world.today());
        let visits = self
            .db
            .read(async move |tx: &mut Tx<'_>| outside(tx, &calendar, service, today, hours.as_deref()).await)
            .await
            .unwrap();
        visits.into_iter().map(|it| it.id).collect()
    }
}

store::testing::both! {
    /// Today's hours, then each change on its day; an earlier change drops the later ones.
    async fn hours_change_day_by_day(db: Db) {
        let city = City::new(db, 2, 1).await;
        let monday = tuesday().plus(-1);
        assert_eq!(city.phases().await, [(monday, 0), (tuesday(), 1)]);
        city.publish(tuesday().plus(14), &[rule(Weekday::Monday, 9, 12), rule(Weekday::Tuesday, 9, 12)]).await;
        city.publish(tuesday().plus(28), &[]).await;
        let all = [(monday, 0), (tuesday(), 1), (tuesday().plus(14), 2), (tuesday().plus(28), 0)];
        assert_eq!(city.phases().await, all, "the last one closes the service");
        city.publish(tuesday().plus(7), &[rule(Weekday::Friday, 9, 12)]).await;
        assert_eq!(city.phases().await, [(monday, 0), (tuesday(), 1), (tuesday().plus(7), 1)]);
    }

    /// Bookings outside are the same before publishing and after it; cancelled ones and closed days count as they should.
    async fn what_lies_outside_is_known_before_and_after(db: Db) {
        let city = City::new(db, 2, 1).await;
        let early = city.book(city.wish(slot(9, 0))).await.unwrap();
        let late = city.book(city.wish(slot(16, 30))).await.unwrap();
        assert!(city.lying_outside(Calendar::new(), None).await.is_empty());
        let new = vec![rule(Weekday::Tuesday, 9, 12)];
        assert_eq!(city.lying_outside(Calendar::new(), Some(new.clone())).await, [late.id], "looked at before");
        city.publish(tuesday(), &new).await;
        assert_eq!(city.lying_outside(Calendar::new(), None).await, [late.id], "and after");
        assert_eq!(city.lying_outside(Calendar::new(), Some(Vec::new())).await, [early.id, late.id]);
        let mut shut = Calendar::new();
        shut.close(tuesday(), "庁舎点検");
        assert_eq!(city.lying_outside(shut, None).await, [early.id, late.id], "the hall itself is closed");
        city.cancel(&late).await.unwrap();
        assert!(city.lying_outside(Calendar::new(), None).await.is_empty(), "who cancelled needs no call");
    }

    /// A new service can be booked over its whole window right after its hours are published.
    async fn slots_are_there_at_once(db: Db) {
        let city = City::new(db.clone(), 2, 1).await;
        let made = jobs::keep_slots_of(&db, &city.world, city.service).await.unwrap();
        assert_eq!(made, 4 * 16, "the Tuesdays of 30 days and a week but the 29th of December; the first was there");
        assert_eq!(jobs::keep_slots_of(&db, &city.world, city.service).await.unwrap(), 0);
        assert_eq!(jobs::keep_slots_of(&db, &city.world, city.world.id()).await.unwrap(), 0, "no such service");
    }
}
