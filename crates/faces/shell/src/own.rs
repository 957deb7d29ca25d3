//! The shell's own routes: health, files, the API's description, language and text size.

use askama::Template;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kernel::locale::Locale;
use serde::Deserialize;
use serde_json::json;

use crate::app::App;
use crate::ask::Ask;
use crate::cached::Kept;
use crate::cookies;
use crate::gzip;
use crate::headers::Cache;
use crate::input::{Form, Path};
use crate::openapi::Reason;
use crate::page::{Page, filled, html, is_ours, see_other};
use crate::refusal::Refusal;
use crate::route::{Route, Side, Who};

/// What every listener has.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::file("/livez", Who::Anyone, livez).on(Side::Both),
        Route::file("/readyz", Who::Anyone, readyz).on(Side::Both),
        Route::file("/assets/{*path}", Who::Anyone, asset).on(Side::Both),
        Route::file("/sw.js", Who::Anyone, asset).on(Side::Public),
        Route::file("/favicon.ico", Who::Anyone, asset).on(Side::Both),
        Route::file("/robots.txt", Who::Anyone, robots).on(Side::Both),
        Route::file("/manifest.webmanifest", Who::Anyone, manifest).on(Side::Public),
        Route::page("/offline", Who::Anyone, offline).on(Side::Public),
        Route::file("/api/openapi.json", Who::Anyone, description).on(Side::Public),
        Route::page("/problems/{slug}", Who::Anyone, problem).on(Side::Public),
        Route::form("/settings/language", Who::Anyone, language).on(Side::Both),
        Route::form("/settings/text", Who::Anyone, text_size).on(Side::Both),
    ]
}

fn text(status: StatusCode, words: impl Into<Body>) -> Response {
    let mut response = Response::new(words.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, Cache::NoStore.header());
    response
}

/// The process runs.
async fn livez() -> Response {
    text(StatusCode::OK, "ok\n")
}

/// The database answers and holds what this program expects.
async fn readyz(State(app): State<App>) -> Result<Response, Refusal> {
    match app.db.ready().await {
        Ok(()) => Ok(text(StatusCode::OK, "ok\n")),
        Err(store::Error::Schema(reason)) => {
            // For whoever operates it: which step of the schema, and what to do. Plain text would pass for a framework's failure.
            let body = json!({ "ready": false, "reason": reason }).to_string();
            let mut response = text(StatusCode::SERVICE_UNAVAILABLE, body);
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            Ok(response)
        }
        Err(other) => Err(other.into()),
    }
}

/// An embedded file.
async fn asset(request: Request) -> Result<Response, Refusal> {
    let asset = assets::get(request.uri().path()).ok_or_else(Refusal::not_found)?;
    let packed = asset.gzip.filter(|_| gzip::accepted(request.headers()));
    let mut response = Response::new(Body::from(Bytes::from_static(packed.unwrap_or(asset.bytes))));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    if packed.is_some() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    let cache = if asset.immutable { Cache::Forever.header() } else { HeaderValue::from_static("no-cache") };
    headers.insert(header::CACHE_CONTROL, cache);
    Ok(response)
}

/// Crawlers stay out of what belongs to one person; nothing is hidden by this, only not advertised.
async fn robots() -> Response {
    let mut response = text(StatusCode::OK, "User-agent: *\nDisallow: /staff\nDisallow: /board\nDisallow: /kiosk\n");
    response.headers_mut().insert(header::CACHE_CONTROL, Cache::Public(3600).header());
    response
}

/// What a phone needs to keep the site as an app, under the city's own name.
async fn manifest(State(app): State<App>, ask: Ask) -> Response {
    let city = app.city();
    let name = city.name.get(ask.locale);
    let icons: Vec<_> = [("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any"), ("icon-maskable-512.png", "512x512", "maskable")]
        .into_iter()
        .filter(|(name, ..)| assets::named(name).is_some())
        .map(|(name, sizes, purpose)| json!({"src": assets::url(name), "sizes": sizes, "type": "image/png", "purpose": purpose}))
        .collect();
    let body = json!({
        "id": "/", "start_url": "/", "scope": "/", "display": "standalone",
        "name": name, "short_name": name, "lang": ask.locale.html_lang(),
        "background_color": "#ffffff", "theme_color": "#ffffff", "icons": icons,
    });
    let mut response = Response::new(Body::from(body.to_string()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/manifest+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding, Accept-Language, Cookie"));
    response
}

#[derive(Template)]
#[template(path = "offline.html")]
struct OfflinePage {
    page: Page,
}

/// What the service worker shows when there is no network; it keeps this page beforehand.
async fn offline(State(app): State<App>, ask: Ask) -> Result<Response, Refusal> {
    html(&OfflinePage { page: Page::new(&app, &ask, "errors-offline-title") })
}

/// The API's description, made when the router was.
async fn description(State(app): State<App>, headers: HeaderMap) -> Result<Response, Refusal> {
    let kept: &Kept = app.description.get().ok_or_else(|| Refusal::internal("no router was made from the table"))?;
    Ok(kept.answer(&headers, Cache::Ask))
}

/// What a problem's `type` leads to: who refuses with it, and why.
#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    page: Page,
    /// What happened and what to do, for problems every operation may have.
    general: Option<(String, String)>,
    reasons: Vec<Reason>,
}

async fn problem(State(app): State<App>, ask: Ask, Path(slug): Path<String>) -> Result<Response, Refusal> {
    let reasons = app.reasons.get().into_iter().flatten().filter(|reason| reason.slug == slug);
    let reasons: Vec<Reason> = reasons.cloned().collect();
    let t = ask.t();
    let general = Refusal::general().into_iter().find(|refusal| refusal.slug() == slug).map(|refusal| {
        let (title, next) = refusal.keys();
        (filled(t, title, refusal.args()), filled(t, next, refusal.args()))
    });
    if reasons.is_empty() && general.is_none() {
        return Err(Refusal::not_found());
    }
    html(&ProblemPage { page: Page::titled(&app, &ask, slug), general, reasons })
}

#[derive(Deserialize)]
struct LanguageForm {
    lang: String,
    #[serde(default)]
    back: String,
}

#[derive(Deserialize)]
struct TextForm {
    size: String,
    #[serde(default)]
    back: String,
}

/// Where the reader was, without a language in the address, which would win over the choice.
fn back(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let rest: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang=")).collect();
    let to = if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) };
    if is_ours(&to) { to } else { "/".to_owned() }
}

fn remember(app: &App, name: &str, value: &str, stay: cookies::Stay, path: &str) -> Response {
    let mut response = see_other(&back(path)).into_response();
    if let Some(line) = cookies::write(name, value, stay, app.config.public_url.https()) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

async fn language(State(app): State<App>, Form(form): Form<LanguageForm>) -> Result<Response, Refusal> {
    let locale = Locale::from_code(&form.lang).ok_or_else(|| Refusal::unreadable("no such language"))?;
    Ok(remember(&app, cookies::LANGUAGE, locale.code(), cookies::YEAR, &form.back))
}

async fn text_size(State(app): State<App>, Form(form): Form<TextForm>) -> Result<Response, Refusal> {
    let (value, stay) = match form.size.as_str() {
        "large" => ("1", cookies::YEAR),
        "normal" => ("0", cookies::Stay::Gone),
        _ => return Err(Refusal::unreadable("no such text size")),
    };
    Ok(remember(&app, cookies::LARGE_TEXT, value, stay, &form.back))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_keeps_all_but_the_language() {
        assert_eq!(back("/visits?service=1&lang=en&x=2"), "/visits?service=1&x=2");
        assert_eq!(back("/?lang=en"), "/");
        assert_eq!(back("https://evil.example/"), "/");
        assert_eq!(back("//evil.example/"), "/");
        assert_eq!(back(""), "/");
    }
}
