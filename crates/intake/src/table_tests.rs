//! Tables with the traps of real municipal files, written by hand; and the real files where they are at hand.

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::{Collector, cell};

const MAX: usize = 1 << 20;

fn table(text: &str) -> Table {
    Table::read("t.csv", text.as_bytes(), MAX).unwrap()
}

#[test]
fn a_row_knows_the_line_it_begins_on() {
    let table = table("\n名称,説明\r\n\"甲\",\"一行目\r\n二行目\"\r\n\r\n乙,\"a\n\nb\"\n丙,c");
    let lines: Vec<(u64, &str)> = table.rows().map(|row| (row.line(), row.raw(Column(0)))).collect();
    assert_eq!(lines, [(3, "甲"), (6, "乙"), (9, "丙")]);
    assert_eq!(table.require(&["なし"]).unwrap_err().line, 2);
}

#[test]
fn old_macintosh_line_ends_count_too() {
    let table = table("a,b\r1,2\r3,4\r");
    assert_eq!(table.rows().map(|row| row.line()).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn columns_are_found_however_they_are_written() {
    let table = table("都道府県コ―ド又は市区町村コ―ド, ＮＯ．,名称＿ｶﾅ,№2,緯度（10進）\n222127,1,ア,2,34.8\n");
    assert_eq!(table.column(&["都道府県コード又は市区町村コード"]), Some(Column(0)));
    assert_eq!(table.column(&["都道府県コ−ド又は市区町村コ-ド"]), Some(Column(0)));
    assert_eq!(table.column(&["No"]), Some(Column(1)));
    assert_eq!(table.column(&["名称_カナ"]), Some(Column(2)));
    assert_eq!(table.column(&["no2"]), Some(Column(3)));
    assert_eq!(table.column(&["緯度", "緯度(10進)"]), Some(Column(4)));
    assert_eq!(table.column(&["経度"]), None);
    let bad = table.require(&["経度", "lon"]).unwrap_err();
    assert_eq!(bad.to_string(), "t.csv:1: there is no column 経度");
}

#[test]
fn earlier_names_and_earlier_columns_win() {
    let table = table("name,名称,名称\na,b,c\n");
    let row = table.rows().next().unwrap();
    assert_eq!(row.raw(table.column(&["名称", "name"]).unwrap()), "b");
    assert_eq!(row.raw(table.column(&["name", "名称"]).unwrap()), "a");
}

#[test]
fn every_bad_cell_is_named_and_nothing_is_taken() {
    let table = table("番号,名称,緯度,期日\n1,甲,34.8,R8.1.5\nx,,138.3,2026-02-30\n3,丙\n");
    let number = table.require(&["番号"]).unwrap();
    let (name, latitude, day) = (table.require(&["名称"]).unwrap(), table.column(&["緯度"]), table.column(&["期日"]));
    let mut bad = Collector::default();
    let mut good = 0;
    for row in table.rows() {
        let cells = (
            bad.take(row.required(number, cell::integer)),
            bad.take(row.required(name, cell::line::<10>)),
            bad.take(row.optional(latitude, cell::latitude)),
            bad.take(row.optional(day, cell::day)),
        );
        good += usize::from(matches!(cells, (Some(_), Some(_), Some(_), Some(_))));
    }
    assert_eq!(good, 2, "a short row ends in empty cells");
    assert!(!bad.is_clean());
    let refused = bad.all_or_nothing(()).unwrap_err();
    assert_eq!(refused.to_string(), "4 faults; nothing was taken");
    let told: Vec<String> = refused.rows.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "t.csv:3 番号: not a number (x)",
            "t.csv:3 名称: a value is missing",
            "t.csv:3 緯度: not between 20 and 46 (138.3)",
            "t.csv:3 期日: not a date (2026-02-30)",
        ]
    );
}

#[test]
fn a_clean_file_comes_through() {
    assert_eq!(Collector::default().all_or_nothing(5).unwrap(), 5);
}

#[test]
fn faults_beyond_the_limit_are_counted() {
    let table = table("a\n1\n");
    let row = table.rows().next().unwrap();
    let mut bad = Collector::default();
    bad.extend((0..Collector::KEPT + 5).map(|_| row.refuse_row(Reason::Unknown)));
    let rows = bad.into_bad_rows();
    assert_eq!((rows.rows.len(), rows.count), (Collector::KEPT, Collector::KEPT + 5));
}

#[test]
fn surplus_cells_are_found_and_long_values_shortened() {
    let long = "長".repeat(100);
    let table = table(&format!("a,b\n1,2,,\n1,2,{long}\n"));
    let surplus = table.surplus();
    assert_eq!(surplus.len(), 1);
    assert_eq!((surplus[0].line, surplus[0].value.chars().count()), (3, 41));
    assert_eq!(surplus[0].reason, Reason::Surplus { expected: 2, found: 3 });
}

#[test]
fn a_quotation_mark_that_never_closes_is_named() {
    let text = "名称,説明\n甲,\"開いたまま\n乙,二\n丙,三\n";
    let error = Table::read("t.csv", text.as_bytes(), MAX).unwrap_err();
    assert_eq!(error.to_string(), "t.csv: a quotation mark opened in the row of line 2 never closes");
    // Marks inside a bare cell and doubled marks are plain characters.
    for text in ["a,b\n1,5\" pipe\n", "a,b\n1,\"say \"\"so\"\"\"\n", "a,b\n1,\"x\"\n\n", "a,b\n\"\",\"\"\"\"\n"] {
        assert!(Table::read("t.csv", text.as_bytes(), MAX).is_ok(), "{text}");
    }
}

#[test]
fn files_without_rows_are_refused() {
    for text in ["", "\n\n", "名称,住所\n", "名称,住所\n,,\n \n"] {
        assert!(matches!(Table::read("t.csv", text.as_bytes(), MAX), Err(FileError::Empty { .. })), "{text:?}");
    }
}

#[test]
fn tabs_separate_when_there_are_no_commas() {
    let table = table("名称\t住所\n甲\t栄町1,2\n");
    assert_eq!(table.rows().next().unwrap().raw(Column(1)), "栄町1,2");
}

#[test]
fn shift_jis_with_a_mark_and_unicode_with_a_mark_read_alike() {
    let text = "名称,住所\n髙橋会館,栄町一丁目\n";
    let shift_jis = encoding_rs::SHIFT_JIS.encode(text).0.into_owned();
    let with_mark = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    for (bytes, encoding) in [(shift_jis, Encoding::Cp932), (with_mark, Encoding::Utf8Bom)] {
        let table = Table::read("t.csv", &bytes, MAX).unwrap();
        assert_eq!(table.encoding(), encoding);
        let name = table.require(&["名称"]).unwrap();
        assert_eq!(table.rows().next().unwrap().raw(name), "髙橋会館");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(table) = Table::read("t.csv", &bytes, MAX) {
            for row in table.rows() {
                prop_assert!(row.line() > 1);
                let _ = row.required(Column(0), cell::line::<10>);
            }
        }
    }

    #[test]
    fn written_tables_come_back(cells in proptest::collection::vec(("[^\0\r]{0,12}", "[^\0\r]{0,12}"), 1..20)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["甲", "乙"]).unwrap();
        for (one, other) in &cells {
            writer.write_record([one, other]).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let filled: Vec<_> = cells.iter().filter(|(one, other)| !(one.trim().is_empty() && other.trim().is_empty())).collect();
        match Table::read("t.csv", &bytes, MAX) {
            Ok(table) => {
                prop_assert_eq!(table.len(), filled.len());
                let text = String::from_utf8(bytes).unwrap();
                for (row, (one, other)) in table.rows().zip(filled) {
                    prop_assert_eq!((row.raw(Column(0)), row.raw(Column(1))), (one.trim(), other.trim()));
                    // The line really holds the beginning of the row.
                    let line = text.split('\n').nth(usize::try_from(row.line()).unwrap() - 1).unwrap();
                    let first = one.split('\n').next().unwrap().replace('"', "\"\"");
                    let bare = line.strip_prefix('"').unwrap_or(line);
                    prop_assert!(line.starts_with(&first) || bare.starts_with(&first), "{:?} {:?}", line, first);
                }
            }
            Err(FileError::Empty { .. }) => prop_assert!(filled.is_empty()),
            Err(error) => prop_assert!(false, "{}", error),
        }
    }
}

/// The real open data lies beside the checkout on our machines; a fresh clone has only the fixtures above.
fn real_files() -> Option<Vec<PathBuf>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/opendata/yaizu");
    let entries = folder.is_dir().then(|| std::fs::read_dir(&folder).unwrap())?;
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    files.sort();
    assert!(!files.is_empty(), "the folder is there but holds no table");
    Some(files)
}

#[test]
fn the_real_files_read_whole() {
    let Some(files) = real_files() else { return };
    let mut seen = std::collections::BTreeMap::new();
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = crate::load(&path, 10 << 20).unwrap();
        let table = Table::read(&name, &bytes, 10 << 20).unwrap_or_else(|error| panic!("{error}"));
        assert!(table.surplus().is_empty(), "{name}");
        // Every row begins on the line it names.
        let (text, _) = decode(&name, &bytes, 10 << 20).unwrap();
        let lines: Vec<&str> = text.split('\n').collect();
        for row in table.rows() {
            let line = lines[usize::try_from(row.line()).unwrap() - 1].trim_start_matches('"');
            let first = row.raw(Column(0)).split('\n').next().unwrap();
            assert!(line.starts_with(first), "{name}:{} {line} {first}", row.line());
        }
        seen.insert(name, (table.len(), table.encoding()));
    }
    assert_eq!(seen["yohairyosya.csv"], (277, Encoding::Cp932));
    assert_eq!(seen["222127_kyuugosho.csv"], (4, Encoding::Utf8Bom));
    assert_eq!(seen["222127_dono_station.csv"], (30, Encoding::Utf8));
    assert_eq!(seen["222127_preschool.csv"].0, 60);
}
