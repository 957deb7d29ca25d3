//! What the city says about itself on every page, and the days on which it is closed.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::day::Day;
use people::Permission;
use places::City;
use serde::Deserialize;
use shell::{App, Ask, FieldFault, Form, Page, Refusal, Route, Who, html, html_with, see_other};
use store::audit::{self, Actor, Entry};
use store::{Act, Tx};

use crate::fields::{Faults, Texts};

const WHO: Who = Who::Staff(Permission::Administer);
const SET: Act = Act::staff("places.city.set");
const CLOSE: Act = Act::staff("places.day.close");

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/staff/settings", WHO, show),
        Route::form("/staff/settings", WHO, change),
        Route::form("/staff/settings/closed", WHO, close),
        Route::form("/staff/settings/reopen", WHO, reopen),
    ]
}

/// What each field is called.
const LABELS: &[(&str, &str)] = &[
    ("name", "backoffice-city-name"),
    ("unit", "backoffice-city-unit"),
    ("hours", "backoffice-hours"),
    ("address", "backoffice-address"),
    ("phone", "backoffice-phone"),
    ("fax", "backoffice-fax"),
    ("day", "backoffice-closed-day"),
    ("reason", "backoffice-closed-reason"),
];

struct ClosedLine {
    day: Day,
    words: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    page: Page,
    form: CityForm,
    closed: Vec<ClosedLine>,
    demo: bool,
}

#[derive(Deserialize, Default)]
struct CityForm {
    name_ja: String,
    #[serde(default)]
    name_easy: String,
    #[serde(default)]
    name_en: String,
    unit_ja: String,
    #[serde(default)]
    unit_easy: String,
    #[serde(default)]
    unit_en: String,
    hours_ja: String,
    #[serde(default)]
    hours_easy: String,
    #[serde(default)]
    hours_en: String,
    address_ja: String,
    #[serde(default)]
    address_easy: String,
    #[serde(default)]
    address_en: String,
    phone: String,
    #[serde(default)]
    fax: String,
}

impl CityForm {
    fn of(city: &City) -> Self {
        let (name, unit) = (Texts::of(&city.name), Texts::of(&city.unit));
        let (hours, address) = (Texts::of(&city.hours), Texts::of(&city.address));
        Self {
            name_ja: name.ja,
            name_easy: name.easy,
            name_en: name.en,
            unit_ja: unit.ja,
            unit_easy: unit.easy,
            unit_en: unit.en,
            hours_ja: hours.ja,
            hours_easy: hours.easy,
            hours_en: hours.en,
            address_ja: address.ja,
            address_easy: address.easy,
            address_en: address.en,
            phone: city.phone.clone(),
            fax: city.fax.clone(),
        }
    }

    fn read(&self, before: &City) -> Result<City, Vec<FieldFault>> {
        let mut faults = Faults::default();
        let name = faults.localized("name", &Texts::new(&self.name_ja, &self.name_easy, &self.name_en), true);
        let unit = faults.localized("unit", &Texts::new(&self.unit_ja, &self.unit_easy, &self.unit_en), true);
        let hours = faults.localized("hours", &Texts::new(&self.hours_ja, &self.hours_easy, &self.hours_en), false);
        let address =
            faults.localized("address", &Texts::new(&self.address_ja, &self.address_easy, &self.address_en), false);
        let phone = faults.line::<60>("phone", &self.phone);
        let fax = faults.optional::<60>("fax", &self.fax);
        match (name, unit, hours, address, phone) {
            (Some(name), Some(unit), Some(hours), Some(address), Some(phone)) if faults.is_empty() => Ok(City {
                name,
                unit,
                hours,
                address,
                phone: phone.into_string(),
                fax: fax.map(|line| line.into_string()).unwrap_or_default(),
                ..before.clone()
            }),
            _ => Err(faults.called(LABELS)),
        }
    }
}

async fn page(app: &App, ask: &Ask, form: Option<CityForm>, faults: &[FieldFault]) -> Result<SettingsPage, Refusal> {
    let closed = app.db.read(async |tx: &mut Tx<'_>| places::holidays::closed_days(tx).await).await?;
    let (city, t) = (app.city(), ask.t());
    Ok(SettingsPage {
        page: Page::new(app, ask, "backoffice-settings-title").faults(faults),
        form: form.unwrap_or_else(|| CityForm::of(&city)),
        closed: closed
            .into_iter()
            .map(|(day, reason)| ClosedLine { day, words: t.day(day), reason: reason.get(ask.locale).to_owned() })
            .collect(),
        demo: city.is_demo,
    })
}

async fn show(State(app): State<App>, ask: Ask) -> Result<Response, Refusal> {
    html(&page(&app, &ask, None, &[]).await?)
}

fn actor(ask: &Ask) -> Result<Actor, Refusal> {
    Ok(people::Actor::of(ask.staff()?, Permission::Administer).into())
}

async fn change(State(app): State<App>, ask: Ask, Form(form): Form<CityForm>) -> Result<Response, Refusal> {
    let city = match form.read(&app.city()) {
        Ok(city) => city,
        Err(faults) => {
            return html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &ask, Some(form), &faults).await?);
        }
    };
    let (world, actor) = (app.world.clone(), actor(&ask)?);
    let write = async move |tx: &mut Tx<'_>| -> Result<(), store::Error> {
        places::set_city(tx, &world, &city).await?;
        audit::append(tx, &world, &Entry::new(actor, "places.city.set").detail(&city)).await.map(drop)
    };
    app.db.write(SET, write).await?;
    // The answer is given before the announcement has come round; the next page already shows it then.
    Ok(see_other("/staff/settings"))
}

#[derive(Deserialize)]
struct ClosedForm {
    day: String,
    reason: String,
}

async fn close(State(app): State<App>, ask: Ask, Form(form): Form<ClosedForm>) -> Result<Response, Refusal> {
    let mut faults = Faults::default();
    let day = faults.day("day", &form.day);
    let reason = faults.line::<80>("reason", &form.reason);
    let (Some(day), Some(reason)) = (day, reason) else {
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &ask, None, &faults.called(LABELS)).await?);
    };
    let (world, actor) = (app.world.clone(), actor(&ask)?);
    let reason = kernel::locale::Localized::ja(reason.into_string());
    let write = async move |tx: &mut Tx<'_>| -> Result<(), store::Error> {
        places::holidays::close_day(tx, day, &reason).await?;
        audit::append(tx, &world, &Entry::new(actor, "places.day.close").detail(day.to_string())).await.map(drop)
    };
    app.db.write(CLOSE, write).await?;
    Ok(see_other("/staff/settings"))
}

#[derive(Deserialize)]
struct ReopenForm {
    day: String,
}

async fn reopen(State(app): State<App>, ask: Ask, Form(form): Form<ReopenForm>) -> Result<Response, Refusal> {
    let day = Day::parse(&form.day).ok_or_else(|| Refusal::unreadable("no day"))?;
    let (world, actor) = (app.world.clone(), actor(&ask)?);
    let write = async move |tx: &mut Tx<'_>| -> Result<(), store::Error> {
        places::holidays::reopen_day(tx, day).await?;
        audit::append(tx, &world, &Entry::new(actor, "places.day.reopen").detail(day.to_string())).await.map(drop)
    };
    app.db.write(CLOSE, write).await?;
    Ok(see_other("/staff/settings"))
}
