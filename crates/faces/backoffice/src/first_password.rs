//! Changing one's password: at the first sign-in one must, later one may.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use people::{ChangePasswordError, Must, ProveError, Proven, WeakPassword};
use serde::Deserialize;
use shell::{App, Ask, FieldFault, Form, Page, Refusal, Route, Who, html, html_with, see_other};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::page("/staff/first-password", Who::Entering, show),
        Route::form("/staff/first-password", Who::Entering, change),
    ]
}

#[derive(Template)]
#[template(path = "first_password.html")]
struct PasswordPage {
    page: Page,
    /// The present one is the first, printed one.
    first: bool,
    login: String,
    least: usize,
}

#[derive(Deserialize)]
struct PasswordForm {
    present: String,
    new: String,
    again: String,
}

fn page(app: &App, ask: &Ask) -> Result<PasswordPage, Refusal> {
    let staff = ask.staff()?;
    Ok(PasswordPage {
        page: entering(Page::new(app, ask, "backoffice-password-title"), ask),
        first: staff.must == Some(Must::ChangePassword),
        login: staff.login.clone(),
        least: people::password::MIN_CHARS,
    })
}

/// While something is still to be set up, the page stands alone: the rail would lead nowhere.
pub(crate) fn entering(mut page: Page, ask: &Ask) -> Page {
    if ask.staff.as_ref().is_some_and(|staff| staff.must.is_some()) {
        page.staff = None;
    }
    page
}

async fn show(State(app): State<App>, ask: Ask) -> Result<Response, Refusal> {
    html(&page(&app, &ask)?)
}

async fn change(State(app): State<App>, ask: Ask, Form(form): Form<PasswordForm>) -> Result<Response, Refusal> {
    let fault = if form.new != form.again {
        FieldFault::new("again", "backoffice-password-differs")
    } else {
        let staff = ask.staff()?;
        match people::change_password(&app.db, &app.world, &app.keeper, staff, &form.present, &form.new).await {
            Ok(()) => return Ok(see_other("/staff")),
            Err(ChangePasswordError::Prove(error)) => unproven(&app, error)?,
            Err(ChangePasswordError::Weak(weak)) => FieldFault::new("new", weak_key(weak))
                .with("least", people::password::MIN_CHARS)
                .with("most", people::password::MAX_CHARS),
            Err(ChangePasswordError::Meanwhile) => return Err(Refusal::conflict()),
            Err(ChangePasswordError::Keeper(error)) => return Err(crate::sign_in::keeper(&error)),
            Err(ChangePasswordError::Store(error)) => return Err(error.into()),
        }
    };
    let mut shown = page(&app, &ask)?;
    shown.page = shown.page.faults(&[fault]);
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

/// The present password, asked for again before a session changes what opens the door; or what is wrong with it.
pub(crate) async fn prove(app: &App, ask: &Ask, present: &str) -> Result<Result<Proven, FieldFault>, Refusal> {
    match people::prove_password(&app.db, &app.world, &app.keeper, ask.staff()?, present).await {
        Ok(proven) => Ok(Ok(proven)),
        Err(error) => unproven(app, error).map(Err),
    }
}

fn unproven(app: &App, error: ProveError) -> Result<FieldFault, Refusal> {
    match error {
        ProveError::Wrong => Ok(FieldFault::new("present", "backoffice-password-wrong")),
        ProveError::TooMany { retry_at } => Ok(crate::sign_in::too_many("present", app, retry_at)),
        ProveError::Keeper(error) => Err(crate::sign_in::keeper(&error)),
        ProveError::Store(error) => Err(error.into()),
    }
}

fn weak_key(weak: WeakPassword) -> &'static str {
    match weak {
        WeakPassword::Short => "backoffice-password-short",
        WeakPassword::Long => "backoffice-password-long",
        WeakPassword::Control => "errors-field-control",
        WeakPassword::ContainsLogin => "backoffice-password-login",
        WeakPassword::Common => "backoffice-password-common",
        WeakPassword::Same => "backoffice-password-same",
    }
}
