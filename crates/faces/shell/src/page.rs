//! What every template is given, and how a template becomes an answer.

use std::borrow::Cow;

use askama::Template;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use kernel::locale::{Locale, Localized};
use people::{Permission, Staff};
use serde::Serialize;
use words::{Tongue, Value};

use crate::app::App;
use crate::ask::Ask;
use crate::city;
use crate::refusal::{FieldFault, Refusal};
use crate::route::{Side, Who};

/// The city as a page shows it.
#[derive(Debug, Clone)]
pub struct CityName {
    /// Its name in the page's language.
    pub name: String,
    /// An invented city.
    pub demo: bool,
}

/// Who answers for a page: 「困ったときは」.
#[derive(Debug, Clone, Default)]
pub struct Office {
    /// The division.
    pub unit: String,
    /// The number as people write it.
    pub phone: String,
    /// The number as telephones take it.
    pub tel: String,
    /// The FAX number.
    pub fax: String,
    /// Opening hours, in lines.
    pub hours: String,
    /// The code of the counter whose division it is; empty when no counter's.
    pub counter: String,
}

impl Office {
    /// An office from texts already in the reader's language; empty texts are not shown.
    pub fn new(unit: &str, phone: &str, fax: &str, hours: &str) -> Self {
        Self {
            unit: unit.to_owned(),
            phone: phone.to_owned(),
            tel: phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect(),
            fax: fax.to_owned(),
            hours: hours.to_owned(),
            counter: String::new(),
        }
    }

    /// Says which counter's division it is, so that 「電話してほしい」 reaches it.
    #[must_use]
    pub fn counter(mut self, code: &str) -> Self {
        code.clone_into(&mut self.counter);
        self
    }
}

/// The strip over every resident's page while something threatens.
#[derive(Debug, Clone)]
pub struct Alert {
    /// The official level, 3 to 5.
    pub level: u8,
    /// What and where.
    pub title: String,
    /// What to do.
    pub action: String,
    /// More, with its time.
    pub text: String,
    /// Where to read on.
    pub href: String,
    /// The words of that link.
    pub link: String,
}

/// One line of the error summary; also shown beside its field.
#[derive(Debug, Clone)]
pub struct ErrorLine {
    /// The control's id; empty when no single field is wrong.
    pub field: String,
    /// What is wrong.
    pub message: String,
}

/// Who is signed in, as the top line shows it.
#[derive(Debug, Clone)]
pub struct StaffLine {
    /// The person.
    pub name: String,
    /// The post.
    pub post: String,
    /// The unit.
    pub unit: String,
    /// The counter being served; empty when none.
    pub counter: String,
}

/// One entry of the back office's rail.
#[derive(Debug, Clone)]
pub struct NavItem {
    /// Where it goes.
    pub href: &'static str,
    /// Its picture.
    pub icon: &'static str,
    /// The key of its words.
    pub key: &'static str,
    /// Shown only to whom this is allowed.
    pub needs: Option<Permission>,
}

/// One entry of the rail, ready to show.
#[derive(Debug, Clone)]
pub struct NavLine {
    /// Where it goes.
    pub href: &'static str,
    /// Its picture.
    pub icon: &'static str,
    /// Its words.
    pub label: Cow<'static, str>,
    /// How much waits there.
    pub count: Option<u32>,
    /// The reader is here.
    pub current: bool,
}

/// One choice of a question (radio, check box, list).
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// Its words.
    pub label: String,
    /// More words under it; empty = none.
    pub hint: String,
    /// A picture; empty = none.
    pub icon: &'static str,
    /// Chosen.
    pub checked: bool,
}

impl Choice {
    /// A choice with words only.
    pub fn new(value: impl Into<String>, label: impl Into<String>, checked: bool) -> Self {
        Self { value: value.into(), label: label.into(), checked, ..Self::default() }
    }
}

/// One row of the answers before they are sent.
#[derive(Debug, Clone)]
pub struct Row {
    /// The question.
    pub label: String,
    /// The answer, in lines.
    pub value: String,
    /// Where it can be changed; empty = nowhere.
    pub href: String,
}

/// The part of a page that the layouts show; every page's struct has it as `page`.
#[derive(Debug, Clone)]
pub struct Page {
    /// The words.
    pub t: Tongue,
    /// What the h1 says.
    pub title: String,
    /// The language.
    pub locale: Locale,
    /// Path and query, to come back after changing language or text size.
    pub path: String,
    /// The tab that is current: `home`, `visits`, `find`, `help` or none.
    pub tab: &'static str,
    /// The city.
    pub city: CityName,
    /// Who answers for the page; the city's own desk unless the page says otherwise.
    pub office: Office,
    /// What threatens.
    pub alert: Option<Alert>,
    /// Large text.
    pub large_text: bool,
    /// Of one person: not indexed, not kept by the service worker.
    pub private: bool,
    /// What is wrong with what was entered.
    pub errors: Vec<ErrorLine>,
    /// Who is signed in.
    pub staff: Option<StaffLine>,
    /// The back office's rail.
    pub nav: Vec<NavLine>,
    /// The address under which residents reach us, without a slash at the end.
    pub public_url: String,
}

impl Page {
    /// A page whose heading is the text under `title_key`.
    pub fn new(app: &App, ask: &Ask, title_key: &str) -> Self {
        let title = ask.t().text(title_key).into_owned();
        Self::titled(app, ask, title)
    }

    /// A page whose heading is already words.
    pub fn titled(app: &App, ask: &Ask, title: String) -> Self {
        let city = app.city();
        let staff = ask.staff.as_ref().filter(|_| ask.side == Side::Staff);
        Self {
            t: ask.t(),
            title,
            locale: ask.locale,
            path: ask.path.clone(),
            tab: "",
            office: city::office(&city, ask.locale),
            city: CityName { name: city.name.get(ask.locale).to_owned(), demo: city.is_demo },
            alert: None,
            large_text: ask.large_text,
            private: ask.who != Who::Anyone || ask.side == Side::Staff,
            errors: Vec::new(),
            nav: staff.map(|staff| nav(app, ask, |permission| staff.can(permission))).unwrap_or_default(),
            staff: staff.map(|staff| line(staff, ask.locale)),
            public_url: app.config.public_url.origin().to_owned(),
        }
    }

    /// Marks a tab as current.
    #[must_use]
    pub fn tab(mut self, tab: &'static str) -> Self {
        self.tab = tab;
        self
    }

    /// Says who answers for the page.
    #[must_use]
    pub fn office(mut self, office: Office) -> Self {
        self.office = office;
        self
    }

    /// Says what is wrong with what was entered; such a page is sent with 422 ([`html_with`]).
    #[must_use]
    pub fn faults(mut self, faults: &[FieldFault]) -> Self {
        self.errors.extend(
            faults.iter().map(|fault| ErrorLine { field: fault.field.to_string(), message: fault.sentence(self.t) }),
        );
        self
    }

    /// What is wrong with one field.
    pub fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|line| line.field == field).map(|line| line.message.as_str())
    }

    /// Where 「電話してほしい」 leads from here: with this page's path (never what stands behind its question mark, which may be a
    /// secret) and the counter that answers for it.
    pub fn callback(&self) -> String {
        let path = self.path.split(['?', '#']).next().unwrap_or_default();
        let plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte));
        let path = if plain { path } else { "/" };
        let counter = &self.office.counter;
        if counter.is_empty() {
            format!("/callbacks?page={path}")
        } else {
            format!("/callbacks?page={path}&counter={counter}")
        }
    }

    /// The address of a built file.
    pub fn asset(&self, name: &str) -> &'static str {
        assets::url(name)
    }

    /// A picture.
    pub fn icon(&self, name: &str) -> askama::filters::Safe<&'static str> {
        askama::filters::Safe(assets::icon(name))
    }
}

/// The words under a key with blanks filled from plain texts.
pub(crate) fn filled(t: Tongue, key: &str, args: &[(&'static str, String)]) -> String {
    if args.is_empty() {
        return t.text(key).into_owned();
    }
    let args: Vec<(&str, Value<'_>)> = args.iter().map(|(name, value)| (*name, Value::from(value))).collect();
    t.with(key, args).into_owned()
}

fn line(staff: &Staff, locale: Locale) -> StaffLine {
    let post = staff.main_post();
    let text = |text: Option<&Localized>| text.map_or("", |text| text.get(locale)).to_owned();
    StaffLine {
        name: staff.name.clone(),
        post: text(post.map(|post| &post.title)),
        unit: text(post.map(|post| &post.unit_name)),
        counter: String::new(),
    }
}

fn nav(app: &App, ask: &Ask, may: impl Fn(Permission) -> bool) -> Vec<NavLine> {
    let path = ask.path.split('?').next().unwrap_or("");
    // The start page is above all others: it is current only itself.
    let inside = |href: &str| {
        href == path
            || href != "/staff" && path.strip_prefix(href).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let here = app.nav.iter().map(|item| item.href).filter(|href| inside(href)).max_by_key(|href| href.len());
    app.nav
        .iter()
        .filter(|item| item.needs.is_none_or(&may))
        .map(|item| NavLine {
            href: item.href,
            icon: item.icon,
            label: ask.t().text(item.key),
            count: None,
            current: here == Some(item.href),
        })
        .collect()
}

/// A page as an answer.
///
/// # Errors
/// When the template fails.
pub fn html<T: Template>(page: &T) -> Result<Response, Refusal> {
    html_with(StatusCode::OK, page)
}

/// A page with a status: 422 for a form with errors, 201 for something made.
///
/// # Errors
/// When the template fails.
pub fn html_with<T: Template>(status: StatusCode, page: &T) -> Result<Response, Refusal> {
    let mut response = Response::new(Body::from(page.render()?));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Ok(response)
}

/// A value as JSON.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn json<T: Serialize>(status: StatusCode, value: &T) -> Result<Response, Refusal> {
    let bytes = serde_json::to_vec(value).map_err(Refusal::internal)?;
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// The answer to a form that was done: go and read there (303). `to` must be a path of ours.
pub fn see_other(to: &str) -> Response {
    let safe = if is_ours(to) { to } else { "/" };
    let mut response = StatusCode::SEE_OTHER.into_response();
    response
        .headers_mut()
        .insert(header::LOCATION, HeaderValue::from_str(safe).unwrap_or(HeaderValue::from_static("/")));
    response
}

/// Is this a path on this very server, so that nobody can be led elsewhere by a crafted link?
pub(crate) fn is_ours(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(['\\', '\r', '\n', '\t'])
        && path.is_ascii()
        && !path.contains(|c: char| c.is_ascii_control() || c == ' ')
}

/// Bytes to be saved under a file name (CSV and the like).
pub fn attachment(content_type: &'static str, name: &str, bytes: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Body::from(bytes.into()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let encoded: String = name
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{encoded}")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_paths_are_gone_to() {
        for good in ["/", "/visits?service=1", "/staff/people#a"] {
            assert!(is_ours(good), "{good}");
        }
        for bad in ["", "https://evil.example", "//evil.example", "/\\evil", "/a\r\nX: y", "/あ", "visits", "/ a"] {
            assert!(!is_ours(bad), "{bad}");
        }
        assert_eq!(see_other("//evil").headers()[header::LOCATION], "/");
    }

    #[test]
    fn file_names_of_any_script() {
        let response = attachment("text/csv; charset=utf-8", "操作記録 1.csv", "a");
        let line = response.headers()[header::CONTENT_DISPOSITION].to_str().unwrap();
        assert!(line.starts_with("attachment; filename*=UTF-8''%E6%93%8D"));
        assert!(line.ends_with("%201.csv"));
    }

    #[test]
    fn telephones_take_digits() {
        assert_eq!(Office::new("市民課", "054-000-0000(内線 12)", "", "").tel, "054000000012");
    }
}
