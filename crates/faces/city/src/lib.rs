//! The city's own pages: home, the city in numbers, help, the statements on accessibility and personal data.
//!
//! Home and the numbers are the same for everybody, so they are kept as bytes by language and text size; a request for
//! them touches no database. Only services that work have a door: a service that comes later adds one in `home.rs`.

mod charts;
mod figures;
mod home;
mod numbers;
mod pages;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use kernel::locale::Locale;
use shell::{App, Ask, CachedPage, Route, Who};
use visits::Congestion;

/// What the pages of this face keep in memory between requests.
struct Kept {
    home: CachedPage,
    numbers: CachedPage,
    help: CachedPage,
    figures: figures::Figures,
    congestion: OnceLock<Congestion>,
}

impl Kept {
    /// The counters at this moment; listens for changes from the first question on.
    fn congestion(&self, app: &App) -> &Congestion {
        self.congestion.get_or_init(|| Congestion::new(app.db.clone(), app.world.clone()))
    }
}

/// What the bytes of a page for everybody depend on.
fn variant(ask: &Ask) -> &'static str {
    match (ask.locale, ask.large_text) {
        (Locale::Ja, false) => "ja",
        (Locale::Ja, true) => "ja+",
        (Locale::Easy, false) => "easy",
        (Locale::Easy, true) => "easy+",
        (Locale::En, false) => "en",
        (Locale::En, true) => "en+",
    }
}

/// The routes of this face; `catalogue` holds the metrics of all services.
#[must_use]
pub fn routes(catalogue: &facts::Catalogue) -> Vec<Route> {
    let kept = Arc::new(Kept {
        home: CachedPage::default(),
        numbers: CachedPage::default(),
        help: CachedPage::default(),
        figures: figures::Figures::new(catalogue.clone()),
        congestion: OnceLock::new(),
    });
    let mut routes = home::routes(&kept);
    routes.extend(numbers::routes(&kept));
    routes.extend(pages::routes(&kept));
    routes
}

/// A handler of this face: the shell's arguments and what is kept.
macro_rules! with_kept {
    ($kept:expr, $handler:path) => {{
        let kept = std::sync::Arc::clone($kept);
        move |app: axum::extract::State<shell::App>, ask: shell::Ask, headers: http::HeaderMap| {
            let kept = std::sync::Arc::clone(&kept);
            async move { $handler(&kept, &app, &ask, &headers).await }
        }
    }};
}
pub(crate) use with_kept;

/// Everybody may read everything here.
const WHO: Who = Who::Anyone;
