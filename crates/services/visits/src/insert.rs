//! Writing a new visit: the row with a fresh number, and its contact.

use kernel::{
    World,
    day::Day,
    locale::{Locale, Localized},
    text::fold,
    time::Instant,
};
use store::{Error, Tx, Value};

use crate::{
    model::{Channel, Contact, CounterId, Needs, ServiceId, SlotId, VisitId, Who},
    number::Number,
    visit::{Progress, Visit},
};

/// A visit before it is written.
pub(crate) struct NewVisit {
    pub(crate) id: VisitId,
    pub(crate) service: ServiceId,
    pub(crate) counter: CounterId,
    pub(crate) channel: Channel,
    pub(crate) day: Day,
    pub(crate) slot: Option<SlotId>,
    pub(crate) minutes: u16,
    pub(crate) who: Who,
    pub(crate) needs: Needs,
    pub(crate) locale: Locale,
    pub(crate) made_at: Instant,
    pub(crate) progress: Progress,
    pub(crate) rated: bool,
}

store::statements! {
    /// Nothing is inserted when the number is taken.
    INSERT = "INSERT INTO visit (id, number, service_id, counter_id, channel, day, minute, minutes, who,
                wheelchair, writing, interpreter, companion, infant, locale, made_at, rated, version,
                state, ticket, line, desk, checked_in_at, called_at, last_called_at, calls, by_hand,
                started_at, finished_at, cancelled_at, outcome)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 1,
                $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)
              ON CONFLICT (number) DO NOTHING";
    CONTACT = "INSERT INTO visit_contact (visit_id, name, name_fold, email, email_fold, phone, erase_on)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
}

/// Numbers tried before giving up. From the seventh on they are longer, so that running out is not to be feared.
const TRIES: u32 = 24;

impl NewVisit {
    /// Writes the row under a number nobody has.
    pub(crate) async fn insert(&self, tx: &mut Tx<'_>, world: &World) -> Result<Number, Error> {
        for attempt in 0..TRIES {
            let number = Number::from_random(world.bytes(), attempt >= 6);
            if tx.exec(&INSERT, &self.params(&number)).await? == 1 {
                return Ok(number);
            }
        }
        Err(Error::Lost("no free booking number was found".to_owned()))
    }

    /// The visit as it stands now.
    pub(crate) fn written(
        self,
        number: Number,
        service_name: Localized,
        service_code: String,
        contact: &Contact,
    ) -> Visit {
        Visit {
            id: self.id,
            number: Some(number),
            service: self.service,
            service_name,
            service_code,
            counter: self.counter,
            channel: self.channel,
            day: self.day,
            minute: self.slot.map(|slot| slot.minute),
            minutes: self.minutes,
            who: self.who,
            needs: self.needs,
            locale: self.locale,
            made_at: self.made_at,
            rated: self.rated,
            version: 1,
            progress: self.progress,
            contact: contact.clone(),
        }
    }

    fn params(&self, number: &Number) -> Vec<Value> {
        let it = &self.progress;
        vec![
            self.id.into(),
            number.into(),
            self.service.into(),
            self.counter.into(),
            self.channel.into(),
            self.day.into(),
            self.slot.map(|slot| slot.minute).into(),
            self.minutes.into(),
            self.who.into(),
            self.needs.wheelchair.into(),
            self.needs.writing.into(),
            self.needs.interpreter.as_ref().map(|it| it.as_str()).into(),
            self.needs.companion.into(),
            self.needs.infant.into(),
            self.locale.code().into(),
            self.made_at.into(),
            self.rated.into(),
            it.state.into(),
            it.ticket.as_deref().into(),
            it.line.into(),
            it.desk.as_deref().into(),
            it.checked_in_at.into(),
            it.called_at.into(),
            it.last_called_at.into(),
            it.calls.into(),
            it.by_hand.as_deref().into(),
            it.started_at.into(),
            it.finished_at.into(),
            it.cancelled_at.into(),
            it.outcome.into(),
        ]
    }
}

/// The key under which a mail address is looked up.
pub(crate) fn email_key(email: &str) -> String {
    email.to_lowercase()
}

/// Writes how to reach the person; nothing when nothing was given.
pub(crate) async fn insert_contact(
    tx: &mut Tx<'_>,
    visit: VisitId,
    contact: &Contact,
    erase_on: Day,
) -> Result<(), Error> {
    if contact.is_empty() {
        return Ok(());
    }
    let name = contact.name.as_ref().map(|it| it.as_str());
    let email = contact.email.as_ref().map(|it| it.as_str());
    let params: [Value; 7] = [
        visit.into(),
        name.into(),
        name.map(fold).into(),
        email.into(),
        email.map(email_key).into(),
        contact.phone.as_ref().map(|it| it.as_str()).into(),
        erase_on.into(),
    ];
    tx.exec(&CONTACT, &params).await.map(drop)
}
