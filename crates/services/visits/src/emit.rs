//! Which facts a visit leaves: what an act changed says what happened, and taking the act back takes its facts back.

use facts::{Dims, Kind, NewFact};
use kernel::{World, locale::Locale, time::Instant};
use store::{Error, Statement, Tx, Value};
use uuid::Uuid;

use crate::{
    insert::NewVisit,
    metrics::{BOOKED, CALLED, CAME, CANCELLED, FINISHED, NO_SHOW, SERVED, WALKED_IN},
    model::{Channel, CounterId, Outcome, ServiceId, VisitId},
    state::State,
    visit::{Micros, Progress, Visit},
};

/// The division that answers for a counter, inside another statement: `$counter` is an expression for its id.
macro_rules! unit_of_counter {
    ($counter:literal) => {
        concat!("(SELECT u.id FROM counter c JOIN unit u ON u.code = c.unit_code WHERE c.id = ", $counter, ")")
    };
}
pub(crate) use unit_of_counter;

store::statements! {
    /// What is the same for all facts of a service's visits: its code, and the division.
    ABOUT = concat!("SELECT s.code, ", unit_of_counter!("$2"), " FROM visit_service s WHERE s.id = $1");
}

/// What is the same for all facts of one visit.
#[derive(Clone, Debug)]
pub(crate) struct About {
    pub(crate) visit: VisitId,
    pub(crate) unit: Option<Uuid>,
    pub(crate) counter: CounterId,
    pub(crate) topic: String,
    pub(crate) channel: Channel,
    pub(crate) locale: Locale,
    /// The booked time.
    pub(crate) starts_at: Option<Instant>,
}

/// The code and division of a service at a counter.
pub(crate) async fn topic_and_unit(
    tx: &mut Tx<'_>,
    service: ServiceId,
    counter: CounterId,
) -> Result<(String, Option<Uuid>), Error> {
    let row = tx.one(&ABOUT, &[service.into(), counter.into()]).await?;
    Ok((row.get(0)?, row.get(1)?))
}

impl About {
    pub(crate) fn new(visit: &NewVisit, topic: String, unit: Option<Uuid>) -> Self {
        Self {
            visit: visit.id,
            unit,
            counter: visit.counter,
            topic,
            channel: visit.channel,
            locale: visit.locale,
            starts_at: visit.slot.map(|slot| slot.starts_at()),
        }
    }

    fn of(visit: &Visit) -> Self {
        Self {
            visit: visit.id,
            unit: None,
            counter: visit.counter,
            topic: visit.service_code.clone(),
            channel: visit.channel,
            locale: visit.locale,
            starts_at: visit.starts_at(),
        }
    }

    fn dims(&self) -> Dims {
        Dims {
            unit: self.unit,
            place: Some(self.counter.uuid()),
            topic: Some(self.topic.clone()),
            channel: Some(self.channel.code().to_owned()),
            locale: Some(self.locale),
            cohort: None,
        }
    }

    fn fact(&self, kind: &'static Kind, at: Instant, value: i64) -> NewFact {
        NewFact { kind, occurred_at: at, dims: self.dims(), value, subject: Some(self.visit.uuid()) }
    }

    /// A place was booked.
    pub(crate) fn booked(&self, made_at: Instant) -> NewFact {
        self.fact(&BOOKED, made_at, i64::from(self.channel == Channel::Web))
    }

    /// What happened between two states of the visit.
    pub(crate) fn happened(&self, before: &Progress, now: &Progress) -> Vec<NewFact> {
        let new = |event: Event| {
            let at = event.at(self, now)?;
            if event.at(self, before) == Some(at) {
                None
            } else {
                Some(self.fact(event.kind(self), at, event.value(now)?))
            }
        };
        Event::ALL.into_iter().filter_map(new).collect()
    }

    /// What did not happen after all: kinds and instants of the facts to take back.
    fn undone(&self, before: &Progress, now: &Progress) -> Vec<(&'static Kind, Instant)> {
        let gone = |event: Event| {
            let at = event.at(self, before)?;
            if event.at(self, now) == Some(at) { None } else { Some((event.kind(self), at)) }
        };
        Event::ALL.into_iter().filter_map(gone).collect()
    }
}

/// Along what a visit's voice is counted.
pub(crate) async fn dims(tx: &mut Tx<'_>, visit: &Visit) -> Result<Dims, Error> {
    let (topic, unit) = topic_and_unit(tx, visit.service, visit.counter).await?;
    Ok(About { topic, unit, ..About::of(visit) }.dims())
}

/// Along what facts about a visit are counted; along nothing when there is no such visit.
///
/// # Errors
/// Storage only.
pub async fn dims_of(tx: &mut Tx<'_>, id: VisitId) -> Result<Dims, Error> {
    match Visit::find(tx, id).await? {
        Some(visit) => dims(tx, &visit).await,
        None => Ok(Dims::default()),
    }
}

/// Writes the line `act` of the visit's history, if it has one, with the facts the act left; takes back those it undid.
pub(crate) async fn changed(
    tx: &mut Tx<'_>,
    world: &World,
    visit: &Visit,
    before: &Progress,
    act: Option<(&'static Statement, Vec<Value>)>,
) -> Result<(), Error> {
    let mut about = About::of(visit);
    if !about.happened(before, &visit.progress).is_empty() {
        about.unit = topic_and_unit(tx, visit.service, visit.counter).await?.1;
    }
    let happened = about.happened(before, &visit.progress);
    let mut steps: Vec<_> = act.into_iter().collect();
    steps.extend(happened.iter().flat_map(|fact| facts::steps(world, fact)));
    tx.pipeline(&steps).await?;
    for (kind, at) in about.undone(before, &visit.progress) {
        facts::void(tx, world, kind, visit.id.uuid(), at).await?;
    }
    if !happened.is_empty() {
        tx.announce(facts::TOPIC);
    }
    Ok(())
}

/// What a visit's progress tells.
#[derive(Clone, Copy, Debug)]
enum Event {
    Cancelled,
    Came,
    NoShow,
    Called,
    Finished,
    Served,
}

impl Event {
    const ALL: [Self; 6] = [Self::Cancelled, Self::Came, Self::NoShow, Self::Called, Self::Finished, Self::Served];

    /// When it happened, if it has.
    fn at(self, about: &About, progress: &Progress) -> Option<Instant> {
        let at = |micros: Option<Micros>| micros.map(Instant::from_micros);
        // Whoever left the line after coming has not cancelled a booking; what nobody closed has no time that counts.
        let never_came = progress.checked_in_at.is_none();
        let by_hand = progress.outcome != Some(Outcome::Unrecorded);
        match self {
            Self::Cancelled => at(progress.cancelled_at).filter(|_| never_came),
            Self::Came => at(progress.checked_in_at),
            Self::NoShow => about.starts_at.filter(|_| progress.state == State::NoShow),
            Self::Called => at(progress.called_at),
            Self::Finished | Self::Served => at(progress.finished_at).filter(|_| by_hand),
        }
    }

    fn kind(self, about: &About) -> &'static Kind {
        match self {
            Self::Cancelled => &CANCELLED,
            Self::Came if about.channel == Channel::WalkIn => &WALKED_IN,
            Self::Came => &CAME,
            Self::NoShow => &NO_SHOW,
            Self::Called => &CALLED,
            Self::Finished => &FINISHED,
            Self::Served => &SERVED,
        }
    }

    fn value(self, progress: &Progress) -> Option<i64> {
        let seconds = |from: Option<Micros>, to: Option<Micros>| Some((to? - from?).max(0) / 1_000_000);
        match self {
            Self::Cancelled | Self::Came | Self::NoShow => Some(0),
            Self::Called => seconds(progress.checked_in_at, progress.called_at),
            Self::Finished => seconds(progress.checked_in_at, progress.finished_at),
            Self::Served => seconds(progress.started_at, progress.finished_at),
        }
    }
}
