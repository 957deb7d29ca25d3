//! What a visit leaves in numbers.

use facts::{Catalogue, Figure, Key, Period, Question, Thousandths};
use kernel::{locale::Locale, text::Line as TextLine};
use store::{Db, Tx};

use super::fixture::*;
use crate::*;

impl City {
    /// A metric over the Tuesday and the Monday before it.
    async fn metric(&self, name: &str) -> Figure {
        self.metric_over(name, Period::new(tuesday().plus(-1), tuesday().plus(2)).unwrap()).await
    }

    async fn metric_over(&self, name: &str, period: Period) -> Figure {
        let catalogue = Catalogue::new(&[METRICS, voices::METRICS]).unwrap();
        let question = Question { by: facts::By::Place, ..Question::total(catalogue.metric(name).unwrap(), period) };
        let world = self.world.clone();
        let answer = self.db.read(async move |tx: &mut Tx<'_>| facts::ask(tx, &world, &question).await).await.unwrap();
        if answer.total.n > 0 {
            assert_eq!(answer.groups, [(Key::Place(Some(self.counter.uuid())), answer.total)], "it names the counter");
        }
        answer.total
    }

    async fn minutes(&self, name: &str) -> (u64, Option<i64>) {
        let figure = self.metric(name).await;
        (figure.n, figure.value.map(|it| it.get() / 1000))
    }

    async fn check_in_at(&self, number: &Number, hour: u8, minute: u8) -> VisitId {
        self.tuesday_at(hour, minute);
        self.check_in(number).await.unwrap().visit.id
    }
}

store::testing::both! {
    /// The skewer: from a booking to the stay, each act moves its metric at once, and taking it back moves it back.
    async fn a_visit_becomes_numbers(db: Db) {
        let city = City::new(db, 5, 5).await;
        let by_phone = Book { by: By::Staff(city.clerk), ..city.wish(slot(10, 0)) };
        city.book(by_phone).await.unwrap();
        let booked = city.book(city.wish(slot(10, 0))).await.unwrap();
        assert_eq!(city.metric("visits.web_share").await, Figure { n: 2, value: Some(Thousandths::new(50_000)) });
        let id = city.check_in_at(&booked.number, 9, 50).await;
        assert_eq!(city.minutes("visits.arrivals").await, (1, Some(1)));
        city.tuesday_at(10, 2);
        city.call("1").await.unwrap();
        assert_eq!(city.minutes("visits.wait").await, (1, Some(12)));
        city.undo(id).await.unwrap();
        assert_eq!(city.minutes("visits.wait").await, (0, None), "nobody was called");
        city.tuesday_at(10, 7);
        city.call("1").await.unwrap();
        assert_eq!(city.minutes("visits.wait").await, (1, Some(17)));
        assert_eq!(city.minutes("visits.within_15_minutes").await, (1, Some(0)));
        city.tuesday_at(10, 8);
        city.act(Act::Recall, id).await.unwrap();
        city.act(Act::Start, id).await.unwrap();
        assert_eq!(city.minutes("visits.stay").await, (0, None));
        city.tuesday_at(10, 30);
        city.act(Act::Finish, id).await.unwrap();
        assert_eq!(city.minutes("visits.stay").await, (1, Some(40)));
        assert_eq!(city.minutes("visits.stay_p90").await, (1, Some(40)));
        assert_eq!(city.minutes("visits.service_time").await, (1, Some(22)));
        city.undo(id).await.unwrap();
        assert_eq!(city.minutes("visits.stay").await, (0, None), "it goes on");
        assert_eq!(city.minutes("visits.service_time").await, (0, None));
        city.tuesday_at(10, 35);
        city.act(Act::Finish, id).await.unwrap();
        assert_eq!(city.minutes("visits.stay").await, (1, Some(45)));
        let (visit, world) = (city.visit(id).await, city.world.clone());
        let score = voices::Score::new(4).unwrap();
        city.db.write(ACT, async move |tx: &mut Tx<'_>| rate(tx, &world, &visit, score, None, Locale::Ja).await).await.unwrap();
        assert_eq!(city.minutes("voices.satisfaction").await, (1, Some(4)));
        assert_eq!(city.minutes("voices.satisfied_share").await, (1, Some(100)));
    }

    async fn who_does_not_come_and_who_comes_late_after_all(db: Db) {
        let city = City::new(db, 5, 5).await;
        let first = city.book(city.wish(slot(9, 0))).await.unwrap();
        city.book(city.wish(slot(9, 0))).await.unwrap();
        let third = city.book(city.wish(slot(9, 30))).await.unwrap();
        city.cancel(&third).await.unwrap();
        assert_eq!(city.minutes("visits.cancellations").await, (1, Some(1)));
        city.cancel(&third).await.unwrap();
        assert_eq!(city.minutes("visits.cancellations").await, (1, Some(1)), "once");
        city.tuesday_at(9, 31);
        city.sweep().await;
        assert_eq!(city.minutes("visits.no_show_share").await, (2, Some(100)));
        let id = city.check_in_at(&first.number, 9, 40).await;
        assert_eq!(city.minutes("visits.no_show_share").await, (2, Some(50)), "one of them came after all");
        city.undo(id).await.unwrap();
        assert_eq!(city.minutes("visits.no_show_share").await, (2, Some(100)), "no, a slip of the hand");
        assert_eq!(city.minutes("visits.arrivals").await, (0, Some(0)));
        city.walk_in().await;
        assert_eq!(city.minutes("visits.no_show_share").await, (2, Some(100)), "who was not expected does not count");
        assert_eq!(city.minutes("visits.arrivals").await, (1, Some(1)));
    }

    /// What is brought in bulk tells the same numbers as what was done here; what nobody closed has no time.
    async fn the_past_tells_numbers_too(db: Db) {
        let city = City::new(db, 5, 5).await;
        let day = tuesday().plus(-7);
        let moment = |hour, minute| day.at(at(hour, minute));
        let past = |channel: Channel, number: i64, fate: Fate| PastVisit {
            service: city.service,
            counter: city.counter,
            channel,
            day,
            slot: (channel != Channel::WalkIn).then(|| SlotId { day, minute: at(9, 0) }),
            minutes: 20,
            who: Who::Own,
            needs: Needs::default(),
            locale: Locale::En,
            made_at: moment(8, 30),
            contact: None,
            ticket: Some(('A', number)),
            fate,
        };
        let finished = |outcome| Fate::Finished {
            checked_in: moment(9, 0), called: moment(9, 10), started: moment(9, 11), finished: moment(9, 40),
            desk: "1".to_owned(), outcome, rated: false,
        };
        let visits = vec![
            past(Channel::Web, 1, finished(Outcome::Done)),
            past(Channel::WalkIn, 2, finished(Outcome::Unrecorded)),
            PastVisit { ticket: None, ..past(Channel::Staff, 0, Fate::NoShow) },
            PastVisit { ticket: None, ..past(Channel::Web, 0, Fate::Cancelled(moment(8, 40))) },
        ];
        let world = city.world.clone();
        city.db.write(ACT, async move |tx: &mut Tx<'_>| insert_history(tx, &world, &visits).await).await.unwrap();
        let week = Period::new(day, day.plus(1)).unwrap();
        let n = async |name: &str| city.metric_over(name, week).await.n;
        let counts = [n("visits.bookings").await, n("visits.cancellations").await, n("visits.arrivals").await, n("visits.wait").await];
        assert_eq!(counts, [3, 1, 2, 2]);
        assert_eq!([n("visits.no_show_share").await, n("visits.stay").await, n("visits.service_time").await], [2, 1, 1]);
    }

    /// A visit that is left open, and a person who walks away, leave no time and no cancellation.
    async fn what_nobody_closed_does_not_count(db: Db) {
        let city = City::new(db, 5, 5).await;
        city.tuesday_at(10, 0);
        let left = city.walk_in().await.visit.id;
        let served = city.walk_in().await.visit.id;
        city.by_hand(served, "1", &TextLine::parse("急ぎ").unwrap()).await.unwrap();
        city.act(Act::Start, served).await.unwrap();
        city.clock.set(tuesday().plus(1).at(at(3, 0)));
        let world = city.world.clone();
        assert_eq!(city.db.write(ACT, async move |tx: &mut Tx<'_>| sweep_left_open(tx, &world).await).await.unwrap(), 2);
        assert_eq!(city.visit(left).await.state(), State::Cancelled);
        assert_eq!(city.minutes("visits.stay").await, (0, None));
        assert_eq!(city.minutes("visits.cancellations").await, (0, Some(0)));
        assert_eq!(city.minutes("visits.wait").await, (1, Some(0)));
    }
}
