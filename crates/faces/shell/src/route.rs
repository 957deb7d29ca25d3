//! The table every address stands in: who may, on which side, what kind, and the handler.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::handler::Handler;
use axum::response::Response;
use http::Method;
use people::Permission;

use crate::app::App;
use crate::openapi::ApiDoc;

/// Who may call a route. The shell asks before the handler runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody, signed in or not.
    Anyone,
    /// Whoever holds the secret in the link; the handler checks it and answers 404 when it is wrong.
    Secret,
    /// Staff whose post carries this permission.
    Staff(Permission),
    /// Any signed-in member of staff, whatever the post.
    AnyStaff,
    /// Signed in, even while the first password or the second factor is still to be set.
    Entering,
}

/// Which door a route stands behind when the two are separate (`--staff-listen`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Residents.
    Public,
    /// The back office, the boards and the kiosk.
    Staff,
    /// Both: style sheets, health, language.
    Both,
}

/// What comes out, which decides errors, limits, caching and the CSRF rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A page to read.
    Page,
    /// A form sent by a page.
    Form,
    /// JSON for programs.
    Api,
    /// A stream that says "changed".
    Live,
    /// Bytes: style sheets, CSV, pictures.
    File,
}

type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;
type Run = Arc<dyn Fn(Request, App) -> Answer + Send + Sync>;

/// One address and its rules. Made by [`Route::page`], [`Route::form`], [`Route::api`], [`Route::live`], [`Route::file`].
#[derive(Clone)]
pub struct Route {
    /// The HTTP method.
    pub method: Method,
    /// The pattern: `/visits/{number}`.
    pub path: &'static str,
    /// Who may call it.
    pub who: Who,
    /// The door it stands behind.
    pub side: Side,
    /// What comes out.
    pub kind: Kind,
    /// Its description, for API routes.
    pub doc: Option<ApiDoc>,
    /// The largest body taken, in bytes.
    pub body_limit: usize,
    /// How long the handler may take; none for streams.
    pub patience: Option<Duration>,
    pub(crate) run: Run,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {:?} {:?} {:?}", self.method, self.path, self.who, self.side, self.kind)
    }
}

/// 64 KiB: the longest form anybody fills in by hand is far below.
pub const BODY_LIMIT: usize = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(30);

fn side_of(path: &str, who: Who) -> Side {
    let staff = matches!(who, Who::Staff(_) | Who::AnyStaff | Who::Entering)
        || ["/staff", "/board", "/kiosk"]
            .iter()
            .any(|prefix| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    if staff { Side::Staff } else { Side::Public }
}

impl Route {
    fn new<H, T>(method: Method, path: &'static str, who: Who, kind: Kind, handler: H) -> Self
    where
        H: Handler<T, App> + Sync,
        T: 'static,
    {
        // Each handler is boxed here, so that the router's type does not grow with the table.
        let run: Run = Arc::new(move |request, app| {
            let answer = handler.clone().call(request, app);
            Box::pin(answer)
        });
        Self {
            method,
            path,
            who,
            side: side_of(path, who),
            kind,
            doc: None,
            body_limit: BODY_LIMIT,
            patience: Some(PATIENCE),
            run,
        }
    }

    /// `GET` of a page (HEAD follows from it).
    pub fn page<H, T>(path: &'static str, who: Who, handler: H) -> Self
    where
        H: Handler<T, App> + Sync,
        T: 'static,
    {
        Self::new(Method::GET, path, who, Kind::Page, handler)
    }

    /// `POST` of a form; answers with a redirect (303) or the page again with its errors (422).
    pub fn form<H, T>(path: &'static str, who: Who, handler: H) -> Self
    where
        H: Handler<T, App> + Sync,
        T: 'static,
    {
        Self::new(Method::POST, path, who, Kind::Form, handler)
    }

    /// A JSON operation with its description.
    pub fn api<H, T>(method: Method, path: &'static str, who: Who, doc: ApiDoc, handler: H) -> Self
    where
        H: Handler<T, App> + Sync,
        T: 'static,
    {
        let mut route = Self::new(method, path, who, Kind::Api, handler);
        route.doc = Some(doc);
        route
    }

    /// A stream of "changed" events; see [`crate::live()`].
    pub fn live<H, T>(path: &'static str, who: Who, handler: H) -> Self
    where
        H: Handler<T, App> + Sync,
        T: 'static,
    {
        let mut route = Self::new(Method::GET, path, who, Kind::Live, handler);
        route.patience = None;
        route
    }

    /// `GET` of bytes that are no page: CSV, pictures, style sheets.
    pub fn file<H, T>(path: &'static str, who: Who, handler: H) -> Self
    where
        H: Handler<T, App> + Sync,
        T: 'static,
    {
        Self::new(Method::GET, path, who, Kind::File, handler)
    }

    /// Puts the route behind another door than its path says.
    #[must_use]
    pub fn on(mut self, side: Side) -> Self {
        self.side = side;
        self
    }

    /// Takes larger (or only smaller) bodies.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Lets the handler take longer than 30 seconds.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Gives the handler something of its face's own, taken with [`axum::Extension`].
    #[must_use]
    pub fn given<X: Clone + Send + Sync + 'static>(mut self, thing: X) -> Self {
        let run = self.run;
        self.run = Arc::new(move |mut request, app| {
            request.extensions_mut().insert(thing.clone());
            run(request, app)
        });
        self
    }

    /// Do answers hold something personal, so that nobody may keep them?
    pub fn is_personal(&self) -> bool {
        self.side == Side::Staff || self.who != Who::Anyone
    }
}

/// Why a table of routes was refused; a mistake in the program, found when it starts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Two routes with one method and one path (names of parameters do not tell paths apart).
    #[error("{0} {1} is in the table twice")]
    Twice(Method, String),
    /// A route for staff behind the residents' door.
    #[error("{0} {1} is for staff and must stand on the staff side")]
    WrongSide(Method, String),
    /// A GET that takes a form, or a POST page.
    #[error("{0} {1}: this kind of route cannot have this method")]
    Method(Method, String),
    /// An API route outside the machine addresses, where the CSRF rule would refuse programs.
    #[error("{0} {1}: API routes live under /api/, /open311/ or /hooks/")]
    ApiPath(Method, String),
    /// Two operations with one name.
    #[error("the operation name {0} is used twice")]
    Operation(String),
}

/// All routes of the house, checked.
#[derive(Debug, Clone)]
pub struct Table {
    routes: Arc<[Route]>,
}

fn shape(path: &str) -> String {
    path.split('/')
        .map(|part| match part {
            _ if part.starts_with("{*") => "{*}",
            _ if part.starts_with('{') => "{}",
            _ => part,
        })
        .collect::<Vec<_>>()
        .join("/")
}

impl Table {
    /// Checks the routes of all faces together and adds the shell's own.
    ///
    /// # Errors
    /// When two routes collide or one breaks a rule of the table.
    pub fn new(routes: Vec<Route>) -> Result<Self, TableError> {
        let mut routes = routes;
        routes.extend(crate::own::routes());
        let mut seen = BTreeMap::new();
        let mut operations = BTreeMap::new();
        for route in &routes {
            let at = || (route.method.clone(), route.path.to_owned());
            if seen.insert((route.method.to_string(), shape(route.path)), ()).is_some() {
                let (method, path) = at();
                return Err(TableError::Twice(method, path));
            }
            let staff_only = matches!(route.who, Who::Staff(_) | Who::AnyStaff | Who::Entering)
                || side_of(route.path, route.who) == Side::Staff;
            if staff_only && route.side != Side::Staff {
                let (method, path) = at();
                return Err(TableError::WrongSide(method, path));
            }
            let fits = match route.kind {
                Kind::Page | Kind::Live | Kind::File => route.method == Method::GET,
                Kind::Form => route.method == Method::POST,
                Kind::Api => true,
            };
            if !fits {
                let (method, path) = at();
                return Err(TableError::Method(method, path));
            }
            if route.kind == Kind::Api && !crate::csrf::for_machines(route.path) {
                let (method, path) = at();
                return Err(TableError::ApiPath(method, path));
            }
            if let Some(doc) = &route.doc
                && operations.insert(doc.id, ()).is_some()
            {
                return Err(TableError::Operation(doc.id.to_owned()));
            }
        }
        Ok(Self { routes: routes.into() })
    }

    /// Every route, in the order the faces gave them.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn nothing() {}

    fn refused(routes: Vec<Route>) -> TableError {
        Table::new(routes).unwrap_err()
    }

    #[test]
    fn the_table_refuses_what_would_be_a_hole() {
        assert!(matches!(
            refused(vec![Route::page("/a/{x}", Who::Anyone, nothing), Route::page("/a/{y}", Who::Secret, nothing),]),
            TableError::Twice(..)
        ));
        assert!(matches!(
            refused(vec![Route::page("/staff/x", Who::Anyone, nothing).on(Side::Public)]),
            TableError::WrongSide(..)
        ));
        assert!(matches!(
            refused(vec![Route::page("/x", Who::AnyStaff, nothing).on(Side::Both)]),
            TableError::WrongSide(..)
        ));
        assert!(matches!(
            refused(vec![Route::api(
                Method::GET,
                "/visits.json",
                Who::Anyone,
                ApiDoc::new("visits", "t", "s"),
                nothing
            )]),
            TableError::ApiPath(..)
        ));
        assert!(
            Table::new(vec![
                Route::page("/a/{x}", Who::Anyone, nothing),
                Route::form("/a/{x}", Who::Anyone, nothing),
                Route::page("/a/b", Who::Anyone, nothing),
            ])
            .is_ok()
        );
    }

    #[test]
    fn sides_follow_from_paths_and_callers() {
        let side = |path, who| Route::page(path, who, nothing).side;
        assert_eq!(side("/staff", Who::Anyone), Side::Staff);
        assert_eq!(side("/board/{counter}", Who::Anyone), Side::Staff);
        assert_eq!(side("/staffing", Who::Anyone), Side::Public);
        assert_eq!(side("/x", Who::AnyStaff), Side::Staff);
    }
}
