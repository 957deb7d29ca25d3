//! Who does something: the resident, a person acting by the authority of a post, or the program.

use people::{PersonId, PostId};
use serde::Serialize;

/// A member of staff and the post they act in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Clerk {
    /// The person.
    pub person: PersonId,
    /// The post (職) whose authority allows the act.
    pub post: PostId,
}

/// Whose act it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum By {
    /// The resident, through the web or with the link.
    Resident,
    /// Staff.
    Staff(Clerk),
    /// The program: a first start, an import, a sweep.
    Program,
}

impl By {
    /// The clerk, if it is one.
    #[must_use]
    pub fn clerk(&self) -> Option<&Clerk> {
        match self {
            Self::Staff(clerk) => Some(clerk),
            Self::Resident | Self::Program => None,
        }
    }
}
