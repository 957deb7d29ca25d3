//! Services (手続): what people come for, what to bring, and where it can be done without coming.

use kernel::locale::Localized;
use serde::{Deserialize, Serialize};
use store::{Error, Json, Row, Tx};

use crate::model::{CounterId, ServiceId, Who, Window};

/// What to bring, by who comes. Each entry is one line of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bring {
    /// The person concerned.
    #[serde(rename = "self", default)]
    pub own: Vec<Localized>,
    /// Somebody for them.
    #[serde(default)]
    pub agent: Vec<Localized>,
    /// A child under 15 with a parent.
    #[serde(default)]
    pub child: Vec<Localized>,
}

impl Bring {
    /// The list for who comes.
    #[must_use]
    pub fn list(&self, who: Who) -> &[Localized] {
        match who {
            Who::Own => &self.own,
            Who::Agent => &self.agent,
            Who::Child => &self.child,
        }
    }
}

/// A way that needs no visit: コンビニ交付, online, by post, by telephone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instead {
    /// What it is called.
    pub name: Localized,
    /// Where, when, with what.
    pub note: Localized,
    /// A page, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A procedure people come for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// A short word that never changes; the topic of facts and voices.
    pub code: String,
    /// The counter that serves it.
    pub counter: CounterId,
    /// Its name.
    pub name: Localized,
    /// What it is, in a sentence.
    pub summary: Localized,
    /// What to bring.
    pub bring: Bring,
    /// Ways without a visit, named first.
    pub instead: Vec<Instead>,
    /// False: it needs no visit and no booking; the page says where else.
    pub needs_visit: bool,
    /// How long it takes.
    pub minutes: u16,
    /// When its places can be taken.
    pub window: Window,
    /// Names and addresses are deleted this many days after the visit.
    pub keep_days: u16,
    /// Order in lists.
    pub position: i64,
    /// False: not offered any more.
    pub active: bool,
    /// Grows with every edit.
    pub version: i64,
}

impl Service {
    /// Whether residents may book it.
    #[must_use]
    pub fn bookable(&self) -> bool {
        self.active && self.needs_visit
    }
}

macro_rules! columns {
    () => {
        "id, code, counter_id, name, summary, bring, instead, needs_visit, minutes, \
         open_days, lead_minutes, cutoff_days, cutoff_minute, keep_days, position, active, version"
    };
}

store::statements! {
    ALL = concat!("SELECT ", columns!(), " FROM visit_service ORDER BY position, code");
    ONE = concat!("SELECT ", columns!(), " FROM visit_service WHERE id = $1");
    BY_CODE = concat!("SELECT ", columns!(), " FROM visit_service WHERE code = $1");
}

fn read(row: &Row) -> Result<Service, Error> {
    Ok(Service {
        id: row.get(0)?,
        code: row.get(1)?,
        counter: row.get(2)?,
        name: row.get::<Json<Localized>>(3)?.0,
        summary: row.get::<Json<Localized>>(4)?.0,
        bring: row.get::<Json<Bring>>(5)?.0,
        instead: row.get::<Json<Vec<Instead>>>(6)?.0,
        needs_visit: row.get(7)?,
        minutes: row.get(8)?,
        window: Window {
            open_days: row.get(9)?,
            lead_minutes: row.get(10)?,
            cutoff_days: row.get(11)?,
            cutoff_minute: row.get(12)?,
        },
        keep_days: row.get(13)?,
        position: row.get(14)?,
        active: row.get(15)?,
        version: row.get(16)?,
    })
}

/// Every service, in the order of lists, also those not offered any more.
///
/// # Errors
/// Storage only.
pub async fn services(tx: &mut Tx<'_>) -> Result<Vec<Service>, Error> {
    tx.all(&ALL, &[]).await?.iter().map(read).collect()
}

/// One service.
///
/// # Errors
/// Storage only.
pub async fn service(tx: &mut Tx<'_>, id: ServiceId) -> Result<Option<Service>, Error> {
    tx.opt(&ONE, &[id.into()]).await?.as_ref().map(read).transpose()
}

/// One service by its code.
///
/// # Errors
/// Storage only.
pub async fn service_by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Service>, Error> {
    tx.opt(&BY_CODE, &[code.into()]).await?.as_ref().map(read).transpose()
}
