//! The organisation on a day: units as a tree with their posts, and changes from a day on.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::day::Day;
use people::{Permission, PutUnit, PutUnitError, Unit, UnitId, UnitKind};
use serde::Deserialize;
use shell::{App, Ask, Choice, FieldFault, Form, Page, Path, Query, Refusal, Route, Who, html, html_with, see_other};
use store::{Act, Tx};

use crate::fields::{Faults, Texts};
use crate::people::{actor, keys, role_key};

pub(crate) const WHO: Who = Who::Staff(Permission::ManagePeople);
const PUT: Act = Act::staff("people.unit.put");
const CLOSE: Act = Act::staff("people.unit.close");

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/staff/units", WHO, list),
        Route::page("/staff/units/new", WHO, new),
        Route::form("/staff/units/new", WHO, add),
        Route::page("/staff/units/{id}", WHO, show),
        Route::form("/staff/units/{id}", WHO, change),
        Route::form("/staff/units/{id}/close", WHO, close),
    ]
}

/// What each field is called.
const LABELS: &[(&str, &str)] = &[
    ("code", "backoffice-unit-code"),
    ("from", "backoffice-from"),
    ("name", "backoffice-unit-name"),
    ("telephone", "backoffice-phone"),
    ("fax", "backoffice-fax"),
    ("hours", "backoffice-hours"),
    ("last", "backoffice-last-day"),
];

/// A post under its unit.
pub(crate) struct PostLine {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) roles: String,
    pub(crate) holders: Vec<(String, String)>,
}

/// A unit in the tree.
struct UnitLine {
    id: String,
    name: String,
    code: String,
    depth: usize,
    posts: Vec<PostLine>,
}

#[derive(Template)]
#[template(path = "units.html")]
struct UnitsPage {
    page: Page,
    day: Day,
    day_words: String,
    units: Vec<UnitLine>,
}

#[derive(Deserialize)]
struct OnDay {
    #[serde(default)]
    on: String,
}

fn post_line(ask: &Ask, post: &people::Post) -> PostLine {
    let t = ask.t();
    PostLine {
        id: post.id.to_string(),
        title: post.title.get(ask.locale).to_owned(),
        roles: post.roles.list().iter().map(|role| t.text(role_key(*role))).collect::<Vec<_>>().join("・"),
        holders: post.holders.iter().map(|holder| (holder.person.to_string(), holder.name.clone())).collect(),
    }
}

async fn list(State(app): State<App>, ask: Ask, Query(query): Query<OnDay>) -> Result<Response, Refusal> {
    let day = Day::parse(&query.on).unwrap_or_else(|| app.world.today());
    let read = async move |tx: &mut Tx<'_>| -> Result<_, store::Error> {
        Ok((people::units(tx, day).await?, people::posts(tx, day, None).await?))
    };
    let (units, posts) = app.db.read(read).await?;
    let units = people::tree(units).into_iter().map(|branch| UnitLine {
        id: branch.unit.id.to_string(),
        name: branch.unit.name.get(ask.locale).to_owned(),
        code: branch.unit.code.clone(),
        depth: branch.depth.min(4),
        posts: posts.iter().filter(|post| post.unit == branch.unit.id).map(|post| post_line(&ask, post)).collect(),
    });
    html(&UnitsPage {
        page: Page::new(&app, &ask, "backoffice-units-title"),
        day,
        day_words: ask.t().day(day),
        units: units.collect(),
    })
}

#[derive(Deserialize, Default, Clone)]
struct UnitForm {
    #[serde(default)]
    code: String,
    from: String,
    kind: String,
    #[serde(default)]
    parent: String,
    name_ja: String,
    #[serde(default)]
    name_easy: String,
    #[serde(default)]
    name_en: String,
    #[serde(default)]
    telephone: String,
    #[serde(default)]
    fax: String,
    #[serde(default)]
    hours_ja: String,
    #[serde(default)]
    hours_easy: String,
    #[serde(default)]
    hours_en: String,
}

impl UnitForm {
    fn of(unit: &Unit, from: Day) -> Self {
        let (name, hours) = (Texts::of(&unit.name), unit.hours.as_ref().map(Texts::of).unwrap_or_default());
        Self {
            code: unit.code.clone(),
            from: from.to_string(),
            kind: unit.kind.code().to_owned(),
            parent: unit.parent.map(|parent| parent.to_string()).unwrap_or_default(),
            name_ja: name.ja,
            name_easy: name.easy,
            name_en: name.en,
            telephone: unit.telephone.clone().unwrap_or_default(),
            fax: unit.fax.clone().unwrap_or_default(),
            hours_ja: hours.ja,
            hours_easy: hours.easy,
            hours_en: hours.en,
        }
    }

    fn read(&self, sort: i64) -> Result<PutUnit, Vec<FieldFault>> {
        let mut faults = Faults::default();
        let code = faults.line("code", &self.code);
        let from = faults.day("from", &self.from);
        let name = faults.localized("name", &Texts::new(&self.name_ja, &self.name_easy, &self.name_en), true);
        let hours = faults.localized("hours", &Texts::new(&self.hours_ja, &self.hours_easy, &self.hours_en), false);
        let telephone = faults.optional("telephone", &self.telephone);
        let fax = faults.optional("fax", &self.fax);
        let kind = UnitKind::parse(&self.kind);
        if kind.is_none() {
            faults.say(FieldFault::new("kind", "errors-field-required"));
        }
        let parent: Option<UnitId> = self.parent.parse().ok();
        match (code, from, name, kind) {
            (Some(code), Some(from), Some(name), Some(kind)) if faults.is_empty() => {
                let hours = hours.filter(|hours| !hours.ja.is_empty());
                Ok(PutUnit { code, from, kind, parent, name, telephone, fax, hours, sort })
            }
            _ => Err(faults.called(LABELS)),
        }
    }
}

#[derive(Template)]
#[template(path = "unit.html")]
struct UnitPage {
    page: Page,
    /// Empty for a new one.
    id: String,
    form: UnitForm,
    kinds: Vec<Choice>,
    parents: Vec<Choice>,
    posts: Vec<PostLine>,
    today: Day,
}

fn kind_key(kind: UnitKind) -> &'static str {
    match kind {
        UnitKind::Department => "backoffice-kind-department",
        UnitKind::Division => "backoffice-kind-division",
        UnitKind::Section => "backoffice-kind-section",
    }
}

async fn page(
    app: &App,
    ask: &Ask,
    unit: Option<&Unit>,
    form: UnitForm,
    faults: &[FieldFault],
) -> Result<UnitPage, Refusal> {
    let (today, t) = (app.world.today(), ask.t());
    let own = unit.map(|unit| unit.id);
    let read = async move |tx: &mut Tx<'_>| -> Result<_, store::Error> {
        let posts = if own.is_some() { people::posts(tx, today, own).await? } else { Vec::new() };
        Ok((people::units(tx, today).await?, posts))
    };
    let (units, posts) = app.db.read(read).await?;
    let kinds = [UnitKind::Department, UnitKind::Division, UnitKind::Section];
    let kinds =
        kinds.into_iter().map(|kind| Choice::new(kind.code(), t.text(kind_key(kind)), form.kind == kind.code()));
    let mut parents = vec![Choice::new("", t.text("backoffice-unit-top"), form.parent.is_empty())];
    parents.extend(people::tree(units).into_iter().filter(|branch| Some(branch.unit.id) != own).map(|branch| {
        let id = branch.unit.id.to_string();
        let checked = form.parent == id;
        Choice::new(id, format!("{}{}", "　".repeat(branch.depth), branch.unit.name.get(ask.locale)), checked)
    }));
    let title = match unit {
        Some(unit) => unit.name.get(ask.locale).to_owned(),
        None => t.text("backoffice-unit-new").into_owned(),
    };
    Ok(UnitPage {
        page: Page::titled(app, ask, title).faults(faults),
        id: own.map(|id| id.to_string()).unwrap_or_default(),
        kinds: kinds.collect(),
        parents,
        posts: posts.iter().map(|post| post_line(ask, post)).collect(),
        form,
        today,
    })
}

#[derive(Deserialize)]
struct Below {
    #[serde(default)]
    parent: String,
}

async fn new(State(app): State<App>, ask: Ask, Query(query): Query<Below>) -> Result<Response, Refusal> {
    let kind = if query.parent.is_empty() { UnitKind::Department } else { UnitKind::Division };
    let form = UnitForm {
        from: app.world.today().to_string(),
        kind: kind.code().to_owned(),
        parent: query.parent,
        ..UnitForm::default()
    };
    html(&page(&app, &ask, None, form, &[]).await?)
}

async fn put(app: &App, ask: &Ask, command: PutUnit) -> Result<Result<UnitId, Vec<FieldFault>>, Refusal> {
    let (world, actor) = (app.world.clone(), actor(ask.staff()?));
    let write = async move |tx: &mut Tx<'_>| people::put_unit(tx, &world, actor, &command).await;
    match app.db.write(PUT, write).await {
        Ok(id) => Ok(Ok(id)),
        Err(PutUnitError::NoParent) => Ok(Err(vec![FieldFault::new("parent", "backoffice-unit-no-parent")])),
        Err(PutUnitError::Ring) => Ok(Err(vec![FieldFault::new("parent", "backoffice-unit-ring")])),
        Err(PutUnitError::Store(error)) => Err(error.into()),
    }
}

async fn add(State(app): State<App>, ask: Ask, Form(form): Form<UnitForm>) -> Result<Response, Refusal> {
    let code = form.code.trim().to_owned();
    let today = app.world.today();
    let there = app.db.read(async move |tx: &mut Tx<'_>| people::units(tx, today).await).await?;
    let faults = match form.read(1000) {
        Err(faults) => faults,
        // A known code would change that unit, which is not what this form says.
        Ok(_) if there.iter().any(|unit| unit.code == code) => {
            vec![FieldFault::new("code", "backoffice-unit-code-taken")]
        }
        Ok(command) => match put(&app, &ask, command).await? {
            Ok(id) => return Ok(see_other(&format!("/staff/units/{id}"))),
            Err(faults) => faults,
        },
    };
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &ask, None, form, &faults).await?)
}

/// The unit as it is today.
pub(crate) async fn unit(app: &App, id: UnitId) -> Result<Unit, Refusal> {
    let today = app.world.today();
    let found = app.db.read(async move |tx: &mut Tx<'_>| people::unit(tx, id, today).await).await?;
    found.ok_or_else(Refusal::not_found)
}

async fn show(State(app): State<App>, ask: Ask, Path(id): Path<UnitId>) -> Result<Response, Refusal> {
    let unit = unit(&app, id).await?;
    let form = UnitForm::of(&unit, app.world.today());
    html(&page(&app, &ask, Some(&unit), form, &[]).await?)
}

async fn change(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<UnitId>,
    Form(form): Form<UnitForm>,
) -> Result<Response, Refusal> {
    let unit = unit(&app, id).await?;
    let form = UnitForm { code: unit.code.clone(), ..form };
    let faults = match form.read(unit.sort) {
        Err(faults) => faults,
        Ok(command) => match put(&app, &ask, command).await? {
            Ok(_) => return Ok(see_other(&format!("/staff/units/{id}"))),
            Err(faults) => faults,
        },
    };
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &ask, Some(&unit), form, &faults).await?)
}

#[derive(Deserialize)]
pub(crate) struct CloseForm {
    pub(crate) last: String,
}

async fn close(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<UnitId>,
    Form(form): Form<CloseForm>,
) -> Result<Response, Refusal> {
    let again = async |faults: &[FieldFault]| {
        let unit = unit(&app, id).await?;
        let form = UnitForm::of(&unit, app.world.today());
        html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &ask, Some(&unit), form, faults).await?)
    };
    let mut faults = Faults::default();
    let Some(last) = faults.day("last", &form.last) else { return again(&faults.called(LABELS)).await };
    let (world, actor) = (app.world.clone(), actor(ask.staff()?));
    let write = async move |tx: &mut Tx<'_>| people::close_unit(tx, &world, actor, id, last.plus(1)).await;
    match app.db.write(CLOSE, write).await {
        Ok(_) => Ok(see_other("/staff/units")),
        Err(error) => again(&[keys(error)?]).await,
    }
}
