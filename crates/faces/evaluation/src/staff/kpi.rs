//! What a KPI is: its name, where its number comes from, who answers for it, its targets.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use evaluation::kpi::{
    self, Better, DueDay, Kpi, KpiError, KpiId, KpiSource, MetricFilter, MetricSource, SaveKpi, StatisticSource,
};
use evaluation::{Cycle, Sheet};
use facts::{Catalogue, Metric};
use http::StatusCode;
use kernel::decimal::Decimal;
use kernel::fiscal::FiscalYear;
use kernel::locale::{Locale, Localized};
use kernel::text::Line;
use people::{Actor, Permission, PostId};
use serde::Deserialize;
use shell::{App, Ask, Choice, FieldFault, Form, Page, Path, Refusal, Route, Who, html_with, see_other};
use store::{Act, Tx};
use words::{Tongue, Words};

use super::may_edit;
use crate::read::{Posts, metric_of};
use crate::show::sheet::For;
use crate::view::CycleWords;
use crate::{links, say};

pub(crate) const WHO: Who = Who::Staff(Permission::EditProgrammes);
const SAVE: Act = Act::staff("evaluation.kpi");
/// Years a target can be set for here: the assessed one, the running one and two more.
const TARGETS: usize = 4;
const NAME: usize = 200;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/staff/evaluation/programmes/{code}/kpis/new", WHO, new),
        Route::form("/staff/evaluation/programmes/{code}/kpis/new", WHO, add),
        Route::page("/staff/evaluation/programmes/{code}/kpis/{id}", WHO, show),
        Route::form("/staff/evaluation/programmes/{code}/kpis/{id}", WHO, change),
        Route::form("/staff/evaluation/programmes/{code}/kpis/{id}/end", WHO, end),
    ]
}

#[derive(Debug, Deserialize, Default, Clone)]
#[serde(default)]
struct KpiForm {
    name_ja: String,
    name_en: String,
    source: String,
    metric: String,
    place: String,
    statistic: String,
    url: String,
    unit: String,
    better: String,
    owner: String,
    due: String,
    version: String,
    target_0: String,
    target_1: String,
    target_2: String,
    target_3: String,
}

impl KpiForm {
    fn of(kpi: &Kpi, cycle: Cycle) -> Self {
        let target = |at: i32| {
            let year = cycle.assessed.plus(at);
            let of = kpi.years.iter().find(|known| known.year == year).and_then(|year| year.target);
            of.map(|target| target.to_string()).unwrap_or_default()
        };
        let (source, statistic, url) = match &kpi.source {
            KpiSource::Metric(_) => ("metric", String::new(), String::new()),
            KpiSource::Statistic(from) => ("statistic", from.source.clone(), from.url.clone()),
            KpiSource::Manual => ("manual", String::new(), String::new()),
        };
        let metric = metric_of(kpi);
        let place = metric.and_then(|from| from.filter.place).map(|place| place.to_string());
        Self {
            name_ja: kpi.name.ja.clone(),
            name_en: kpi.name.en.clone().unwrap_or_default(),
            source: source.to_owned(),
            metric: metric.map(|from| from.name.clone()).unwrap_or_default(),
            place: place.unwrap_or_default(),
            statistic,
            url,
            unit: kpi.unit.ja.clone(),
            better: kpi.better.code().to_owned(),
            owner: kpi.owner.map(|post| post.to_string()).unwrap_or_default(),
            due: kpi.due.map(due_words).unwrap_or_default(),
            version: kpi.version.to_string(),
            target_0: target(0),
            target_1: target(1),
            target_2: target(2),
            target_3: target(3),
        }
    }

    fn targets(&self) -> [&str; TARGETS] {
        [&self.target_0, &self.target_1, &self.target_2, &self.target_3]
    }

    fn read(&self, catalogue: &Catalogue, cycle: Cycle) -> Result<(SaveKpi, Vec<Target>), Vec<FieldFault>> {
        let mut faults = Vec::new();
        let name = Line::<NAME>::parse(&self.name_ja);
        let name = name.map_err(|e| faults.push(FieldFault::text("name_ja", e).called("evaluation-form-name"))).ok();
        let en = Line::<NAME>::optional(&self.name_en);
        let en = en.map_err(|e| faults.push(FieldFault::text("name_en", e).called("evaluation-form-name-en"))).ok();
        let source = self.source(catalogue, &mut faults);
        let better = Better::parse(&self.better);
        if better.is_none() {
            faults.push(FieldFault::new("better", "errors-field-required").called("evaluation-form-better"));
        }
        let owner: Option<PostId> = self.owner.parse().ok();
        let due = due(&self.due);
        let by_hand = matches!(self.source.as_str(), "manual" | "statistic");
        if by_hand && owner.is_none() {
            faults.push(FieldFault::new("owner", "evaluation-form-post-needed"));
        }
        if due.is_none() && (by_hand || !self.due.trim().is_empty()) {
            faults.push(FieldFault::new("due", "evaluation-form-due-wrong"));
        }
        let targets = self.read_targets(cycle, &mut faults);
        match (name, en, source, better) {
            (Some(name), Some(en), Some((source, unit)), Some(better)) if faults.is_empty() => {
                let name = Localized { ja: name.into_string(), easy: None, en: en.map(Line::into_string) };
                Ok((SaveKpi { name, unit, better, source, owner, due }, targets))
            }
            _ => Err(faults),
        }
    }

    /// Where the number comes from, and its unit: a metric brings its own.
    fn source(&self, catalogue: &Catalogue, faults: &mut Vec<FieldFault>) -> Option<(KpiSource, Localized)> {
        let source = match self.source.as_str() {
            "metric" => {
                let Some(metric) = catalogue.metric(&self.metric) else {
                    faults.push(FieldFault::new("metric", "evaluation-form-metric-needed"));
                    return None;
                };
                let filter = MetricFilter { place: self.place.parse().ok(), ..MetricFilter::default() };
                let source = MetricSource { name: metric.name.to_owned(), version: metric.version, filter };
                return Some((KpiSource::Metric(source), unit_of(metric)));
            }
            "statistic" => {
                let named = Line::<NAME>::parse(&self.statistic);
                let url = self.url.trim();
                if named.is_err() {
                    faults.push(FieldFault::new("statistic", "evaluation-form-statistic-needed"));
                }
                let is_address = url.is_empty() || url.starts_with("https://") || url.starts_with("http://");
                if !is_address {
                    faults.push(FieldFault::new("url", "evaluation-form-url-wrong"));
                }
                named.ok().map(|name| {
                    KpiSource::Statistic(StatisticSource { source: name.into_string(), url: url.to_owned() })
                })
            }
            "manual" => Some(KpiSource::Manual),
            _ => {
                faults.push(FieldFault::new("source", "errors-field-required").called("evaluation-form-source"));
                None
            }
        };
        let unit = Line::<20>::parse(&self.unit);
        if source.is_some() && unit.is_err() {
            faults.push(FieldFault::new("unit", "evaluation-form-unit-needed"));
        }
        Some((source?, Localized::ja(unit.ok()?.into_string())))
    }

    fn read_targets(&self, cycle: Cycle, faults: &mut Vec<FieldFault>) -> Vec<Target> {
        let mut read = Vec::new();
        for (at, text) in (0..).zip(self.targets()) {
            let year = cycle.assessed.plus(at);
            match (text.trim(), Decimal::parse(text.trim())) {
                ("", _) => read.push((year, None)),
                (_, Some(value)) => read.push((year, Some(value))),
                (_, None) => faults.push(FieldFault::new(format!("target_{at}"), "evaluation-form-number")),
            }
        }
        read
    }
}

type Target = (FiscalYear, Option<Decimal>);

/// A metric's unit in every language.
fn unit_of(metric: &Metric) -> Localized {
    let of = |locale| Words::get().locale(locale).text(metric.scale.word()).into_owned();
    Localized { ja: of(Locale::Ja), easy: Some(of(Locale::Easy)), en: Some(of(Locale::En)) }
}

/// `05-31`, also with other strokes and without zeros.
fn due(text: &str) -> Option<DueDay> {
    let text = kernel::text::nfkc(text.trim());
    let (month, day) = text.split_once(['-', '/', '月'])?;
    DueDay::new(month.trim().parse().ok()?, day.trim().trim_end_matches('日').parse().ok()?)
}

fn due_words(due: DueDay) -> String {
    let (month, day) = due.parts();
    format!("{month:02}-{day:02}")
}

/// A field for a year's target.
struct TargetField {
    field: String,
    label: String,
    value: String,
}

#[derive(Template)]
#[template(path = "kpi.html")]
struct KpiPage {
    page: Page,
    cycle: CycleWords,
    back: String,
    programme: String,
    action: String,
    form: KpiForm,
    sources: Vec<Choice>,
    metrics: Vec<Choice>,
    places: Vec<Choice>,
    betters: Vec<Choice>,
    posts: Vec<Choice>,
    target_years: Vec<TargetField>,
    /// The address that ends it; empty for a new one.
    end: String,
}

/// The sheet, if it is one whose KPIs the caller may change.
pub(super) async fn own_sheet(app: &App, ask: &Ask, code: String) -> Result<Sheet, Refusal> {
    let now = app.world.now();
    let read = async move |tx: &mut Tx<'_>| evaluation::sheet(tx, &code, now).await;
    let sheet = app.db.read(read).await?.ok_or_else(Refusal::not_found)?;
    if may_edit(ask.staff()?, &sheet) { Ok(sheet) } else { Err(Refusal::forbidden()) }
}

/// A KPI of a sheet that is still followed.
pub(super) fn kpi_of<'a>(sheet: &'a Sheet, id: &str) -> Result<&'a Kpi, Refusal> {
    sheet.kpis.iter().find(|kpi| kpi.id.to_string() == id && !kpi.ended).ok_or_else(Refusal::not_found)
}

async fn page(
    app: &App,
    ask: &Ask,
    catalogue: &Catalogue,
    sheet: &Sheet,
    (id, form): (Option<KpiId>, KpiForm),
    faults: &[FieldFault],
) -> Result<Response, Refusal> {
    let (t, today, locale) = (ask.t(), app.world.today(), ask.locale);
    let read = async move |tx: &mut Tx<'_>| -> Result<_, store::Error> {
        Ok((Posts::read(tx, today).await?, places::counters(tx).await?))
    };
    let (posts, counters) = app.db.read(read).await?;
    let cycle = Cycle::of(today);
    let choice = |value: &str, key: &str, chosen: &str| Choice::new(value, t.text(key), value == chosen);
    let sources = [
        choice("metric", "evaluation-form-source-metric", &form.source),
        choice("statistic", "evaluation-form-source-statistic", &form.source),
        choice("manual", "evaluation-form-source-manual", &form.source),
    ];
    let metrics = catalogue.metrics().iter().map(|metric| Choice {
        hint: t.text(metric.meaning).into_owned(),
        ..choice(metric.name, metric.title, &form.metric)
    });
    let places = counters.iter().map(|counter| {
        let id = counter.id.to_string();
        let checked = id == form.place;
        Choice::new(id, counter.details.name.get(locale), checked)
    });
    let posts = posts.all(locale).into_iter().map(|(post, name)| {
        let id = post.to_string();
        let checked = id == form.owner;
        Choice::new(id, name, checked)
    });
    let title = if id.is_some() { "evaluation-form-title" } else { "evaluation-form-title-new" };
    let back = links::sheet(For::Staff, &sheet.programme.code);
    let page = KpiPage {
        page: Page::new(app, ask, title).faults(faults),
        cycle: say::cycle(t, cycle),
        programme: sheet.programme.text.name.clone(),
        action: format!("{back}/kpis/{}", id.map_or_else(|| "new".to_owned(), |id| id.to_string())),
        end: id.map(|id| format!("{back}/kpis/{id}/end")).unwrap_or_default(),
        back,
        sources: sources.into(),
        metrics: metrics.collect(),
        places: std::iter::once(choice("", "evaluation-form-place-all", &form.place)).chain(places).collect(),
        betters: vec![
            choice("lower", "evaluation-form-better-lower", &form.better),
            choice("higher", "evaluation-form-better-higher", &form.better),
        ],
        posts: std::iter::once(choice("", "evaluation-form-owner-none", &form.owner)).chain(posts).collect(),
        target_years: target_fields(t, &form, cycle),
        form,
    };
    html_with(if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &page)
}

fn target_fields(t: Tongue, form: &KpiForm, cycle: Cycle) -> Vec<TargetField> {
    (0..)
        .zip(form.targets())
        .map(|(at, value)| TargetField {
            field: format!("target_{at}"),
            label: say::year(t, cycle.assessed.plus(at)),
            value: value.to_owned(),
        })
        .collect()
}

async fn new(
    State(app): State<App>,
    Extension(catalogue): Extension<Catalogue>,
    ask: Ask,
    Path(code): Path<String>,
) -> Result<Response, Refusal> {
    let sheet = own_sheet(&app, &ask, code).await?;
    let form = KpiForm { source: "metric".to_owned(), ..KpiForm::default() };
    page(&app, &ask, &catalogue, &sheet, (None, form), &[]).await
}

async fn show(
    State(app): State<App>,
    Extension(catalogue): Extension<Catalogue>,
    ask: Ask,
    Path((code, id)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let sheet = own_sheet(&app, &ask, code).await?;
    let kpi = kpi_of(&sheet, &id)?;
    let form = KpiForm::of(kpi, Cycle::of(app.world.today()));
    page(&app, &ask, &catalogue, &sheet, (Some(kpi.id), form), &[]).await
}

/// The caller, in the post that allows it.
pub(super) fn actor(ask: &Ask) -> Result<Actor, Refusal> {
    Ok(Actor::of(ask.staff()?, Permission::EditProgrammes))
}

/// What a refused change says on the page; what is not the reader's doing is a refusal of its own.
pub(super) fn fault(error: KpiError) -> Result<FieldFault, Refusal> {
    match error {
        KpiError::NoProgramme | KpiError::NoKpi => Err(Refusal::not_found()),
        KpiError::Changed => Err(Refusal::conflict()),
        KpiError::NoOwner | KpiError::NoPost => Ok(FieldFault::new("owner", "evaluation-form-post-needed")),
        KpiError::NoDue => Ok(FieldFault::new("due", "evaluation-form-due-wrong")),
        KpiError::Live => Err(Refusal::conflict()),
        KpiError::Day => Ok(FieldFault::new("as_of", "evaluation-value-day-wrong")),
        KpiError::NothingWritten => Ok(FieldFault::new("words", "errors-field-required")),
        KpiError::Store(error) => Err(error.into()),
    }
}

async fn add(
    State(app): State<App>,
    Extension(catalogue): Extension<Catalogue>,
    ask: Ask,
    Path(code): Path<String>,
    Form(form): Form<KpiForm>,
) -> Result<Response, Refusal> {
    let sheet = own_sheet(&app, &ask, code).await?;
    let (command, targets) = match form.read(&catalogue, Cycle::of(app.world.today())) {
        Ok(read) => read,
        Err(faults) => return page(&app, &ask, &catalogue, &sheet, (None, form), &faults).await,
    };
    let (world, actor, programme) = (app.world.clone(), actor(&ask)?, sheet.programme.id);
    let write = async move |tx: &mut Tx<'_>| -> Result<(), KpiError> {
        let id = kpi::add(tx, &world, actor, programme, &command).await?;
        for (year, target) in targets.iter().filter(|(_, target)| target.is_some()) {
            kpi::set_target(tx, &world, actor, id, *year, *target).await?;
        }
        Ok(())
    };
    match app.db.write(SAVE, write).await {
        Ok(()) => Ok(see_other(&links::sheet(For::Staff, &sheet.programme.code))),
        Err(error) => {
            let faults = [fault(error)?];
            page(&app, &ask, &catalogue, &sheet, (None, form), &faults).await
        }
    }
}

async fn change(
    State(app): State<App>,
    Extension(catalogue): Extension<Catalogue>,
    ask: Ask,
    Path((code, id)): Path<(String, String)>,
    Form(form): Form<KpiForm>,
) -> Result<Response, Refusal> {
    let sheet = own_sheet(&app, &ask, code).await?;
    let known = kpi_of(&sheet, &id)?;
    let (command, targets) = match form.read(&catalogue, Cycle::of(app.world.today())) {
        Ok(read) => read,
        Err(faults) => return page(&app, &ask, &catalogue, &sheet, (Some(known.id), form), &faults).await,
    };
    let version = form.version.parse().map_err(|_| Refusal::conflict())?;
    let before: Vec<Target> = known.years.iter().map(|year| (year.year, year.target)).collect();
    let (world, actor, id) = (app.world.clone(), actor(&ask)?, known.id);
    let write = async move |tx: &mut Tx<'_>| -> Result<(), KpiError> {
        kpi::change(tx, &world, actor, id, version, &command).await?;
        for (year, target) in &targets {
            let was = before.iter().find(|(known, _)| known == year).and_then(|(_, target)| *target);
            if was != *target {
                kpi::set_target(tx, &world, actor, id, *year, *target).await?;
            }
        }
        Ok(())
    };
    match app.db.write(SAVE, write).await {
        Ok(()) => Ok(see_other(&links::sheet(For::Staff, &sheet.programme.code))),
        Err(error) => {
            let faults = [fault(error)?];
            page(&app, &ask, &catalogue, &sheet, (Some(known.id), form), &faults).await
        }
    }
}

#[derive(Deserialize)]
struct EndForm {
    version: i64,
}

async fn end(
    State(app): State<App>,
    ask: Ask,
    Path((code, id)): Path<(String, String)>,
    Form(form): Form<EndForm>,
) -> Result<Response, Refusal> {
    let sheet = own_sheet(&app, &ask, code).await?;
    let (world, actor, id) = (app.world.clone(), actor(&ask)?, kpi_of(&sheet, &id)?.id);
    let write = async move |tx: &mut Tx<'_>| kpi::end(tx, &world, actor, id, form.version).await;
    match app.db.write(SAVE, write).await {
        Ok(()) => Ok(see_other(&links::sheet(For::Staff, &sheet.programme.code))),
        Err(KpiError::Store(error)) => Err(error.into()),
        Err(_) => Err(Refusal::conflict()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_days_are_read_as_people_write_them() {
        for text in ["05-31", "5-31", "5/31", "５月３１日"] {
            assert_eq!(due(text).map(due_words).as_deref(), Some("05-31"), "{text}");
        }
        for text in ["", "31", "02-29", "13-01", "May 31"] {
            assert_eq!(due(text), None, "{text}");
        }
    }

    #[test]
    fn everything_that_is_missing_is_named() {
        let catalogue = Catalogue::new(&[visits::METRICS]).unwrap();
        let cycle = Cycle::of(kernel::day::Day::parse("2026-11-22").unwrap());
        let fields = |form: &KpiForm| {
            let faults = form.read(&catalogue, cycle).unwrap_err();
            faults.into_iter().map(|fault| fault.field.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(fields(&KpiForm::default()), ["name_ja", "source", "better"]);
        let by_hand = KpiForm {
            name_ja: "収納率".to_owned(),
            source: "manual".to_owned(),
            better: "higher".to_owned(),
            target_1: "多い".to_owned(),
            ..KpiForm::default()
        };
        assert_eq!(fields(&by_hand), ["unit", "owner", "due", "target_1"]);
        let live = KpiForm { source: "metric".to_owned(), metric: "no.such".to_owned(), ..by_hand.clone() };
        assert_eq!(fields(&live), ["metric", "target_1"]);
        let live = KpiForm { metric: visits::METRICS[0].name.to_owned(), target_1: "20".to_owned(), ..live };
        let (command, targets) = live.read(&catalogue, cycle).unwrap();
        assert!(matches!(command.source, KpiSource::Metric(_)) && !command.unit.ja.is_empty());
        assert_eq!(targets[1], (cycle.running, Decimal::parse("20")));
    }
}
