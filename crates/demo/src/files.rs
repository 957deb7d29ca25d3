//! The plan of the demo city as the three files a city has: programmes, costs, indicators, in the layout of 横串. They come in
//! through the importers, like anybody's.

use evaluation::import::{self, File, Kind, Mapping, Mode};
use kernel::World;
use kernel::fiscal::FiscalYear;
use store::Db;

use crate::chance::Chance;
use crate::programmes::{Programme, YEARS, Year, plan};
use crate::{DemoError, SEED};

/// The labels of the demo city, and what they mean.
const LABELS: &[(&str, &str, &str)] = &[
    ("拡充", "拡充", "成果が伸びており、必要とする人がまだ多い。来年度は広げたい。"),
    ("現状のまま継続", "現状維持", "法令で決まった仕事であり、手順の見直しを続けながら実施する。"),
    ("改善して継続", "改善", "成果は出ている。手間と費用を減らしながら続ける。"),
    ("手段を変える", "手段変更", "目的は変わらないが、いまのやり方では成果が頭打ちである。"),
    ("縮小", "縮小", "当初のねらいは果たした。対象をしぼり、財源をほかへ回したい。"),
    ("統合", "統合", "ほかの事業と目的が重なる。窓口を一つにまとめたい。"),
    ("終了", "終了", "計画どおり来年度で終える。維持管理はほかの事業に引き継ぐ。"),
];

/// Directions that are still being talked about.
const OPEN: &[&str] = &["3204", "5303", "6104"];

/// Brings the plan in and publishes it.
pub(crate) async fn bring_in(db: &Db, world: &World) -> Result<(), DemoError> {
    let running = FiscalYear::of(world.today());
    let (plan, chance) = (plan(), Chance::new(SEED).branch("programmes"));
    let mapping = Mapping::shipped("yokogushi")?;
    let files = [
        (Kind::Programmes, "事務事業一覧.csv", programmes(&plan, running, &chance)),
        (Kind::Costs, "年度別コスト.csv", costs(&plan, running, &chance)),
        (Kind::Indicators, "年度別指標.csv", indicators(&plan, running, &chance)),
    ];
    for (kind, name, text) in files {
        let parsed = import::parse(File { kind, name, bytes: text.as_bytes(), sheet: None }, &mapping)?;
        import::store(db, world, &parsed, Mode::Publish, None).await?;
    }
    Ok(())
}

/// A table as CSV; the texts of the plan hold neither commas nor quotes that would need more.
fn csv<const N: usize>(heads: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut out = heads.join(",");
    for row in rows {
        out.push_str("\r\n");
        out.push_str(&row.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(","));
    }
    out.push_str("\r\n");
    out
}

fn programmes(plan: &[Programme], running: FiscalYear, chance: &Chance) -> String {
    let heads = [
        "事務事業コード",
        "事務事業名",
        "政策コード",
        "政策名",
        "施策コード",
        "施策名",
        "基本事業コード",
        "基本事業名",
        "担当課",
        "担当係",
        "事業区分",
        "期間区分",
        "開始年度",
        "終了年度",
        "事業概要",
        "対象",
        "意図",
        "結果",
        "根拠法令",
        "評価対象年度",
        "評価",
        "評価の区分",
        "今後の方向性",
        "方向性の区分",
        "決定",
        "担当課コメント",
        "課長コメント",
    ];
    let assessed = running.plus(-1);
    let rows = plan.iter().map(|one| {
        let [target, activity, intent, outcome] = one.chain;
        let ends = one.assessed == "終了";
        let (_, means, head) = LABELS.iter().find(|label| label.0 == one.assessed).copied().unwrap_or(("", "", ""));
        let label = one.assessed;
        let cells: [&str; 27] = [
            one.code,
            one.name,
            one.policy.code,
            one.policy.name,
            one.measure.code,
            one.measure.name,
            "",
            "",
            one.division,
            "",
            one.kind,
            if ends { "期間限定複数年度" } else { "単年度繰返" },
            &format!("{}年度", one.began),
            &if ends { running.plus(1).label_ja() } else { String::new() },
            activity,
            target,
            intent,
            outcome,
            one.basis,
            &assessed.label_ja(),
            label,
            means,
            label,
            means,
            if OPEN.contains(&one.code) { "×" } else { "○" },
            &section_comment(one, running, chance),
            head,
        ];
        cells.map(str::to_owned)
    });
    csv(heads, rows)
}

/// What the section says: how the first outcome went.
fn section_comment(one: &Programme, running: FiscalYear, chance: &Chance) -> String {
    let Some((number, outcome)) = one.indicators.iter().enumerate().find(|(_, it)| it.kind == "成果") else {
        return String::new();
    };
    let at = |years: i32| outcome.at(years, &mut drawn(chance, one, number, years));
    format!(
        "{}は、{}の{}{unit}から、{}は{}{unit}になった。",
        outcome.name,
        running.plus(1 - YEARS).label_ja(),
        at(0),
        running.plus(-1).label_ja(),
        at(YEARS - 2),
        unit = outcome.unit
    )
}

/// The chance of one indicator in one year: the comment and the file must say the same.
fn drawn(chance: &Chance, one: &Programme, number: usize, years: i32) -> Chance {
    chance.branch(&format!("{} {number} {years}", one.code))
}

fn costs(plan: &[Programme], running: FiscalYear, chance: &Chance) -> String {
    let heads = [
        "事務事業コード",
        "年度",
        "段階",
        "国庫支出金",
        "県支出金",
        "地方債",
        "その他",
        "一般財源",
        "事業費",
        "正規職員従事人数",
        "延べ業務時間",
        "人件費",
        "トータルコスト",
    ];
    let rows = plan.iter().flat_map(|one| one.years(running, chance).into_iter().map(move |year| cost(one, &year)));
    csv(heads, rows)
}

fn cost(one: &Programme, year: &Year) -> [String; 13] {
    let [national, prefectural, bonds, other, general] = year.sources;
    let amounts = [national, prefectural, bonds, other, general, year.cost].map(|yen| yen.to_string());
    let [national, prefectural, bonds, other, general, cost] = amounts;
    [
        one.code.to_owned(),
        year.year.label_ja(),
        if year.settled { "決算" } else { "予算" }.to_owned(),
        national,
        prefectural,
        bonds,
        other,
        general,
        cost,
        one.people.to_string(),
        year.hours.to_string(),
        year.staff_cost.to_string(),
        (year.cost + year.staff_cost).to_string(),
    ]
}

fn indicators(plan: &[Programme], running: FiscalYear, chance: &Chance) -> String {
    let heads = ["事務事業コード", "区分", "番号", "指標名", "単位", "年度", "実績・目標", "値"];
    let mut rows: Vec<[String; 8]> = Vec::new();
    for one in plan {
        let mut numbers = [("活動", 0), ("対象", 0), ("成果", 0)];
        for (at, indicator) in one.indicators.iter().enumerate() {
            let Some((_, number)) = numbers.iter_mut().find(|(kind, _)| *kind == indicator.kind) else { continue };
            *number += 1;
            for years in 0..YEARS {
                let planned = years + 1 == YEARS;
                rows.push([
                    one.code.to_owned(),
                    format!("{}指標", indicator.kind),
                    number.to_string(),
                    indicator.name.to_owned(),
                    indicator.unit.to_owned(),
                    running.plus(years + 1 - YEARS).label_ja(),
                    if planned { "目標" } else { "実績" }.to_owned(),
                    indicator.at(years, &mut drawn(chance, one, at, years)),
                ]);
            }
        }
    }
    csv(heads, rows.into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Our own importer takes the files without a fault, and finds nothing unusual in them.
    #[test]
    fn the_importer_finds_nothing_to_say() {
        let running = FiscalYear::new(2026).unwrap();
        let (plan, chance) = (plan(), Chance::new(SEED));
        let mapping = Mapping::shipped("yokogushi").unwrap();
        for (kind, text, rows) in [
            (Kind::Programmes, programmes(&plan, running, &chance), plan.len()),
            (Kind::Costs, costs(&plan, running, &chance), plan.len() * 6),
            (Kind::Indicators, indicators(&plan, running, &chance), plan.iter().map(|one| one.indicators.len()).sum()),
        ] {
            let file = File { kind, name: "test.csv", bytes: text.as_bytes(), sheet: None };
            let parsed = import::parse(file, &mapping).unwrap_or_else(|error| panic!("{kind:?}: {error}"));
            assert_eq!(parsed.rows(), rows, "{kind:?}");
            assert!(parsed.notes.is_empty(), "{kind:?}: {:?}", parsed.notes);
        }
        assert!(plan.iter().all(|one| LABELS.iter().any(|label| label.0 == one.assessed)), "a label nobody knows");
    }
}
