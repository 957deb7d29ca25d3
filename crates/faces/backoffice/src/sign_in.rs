//! Signing in and out: password, then a code; the answers to wrong ones never say what was wrong.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, header};
use kernel::text::Line;
use kernel::time::Instant;
use people::{Begun, Finished, KeeperError, SignIn, SignInError, Token};
use serde::Deserialize;
use shell::cookies::{self, Stay};
use shell::{App, Ask, FieldFault, Form, Page, Query, Refusal, Route, Who, html, html_with, see_other};
use store::{Act, Tx};

/// Between password and code; opens nothing by itself.
const PENDING: &str = "__Host-pending";
const FINISH: Act = Act::staff("people.sign_in.finish");
const SIGN_OUT: Act = Act::staff("people.sign_out");

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/staff/sign-in", Who::Anyone, show),
        Route::form("/staff/sign-in", Who::Anyone, password),
        Route::page("/staff/sign-in/code", Who::Anyone, show_code),
        Route::form("/staff/sign-in/code", Who::Anyone, code),
        Route::form("/staff/sign-out", Who::Entering, sign_out),
    ]
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    page: Page,
    /// False on plain http from another machine, where browsers keep no session.
    possible: bool,
    login: String,
    next: String,
}

#[derive(Template)]
#[template(path = "sign_in_code.html")]
struct CodePage {
    page: Page,
    totp: bool,
    codes_left: i64,
    next: String,
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct PasswordForm {
    login: String,
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct CodeForm {
    code: String,
    #[serde(default)]
    next: String,
}

/// Where to go after signing in: only inside the back office.
fn inside(next: &str) -> &str {
    if next.starts_with("/staff/") || next.starts_with("/staff?") { next } else { "/staff" }
}

fn sign_in_page(app: &App, ask: &Ask, login: String, next: String) -> SignInPage {
    SignInPage { page: Page::new(app, ask, "backoffice-sign-in-title"), possible: ask.cookies_work, login, next }
}

async fn show(State(app): State<App>, ask: Ask, Query(query): Query<Next>) -> Result<Response, Refusal> {
    if ask.staff.is_some() {
        return Ok(see_other(inside(&query.next)));
    }
    html(&sign_in_page(&app, &ask, String::new(), query.next))
}

async fn password(State(app): State<App>, ask: Ask, Form(form): Form<PasswordForm>) -> Result<Response, Refusal> {
    if !ask.cookies_work {
        return html_with(StatusCode::UNPROCESSABLE_ENTITY, &sign_in_page(&app, &ask, form.login, form.next));
    }
    let asked = SignIn {
        login: form.login.clone(),
        password: form.password,
        address: ask.caller,
        device: device(&ask.device)?,
    };
    let refused = |fault: FieldFault| {
        let mut shown = sign_in_page(&app, &ask, form.login.clone(), form.next.clone());
        shown.page = shown.page.faults(&[fault]);
        html_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
    };
    match people::begin_sign_in(&app.db, &app.world, &app.keeper, &app.config.policy, &asked).await {
        Ok(Begun::Opened(opened)) => with_session(see_other(inside(&form.next)), &opened.token),
        Ok(Begun::Pending(pending)) => {
            let to = format!("/staff/sign-in/code?next={}", encoded(inside(&form.next)));
            with_cookie(see_other(&to), PENDING, &pending.token.reveal(), Stay::Session)
        }
        Err(SignInError::Refused) => refused(FieldFault::new("login", "backoffice-sign-in-refused")),
        Err(SignInError::TooMany { retry_at }) => refused(too_many("login", &app, retry_at)),
        Err(SignInError::Keeper(error)) => Err(keeper(&error)),
        Err(SignInError::Store(error)) => Err(error.into()),
    }
}

/// What the browser calls itself, as people call it: `Firefox · Windows`.
fn device(agent: &str) -> Result<Line<120>, Refusal> {
    let first = |known: &[(&str, &str)]| {
        known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| (*name).to_owned())
    };
    // The order matters: every one of them names the later ones too.
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Windows", "Windows"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Mac OS X", "Mac"),
        ("Linux", "Linux"),
    ]);
    let name = match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(name), None) | (None, Some(name)) => name,
        (None, None) => agent.chars().filter(|c| !c.is_control()).take(60).collect(),
    };
    Line::parse(&name).or_else(|_| Line::parse("-")).map_err(Refusal::internal)
}

async fn show_code(
    State(app): State<App>,
    ask: Ask,
    Query(query): Query<Next>,
    headers: http::HeaderMap,
) -> Result<Response, Refusal> {
    if ask.staff.is_some() {
        return Ok(see_other(inside(&query.next)));
    }
    match code_page(&app, &ask, &headers, query.next).await? {
        Some(page) => html(&page),
        None => Ok(see_other("/staff/sign-in")),
    }
}

async fn code_page(app: &App, ask: &Ask, headers: &http::HeaderMap, next: String) -> Result<Option<CodePage>, Refusal> {
    let Some(token) = pending(headers) else { return Ok(None) };
    let now = app.world.now();
    let found = app.db.read(async move |tx: &mut Tx<'_>| people::pending(tx, &token, now).await).await?;
    Ok(found.map(|(totp, codes_left)| CodePage {
        page: Page::new(app, ask, "backoffice-code-title"),
        totp,
        codes_left,
        next,
    }))
}

fn pending(headers: &http::HeaderMap) -> Option<Token> {
    cookies::read(headers, PENDING).and_then(Token::parse)
}

async fn code(
    State(app): State<App>,
    ask: Ask,
    headers: http::HeaderMap,
    Form(form): Form<CodeForm>,
) -> Result<Response, Refusal> {
    let Some(token) = pending(&headers) else { return Ok(see_other("/staff/sign-in")) };
    let (world, vault, typed) = (app.world.clone(), app.keeper.vault().clone(), form.code.clone());
    let policy = app.config.policy;
    let finished: Result<Finished, store::Error> = app
        .db
        .write(FINISH, async move |tx: &mut Tx<'_>| {
            people::finish_second_factor(tx, &world, &vault, &policy, &token, &typed).await
        })
        .await;
    let fault = match finished? {
        Finished::Opened(opened) => {
            let response = with_session(see_other(inside(&form.next)), &opened.token)?;
            return with_cookie(response, PENDING, "", Stay::Gone);
        }
        Finished::Expired => return Ok(see_other("/staff/sign-in")),
        Finished::Wrong => FieldFault::new("code", "backoffice-code-wrong"),
        Finished::TooMany { retry_at } => too_many("code", &app, retry_at),
        Finished::Unreadable => {
            tracing::error!(
                "an authenticator's secret cannot be read: is YOKOGUSHI_SECRET_FILE set, and the same file?"
            );
            FieldFault::new("code", "backoffice-code-unreadable")
        }
    };
    match code_page(&app, &ask, &headers, form.next).await? {
        Some(mut shown) => {
            shown.page = shown.page.faults(&[fault]);
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
        None => Ok(see_other("/staff/sign-in")),
    }
}

async fn sign_out(State(app): State<App>, ask: Ask) -> Result<Response, Refusal> {
    let (world, staff) = (app.world.clone(), ask.staff()?.clone());
    let ended: Result<bool, store::Error> = app
        .db
        .write(SIGN_OUT, async move |tx: &mut Tx<'_>| people::revoke(tx, &world, &staff, staff.session).await)
        .await;
    ended?;
    with_cookie(see_other("/staff/sign-in"), cookies::SESSION, "", Stay::Gone)
}

pub(crate) fn too_many(field: &'static str, app: &App, retry_at: Instant) -> FieldFault {
    let wait = retry_at.since(app.world.now()).as_secs().div_ceil(60).max(1);
    FieldFault::new(field, "backoffice-too-many").with("minutes", wait)
}

pub(crate) fn keeper(error: &KeeperError) -> Refusal {
    Refusal::internal(error)
}

fn with_session(response: Response, token: &Token) -> Result<Response, Refusal> {
    with_cookie(response, cookies::SESSION, &token.reveal(), Stay::Session)
}

/// Every cookie of the back office is Secure: the `__Host-` prefix asks for it.
fn with_cookie(mut response: Response, name: &str, value: &str, stay: Stay) -> Result<Response, Refusal> {
    let line =
        cookies::write(name, value, stay, true).ok_or_else(|| Refusal::internal("a cookie cannot be written"))?;
    response.headers_mut().append(header::SET_COOKIE, line);
    Ok(response)
}

/// A path as the value of a query parameter.
pub(crate) fn encoded(path: &str) -> String {
    path.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_called_as_people_call_them() {
        let name = |agent: &str| device(agent).unwrap().into_string();
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0";
        assert_eq!(name(edge), "Edge · Windows");
        assert_eq!(name("Mozilla/5.0 (iPhone; CPU iPhone OS 15_8 like Mac OS X) Safari/604.1"), "Safari · iPhone");
        assert_eq!(name("curl/8"), "curl/8");
        assert_eq!(name(""), "-");
    }

    #[test]
    fn only_pages_of_the_back_office_follow() {
        assert_eq!(inside("/staff/audit?x=1"), "/staff/audit?x=1");
        assert_eq!(inside("/staffing"), "/staff");
        assert_eq!(encoded("/staff/a?b=あ"), "/staff/a%3Fb%3D%E3%81%82");
    }
}
