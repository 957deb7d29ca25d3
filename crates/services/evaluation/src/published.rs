//! What everybody may read, as a type of its own: an anonymous route can be given nothing else.

use std::ops::Deref;

use serde::Serialize;

/// A value made for everybody: no undecided direction, no draft of a sentence, no red number before its time.
///
/// Only this crate makes one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Published<T>(T);

impl<T> Published<T> {
    /// Says that `value` was made for everybody.
    pub(crate) const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Published<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}
