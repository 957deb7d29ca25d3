//! Where a point lies in every set of areas, said with the doubt there is.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use places::Atlas;
use places::geo::{Point, PointError};
use places::resolver::{Answer, NEAR_BORDER_METRES};
use serde::Deserialize;
use shell::{App, Ask, FieldFault, Page, Query, Refusal, Route, html};

use crate::places::WHO;

pub(crate) fn routes() -> Vec<Route> {
    let atlas = Arc::new(Atlas::new());
    let show = move |app: State<App>, ask: Ask, query: Query<Asked>| point(Arc::clone(&atlas), app, ask, query);
    vec![Route::page("/staff/places/point", WHO, show)]
}

#[derive(Deserialize, Default)]
pub(crate) struct Asked {
    #[serde(default)]
    lat: String,
    #[serde(default)]
    lon: String,
}

struct Line {
    set: String,
    answer: String,
    certain: bool,
    areas: Vec<String>,
}

#[derive(Template)]
#[template(path = "point.html")]
struct PointPage {
    page: Page,
    asked: Asked,
    margin: u32,
    lines: Vec<Line>,
}

fn read(asked: &Asked) -> Result<Point, FieldFault> {
    let number = |field: &'static str, text: &str| {
        let plain = kernel::text::nfkc(text.trim());
        plain.parse::<f64>().map_err(|_| FieldFault::new(field, "backoffice-point-number"))
    };
    let (lat, lon) = (number("lat", &asked.lat)?, number("lon", &asked.lon)?);
    Point::new(lat, lon).map_err(|error| match error {
        PointError::Swapped => FieldFault::new("lat", "backoffice-point-swapped"),
        PointError::NotFinite | PointError::OutsideJapan => FieldFault::new("lat", "backoffice-point-outside"),
    })
}

fn answer_key(answer: &Answer) -> &'static str {
    match answer {
        Answer::None => "backoffice-point-none",
        Answer::One(_) => "backoffice-point-one",
        Answer::Many(_) => "backoffice-point-many",
        Answer::NearBorder { .. } => "backoffice-point-near",
    }
}

async fn point(
    atlas: Arc<Atlas>,
    State(app): State<App>,
    ask: Ask,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let mut faults = Vec::new();
    let mut lines = Vec::new();
    if !asked.lat.is_empty() || !asked.lon.is_empty() {
        match read(&asked) {
            Err(fault) => faults.push(fault),
            Ok(point) => {
                // Reads only what was published since the last time.
                atlas.refresh(&app.db).await?;
                let t = ask.t();
                lines = atlas
                    .resolve_all(point, NEAR_BORDER_METRES)
                    .into_iter()
                    .map(|finding| Line {
                        answer: t.text(answer_key(&finding.answer)).into_owned(),
                        certain: finding.answer.certain().is_some(),
                        areas: finding.answer.candidates().iter().map(|area| area.name.clone()).collect(),
                        set: finding.set.name,
                    })
                    .collect();
            }
        }
    }
    html(&PointPage {
        page: Page::new(&app, &ask, "backoffice-point-title").faults(&faults),
        asked,
        margin: NEAR_BORDER_METRES as u32,
        lines,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_as_people_type_them() {
        let asked = |lat: &str, lon: &str| read(&Asked { lat: lat.to_owned(), lon: lon.to_owned() });
        assert!(asked("３４．８６７", " 138.324 ").is_ok());
        assert_eq!(asked("138.324", "34.867").unwrap_err().key, "backoffice-point-swapped");
        assert_eq!(asked("x", "138").unwrap_err().field, "lat");
        assert_eq!(asked("34", "").unwrap_err().field, "lon");
        assert_eq!(asked("0", "0").unwrap_err().key, "backoffice-point-outside");
    }
}
