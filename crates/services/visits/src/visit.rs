//! A visit as it stands: its row, its contact, the name of its service; and how an act changes it.
//!
//! What acts change is [`Progress`]. It is written back only while nobody else has changed the visit
//! ([`Visit::version`]), so two clerks, or a clerk and the resident, never both win.

use kernel::{
    World,
    day::{Day, Minute},
    locale::{Locale, Localized},
    text::{Email, Line as TextLine, Phone},
    time::Instant,
};
use serde::{Deserialize, Serialize};
use store::{Error, Json, Row, Tx, Value};

use crate::{
    clerk::Clerk,
    emit,
    line::{Line, Waiting},
    model::{Channel, Contact, CounterId, Needs, Outcome, ServiceId, SlotId, VisitId, Who},
    number::Number,
    state::{Act, State},
};

store::id! {
    /// One act in the history of a visit.
    pub ActId
}

/// The part of a visit that acts change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Where it stands.
    pub state: State,
    /// The ticket (番号札), from check-in on.
    pub ticket: Option<String>,
    /// Which line it waits in, from check-in on.
    pub line: Option<Line>,
    /// The desk it was last called to.
    pub desk: Option<String>,
    /// 受付.
    pub checked_in_at: Option<Micros>,
    /// First call.
    pub called_at: Option<Micros>,
    /// Latest call.
    pub last_called_at: Option<Micros>,
    /// How often it was called.
    pub calls: i64,
    /// Why it was called out of turn, if it was.
    pub by_hand: Option<String>,
    /// 応対の開始.
    pub started_at: Option<Micros>,
    /// 終了.
    pub finished_at: Option<Micros>,
    /// 取消.
    pub cancelled_at: Option<Micros>,
    /// How it ended.
    pub outcome: Option<Outcome>,
}

/// An instant as it stands in a stored document: µs.
pub(crate) type Micros = i64;

/// A visit.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Its id.
    pub id: VisitId,
    /// The booking number; none once it has been given back after a year.
    pub number: Option<Number>,
    /// The service.
    pub service: ServiceId,
    /// The service's name.
    pub service_name: Localized,
    /// The service's code.
    pub service_code: String,
    /// The counter.
    pub counter: CounterId,
    /// Through which door it came.
    pub channel: Channel,
    /// The day.
    pub day: Day,
    /// The booked time; a walk-in has none.
    pub minute: Option<Minute>,
    /// Planned length.
    pub minutes: u16,
    /// Who comes.
    pub who: Who,
    /// Help needed.
    pub needs: Needs,
    /// The language the person chose.
    pub locale: Locale,
    /// When it was booked, or the ticket taken.
    pub made_at: Instant,
    /// Whether the 満足度 question has been answered.
    pub rated: bool,
    /// Grows with every act.
    pub version: i64,
    /// What acts change.
    pub progress: Progress,
    /// How to reach the person, until it is deleted.
    pub contact: Contact,
}

impl Visit {
    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.progress.state
    }

    /// The slot whose place it holds; a walk-in holds none.
    #[must_use]
    pub fn slot(&self) -> Option<SlotId> {
        self.minute.map(|minute| SlotId { day: self.day, minute })
    }

    /// The booked time as an instant.
    #[must_use]
    pub fn starts_at(&self) -> Option<Instant> {
        self.minute.map(|minute| self.day.at(minute))
    }

    /// When the person came.
    #[must_use]
    pub fn checked_in_at(&self) -> Option<Instant> {
        self.progress.checked_in_at.map(Instant::from_micros)
    }

    /// When the person was first called.
    #[must_use]
    pub fn called_at(&self) -> Option<Instant> {
        self.progress.called_at.map(Instant::from_micros)
    }

    /// When the person was last called.
    #[must_use]
    pub fn last_called_at(&self) -> Option<Instant> {
        self.progress.last_called_at.map(Instant::from_micros)
    }

    /// When serving began.
    #[must_use]
    pub fn started_at(&self) -> Option<Instant> {
        self.progress.started_at.map(Instant::from_micros)
    }

    /// When it ended.
    #[must_use]
    pub fn finished_at(&self) -> Option<Instant> {
        self.progress.finished_at.map(Instant::from_micros)
    }

    /// Whole minutes from check-in to the first call, or to `now` while waiting.
    #[must_use]
    pub fn waited_minutes(&self, now: Instant) -> Option<i64> {
        let since = self.checked_in_at()?;
        Some(self.called_at().unwrap_or(now).minutes_since(since).max(0))
    }

    /// Whole minutes in the house (滞在時間): check-in to finish, or to `now`.
    #[must_use]
    pub fn stay_minutes(&self, now: Instant) -> Option<i64> {
        let since = self.checked_in_at()?;
        Some(self.finished_at().unwrap_or(now).minutes_since(since).max(0))
    }

    /// Whether its times are real: finished by somebody who pressed the button.
    #[must_use]
    pub fn counts_in_times(&self) -> bool {
        self.state() == State::Finished && self.progress.outcome != Some(Outcome::Unrecorded)
    }

    /// Its place in the order, while it waits.
    #[must_use]
    pub fn waiting(&self) -> Option<Waiting> {
        if self.state() != State::Waiting {
            return None;
        }
        Some(Waiting {
            visit: self.id,
            line: self.progress.line?,
            booked_for: self.starts_at(),
            since: self.checked_in_at()?,
        })
    }

    /// What the person is addressed by: the ticket, or before check-in the number.
    #[must_use]
    pub fn label(&self) -> &str {
        self.progress.ticket.as_deref().or(self.number.as_ref().map(Number::as_str)).unwrap_or_default()
    }
}

/// The columns every query over visits selects, in the order [`Visit::read`] reads them.
macro_rules! visit_columns {
    () => {
        "v.id, v.number, v.service_id, v.counter_id, v.channel, v.day, v.minute, v.minutes, v.who, \
         v.wheelchair, v.writing, v.interpreter, v.companion, v.infant, v.locale, v.made_at, v.rated, v.version, \
         v.state, v.ticket, v.line, v.desk, v.checked_in_at, v.called_at, v.last_called_at, v.calls, v.by_hand, \
         v.started_at, v.finished_at, v.cancelled_at, v.outcome, s.name, s.code, c.name, c.email, c.phone"
    };
}
pub(crate) use visit_columns;

/// The tables behind [`visit_columns!`].
macro_rules! visit_tables {
    () => {
        "visit v JOIN visit_service s ON s.id = v.service_id LEFT JOIN visit_contact c ON c.visit_id = v.id"
    };
}
pub(crate) use visit_tables;

store::statements! {
    FIND = concat!("SELECT ", visit_columns!(), " FROM ", visit_tables!(), " WHERE v.id = $1");
    FIND_NUMBER = concat!("SELECT ", visit_columns!(), " FROM ", visit_tables!(), " WHERE v.number = $1");
    /// Writes an act, unless somebody was faster.
    SAVE = "UPDATE visit SET state = $3, ticket = $4, line = $5, desk = $6, checked_in_at = $7, called_at = $8,
              last_called_at = $9, calls = $10, by_hand = $11, started_at = $12, finished_at = $13,
              cancelled_at = $14, outcome = $15, version = version + 1
            WHERE id = $1 AND version = $2";
    RECORD = "INSERT INTO visit_act (id, visit_id, act, at, post_id, from_state, to_state, version, before)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
}

/// A column that holds a text the program itself checked before writing.
fn text<T>(row: &Row, column: usize, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Error> {
    let Some(text) = row.get::<Option<String>>(column)? else { return Ok(None) };
    match parse(&text) {
        Some(it) => Ok(Some(it)),
        None => Err(Error::Column { column, expected: "a checked text", found: "other text" }),
    }
}

impl Visit {
    pub(crate) fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.get(0)?,
            number: row.get(1)?,
            service: row.get(2)?,
            counter: row.get(3)?,
            channel: row.get(4)?,
            day: row.get(5)?,
            minute: row.get(6)?,
            minutes: row.get(7)?,
            who: row.get(8)?,
            needs: Needs {
                wheelchair: row.get(9)?,
                writing: row.get(10)?,
                interpreter: text(row, 11, |it| TextLine::parse(it).ok())?,
                companion: row.get(12)?,
                infant: row.get(13)?,
            },
            locale: text(row, 14, Locale::from_code)?.unwrap_or_default(),
            made_at: row.get(15)?,
            rated: row.get(16)?,
            version: row.get(17)?,
            progress: Progress {
                state: row.get(18)?,
                ticket: row.get(19)?,
                line: row.get(20)?,
                desk: row.get(21)?,
                checked_in_at: row.get(22)?,
                called_at: row.get(23)?,
                last_called_at: row.get(24)?,
                calls: row.get(25)?,
                by_hand: row.get(26)?,
                started_at: row.get(27)?,
                finished_at: row.get(28)?,
                cancelled_at: row.get(29)?,
                outcome: row.get(30)?,
            },
            service_name: row.get::<Json<Localized>>(31)?.0,
            service_code: row.get(32)?,
            contact: Contact {
                name: text(row, 33, |it| TextLine::parse(it).ok())?,
                email: text(row, 34, |it| Email::parse(it).ok())?,
                phone: text(row, 35, |it| Phone::parse(it).ok())?,
            },
        })
    }

    pub(crate) async fn find(tx: &mut Tx<'_>, id: VisitId) -> Result<Option<Self>, Error> {
        tx.opt(&FIND, &[id.into()]).await?.as_ref().map(Self::read).transpose()
    }

    pub(crate) async fn find_number(tx: &mut Tx<'_>, number: &Number) -> Result<Option<Self>, Error> {
        tx.opt(&FIND_NUMBER, &[number.into()]).await?.as_ref().map(Self::read).transpose()
    }

    /// Writes `next` without a line in the history. `false`: somebody else was faster, nothing is written.
    pub(crate) async fn put(&mut self, tx: &mut Tx<'_>, next: Progress) -> Result<bool, Error> {
        let written = tx
            .exec(
                &SAVE,
                &[
                    self.id.into(),
                    self.version.into(),
                    next.state.into(),
                    next.ticket.as_deref().into(),
                    next.line.into(),
                    next.desk.as_deref().into(),
                    next.checked_in_at.into(),
                    next.called_at.into(),
                    next.last_called_at.into(),
                    next.calls.into(),
                    next.by_hand.as_deref().into(),
                    next.started_at.into(),
                    next.finished_at.into(),
                    next.cancelled_at.into(),
                    next.outcome.into(),
                ],
            )
            .await?;
        if written == 0 {
            return Ok(false);
        }
        self.version += 1;
        self.progress = next;
        Ok(true)
    }

    /// Writes `next` as the outcome of `act`, with its line in the history. `false`: somebody else was faster, nothing is written.
    pub(crate) async fn save(
        &mut self,
        tx: &mut Tx<'_>,
        world: &World,
        act: &'static str,
        next: Progress,
        by: Option<&Clerk>,
    ) -> Result<bool, Error> {
        let before = self.progress.clone();
        if !self.put(tx, next).await? {
            return Ok(false);
        }
        let params: [Value; 9] = [
            world.id::<ActId>().into(),
            self.id.into(),
            act.into(),
            world.now().into(),
            by.map(|clerk| clerk.post).into(),
            before.state.into(),
            self.progress.state.into(),
            self.version.into(),
            (&Json(&before)).into(),
        ];
        emit::changed(tx, world, self, &before, Some((&RECORD, params.to_vec()))).await?;
        self.announce(tx);
        Ok(true)
    }

    /// Tells pages that follow this visit or its counter.
    pub(crate) fn announce(&self, tx: &mut Tx<'_>) {
        tx.announce(topic_counter(self.counter).as_str());
        tx.announce(topic_visit(self.id).as_str());
    }

    /// Whether `act` may happen now.
    pub(crate) fn allows(&self, act: Act) -> bool {
        act.possible(self.state())
    }
}

/// The live topic of a counter: its list, board and congestion.
#[must_use]
pub fn topic_counter(counter: CounterId) -> String {
    format!("visits/counter/{counter}")
}

/// The live topic of one visit: the resident's page.
#[must_use]
pub fn topic_visit(visit: VisitId) -> String {
    format!("visits/visit/{visit}")
}

/// The live topic of a service: its free places.
#[must_use]
pub fn topic_service(service: ServiceId) -> String {
    format!("visits/service/{service}")
}
