//! What a request for a call is made of. No I/O.

use std::fmt;

use kernel::day::Day;
use kernel::locale::Locale;
use kernel::text::{Line, Phone};
use kernel::time::Instant;
use places::CounterId;

store::id! {
    /// A request for a call.
    pub CallbackId
}

/// When somebody is best reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// 午前
    Morning,
    /// 午後
    Afternoon,
    /// いつでも
    #[default]
    Any,
}

impl Wanted {
    /// Every choice, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Morning, Self::Afternoon, Self::Any];

    /// The word in the database and in forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Morning => "morning",
            Self::Afternoon => "afternoon",
            Self::Any => "any",
        }
    }

    /// The choice of a code, if it is one.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wanted| wanted.code() == code)
    }
}

impl store::FromValue for Wanted {
    const EXPECTED: &'static str = "when to call";
    fn from_value(value: &store::Value) -> Option<Self> {
        String::from_value(value).and_then(|code| Self::of(&code))
    }
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Somebody is to call.
    Open,
    /// 電話しました.
    Called,
    /// Ended without a call: settled otherwise, or a number that reaches nobody.
    Closed,
}

impl State {
    /// The word in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Called => "called",
            Self::Closed => "closed",
        }
    }
}

impl store::FromValue for State {
    const EXPECTED: &'static str = "where a request for a call stands";
    fn from_value(value: &store::Value) -> Option<Self> {
        let code = String::from_value(value)?;
        [Self::Open, Self::Called, Self::Closed].into_iter().find(|state| state.code() == code)
    }
}

/// 受付番号, digits only (`482-913`), so that it is not taken for a booking number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(String);

impl Number {
    /// A number from random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 8]) -> Self {
        let n = u64::from_le_bytes(bytes) % 1_000_000;
        Self(format!("{:03}-{:03}", n / 1000, n % 1000))
    }

    /// The number as shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl store::FromValue for Number {
    const EXPECTED: &'static str = "the number of a request for a call";
    fn from_value(value: &store::Value) -> Option<Self> {
        String::from_value(value).map(Self)
    }
}

/// Whom to call and about what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The number to call.
    pub phone: Phone,
    /// Whom to ask for.
    pub name: Option<Line<80>>,
    /// What it is about.
    pub about: Option<Line<200>>,
    /// The path of the page on which it was asked.
    pub page: Option<Line<200>>,
}

/// A request for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// Which.
    pub id: CallbackId,
    /// What people say on the telephone; none once the contact is deleted.
    pub number: Option<Number>,
    /// The counter whose division calls.
    pub counter: CounterId,
    /// When it was asked.
    pub made_at: Instant,
    /// The day by whose end we call.
    pub due: Day,
    /// When the person is best reached.
    pub wanted: Wanted,
    /// The language to speak.
    pub locale: Locale,
    /// Where it stands.
    pub state: State,
    /// How often nobody answered …
    pub tries: u32,
    /// … and when the last time.
    pub last_try_at: Option<Instant>,
    /// Whom to call; only in [`crate::one()`], and none once it is deleted.
    pub contact: Option<Contact>,
}
