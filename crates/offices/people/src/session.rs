//! Sessions: who a browser's token belongs to, marking use, listing, ending.

use std::collections::BTreeSet;
use std::time::Duration;

use kernel::World;
use kernel::locale::Localized;
use kernel::time::Instant;
use store::{Json, Row, Tx};

use crate::keys::{Keys, KeysError};
use crate::secret::Token;
use crate::{Actor, HeldPost, Must, PersonId, PostId, SessionId, Staff, posts, record};

store::statements! {
    /// The person of a token, each post held on the day and each unit of its 所管: one row per post and unit.
    ///
    /// The 所管 starts at the post's unit, or at the 課 above when the post is in a 係 of one, and goes down the tree.
    /// UNION (not UNION ALL) ends it even if somebody has made a ring.
    WHO = "WITH RECURSIVE me (session, person, seen_at, must_enrol) AS (
            SELECT s.id, s.person, s.seen_at, s.must_enrol FROM session s
            WHERE s.token = $1 AND s.expires_at > $2 AND s.seen_at + s.idle > $2
        ), held (post, unit, unit_name, title, roles, concurrent, sort, top) AS (
            SELECT h.post, p.unit, us.name, ps.title, ps.roles, h.concurrent, ps.sort,
                COALESCE((SELECT above.unit FROM unit_state above
                    WHERE us.kind = 'section' AND above.unit = us.parent AND above.kind = 'division' AND above.closed = FALSE
                        AND above.valid_from = (SELECT MAX(x.valid_from) FROM unit_state x WHERE x.unit = above.unit AND x.valid_from <= $3)), p.unit)
            FROM me
            JOIN holding h ON h.person = me.person AND h.valid_from <= $3 AND (h.valid_to IS NULL OR h.valid_to > $3)
            JOIN post p ON p.id = h.post
            JOIN post_state ps ON ps.post = p.id AND ps.closed = FALSE
                AND ps.valid_from = (SELECT MAX(x.valid_from) FROM post_state x WHERE x.post = p.id AND x.valid_from <= $3)
            JOIN unit_state us ON us.unit = p.unit AND us.closed = FALSE
                AND us.valid_from = (SELECT MAX(x.valid_from) FROM unit_state x WHERE x.unit = p.unit AND x.valid_from <= $3)
        ), scope (post, unit) AS (
            SELECT held.post, held.top FROM held
            UNION
            SELECT scope.post, us.unit FROM scope
            JOIN unit_state us ON us.parent = scope.unit AND us.closed = FALSE
                AND us.valid_from = (SELECT MAX(x.valid_from) FROM unit_state x WHERE x.unit = us.unit AND x.valid_from <= $3)
        )
        SELECT me.session, me.person, e.name, e.login, me.seen_at, me.must_enrol, w.must_change,
            held.post, held.unit, held.unit_name, held.title, held.roles, held.concurrent, scope.unit
        FROM me
        JOIN person e ON e.id = me.person AND e.disabled = FALSE
        JOIN password w ON w.person = me.person
        LEFT JOIN held ON TRUE
        LEFT JOIN scope ON scope.post = held.post
        ORDER BY held.concurrent, held.sort, held.post";
    /// Marks use, at most once a minute.
    TOUCH = "UPDATE session SET seen_at = $2 WHERE id = $1 AND seen_at <= $3";
    /// A new session.
    OPEN = "INSERT INTO session (id, token, person, device, must_enrol, created_at, seen_at, idle, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8)";
    /// A person's sessions that still count.
    LIST = "SELECT id, device, created_at, seen_at, expires_at, idle FROM session
        WHERE person = $1 AND expires_at > $2 AND seen_at + idle > $2 ORDER BY seen_at DESC, id";
    /// Ends one.
    END = "DELETE FROM session WHERE id = $1 AND person = $2";
    /// Ends all.
    END_ALL = "DELETE FROM session WHERE person = $1";
    /// Ends all but one.
    END_OTHERS = "DELETE FROM session WHERE person = $1 AND id <> $2";
    /// Ends what waits for a second factor.
    END_PENDING = "DELETE FROM pending_sign_in WHERE person = $1";
    /// Nothing left to set up.
    ENROLLED = "UPDATE session SET must_enrol = FALSE WHERE id = $1";
    /// Sessions past their time.
    SWEEP = "DELETE FROM session WHERE expires_at <= $1 OR seen_at + idle <= $1";
    /// Half sign-ins past their time.
    SWEEP_PENDING = "DELETE FROM pending_sign_in WHERE expires_at <= $1";
    /// Offered secrets past their time.
    SWEEP_OFFERS = "DELETE FROM totp_offer WHERE expires_at <= $1";
}

/// How often use is marked.
const TOUCH_EVERY_MINUTES: i64 = 1;

/// The member of staff this token belongs to at `now`, with what the posts of that civil day allow. One SELECT.
///
/// An unknown, ended or expired token and a person who is locked out all give nothing.
///
/// # Errors
/// Any storage error.
pub async fn authenticate(tx: &mut Tx<'_>, token: &Token, now: Instant) -> Result<Option<Staff>, store::Error> {
    let rows = tx.all(&WHO, &[token.digest().into(), now.into(), now.day().into()]).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let must = match (first.get::<bool>(6)?, first.get::<bool>(5)?) {
        (true, _) => Some(Must::ChangePassword),
        (false, true) => Some(Must::EnrolSecondFactor),
        (false, false) => None,
    };
    let mut staff = Staff {
        session: first.get(0)?,
        person: first.get(1)?,
        name: first.get(2)?,
        login: first.get(3)?,
        posts: Vec::new(),
        must,
        stale: first.get::<Instant>(4)? <= now.plus_minutes(-TOUCH_EVERY_MINUTES),
    };
    for row in &rows {
        let Some(post) = row.get::<Option<PostId>>(7)? else { break };
        if staff.posts.last().is_none_or(|last| last.post != post) {
            staff.posts.push(held(row, post)?);
        }
        if let Some(last) = staff.posts.last_mut() {
            last.scope.insert(row.get(13)?);
        }
    }
    Ok(Some(staff))
}

fn held(row: &Row, post: PostId) -> Result<HeldPost, store::Error> {
    Ok(HeldPost {
        post,
        unit: row.get(8)?,
        unit_name: row.get::<Json<Localized>>(9)?.0,
        title: row.get::<Json<Localized>>(10)?.0,
        roles: posts::roles(row, 11)?,
        concurrent: row.get(12)?,
        scope: BTreeSet::new(),
    })
}

/// Marks a session as used. Cheap to call too often: it writes at most once a minute.
///
/// # Errors
/// Any storage error.
pub async fn touch(tx: &mut Tx<'_>, world: &World, session: SessionId) -> Result<(), store::Error> {
    let now = world.now();
    tx.exec(&TOUCH, &[session.into(), now.into(), now.plus_minutes(-TOUCH_EVERY_MINUTES).into()]).await.map(drop)
}

/// A session in the list a person sees of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// The session.
    pub id: SessionId,
    /// What the browser calls itself.
    pub device: String,
    /// When it began.
    pub created_at: Instant,
    /// When it was last used, to the minute.
    pub seen_at: Instant,
    /// When it ends at the latest.
    pub expires_at: Instant,
    /// When it ends unless it is used before.
    pub idle_at: Instant,
}

/// A person's open sessions, the last used first.
///
/// # Errors
/// Any storage error.
pub async fn sessions(tx: &mut Tx<'_>, person: PersonId, now: Instant) -> Result<Vec<SessionView>, store::Error> {
    let rows = tx.all(&LIST, &[person.into(), now.into()]).await?;
    rows.iter()
        .map(|row| {
            let (seen_at, expires_at) = (row.get::<Instant>(3)?, row.get::<Instant>(4)?);
            let idle = Duration::from_micros(u64::try_from(row.get::<i64>(5)?).unwrap_or(0));
            Ok(SessionView {
                id: row.get(0)?,
                device: row.get(1)?,
                created_at: row.get(2)?,
                seen_at,
                expires_at,
                idle_at: seen_at.plus(idle).min(expires_at),
            })
        })
        .collect()
}

/// Ends one of the person's own sessions, perhaps the present one (signing out); false if there was none.
///
/// # Errors
/// Any storage error.
pub async fn revoke(tx: &mut Tx<'_>, world: &World, staff: &Staff, session: SessionId) -> Result<bool, store::Error> {
    let ended = tx.exec(&END, &[session.into(), staff.person.into()]).await? > 0;
    if ended {
        let actor = Actor::Staff(staff.person, None);
        record::change(tx, world, actor, "people.session.end", staff.person.uuid(), session.to_string()).await?;
    }
    Ok(ended)
}

/// Ends every session of the person but the present one, and what waits for a second factor; how many ended.
///
/// # Errors
/// Any storage error.
pub async fn revoke_others(tx: &mut Tx<'_>, world: &World, staff: &Staff) -> Result<u64, store::Error> {
    let ended = end_others(tx, staff.person, staff.session).await?;
    let actor = Actor::Staff(staff.person, None);
    record::change(tx, world, actor, "people.session.end_others", staff.person.uuid(), ended.to_string()).await?;
    Ok(ended)
}

/// Ends every session of a person and what waits for a second factor. Only an administrator does that to another one.
///
/// # Errors
/// [`KeysError`].
pub async fn revoke_all(tx: &mut Tx<'_>, world: &World, actor: Actor, person: PersonId) -> Result<u64, KeysError> {
    Keys::take(tx, world, actor, world.today()).await?.person(tx, person).await?;
    let ended = end_all(tx, person).await?;
    record::change(tx, world, actor, "people.session.end_all", person.uuid(), ended.to_string()).await?;
    Ok(ended)
}

pub(crate) async fn end_all(tx: &mut Tx<'_>, person: PersonId) -> Result<u64, store::Error> {
    tx.exec(&END_PENDING, &[person.into()]).await?;
    tx.exec(&END_ALL, &[person.into()]).await
}

/// Ends what could still go on with an old password or without the new second factor.
pub(crate) async fn end_others(tx: &mut Tx<'_>, person: PersonId, session: SessionId) -> Result<u64, store::Error> {
    tx.exec(&END_PENDING, &[person.into()]).await?;
    tx.exec(&END_OTHERS, &[person.into(), session.into()]).await
}

pub(crate) async fn enrolled(tx: &mut Tx<'_>, session: SessionId) -> Result<(), store::Error> {
    tx.exec(&ENROLLED, &[session.into()]).await.map(drop)
}

/// A session that was just opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The session.
    pub session: SessionId,
    /// The person.
    pub person: PersonId,
    /// For the cookie; it cannot be had again.
    pub token: Token,
    /// When it ends at the latest.
    pub expires_at: Instant,
}

pub(crate) struct Open<'a> {
    pub(crate) person: PersonId,
    pub(crate) device: &'a str,
    pub(crate) must_enrol: bool,
    pub(crate) policy: &'a crate::Policy,
}

pub(crate) async fn open(tx: &mut Tx<'_>, world: &World, open: Open<'_>) -> Result<Opened, store::Error> {
    let (session, token, now) = (world.id(), Token::new(world), world.now());
    let expires_at = now.plus(open.policy.absolute);
    let params = [
        SessionId::into(session),
        token.digest().into(),
        open.person.into(),
        open.device.into(),
        open.must_enrol.into(),
        now.into(),
        i64::try_from(open.policy.idle.as_micros()).unwrap_or(i64::MAX / 4).into(),
        expires_at.into(),
    ];
    tx.exec(&OPEN, &params).await?;
    Ok(Opened { session, person: open.person, token, expires_at })
}

/// Removes sessions, half sign-ins and offered secrets whose time is over. For a job, a few times a day.
///
/// # Errors
/// Any storage error.
pub async fn sweep(tx: &mut Tx<'_>, now: Instant) -> Result<u64, store::Error> {
    let mut swept = 0;
    for statement in [&SWEEP, &SWEEP_PENDING, &SWEEP_OFFERS] {
        swept += tx.exec(statement, &[now.into()]).await?;
    }
    Ok(swept)
}
