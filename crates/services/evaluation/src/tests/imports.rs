//! Imports of invented files: what comes in, what is refused, and that nothing comes in by half.

use plan::batch::{self, BatchError, Kind};
use proptest::prelude::*;
use store::{Db, Tx};

use crate::import::{self, ImportError, Mode, ParseError, Seq};
use crate::read::{By, Filter};
use crate::tests::fixture::{COSTS, INDICATORS, PROGRAMMES, city, faults, now, parse, parse_with, put, world, year};
use crate::{Direction, IndicatorKind, Sheet, Stage, Totals, ValueKind, export, programmes, public, sheet, totals};

async fn read(db: &Db, code: &'static str) -> Option<Sheet> {
    db.read(async move |tx: &mut Tx<'_>| sheet(tx, code, now()).await).await.unwrap()
}

async fn sum(db: &Db, at: i32, by: Option<By>) -> Totals {
    db.read(async move |tx: &mut Tx<'_>| totals(tx, year(at), by).await).await.unwrap()
}

async fn exported(db: &Db) -> Vec<String> {
    let mut files = Vec::new();
    for kind in [Kind::Programmes, Kind::Costs, Kind::Indicators] {
        let bytes = db.export(async move |tx: &mut Tx<'_>| export::export(tx, kind, false).await).await.unwrap();
        files.push(String::from_utf8(bytes).unwrap());
    }
    files
}

store::testing::both! {
    async fn a_city_comes_in(db: Db) {
        city(&db).await;
        let found = read(&db, "0001").await.unwrap();
        let text = &found.programme.text;
        assert_eq!((text.division.bu.as_str(), text.division.ka.as_str()), ("教育部", "図書館"));
        assert_eq!(text.summary, "読み聞かせをする。\n月に2回。");
        assert_eq!((text.starts.text.as_str(), text.starts.year), ("平成13", Some(year(2001))));
        assert_eq!(found.programme.path.policy.name, "学びのまち", "equally common names: the first by its characters");
        let money = found.years();
        assert_eq!(money.iter().map(|one| (one.year.year(), one.stage)).collect::<Vec<_>>(), [(2024, Stage::Settled), (2025, Stage::Budget)]);
        assert_eq!(money[0].money.general.amount(), 17_757_400, "exact, rounded half up");
        assert_eq!(money[0].staff_hours.to_string(), "100");
        let assessment = &found.assessments[0];
        assert_eq!((assessment.year, assessment.decided), (year(2024), true));
        assert_eq!(assessment.rating.only(), Some(Direction::Keep));
        assert_eq!((assessment.direction.may_be(Direction::Merge), assessment.direction.only()), (true, None));
        let outcome = &found.indicators[1];
        assert_eq!((outcome.kind, outcome.values.len()), (IndicatorKind::Outcome, 2));
        assert_eq!((outcome.values[0].kind, outcome.values[0].value.to_string()), (ValueKind::Actual, "1234.5".to_owned()));
        assert_eq!(outcome.values[1].kind, ValueKind::Target, "令和7 is not settled yet");

        let third = read(&db, "0003").await.unwrap();
        assert_eq!((third.programme.text.ends.text.as_str(), third.programme.text.ends.year), ("6", None), "whose 6 it is nobody knows");
        assert_eq!((third.assessments[0].rating_label.as_str(), third.assessments[0].rating.is_empty()), ("0", true));
        assert_eq!((third.indicators[0].unit.as_str(), third.indicators[0].values.len()), ("", 2));
        let tree = db.read(async |tx: &mut Tx<'_>| plan::tree(tx).await).await.unwrap();
        assert_eq!(tree.find(plan::Level::Policy, "01").unwrap().other_names, ["学びの街"]);
        assert_eq!(tree.find(plan::Level::Group, "01/01/01").unwrap().programmes, 2);
        assert!(read(&db, "9999").await.is_none());
    }

    async fn totals_add_up_and_say_their_stage(db: Db) {
        city(&db).await;
        let settled = sum(&db, 2024, None).await;
        assert_eq!((settled.stage, settled.programmes, settled.money.cost.amount()), (Some(Stage::Settled), 3, 19_788_400));
        assert_eq!(sum(&db, 2025, None).await.stage, Some(Stage::Budget));
        assert_eq!(sum(&db, 2020, None).await.stage, None);
        let rows = |all: Totals| all.rows.into_iter().map(|row| (row.code, row.bu, row.name, row.money.cost.amount())).collect::<Vec<_>>();
        let row = |code: &str, bu: Option<&str>, name: &str, cost| (code.to_owned(), bu.map(str::to_owned), name.to_owned(), cost);
        assert_eq!(rows(sum(&db, 2024, Some(By::Policy)).await), [row("01", None, "学びのまち", 17_788_400), row("02", None, "安全なまち", 2_000_000)]);
        assert_eq!(rows(sum(&db, 2024, Some(By::Measure)).await), [row("01/01", None, "読書の推進", 17_788_400), row("02/05", None, "備え", 2_000_000)]);
        assert_eq!(rows(sum(&db, 2024, Some(By::Bu)).await), [row("", None, "教育部", 17_788_400), row("", None, "消防署", 2_000_000)]);
        assert_eq!(rows(sum(&db, 2024, Some(By::Ka)).await), [row("", Some("教育部"), "図書館", 17_788_400), row("", None, "消防署", 2_000_000)]);
        let years = db.read(async |tx: &mut Tx<'_>| crate::roll_up(tx).await).await.unwrap();
        assert_eq!(years.iter().map(|one| (one.year.year(), one.money.cost.amount(), one.policies.len())).collect::<Vec<_>>(), [(2024, 19_788_400, 2), (2025, 20_130_000, 2)]);
    }

    async fn lists_are_filtered_paged_and_found(db: Db) {
        city(&db).await;
        let codes = async |filter: Filter, after: Option<crate::After>, limit: u32| {
            let asked = (filter, after);
            let rows = db.read(async move |tx: &mut Tx<'_>| {
                let (filter, after) = asked.clone();
                programmes(tx, year(2024), &filter, after.as_ref(), limit).await
            });
            rows.await.unwrap()
        };
        let all = codes(Filter::default(), None, 2).await;
        assert_eq!(all.iter().map(|row| row.code.as_str()).collect::<Vec<_>>(), ["0001", "0002"]);
        let rest = codes(Filter::default(), Some(all[1].after()), 10).await;
        assert_eq!(rest.iter().map(|row| row.code.as_str()).collect::<Vec<_>>(), ["0003"]);
        let found = codes(Filter { search: "いどう図書".to_owned(), ..Filter::default() }, None, 10).await;
        assert!(found.is_empty(), "kanji are not kana");
        let found = codes(Filter { search: "移動 図書".to_owned(), ..Filter::default() }, None, 10).await;
        assert_eq!(found.len(), 1, "spaces do not matter");
        assert!(codes(Filter { search: "%".to_owned(), ..Filter::default() }, None, 10).await.is_empty());
        let bu = codes(Filter { bu: Some("消防署".to_owned()), ka: Some(String::new()), ..Filter::default() }, None, 10).await;
        assert_eq!(bu.len(), 1);
        assert_eq!(bu[0].money.unwrap().general.amount(), 1_500_000);
    }

    async fn a_draft_is_seen_by_nobody_until_it_is_published(db: Db) {
        city(&db).await;
        let dearer = COSTS.replace("17757.399999999994,17757.4,2,100,400,18157.4", "20000,20000,2,100,400,20400");
        let told = put(&db, Kind::Costs, &dearer, Mode::DryRun).await.unwrap();
        assert_eq!((told.batch, told.known, told.new), (None, 3, 0));
        let before = sum(&db, 2024, None).await;
        let first = put(&db, Kind::Costs, &dearer, Mode::Draft).await.unwrap().batch.unwrap();
        assert_eq!(sum(&db, 2024, None).await, before);
        // A newer draft of the kind takes its place.
        let second = put(&db, Kind::Costs, &dearer, Mode::Draft).await.unwrap().batch.unwrap();
        assert_eq!(sum(&db, 2024, None).await, before);
        let drafts = db.read(async |tx: &mut Tx<'_>| import::drafts(tx).await).await.unwrap();
        assert_eq!(drafts.iter().map(|draft| draft.seq).collect::<Vec<_>>(), [second]);
        let publish = async |seq: Seq| {
            let world = world();
            db.write(crate::tests::fixture::ACT, async move |tx: &mut Tx<'_>| import::publish(tx, &world, None, seq).await).await
        };
        assert!(first == second || matches!(publish(first).await, Err(BatchError::NoDraft)));
        publish(second).await.unwrap();
        assert_eq!(sum(&db, 2024, None).await.money.cost.amount(), before.money.cost.amount() - 17_757_400 + 20_000_000);
        assert!(matches!(publish(second).await, Err(BatchError::NoDraft)), "once");
        // Counted sums are those of the rows.
        const ALL: [Option<By>; 5] = [None, Some(By::Policy), Some(By::Measure), Some(By::Bu), Some(By::Ka)];
        let mut added = Vec::new();
        for by in ALL {
            added.push(sum(&db, 2024, by).await);
        }
        let years = async || db.read(async |tx: &mut Tx<'_>| crate::roll_up(tx).await).await.unwrap();
        let all = years().await;
        assert!(crate::count(&db, &world()).await.unwrap());
        assert_eq!(years().await, all);
        for (by, added) in ALL.into_iter().zip(added) {
            assert_eq!(sum(&db, 2024, by).await, added);
        }
        assert!(!crate::count(&db, &world()).await.unwrap(), "once is enough");
        // One that is thrown away leaves everything as it was.
        let third = put(&db, Kind::Costs, COSTS, Mode::Draft).await.unwrap().batch.unwrap();
        let now = sum(&db, 2024, None).await;
        import::discard(&db, &world(), None, third).await.unwrap();
        assert_eq!(sum(&db, 2024, None).await, now);
        assert!(matches!(import::discard(&db, &world(), None, third).await, Err(BatchError::NoDraft)));
    }

    async fn an_import_that_died_is_taken_out(db: Db) {
        city(&db).await;
        let before = exported(&db).await;
        let source = batch::Source { kind: Kind::Costs, file: "dead.csv".to_owned(), digest: String::new(), mapping: String::new(), rows: 1, by: None };
        let died = batch::begin(&db, &world(), source, import::SWEPT).await.unwrap();
        let id = crate::tests::fixture::programme(&db, "0001").await;
        let mark = store::Statement { name: "test", sql: "UPDATE evaluation_money SET replaced_by = $1 WHERE programme = $2 AND replaced_by IS NULL" };
        let mark: &'static store::Statement = Box::leak(Box::new(mark));
        died.write(vec![(mark, vec![died.seq().into(), id.into()])]).await.unwrap();
        assert_eq!(exported(&db).await, before, "what an unpublished batch replaced is still in force");
        // Its lease still runs.
        let parsed = parse(Kind::Costs, COSTS).unwrap();
        assert!(matches!(import::store(&db, &world(), &parsed, Mode::Publish, None).await, Err(ImportError::Batch(BatchError::Running))));
        assert_eq!(import::tidy(&db, &world()).await.unwrap(), 0, "it may still be alive");
        let later = kernel::World::fixed(kernel::time::TestClock::at(now().plus_minutes(90)), 11);
        assert_eq!(import::tidy(&db, &later).await.unwrap(), 1);
        assert_eq!(exported(&db).await, before);
        assert!(died.finish(true).await.is_err(), "and it cannot come back");
        import::store(&db, &later, &parsed, Mode::Publish, None).await.unwrap();
        assert_eq!(exported(&db).await, before);
    }

    async fn what_is_exported_comes_back_the_same(db: Db) {
        city(&db).await;
        let files = exported(&db).await;
        assert!(files.iter().all(|file| file.starts_with('\u{feff}')));
        for (kind, file) in [Kind::Programmes, Kind::Costs, Kind::Indicators].into_iter().zip(&files) {
            let parsed = parse_with("yokogushi", kind, "back.csv", file.as_bytes()).unwrap_or_else(|error| panic!("{error:?} {file}"));
            assert!(parsed.notes.is_empty());
            import::store(&db, &world(), &parsed, Mode::Publish, None).await.unwrap();
        }
        assert_eq!(exported(&db).await, files);
        let tree = db.read(async |tx: &mut Tx<'_>| plan::tree(tx).await).await.unwrap();
        assert_eq!(tree.find(plan::Level::Policy, "01").unwrap().other_names, ["学びの街"]);
    }

    async fn a_later_year_leaves_the_earlier_ones(db: Db) {
        city(&db).await;
        let next = "事務事業コード,区分,番号,指標名,単位,令和7年度\n0001,活動指標,1,読み聞かせの回数,回,26\n0001,成果指標,1,別の指標,冊,5\n";
        put(&db, Kind::Indicators, next, Mode::Publish).await.unwrap();
        let found = read(&db, "0001").await.unwrap();
        let values = |at: usize| found.indicators[at].values.iter().map(|value| value.value.to_string()).collect::<Vec<_>>();
        assert_eq!(values(0), ["20", "24", "26"]);
        assert_eq!(values(1), ["5"], "another indicator under the same number begins anew");
        let told = put(&db, Kind::Programmes, &PROGRAMMES.lines().take(4).collect::<Vec<_>>().join("\n"), Mode::Publish).await.unwrap();
        assert_eq!((told.known, told.new, told.untouched), (2, 0, 1));
        assert!(read(&db, "0003").await.is_some(), "what a file does not speak of stays");
    }

    async fn undecided_directions_are_for_staff_only(db: Db) {
        let mapping = include_str!("../../mappings/ofunato.toml").replace("decided = true", "decided = false");
        let mapping = import::Mapping::parse("mine.toml", &mapping).unwrap();
        let file = import::File { kind: Kind::Programmes, name: "t.csv", bytes: PROGRAMMES.as_bytes(), sheet: None };
        let parsed = import::parse(file, &mapping).unwrap();
        import::store(&db, &world(), &parsed, Mode::Publish, None).await.unwrap();
        assert_eq!(read(&db, "0001").await.unwrap().assessments.len(), 1);
        let everybody = db.read(async |tx: &mut Tx<'_>| public::sheet(tx, "0001", now()).await).await.unwrap().unwrap();
        assert!(everybody.assessments.is_empty());
        let rows = db.read(async |tx: &mut Tx<'_>| public::programmes(tx, year(2024), &Filter::default(), None, 10).await).await.unwrap();
        assert!(rows.iter().all(|row| row.direction.is_none() && row.direction_label.is_none()));
        let mine = db.read(async |tx: &mut Tx<'_>| programmes(tx, year(2024), &Filter::default(), None, 10).await).await.unwrap();
        assert!(mine.iter().all(|row| row.direction.is_some() && !row.decided));
        let open = db.export(async |tx: &mut Tx<'_>| export::export(tx, Kind::Programmes, true).await).await.unwrap();
        assert!(!String::from_utf8(open).unwrap().contains("縮小"));
    }

    async fn rows_of_unknown_programmes_are_named_and_nothing_is_written(db: Db) {
        city(&db).await;
        let before = exported(&db).await;
        for (kind, text) in [(Kind::Costs, COSTS), (Kind::Indicators, INDICATORS)] {
            let text = text.replacen("\n0003,", "\n0009,", 1);
            let Err(ImportError::Rows(bad)) = put(&db, kind, &text, Mode::Publish).await else { panic!("taken") };
            let line = text.lines().position(|line| line.starts_with("0009")).unwrap() + 1;
            assert_eq!(bad.rows[0].to_string(), format!("t.csv:{line} 事務事業コード: evaluation-import-no-programme (0009)"));
        }
        assert_eq!(exported(&db).await, before);
    }
}

#[test]
fn planted_faults_of_programmes_are_named() {
    for (from, to, told) in [
        ("0002,移動", "0001,移動", "t.csv:4 事務事業コード: already stands in line 2 (0001)"),
        ("0002,移動図書館", "0002,", "t.csv:4 事務事業名: a value is missing"),
        ("0003,防災訓練,02,安全", "0003,防災訓練,,安全", "t.csv:5 政策コード: a value is missing"),
        ("02,安全なまち,05,備え", "02,安全なまち,,備え", "t.csv:5 基本事業コード: evaluation-import-node (01)"),
        ("02,安全なまち", "0/2,安全なまち", "t.csv:5 政策コード: evaluation-import-node (0/2)"),
        ("訓練,消防署,", "訓練,,", "t.csv:5 担当課: a value is missing"),
        ("-,0,１　現状維持,-,-", "-,９　謎,１　現状維持,-,-", "t.csv:5 評価: evaluation-import-label (９　謎)"),
        ("今後の方向性,", "これからの方向,", "t.csv:1: there is no column 今後の方向性"),
        ("備える,安心", "備える\u{7},安心", "t.csv:5 意図: holds control characters (備える )"),
        ("終える\n", "終える,余り\n", "t.csv:4: 24 cells under 23 headers (余り)"),
    ] {
        let text = PROGRAMMES.replacen(from, to, 1);
        assert_ne!(text, PROGRAMMES, "{from}");
        assert_eq!(faults(Kind::Programmes, &text), [told], "{from} → {to}");
    }
}

#[test]
fn planted_faults_of_costs_are_named() {
    for (from, to, told) in [
        (
            "0,1500,2000,3,0,0,2000",
            "0,1501,2001,3,0,0,2000",
            "t.csv:6 トータルコスト: evaluation-import-sum off=1,000円 (2000)",
        ),
        ("0,1500,2000", "0,1500.002,2000", "t.csv:6 事業費計: evaluation-import-sum off=2円 (2000)"),
        ("0001,令和7年度", "0001,令和6年度", "t.csv:3 事務事業コード: already stands in line 2 (0001)"),
        ("0001,令和7年度", "0001,2025", "t.csv:3 年度: evaluation-import-mixed-years (2025)"),
        ("0001,令和7年度", "0001,7", "t.csv:3 年度: evaluation-import-year (7)"),
        ("0001,令和7年度", "0001,-", "t.csv:3 年度: a value is missing (-)"),
        ("0,1500,2000", "0,1500円,2000", "t.csv:6 一般財源: evaluation-import-unit unit=千円 (1500円)"),
        ("0,1500,2000", "0,千五百,2000", "t.csv:6 一般財源: not an amount of money (千五百)"),
        ("0,1500,2000", "0,1500,", "t.csv:6 事業費計: a value is missing"),
        (
            "18000,18000,2,100,400,18400",
            "18000000,18000000,2,100,400000,18400000",
            "t.csv:3 人件費計: evaluation-import-rate unit=千円 (400000)",
        ),
        ("2,100,400,18157.4", "2,-100,400,18157.4", "t.csv:2 延べ業務時間: not between 0 and 1000000000 (-100)"),
        (",地方債,", ",市債,", "t.csv:1: there is no column 地方債"),
        (",国庫支出金,", ",国庫支出金(円),", "t.csv:1 国庫支出金(円): evaluation-import-unit unit=千円"),
    ] {
        let text = COSTS.replacen(from, to, 1);
        assert_ne!(text, COSTS, "{from}");
        assert_eq!(faults(Kind::Costs, &text), [told], "{from} → {to}");
    }
    // One yen of rounding is no fault, and a heading may carry the unit the table is read in.
    assert_eq!(faults(Kind::Costs, &COSTS.replace("事業費計", "事業費計（千円）")), [""; 0]);
    assert_eq!(faults(Kind::Costs, &COSTS.replacen("0,1500,2000", "0,1500.001,2000", 1)), [""; 0]);
}

#[test]
fn planted_faults_of_indicators_are_named() {
    for (from, to, told) in [
        ("回,20,24,24", "回,20,多い,24", "t.csv:2 令和6年度: not a number (多い)"),
        ("成果指標,1", "効果指標,1", "t.csv:3 区分: not of the expected form (効果指標)"),
        ("0001,成果指標,1,子ども", "0001,活動指標,1,子ども", "t.csv:3 番号: already stands in line 2 (1)"),
        ("0003,対象指標,1", "0003,対象指標,一", "t.csv:4 番号: not a number (一)"),
        ("市民の数", "", "t.csv:4 指標名: a value is missing"),
        (",令和6年度,", ",2024,", "t.csv:1 2024: evaluation-import-mixed-years"),
        (",令和6年度,", ",令和5年度,", "t.csv:1 令和5年度: evaluation-import-year-twice"),
    ] {
        let text = INDICATORS.replacen(from, to, 1);
        assert_ne!(text, INDICATORS, "{from}");
        assert_eq!(faults(Kind::Indicators, &text), [told], "{from} → {to}");
    }
    let none = INDICATORS.replace("令和", "第");
    assert_eq!(faults(Kind::Indicators, &none), ["t.csv:1: evaluation-import-no-years"]);
}

#[test]
fn all_faults_are_named_at_once() {
    let text = COSTS.replace("令和7年度", "7年").replace("2000,3,0,0,2000", "2000,3,0,0,1");
    assert_eq!(faults(Kind::Costs, &text).len(), 4);
    let missing = COSTS.replace("国庫支出金", "a").replace("トータルコスト", "b");
    assert_eq!(faults(Kind::Costs, &missing).len(), 2, "missing columns are named once, not for each row");
}

#[test]
fn encodings_and_sizes() {
    let cp932 = encoding_rs::SHIFT_JIS.encode(COSTS).0.into_owned();
    assert_eq!(parse_with("ofunato", Kind::Costs, "t.csv", &cp932).unwrap().rows(), 6);
    let huge = vec![b'a'; 50 << 20];
    let Err(ParseError::File(error)) = parse_with("ofunato", Kind::Costs, "t.csv", &huge) else { panic!("taken") };
    assert_eq!(error.key(), "intake-file-too-large");
    let Err(ParseError::File(error)) = parse_with("ofunato", Kind::Costs, "t.csv", b"") else { panic!("taken") };
    assert_eq!(error.key(), "intake-file-empty");
}

#[test]
fn a_year_far_above_the_others_is_pointed_at() {
    let text = COSTS.replacen("0,0,0,0,18000,18000,2,100,400,18400", "0,0,0,0,18000000,18000000,2,100,400,18000400", 1);
    let parsed = parse(Kind::Costs, &text).unwrap();
    assert_eq!(parsed.notes.len(), 1);
    assert_eq!(parsed.notes[0].to_string(), "t.csv:3 事業費計: evaluation-import-jump (18000000)");
}

#[test]
fn codes_get_back_the_zeros_a_spreadsheet_drops() {
    let parsed = parse(Kind::Costs, &COSTS.replace("\n000", "\n")).unwrap();
    assert_eq!(parsed.rows(), 6);
    assert_eq!(faults(Kind::Costs, &COSTS.replacen("\n0002", "\n1", 1)).len(), 1, "1 is 0001, which stands there");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is changed in a file, it is read or refused with a place, and what is read adds up.
    #[test]
    fn no_damage_makes_it_panic_or_lie(at in 0_usize..900, with in "[0-9,.\"\n-]{1,3}") {
        let mut text: Vec<char> = COSTS.chars().collect();
        let at = at % text.len();
        text.splice(at..=at, with.chars());
        let text: String = text.into_iter().collect();
        match parse(Kind::Costs, &text) {
            Ok(parsed) => prop_assert!(parsed.money_adds_up()),
            Err(ParseError::Rows(bad)) => prop_assert!(bad.rows.iter().all(|row| row.line > 0 && &*row.file == "t.csv")),
            Err(ParseError::File(_)) => {}
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for kind in [Kind::Programmes, Kind::Costs, Kind::Indicators] {
            drop(parse_with("ofunato", kind, "t.csv", &bytes));
            drop(parse_with("yokogushi", kind, "t.csv", &bytes));
        }
    }
}
