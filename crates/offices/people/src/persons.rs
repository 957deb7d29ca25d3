//! Persons: adding, changing, locking out, and the lists of the back office.

use kernel::World;
use kernel::day::Day;
use kernel::locale::Localized;
use kernel::text::{Line, fold, nfkc};
use store::{Json, Tx};

use crate::keeper::{Hashed, Keeper, KeeperError};
use crate::keys::{Keys, KeysError};
use crate::password::Password;
use crate::{Actor, PersonId, record, session};

store::statements! {
    /// A new person.
    INSERT = "INSERT INTO person (id, number, login, name, kana, search, disabled, created_at) VALUES ($1, $2, $3, $4, $5, $6, FALSE, $7)
        ON CONFLICT DO NOTHING";
    /// Changed particulars, unless number or login belong to somebody else.
    UPDATE = "UPDATE person SET number = $2, login = $3, name = $4, kana = $5, search = $6 WHERE id = $1
        AND NOT EXISTS (SELECT 1 FROM person o WHERE o.id <> $1 AND (o.login = $3 OR o.number = $2))";
    /// Locked out or let in again.
    DISABLE = "UPDATE person SET disabled = $2 WHERE id = $1 AND disabled <> $2";
    /// A page of the list, with what each can sign in with.
    LIST = "SELECT e.id, e.number, e.login, e.name, e.kana, e.disabled,
            EXISTS (SELECT 1 FROM password w WHERE w.person = e.id),
            EXISTS (SELECT 1 FROM totp t WHERE t.person = e.id),
            (SELECT COUNT(*) FROM one_time_code c WHERE c.person = e.id AND c.used_at IS NULL)
        FROM person e WHERE e.search LIKE $1 ESCAPE '!' ORDER BY e.kana, e.id LIMIT $2 OFFSET $3";
    /// One person, the same columns.
    ONE = "SELECT e.id, e.number, e.login, e.name, e.kana, e.disabled,
            EXISTS (SELECT 1 FROM password w WHERE w.person = e.id),
            EXISTS (SELECT 1 FROM totp t WHERE t.person = e.id),
            (SELECT COUNT(*) FROM one_time_code c WHERE c.person = e.id AND c.used_at IS NULL)
        FROM person e WHERE e.id = $1";
    /// The login somebody has.
    LOGIN_OF = "SELECT login FROM person WHERE id = $1";
    /// By login.
    BY_LOGIN = "SELECT id FROM person WHERE login = $1";
    /// A password set by somebody else than its owner, whatever was there.
    SET_PASSWORD = "INSERT INTO password (person, hash, version, must_change, changed_at, expires_at) VALUES ($1, $2, 1, $3, $4, $5)
        ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, version = password.version + 1, must_change = excluded.must_change,
            changed_at = excluded.changed_at, expires_at = excluded.expires_at";
    /// The posts of one person, past and planned too,
    /// with the title each had in its last days.
    HISTORY = "SELECT h.post, p.code, p.unit, h.valid_from, h.valid_to, h.concurrent, s.title
        FROM holding h
        JOIN post p ON p.id = h.post
        LEFT JOIN post_state s ON s.post = h.post AND s.valid_from =
            (SELECT MAX(x.valid_from) FROM post_state x WHERE x.post = h.post AND (h.valid_to IS NULL OR x.valid_from < h.valid_to))
        WHERE h.person = $1 ORDER BY h.valid_from DESC, h.concurrent, p.code";
}

/// The name somebody signs in with: small letters, digits and `. _ -`, at least two.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Login(String);

impl Login {
    /// A login as typed, with the input method on or off.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 400 {
            return None;
        }
        let login = nfkc(text.trim()).to_lowercase();
        let fits = (2..=64).contains(&login.len())
            && login
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-' | b'@'));
        fits.then_some(Self(login))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// A person's particulars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonData {
    /// 職員番号.
    pub number: Option<Line<40>>,
    /// The login.
    pub login: Login,
    /// The name.
    pub name: Line<80>,
    /// Its reading, for sorting and searching.
    pub kana: Line<120>,
}

impl PersonData {
    /// What the list is searched by.
    pub(crate) fn search(&self) -> String {
        let number = self.number.as_ref().map_or("", Line::as_str);
        fold(&format!("{}\u{1f}{}\u{1f}{}\u{1f}{number}", self.name, self.kana, self.login))
    }
}

/// A password given by somebody else, to be changed at the first sign-in and only good until then.
#[derive(Clone, Debug)]
pub struct FirstPassword {
    /// Its hash, made by [`crate::Keeper`] before the transaction.
    pub hash: Hashed,
    /// Whether it must be changed at once. Only the demo city's passwords stay.
    pub must_change: bool,
}

impl FirstPassword {
    /// A password drawn for a slip of paper, and its text, which cannot be had again.
    ///
    /// # Errors
    /// [`KeeperError`].
    pub async fn draw(world: &World, keeper: &Keeper) -> Result<(Self, String), KeeperError> {
        let (password, text) = Password::drawn(world);
        Ok((Self { hash: keeper.hash(world, &password).await?, must_change: true }, text))
    }
}

/// Why a person is not added or changed.
#[derive(Debug, thiserror::Error)]
pub enum PersonError {
    /// The login or number belongs to somebody else.
    #[error("this login or staff number belongs to somebody else")]
    Taken,
    /// No such person.
    #[error("no such person")]
    Unknown,
    /// It is an administrator's.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Why particulars are not written.
#[derive(Debug)]
pub(crate) enum Unwritten {
    /// The login or number belongs to somebody else.
    Taken,
    /// No such person.
    Unknown,
    /// Storage.
    Store(store::Error),
}

impl From<store::Error> for Unwritten {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<Unwritten> for PersonError {
    fn from(why: Unwritten) -> Self {
        match why {
            Unwritten::Taken => Self::Taken,
            Unwritten::Unknown => Self::Unknown,
            Unwritten::Store(error) => Self::Store(error),
        }
    }
}

/// Adds a person. Without a password nobody can sign in as them.
///
/// # Errors
/// [`PersonError::Taken`].
pub async fn add_person(
    tx: &mut Tx<'_>,
    world: &World,
    actor: Actor,
    data: &PersonData,
    password: Option<&FirstPassword>,
) -> Result<PersonId, PersonError> {
    let id = insert(tx, world, data).await?;
    if let Some(password) = password {
        set_password(tx, world, id, password).await?;
    }
    record::change(tx, world, actor, "people.person.add", id.uuid(), data.login.to_string()).await?;
    Ok(id)
}

pub(crate) async fn insert(tx: &mut Tx<'_>, world: &World, data: &PersonData) -> Result<PersonId, Unwritten> {
    let id: PersonId = world.id();
    let params = [
        id.into(),
        data.number.as_ref().map(Line::as_str).into(),
        data.login.as_str().into(),
        data.name.as_str().into(),
        data.kana.as_str().into(),
        data.search().into(),
        world.now().into(),
    ];
    if tx.exec(&INSERT, &params).await? == 0 {
        return Err(Unwritten::Taken);
    }
    Ok(id)
}

/// Changes a person's particulars. Another login for an administrator would lock them out: only an administrator
/// gives it.
///
/// # Errors
/// [`PersonError`].
pub async fn change_person(
    tx: &mut Tx<'_>,
    world: &World,
    actor: Actor,
    id: PersonId,
    data: &PersonData,
) -> Result<(), PersonError> {
    let keys = Keys::take(tx, world, actor, world.today()).await?;
    let row = tx.opt(&LOGIN_OF, &[id.into()]).await?.ok_or(PersonError::Unknown)?;
    if row.get::<String>(0)? != data.login.as_str() {
        keys.person(tx, id).await?;
    }
    update(tx, id, data).await?;
    record::change(tx, world, actor, "people.person.change", id.uuid(), data.login.to_string()).await?;
    Ok(())
}

pub(crate) async fn update(tx: &mut Tx<'_>, id: PersonId, data: &PersonData) -> Result<(), Unwritten> {
    let params = [
        id.into(),
        data.number.as_ref().map(Line::as_str).into(),
        data.login.as_str().into(),
        data.name.as_str().into(),
        data.kana.as_str().into(),
        data.search().into(),
    ];
    if tx.exec(&UPDATE, &params).await? == 0 {
        return Err(if tx.opt(&ONE, &[id.into()]).await?.is_some() { Unwritten::Taken } else { Unwritten::Unknown });
    }
    Ok(())
}

/// Locks a person out, ending every session, or lets them in again; false if nothing changed. Nobody locks themselves
/// out, and the last administrator is not locked out.
///
/// # Errors
/// [`KeysError`].
pub async fn disable_person(
    tx: &mut Tx<'_>,
    world: &World,
    actor: Actor,
    id: PersonId,
    disabled: bool,
) -> Result<bool, KeysError> {
    let keys = Keys::take(tx, world, actor, world.today()).await?;
    if disabled && matches!(actor, Actor::Staff(own, _) if own == id) {
        return Err(KeysError::Oneself);
    }
    keys.person(tx, id).await?;
    let changed = tx.exec(&DISABLE, &[id.into(), disabled.into()]).await? > 0;
    if changed {
        if disabled {
            session::end_all(tx, id).await?;
        }
        let act = if disabled { "people.person.disable" } else { "people.person.enable" };
        keys.left(tx).await?;
        record::change(tx, world, actor, act, id.uuid(), String::new()).await?;
    }
    Ok(changed)
}

/// Days for which a first password is good.
const FIRST_PASSWORD_DAYS: i64 = 14;

/// Sets a password, in place of any other.
pub(crate) async fn set_password(
    tx: &mut Tx<'_>,
    world: &World,
    id: PersonId,
    password: &FirstPassword,
) -> Result<(), store::Error> {
    let now = world.now();
    let expires = password.must_change.then(|| now.plus_days(FIRST_PASSWORD_DAYS));
    let params = [id.into(), password.hash.as_str().into(), password.must_change.into(), now.into(), expires.into()];
    tx.exec(&SET_PASSWORD, &params).await.map(drop)
}

/// A person in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The id.
    pub id: PersonId,
    /// 職員番号.
    pub number: Option<String>,
    /// The login.
    pub login: String,
    /// The name.
    pub name: String,
    /// Its reading.
    pub kana: String,
    /// Locked out.
    pub disabled: bool,
    /// Has a password.
    pub has_password: bool,
    /// Has an authenticator as second factor.
    pub has_totp: bool,
    /// Printed one-time codes left.
    pub codes_left: i64,
}

fn read(row: &store::Row) -> Result<Person, store::Error> {
    Ok(Person {
        id: row.get(0)?,
        number: row.get(1)?,
        login: row.get(2)?,
        name: row.get(3)?,
        kana: row.get(4)?,
        disabled: row.get(5)?,
        has_password: row.get(6)?,
        has_totp: row.get(7)?,
        codes_left: row.get(8)?,
    })
}

/// Persons whose name, reading, login or number contains `search`, by reading; `limit` of them after the first `skip`.
///
/// # Errors
/// Any storage error.
pub async fn persons(tx: &mut Tx<'_>, search: &str, skip: u32, limit: u32) -> Result<Vec<Person>, store::Error> {
    let mut pattern = String::from("%");
    for c in fold(search).chars().take(100) {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    tx.all(&LIST, &[pattern.into(), limit.into(), skip.into()]).await?.iter().map(read).collect()
}

/// One person.
///
/// # Errors
/// Any storage error.
pub async fn person(tx: &mut Tx<'_>, id: PersonId) -> Result<Option<Person>, store::Error> {
    tx.opt(&ONE, &[id.into()]).await?.as_ref().map(read).transpose()
}

/// The person with this login.
///
/// # Errors
/// Any storage error.
pub async fn person_by_login(tx: &mut Tx<'_>, login: &Login) -> Result<Option<PersonId>, store::Error> {
    match tx.opt(&BY_LOGIN, &[login.as_str().into()]).await? {
        Some(row) => row.get(0).map(Some),
        None => Ok(None),
    }
}

/// A person's time in a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The post.
    pub post: crate::PostId,
    /// Its code.
    pub code: String,
    /// Its title then; the code if it had none yet.
    pub title: Localized,
    /// Its unit.
    pub unit: crate::UnitId,
    /// The first day.
    pub from: Day,
    /// The first day no longer held.
    pub to: Option<Day>,
    /// Beside another post.
    pub concurrent: bool,
}

/// All terms of a person, the newest first, planned ones too.
///
/// # Errors
/// Any storage error.
pub async fn terms(tx: &mut Tx<'_>, id: PersonId) -> Result<Vec<Term>, store::Error> {
    let rows = tx.all(&HISTORY, &[id.into()]).await?;
    rows.iter()
        .map(|row| {
            let (code, title) = (row.get::<String>(1)?, row.get::<Option<Json<Localized>>>(6)?);
            Ok(Term {
                post: row.get(0)?,
                title: title.map_or_else(|| Localized::ja(&code), |title| title.0),
                code,
                unit: row.get(2)?,
                from: row.get(3)?,
                to: row.get(4)?,
                concurrent: row.get(5)?,
            })
        })
        .collect()
}
