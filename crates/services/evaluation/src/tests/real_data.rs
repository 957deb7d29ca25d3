//! A real city's published files, where they are at hand; a fresh clone does not have them. The sums come from the source's own
//! description and were counted by independent tools.

use std::path::{Path, PathBuf};

use plan::batch::Kind;
use store::{Db, Tx};

use super::fixture::{now, parse_with, world, year};
use crate::direction::Direction;
use crate::import::{self, Mode};
use crate::read::{By, Filter};
use crate::{Stage, programmes, sheet, totals};

/// The folder with the published files, when this checkout lies beside it.
fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data/evaluation/ofunato");
    folder.is_dir().then_some(folder)
}

const FILES: [(Kind, &str, usize); 3] = [
    (Kind::Programmes, "事務事業一覧.csv", 407),
    (Kind::Costs, "年度別コスト_千円.csv", 2442),
    (Kind::Indicators, "年度別指標.csv", 2255),
];

/// 事業費 by 年度 in yen, from 令和2 on.
const COST: [(i32, i64); 6] = [
    (2020, 15_322_516_000),
    (2021, 15_988_680_000),
    (2022, 18_552_746_000),
    (2023, 16_660_476_000),
    (2024, 18_302_439_578),
    (2025, 18_874_422_000),
];

store::testing::both! {
    async fn the_three_files_come_in_as_they_are(db: Db) {
        let Some(folder) = data() else { return };
        for (kind, name, rows) in FILES {
            let bytes = std::fs::read(folder.join(name)).unwrap();
            let parsed = parse_with("ofunato", kind, name, &bytes).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            assert_eq!(parsed.rows(), rows, "{name}");
            let told = import::store(&db, &world(), &parsed, Mode::Publish, None).await.unwrap();
            assert!(told.batch.is_some());
            if kind == Kind::Costs {
                let sums: Vec<_> = told.years.iter().map(|sum| (sum.year.year(), sum.cost.unwrap().amount())).collect();
                assert_eq!(sums, COST);
            }
        }
        for (at, cost) in COST {
            let all = db.read(async move |tx: &mut Tx<'_>| totals(tx, year(at), None).await).await.unwrap();
            assert_eq!(all.money.cost.amount(), cost, "{at}");
            assert_eq!(all.stage, Some(if at == 2025 { Stage::Budget } else { Stage::Settled }));
            assert_eq!(all.programmes, 407);
            for (by, rows) in [(By::Policy, 8), (By::Measure, 25), (By::Bu, 20), (By::Ka, 49)] {
                let parts =
                    db.read(async move |tx: &mut Tx<'_>| totals(tx, year(at), Some(by)).await).await.unwrap();
                assert_eq!(parts.rows.iter().map(|row| row.money.cost.amount()).sum::<i64>(), cost);
                assert_eq!(parts.rows.iter().map(|row| row.programmes).sum::<u64>(), 407);
                assert_eq!(parts.rows.len(), rows, "{by:?} {:?}", parts.rows.iter().map(|r| (&r.bu, &r.name)).collect::<Vec<_>>());
            }
        }
        the_dirt_is_kept_as_it_is(&db).await;
    }
}

async fn the_dirt_is_kept_as_it_is(db: &Db) {
    let tree = db.read(async |tx: &mut Tx<'_>| plan::tree(tx).await).await.unwrap();
    let named = |level| tree.nodes().iter().filter(move |node| node.level == level && !node.other_names.is_empty());
    assert_eq!(named(plan::Level::Policy).count(), 5, "政策 with several names");
    assert_eq!(named(plan::Level::Measure).count(), 2, "施策 with several names");
    let first = tree.find(plan::Level::Policy, "01").unwrap();
    assert_eq!(first.name, "豊かな市民生活を実現する産業の振興");

    let mut rows = Vec::new();
    loop {
        let after = rows.last().map(crate::ProgrammeRow::after);
        let page = db
            .read(async move |tx: &mut Tx<'_>| {
                programmes(tx, year(2024), &Filter::default(), after.as_ref(), 100).await
            })
            .await
            .unwrap();
        if page.is_empty() {
            break;
        }
        rows.extend(page);
    }
    assert_eq!(rows.len(), 407);
    let total: i64 = rows.iter().map(|row| row.money.unwrap().cost.amount()).sum();
    assert_eq!(total, 18_302_439_578, "lists and totals agree");
    assert!(rows.iter().all(|row| row.decided));

    let (mut differ, mut nought, mut ends) = (0, 0, Vec::new());
    for row in &rows {
        let code = row.code.clone();
        let found = db.read(async move |tx: &mut Tx<'_>| sheet(tx, &code, now()).await).await.unwrap().unwrap();
        let assessment = &found.assessments[0];
        differ += usize::from(assessment.rating_label != assessment.direction_label);
        nought += usize::from(assessment.rating_label == "0" && assessment.rating.is_empty());
        if !found.programme.text.ends.text.is_empty() {
            ends.push((
                found.programme.text.ends.text.clone(),
                found.programme.text.ends.year.map(kernel::fiscal::FiscalYear::year),
            ));
        }
        assert_eq!(found.money.len(), 6);
        if assessment.direction_label.starts_with('２') {
            assert!(assessment.direction.may_be(Direction::Shrink) && assessment.direction.may_be(Direction::Merge));
            assert_eq!(assessment.direction.only(), None);
        }
    }
    assert_eq!((differ, nought), (39, 1));
    for (text, year) in [("令和９", Some(2027)), ("6", None), ("-", None), ("0", None)] {
        assert!(ends.contains(&(text.to_owned(), year)), "{text}: {ends:?}");
    }
}
