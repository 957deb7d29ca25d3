//! Opening hours: holidays, closures, new hours around bookings that stay.

use kernel::{
    World,
    day::{Day, Minute, Weekday},
    holidays::Calendar,
    locale::Localized,
    time::TestClock,
};
use store::{Db, Error, Tx};

use super::fixture::*;
use crate::*;

fn rule(weekday: Weekday, from: (u8, u8), to: (u8, u8), step: u16, web: u32) -> Opening {
    Opening { weekday, from: at(from.0, from.1), to: at(to.0, to.1), step, web, staff: 1 }
}

impl City {
    async fn extend(&self, calendar: Calendar, from: Day, to: Day) -> u64 {
        let service = self.service;
        self.db
            .write(ACT, async move |tx: &mut Tx<'_>| extend_slots(tx, &calendar, service, from, to).await)
            .await
            .unwrap()
    }

    async fn set_hours(&self, from: Day, hours: &[Opening]) -> Result<NewHours, SetOpeningsError> {
        let (world, service, hours) = (self.world.clone(), self.service, hours.to_vec());
        self.db
            .write(ACT, async move |tx: &mut Tx<'_>| {
                set_openings(tx, &world, &Calendar::new(), service, from, &hours).await
            })
            .await
    }

    async fn free_on(&self, day: Day) -> Vec<SlotPlaces> {
        let (service_id, now) = (self.service, self.world.now());
        let days = self
            .db
            .read(async move |tx: &mut Tx<'_>| {
                let it = service(tx, service_id).await?.ok_or(Error::Busy)?;
                places(tx, &it, Channel::Web, now, day, day).await
            })
            .await
            .unwrap();
        days.into_iter().flat_map(|it| it.slots).collect()
    }
}

store::testing::both! {
    /// A slot must end inside the hours; holidays and the city's closed days have none; a second run makes nothing new.
    async fn slots_roll_ahead_of_today(db: Db) {
        let city = City::new(db, 1, 0).await;
        let monday = tuesday().plus(6);
        let weekday = |it| rule(it, (9, 0), (12, 0), 25, 2);
        let hours = [weekday(Weekday::Monday), weekday(Weekday::Tuesday), rule(Weekday::Sunday, (10, 0), (11, 0), 30, 4)];
        city.set_hours(tuesday(), &hours).await.unwrap();
        let mut calendar = Calendar::new();
        calendar.close(monday, "庁舎点検");
        let until = tuesday().plus(30);
        let made = city.extend(calendar.clone(), tuesday(), until).await;
        assert!(made > 0);
        assert_eq!(city.extend(calendar, tuesday(), until).await, 0);
        assert!(city.free_on(monday).await.is_empty(), "閉庁日");
        let slots = city.free_on(monday.plus(7)).await;
        assert_eq!(slots.len(), 7, "9:00 to 11:30; 11:30 + 25 is inside, 11:55 + 25 is not");
        assert_eq!(slots[6].id.minute, at(11, 30));
        let sunday = tuesday().plus(5);
        assert_eq!(city.free_on(sunday).await.len(), 2, "a rule for a Sunday means that Sunday");
        let year_end = Day::new(2026, 12, 29).unwrap();
        city.extend(Calendar::new(), year_end, year_end).await;
        city.clock.set(year_end.plus(-5).at(at(9, 0)));
        assert!(city.free_on(year_end).await.is_empty(), "年末年始");
    }

    /// New hours leave sold places as they are, and say which bookings lie outside.
    async fn new_hours_keep_what_is_sold(db: Db) {
        let city = City::new(db, 3, 1).await;
        for wish in [slot(9, 0), slot(9, 0), slot(10, 0), slot(16, 30)] {
            city.book(city.wish(wish)).await.unwrap();
        }
        assert!(matches!(city.set_hours(tuesday().plus(-1), &[]).await, Err(SetOpeningsError::TooEarly)));
        let overlap = [rule(Weekday::Tuesday, (9, 0), (12, 0), 30, 1), rule(Weekday::Tuesday, (11, 0), (13, 0), 30, 1)];
        assert!(matches!(city.set_hours(tuesday(), &overlap).await, Err(SetOpeningsError::Rule(1))));
        let new = city.set_hours(tuesday(), &[rule(Weekday::Tuesday, (9, 0), (12, 0), 60, 1)]).await.unwrap();
        assert_eq!(new.outside, [(slot(16, 30), 1)]);
        assert_eq!(city.counts(slot(9, 0)).await, [2, 2, 1, 0], "two are sold, so two it is");
        assert_eq!(city.counts(slot(10, 0)).await, [1, 1, 1, 0]);
        assert_eq!(city.counts(slot(11, 0)).await, [1, 0, 1, 0]);
        assert_eq!(city.counts(slot(16, 30)).await, [1, 1, 0, 0]);
        assert!(matches!(city.book(city.wish(slot(9, 30))).await, Err(BookError::NoSuchSlot)));
        city.counts_are_rows().await;
    }

    /// A closed day sells nothing and lists who had booked; lifting it opens it again.
    async fn a_sudden_closure(db: Db) {
        let city = City::new(db, 3, 1).await;
        let booked = city.book(city.wish(slot(9, 0))).await.unwrap();
        let (world, counter, clerk) = (city.world.clone(), city.counter, city.clerk);
        let closed = city
            .db
            .write(ACT, async move |tx: &mut Tx<'_>| close_day(tx, &world, counter, None, tuesday(), Localized::ja("台風のため"), clerk).await)
            .await
            .unwrap();
        assert_eq!(closed.booked.iter().map(|it| it.id).collect::<Vec<_>>(), [booked.id]);
        assert!(matches!(city.book(city.wish(slot(9, 0))).await, Err(BookError::Closed)));
        assert!(city.free_on(tuesday()).await.is_empty());
        let service = city.service;
        let slots = city.db.read(async move |tx: &mut Tx<'_>| load(tx, service, tuesday(), tuesday()).await).await.unwrap();
        assert_eq!((slots.len(), slots[0].web_capacity, slots[0].web_booked, slots[0].closed), (16, 3, 1, true));
        assert!(!city.cancel(&booked).await.unwrap().already, "cancelling works on a closed day");
        let (world, id) = (city.world.clone(), closed.id);
        city.db.write(ACT, async move |tx: &mut Tx<'_>| reopen_day(tx, &world, id, clerk).await).await.unwrap();
        city.book(city.wish(slot(9, 0))).await.unwrap();
        city.counts_are_rows().await;
    }

    /// Whatever the hours and the closed days are, there is a slot exactly where there should be one.
    async fn never_a_place_outside_the_hours(db: Db) {
        let city = City::new(db, 1, 0).await;
        let dice = World::fixed(TestClock::at(moment(9, 0)), 11);
        let roll = |sides: u16| u16::from_le_bytes(dice.bytes::<2>()) % sides;
        let until = tuesday().plus(60);
        for _ in 0..6 {
            let mut hours: Vec<Opening> = Vec::new();
            for _ in 0..1 + roll(6) {
                let from = 8 * 60 + roll(8 * 60);
                let it = Opening {
                    weekday: Weekday::ALL[usize::from(roll(7))],
                    from: Minute::from_number(from).unwrap(),
                    to: Minute::from_number(from + 30 + roll(240)).unwrap(),
                    step: 5 + roll(25),
                    web: 1 + u32::from(roll(3)),
                    staff: u32::from(roll(2)),
                };
                if !hours.iter().any(|other| other.weekday == it.weekday && other.from < it.to && it.from < other.to) {
                    hours.push(it);
                }
            }
            let mut calendar = Calendar::new();
            (0..4).for_each(|_| calendar.close(tuesday().plus(i32::from(roll(60))), "閉庁日"));
            let (world, service, set, closed) = (city.world.clone(), city.service, hours.clone(), calendar.clone());
            let slots = city.db.write(ACT, async move |tx: &mut Tx<'_>| {
                set_openings(tx, &world, &closed, service, tuesday(), &set).await?;
                extend_slots(tx, &closed, service, tuesday(), until).await?;
                Ok::<_, SetOpeningsError>(load(tx, service, tuesday(), until).await?)
            }).await.unwrap();
            let mut expected = Vec::new();
            for ahead in 0..=60 {
                let day = tuesday().plus(ahead);
                let mut minutes: Vec<_> = hours
                    .iter()
                    .filter(|it| it.weekday == day.weekday() && calendar.name(day).is_none())
                    .flat_map(|it| it.minutes().map(|minute| (SlotId { day, minute }, it.web, it.staff)))
                    .collect();
                minutes.sort();
                expected.extend(minutes);
            }
            let found: Vec<_> = slots.iter().map(|it| (it.id, it.web_capacity, it.staff_capacity)).collect();
            assert_eq!(found, expected, "{hours:?}");
        }
    }
}
