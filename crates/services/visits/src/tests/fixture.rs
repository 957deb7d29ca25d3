//! A small city to test in: one counter, one service, slots from Monday on.

use kernel::{
    World,
    day::{Day, Minute, Weekday},
    holidays::Calendar,
    locale::{Locale, Localized},
    text::Line as TextLine,
    time::{Instant, TestClock},
};
use places::CounterDetails;
use store::{Act, Db, Error, Tx};

use crate::*;

pub(crate) const ACT: Act = Act::resident("test");

#[derive(Clone)]
pub(crate) struct City {
    pub(crate) db: Db,
    pub(crate) world: World,
    pub(crate) clock: TestClock,
    pub(crate) counter: CounterId,
    pub(crate) service: ServiceId,
    pub(crate) clerk: Clerk,
}

/// A Tuesday.
pub(crate) fn tuesday() -> Day {
    Day::new(2026, 11, 24).unwrap()
}

pub(crate) fn at(hour: u8, minute: u8) -> Minute {
    Minute::new(hour, minute).unwrap()
}

pub(crate) fn slot(hour: u8, minute: u8) -> SlotId {
    SlotId { day: tuesday(), minute: at(hour, minute) }
}

pub(crate) fn site() -> Site {
    Site { url: "https://city.example.jp".to_owned() }
}

/// A service that takes 20 minutes and is booked up to an hour before.
pub(crate) fn draft(counter: CounterId, code: &str) -> ServiceDraft {
    ServiceDraft {
        code: code.to_owned(),
        counter,
        name: Localized::new("マイナンバーカードの受け取り", "カードを もらう", "Collect your card"),
        summary: Localized::ja("できあがったカードをお渡しします"),
        bring: Bring { own: vec![Localized::ja("通知書")], ..Bring::default() },
        instead: Vec::new(),
        needs_visit: true,
        minutes: 20,
        window: Window { open_days: 30, lead_minutes: 60, cutoff_days: 0, cutoff_minute: 0 },
        keep_days: 30,
        position: 1,
        active: true,
    }
}

impl City {
    /// Monday 09:00, with slots of `web` and `staff` places every 30 minutes on Tuesday.
    pub(crate) async fn new(db: Db, web: u32, staff: u32) -> Self {
        let clock = TestClock::at(tuesday().plus(-1).at(at(9, 0)));
        let world = World::fixed(clock.clone(), 7);
        let details = CounterDetails {
            code: "residents".to_owned(),
            position: 1,
            name: Localized::ja("市民課"),
            unit: Localized::ja("市民課"),
            unit_code: String::new(),
            phone: "0540000000".to_owned(),
            fax: String::new(),
            hours: Localized::ja("8:30〜17:15"),
            location: Localized::ja("1階"),
            desks: 9,
            ticket_prefix: 'A',
            is_open: true,
        };
        let opening = Opening { weekday: Weekday::Tuesday, from: at(9, 0), to: at(17, 0), step: 30, web, staff };
        let by = world.clone();
        let (counter, service) = db
            .write(ACT, async move |tx: &mut Tx<'_>| {
                let counter = places::put_counter(tx, &by, &details).await.map_err(|e| Error::Lost(e.to_string()))?;
                let service = add_service(tx, &by, &draft(counter, "card"), By::Resident)
                    .await
                    .map_err(|e| Error::Lost(e.to_string()))?;
                set_openings(tx, &by, &Calendar::new(), service, tuesday(), &[opening])
                    .await
                    .map_err(|e| Error::Lost(e.to_string()))?;
                Ok::<_, Error>((counter, service))
            })
            .await
            .unwrap();
        let clerk = Clerk { person: world.id(), post: world.id() };
        Self { db, world, clock, counter, service, clerk }
    }

    /// Moves the clock to a time of Tuesday.
    pub(crate) fn tuesday_at(&self, hour: u8, minute: u8) {
        self.clock.set(tuesday().at(at(hour, minute)));
    }

    pub(crate) fn wish(&self, slot: SlotId) -> Book {
        Book {
            id: None,
            service: self.service,
            slot,
            who: Who::Own,
            needs: Needs::default(),
            contact: Contact::default(),
            locale: Locale::Ja,
            by: By::Resident,
            site: site(),
        }
    }

    pub(crate) async fn book(&self, wish: Book) -> Result<Booked, BookError> {
        let world = self.world.clone();
        self.db.write(ACT, async move |tx: &mut Tx<'_>| book(tx, &world, wish.clone()).await).await
    }

    pub(crate) async fn cancel(&self, booked: &Booked) -> Result<Cancelled, CancelError> {
        let world = self.world.clone();
        let command = Cancel::Link { number: booked.number.clone(), secret: booked.secret.clone(), site: site() };
        self.db.write(ACT, async move |tx: &mut Tx<'_>| cancel(tx, &world, command.clone()).await).await
    }

    pub(crate) async fn check_in(&self, number: &Number) -> Result<CheckedIn, CheckInError> {
        let (world, command) = (self.world.clone(), CheckIn { which: Which::Number(number.clone()), by: self.clerk });
        self.db.write(ACT, async move |tx: &mut Tx<'_>| check_in(tx, &world, command.clone()).await).await
    }

    pub(crate) async fn walk_in(&self) -> Ticket {
        self.try_walk_in().await.unwrap()
    }

    pub(crate) async fn try_walk_in(&self) -> Result<Ticket, WalkInError> {
        let world = self.world.clone();
        let command = AddWalkIn {
            service: self.service,
            who: Who::Own,
            needs: Needs::default(),
            contact: Contact::default(),
            locale: Locale::Ja,
            by: Some(self.clerk),
        };
        self.db.write(ACT, async move |tx: &mut Tx<'_>| add_walk_in(tx, &world, command.clone()).await).await
    }

    pub(crate) async fn call(&self, desk: &str) -> Result<Visit, CallNextError> {
        let world = self.world.clone();
        let command = CallNext { counter: self.counter, desk: Desk::parse(desk).unwrap(), by: self.clerk };
        self.db.write(ACT, async move |tx: &mut Tx<'_>| call_next(tx, &world, command.clone()).await).await
    }

    pub(crate) async fn act(&self, act: crate::Act, id: VisitId) -> Result<Visit, ServeError> {
        let (world, clerk) = (self.world.clone(), self.clerk);
        self.db
            .write(ACT, async move |tx: &mut Tx<'_>| match act {
                crate::Act::Start => start(tx, &world, id, clerk).await,
                crate::Act::Finish => finish(tx, &world, id, Outcome::Done, &site(), clerk).await,
                crate::Act::Absent => absent(tx, &world, id, clerk).await,
                crate::Act::Requeue => back_to_waiting(tx, &world, id, clerk).await,
                crate::Act::Recall => recall(tx, &world, id, clerk).await,
                other => panic!("{other:?} has a function of its own"),
            })
            .await
    }

    pub(crate) async fn visit(&self, id: VisitId) -> Visit {
        self.db.read(async move |tx: &mut Tx<'_>| visit(tx, id).await).await.unwrap().unwrap()
    }

    pub(crate) async fn by_hand(&self, id: VisitId, desk: &str, reason: &TextLine<200>) -> Result<Visit, ServeError> {
        let (world, clerk, desk, reason) = (self.world.clone(), self.clerk, Desk::parse(desk).unwrap(), reason.clone());
        self.db.write(ACT, async move |tx: &mut Tx<'_>| call_by_hand(tx, &world, id, &desk, &reason, clerk).await).await
    }

    pub(crate) async fn undo(&self, id: VisitId) -> Result<Visit, UndoError> {
        let (world, clerk) = (self.world.clone(), self.clerk);
        self.db.write(ACT, async move |tx: &mut Tx<'_>| undo(tx, &world, id, clerk).await).await
    }

    pub(crate) async fn sweep(&self) -> u64 {
        let world = self.world.clone();
        self.db.write(ACT, async move |tx: &mut Tx<'_>| sweep_no_shows(tx, &world).await).await.unwrap()
    }

    pub(crate) async fn today(&self) -> Today {
        let (world, counter) = (self.world.clone(), self.counter);
        self.db.read(async move |tx: &mut Tx<'_>| today(tx, &world, counter, tuesday()).await).await.unwrap()
    }

    pub(crate) async fn board(&self) -> Board {
        let (world, counter) = (self.world.clone(), self.counter);
        self.db.read(async move |tx: &mut Tx<'_>| board(tx, &world, counter).await).await.unwrap()
    }

    pub(crate) async fn status(&self, id: VisitId) -> Status {
        let (world, visit) = (self.world.clone(), self.visit(id).await);
        self.db.read(async move |tx: &mut Tx<'_>| status(tx, &world, visit.clone()).await).await.unwrap()
    }

    pub(crate) async fn numbers(&self, from: Day, to: Day) -> Numbers {
        self.db.read(async move |tx: &mut Tx<'_>| numbers(tx, None, from, to).await).await.unwrap()
    }

    /// Counts of a slot: web capacity, web booked, staff capacity, staff booked.
    pub(crate) async fn counts(&self, slot: SlotId) -> [i64; 4] {
        let service = self.service;
        self.db
            .read(async move |tx: &mut Tx<'_>| {
                let row = tx.one(&COUNTS, &[service.into(), slot.day.into(), slot.minute.into()]).await?;
                Ok::<_, Error>([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?])
            })
            .await
            .unwrap()
    }

    /// Every slot's counts are the number of its visits that hold a place.
    pub(crate) async fn counts_are_rows(&self) {
        let wrong = self.db.read(async |tx: &mut Tx<'_>| tx.all(&WRONG, &[]).await).await.unwrap();
        assert!(wrong.is_empty(), "counters and rows differ: {wrong:?}");
    }
}

store::statements! {
    COUNTS = "SELECT web_capacity, web_booked, staff_capacity, staff_booked FROM visit_slot
              WHERE service_id = $1 AND day = $2 AND minute = $3";
    WRONG = "SELECT t.day, t.minute, t.web_booked, t.staff_booked FROM visit_slot t
             WHERE t.web_booked <> (SELECT COUNT(*) FROM visit v WHERE v.service_id = t.service_id AND v.day = t.day
                 AND v.minute = t.minute AND v.channel = 'web' AND v.state <> 'cancelled')
             OR t.staff_booked <> (SELECT COUNT(*) FROM visit v WHERE v.service_id = t.service_id AND v.day = t.day
                 AND v.minute = t.minute AND v.channel = 'staff' AND v.state <> 'cancelled')";
}

/// Not for the registry.
const _: &[store::Statement] = STATEMENTS;

/// A moment of Tuesday.
pub(crate) fn moment(hour: u8, minute: u8) -> Instant {
    tuesday().at(at(hour, minute))
}
