//! Help with every counter's telephone, and the statements on accessibility and personal data.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::response::Response;
use http::HeaderMap;
use shell::{App, Ask, Cache, Office, Page, Refusal, Route};
use store::Tx;

use crate::{Kept, WHO, variant, with_kept};

const AT_MOST: Duration = Duration::from_secs(600);

pub(crate) fn routes(kept: &Arc<Kept>) -> Vec<Route> {
    vec![
        Route::page("/help", WHO, with_kept!(kept, help)),
        Route::page("/accessibility", WHO, with_kept!(kept, accessibility)),
        Route::page("/privacy", WHO, with_kept!(kept, privacy)),
    ]
}

/// A counter one can call.
struct Desk {
    name: String,
    location: String,
    office: Office,
}

#[derive(Template)]
#[template(path = "help.html")]
struct Help {
    page: Page,
    desks: Vec<Desk>,
}

#[derive(Template)]
#[template(path = "accessibility.html")]
struct Accessibility {
    page: Page,
}

#[derive(Template)]
#[template(path = "privacy.html")]
struct Privacy {
    page: Page,
}

async fn help(kept: &Kept, app: &App, ask: &Ask, headers: &HeaderMap) -> Result<Response, Refusal> {
    let made = kept
        .help
        .get(app, variant(ask), &["places/city", "places/counters"], AT_MOST, async || {
            let counters = app.db.read(async |tx: &mut Tx<'_>| places::counters(tx).await).await?;
            let mut page = Page::new(app, ask, "city-help-title").tab("help");
            page.path = "/help".to_owned();
            let locale = ask.locale;
            let desk = |it: places::Counter| {
                let details = it.details;
                Desk {
                    name: details.name.get(locale).to_owned(),
                    location: details.location.get(locale).to_owned(),
                    office: Office::new(
                        details.unit.get(locale),
                        &details.phone,
                        &details.fax,
                        details.hours.get(locale),
                    )
                    .counter(&details.code),
                }
            };
            let desks = counters.into_iter().filter(|it| it.details.is_open).map(desk).collect();
            shell::Kept::page(&Help { page, desks })
        })
        .await?;
    Ok(made.answer(headers, Cache::Ask))
}

async fn accessibility(_: &Kept, app: &App, ask: &Ask, _: &HeaderMap) -> Result<Response, Refusal> {
    shell::html(&Accessibility { page: Page::new(app, ask, "city-access-title") })
}

async fn privacy(_: &Kept, app: &App, ask: &Ask, _: &HeaderMap) -> Result<Response, Refusal> {
    shell::html(&Privacy { page: Page::new(app, ask, "city-privacy-title") })
}
