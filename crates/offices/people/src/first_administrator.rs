//! The first administrator: made once, by whichever node comes first, with a password that is printed once.

use kernel::World;
use kernel::locale::Localized;
use kernel::text::{Line, TextError};
use store::{Act, Db, Tx};

use crate::keeper::{Keeper, KeeperError};
use crate::keys::KeysError;
use crate::persons::{FirstPassword, Login, PersonData, PersonError, add_person};
use crate::posts::{Hold, PutPost, PutPostError, hold, put_post};
use crate::roles::{Role, Roles};
use crate::units::{PutUnit, PutUnitError, put_unit};
use crate::{Actor, UnitKind};

store::statements! {
    /// Whether there is one already.
    THERE = "SELECT person FROM first_administrator WHERE one = 1";
    /// The right to make one, given once.
    CLAIM = "INSERT INTO first_administrator (one, person, made_at) VALUES (1, $1, $2) ON CONFLICT (one) DO NOTHING";
    /// Who it became.
    NAME = "UPDATE first_administrator SET person = $1 WHERE one = 1";
}

/// The code of the unit the program makes for its own post. Importing an organisation leaves it alone.
pub const OWN_UNIT: &str = "@yokogushi";
/// The code of the administrator's post in it.
pub const OWN_POST: &str = "@yokogushi/administrator";
/// The first administrator's login.
pub const FIRST_LOGIN: &str = "admin";

const MAKE: Act = Act::bulk("people.first_administrator");

/// What is printed once.
#[derive(Clone, PartialEq, Eq)]
pub struct FirstAdministrator {
    /// The login.
    pub login: String,
    /// The one-time password; it must be changed at the first sign-in and is good for a fortnight.
    pub password: String,
}

impl std::fmt::Debug for FirstAdministrator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FirstAdministrator({})", self.login)
    }
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum FirstAdministratorError {
    /// Hashing the password.
    #[error(transparent)]
    Keeper(#[from] KeeperError),
    /// The unit.
    #[error(transparent)]
    Unit(#[from] PutUnitError),
    /// The post.
    #[error(transparent)]
    Post(#[from] PutPostError),
    /// The person; the login may have been given by an import already.
    #[error("the first administrator cannot be made: {0}")]
    Person(#[from] PersonError),
    /// Holding the post.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// A text of our own is refused.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Makes the first administrator of a new database; nothing if there has been one, ever.
///
/// If the process ends after this and before the password was printed, `staff add` makes another administrator.
///
/// # Errors
/// [`FirstAdministratorError`].
pub async fn first_administrator(
    db: &Db,
    world: &World,
    keeper: &Keeper,
) -> Result<Option<FirstAdministrator>, FirstAdministratorError> {
    let there: Result<_, store::Error> = db.read(async |tx: &mut Tx<'_>| tx.opt(&THERE, &[]).await).await;
    if there?.is_some() {
        return Ok(None);
    }
    let (first, text) = FirstPassword::draw(world, keeper).await?;
    let own = world.clone();
    let made = db.write(MAKE, async move |tx: &mut Tx<'_>| make(tx, &own, &first).await).await?;
    Ok(made.then(|| FirstAdministrator { login: FIRST_LOGIN.to_owned(), password: text }))
}

async fn make(tx: &mut Tx<'_>, world: &World, password: &FirstPassword) -> Result<bool, FirstAdministratorError> {
    let nobody = uuid::Uuid::nil();
    if tx.exec(&CLAIM, &[nobody.into(), world.now().into()]).await? == 0 {
        return Ok(false);
    }
    let Some(login) = Login::parse(FIRST_LOGIN) else { return Err(TextError::Shape.into()) };
    let data = PersonData {
        number: None,
        login,
        name: Line::parse("システム管理者")?,
        kana: Line::parse("システムカンリシャ")?,
    };
    let person = add_person(tx, world, Actor::Program, &data, Some(password)).await?;
    let post = own_post(tx, world).await?;
    hold(tx, world, Actor::Program, Hold { person, post, day: world.today(), concurrent: false }).await?;
    tx.exec(&NAME, &[person.into()]).await?;
    Ok(true)
}

/// The administrator's post in the program's own unit, made if need be: so that a command can always give
/// somebody the keys, whatever the imported organisation looks like.
///
/// # Errors
/// [`FirstAdministratorError`].
pub async fn own_post(tx: &mut Tx<'_>, world: &World) -> Result<crate::PostId, FirstAdministratorError> {
    let name = |ja: &str, easy: &str, en: &str| Localized::new(ja, easy, en);
    let unit = PutUnit {
        code: Line::parse(OWN_UNIT)?,
        from: world.today(),
        kind: UnitKind::Division,
        parent: None,
        name: name("システム管理", "システムを みる ところ", "System administration"),
        telephone: None,
        fax: None,
        hours: None,
        sort: 9999,
    };
    let unit = put_unit(tx, world, Actor::Program, &unit).await?;
    let post = PutPost {
        code: Line::parse(OWN_POST)?,
        unit,
        from: world.today(),
        title: name("システム管理者", "システムを みる ひと", "System administrator"),
        roles: [Role::Administrator].into_iter().collect::<Roles>(),
        sort: 0,
    };
    Ok(put_post(tx, world, Actor::Program, &post).await?)
}
