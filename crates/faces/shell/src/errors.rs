//! A refusal in the reader's words: a page for people, `application/problem+json` for programs.

use askama::Template;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::json;

use crate::app::App;
use crate::ask::Ask;
use crate::csrf;
use crate::page::{Page, filled, is_ours};
use crate::refusal::Refusal;
use crate::route::{Kind, Side};

/// What the reader can do now.
struct Step {
    href: String,
    label: String,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    status: u16,
    message: String,
    steps: Vec<Step>,
    reference: String,
}

#[derive(Template)]
#[template(path = "error_staff.html")]
struct StaffErrorPage {
    page: Page,
    status: u16,
    message: String,
    steps: Vec<Step>,
    reference: String,
}

/// Does the caller's Accept header name JSON and not HTML?
pub(crate) fn prefers_json(asked: &HeaderMap) -> bool {
    let accepts = |kind: &str| {
        asked.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok()).any(|line| line.contains(kind))
    };
    accepts("json") && !accepts("html")
}

/// Writes a refusal for this caller.
pub(crate) fn answer(app: &App, ask: &Ask, prefers_json: bool, refusal: &Refusal) -> Response {
    log(ask, refusal);
    let json = ask.kind == Kind::Api || csrf::for_machines(&ask.path) || prefers_json;
    let mut response = match refusal.goes_to() {
        Some(to) if !json && is_ours(to) => crate::page::see_other(to),
        _ if json => problem(app, ask, refusal),
        _ => page(app, ask, refusal),
    };
    let headers = response.headers_mut();
    if let Some(seconds) = refusal.wait() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(methods) = refusal.methods()
        && let Ok(value) = HeaderValue::from_str(methods)
    {
        headers.insert(header::ALLOW, value);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn log(ask: &Ask, refusal: &Refusal) {
    let (id, route, cause) = (ask.id.as_str(), ask.pattern, refusal.cause().unwrap_or(""));
    if refusal.status() == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(id, route, cause, "a request failed by our own fault");
    } else if refusal.status().is_server_error() {
        tracing::warn!(id, route, slug = refusal.slug(), cause, "a request could not be served");
    } else {
        tracing::debug!(id, route, slug = refusal.slug(), cause, "a request was refused");
    }
}

fn problem(app: &App, ask: &Ask, refusal: &Refusal) -> Response {
    let t = ask.t();
    let (title, next) = refusal.keys();
    let mut body = json!({
        "type": app.config.public_url.join(&format!("/problems/{}", refusal.slug())),
        "title": filled(t, title, refusal.args()),
        "status": refusal.status().as_u16(),
        "detail": filled(t, next, refusal.args()),
        "instance": format!("urn:yokogushi:request:{}", ask.id),
    });
    if !refusal.field_faults().is_empty() {
        body["errors"] = refusal
            .field_faults()
            .iter()
            .map(|fault| json!({"field": fault.field, "detail": fault.sentence(t)}))
            .collect();
    }
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = refusal.status();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(ask.locale.html_lang()));
    response
}

fn page(app: &App, ask: &Ask, refusal: &Refusal) -> Response {
    let t = ask.t();
    let (title, next) = refusal.keys();
    let mut page = Page::titled(app, ask, filled(t, title, refusal.args()));
    page.private = true;
    let message = filled(t, next, refusal.args());
    let mut steps: Vec<Step> =
        refusal.field_faults().iter().map(|fault| Step { href: String::new(), label: fault.sentence(t) }).collect();
    let here = ask.path.split('?').next().unwrap_or("/").to_owned();
    if refusal.wait().is_some() && ask.kind == Kind::Page && is_ours(&here) {
        steps.push(Step { href: ask.path.clone(), label: t.text("errors-step-again").into_owned() });
    }
    let home = if ask.side == Side::Staff { ("/staff", "errors-step-staff") } else { ("/", "errors-step-home") };
    steps.push(Step { href: home.0.to_owned(), label: t.text(home.1).into_owned() });
    if !page.office.tel.is_empty() && ask.side != Side::Staff {
        steps.push(Step {
            href: format!("tel:{}", page.office.tel),
            label: t.with("errors-step-call", [("phone", page.office.phone.as_str().into())]).into_owned(),
        });
    }
    // Only faults of our own need a number to ask by; the others explain themselves.
    let reference = if refusal.status().is_server_error() { ask.id.clone() } else { String::new() };
    let status = refusal.status().as_u16();
    let text = if ask.side == Side::Staff {
        StaffErrorPage { page, status, message, steps, reference }.render()
    } else {
        ErrorPage { page, status, message, steps, reference }.render()
    };
    match text {
        Ok(text) => {
            let mut response = Response::new(Body::from(text));
            *response.status_mut() = refusal.status();
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            response
        }
        Err(error) => {
            tracing::error!(%error, "the error page itself could not be written");
            refusal.status().into_response()
        }
    }
}
