//! The letters of this service: confirmation, reminder on the evening before, cancellation, a lost link, the one question.

use kernel::{
    World,
    day::Minute,
    locale::{Locale, Localized},
    text::Email,
};
use messages::{Args, Kind, Message, Recipient, Urgency, Via};
use store::{Error, Tx};

use crate::{
    clerk::By,
    letter_limit::{self, Confirmation},
    link::{LinkKey, path},
    model::VisitId,
    service::service,
    visit::Visit,
};

/// How the public sees this city's pages.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Site {
    /// Where they begin, without a slash at the end: `https://visits.example.jp`.
    pub url: String,
}

/// When the reminder goes out, on the day before: 18:00.
const EVENING: u16 = 18 * 60;
/// The question comes after this many minutes …
const SURVEY_AFTER: i64 = 60;
/// … and not after this many days.
const SURVEY_DAYS: i64 = 3;

macro_rules! kind {
    ($name:literal, $subject:literal, $body:literal, [$($arg:literal),*]) => {
        Kind { name: $name, subject: $subject, body: $body, args: &[$($arg),*], channels: &[Via::Mail] }
    };
}

/// 予約の確認.
pub const CONFIRMED: Kind = kind!(
    "visits.confirmed",
    "visits-mail-confirmed-subject",
    "visits-mail-confirmed-body",
    ["number", "service", "day", "time", "place", "bring", "link", "office", "phone", "fax", "hours"]
);
/// 前日のお知らせ.
pub const REMINDER: Kind = kind!(
    "visits.reminder",
    "visits-mail-reminder-subject",
    "visits-mail-reminder-body",
    ["number", "service", "day", "time", "place", "bring", "link", "office", "phone", "fax", "hours"]
);
/// 取消の確認.
pub const CANCELLED: Kind = kind!(
    "visits.cancelled",
    "visits-mail-cancelled-subject",
    "visits-mail-cancelled-body",
    ["number", "service", "day", "time", "place", "link", "office", "phone", "fax", "hours"]
);
/// なくしたリンク.
pub const LINK: Kind = kind!(
    "visits.link",
    "visits-mail-link-subject",
    "visits-mail-link-body",
    ["number", "service", "day", "time", "place", "link", "office", "phone", "fax", "hours"]
);
/// 満足度.
pub const SURVEY: Kind = kind!(
    "visits.survey",
    "visits-mail-survey-subject",
    "visits-mail-survey-body",
    ["link", "office", "phone", "fax", "hours"]
);

/// Every kind of letter, for the register.
pub const KINDS: &[Kind] = &[CONFIRMED, REMINDER, CANCELLED, LINK, SURVEY];

pub(crate) fn confirmation_key(visit: VisitId) -> String {
    format!("visits.confirmed/{visit}")
}

fn reminder_key(visit: VisitId) -> String {
    format!("visits.reminder/{visit}")
}

/// A finish that was taken back and done again asks again, so the finish itself is part of the key.
fn survey_key(visit: &Visit) -> String {
    format!("visits.survey/{}/{}", visit.id, visit.version)
}

/// People of the demo city have addresses under `.invalid`, which belong to nobody, so nothing is handed to the outside for
/// them. Everybody else is written to, at example.jp too: trials with a mail server of their own count letters there.
fn recipient(email: &Email) -> Recipient {
    Recipient::mail(email.clone()).simulated_if(email.domain().ends_with(".invalid"))
}

/// A letter about a visit, with what every letter says.
struct Letter<'a> {
    visit: &'a Visit,
    email: &'a Email,
    args: Args,
}

impl<'a> Letter<'a> {
    /// None when no address was given.
    async fn new(tx: &mut Tx<'_>, visit: &'a Visit, link: String) -> Result<Option<Self>, Error> {
        let Some(email) = &visit.contact.email else { return Ok(None) };
        let Some(counter) = places::counter(tx, visit.counter).await? else { return Ok(None) };
        let details = counter.details;
        let in_locale = |locale: Locale| format!("{} {}", details.location.get(locale), details.name.get(locale));
        let place = Localized::new(in_locale(Locale::Ja), in_locale(Locale::Easy), in_locale(Locale::En));
        let mut args = Args::new()
            .text("number", visit.number.as_ref().map(|it| it.as_str()).unwrap_or_default())
            .localized("service", visit.service_name.clone())
            .day("day", visit.day)
            .localized("place", place)
            .text("link", link)
            .localized("office", details.unit)
            .text("phone", details.phone)
            .text("fax", details.fax)
            .localized("hours", details.hours);
        // A walk-in comes on a day, at no booked time.
        args = match visit.minute {
            Some(minute) => args.minute("time", minute),
            None => args.text("time", ""),
        };
        Ok(Some(Self { visit, email, args }))
    }

    async fn bringing(mut self, tx: &mut Tx<'_>) -> Result<Self, Error> {
        let bring = service(tx, self.visit.service).await?.map(|it| it.bring.list(self.visit.who).to_vec());
        self.args = self.args.items("bring", bring.unwrap_or_default());
        Ok(self)
    }

    fn message(&self, kind: Kind, key: String) -> Message {
        Message {
            kind,
            to: recipient(self.email),
            locale: self.visit.locale,
            args: self.args.clone(),
            key,
            order_by: self.visit.id.to_string(),
            not_before: None,
            not_after: None,
            urgency: Urgency::Normal,
        }
    }
}

async fn own_page(tx: &mut Tx<'_>, world: &World, site: &Site, visit: &Visit) -> Result<String, Error> {
    let secret = LinkKey::make(tx, world).await?.secret(visit.id);
    Ok(visit.number.as_ref().map(|number| format!("{}{}", site.url, path(number, &secret))).unwrap_or_default())
}

/// Queues the confirmation, and the reminder if its evening is still to come; neither when many letters went to a
/// stranger's address lately.
pub(crate) async fn booked(
    tx: &mut Tx<'_>,
    world: &World,
    site: &Site,
    visit: &Visit,
    by: &By,
) -> Result<Confirmation, Error> {
    let Some(email) = &visit.contact.email else { return Ok(Confirmation::NoAddress) };
    if by.clerk().is_none() && !letter_limit::one_more(tx, world, email).await? {
        return Ok(Confirmation::Withheld);
    }
    let link = own_page(tx, world, site, visit).await?;
    let Some(letter) = Letter::new(tx, visit, link).await? else { return Ok(Confirmation::NoAddress) };
    let letter = letter.bringing(tx).await?;
    let confirmed = Message { urgency: Urgency::Prompt, ..letter.message(CONFIRMED, confirmation_key(visit.id)) };
    messages::queue(tx, world, confirmed).await?;
    let evening = visit.day.plus(-1).at(Minute::from_number(EVENING).unwrap_or(Minute::MIDNIGHT));
    if world.now() < evening {
        let reminder = Message {
            not_before: Some(evening),
            not_after: visit.starts_at(),
            ..letter.message(REMINDER, reminder_key(visit.id))
        };
        messages::queue(tx, world, reminder).await?;
    }
    Ok(Confirmation::Queued)
}

/// Takes the reminder back and says that the visit was cancelled. A resident whose booking was not confirmed by letter, for
/// the sake of whoever has that address, gets none about its end either; what staff cancel is always told.
pub(crate) async fn cancelled(
    tx: &mut Tx<'_>,
    world: &World,
    site: &Site,
    visit: &Visit,
    by: &By,
) -> Result<(), Error> {
    no_reminder(tx, world, visit).await?;
    if by.clerk().is_none() && letter_limit::confirmation(tx, visit).await? != Confirmation::Queued {
        return Ok(());
    }
    // A walk-in who leaves the line stands in the house and needs no letter.
    if visit.minute.is_none() {
        return Ok(());
    }
    let Some(letter) = Letter::new(tx, visit, format!("{}/visits", site.url)).await? else { return Ok(()) };
    let message =
        Message { urgency: Urgency::Prompt, ..letter.message(CANCELLED, format!("visits.cancelled/{}", visit.id)) };
    messages::queue(tx, world, message).await.map(drop)
}

/// Takes the reminder back.
pub(crate) async fn no_reminder(tx: &mut Tx<'_>, world: &World, visit: &Visit) -> Result<(), Error> {
    if visit.contact.email.is_none() {
        return Ok(());
    }
    messages::cancel(tx, world, &reminder_key(visit.id)).await.map(drop)
}

/// Sends the link again, to the address that was given when booking, unless many letters went there lately.
pub(crate) async fn link(tx: &mut Tx<'_>, world: &World, site: &Site, visit: &Visit) -> Result<(), Error> {
    let Some(email) = &visit.contact.email else { return Ok(()) };
    if !letter_limit::one_more(tx, world, email).await? {
        return Ok(());
    }
    let link = own_page(tx, world, site, visit).await?;
    let Some(letter) = Letter::new(tx, visit, link).await? else { return Ok(()) };
    let once = world.id::<VisitId>();
    let message =
        Message { urgency: Urgency::Prompt, ..letter.message(LINK, format!("visits.link/{}/{once}", visit.id)) };
    messages::queue(tx, world, message).await.map(drop)
}

/// Asks the one question, an hour after the visit, away from the clerk.
pub(crate) async fn survey(tx: &mut Tx<'_>, world: &World, site: &Site, visit: &Visit) -> Result<(), Error> {
    if visit.contact.email.is_none() {
        return Ok(());
    }
    let link = own_page(tx, world, site, visit).await?;
    let Some(letter) = Letter::new(tx, visit, link).await? else { return Ok(()) };
    let message = Message {
        not_before: Some(world.now().plus_minutes(SURVEY_AFTER)),
        not_after: Some(world.now().plus_days(SURVEY_DAYS)),
        ..letter.message(SURVEY, survey_key(visit))
    };
    messages::queue(tx, world, message).await.map(drop)
}

/// Takes the question back: the finish was undone, or it has been answered.
pub(crate) async fn no_survey(tx: &mut Tx<'_>, world: &World, visit: &Visit) -> Result<(), Error> {
    if visit.contact.email.is_none() {
        return Ok(());
    }
    messages::cancel(tx, world, &survey_key(visit)).await.map(drop)
}
