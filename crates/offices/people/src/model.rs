//! Who is who: the ids, the unit tree and the signed-in member of staff, without a database.

use std::collections::{BTreeSet, HashMap};

use kernel::day::Day;
use kernel::locale::Localized;

use crate::roles::{Permission, Permissions, Roles};

store::id! {
    /// One member of staff.
    pub PersonId
}
store::id! {
    /// A 部, 課 or 係. It keeps its id through renaming and moving, so that cases stay with it.
    pub UnitId
}
store::id! {
    /// A 職: the place in a unit that authority belongs to.
    pub PostId
}
store::id! {
    /// A person's time in a post.
    pub HoldingId
}
store::id! {
    /// One signed-in browser.
    pub SessionId
}

/// The level of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// 部, 局.
    Department,
    /// 課, 室, 所.
    Division,
    /// 係, 班, 担当.
    Section,
}

impl UnitKind {
    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Department => "department",
            Self::Division => "division",
            Self::Section => "section",
        }
    }

    /// The word in a file or form.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word.trim() {
            "部" | "局" | "department" => Some(Self::Department),
            "課" | "室" | "所" | "館" | "支所" | "出張所" | "事務局" | "センター" | "division" => {
                Some(Self::Division)
            }
            "係" | "班" | "担当" | "グループ" | "section" => Some(Self::Section),
            _ => None,
        }
    }
}

/// A unit as it is on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its id, for ever.
    pub id: UnitId,
    /// The city's own code.
    pub code: String,
    /// 部, 課 or 係.
    pub kind: UnitKind,
    /// The unit above.
    pub parent: Option<UnitId>,
    /// Its name.
    pub name: Localized,
    /// Telephone, as the city writes it.
    pub telephone: Option<String>,
    /// FAX, as the city writes it.
    pub fax: Option<String>,
    /// Opening hours in words.
    pub hours: Option<Localized>,
    /// Place among its neighbours.
    pub sort: i64,
    /// The day this state began.
    pub valid_from: Day,
    /// The first day of the next state or of being closed, if one is known.
    pub valid_to: Option<Day>,
}

/// A unit with its depth in the tree: 0 for a top unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The unit.
    pub unit: Unit,
    /// How many units stand above it.
    pub depth: usize,
}

/// The units in reading order: each is followed by what is below it.
///
/// A unit whose parent is not among them stands at the top, and so does a ring of units, which nobody
/// should be able to make: nothing is left out of the list.
#[must_use]
pub fn tree(units: Vec<Unit>) -> Vec<Branch> {
    let known: BTreeSet<UnitId> = units.iter().map(|unit| unit.id).collect();
    let mut below: HashMap<Option<UnitId>, Vec<Unit>> = HashMap::new();
    let mut order: Vec<UnitId> = Vec::new();
    for unit in units {
        order.push(unit.id);
        below.entry(unit.parent.filter(|parent| known.contains(parent))).or_default().push(unit);
    }
    let mut branches = Vec::with_capacity(order.len());
    let mut waiting: Vec<(Unit, usize)> =
        below.remove(&None).unwrap_or_default().into_iter().rev().map(|unit| (unit, 0)).collect();
    loop {
        while let Some((unit, depth)) = waiting.pop() {
            waiting.extend(
                below.remove(&Some(unit.id)).unwrap_or_default().into_iter().rev().map(|unit| (unit, depth + 1)),
            );
            branches.push(Branch { unit, depth });
        }
        let Some(ring) = order.iter().find_map(|id| below.remove(&Some(*id))) else { return branches };
        waiting.extend(ring.into_iter().rev().map(|unit| (unit, 0)));
    }
}

/// Whether `unit` would stand below itself with `parent` above it.
pub(crate) fn makes_ring(units: &[Unit], unit: UnitId, parent: UnitId) -> bool {
    let above: HashMap<UnitId, Option<UnitId>> = units.iter().map(|unit| (unit.id, unit.parent)).collect();
    let mut at = Some(parent);
    for _ in 0..=units.len() {
        match at {
            None => return false,
            Some(here) if here == unit => return true,
            Some(here) => at = above.get(&here).copied().flatten(),
        }
    }
    true
}

/// A post that a signed-in person holds today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldPost {
    /// The post.
    pub post: PostId,
    /// Its unit.
    pub unit: UnitId,
    /// The unit's name.
    pub unit_name: Localized,
    /// The post's title.
    pub title: Localized,
    /// Its roles.
    pub roles: Roles,
    /// Held beside another one (兼務).
    pub concurrent: bool,
    /// Its 所管: the division the post is in (for a post in a 部 the 部 itself), with everything below.
    pub scope: BTreeSet<UnitId>,
}

/// What a session may do before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Must {
    /// The password is a first one and has to be changed.
    ChangePassword,
    /// The city asks for a second factor and none is set up.
    EnrolSecondFactor,
}

/// A signed-in member of staff, with what the posts held today allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// The session.
    pub session: SessionId,
    /// The person.
    pub person: PersonId,
    /// The name.
    pub name: String,
    /// The login.
    pub login: String,
    /// The posts held today, the main one first.
    pub posts: Vec<HeldPost>,
    /// All that has to be done first; until then no permission is given.
    pub must: Option<Must>,
    /// The session was last marked as used more than a minute ago: call [`crate::touch`].
    pub stale: bool,
}

impl Staff {
    /// Whether any post allows it, wherever. For pages and routes; for a thing of a unit ask [`Self::may`].
    #[must_use]
    pub fn can(&self, permission: Permission) -> bool {
        self.permissions().has(permission)
    }

    /// Whether it is allowed for a thing that belongs to `unit`.
    #[must_use]
    pub fn may(&self, permission: Permission, unit: UnitId) -> bool {
        self.post_for(permission, unit).is_some()
    }

    /// The post that allows it, for the audit log.
    #[must_use]
    pub fn post_for(&self, permission: Permission, unit: UnitId) -> Option<PostId> {
        self.acting()
            .find(|held| {
                held.roles.permissions().has(permission) && (permission.city_wide() || held.scope.contains(&unit))
            })
            .map(|held| held.post)
    }

    /// All that the posts held today allow, wherever.
    #[must_use]
    pub fn permissions(&self) -> Permissions {
        self.acting().fold(Permissions::NONE, |all, held| all.and(held.roles.permissions()))
    }

    /// The units for which it is allowed; for a permission that counts for the whole city see [`Permission::city_wide`].
    #[must_use]
    pub fn units_for(&self, permission: Permission) -> BTreeSet<UnitId> {
        self.acting()
            .filter(|held| held.roles.permissions().has(permission))
            .flat_map(|held| held.scope.iter().copied())
            .collect()
    }

    /// The whole 所管 of all posts.
    #[must_use]
    pub fn units(&self) -> BTreeSet<UnitId> {
        self.acting().flat_map(|held| held.scope.iter().copied()).collect()
    }

    /// The post the person mainly acts in.
    #[must_use]
    pub fn main_post(&self) -> Option<&HeldPost> {
        self.posts.first()
    }

    fn acting(&self) -> impl Iterator<Item = &HeldPost> {
        self.posts.iter().filter(|_| self.must.is_none())
    }
}

/// On whose authority something is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in person, in the post that allowed it.
    Staff(PersonId, Option<PostId>),
    /// Whoever sits at the machine: a command.
    Command,
    /// The program itself.
    Program,
}

impl Actor {
    /// `staff` acting with `permission`.
    #[must_use]
    pub fn of(staff: &Staff, permission: Permission) -> Self {
        let post = staff.acting().find(|held| held.roles.permissions().has(permission)).map(|held| held.post);
        Self::Staff(staff.person, post)
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
