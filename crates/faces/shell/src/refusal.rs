//! "No" in one type: a status, a name for programs, words for people, and where the fault stands.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use kernel::text::TextError;
use words::Tongue;

use crate::page::filled;

/// What is wrong with one field, as a key of the catalogue and what fills its blanks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// The name of the control or JSON member: `email`, `contact.email`.
    pub field: Cow<'static, str>,
    /// The key of the sentence: `errors-field-required`.
    pub key: &'static str,
    /// What stands in the sentence's blanks.
    pub args: Vec<(&'static str, String)>,
    /// The key of the field's own name, where the sentence alone does not say which field it means.
    pub label: Option<&'static str>,
}

impl FieldFault {
    /// A fault whose sentence has no blanks.
    pub fn new(field: impl Into<Cow<'static, str>>, key: &'static str) -> Self {
        Self { field: field.into(), key, args: Vec::new(), label: None }
    }

    /// Fills a blank.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// Says which field is meant: the sentence becomes 「氏名: 入力してください」.
    #[must_use]
    pub fn called(mut self, label: &'static str) -> Self {
        self.label = Some(label);
        self
    }

    /// The sentence in a language.
    pub fn sentence(&self, t: Tongue) -> String {
        let fault = filled(t, self.key, &self.args);
        match self.label {
            Some(label) => {
                let field = t.text(label);
                t.with("errors-field-named", [("field", field.into()), ("fault", fault.into())]).into_owned()
            }
            None => fault,
        }
    }

    /// What is wrong with a text somebody typed.
    pub fn text(field: impl Into<Cow<'static, str>>, error: TextError) -> Self {
        match error {
            TextError::Empty => Self::new(field, "errors-field-required"),
            TextError::TooLong { max } => Self::new(field, "errors-field-too-long").with("max", max),
            TextError::Control => Self::new(field, "errors-field-control"),
            TextError::Shape => Self::new(field, "errors-field-unreadable"),
        }
    }
}

/// Why a request was not done. Handlers return it with `?`; the shell makes of it a page or
/// `application/problem+json`, by the kind of route and what the caller reads.
#[derive(Debug, Clone)]
pub struct Refusal(Arc<Inside>);

#[derive(Debug, Clone)]
struct Inside {
    status: StatusCode,
    slug: &'static str,
    title: &'static str,
    next: &'static str,
    args: Vec<(&'static str, String)>,
    faults: Vec<FieldFault>,
    retry_after: Option<u32>,
    allow: Option<String>,
    go: Option<String>,
    cause: Option<String>,
}

impl Refusal {
    /// `slug` names the problem for programs (`slot-full`), `title` and `next` are keys of the
    /// catalogue: what happened, and what to do now.
    pub fn new(status: StatusCode, slug: &'static str, title: &'static str, next: &'static str) -> Self {
        Self(Arc::new(Inside {
            status,
            slug,
            title,
            next,
            args: Vec::new(),
            faults: Vec::new(),
            retry_after: None,
            allow: None,
            go: None,
            cause: None,
        }))
    }

    fn change(mut self, change: impl FnOnce(&mut Inside)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Fills a blank of the sentences.
    #[must_use]
    pub fn with(self, name: &'static str, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        self.change(|inside| inside.args.push((name, value)))
    }

    /// Adds what is wrong with single fields.
    #[must_use]
    pub fn faults(self, faults: impl IntoIterator<Item = FieldFault>) -> Self {
        self.change(|inside| inside.faults.extend(faults))
    }

    /// Says when it is worth trying again.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        self.change(|inside| inside.retry_after = Some(seconds))
    }

    /// What the log shall say; never shown to the caller.
    #[must_use]
    pub fn because(self, cause: impl fmt::Display) -> Self {
        let cause = cause.to_string();
        self.change(|inside| inside.cause = Some(cause))
    }

    pub(crate) fn allow(self, methods: String) -> Self {
        self.change(|inside| inside.allow = Some(methods))
    }

    /// There is no such thing; also the answer to a wrong secret.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "errors-not-found-title", "errors-not-found-next")
    }

    /// The caller is known but may not.
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "errors-forbidden-title", "errors-forbidden-next")
    }

    /// The request came from somewhere else than our own page.
    pub(crate) fn foreign() -> Self {
        Self::new(StatusCode::FORBIDDEN, "foreign-origin", "errors-foreign-title", "errors-foreign-next")
    }

    /// Nobody is signed in; a page caller is led to `go` (the sign-in page) instead.
    pub(crate) fn sign_in(go: String) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "sign-in", "errors-sign-in-title", "errors-sign-in-next")
            .change(|inside| inside.go = Some(go))
    }

    /// Another address is the right one now (303).
    pub fn go(to: impl Into<String>) -> Self {
        let to = to.into();
        Self::new(StatusCode::SEE_OTHER, "see-other", "errors-moved-title", "errors-moved-next")
            .change(|inside| inside.go = Some(to))
    }

    /// The request cannot be read.
    pub fn unreadable(cause: impl fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unreadable", "errors-unreadable-title", "errors-unreadable-next")
            .because(cause)
    }

    /// Not text, or with NUL in it.
    pub(crate) fn not_text() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "not-text", "errors-not-text-title", "errors-not-text-next")
    }

    /// Read, but some fields are wrong.
    pub fn invalid(faults: impl IntoIterator<Item = FieldFault>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "errors-invalid-title", "errors-invalid-next")
            .faults(faults)
    }

    /// Somebody else changed it meanwhile.
    pub fn conflict() -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "errors-conflict-title", "errors-conflict-next")
    }

    /// The body is larger than the route takes.
    pub(crate) fn too_large(limit: usize) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "errors-too-large-title", "errors-too-large-next")
            .with("kib", limit / 1024)
    }

    /// Not the content type the route takes.
    pub(crate) fn wrong_type(wanted: &'static str) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong-type", "errors-wrong-type-title", "errors-wrong-type-next")
            .with("wanted", wanted)
    }

    /// Not this method.
    pub(crate) fn wrong_method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "wrong-method",
            "errors-wrong-method-title",
            "errors-wrong-method-next",
        )
    }

    /// Too many tries; come back later.
    pub fn too_many(seconds: u32) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many", "errors-too-many-title", "errors-too-many-next")
            .retry_after(seconds)
    }

    /// The server is busy or something it needs is away.
    pub fn busy(seconds: u32) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "errors-busy-title", "errors-busy-next").retry_after(seconds)
    }

    /// The request took longer than the route may.
    pub(crate) fn too_slow() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "too-slow", "errors-busy-title", "errors-busy-next")
            .retry_after(10)
            .because("the handler ran out of time")
    }

    /// Our own fault; logged once with the request's number, nothing of it shown.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "errors-internal-title", "errors-internal-next")
            .because(cause)
    }

    /// Those that any route may answer with.
    pub(crate) fn general() -> [Self; 14] {
        [
            Self::not_found(),
            Self::forbidden(),
            Self::foreign(),
            Self::sign_in(String::new()),
            Self::unreadable(""),
            Self::not_text(),
            Self::invalid([]),
            Self::conflict(),
            Self::too_large(crate::route::BODY_LIMIT),
            Self::wrong_type("application/json"),
            Self::wrong_method(),
            Self::too_many(0),
            Self::busy(0),
            Self::internal(""),
        ]
    }

    /// The refusal for a bare status, as a framework extractor answers.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::FORBIDDEN => Self::forbidden(),
            StatusCode::METHOD_NOT_ALLOWED => Self::wrong_method(),
            StatusCode::SERVICE_UNAVAILABLE => Self::busy(5),
            status if status.is_server_error() => Self::internal("a handler answered without saying why"),
            _ => Self::unreadable("a handler answered without saying why"),
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The problem's name for programs.
    pub fn slug(&self) -> &'static str {
        self.0.slug
    }

    /// Keys of the sentences: what happened, what to do.
    pub fn keys(&self) -> (&'static str, &'static str) {
        (self.0.title, self.0.next)
    }

    /// What fills the sentences' blanks.
    pub fn args(&self) -> &[(&'static str, String)] {
        &self.0.args
    }

    /// Faults of single fields.
    pub fn field_faults(&self) -> &[FieldFault] {
        &self.0.faults
    }

    pub(crate) fn wait(&self) -> Option<u32> {
        self.0.retry_after
    }

    pub(crate) fn methods(&self) -> Option<&str> {
        self.0.allow.as_deref()
    }

    pub(crate) fn goes_to(&self) -> Option<&str> {
        self.0.go.as_deref()
    }

    pub(crate) fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        if error.is_temporary() {
            Self::busy(if matches!(error, store::Error::Busy) { 2 } else { 10 }).because(error)
        } else {
            Self::internal(error)
        }
    }
}

impl From<askama::Error> for Refusal {
    fn from(error: askama::Error) -> Self {
        Self::internal(format!("a page could not be written: {error}"))
    }
}

/// The words come later, when the request's language is known: the refusal travels in the answer.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storage_that_is_away_is_not_our_fault_to_show() {
        let away = Refusal::from(store::Error::Away("socket".to_owned()));
        assert_eq!(away.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(away.wait(), Some(10));
        let wrong = Refusal::from(store::Error::NoRow("X"));
        assert_eq!(wrong.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(wrong.cause(), Some("X found no row"));
    }
}
