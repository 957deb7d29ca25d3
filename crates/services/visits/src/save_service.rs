//! Staff describe a service: name, what to bring, how long, when bookable. Every edit is a new version.

use kernel::World;
use kernel::locale::Localized;
use store::{Error, Json, Tx, Value};

use crate::{
    clerk::By,
    model::{CounterId, ServiceId, Window},
    service::{Bring, Instead, Service},
    trail,
    visit::topic_service,
};

/// What staff write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceDraft {
    /// A short word of letters, digits and `-`; fixed once made.
    pub code: String,
    /// The counter.
    pub counter: CounterId,
    /// Its name.
    pub name: Localized,
    /// What it is, in a sentence.
    pub summary: Localized,
    /// What to bring.
    pub bring: Bring,
    /// Ways without a visit.
    pub instead: Vec<Instead>,
    /// Whether people must come.
    pub needs_visit: bool,
    /// How long it takes.
    pub minutes: u16,
    /// When places can be taken.
    pub window: Window,
    /// Names and addresses are deleted this many days after the visit.
    pub keep_days: u16,
    /// Order in lists.
    pub position: i64,
    /// Whether it is offered.
    pub active: bool,
}

/// Why a service was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveServiceError {
    /// A field does not make sense; its name.
    #[error("{0} does not make sense")]
    Field(&'static str),
    /// Another service has this code.
    #[error("the code is taken")]
    CodeTaken,
    /// It does not exist, or somebody else changed it meanwhile.
    #[error("changed meanwhile")]
    Stale,
    /// Storage.
    #[error(transparent)]
    Store(#[from] Error),
}

store::statements! {
    INSERT = "INSERT INTO visit_service (id, code, counter_id, name, summary, bring, instead, needs_visit, minutes, open_days,
                lead_minutes, cutoff_days, cutoff_minute, keep_days, position, active, version)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1)
              ON CONFLICT (code) DO NOTHING";
    UPDATE = "UPDATE visit_service SET counter_id = $3, name = $4, summary = $5, bring = $6, instead = $7, needs_visit = $8,
                minutes = $9, open_days = $10, lead_minutes = $11, cutoff_days = $12, cutoff_minute = $13, keep_days = $14,
                position = $15, active = $16, version = version + 1
              WHERE id = $1 AND code = $2 AND version = $17";
}

fn check(draft: &ServiceDraft) -> Result<(), SaveServiceError> {
    let code = draft.code.as_bytes();
    let plain = code.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-');
    let checks = [
        ("code", (1..=40).contains(&code.len()) && plain),
        ("name", (1..=60).contains(&draft.name.ja.chars().count())),
        ("summary", draft.summary.ja.chars().count() <= 400),
        ("minutes", (1..=480).contains(&draft.minutes)),
        ("open_days", draft.window.open_days <= 366),
        ("lead_minutes", draft.window.lead_minutes <= 1440),
        ("cutoff_days", draft.window.cutoff_days <= 60 && draft.window.cutoff_days <= draft.window.open_days),
        ("cutoff_minute", draft.window.cutoff_minute <= 1439),
        ("keep_days", draft.keep_days <= 400),
        ("instead", draft.needs_visit || !draft.instead.is_empty()),
    ];
    match checks.into_iter().find(|(_, fine)| !fine) {
        Some((field, _)) => Err(SaveServiceError::Field(field)),
        None => Ok(()),
    }
}

fn params(id: ServiceId, draft: &ServiceDraft) -> Vec<Value> {
    vec![
        id.into(),
        draft.code.as_str().into(),
        draft.counter.into(),
        (&Json(&draft.name)).into(),
        (&Json(&draft.summary)).into(),
        (&Json(&draft.bring)).into(),
        (&Json(&draft.instead)).into(),
        draft.needs_visit.into(),
        draft.minutes.into(),
        draft.window.open_days.into(),
        draft.window.lead_minutes.into(),
        draft.window.cutoff_days.into(),
        draft.window.cutoff_minute.into(),
        draft.keep_days.into(),
        draft.position.into(),
        draft.active.into(),
    ]
}

/// Makes a service.
///
/// # Errors
/// [`SaveServiceError`].
pub async fn add_service(
    tx: &mut Tx<'_>,
    world: &World,
    draft: &ServiceDraft,
    by: By,
) -> Result<ServiceId, SaveServiceError> {
    check(draft)?;
    let id: ServiceId = world.id();
    if tx.exec(&INSERT, &params(id, draft)).await? != 1 {
        return Err(SaveServiceError::CodeTaken);
    }
    trail::record(tx, world, &by, "visits.add_service", id, Some(&draft.code)).await?;
    tx.announce(topic_service(id).as_str());
    Ok(id)
}

/// Changes a service; `seen` is the version the editor was shown. Its code stays.
///
/// # Errors
/// [`SaveServiceError`].
pub async fn edit_service(
    tx: &mut Tx<'_>,
    world: &World,
    id: ServiceId,
    seen: i64,
    draft: &ServiceDraft,
    by: By,
) -> Result<(), SaveServiceError> {
    check(draft)?;
    let mut params = params(id, draft);
    params.push(seen.into());
    if tx.exec(&UPDATE, &params).await? != 1 {
        return Err(SaveServiceError::Stale);
    }
    trail::record(tx, world, &by, "visits.edit_service", id, Some(&draft.code)).await?;
    tx.announce(topic_service(id).as_str());
    Ok(())
}

impl From<Service> for ServiceDraft {
    fn from(it: Service) -> Self {
        Self {
            code: it.code,
            counter: it.counter,
            name: it.name,
            summary: it.summary,
            bring: it.bring,
            instead: it.instead,
            needs_visit: it.needs_visit,
            minutes: it.minutes,
            window: it.window,
            keep_days: it.keep_days,
            position: it.position,
            active: it.active,
        }
    }
}
