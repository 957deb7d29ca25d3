//! A post (職): its title and what it may do, from a day on.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::day::Day;
use kernel::text::Line;
use people::{Post, PostId, PutPost, PutPostError, Role, Roles, Unit, UnitId};
use serde::Deserialize;
use shell::{App, Ask, Choice, FieldFault, Form, Page, Path, Refusal, Route, html, html_with, see_other};
use store::{Act, Tx};

use crate::fields::{Faults, Texts};
use crate::people::{actor, keys, role_key};
use crate::units::{CloseForm, WHO, unit};

const PUT: Act = Act::staff("people.post.put");
const CLOSE: Act = Act::staff("people.post.close");

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/staff/units/{id}/posts/new", WHO, new),
        Route::form("/staff/units/{id}/posts/new", WHO, add),
        Route::page("/staff/posts/{id}", WHO, show),
        Route::form("/staff/posts/{id}", WHO, change),
        Route::form("/staff/posts/{id}/close", WHO, close),
    ]
}

/// What each field is called.
const LABELS: &[(&str, &str)] = &[
    ("from", "backoffice-from"),
    ("title", "backoffice-post-name"),
    ("roles", "backoffice-roles"),
    ("last", "backoffice-last-day"),
];

#[derive(Template)]
#[template(path = "post.html")]
struct PostPage {
    page: Page,
    /// Where the form goes.
    action: String,
    /// Empty for a new one.
    id: String,
    unit: String,
    unit_name: String,
    form: PostForm,
    roles: Vec<Choice>,
    holders: Vec<(String, String)>,
    today: Day,
}

#[derive(Deserialize, Default, Clone)]
struct PostForm {
    from: String,
    title_ja: String,
    #[serde(default)]
    title_easy: String,
    #[serde(default)]
    title_en: String,
    #[serde(default)]
    roles: Vec<String>,
}

impl PostForm {
    fn read(&self, unit: &Unit, code: Option<&str>, sort: i64) -> Result<PutPost, Vec<FieldFault>> {
        let mut faults = Faults::default();
        let from = faults.day("from", &self.from);
        let title = faults.localized("title", &Texts::new(&self.title_ja, &self.title_easy, &self.title_en), true);
        let roles: Option<Roles> = self.roles.iter().map(|word| Role::parse(word)).collect();
        if roles.is_none() {
            faults.say(FieldFault::new("roles", "errors-field-unreadable"));
        }
        let code = code.map_or_else(|| format!("{}/{}", unit.code, self.title_ja.trim()), str::to_owned);
        let code: Option<Line<120>> =
            Line::parse(&code).map_err(|error| faults.say(FieldFault::text("title_ja", error))).ok();
        match (code, from, title, roles) {
            (Some(code), Some(from), Some(title), Some(roles)) if faults.is_empty() => {
                Ok(PutPost { code, unit: unit.id, from, title, roles, sort })
            }
            _ => Err(faults.called(LABELS)),
        }
    }
}

fn page(app: &App, ask: &Ask, unit: &Unit, post: Option<&Post>, form: PostForm, faults: &[FieldFault]) -> PostPage {
    let t = ask.t();
    let roles = Role::ALL.into_iter().map(|role| {
        Choice::new(role.code(), t.text(role_key(role)), form.roles.iter().any(|word| word == role.code()))
    });
    let title = match post {
        Some(post) => post.title.get(ask.locale).to_owned(),
        None => t.text("backoffice-post-new").into_owned(),
    };
    PostPage {
        page: Page::titled(app, ask, title).faults(faults),
        action: match post {
            Some(post) => format!("/staff/posts/{}", post.id),
            None => format!("/staff/units/{}/posts/new", unit.id),
        },
        id: post.map(|post| post.id.to_string()).unwrap_or_default(),
        unit: unit.id.to_string(),
        unit_name: unit.name.get(ask.locale).to_owned(),
        roles: roles.collect(),
        holders: post.map_or_else(Vec::new, |post| {
            post.holders.iter().map(|holder| (holder.person.to_string(), holder.name.clone())).collect()
        }),
        form,
        today: app.world.today(),
    }
}

async fn new(State(app): State<App>, ask: Ask, Path(id): Path<UnitId>) -> Result<Response, Refusal> {
    let unit = unit(&app, id).await?;
    let form = PostForm { from: app.world.today().to_string(), ..PostForm::default() };
    html(&page(&app, &ask, &unit, None, form, &[]))
}

async fn put(app: &App, ask: &Ask, command: PutPost) -> Result<Result<PostId, Vec<FieldFault>>, Refusal> {
    let (world, actor) = (app.world.clone(), actor(ask.staff()?));
    let write = async move |tx: &mut Tx<'_>| people::put_post(tx, &world, actor, &command).await;
    match app.db.write(PUT, write).await {
        Ok(id) => Ok(Ok(id)),
        Err(PutPostError::OtherUnit) => Ok(Err(vec![FieldFault::new("title_ja", "backoffice-post-taken")])),
        Err(PutPostError::Keys(error)) => keys(error).map(|fault| Err(vec![fault])),
        Err(PutPostError::Store(error)) => Err(error.into()),
    }
}

async fn add(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<UnitId>,
    Form(form): Form<PostForm>,
) -> Result<Response, Refusal> {
    let unit = unit(&app, id).await?;
    let today = app.world.today();
    let there = app.db.read(async move |tx: &mut Tx<'_>| people::posts(tx, today, Some(id)).await).await?;
    let faults = match form.read(&unit, None, 1000) {
        Err(faults) => faults,
        Ok(command) if there.iter().any(|post| post.code == command.code.as_str()) => {
            vec![FieldFault::new("title_ja", "backoffice-post-taken")]
        }
        Ok(command) => match put(&app, &ask, command).await? {
            Ok(id) => return Ok(see_other(&format!("/staff/posts/{id}"))),
            Err(faults) => faults,
        },
    };
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &ask, &unit, None, form, &faults))
}

async fn post(app: &App, id: PostId) -> Result<(Post, Unit), Refusal> {
    let today = app.world.today();
    let posts = app.db.read(async move |tx: &mut Tx<'_>| people::posts(tx, today, None).await).await?;
    let post = posts.into_iter().find(|post| post.id == id).ok_or_else(Refusal::not_found)?;
    let unit = unit(app, post.unit).await?;
    Ok((post, unit))
}

fn form_of(post: &Post, from: Day) -> PostForm {
    let title = Texts::of(&post.title);
    PostForm {
        from: from.to_string(),
        title_ja: title.ja,
        title_easy: title.easy,
        title_en: title.en,
        roles: post.roles.list().iter().map(|role| role.code().to_owned()).collect(),
    }
}

async fn show(State(app): State<App>, ask: Ask, Path(id): Path<PostId>) -> Result<Response, Refusal> {
    let (post, unit) = post(&app, id).await?;
    let form = form_of(&post, app.world.today());
    html(&page(&app, &ask, &unit, Some(&post), form, &[]))
}

async fn change(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<PostId>,
    Form(form): Form<PostForm>,
) -> Result<Response, Refusal> {
    let (post, unit) = post(&app, id).await?;
    let faults = match form.read(&unit, Some(&post.code), post.sort) {
        Err(faults) => faults,
        Ok(command) => match put(&app, &ask, command).await? {
            Ok(_) => return Ok(see_other(&format!("/staff/posts/{id}"))),
            Err(faults) => faults,
        },
    };
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &ask, &unit, Some(&post), form, &faults))
}

async fn close(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<PostId>,
    Form(form): Form<CloseForm>,
) -> Result<Response, Refusal> {
    let (post, unit) = post(&app, id).await?;
    let mut faults = Faults::default();
    let Some(last) = faults.day("last", &form.last) else {
        let form = form_of(&post, app.world.today());
        let shown = page(&app, &ask, &unit, Some(&post), form, &faults.called(LABELS));
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    };
    let (world, actor) = (app.world.clone(), actor(ask.staff()?));
    let write = async move |tx: &mut Tx<'_>| people::close_post(tx, &world, actor, id, last.plus(1)).await;
    if let Err(error) = app.db.write(CLOSE, write).await {
        let form = form_of(&post, app.world.today());
        let shown = page(&app, &ask, &unit, Some(&post), form, &[keys(error)?]);
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }
    Ok(see_other(&format!("/staff/units/{}", unit.id)))
}
