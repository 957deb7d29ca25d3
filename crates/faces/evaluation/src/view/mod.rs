//! What the pages show, as plain structs of words and coordinates: no page reads a service's type, so that the public pages can be
//! given only what is published.

pub(crate) mod line;
pub(crate) mod money;

use line::KpiChart;
use money::MoneyChart;

/// A place above a programme: 政策, 施策.
#[derive(Debug, Clone)]
pub(crate) struct Crumb {
    pub(crate) label: String,
    /// Empty: no link.
    pub(crate) href: String,
}

/// 「評価対象 / 実施 / 反映」, said on every screen.
#[derive(Debug, Clone)]
pub(crate) struct CycleWords {
    pub(crate) assessed: String,
    pub(crate) running: String,
    pub(crate) reflected: String,
}

/// One link of the chain 対象 → 活動 → 意図 → 結果.
#[derive(Debug, Clone)]
pub(crate) struct ChainLink {
    pub(crate) what: String,
    pub(crate) text: String,
    /// The whole text where `text` had to be cut; else empty.
    pub(crate) whole: String,
    /// The last one: what it is all for.
    pub(crate) here: bool,
}

/// A row of the exact table.
#[derive(Debug, Clone)]
pub(crate) struct MoneyRow {
    pub(crate) label: String,
    /// The year that is assessed.
    pub(crate) now: bool,
    /// Not spent yet.
    pub(crate) planned: bool,
    pub(crate) cells: Vec<String>,
}

/// The money over the years.
#[derive(Debug, Clone)]
pub(crate) struct Money {
    pub(crate) finding: String,
    pub(crate) unit: String,
    /// The same drawing for a wide and a narrow field; none when nothing was spent.
    pub(crate) wide: Option<MoneyChart>,
    pub(crate) narrow: Option<MoneyChart>,
    pub(crate) rows: Vec<MoneyRow>,
    /// What staff hours came to, as a sentence; empty when nobody counted them.
    pub(crate) hours: String,
    pub(crate) csv: String,
}

/// One indicator over the years.
#[derive(Debug, Clone)]
pub(crate) struct Indicator {
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) cells: Vec<String>,
}

/// Indicators of one kind: 活動, 対象, 成果.
#[derive(Debug, Clone)]
pub(crate) struct IndicatorGroup {
    pub(crate) kind: String,
    pub(crate) rows: Vec<Indicator>,
}

/// All indicators.
#[derive(Debug, Clone)]
pub(crate) struct Indicators {
    pub(crate) years: Vec<String>,
    pub(crate) groups: Vec<IndicatorGroup>,
    pub(crate) csv: String,
}

/// How a KPI stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// At its target or better.
    Met,
    /// Worse than its target: red, with a word and a shape besides the colour.
    Missed,
    /// No target, or nothing measured yet.
    Open,
}

/// The division's sentence beside a red KPI.
#[derive(Debug, Clone)]
pub(crate) struct Explanation {
    pub(crate) text: String,
    pub(crate) said: String,
    /// Written, but not public yet.
    pub(crate) is_draft: bool,
}

/// A KPI.
#[derive(Debug, Clone)]
pub(crate) struct Kpi {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) finding: String,
    pub(crate) standing: Standing,
    pub(crate) chart: Option<KpiChart>,
    /// The chart in words.
    pub(crate) told: String,
    /// Collected by the program itself, and when: 「自動集計　11月24日 8:00 現在」. Else empty.
    pub(crate) live: String,
    /// What is being measured at this moment: today's number and how many. Else empty.
    pub(crate) today: String,
    /// Past the day somebody should have entered it.
    pub(crate) overdue: String,
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) explanation: Option<Explanation>,
    /// Red and nothing said yet: whoever answers for it is asked to.
    pub(crate) wants_words: bool,
    /// Red, and not shown to residents yet.
    pub(crate) held_back: String,
    /// 「根拠を見る」, 「表・CSV」; empty: none.
    pub(crate) evidence: String,
    pub(crate) csv: String,
    /// Where its definition, targets and explanation are written; empty: the reader may not.
    pub(crate) edit: String,
    /// The chart as a table: step, actual, target.
    pub(crate) rows: Vec<(String, String, String)>,
}

impl Kpi {
    pub(crate) fn missed(&self) -> bool {
        self.standing == Standing::Missed
    }

    pub(crate) fn met(&self) -> bool {
        self.standing == Standing::Met
    }
}

/// What a year's evaluation said.
#[derive(Debug, Clone)]
pub(crate) struct Assessment {
    pub(crate) year: String,
    /// The city's own words.
    pub(crate) label: String,
    /// What they may mean, in the vocabulary of the house.
    pub(crate) directions: Vec<String>,
    pub(crate) undecided: bool,
    pub(crate) section: String,
    pub(crate) head: String,
}

/// A programme, ready to show.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    pub(crate) code: String,
    pub(crate) crumbs: Vec<Crumb>,
    pub(crate) other_names: Vec<String>,
    pub(crate) cycle: CycleWords,
    pub(crate) owner: String,
    pub(crate) basics: Vec<(String, String)>,
    pub(crate) chain: Vec<ChainLink>,
    pub(crate) money: Money,
    pub(crate) kpis: Vec<Kpi>,
    pub(crate) indicators: Indicators,
    pub(crate) assessments: Vec<Assessment>,
}

/// The first sentences of a text, as many as fit, and the whole where something was left out.
pub(crate) fn shortened(text: &str, most: usize) -> (String, String) {
    let text = text.trim();
    if text.chars().count() <= most {
        return (text.to_owned(), String::new());
    }
    let head: String = text.chars().take(most).collect();
    let cut = head.rfind(['。', '．', '\n']).filter(|at| *at > most / 3);
    let short = cut.map_or_else(|| format!("{}…", head.trim_end()), |at| head[..at].trim_end().to_owned());
    (short, text.to_owned())
}

/// A programme's line in a list.
#[derive(Debug, Clone)]
pub(crate) struct ListRow {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) measure: String,
    pub(crate) ka: String,
    pub(crate) cost: String,
    pub(crate) general: String,
    /// What the assessment said; empty when nothing may be told.
    pub(crate) direction: String,
}

/// A line of the totals.
#[derive(Debug, Clone)]
pub(crate) struct TotalRow {
    pub(crate) name: String,
    /// Shows only these programmes.
    pub(crate) href: String,
    pub(crate) count: String,
    pub(crate) cost: String,
    pub(crate) general: String,
    pub(crate) staff_cost: String,
    /// The length of its bar, of 240.
    pub(crate) bar: i64,
    /// The part of the bar that is 一般財源.
    pub(crate) bar_general: i64,
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn long_texts_end_with_a_sentence() {
        assert_eq!(shortened(" 市民 ", 10), ("市民".to_owned(), String::new()));
        let text = "窓口に来る市民。とくに初めての方。それから、なかなか来られない方も。";
        let (short, whole) = shortened(text, 20);
        assert_eq!(short, "窓口に来る市民。とくに初めての方");
        assert_eq!(whole, text);
        assert_eq!(shortened(&"あ".repeat(30), 10).0, format!("{}…", "あ".repeat(10)));
    }
}
