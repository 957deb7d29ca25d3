//! Who does something at the counter: a person acting by the authority of a post.

use people::{PersonId, PostId};

/// A member of staff and the post they act in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clerk {
    /// The person.
    pub person: PersonId,
    /// The post (職) whose authority allows the act.
    pub post: PostId,
}

/// Whose act it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The resident, through the web or with the link.
    Resident,
    /// Staff.
    Staff(Clerk),
}

impl By {
    /// The clerk, if it is one.
    #[must_use]
    pub fn clerk(&self) -> Option<&Clerk> {
        match self {
            Self::Resident => None,
            Self::Staff(clerk) => Some(clerk),
        }
    }
}
