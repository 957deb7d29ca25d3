//! Reading what was sent: forms, JSON and queries, with our own words when they cannot be read.

use axum::extract::{FromRequest, FromRequestParts, Request};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError};
use serde::de::DeserializeOwned;

use crate::refusal::{FieldFault, Refusal};

/// A form sent by one of our pages. Fields that repeat (check boxes) read as `Vec`.
#[derive(Debug, Clone)]
pub struct Form<T>(pub T);

/// A JSON body; what does not fit is named by its path.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

/// The part of the address after `?`.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

/// The parameters in the path; what does not fit is a 404.
#[derive(Debug, Clone)]
pub struct Path<T>(pub T);

fn is_type(headers: &HeaderMap, wanted: &str) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case(wanted))
}

/// The largest body the route takes, put into each request by the shell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Most(pub(crate) usize);

/// The whole body, at most what the route takes.
async fn whole(request: Request) -> Result<Bytes, Refusal> {
    let most = request.extensions().get::<Most>().map_or(crate::route::BODY_LIMIT, |most| most.0);
    match request.into_body().collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) => {
            let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
            while let Some(inner) = cause {
                if inner.is::<LengthLimitError>() {
                    return Err(Refusal::too_large(most));
                }
                cause = inner.source();
            }
            Err(Refusal::unreadable("the body broke off"))
        }
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|n| u8::try_from(n).ok())
}

/// Percent-decoded, is it text without NUL? The form parser itself would quietly replace what is not.
fn is_clean(encoded: &[u8]) -> bool {
    let mut plain = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some((&byte, tail)) = rest.split_first() {
        match (byte, tail) {
            (b'%', [high, low, after @ ..]) => {
                if let (Some(high), Some(low)) = (hex(*high), hex(*low)) {
                    plain.push(high * 16 + low);
                    rest = after;
                    continue;
                }
                plain.push(byte);
            }
            _ => plain.push(byte),
        }
        rest = tail;
    }
    !plain.contains(&0) && std::str::from_utf8(&plain).is_ok()
}

/// Reads `a=1&b=2` as a form or query writes it.
pub(crate) fn pairs<T: DeserializeOwned>(encoded: &[u8]) -> Result<T, Refusal> {
    if !is_clean(encoded) {
        return Err(Refusal::not_text());
    }
    let reader = serde_html_form::Deserializer::from_bytes(encoded);
    serde_path_to_error::deserialize(reader).map_err(|error| named_fault(&error.path().to_string(), error.inner()))
}

fn named_fault(path: &str, error: &impl std::fmt::Display) -> Refusal {
    let text = error.to_string();
    // serde names a missing member in its message, not in the path.
    let missing = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    let path = if path == "." { "" } else { path };
    match (missing, path) {
        (Some(name), "") => Refusal::invalid([FieldFault::new(name.to_owned(), "errors-field-required")]),
        (Some(name), path) => Refusal::invalid([FieldFault::new(format!("{path}.{name}"), "errors-field-required")]),
        (None, "") => Refusal::unreadable(text),
        (None, path) => Refusal::invalid([FieldFault::new(path.to_owned(), "errors-field-unreadable")]).because(text),
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        if !is_type(request.headers(), "application/x-www-form-urlencoded") {
            return Err(Refusal::wrong_type("application/x-www-form-urlencoded"));
        }
        pairs(&whole(request).await?).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        if !is_type(request.headers(), "application/json") {
            return Err(Refusal::wrong_type("application/json"));
        }
        let bytes = whole(request).await?;
        let reader = &mut serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut *reader).map_err(|error| {
            let path = error.path().to_string();
            if error.inner().is_data() { named_fault(&path, error.inner()) } else { Refusal::unreadable(error.inner()) }
        })?;
        reader.end().map_err(Refusal::unreadable)?;
        Ok(Self(value))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        pairs(parts.uri.query().unwrap_or("").as_bytes()).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(Refusal::not_found()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Visit {
        name: String,
        #[serde(default)]
        help: Vec<String>,
        people: Option<u8>,
    }

    async fn form(kind: &str, body: &str) -> Result<Visit, Refusal> {
        let request = Request::builder().header(header::CONTENT_TYPE, kind).body(Body::from(body.to_owned())).unwrap();
        Form::<Visit>::from_request(request, &()).await.map(|form| form.0)
    }

    async fn json(body: &str) -> Result<Visit, Refusal> {
        let request = Request::builder()
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .body(Body::from(body.to_owned()))
            .unwrap();
        Json::<Visit>::from_request(request, &()).await.map(|json| json.0)
    }

    const FORM: &str = "application/x-www-form-urlencoded";

    #[tokio::test]
    async fn forms() {
        let visit = form(FORM, "name=%E5%B1%B1%F0%9F%98%80&help=wheelchair&help=sign&people=2").await.unwrap();
        assert_eq!(visit.name, "山😀");
        assert_eq!(visit.help, ["wheelchair", "sign"]);
        let slug = |refusal: Refusal| refusal.slug();
        assert_eq!(slug(form("text/plain", "name=a").await.unwrap_err()), "wrong-type");
        assert_eq!(slug(form(FORM, "name=%00").await.unwrap_err()), "not-text");
        assert_eq!(slug(form(FORM, "name=%FF").await.unwrap_err()), "not-text");
        let missing = form(FORM, "help=a").await.unwrap_err();
        assert_eq!(missing.field_faults(), [FieldFault::new("name", "errors-field-required")]);
        let wrong = form(FORM, "name=a&people=many").await.unwrap_err();
        assert_eq!(wrong.field_faults()[0].field, "people");
        assert!(form(FORM, "name=100%").await.is_ok());
    }

    #[tokio::test]
    async fn bodies_of_programs() {
        assert_eq!(json(r#"{"name":"a"}"#).await.unwrap().name, "a");
        assert_eq!(json("{").await.unwrap_err().slug(), "unreadable");
        assert_eq!(json(r#"{"name":"a"} x"#).await.unwrap_err().slug(), "unreadable");
        assert_eq!(json("\u{0}").await.unwrap_err().slug(), "unreadable");
        let wrong = json(r#"{"name":"a","help":["x",3]}"#).await.unwrap_err();
        assert_eq!(wrong.status(), 422);
        assert_eq!(wrong.field_faults()[0].field, "help[1]");
        let missing = json("{}").await.unwrap_err();
        assert_eq!(missing.field_faults(), [FieldFault::new("name", "errors-field-required")]);
    }
}
