//! A kind of message: what a service declares once as a constant, and the register the binary fills with all of them.

use std::collections::BTreeMap;

/// A channel that a kind may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// Mail to an address.
    Mail,
    /// The resident's inbox in this program.
    Inbox,
}

/// What a service declares for each message it sends: `pub const CONFIRMED: Kind = Kind { name: "visits.confirmed", … };`.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// `service.what`, never changed once messages of it may be queued.
    pub name: &'static str,
    /// Key of the subject in the service's catalogue.
    pub subject: &'static str,
    /// Key of the text in the service's catalogue.
    pub body: &'static str,
    /// Names of the values both texts use; [`queue()`](crate::queue()) refuses a message that lacks one.
    pub args: &'static [&'static str],
    /// Channels this kind may take.
    pub channels: &'static [Via],
}

/// All kinds of the house by name.
#[derive(Debug, Clone, Default)]
pub struct Kinds(BTreeMap<&'static str, Kind>);

impl Kinds {
    /// Gathers the kinds of every service.
    pub fn new<'a>(services: impl IntoIterator<Item = &'a [Kind]>) -> Self {
        Self(services.into_iter().flatten().map(|kind| (kind.name, *kind)).collect())
    }

    /// Looks one up.
    pub fn get(&self, name: &str) -> Option<&Kind> {
        self.0.get(name)
    }

    /// Every kind, in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = &Kind> {
        self.0.values()
    }
}
