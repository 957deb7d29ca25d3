//! Workbooks made by hand: the parts an archive needs, no more.

use std::io::Write as _;

use proptest::prelude::*;
use zip::write::SimpleFileOptions;

use super::{letters, unpacked};
use crate::{FileError, Reason, Table};

const MAX: usize = 32 << 20;

/// A workbook of sheets: name and the inside of `<worksheet>`.
fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut part = |name: &str, text: &str| {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    let list: String = (1..)
        .zip(sheets)
        .map(|(n, (name, _))| format!(r#"<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>"#))
        .collect();
    let relations: String = (1..=sheets.len())
        .map(|n| format!(r#"<Relationship Id="rId{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{n}.xml"/>"#))
        .collect();
    part(
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    );
    part(
        "xl/workbook.xml",
        &format!(
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{list}</sheets></workbook>"#
        ),
    );
    part(
        "xl/_rels/workbook.xml.rels",
        &format!(
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>"#
        ),
    );
    for (n, (_, inside)) in (1..).zip(sheets) {
        part(
            &format!("xl/worksheets/sheet{n}.xml"),
            &format!(
                r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{inside}</worksheet>"#
            ),
        );
    }
    zip.finish().unwrap().into_inner()
}

fn text(address: &str, text: &str) -> String {
    format!(r#"<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

fn number(address: &str, number: &str) -> String {
    format!(r#"<c r="{address}"><v>{number}</v></c>"#)
}

fn sheet(rows: &[String]) -> String {
    let rows: String = (1..).zip(rows).map(|(n, cells)| format!(r#"<row r="{n}">{cells}</row>"#)).collect();
    format!("<sheetData>{rows}</sheetData>")
}

fn open(sheets: &[(&str, &str)]) -> Result<Table, FileError> {
    Table::open("t.xlsx", &workbook(sheets), MAX, None)
}

#[test]
fn a_sheet_is_a_table() {
    let inside = sheet(&[
        [text("A1", "コード"), text("C1", "金額")].concat(),
        String::new(),
        [text("A3", "0086"), number("C3", "17757.399999999994")].concat(),
        [text("A4", "0087"), number("C4", "3089")].concat(),
    ]);
    let table = open(&[("一覧", &inside)]).unwrap();
    assert!(table.faults().is_empty());
    let (code, amount) = (table.require(&["コード"]).unwrap(), table.require(&["金額"]).unwrap());
    let rows: Vec<_> = table.rows().map(|row| (row.line(), row.raw(code), row.raw(amount))).collect();
    assert_eq!(rows, [(3, "0086", "17757.399999999994"), (4, "0087", "3089")]);
    let bad = table.rows().next().unwrap().refuse(amount, Reason::Money);
    assert_eq!(bad.to_string(), "t.xlsx:3 金額(C3): not an amount of money (17757.399999999994)");
}

#[test]
fn formulas_joined_cells_and_errors_are_named() {
    let inside = sheet(&[
        [text("A1", "名"), text("B1", "計")].concat(),
        [text("A2", "甲"), r#"<c r="B2"><f>SUM(C2:D2)</f><v>5</v></c>"#.to_owned()].concat(),
        [text("A3", "乙"), r#"<c r="B3" t="e"><v>#REF!</v></c>"#.to_owned()].concat(),
    ]) + r#"<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>"#;
    let table = open(&[("一覧", &inside)]).unwrap();
    let told: Vec<_> = table.faults().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "t.xlsx:2 名(A2): joined cells (A2:A3)",
            "t.xlsx:2 計(B2): a formula (5)",
            "t.xlsx:3 計(B3): the spreadsheet's own error (#REF!)",
        ]
    );
}

#[test]
fn one_sheet_is_taken_of_several_it_must_be_said_which() {
    let (one, empty) = (sheet(&[text("A1", "名"), text("A2", "甲")]), sheet(&[]));
    assert_eq!(open(&[("白紙", &empty), ("一覧", &one)]).unwrap().len(), 1);
    let both = workbook(&[("R5", &one), ("R6", &one)]);
    let Err(FileError::Sheets { sheets, .. }) = Table::open("t.xlsx", &both, MAX, None) else { panic!("taken") };
    assert_eq!(sheets, "R5, R6");
    assert_eq!(Table::open("t.xlsx", &both, MAX, Some("R6")).unwrap().len(), 1);
    assert!(matches!(Table::open("t.xlsx", &both, MAX, Some("R7")), Err(FileError::Sheets { .. })));
    assert!(matches!(open(&[("白紙", &empty)]), Err(FileError::Empty { .. })));
}

#[test]
fn what_unpacks_to_too_much_is_refused_before_it_is_read() {
    // Two cells at opposite corners.
    let corners = r#"<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>"#;
    assert!(matches!(open(&[("角", corners)]), Err(FileError::TooMuch { .. })));
    let wide = r#"<sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData>"#;
    assert!(matches!(open(&[("幅", wide)]), Err(FileError::TooMuch { .. })));
    // A small archive of a large part.
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default()).unwrap();
    zip.write_all(&vec![b' '; 3 << 20]).unwrap();
    let bomb = zip.finish().unwrap().into_inner();
    assert!(bomb.len() < 1 << 15, "{}", bomb.len());
    assert_eq!(unpacked(&bomb, 1 << 20).unwrap(), (1 << 20) + 1, "counting stops");
    assert_eq!(unpacked(&bomb, 4 << 20).unwrap(), 3 << 20);
    assert!(matches!(Table::open("t.xlsx", &bomb, 1000, None), Err(FileError::TooLarge { .. })));
}

#[test]
fn broken_archives_are_no_workbooks() {
    let whole = workbook(&[("一覧", &sheet(&[text("A1", "名"), text("A2", "甲")]))]);
    for cut in [4, 30, whole.len() / 2, whole.len() - 1] {
        assert!(Table::open("t.xlsx", &whole[..cut], MAX, None).is_err(), "{cut}");
    }
    // A text file still is one.
    assert_eq!(Table::open("t.csv", "名\n甲\n".as_bytes(), MAX, None).unwrap().len(), 1);
}

#[test]
fn columns_have_letters() {
    assert_eq!([0, 25, 26, 51, 52, 701, 702].map(letters), ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_damage_makes_it_panic(at in 0_usize..2_000, byte: u8) {
        let mut bytes = workbook(&[("一覧", &sheet(&[text("A1", "名"), number("A2", "1.5")]))]);
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(table) = Table::open("t.xlsx", &bytes, MAX, None) {
            let _ = table.faults();
        }
    }
}
