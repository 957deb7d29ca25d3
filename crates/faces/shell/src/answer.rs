//! The one way every request takes: language, origin, who may, limits, handler, errors, headers.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::any;
use bytes::Bytes;
use data_encoding::BASE32_NOPAD;
use futures_util::FutureExt;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use http_body::Body as _;
use http_body_util::{BodyExt, Limited};
use kernel::Stopwatch;
use people::{Must, Staff, Token};
use store::{Act, Tx};

use crate::app::App;
use crate::ask::{Ask, Known};
use crate::cached::Kept;
use crate::headers::Cache;
use crate::live::Seat;
use crate::refusal::Refusal;
use crate::route::{Kind, Route, Side, Table, Who};
use crate::{address, cookies, csrf, errors, gzip, input, language, openapi};

/// The address of the connection, put into each request by the server.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Which routes a listener has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// All: one listener for everybody.
    Whole,
    /// Residents' only.
    Public,
    /// Staff's only.
    Staff,
}

impl Door {
    fn has(self, side: Side) -> bool {
        match self {
            Self::Whole => true,
            Self::Public => side != Side::Staff,
            Self::Staff => side != Side::Public,
        }
    }
}

const SIGN_IN: &str = "/staff/sign-in";
const FIRST_PASSWORD: &str = "/staff/first-password";
const SECOND_FACTOR: &str = "/staff/second-factor";
const TOUCH: Act = Act::staff("people.touch");

/// Everything that answers under one path.
struct Address {
    methods: BTreeMap<String, Route>,
}

impl Address {
    fn find(&self, method: &Method) -> Option<&Route> {
        let method = if method == Method::HEAD { "GET" } else { method.as_str() };
        self.methods.get(method)
    }

    fn allow(&self) -> String {
        let mut list: Vec<&str> = self.methods.keys().map(String::as_str).collect();
        if self.methods.contains_key("GET") {
            list.push("HEAD");
        }
        list.join(", ")
    }

    fn any(&self) -> Option<&Route> {
        self.methods.values().next()
    }
}

/// The axum router of the routes behind one door.
pub fn router(table: &Table, app: &App, door: Door) -> Router {
    app.description.get_or_init(|| {
        let document = openapi::document(table, env!("CARGO_PKG_VERSION"));
        Kept::new("application/json", document.to_string())
    });
    app.reasons.get_or_init(|| openapi::reasons(table));
    let mut addresses: BTreeMap<&'static str, Address> = BTreeMap::new();
    for route in table.routes().iter().filter(|route| door.has(route.side)) {
        let address = addresses.entry(route.path).or_insert_with(|| Address { methods: BTreeMap::new() });
        address.methods.insert(route.method.to_string(), route.clone());
    }
    let mut router = Router::new();
    for (path, address) in addresses {
        let (address, app) = (Arc::new(address), app.clone());
        router = router.route(path, any(move |request| answer(app, door, Some(address), request)));
    }
    let app = app.clone();
    router.fallback(move |request| answer(app, door, None, request))
}

async fn answer(app: App, door: Door, address: Option<Arc<Address>>, request: Request) -> Response {
    let watch = Stopwatch::start();
    let (parts, body) = request.into_parts();
    let address = address.as_deref();
    let route = address.and_then(|address| address.find(&parts.method));
    let mut known = know(&app, door, route.or_else(|| address.and_then(Address::any)), &parts);
    let seen = Seen::of(&parts);
    let admitted = match (address, route) {
        _ if parts.uri.path().contains("%00") => Err(Refusal::not_found()),
        (Some(_), Some(route)) => admit(&app, route, &mut known, &parts).await.map(|()| route),
        (Some(address), None) => Err(Refusal::wrong_method().allow(address.allow())),
        (None, _) => Err(Refusal::not_found()),
    };
    let ask = Ask::new(known);
    let mut response = match admitted {
        Ok(route) => run(&app, route, &ask, seen.reads_json, Request::from_parts(parts, body)).await,
        Err(refusal) => {
            drain(body).await;
            errors::answer(&app, &ask, seen.reads_json, &refusal)
        }
    };
    if seen.gzip {
        response = packed(response).await;
    }
    finish(&app, route, &ask, &seen, &mut response);
    if seen.head {
        response = without_body(response);
    }
    note(&ask, &seen.method, response.status(), &watch);
    response
}

/// What is still needed of the request after the handler took it.
struct Seen {
    method: Method,
    head: bool,
    gzip: bool,
    reads_json: bool,
    language: Option<&'static str>,
}

impl Seen {
    fn of(parts: &Parts) -> Self {
        let headers = &parts.headers;
        Self {
            method: parts.method.clone(),
            head: parts.method == Method::HEAD,
            gzip: gzip::accepted(headers),
            reads_json: errors::prefers_json(headers),
            language: language::asked(parts.uri.query()).map(kernel::locale::Locale::code),
        }
    }
}

fn know(app: &App, door: Door, route: Option<&Route>, parts: &Parts) -> Known {
    let headers = &parts.headers;
    let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0);
    let path = parts.uri.path();
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let unlisted = if door == Door::Staff || path.starts_with("/staff/") { Side::Staff } else { Side::Public };
    Known {
        id: BASE32_NOPAD.encode(&app.world.bytes::<5>()),
        locale: language::of(parts.uri.query(), headers),
        large_text: cookies::read(headers, cookies::LARGE_TEXT) == Some("1"),
        staff: None,
        caller: address::caller(peer, headers, &app.config.trusted_proxies),
        device: text(header::USER_AGENT).unwrap_or("").chars().take(200).collect(),
        path: parts.uri.path_and_query().map_or("/", |all| all.as_str()).to_owned(),
        pattern: route.map_or("-", |route| route.path),
        kind: route.map_or(if csrf::for_machines(path) { Kind::Api } else { Kind::Page }, |route| route.kind),
        side: route.map_or(unlisted, |route| route.side),
        who: route.map_or(Who::Anyone, |route| route.who),
        cookies_work: cookies_work(app, text(header::HOST)),
        session: cookies::read(headers, cookies::SESSION).map(str::to_owned),
    }
}

/// Over https always; else only where the browser and we are one machine.
fn cookies_work(app: &App, host: Option<&str>) -> bool {
    let url = app.config.staff_url();
    let asked = host.and_then(|host| format!("http://{host}").parse::<address::PublicUrl>().ok());
    url.https() || asked.as_ref().unwrap_or(url).trustworthy()
}

/// Everything that is asked before the handler may run.
async fn admit(app: &App, route: &Route, known: &mut Known, parts: &Parts) -> Result<(), Refusal> {
    let headers = &parts.headers;
    let url = if route.side == Side::Staff { app.config.staff_url() } else { &app.config.public_url };
    let asked = csrf::Asked {
        method: &parts.method,
        path: parts.uri.path(),
        side: route.side,
        kind: route.kind,
        has_session: known.session.is_some(),
    };
    if !csrf::allowed(asked, headers, url) {
        return Err(Refusal::foreign());
    }
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > route.body_limit as u64) {
        return Err(Refusal::too_large(route.body_limit));
    }
    // On the staff side everybody signed in is known, so that the sign-in page can lead on.
    if route.side == Side::Staff {
        known.staff = signed_in(app, known.session.as_deref()).await?;
    }
    let staff = known.staff.as_ref();
    match (route.who, staff) {
        (Who::Anyone | Who::Secret, _) => Ok(()),
        (Who::Staff(_) | Who::AnyStaff | Who::Entering, None) => Err(Refusal::sign_in(sign_in(route, parts))),
        (Who::Entering, Some(_)) => Ok(()),
        (Who::Staff(permission), Some(staff)) => match staff.must {
            Some(must) => Err(Refusal::sign_in(next_step(must).to_owned())),
            None if staff.can(permission) => Ok(()),
            None => Err(Refusal::forbidden()),
        },
        (Who::AnyStaff, Some(staff)) => match staff.must {
            Some(must) => Err(Refusal::sign_in(next_step(must).to_owned())),
            None => Ok(()),
        },
    }
}

fn next_step(must: Must) -> &'static str {
    match must {
        Must::ChangePassword => FIRST_PASSWORD,
        Must::EnrolSecondFactor => SECOND_FACTOR,
    }
}

/// The sign-in page, which leads back here when here is a page.
fn sign_in(route: &Route, parts: &Parts) -> String {
    let path = parts.uri.path_and_query().map_or("", |all| all.as_str());
    if route.kind != Kind::Page || path == "/staff" {
        return SIGN_IN.to_owned();
    }
    let encoded: String = path
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    format!("{SIGN_IN}?next={encoded}")
}

async fn signed_in(app: &App, token: Option<&str>) -> Result<Option<Staff>, Refusal> {
    let Some(token) = token.and_then(Token::parse) else { return Ok(None) };
    let now = app.world.now();
    let staff = app.db.read(async move |tx: &mut Tx<'_>| people::authenticate(tx, &token, now).await).await?;
    if let Some(staff) = staff.as_ref().filter(|staff| staff.stale) {
        let (world, session) = (app.world.clone(), staff.session);
        // Marking use is no reason to refuse a request that only reads.
        let marked: Result<(), store::Error> =
            app.db.write(TOUCH, async move |tx: &mut Tx<'_>| people::touch(tx, &world, session).await).await;
        if let Err(error) = marked {
            tracing::warn!(%error, "a session could not be marked as used");
        }
    }
    Ok(staff)
}

async fn run(app: &App, route: &Route, ask: &Ask, reads_json: bool, request: Request) -> Response {
    let seat = match route.kind {
        Kind::Live => match app.live.seat(ask.caller) {
            Ok(seat) => seat,
            Err(refusal) => return errors::answer(app, ask, reads_json, &refusal),
        },
        _ => None,
    };
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(ask.clone());
    parts.extensions.insert(input::Most(route.body_limit));
    let request = Request::from_parts(parts, Body::new(Limited::new(body, route.body_limit)));
    let work = AssertUnwindSafe((route.run)(request, app.clone())).catch_unwind();
    let done = match route.patience {
        Some(patience) => tokio::time::timeout(patience, work).await.map_err(|_| Refusal::too_slow()),
        None => Ok(work.await),
    };
    let refusal = match done {
        Ok(Ok(mut response)) => {
            let stated = response.extensions_mut().remove::<Refusal>();
            match stated {
                Some(refusal) => refusal,
                None if is_bare_failure(&response) => Refusal::of_status(response.status()),
                None => return held(response, seat),
            }
        }
        Ok(Err(panic)) => Refusal::internal(format!("a handler panicked: {}", words_of(&*panic))),
        Err(slow) => slow,
    };
    errors::answer(app, ask, reads_json, &refusal)
}

/// A stream keeps its seat for as long as somebody reads it.
fn held(response: Response, seat: Option<Seat>) -> Response {
    let Some(seat) = seat else { return response };
    response.map(|body| {
        Body::new(body.map_frame(move |frame| {
            let _seat = &seat;
            frame
        }))
    })
}

/// A failure in a framework's plain words, not written for people.
fn is_bare_failure(response: &Response) -> bool {
    let failed = response.status().is_client_error() || response.status().is_server_error();
    let kind = response.headers().get(header::CONTENT_TYPE);
    failed && kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no words")
}

/// Reads on past a refused body, so that the caller is still listening when the answer comes.
async fn drain(body: Body) {
    const MOST: usize = 16 * 1024 * 1024;
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);
    let read = async {
        let mut body = body;
        let mut seen = 0;
        while let Some(Ok(frame)) = body.frame().await {
            seen += frame.data_ref().map_or(0, Bytes::len);
            if seen > MOST {
                return;
            }
        }
    };
    // Whoever sends slower than this has to do without the answer.
    drop(tokio::time::timeout(PATIENCE, read).await);
}

/// Compresses a text answer that is whole in memory.
async fn packed(response: Response) -> Response {
    const MOST: u64 = 2 * 1024 * 1024;
    let size = response.body().size_hint().exact().unwrap_or(0);
    if size < gzip::SMALLEST as u64
        || size > MOST
        || response.headers().contains_key(header::CONTENT_ENCODING)
        || !gzip::is_text(response.headers())
    {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(plain) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return Response::from_parts(parts, Body::empty());
    };
    let Some(small) = gzip::pack(&plain, 5) else {
        return Response::from_parts(parts, Body::from(plain));
    };
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(small))
}

fn finish(app: &App, route: Option<&Route>, ask: &Ask, seen: &Seen, response: &mut Response) {
    let fixed = if ask.side == Side::Staff { &app.staff_headers } else { &app.public_headers };
    let headers = response.headers_mut();
    fixed.put(headers);
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, route.map_or(Cache::NoStore, Cache::of).header());
    }
    if !headers.contains_key(header::VARY) {
        let vary = match ask.kind {
            Kind::Page | Kind::Form => "Accept-Encoding, Accept-Language, Cookie",
            Kind::Api => "Accept-Encoding, Accept-Language",
            Kind::Live | Kind::File => "Accept-Encoding",
        };
        headers.insert(header::VARY, HeaderValue::from_static(vary));
    }
    if ask.side == Side::Staff || ask.who != Who::Anyone {
        headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    }
    if let Ok(id) = HeaderValue::from_str(&ask.id) {
        headers.insert("x-request-id", id);
    }
    if let (Kind::Page, Some(code)) = (ask.kind, seen.language) {
        let secure = app.config.public_url.https();
        if let Some(line) = cookies::write(cookies::LANGUAGE, code, cookies::YEAR, secure) {
            headers.append(header::SET_COOKIE, line);
        }
    }
}

/// The answer to HEAD: what GET would say, without its body.
fn without_body(response: Response) -> Response {
    let size = response.body().size_hint().exact();
    let (mut parts, _) = response.into_parts();
    if let Some(size) = size {
        parts.headers.entry(header::CONTENT_LENGTH).or_insert_with(|| HeaderValue::from(size));
    }
    Response::from_parts(parts, Body::empty())
}

/// The access log: the pattern, never the path, which may hold a secret. Successful reading is quiet.
fn note(ask: &Ask, method: &Method, status: StatusCode, watch: &Stopwatch) {
    let ms = u64::try_from(watch.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (id, route, status) = (ask.id.as_str(), ask.pattern, status.as_u16());
    let quiet = status < 400 && (method == Method::GET || method == Method::HEAD);
    if quiet {
        tracing::debug!(target: "access", %method, route, status, ms, id);
    } else {
        tracing::info!(target: "access", %method, route, status, ms, id);
    }
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
