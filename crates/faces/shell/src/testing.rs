//! The whole of a face in one process, for tests: a router over a fresh database, a browser, staff of any role.
#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "for tests: what cannot be prepared ends the test with its reason"
)]

use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use kernel::World;
use kernel::locale::Localized;
use kernel::text::Line;
use people::{
    Actor, Begun, Cost, FirstPassword, Hold, Keeper, Login, Password, PersonData, PersonId, PutPost, PutUnit, Role,
    SecondFactor, SignIn, UnitId, UnitKind,
};
use store::{Act, Db, Tx};
use tower::ServiceExt;

use crate::{App, Config, Door, NavItem, Route, Table, cookies, router};

const PREPARE: Act = Act::bulk("testing.prepare");
/// The address of the house in tests.
pub const ORIGIN: &str = "http://127.0.0.1:8080";

/// An answer, whole in memory.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// A header's value, empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    /// The value of a cookie that was set.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.headers
            .get_all(header::SET_COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok()?.split(';').next()?.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    }

    /// Fails the test, showing the body, unless the status is this one.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        let shown: String = self.text().chars().take(3000).collect();
        assert_eq!(self.status.as_u16(), status, "{} {shown}", self.header("location"));
        self
    }
}

/// A browser: sends what browsers send, keeps one session cookie.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    /// The `Cookie` header.
    pub cookies: String,
    /// The `Accept-Language` header.
    pub languages: &'static str,
}

/// The house under test.
#[derive(Clone)]
pub struct House {
    /// The state of its handlers.
    pub app: App,
    /// Its table.
    pub table: Table,
    router: Router,
}

impl House {
    /// A house of these routes over a database, everything behind one door.
    pub async fn open(db: Db, routes: Vec<Route>) -> Self {
        Self::open_with(db, World::real(), routes, Vec::new(), Door::Whole).await
    }

    /// A house that asks everybody for a second factor, as cities do.
    pub async fn open_strict(db: Db, routes: Vec<Route>) -> Self {
        let config = Config::new(ORIGIN.parse().expect("the address of the house"));
        Self::open_at(db, World::real(), config, routes, Vec::new(), Door::Whole).await
    }

    /// A house with most choices; who has no second factor need not set one up.
    pub async fn open_with(db: Db, world: World, routes: Vec<Route>, nav: Vec<NavItem>, door: Door) -> Self {
        let mut config = Config::new(ORIGIN.parse().expect("the address of the house"));
        config.policy.second_factor = SecondFactor::WhenEnrolled;
        Self::open_at(db, world, config, routes, nav, door).await
    }

    /// A house with all choices.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn open_at(
        db: Db,
        world: World,
        config: Config,
        routes: Vec<Route>,
        nav: Vec<NavItem>,
        door: Door,
    ) -> Self {
        let keeper = Keeper::new(Cost::LEAST, 4).expect("a keeper of passwords");
        let app = App::open(db, world, config, keeper, nav).await.expect("the house opens");
        let table = Table::new(routes).unwrap_or_else(|error| panic!("{error}"));
        let router = router(&table, &app, door);
        Self { app, table, router }
    }

    /// Sends a request as it is.
    ///
    /// # Panics
    /// When the body of the answer breaks off.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        let answer = self.router.clone().oneshot(request).await;
        let Ok(response) = answer;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("the whole body").to_bytes();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    /// Reads a page as nobody.
    pub async fn get(&self, path: &str) -> Reply {
        self.get_as(&Browser::default(), path).await
    }

    /// Reads a page.
    pub async fn get_as(&self, browser: &Browser, path: &str) -> Reply {
        self.send(browser.request(Method::GET, path).body(Body::empty()).expect("a request")).await
    }

    /// Sends a form as a browser does from our own page.
    pub async fn post_as(&self, browser: &Browser, path: &str, form: &[(&str, &str)]) -> Reply {
        let body = serde_html_form::to_string(form).expect("a form");
        let request = browser
            .request(Method::POST, path)
            .header("sec-fetch-site", "same-origin")
            .header(header::ORIGIN, "null")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::CONTENT_LENGTH, body.len());
        self.send(request.body(Body::from(body)).expect("a request")).await
    }

    /// Calls the API as a program does.
    pub async fn call(&self, method: Method, path: &str, body: Option<serde_json::Value>) -> Reply {
        let request = Request::builder().method(method).uri(path);
        let request = match body {
            Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.send(request.expect("a request")).await
    }

    /// Somebody in a new unit with a post of these roles, signed in.
    pub async fn staff(&self, login: &str, roles: &[Role]) -> (Browser, PersonId, UnitId) {
        let unit = self.unit(login).await;
        let (browser, person) = self.staff_of(login, roles, unit).await;
        (browser, person, unit)
    }

    /// A new division.
    ///
    /// # Panics
    /// When it cannot be added.
    pub async fn unit(&self, code: &str) -> UnitId {
        let put = PutUnit {
            code: Line::parse(code).expect("a code"),
            from: self.app.world.today(),
            kind: UnitKind::Division,
            parent: None,
            name: Localized::new("市民課", "しみんか", "Residents Division"),
            telephone: None,
            fax: None,
            hours: None,
            sort: 1,
        };
        let world = self.app.world.clone();
        let made = self
            .app
            .db
            .write(PREPARE, async move |tx: &mut Tx<'_>| people::put_unit(tx, &world, Actor::Program, &put).await)
            .await;
        made.expect("a unit")
    }

    /// Somebody with a post of these roles in a unit, signed in with the password `a long enough password`.
    ///
    /// # Panics
    /// When a step fails.
    pub async fn staff_of(&self, login: &str, roles: &[Role], unit: UnitId) -> (Browser, PersonId) {
        let app = &self.app;
        let password = Password::chosen(PASSWORD, login).expect("a password");
        let hash = app.keeper.hash(&app.world, &password).await.expect("a hash");
        let data = PersonData {
            number: None,
            login: Login::parse(login).expect("a login"),
            name: Line::parse("試験 花子").expect("a name"),
            kana: Line::parse("シケン ハナコ").expect("a reading"),
        };
        let post = PutPost {
            code: Line::parse(&format!("{login}-post")).expect("a code"),
            unit,
            from: app.world.today(),
            title: Localized::new("主任", "しゅにん", "Senior clerk"),
            roles: roles.iter().copied().collect(),
            sort: 1,
        };
        let first = FirstPassword { hash, must_change: false };
        let world = app.world.clone();
        let person = app
            .db
            .write(PREPARE, async move |tx: &mut Tx<'_>| {
                let person = people::add_person(tx, &world, Actor::Program, &data, Some(&first)).await;
                let person = person.map_err(|error| store::Error::Schema(error.to_string()))?;
                let post = people::put_post(tx, &world, Actor::Program, &post).await;
                let post = post.map_err(|error| store::Error::Schema(error.to_string()))?;
                let hold = Hold { person, post, day: world.today(), concurrent: false };
                let held = people::hold(tx, &world, Actor::Program, hold).await;
                held.map_err(|error| store::Error::Schema(error.to_string()))?;
                Ok::<_, store::Error>(person)
            })
            .await
            .expect("a person with a post");
        let form = SignIn {
            login: login.to_owned(),
            password: PASSWORD.to_owned(),
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            device: Line::parse("test").expect("a device"),
        };
        match people::begin_sign_in(&app.db, &app.world, &app.keeper, &app.config.policy, &form).await {
            Ok(Begun::Opened(opened)) => (Browser::signed_in(&opened.token.reveal()), person),
            other => panic!("signing in failed: {other:?}"),
        }
    }
}

/// What staff made by [`House::staff`] sign in with.
pub const PASSWORD: &str = "a long enough password";

impl Browser {
    /// A browser with a session.
    #[must_use]
    pub fn signed_in(token: &str) -> Self {
        Self { cookies: format!("{}={token}", cookies::SESSION), languages: "" }
    }

    /// A request as this browser sends it.
    pub fn request(&self, method: Method, path: &str) -> http::request::Builder {
        let mut request = Request::builder().method(method).uri(path).header(header::ACCEPT, "text/html");
        for (name, value) in [(header::COOKIE, self.cookies.as_str()), (header::ACCEPT_LANGUAGE, self.languages)] {
            if !value.is_empty() {
                request = request.header(name, value);
            }
        }
        request
    }
}
