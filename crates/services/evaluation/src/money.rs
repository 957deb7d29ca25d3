//! A programme's money in a 年度: sources of funds, cost, staff; and which figures they are (決算, 予算, …).

use kernel::decimal::Decimal;
use kernel::fiscal::FiscalYear;
use kernel::yen::Yen;
use serde::Serialize;

/// Which figures these are; later ones are nearer to what was really spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 計画.
    Plan,
    /// 当初予算.
    Budget,
    /// 補正後・現額.
    Revised,
    /// 決算.
    Settled,
}

impl Stage {
    /// From the earliest to the last.
    pub const ALL: [Self; 4] = [Self::Plan, Self::Budget, Self::Revised, Self::Settled];

    /// The stored word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Budget => "budget",
            Self::Revised => "revised",
            Self::Settled => "settled",
        }
    }

    /// The word in files and on Japanese screens.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Plan => "計画",
            Self::Budget => "予算",
            Self::Revised => "補正後",
            Self::Settled => "決算",
        }
    }

    /// The stage with a stored word or a word in a file.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.trim();
        match word {
            "当初予算" | "当初" => Some(Self::Budget),
            "補正" | "現額" | "予算現額" | "最終予算" => Some(Self::Revised),
            "実績" => Some(Self::Settled),
            _ => Self::ALL.into_iter().find(|stage| stage.code() == word || stage.label_ja() == word),
        }
    }
}

/// Sources of funds, cost and staff cost of one programme or of many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Money {
    /// 国庫支出金.
    pub national: Yen,
    /// 県支出金.
    pub prefectural: Yen,
    /// 地方債.
    pub bonds: Yen,
    /// その他 (fees, funds).
    pub other: Yen,
    /// 一般財源.
    pub general: Yen,
    /// 事業費: the sum of the sources, without staff.
    pub cost: Yen,
    /// 人件費.
    pub staff_cost: Yen,
    /// トータルコスト: 事業費 and 人件費.
    pub total: Yen,
}

impl Money {
    /// The sources with the names of their columns' keys, in the usual order.
    #[must_use]
    pub const fn sources(&self) -> [Yen; 5] {
        [self.national, self.prefectural, self.bonds, self.other, self.general]
    }

    /// How far the sources are from the cost; nothing when they are too large to add.
    #[must_use]
    pub fn sources_off(&self) -> Option<Yen> {
        Yen::checked_sum(self.sources())?.checked_sub(self.cost)
    }

    /// How far cost and staff cost are from the total.
    #[must_use]
    pub fn total_off(&self) -> Option<Yen> {
        self.cost.checked_add(self.staff_cost)?.checked_sub(self.total)
    }

    /// Both together, unless a sum is too large.
    #[must_use]
    pub fn plus(&self, more: &Self) -> Option<Self> {
        Some(Self {
            national: self.national.checked_add(more.national)?,
            prefectural: self.prefectural.checked_add(more.prefectural)?,
            bonds: self.bonds.checked_add(more.bonds)?,
            other: self.other.checked_add(more.other)?,
            general: self.general.checked_add(more.general)?,
            cost: self.cost.checked_add(more.cost)?,
            staff_cost: self.staff_cost.checked_add(more.staff_cost)?,
            total: self.total.checked_add(more.total)?,
        })
    }
}

/// One programme's money in one 年度 at one stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MoneyYear {
    /// The 年度 the money belongs to.
    pub year: FiscalYear,
    /// Which figures.
    pub stage: Stage,
    /// The amounts.
    pub money: Money,
    /// 正規職員従事人数.
    pub staff_people: Decimal,
    /// 延べ業務時間, in hours.
    pub staff_hours: Decimal,
}
