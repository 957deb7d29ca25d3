//! Persons: finding, adding and changing them, and the posts they hold.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::day::Day;
use people::{
    Actor, Hold, KeysError, Login, Permission, Person, PersonData, PersonError, PersonId, Post, PostId, Role, Staff,
    Term, Unit,
};
use serde::Deserialize;
use shell::{App, Ask, Choice, FieldFault, Form, Page, Path, Query, Refusal, Route, Who, html, html_with, see_other};
use store::{Act, Tx};

use crate::fields::Faults;

const WHO: Who = Who::Staff(Permission::ManagePeople);
const PAGE: u32 = 50;
const ADD: Act = Act::staff("people.person.add");
const CHANGE: Act = Act::staff("people.person.change");
const HOLD: Act = Act::staff("people.post.hold");

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/staff/people", WHO, list),
        Route::page("/staff/people/new", WHO, new),
        Route::form("/staff/people/new", WHO, add),
        Route::page("/staff/people/{id}", WHO, show),
        Route::form("/staff/people/{id}", WHO, change),
        Route::form("/staff/people/{id}/hold", WHO, hold),
        Route::form("/staff/people/{id}/release", WHO, release),
    ]
}

/// What each field is called.
const LABELS: &[(&str, &str)] = &[
    ("name", "backoffice-person-name"),
    ("kana", "backoffice-person-kana"),
    ("number", "backoffice-person-number"),
    ("post", "backoffice-post"),
    ("from", "backoffice-from"),
    ("to", "backoffice-last-day"),
];

/// The key of a role's name.
pub(crate) fn role_key(role: Role) -> &'static str {
    match role {
        Role::Clerk => "backoffice-role-clerk",
        Role::CounterChief => "backoffice-role-counter-chief",
        Role::Personnel => "backoffice-role-personnel",
        Role::Places => "backoffice-role-places",
        Role::Messages => "backoffice-role-messages",
        Role::Auditor => "backoffice-role-auditor",
        Role::Programmes => "backoffice-role-programmes",
        Role::Planning => "backoffice-role-planning",
        Role::Finance => "backoffice-role-finance",
        Role::Reform => "backoffice-role-reform",
        Role::Administrator => "backoffice-role-administrator",
    }
}

/// On whose authority this page changes something.
pub(crate) fn actor(staff: &Staff) -> Actor {
    Actor::of(staff, Permission::ManagePeople)
}

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    page: Page,
    search: String,
    persons: Vec<Person>,
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

async fn list(State(app): State<App>, ask: Ask, Query(query): Query<Search>) -> Result<Response, Refusal> {
    let (search, at) = (query.q.clone(), query.page.min(10_000));
    let read = async move |tx: &mut Tx<'_>| people::persons(tx, &search, at * PAGE, PAGE + 1).await;
    let mut persons = app.db.read(read).await?;
    let more = persons.len() > PAGE as usize;
    persons.truncate(PAGE as usize);
    let to = |page: u32| format!("/staff/people?q={}&page={page}", crate::sign_in::encoded(&query.q));
    let first = u64::from(at * PAGE) + 1;
    let last = u64::from(at * PAGE) + persons.len() as u64;
    html(&PeoplePage {
        page: Page::new(&app, &ask, "backoffice-people-title"),
        range: ask.t().with("backoffice-range", [("first", first.into()), ("last", last.into())]).into_owned(),
        previous: if at > 0 { to(at - 1) } else { String::new() },
        next: if more { to(at + 1) } else { String::new() },
        search: query.q,
        persons,
    })
}

#[derive(Template)]
#[template(path = "person_new.html")]
struct NewPage {
    page: Page,
    form: PersonForm,
}

#[derive(Deserialize, Default)]
pub(crate) struct PersonForm {
    name: String,
    kana: String,
    login: String,
    #[serde(default)]
    number: String,
}

impl PersonForm {
    fn read(&self) -> Result<PersonData, Vec<FieldFault>> {
        let mut faults = Faults::default();
        let name = faults.line("name", &self.name);
        let kana = faults.line("kana", &self.kana);
        let number = faults.optional("number", &self.number);
        let login = Login::parse(&self.login);
        if login.is_none() {
            faults.say(FieldFault::new("login", "backoffice-person-login-wrong"));
        }
        match (name, kana, login) {
            (Some(name), Some(kana), Some(login)) if faults.is_empty() => Ok(PersonData { number, login, name, kana }),
            _ => Err(faults.called(LABELS)),
        }
    }
}

async fn new(State(app): State<App>, ask: Ask) -> Result<Response, Refusal> {
    html(&NewPage { page: Page::new(&app, &ask, "backoffice-person-new"), form: PersonForm::default() })
}

async fn add(State(app): State<App>, ask: Ask, Form(form): Form<PersonForm>) -> Result<Response, Refusal> {
    let faults = match form.read() {
        Err(faults) => faults,
        Ok(data) => {
            let (world, actor) = (app.world.clone(), actor(ask.staff()?));
            let write = async move |tx: &mut Tx<'_>| people::add_person(tx, &world, actor, &data, None).await;
            match app.db.write(ADD, write).await {
                Ok(id) => return Ok(see_other(&format!("/staff/people/{id}"))),
                Err(error) => person_fault(error)?,
            }
        }
    };
    let page = Page::new(&app, &ask, "backoffice-person-new").faults(&faults);
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &NewPage { page, form })
}

fn person_fault(error: PersonError) -> Result<Vec<FieldFault>, Refusal> {
    match error {
        PersonError::Taken => Ok(vec![FieldFault::new("login", "backoffice-person-taken")]),
        PersonError::Unknown => Err(Refusal::not_found()),
        PersonError::Keys(error) => keys(error).map(|fault| vec![fault]),
        PersonError::Store(error) => Err(error.into()),
    }
}

/// One line of what somebody held, holds or will hold.
struct Held {
    post: PostId,
    words: String,
    from: String,
    to: String,
    concurrent: bool,
    /// Can be taken from them.
    open: bool,
}

#[derive(Template)]
#[template(path = "person.html")]
pub(crate) struct PersonPage {
    page: Page,
    person: Person,
    form: PersonForm,
    held: Vec<Held>,
    posts: Vec<Choice>,
    today: Day,
    /// Their sign-in is in the hands of an administrator, not of whoever reads this.
    guarded: bool,
}

/// Everything the page about one person shows.
pub(crate) struct Particulars {
    pub(crate) person: Person,
    terms: Vec<Term>,
    posts: Vec<Post>,
    units: Vec<Unit>,
    /// They hold the keys of the house, or will.
    keys: bool,
}

pub(crate) async fn particulars(app: &App, id: PersonId) -> Result<Particulars, Refusal> {
    let today = app.world.today();
    let read = async move |tx: &mut Tx<'_>| -> Result<_, store::Error> {
        let Some(person) = people::person(tx, id).await? else { return Ok(None) };
        Ok(Some(Particulars {
            person,
            terms: people::terms(tx, id).await?,
            posts: people::posts(tx, today, None).await?,
            units: people::units(tx, today).await?,
            keys: people::holds_keys(tx, id, today).await?,
        }))
    };
    app.db.read(read).await?.ok_or_else(Refusal::not_found)
}

/// What the rules about the keys of the house refuse: at a form where it can be said, else as a page.
pub(crate) fn keys(error: KeysError) -> Result<FieldFault, Refusal> {
    match error {
        KeysError::Last => Ok(FieldFault::new("", "backoffice-keys-last")),
        KeysError::Guarded | KeysError::Oneself => Err(Refusal::forbidden()),
        KeysError::Store(error) => Err(error.into()),
    }
}

pub(crate) async fn page(
    app: &App,
    ask: &Ask,
    id: PersonId,
    typed: Option<PersonForm>,
    faults: &[FieldFault],
) -> Result<PersonPage, Refusal> {
    let known = particulars(app, id).await?;
    let (t, today) = (ask.t(), app.world.today());
    let words = |post: PostId, code: &str| {
        let Some(post) = known.posts.iter().find(|known| known.id == post) else { return code.to_owned() };
        let unit = known.units.iter().find(|unit| unit.id == post.unit);
        let unit = unit.map_or("", |unit| unit.name.get(ask.locale));
        format!("{unit} {}", post.title.get(ask.locale)).trim().to_owned()
    };
    let held = known.terms.iter().map(|term| Held {
        post: term.post,
        words: words(term.post, &term.code),
        from: t.day(term.from),
        to: term.to.map(|to| t.day(to.plus(-1))).unwrap_or_default(),
        concurrent: term.concurrent,
        open: term.to.is_none_or(|to| to > today),
    });
    let held = held.collect();
    let mut posts: Vec<Choice> =
        known.posts.iter().map(|post| Choice::new(post.id.to_string(), words(post.id, &post.code), false)).collect();
    posts.sort_by(|a, b| a.label.cmp(&b.label));
    let guarded = known.keys && !ask.staff()?.can(Permission::Administer);
    let person = known.person;
    let form = typed.unwrap_or_else(|| PersonForm {
        name: person.name.clone(),
        kana: person.kana.clone(),
        login: person.login.clone(),
        number: person.number.clone().unwrap_or_default(),
    });
    let page = Page::titled(app, ask, person.name.clone()).faults(faults);
    Ok(PersonPage { page, person, form, held, posts, today, guarded })
}

async fn show(State(app): State<App>, ask: Ask, Path(id): Path<PersonId>) -> Result<Response, Refusal> {
    html(&page(&app, &ask, id, None, &[]).await?)
}

async fn change(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<PersonId>,
    Form(form): Form<PersonForm>,
) -> Result<Response, Refusal> {
    let faults = match form.read() {
        Err(faults) => faults,
        Ok(data) => {
            let (world, actor) = (app.world.clone(), actor(ask.staff()?));
            let write = async move |tx: &mut Tx<'_>| people::change_person(tx, &world, actor, id, &data).await;
            match app.db.write(CHANGE, write).await {
                Ok(()) => return Ok(see_other(&format!("/staff/people/{id}"))),
                Err(error) => person_fault(error)?,
            }
        }
    };
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &ask, id, Some(form), &faults).await?)
}

#[derive(Deserialize)]
struct HoldForm {
    post: String,
    from: String,
    concurrent: Option<String>,
}

#[derive(Deserialize)]
struct ReleaseForm {
    post: String,
    to: String,
}

/// Back to the person, or what the rules about the keys say.
async fn settled(app: &App, ask: &Ask, id: PersonId, done: Result<(), KeysError>) -> Result<Response, Refusal> {
    match done {
        Ok(()) => Ok(see_other(&format!("/staff/people/{id}"))),
        Err(error) => {
            let fault = keys(error)?;
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(app, ask, id, None, &[fault]).await?)
        }
    }
}

async fn hold(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<PersonId>,
    Form(form): Form<HoldForm>,
) -> Result<Response, Refusal> {
    let mut faults = Faults::default();
    let post: Option<PostId> = form.post.parse().ok();
    if post.is_none() {
        faults.say(FieldFault::new("post", "errors-field-required"));
    }
    let (Some(post), Some(day)) = (post, faults.day("from", &form.from)) else {
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &ask, id, None, &faults.called(LABELS)).await?);
    };
    let (world, actor, concurrent) = (app.world.clone(), actor(ask.staff()?), form.concurrent.is_some());
    let write =
        async move |tx: &mut Tx<'_>| people::hold(tx, &world, actor, Hold { person: id, post, day, concurrent }).await;
    settled(&app, &ask, id, app.db.write(HOLD, write).await).await
}

async fn release(
    State(app): State<App>,
    ask: Ask,
    Path(id): Path<PersonId>,
    Form(form): Form<ReleaseForm>,
) -> Result<Response, Refusal> {
    let mut faults = Faults::default();
    let post: PostId = form.post.parse().map_err(|_| Refusal::not_found())?;
    let Some(last) = faults.day("to", &form.to) else {
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &ask, id, None, &faults.called(LABELS)).await?);
    };
    let (world, actor) = (app.world.clone(), actor(ask.staff()?));
    // The form asks for the last day in the post; the office counts from the first day without it.
    let write = async move |tx: &mut Tx<'_>| people::release(tx, &world, actor, id, post, last.plus(1)).await;
    settled(&app, &ask, id, app.db.write(HOLD, write).await.map(drop)).await
}
