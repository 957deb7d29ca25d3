//! What the shell already knows about a request when a handler begins.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use kernel::locale::Locale;
use people::Staff;
use words::{Tongue, Words};

use crate::refusal::Refusal;
use crate::route::{Kind, Side, Who};

/// The request's context; an extractor, cheap to clone.
#[derive(Debug, Clone)]
pub struct Ask(Arc<Known>);

/// What is known; read through [`Ask`].
#[derive(Debug)]
pub struct Known {
    /// The request's number, for the log and for "please tell us this number".
    pub id: String,
    /// The language to answer in.
    pub locale: Locale,
    /// Large text was asked for.
    pub large_text: bool,
    /// Who is signed in; asked for on the staff side only.
    pub staff: Option<Staff>,
    /// The caller's address, seen through trusted proxies.
    pub caller: IpAddr,
    /// What the caller calls itself, shortened; shown in the list of sessions.
    pub device: String,
    /// Path and query as asked; may hold a secret, so never log it.
    pub path: String,
    /// The route's pattern, or `-` when there is none.
    pub pattern: &'static str,
    /// The route's kind.
    pub kind: Kind,
    /// The door.
    pub side: Side,
    /// Who may call the route.
    pub who: Who,
    /// A browser keeps Secure cookies from here: https, or this very machine.
    pub cookies_work: bool,
    /// The value of the session cookie.
    pub session: Option<String>,
}

impl Ask {
    pub(crate) fn new(known: Known) -> Self {
        Self(Arc::new(known))
    }

    /// The words in the request's language.
    pub fn t(&self) -> Tongue {
        Words::get().locale(self.locale)
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// An internal refusal: on a route for staff there always is somebody.
    pub fn staff(&self) -> Result<&Staff, Refusal> {
        self.staff.as_ref().ok_or_else(|| Refusal::internal("a handler for staff ran for nobody"))
    }
}

impl Deref for Ask {
    type Target = Known;

    fn deref(&self) -> &Known {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Ask {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Refusal::internal("a handler ran outside the table of routes"))
    }
}
