//! What a post may do: permissions, and the roles that bundle them.

/// One thing that a face or use case asks leave for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u16)]
pub enum Permission {
    /// See and serve the people at the counters of the own 所管.
    ServeCounter = 1,
    /// Book, change and cancel for a resident, with the places kept for staff.
    BookForResidents = 1 << 1,
    /// Change the services, opening hours and closures of the own 所管.
    ManageServices = 1 << 2,
    /// Read what residents said about the own 所管.
    ReadVoices = 1 << 3,
    /// Change units, posts, persons and who holds what.
    ManagePeople = 1 << 4,
    /// Import and change areas, towns and facilities.
    ManagePlaces = 1 << 5,
    /// See messages that could not be delivered, and release or drop them.
    ManageMessages = 1 << 6,
    /// Read the audit log and who looked at whom.
    ReadAudit = 1 << 7,
    /// Run the installation: settings, holidays, backups, sign-in of others.
    Administer = 1 << 8,
    /// Write the KPIs, results and explanations of the own 所管's programmes.
    EditProgrammes = 1 << 9,
    /// See every division's drafts and change the KPIs of any programme: 企画, 財政 and 行革.
    EvaluateAll = 1 << 10,
}

impl Permission {
    /// All of them, in the order of the table in the documentation.
    pub const ALL: [Self; 11] = [
        Self::ServeCounter,
        Self::BookForResidents,
        Self::ManageServices,
        Self::ReadVoices,
        Self::ManagePeople,
        Self::ManagePlaces,
        Self::ManageMessages,
        Self::ReadAudit,
        Self::Administer,
        Self::EditProgrammes,
        Self::EvaluateAll,
    ];

    /// Whether holding it counts for the whole city. The others count only within the post's 所管.
    #[must_use]
    pub fn city_wide(self) -> bool {
        match self {
            Self::ServeCounter
            | Self::BookForResidents
            | Self::ManageServices
            | Self::ReadVoices
            | Self::EditProgrammes => false,
            Self::ManagePeople
            | Self::ManagePlaces
            | Self::ManageMessages
            | Self::ReadAudit
            | Self::Administer
            | Self::EvaluateAll => true,
        }
    }

    /// The word used in addresses, tests and documentation.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::ServeCounter => "serve_counter",
            Self::BookForResidents => "book_for_residents",
            Self::ManageServices => "manage_services",
            Self::ReadVoices => "read_voices",
            Self::ManagePeople => "manage_people",
            Self::ManagePlaces => "manage_places",
            Self::ManageMessages => "manage_messages",
            Self::ReadAudit => "read_audit",
            Self::Administer => "administer",
            Self::EditProgrammes => "edit_programmes",
            Self::EvaluateAll => "evaluate_all",
        }
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u16);

impl Permissions {
    /// No permission at all.
    pub const NONE: Self = Self(0);

    /// Whether `permission` is in the set.
    #[must_use]
    pub fn has(self, permission: Permission) -> bool {
        self.0 & permission as u16 != 0
    }

    /// Both sets together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The members, in the order of [`Permission::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |p| self.has(*p))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, p| bits | p as u16))
    }
}

/// A bundle of permissions that a post carries. Cities name these in their own files, so the
/// Japanese word is part of the layout of `import staff-posts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 窓口: serves the counter.
    Clerk,
    /// 窓口責任者: also sets the counter's services and hours.
    CounterChief,
    /// 人事: units, posts and persons.
    Personnel,
    /// 地図施設: areas, towns and facilities.
    Places,
    /// 配信: messages.
    Messages,
    /// 監査: the audit log.
    Auditor,
    /// 管理者: the whole installation.
    Administrator,
    /// 事業担当: the programmes of the own 所管.
    Programmes,
    /// 企画: what programmes do for the plan.
    Planning,
    /// 財政: what they cost.
    Finance,
    /// 行革: what they achieve, and what becomes of them.
    Reform,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Clerk,
        Self::CounterChief,
        Self::Personnel,
        Self::Places,
        Self::Messages,
        Self::Auditor,
        Self::Administrator,
        Self::Programmes,
        Self::Planning,
        Self::Finance,
        Self::Reform,
    ];

    /// The word stored and used in addresses.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Clerk => "clerk",
            Self::CounterChief => "counter_chief",
            Self::Personnel => "personnel",
            Self::Places => "places",
            Self::Messages => "messages",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
            Self::Programmes => "programmes",
            Self::Planning => "planning",
            Self::Finance => "finance",
            Self::Reform => "reform",
        }
    }

    /// The word in a city's file and in lists.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Clerk => "窓口",
            Self::CounterChief => "窓口責任者",
            Self::Personnel => "人事",
            Self::Places => "地図施設",
            Self::Messages => "配信",
            Self::Auditor => "監査",
            Self::Administrator => "管理者",
            Self::Programmes => "事業担当",
            Self::Planning => "企画",
            Self::Finance => "財政",
            Self::Reform => "行革",
        }
    }

    /// The role of either word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == word || role.word() == word)
    }

    /// What the role allows.
    #[must_use]
    pub fn permissions(self) -> Permissions {
        use Permission as P;
        let list: &[Permission] = match self {
            Self::Clerk => &[P::ServeCounter, P::BookForResidents],
            Self::CounterChief => &[P::ServeCounter, P::BookForResidents, P::ManageServices, P::ReadVoices],
            Self::Personnel => &[P::ManagePeople],
            Self::Places => &[P::ManagePlaces],
            Self::Messages => &[P::ManageMessages],
            Self::Auditor => &[P::ReadAudit],
            // Serving residents is no part of it: whoever runs the machine has no reason to see cases.
            Self::Administrator => &[P::ManagePeople, P::ManagePlaces, P::ManageMessages, P::ReadAudit, P::Administer],
            Self::Programmes => &[P::EditProgrammes],
            Self::Planning | Self::Finance | Self::Reform => &[P::EditProgrammes, P::EvaluateAll],
        };
        list.iter().copied().collect()
    }
}

/// The roles of one post: a small ordered set, stored as codes with a space between.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Roles(Vec<Role>);

impl Roles {
    /// The roles in the set.
    #[must_use]
    pub fn list(&self) -> &[Role] {
        &self.0
    }

    /// What they allow together.
    #[must_use]
    pub fn permissions(&self) -> Permissions {
        self.0.iter().fold(Permissions::NONE, |all, role| all.and(role.permissions()))
    }

    /// The words of a file's cell or form, divided by a comma, a slash, a space or their Japanese kin.
    ///
    /// # Errors
    /// The first word that is no role.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '、' | '，' | '・' | '/' | '／' | ';' | '；'))
            .filter(|word| !word.is_empty())
            .map(|word| Role::parse(word).ok_or_else(|| word.to_owned()))
            .collect()
    }

    /// The stored form.
    #[must_use]
    pub fn stored(&self) -> String {
        self.0.iter().map(|role| role.code()).collect::<Vec<_>>().join(" ")
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        let mut list: Vec<Role> = roles.into_iter().collect();
        list.sort_unstable();
        list.dedup();
        Self(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_is_given_by_some_role() {
        for permission in Permission::ALL {
            assert!(Role::ALL.iter().any(|role| role.permissions().has(permission)), "nobody can {permission:?}");
        }
    }

    #[test]
    fn the_administrator_sees_no_cases() {
        let all = Role::Administrator.permissions();
        assert!(all.iter().all(Permission::city_wide));
    }

    #[test]
    fn roles_read_both_words_and_survive_storage() {
        let roles = Roles::parse("窓口責任者、人事 / clerk・窓口").unwrap();
        assert_eq!(roles.list(), [Role::Clerk, Role::CounterChief, Role::Personnel]);
        assert_eq!(Roles::parse(&roles.stored()).unwrap(), roles);
        assert_eq!(Roles::parse(" ").unwrap(), Roles::default());
        assert_eq!(Roles::parse("窓口、王様").unwrap_err(), "王様");
        assert!(!roles.permissions().has(Permission::Administer));
    }

    #[test]
    fn codes_are_distinct() {
        let mut codes: Vec<_> =
            Permission::ALL.iter().map(|p| p.code()).chain(Role::ALL.iter().map(|r| r.code())).collect();
        let n = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), n);
    }
}
