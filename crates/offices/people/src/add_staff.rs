//! `staff add`: a person with a post and a first password in one act, for whoever sits at the machine.

use kernel::World;
use kernel::text::Line;
use store::{Act, Db, Tx};

use crate::first_administrator::{FirstAdministratorError, own_post};
use crate::keeper::{Keeper, KeeperError};
use crate::keys::KeysError;
use crate::persons::{FirstPassword, PersonData, PersonError, add_person};
use crate::posts::{self, Hold, hold};
use crate::{Actor, PersonId, PostId};

const ADD: Act = Act::staff("people.add_staff");

/// Which post the new person gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FirstPost {
    /// The administrator's post of the program's own unit.
    Administrator,
    /// A post of the city by its code.
    Code(Line<120>),
    /// None for now.
    None,
}

/// Who is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddStaff {
    /// The particulars.
    pub data: PersonData,
    /// The post, held from today on.
    pub post: FirstPost,
}

/// Who was added.
#[derive(Clone, PartialEq, Eq)]
pub struct Added {
    /// The person.
    pub person: PersonId,
    /// The first password, to be printed once.
    pub password: String,
}

impl std::fmt::Debug for Added {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Added({})", self.person)
    }
}

/// Why nobody was added.
#[derive(Debug, thiserror::Error)]
pub enum AddStaffError {
    /// No post has this code today.
    #[error("no post has the code {0} today")]
    NoPost(String),
    /// The person.
    #[error(transparent)]
    Person(#[from] PersonError),
    /// The program's own post.
    #[error(transparent)]
    OwnPost(#[from] FirstAdministratorError),
    /// Holding the post.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Hashing the password.
    #[error(transparent)]
    Keeper(#[from] KeeperError),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Adds a person with a first password, which must be changed at the first sign-in.
///
/// # Errors
/// [`AddStaffError`].
pub async fn add_staff(db: &Db, world: &World, keeper: &Keeper, command: AddStaff) -> Result<Added, AddStaffError> {
    let (first, password) = FirstPassword::draw(world, keeper).await?;
    let world = world.clone();
    let person = db.write(ADD, async move |tx: &mut Tx<'_>| add(tx, &world, &command, &first).await).await?;
    Ok(Added { person, password })
}

async fn add(
    tx: &mut Tx<'_>,
    world: &World,
    command: &AddStaff,
    first: &FirstPassword,
) -> Result<PersonId, AddStaffError> {
    let day = world.today();
    let post: Option<PostId> = match &command.post {
        FirstPost::Administrator => Some(own_post(tx, world).await?),
        FirstPost::Code(code) => {
            let there = posts::posts(tx, day, None).await?;
            let found = there.into_iter().find(|post| post.code == code.as_str());
            Some(found.ok_or_else(|| AddStaffError::NoPost(code.to_string()))?.id)
        }
        FirstPost::None => None,
    };
    let person = add_person(tx, world, Actor::Command, &command.data, Some(first)).await?;
    if let Some(post) = post {
        hold(tx, world, Actor::Command, Hold { person, post, day, concurrent: false }).await?;
    }
    Ok(person)
}
