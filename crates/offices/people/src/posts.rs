//! Posts (職): a place in a unit with its title and roles, and who holds it from when to when.

use kernel::World;
use kernel::day::Day;
use kernel::locale::Localized;
use kernel::text::Line;
use store::{Json, Row, Tx};

use crate::holdings::{Change, Span, hold_from, release_from};
use crate::keys::{Keys, KeysError};
use crate::roles::{Role, Roles};
use crate::{Actor, HoldingId, PersonId, PostId, UnitId, record};

store::statements! {
    /// The posts of a day with their holders; a vacant post has one row without a person.
    ON_DAY = "SELECT p.id, p.code, p.unit, s.title, s.roles, s.sort, h.person, e.name, h.concurrent
        FROM post p
        JOIN post_state s ON s.post = p.id AND s.closed = FALSE
            AND s.valid_from = (SELECT MAX(x.valid_from) FROM post_state x WHERE x.post = p.id AND x.valid_from <= $1)
        LEFT JOIN holding h ON h.post = p.id AND h.valid_from <= $1 AND (h.valid_to IS NULL OR h.valid_to > $1)
        LEFT JOIN person e ON e.id = h.person
        WHERE CAST($2 AS {uuid}) IS NULL OR p.unit = $2
        ORDER BY s.sort, p.code, e.kana, e.id";
    /// The post with a code, made if need be. A post never changes its unit.
    KNOW = "INSERT INTO post (id, code, unit) VALUES ($1, $2, $3) ON CONFLICT (code) DO UPDATE SET code = excluded.code RETURNING id, unit";
    /// A state from a day on.
    STATE = "INSERT INTO post_state (post, valid_from, closed, title, roles, sort) VALUES ($1, $2, FALSE, $3, $4, $5)
        ON CONFLICT (post, valid_from) DO UPDATE SET closed = FALSE, title = excluded.title, roles = excluded.roles, sort = excluded.sort";
    /// The state in force carried on as closed.
    CLOSE = "INSERT INTO post_state (post, valid_from, closed, title, roles, sort)
        SELECT s.post, CAST($2 AS BIGINT), TRUE, s.title, s.roles, s.sort FROM post_state s
        WHERE s.post = $1 AND s.closed = FALSE
            AND s.valid_from = (SELECT MAX(x.valid_from) FROM post_state x WHERE x.post = $1 AND x.valid_from <= $2)
        ON CONFLICT (post, valid_from) DO UPDATE SET closed = TRUE";
    /// Every span of one person in one post.
    SPANS = "SELECT id, valid_from, valid_to FROM holding WHERE person = $1 AND post = $2 ORDER BY valid_from";
    /// A new span.
    INSERT = "INSERT INTO holding (id, person, post, valid_from, valid_to, concurrent) VALUES ($1, $2, $3, $4, $5, $6)";
    /// Another end.
    END = "UPDATE holding SET valid_to = $2 WHERE id = $1";
    /// A span that never came to be.
    DELETE = "DELETE FROM holding WHERE id = $1";
    /// Main post or 兼務.
    CONCURRENT = "UPDATE holding SET concurrent = $4 WHERE person = $1 AND post = $2 AND concurrent <> $4
        AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)";
}

/// A post as it is on one day, with whoever holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Its id, for ever.
    pub id: PostId,
    /// Its code.
    pub code: String,
    /// Its unit.
    pub unit: UnitId,
    /// Its title.
    pub title: Localized,
    /// Its roles.
    pub roles: Roles,
    /// Place among its neighbours.
    pub sort: i64,
    /// Who holds it; nobody while it is vacant (欠員).
    pub holders: Vec<Holder>,
}

/// Somebody in a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The person.
    pub person: PersonId,
    /// The name.
    pub name: String,
    /// Held beside another post (兼務).
    pub concurrent: bool,
}

/// The posts of a day, of one unit or of all.
///
/// # Errors
/// Any storage error.
pub async fn posts(tx: &mut Tx<'_>, day: Day, unit: Option<UnitId>) -> Result<Vec<Post>, store::Error> {
    let mut posts: Vec<Post> = Vec::new();
    for row in tx.all(&ON_DAY, &[day.into(), unit.into()]).await? {
        let holder = match row.get::<Option<PersonId>>(6)? {
            Some(person) => Some(Holder { person, name: row.get(7)?, concurrent: row.get(8)? }),
            None => None,
        };
        match posts.last_mut() {
            Some(last) if last.id == row.get(0)? => last.holders.extend(holder),
            _ => posts.push(Post {
                id: row.get(0)?,
                code: row.get(1)?,
                unit: row.get(2)?,
                title: row.get::<Json<Localized>>(3)?.0,
                roles: roles(&row, 4)?,
                sort: row.get(5)?,
                holders: holder.into_iter().collect(),
            }),
        }
    }
    Ok(posts)
}

/// Roles from a column. A word this program does not know gives nothing, but does not go unseen.
pub(crate) fn roles(row: &Row, column: usize) -> Result<Roles, store::Error> {
    let text: String = row.get(column)?;
    Roles::parse(&text).map_err(|_| store::Error::Column { column, expected: "roles", found: "another word" })
}

/// A post as somebody enters it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutPost {
    /// The city's code for it; without one it is the unit's code and the title.
    pub code: Line<120>,
    /// Its unit.
    pub unit: UnitId,
    /// From this day on.
    pub from: Day,
    /// Its title.
    pub title: Localized,
    /// Its roles.
    pub roles: Roles,
    /// Place among its neighbours.
    pub sort: i64,
}

/// Why a post is not changed.
#[derive(Debug, thiserror::Error)]
pub enum PutPostError {
    /// The code belongs to a post of another unit.
    #[error("this code belongs to a post of another unit")]
    OtherUnit,
    /// It has, had or would get the keys of the house.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Adds a post or changes its title and roles from a day on.
///
/// # Errors
/// [`PutPostError`].
pub async fn put_post(tx: &mut Tx<'_>, world: &World, actor: Actor, command: &PutPost) -> Result<PostId, PutPostError> {
    let keys = Keys::take(tx, world, actor, command.from).await?;
    keys.allow(command.roles.list().contains(&Role::Administrator))?;
    let (id, unit) = know(tx, world, command.code.as_str(), command.unit).await?;
    if unit != command.unit {
        return Err(PutPostError::OtherUnit);
    }
    keys.post(tx, id).await?;
    state(tx, id, command).await?;
    keys.left(tx).await?;
    let detail = format!("{} {} {}", command.code, command.from, command.roles.stored());
    record::change(tx, world, actor, "people.post.put", id.uuid(), detail).await?;
    Ok(id)
}

/// The post with this code and the unit it is in; made in `unit` if there is none.
pub(crate) async fn know(
    tx: &mut Tx<'_>,
    world: &World,
    code: &str,
    unit: UnitId,
) -> Result<(PostId, UnitId), store::Error> {
    let row = tx.one(&KNOW, &[world.id::<PostId>().into(), code.into(), unit.into()]).await?;
    Ok((row.get(0)?, row.get(1)?))
}

/// Writes the state, unchecked.
pub(crate) async fn state(tx: &mut Tx<'_>, id: PostId, command: &PutPost) -> Result<(), store::Error> {
    let title = (&Json(&command.title)).into();
    let params = [id.into(), command.from.into(), title, command.roles.stored().into(), command.sort.into()];
    tx.exec(&STATE, &params).await.map(drop)
}

/// Closes a post from `day` on; false if it did not exist then. Whoever holds it has no authority from it any more.
///
/// # Errors
/// [`KeysError`].
pub async fn close_post(tx: &mut Tx<'_>, world: &World, actor: Actor, id: PostId, day: Day) -> Result<bool, KeysError> {
    let keys = Keys::take(tx, world, actor, day).await?;
    keys.post(tx, id).await?;
    let closed = tx.exec(&CLOSE, &[id.into(), day.into()]).await? > 0;
    if closed {
        keys.left(tx).await?;
        record::change(tx, world, actor, "people.post.close", id.uuid(), day.to_string()).await?;
    }
    Ok(closed)
}

/// Gives a post to a person from `day` on; nothing changes if it is held then already, except whether it is a 兼務.
///
/// # Errors
/// [`KeysError`].
pub async fn hold(tx: &mut Tx<'_>, world: &World, actor: Actor, command: Hold) -> Result<(), KeysError> {
    let Hold { person, post, day, concurrent } = command;
    Keys::take(tx, world, actor, day).await?.post(tx, post).await?;
    let spans = spans(tx, person, post).await?;
    let change = hold_from(&spans, day);
    apply(tx, world, person, post, concurrent, change).await?;
    let marked = mark(tx, person, post, day, concurrent).await?;
    if change.is_some() || marked > 0 {
        record::change(tx, world, actor, "people.post.hold", person.uuid(), format!("{post} {day}")).await?;
    }
    Ok(())
}

/// Who gets which post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The person.
    pub person: PersonId,
    /// The post.
    pub post: PostId,
    /// From this day on.
    pub day: Day,
    /// Beside another post (兼務).
    pub concurrent: bool,
}

/// Takes a post from a person from `day` on; false if it was not held then.
///
/// # Errors
/// [`KeysError`].
pub async fn release(
    tx: &mut Tx<'_>,
    world: &World,
    actor: Actor,
    person: PersonId,
    post: PostId,
    day: Day,
) -> Result<bool, KeysError> {
    let keys = Keys::take(tx, world, actor, day).await?;
    keys.post(tx, post).await?;
    let spans = spans(tx, person, post).await?;
    let change = release_from(&spans, day);
    apply(tx, world, person, post, false, change).await?;
    if change.is_some() {
        keys.left(tx).await?;
        record::change(tx, world, actor, "people.post.release", person.uuid(), format!("{post} {day}")).await?;
    }
    Ok(change.is_some())
}

async fn spans(tx: &mut Tx<'_>, person: PersonId, post: PostId) -> Result<Vec<Span>, store::Error> {
    let rows = tx.all(&SPANS, &[person.into(), post.into()]).await?;
    rows.iter().map(|row| Ok(Span { id: row.get(0)?, from: row.get(1)?, to: row.get(2)? })).collect()
}

pub(crate) async fn apply(
    tx: &mut Tx<'_>,
    world: &World,
    person: PersonId,
    post: PostId,
    concurrent: bool,
    change: Option<Change>,
) -> Result<(), store::Error> {
    match change {
        None => Ok(()),
        Some(Change::Insert { from, to }) => {
            let id: HoldingId = world.id();
            tx.exec(&INSERT, &[id.into(), person.into(), post.into(), from.into(), to.into(), concurrent.into()])
                .await
                .map(drop)
        }
        Some(Change::End { id, to }) => tx.exec(&END, &[id.into(), to.into()]).await.map(drop),
        Some(Change::Delete { id }) => tx.exec(&DELETE, &[id.into()]).await.map(drop),
    }
}

pub(crate) async fn mark(
    tx: &mut Tx<'_>,
    person: PersonId,
    post: PostId,
    day: Day,
    concurrent: bool,
) -> Result<u64, store::Error> {
    tx.exec(&CONCURRENT, &[person.into(), post.into(), day.into(), concurrent.into()]).await
}
