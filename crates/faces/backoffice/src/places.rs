//! What was imported about places, to be looked at: sets of areas as a map without tiles, towns, facilities.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use people::Permission;
use places::areas::{Area, AreaSet, MapDrawing};
use places::facilities::{Facility, FacilitySet};
use places::geo::{Point, ShapeKind};
use places::{AreaId, CounterId, FacilityId, SetId};
use serde::Deserialize;
use shell::{App, Ask, Page, Path, Query, Refusal, Route, Who, html};
use store::Tx;

pub(crate) const WHO: Who = Who::Staff(Permission::ManagePlaces);
const PAGE: u16 = 100;
/// Wide enough for a desk's screen; the drawing scales down by itself.
const WIDTH: u32 = 960;
/// With more areas than this their numbers would cover the map.
const MOST_LABELS: usize = 80;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/staff/places", WHO, overview),
        Route::page("/staff/places/areas/{set}", WHO, areas),
        Route::page("/staff/places/facilities/{set}", WHO, facilities),
        Route::page("/staff/places/facility/{id}", WHO, facility),
        Route::page("/staff/places/towns", WHO, towns),
    ]
}

struct SetLine {
    href: String,
    name: String,
    shape: String,
    count: i64,
    updated: String,
}

struct CounterLine {
    id: CounterId,
    name: String,
    unit: String,
    phone: String,
    desks: u8,
    open: bool,
}

#[derive(Template)]
#[template(path = "places.html")]
struct PlacesPage {
    page: Page,
    areas: Vec<SetLine>,
    facilities: Vec<SetLine>,
    towns: i64,
    counters: Vec<CounterLine>,
}

fn shape_key(kind: ShapeKind) -> &'static str {
    match kind {
        ShapeKind::Area => "backoffice-shape-area",
        ShapeKind::Lines => "backoffice-shape-line",
    }
}

async fn overview(State(app): State<App>, ask: Ask) -> Result<Response, Refusal> {
    let read = async |tx: &mut Tx<'_>| -> Result<_, store::Error> {
        let sets = places::areas::list_sets(tx).await?;
        let facilities = places::facilities::facility_sets(tx).await?;
        let (_, towns) = places::towns::search_towns(tx, "", 1, 0).await?;
        Ok((sets, facilities, towns, places::counters(tx).await?))
    };
    let (sets, facilities, towns, counters) = app.db.read(read).await?;
    let t = ask.t();
    let area = |set: AreaSet| SetLine {
        href: format!("/staff/places/areas/{}", set.id),
        name: set.name,
        shape: t.text(shape_key(set.kind)).into_owned(),
        count: set.count,
        updated: t.moment(set.updated_at),
    };
    let facility = |set: FacilitySet| SetLine {
        href: format!("/staff/places/facilities/{}", set.id),
        name: set.name,
        shape: String::new(),
        count: set.count,
        updated: t.moment(set.updated_at),
    };
    let counters = counters.into_iter().map(|counter| CounterLine {
        id: counter.id,
        name: counter.details.name.get(ask.locale).to_owned(),
        unit: counter.details.unit.get(ask.locale).to_owned(),
        phone: counter.details.phone,
        desks: counter.details.desks,
        open: counter.details.is_open,
    });
    html(&PlacesPage {
        page: Page::new(&app, &ask, "backoffice-places-title"),
        areas: sets.into_iter().map(area).collect(),
        facilities: facilities.into_iter().map(facility).collect(),
        towns,
        counters: counters.collect(),
    })
}

struct AreaLine {
    number: i64,
    id: AreaId,
    name: String,
    key: String,
    crosses: bool,
    here: bool,
}

/// A drawing in the form the template wants.
struct Map {
    width: u32,
    height: u32,
    paths: Vec<Shape>,
    /// The numbers of the table, where there is room for them.
    labels: Vec<Dot>,
    dots: Vec<Dot>,
}

struct Shape {
    d: String,
    name: String,
    class: &'static str,
}

struct Dot {
    x: f64,
    y: f64,
    name: String,
}

/// The areas as a map, one of them marked, with what stands on them.
fn draw(areas: &[Area], here: Option<AreaId>, facilities: &[Facility]) -> Option<Map> {
    let drawing = MapDrawing::of(areas, WIDTH)?;
    let inside = |(x, y): (f64, f64)| {
        (0.0..=f64::from(drawing.width)).contains(&x) && (0.0..=f64::from(drawing.height)).contains(&y)
    };
    let dots = facilities.iter().filter_map(|facility| {
        let (x, y) = Some(drawing.pixel(facility.point?)).filter(|at| inside(*at))?;
        Some(Dot { x, y, name: facility.name.clone() })
    });
    let dots = dots.collect();
    let roomy = areas.len() <= MOST_LABELS && facilities.is_empty();
    let labels = drawing.paths.iter().zip(areas).filter(|(path, _)| roomy && path.closed).map(|(path, area)| Dot {
        x: path.label.0,
        y: path.label.1,
        name: area.number.to_string(),
    });
    let labels = labels.collect();
    let paths = drawing.paths.into_iter().map(|path| Shape {
        class: match (path.closed, Some(path.id) == here) {
            (true, false) => "",
            (true, true) => "here",
            (false, false) => "line",
            (false, true) => "line here",
        },
        d: path.d,
        name: path.name,
    });
    Some(Map { width: drawing.width, height: drawing.height, paths: paths.collect(), labels, dots })
}

/// Degrees north and east, to about ten centimetres.
fn degrees(point: Point) -> String {
    format!("{:.6}, {:.6}", point.latitude(), point.longitude())
}

#[derive(Template)]
#[template(path = "areas.html")]
struct AreasPage {
    page: Page,
    set: String,
    reservations: Vec<String>,
    map: Option<Map>,
    areas: Vec<AreaLine>,
    properties: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Chosen {
    #[serde(default)]
    area: String,
}

async fn areas(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<SetId>,
    Query(query): Query<Chosen>,
) -> Result<Response, Refusal> {
    let read = async move |tx: &mut Tx<'_>| -> Result<_, store::Error> {
        let set = places::areas::list_sets(tx).await?.into_iter().find(|set| set.id == id);
        Ok((set, places::areas::areas_of(tx, id).await?))
    };
    let (set, areas) = app.db.read(read).await?;
    let set = set.ok_or_else(Refusal::not_found)?;
    let here: Option<AreaId> = query.area.parse().ok();
    let chosen = areas.iter().find(|area| Some(area.id) == here);
    let properties = chosen.map_or_else(Vec::new, |area| {
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        area.properties.iter().map(|(name, value)| (name.clone(), text(value))).collect()
    });
    let lines = areas.iter().map(|area| AreaLine {
        number: area.number,
        id: area.id,
        name: area.name.clone(),
        key: area.key.clone(),
        crosses: area.crosses_itself,
        here: Some(area.id) == here,
    });
    html(&AreasPage {
        page: Page::titled(&app, &ask, set.name),
        set: id.to_string(),
        reservations: set.reservations,
        map: draw(&areas, here, &[]),
        areas: lines.collect(),
        properties,
    })
}

#[derive(Template)]
#[template(path = "facilities.html")]
struct FacilitiesPage {
    page: Page,
    set: String,
    search: String,
    map: Option<Map>,
    facilities: Vec<Facility>,
    range: String,
    previous: String,
    next: String,
}

#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: u32,
}

/// Links and words for one page of a long list.
struct Pager {
    range: String,
    previous: String,
    next: String,
}

fn pager(ask: &Ask, base: &str, query: &Search, shown: usize, total: i64) -> Pager {
    let at = i64::from(query.page) * i64::from(PAGE);
    let last = at + i64::try_from(shown).unwrap_or(0);
    let to = |page: u32| format!("{base}?q={}&page={page}", crate::sign_in::encoded(&query.q));
    Pager {
        range: ask
            .t()
            .with(
                "backoffice-range-of",
                [("first", (at + i64::from(shown > 0)).into()), ("last", last.into()), ("total", total.into())],
            )
            .into_owned(),
        previous: if query.page > 0 { to(query.page - 1) } else { String::new() },
        next: if last < total { to(query.page + 1) } else { String::new() },
    }
}

async fn facilities(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<SetId>,
    Query(query): Query<Search>,
) -> Result<Response, Refusal> {
    let (text, skip) = (query.q.clone(), query.page.min(10_000) * u32::from(PAGE));
    let read = async move |tx: &mut Tx<'_>| -> Result<_, store::Error> {
        let set = places::facilities::facility_sets(tx).await?.into_iter().find(|set| set.id == id);
        let found = places::facilities::search_facilities(tx, Some(id), &text, PAGE, skip).await?;
        // The first set of closed areas is the ground the dots stand on.
        let ground = places::areas::list_sets(tx).await?.into_iter().find(|set| set.kind == ShapeKind::Area);
        let ground = match ground {
            Some(ground) => places::areas::areas_of(tx, ground.id).await?,
            None => Vec::new(),
        };
        Ok((set, found, ground))
    };
    let (set, found, ground) = app.db.read(read).await?;
    let set = set.ok_or_else(Refusal::not_found)?;
    let map = draw(&ground, None, &found.facilities);
    let pager = pager(&ask, &format!("/staff/places/facilities/{id}"), &query, found.facilities.len(), found.total);
    html(&FacilitiesPage {
        page: Page::titled(&app, &ask, set.name),
        set: id.to_string(),
        map,
        facilities: found.facilities,
        range: pager.range,
        previous: pager.previous,
        next: pager.next,
        search: query.q,
    })
}

#[derive(Template)]
#[template(path = "facility.html")]
struct FacilityPage {
    page: Page,
    facility: Facility,
    point: String,
    attributes: Vec<(String, String)>,
}

async fn facility(State(app): State<App>, ask: Ask, Path(id): Path<FacilityId>) -> Result<Response, Refusal> {
    let found = app.db.read(async move |tx: &mut Tx<'_>| places::facilities::one_facility(tx, id).await).await?;
    let (facility, attributes) = found.ok_or_else(Refusal::not_found)?;
    let point = facility.point.map(degrees).unwrap_or_default();
    html(&FacilityPage { page: Page::titled(&app, &ask, facility.name.clone()), facility, point, attributes })
}

#[derive(Template)]
#[template(path = "towns.html")]
struct TownsPage {
    page: Page,
    search: String,
    towns: Vec<(String, String)>,
    range: String,
    previous: String,
    next: String,
}

async fn towns(State(app): State<App>, ask: Ask, Query(query): Query<Search>) -> Result<Response, Refusal> {
    let (text, skip) = (query.q.clone(), query.page.min(10_000) * u32::from(PAGE));
    let read = async move |tx: &mut Tx<'_>| places::towns::search_towns(tx, &text, PAGE, skip).await;
    let (towns, total) = app.db.read(read).await?;
    let pager = pager(&ask, "/staff/places/towns", &query, towns.len(), total);
    let towns = towns.into_iter().map(|town| (town.name, town.point.map(degrees).unwrap_or_default()));
    html(&TownsPage {
        page: Page::new(&app, &ask, "backoffice-towns-title"),
        towns: towns.collect(),
        range: pager.range,
        previous: pager.previous,
        next: pager.next,
        search: query.q,
    })
}
