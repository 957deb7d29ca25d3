//! Looking at a resident's case is an act: it has a purpose, it is recorded, and it can be listed.

use kernel::World;
use kernel::text::Line;
use kernel::time::Instant;
use store::Tx;
use store::audit::{self, Entry, EntryId, Of, Written};
use uuid::Uuid;

use crate::roles::Permission;
use crate::{PersonId, PostId, Staff, UnitId};

/// How the acts are called in the audit log: this and the kind of case.
const ACT: &str = "people.look.";
/// The same for an attempt that was refused; no look, so it does not begin as one.
const REFUSED: &str = "people.look_refused.";
/// Entries read at a time while looking for looks.
const PAGE: u32 = 200;

/// Why somebody looks. The code stays in the log for ever; the words of [`Purpose::Other`] can be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// 窓口での対応: the resident is here.
    Counter,
    /// 電話での対応: the resident calls.
    Telephone,
    /// 来庁の準備: the resident comes later.
    Preparation,
    /// 記録の訂正: something is wrong in it.
    Correction,
    /// 苦情・問い合わせの確認.
    Complaint,
    /// Something else, in words.
    Other(Line<100>),
}

impl Purpose {
    /// The purposes a form offers before the free one.
    pub const OFFERED: [Self; 5] =
        [Self::Counter, Self::Telephone, Self::Preparation, Self::Correction, Self::Complaint];

    /// The recorded word.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Telephone => "telephone",
            Self::Preparation => "preparation",
            Self::Correction => "correction",
            Self::Complaint => "complaint",
            Self::Other(_) => "other",
        }
    }

    /// The purpose of a form: a code and, for `other`, words.
    #[must_use]
    pub fn parse(code: &str, words: &str) -> Option<Self> {
        match code {
            "other" => Line::parse(words).ok().map(Self::Other),
            _ => Self::OFFERED.into_iter().find(|purpose| purpose.code() == code),
        }
    }
}

/// A resident's case, as far as this office needs to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// What it is, one word for each kind: `visit`.
    pub kind: &'static str,
    /// Its id.
    pub id: Uuid,
    /// The unit it belongs to.
    pub unit: UnitId,
    /// What allows looking at it there.
    pub permission: Permission,
}

/// Whether a case may be shown. Both are in the log, so both commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Looked {
    /// The look is recorded: show it.
    Shown,
    /// No post held today allows it there: the attempt is recorded, nothing may be shown.
    Refused,
}

/// Records that `staff` looks at a case, or that they tried to though it is not of their 所管. Call it in the
/// transaction that reads the case, before showing anything of it.
///
/// # Errors
/// Any storage error.
pub async fn look(
    tx: &mut Tx<'_>,
    world: &World,
    staff: &Staff,
    case: &Case,
    purpose: &Purpose,
) -> Result<Looked, store::Error> {
    let Some(post) = staff.post_for(case.permission, case.unit) else {
        refuse_look(tx, world, staff, case.kind, case.id, purpose).await?;
        return Ok(Looked::Refused);
    };
    write(tx, world, staff, Some(post), &format!("{ACT}{}", case.kind), case.id, purpose).await?;
    Ok(Looked::Shown)
}

/// Records that `staff` tried to look at a case and was not shown it: `people.look_refused.` and the kind.
///
/// # Errors
/// Any storage error.
pub async fn refuse_look(
    tx: &mut Tx<'_>,
    world: &World,
    staff: &Staff,
    kind: &'static str,
    id: Uuid,
    purpose: &Purpose,
) -> Result<(), store::Error> {
    let post = staff.main_post().map(|held| held.post);
    write(tx, world, staff, post, &format!("{REFUSED}{kind}"), id, purpose).await
}

async fn write(
    tx: &mut Tx<'_>,
    world: &World,
    staff: &Staff,
    post: Option<PostId>,
    act: &str,
    id: Uuid,
    purpose: &Purpose,
) -> Result<(), store::Error> {
    let actor = audit::Actor::Staff { person: staff.person.uuid(), post: post.map(Into::into) };
    let mut entry = Entry::new(actor, act).object(id).purpose(purpose.code());
    if let Purpose::Other(words) = purpose {
        entry = entry.detail(words.as_str());
    }
    audit::append(tx, world, &entry).await.map(drop)
}

/// A recorded look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Its number in the log, to read on from.
    pub id: EntryId,
    /// When.
    pub at: Instant,
    /// Who.
    pub person: PersonId,
    /// In which post.
    pub post: Option<PostId>,
    /// What kind of case.
    pub kind: String,
    /// Which.
    pub object: Option<Uuid>,
    /// The purpose's code.
    pub purpose: Option<String>,
    /// The words of another purpose, unless erased.
    pub words: Option<String>,
}

/// The newest looks at one case, `limit` of them before an entry: what its resident may ask for.
///
/// # Errors
/// Any storage error.
pub async fn looks_at(
    tx: &mut Tx<'_>,
    case: Uuid,
    before: Option<EntryId>,
    limit: usize,
) -> Result<Vec<Look>, store::Error> {
    looks(tx, Of::Object(case), before, limit).await
}

/// The newest looks of one member of staff.
///
/// # Errors
/// Any storage error.
pub async fn looks_by(
    tx: &mut Tx<'_>,
    person: PersonId,
    before: Option<EntryId>,
    limit: usize,
) -> Result<Vec<Look>, store::Error> {
    looks(tx, Of::Person(person.uuid()), before, limit).await
}

async fn looks(tx: &mut Tx<'_>, of: Of, mut before: Option<EntryId>, limit: usize) -> Result<Vec<Look>, store::Error> {
    let mut found = Vec::new();
    loop {
        let page = audit::read(tx, of, before, PAGE).await?;
        before = page.last().map(|entry| entry.id);
        let full = page.len() == usize::try_from(PAGE).unwrap_or(usize::MAX);
        found.extend(page.into_iter().filter_map(as_look));
        if !full || found.len() >= limit {
            found.truncate(limit);
            return Ok(found);
        }
    }
}

fn as_look(entry: Written) -> Option<Look> {
    let kind = entry.act.strip_prefix(ACT)?.to_owned();
    let audit::Actor::Staff { person, post } = entry.actor else { return None };
    let words = entry.detail.as_ref().and_then(|detail| detail.as_str()).map(str::to_owned);
    Some(Look {
        id: entry.id,
        at: entry.at,
        person: person.into(),
        post: post.map(Into::into),
        kind,
        object: entry.object,
        purpose: entry.purpose,
        words,
    })
}
