//! The keys of the house: posts with the role 管理者. Only who has them gives and takes them, and the last ones stay.
//!
//! 人事 changes persons and posts; without these rules it could make itself administrator, over a post, over a unit
//! or over an administrator's own sign-in. Whoever sits at the machine may do everything (`staff add`).
//!
//! Every question is asked inside the transaction that changes something, after the rows of all administrators were
//! taken by an UPDATE: two such changes wait for each other on either engine, so the second sees what the first did.

use kernel::World;
use kernel::day::Day;
use store::Tx;

use crate::{Actor, PersonId, PostId, UnitId};

store::statements! {
    /// Takes the rows of everybody who ever held a key: the lock of all changes to the keys.
    TAKE = "UPDATE person SET disabled = disabled WHERE id IN (
            SELECT h.person FROM holding h JOIN post_state s ON s.post = h.post
            WHERE (' ' || s.roles || ' ') LIKE '% administrator %')";
    /// How many people can use the keys on a day: let in, with a password, in an open post of an open unit.
    /// With a person: whether that one can.
    ON_DAY = "SELECT COUNT(DISTINCT h.person)
        FROM holding h
        JOIN person e ON e.id = h.person AND e.disabled = FALSE
        JOIN password w ON w.person = h.person
        JOIN post p ON p.id = h.post
        JOIN post_state s ON s.post = p.id AND s.closed = FALSE AND (' ' || s.roles || ' ') LIKE '% administrator %'
            AND s.valid_from = (SELECT MAX(x.valid_from) FROM post_state x WHERE x.post = p.id AND x.valid_from <= $1)
        JOIN unit_state u ON u.unit = p.unit AND u.closed = FALSE
            AND u.valid_from = (SELECT MAX(x.valid_from) FROM unit_state x WHERE x.unit = p.unit AND x.valid_from <= $1)
        WHERE h.valid_from <= $1 AND (h.valid_to IS NULL OR h.valid_to > $1)
            AND (CAST($2 AS {uuid}) IS NULL OR h.person = $2)";
    /// Whether a person holds keys or will: what is planned for 1 April counts already.
    OF_PERSON = "SELECT EXISTS (SELECT 1 FROM holding h
        JOIN post_state s ON s.post = h.post AND s.closed = FALSE AND (' ' || s.roles || ' ') LIKE '% administrator %'
        WHERE h.person = $1 AND (h.valid_to IS NULL OR h.valid_to > $2) AND (s.valid_from > $2 OR s.valid_from =
            (SELECT MAX(x.valid_from) FROM post_state x WHERE x.post = s.post AND x.valid_from <= $2)))";
    /// Whether a post carries them or will.
    OF_POST = "SELECT EXISTS (SELECT 1 FROM post_state s
        WHERE s.post = $1 AND s.closed = FALSE AND (' ' || s.roles || ' ') LIKE '% administrator %' AND (s.valid_from > $2
            OR s.valid_from = (SELECT MAX(x.valid_from) FROM post_state x WHERE x.post = s.post AND x.valid_from <= $2)))";
    /// Whether a unit has such a post or will.
    OF_UNIT = "SELECT EXISTS (SELECT 1 FROM post p
        JOIN post_state s ON s.post = p.id AND s.closed = FALSE AND (' ' || s.roles || ' ') LIKE '% administrator %'
        WHERE p.unit = $1 AND (s.valid_from > $2
            OR s.valid_from = (SELECT MAX(x.valid_from) FROM post_state x WHERE x.post = p.id AND x.valid_from <= $2)))";
}

/// Why the keys of the house stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// Only an administrator changes this.
    #[error("only an administrator may change this")]
    Guarded,
    /// Afterwards nobody could administer the city.
    #[error("this is the last administrator")]
    Last,
    /// Nobody locks themselves out.
    #[error("nobody locks themselves out")]
    Oneself,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Whether a person holds the keys of the house, or will: only an administrator helps them to sign in.
///
/// # Errors
/// Any storage error.
pub async fn holds_keys(tx: &mut Tx<'_>, person: PersonId, today: Day) -> Result<bool, store::Error> {
    tx.value(&OF_PERSON, &[person.into(), today.into()]).await
}

/// The right to change the keys in this transaction, and how many people had them before.
#[derive(Debug)]
pub(crate) struct Keys {
    /// Who sits at the machine is bound by nothing.
    bound: bool,
    /// The actor is an administrator.
    own: bool,
    today: Day,
    /// The day from which the change counts, not before today.
    from: Day,
    before: i64,
}

impl Keys {
    /// Takes them, for a change that counts from `from` on.
    pub(crate) async fn take(tx: &mut Tx<'_>, world: &World, actor: Actor, from: Day) -> Result<Self, store::Error> {
        let today = world.today();
        let from = from.max(today);
        let Actor::Staff(person, _) = actor else {
            return Ok(Self { bound: false, own: true, today, from, before: 0 });
        };
        tx.exec(&TAKE, &[]).await?;
        let own: i64 = tx.value(&ON_DAY, &[today.into(), person.into()]).await?;
        let before = count(tx, from).await?;
        Ok(Self { bound: true, own: own > 0, today, from, before })
    }

    /// May this person's sign-in, login or lock be changed?
    pub(crate) async fn person(&self, tx: &mut Tx<'_>, person: PersonId) -> Result<(), KeysError> {
        let theirs = !self.own && tx.value(&OF_PERSON, &[person.into(), self.today.into()]).await?;
        self.allow(theirs)
    }

    /// May this post be given, taken, changed or closed?
    pub(crate) async fn post(&self, tx: &mut Tx<'_>, post: PostId) -> Result<(), KeysError> {
        let carries = !self.own && tx.value(&OF_POST, &[post.into(), self.today.into()]).await?;
        self.allow(carries)
    }

    /// May this unit be closed? Its posts lose with it what they may do.
    pub(crate) async fn unit(&self, tx: &mut Tx<'_>, unit: UnitId) -> Result<(), KeysError> {
        let has = !self.own && tx.value(&OF_UNIT, &[unit.into(), self.today.into()]).await?;
        self.allow(has)
    }

    /// Refuses what touches the keys to whoever has none.
    pub(crate) fn allow(&self, touched: bool) -> Result<(), KeysError> {
        if touched && !self.own { Err(KeysError::Guarded) } else { Ok(()) }
    }

    /// Asked after the change: is anybody left who can administer the city? If not, the transaction must not commit.
    pub(crate) async fn left(&self, tx: &mut Tx<'_>) -> Result<(), KeysError> {
        if self.bound && self.before > 0 && count(tx, self.from).await? == 0 {
            return Err(KeysError::Last);
        }
        Ok(())
    }
}

async fn count(tx: &mut Tx<'_>, day: Day) -> Result<i64, store::Error> {
    tx.value(&ON_DAY, &[day.into(), store::Value::from(None::<PersonId>)]).await
}
