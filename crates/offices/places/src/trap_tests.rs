//! Files made by hand to trip the readers, and bytes of any kind, which may be refused but never make them panic.

use crate::areas::{self, AreaOptions};
use crate::facilities::{self, FacilityOptions, Parsed, ParsedFacilities};
use crate::holidays;
use crate::import::{Report, SetName};
use crate::towns;
use kernel::locale::Locale;
use proptest::prelude::*;

fn set(name: &str) -> SetName {
    SetName::new(name).expect("a name")
}

fn read_areas(text: &str) -> Result<areas::ParsedAreas, Report> {
    areas::parse(text.as_bytes(), &AreaOptions { set: set("町会"), name_field: None })
}

/// A collection of these features, one a line, the first on line 2.
fn collection(features: &[&str]) -> String {
    format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{}\n]}}", features.join(",\n"))
}

fn square(properties: &str) -> String {
    let ring = "[[138.30,34.80],[138.31,34.80],[138.31,34.81],[138.30,34.81],[138.30,34.80]]";
    format!(r#"{{"type":"Feature","properties":{properties},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#)
}

fn geometry(geometry: &str) -> String {
    format!(r#"{{"type":"Feature","properties":{{"名称":"x"}},"geometry":{geometry}}}"#)
}

fn only_reason(text: &str) -> String {
    read_areas(text).expect_err("a bad file").in_locale(Locale::En)
}

#[test]
fn every_bad_feature_is_named_with_its_line() {
    let good = square(r#"{"名称":"東町"}"#);
    let cases = [
        (
            r#"{"type":"Polygon","coordinates":[[[34.80,138.30],[34.80,138.31],[34.81,138.31],[34.80,138.30]]]}"#,
            "position 1: latitude and longitude are swapped",
        ),
        (
            r#"{"type":"Polygon","coordinates":[[[2.35,48.85],[2.36,48.85],[2.36,48.86],[2.35,48.85]]]}"#,
            "position 1: the point lies outside Japan",
        ),
        (
            r#"{"type":"Polygon","coordinates":[[[138.30,34.80],[138.31,34.80],[0,0],[138.30,34.80]]]}"#,
            "position 3: the point lies outside Japan",
        ),
        (r#"{"type":"Polygon","coordinates":[[[138.30,34.80],[138.31,34.80],[138.31,34.81]]]}"#, "not closed"),
        (r#"{"type":"Polygon","coordinates":[[[138.30,34.80],[138.31,34.80],[138.30,34.80]]]}"#, "surrounds nothing"),
        (r#"{"type":"Polygon","coordinates":[]}"#, "empty"),
        (r#"{"type":"Polygon","coordinates":[[]]}"#, "empty"),
        (r#"{"type":"Polygon"}"#, "empty"),
        (r#"{"type":"Polygon","coordinates":[[["138.30","34.80"]]]}"#, "position 1 is not a longitude and a latitude"),
        (r#"{"type":"Polygon","coordinates":[[[138.30]]]}"#, "position 1 is not a longitude and a latitude"),
        (r#"{"type":"Polygon","coordinates":[[[null,null],[1,2]]]}"#, "position 1 is not a longitude and a latitude"),
        (r#"{"type":"Point","coordinates":[138.30,34.80]}"#, "type Point is neither an area nor a line"),
        (r#"{"type":"GeometryCollection","geometries":[]}"#, "type GeometryCollection is neither"),
        (r#"{"type":"LineString","coordinates":[[138.30,34.80],[138.30,34.80]]}"#, "fewer than two different points"),
        ("null", "no geometry"),
    ];
    for (bad, reason) in cases {
        let report = read_areas(&collection(&[&good, &geometry(bad)])).expect_err(reason);
        let [only] = report.bad_rows() else { panic!("{report}") };
        assert_eq!((only.line, only.column.as_str()), (3, "geometry"), "{report}");
        assert!(
            only.reason.in_locale(Locale::En).starts_with("feature 2: ")
                && only.reason.in_locale(Locale::En).contains(reason),
            "{report}"
        );
    }
    let all: Vec<String> = cases.iter().map(|(bad, _)| geometry(bad)).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    assert_eq!(read_areas(&collection(&all)).expect_err("bad").bad_rows().len(), cases.len());
}

#[test]
fn files_that_are_no_collection_are_named() {
    assert!(only_reason("").contains("the file is empty"));
    assert!(only_reason("{\"type\":\"FeatureCollection\",\n\"features\":[NaN]}").starts_with("line 2, "));
    assert!(only_reason("[1,2]").contains("not JSON") || only_reason("[1,2]").contains("FeatureCollection"));
    assert!(only_reason(r#"{"type":"Feature","geometry":null}"#).contains("its type is Feature"));
    assert!(only_reason(r#"{"type":"FeatureCollection","features":[]}"#).contains("no features"));
    assert!(only_reason(&collection(&["[]"])).contains("not a Feature"));
    assert!(only_reason(&collection(&[&square(r#"{"名称":"a\u0000b"}"#)])).contains("NUL"));
    let metres = r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::6676"}},"features":[{}]}"#;
    assert!(only_reason(metres).contains("EPSG::6676"));
    let endless = format!("{{\"type\":\"FeatureCollection\",\"features\":[1e999,{}]}}", square("{}"));
    assert!(!only_reason(&endless).is_empty());
    let line = geometry(r#"{"type":"LineString","coordinates":[[138.30,34.80],[138.31,34.80]]}"#);
    assert!(only_reason(&collection(&[&square("{}"), &line])).contains("mixed"));
}

#[test]
fn deep_nesting_and_size_are_refused_without_harm() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let report = read_areas(&collection(&[&geometry(&format!(r#"{{"type":"Polygon","coordinates":{deep}}}"#))]));
    assert!(report.expect_err("deep").in_locale(Locale::En).contains("nested too deeply"));
    assert!(read_areas(&deep).is_err());
    let huge = vec![b' '; crate::import::MOST_BYTES + 1];
    let report = areas::parse(&huge, &AreaOptions { set: set("x"), name_field: None }).expect_err("huge");
    assert!(report.in_locale(Locale::En).contains("larger than 64 MB"), "{report}");
}

#[test]
fn names_are_found_and_repeats_fall_back_to_numbers() {
    let named =
        |first: &str, second: &str| read_areas(&collection(&[&square(first), &square(second)])).expect("a good file");
    let keys = |parsed: &areas::ParsedAreas| {
        parsed.rows.iter().map(|row| (row.name.clone(), row.key.clone())).collect::<Vec<_>>()
    };
    let pair = |a: &str, b: &str, c: &str, d: &str| vec![(a.to_owned(), b.to_owned()), (c.to_owned(), d.to_owned())];

    let parsed = named(
        r#"{"ID":1,"DATE":"2025-03-06 18:43:46","F1":"東町"}"#,
        r#"{"ID":2,"DATE":"2025-03-07 18:43:46","F1":"西町"}"#,
    );
    assert_eq!((parsed.name_field.as_deref(), keys(&parsed)), (Some("F1"), pair("東町", "東町", "西町", "西町")));

    let parsed = named(r#"{"n":1,"what":"通学路"}"#, r#"{"n":2,"what":"通学路"}"#);
    assert_eq!(keys(&parsed), pair("通学路", "#1", "通学路", "#2"));

    let parsed = named(r#"{"FID":0}"#, r#"{"FID":1}"#);
    assert_eq!((parsed.name_field.as_deref(), keys(&parsed)), (None, pair("町会 1", "#1", "町会 2", "#2")));

    let note = "境界には誤差があります。窓口でお確かめください。";
    let parsed = named(&format!(r#"{{"a":"東小","b":"{note}"}}"#), &format!(r#"{{"a":"西小","b":"{note}"}}"#));
    assert_eq!(parsed.reservations, [note]);

    let options = AreaOptions { set: set("x"), name_field: Some("無い".to_owned()) };
    let report = areas::parse(collection(&[&square(r#"{"a":"b"}"#)]).as_bytes(), &options).expect_err("no such field");
    assert!(report.in_locale(Locale::En).contains("無い") && report.in_locale(Locale::En).contains('a'), "{report}");
}

fn list(bytes: &[u8]) -> Result<ParsedFacilities, Report> {
    match facilities::parse(bytes, &FacilityOptions { set: set("施設"), name_field: None })? {
        Parsed::Facilities(list) => Ok(list),
        Parsed::Labels(labels) => panic!("{labels:?}"),
    }
}

#[test]
fn lists_in_every_encoding_and_dress_come_in() {
    let plain =
        "ＮＯ,施設名称,名称_カナ,所在地,緯度,経度\r\n1,\"湊公園\r\n(北口)\",ミナトコウエン,湊町1-1,34.8,138.3\r\n";
    let shift_jis = encoding_of(plain);
    for bytes in [plain.as_bytes().to_vec(), format!("\u{feff}{plain}").into_bytes(), shift_jis] {
        let parsed = list(&bytes).expect("a good list");
        let [row] = parsed.rows.as_slice() else { panic!("{parsed:?}") };
        assert_eq!(
            (row.key.as_str(), row.name.as_str(), row.kana.as_str(), row.address.as_str()),
            ("#1", "湊公園 (北口)", "ミナトコウエン", "湊町1-1")
        );
        assert_eq!(row.attributes[1], ("施設名称".to_owned(), "湊公園\r\n(北口)".to_owned()));
    }
    // A bar where a long vowel belongs, and dots behind No.
    let parsed = list("都道府県コ―ド又は市区町村コ―ド,No.,名称,緯度,経度\n999999,7,湊小学校,34.8,138.3\n".as_bytes())
        .expect("a good list");
    assert_eq!(parsed.rows[0].key, "#7");
}

/// Shift_JIS by hand for the few characters the fixture uses would be unreadable; the crate under `intake` knows it.
fn encoding_of(text: &str) -> Vec<u8> {
    encoding_rs::SHIFT_JIS.encode(text).0.into_owned()
}

#[test]
fn a_list_without_names_is_taken_by_number_and_says_so_row_by_row() {
    let parsed = list("ID,種別,所在地,緯度,経度\n1,消火栓,湊町1,34.8,138.3\n2,消火栓,湊町2,34.81,138.3\n".as_bytes())
        .expect("a good list");
    assert_eq!(parsed.rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["消火栓 1", "消火栓 2"]);
    assert_eq!(parsed.notes.len(), 2);
    assert!(parsed.notes[1].in_locale(Locale::En).starts_with("line 3: "), "{:?}", parsed.notes);
}

#[test]
fn a_list_without_numbers_is_keyed_by_name_and_place() {
    let parsed = list("名称,緯度,経度\nＡ公園,34.8,138.3\nA公園,34.9,138.3\n".as_bytes()).expect("a good list");
    assert_eq!(
        parsed.rows.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(),
        ["a公園@348000000,1383000000", "a公園@349000000,1383000000"]
    );
    let twice = list("名称,緯度,経度\nA公園,34.8,138.3\n\nＡ公園,34.8,138.3\n".as_bytes()).expect_err("the same twice");
    assert_eq!(twice.in_locale(Locale::En), "line 4, 名称: the same name at the same place as on line 2");
}

#[test]
fn every_bad_row_is_named_with_line_and_column() {
    let text = "NO,名称,緯度,経度\n1,良い,34.8,138.3\n1,同じ番号,34.8,138.31\n3,逆,138.3,34.8\n4,外国,48.8,2.3\n5,文字,北緯34,138.3\n6,片方,,138.3\n,,34.8,138.3\n8,数でない,NaN,138.3\n9,全角,３４．８,１３８．３\n";
    let report = list(text.as_bytes()).expect_err("bad rows");
    let found: Vec<String> = report.bad_rows().iter().map(|bad| bad.in_locale(Locale::En)).collect();
    let expected = [
        "line 3, NO: the same number as on line 2",
        "line 4, 緯度, 経度: latitude and longitude are swapped (138.3, 34.8)",
        "line 5, 緯度, 経度: the point lies outside Japan (48.8, 2.3)",
        "line 6, 緯度: 「北緯34」 is not a number of degrees",
        "line 7, 緯度: one of the two coordinates is missing",
        "line 8, 名称: neither a name nor a number tells this row apart",
        "line 9, 緯度, 経度: a coordinate is not a finite number (NaN, 138.3)",
    ];
    assert_eq!(found, expected);
    let report = list("名称,住所\nA,B\n".as_bytes()).expect_err("no coordinates");
    assert!(report.in_locale(Locale::En).contains("緯度"), "{report}");
    let report = list("名称,緯度,経度\nA,34.8,138.3,余り\n".as_bytes()).expect_err("surplus");
    assert!(report.in_locale(Locale::En).starts_with("line 2"), "{report}");
    let report = list(b"PK\x03\x04rest").expect_err("a workbook");
    assert!(report.in_locale(Locale::En).contains("xlsx"), "{report}");
}

#[test]
fn attribute_lists_are_told_from_facility_lists() {
    let text = "\u{feff}original_name,display_name,label_flag\n\u{feff}名称,名前,1\n面積,面積(㎡)\n";
    let options = FacilityOptions { set: set("公園_attributes"), name_field: None };
    let Ok(Parsed::Labels(list)) = facilities::parse(text.as_bytes(), &options) else {
        panic!("not an attribute list")
    };
    assert_eq!(list.set.as_str(), "公園");
    assert_eq!(
        list.labels.iter().map(|label| (label.column.as_str(), label.label.as_str())).collect::<Vec<_>>(),
        [("名称", "名前"), ("面積", "面積(㎡)")]
    );
}

#[test]
fn holidays_come_in_with_what_differs_from_the_law() {
    // The Cabinet Office writes cp932, unpadded months and these two headings.
    let text =
        "国民の祝日・休日月日,国民の祝日・休日名称\r\n2026/1/1,元日\r\n2026/11/3,文化の日\r\n2026/11/24,湊の日\r\n";
    let parsed = holidays::parse(&encoding_of(text)).expect("a good list");
    assert_eq!(parsed.rows.len(), 3);
    assert!(
        parsed.notes.iter().any(|note| note.in_locale(Locale::En).contains("2026-11-24 湊の日 is in the list")),
        "{:?}",
        parsed.notes
    );
    assert!(
        parsed.notes.iter().any(|note| note.in_locale(Locale::En).contains("2026-11-23 is 勤労感謝の日")),
        "{:?}",
        parsed.notes
    );
    let bad = "月日,名称\n2026/2/30,無い日\n2026/1/1,元日\n2026/1/1,元日\n1/1/2026,逆\n2026/5/5,\n";
    let report = holidays::parse(bad.as_bytes()).expect_err("bad rows");
    let lines: Vec<usize> = report.bad_rows().iter().map(|bad| bad.line).collect();
    assert_eq!(lines, [2, 4, 5, 6], "{report}");
    assert!(
        holidays::parse(b"a,b,c\n1,2,3\n").expect_err("three columns").in_locale(Locale::En).contains("two columns")
    );
}

#[test]
fn towns_that_cannot_be_are_named() {
    let text = "[{\"town\":\"湊町\",\"koaza\":\"\",\"lat\":34.8,\"lng\":138.3},\n{\"town\":\"湊町\",\"lat\":34.8,\"lng\":138.3},\n{\"town\":\"\",\"lat\":34.8,\"lng\":138.3},\n{\"town\":\"逆町\",\"lat\":138.3,\"lng\":34.8},\n{\"town\":7},\n{\"town\":\"片町\",\"lat\":34.8}]";
    let report = towns::parse(text.as_bytes(), &set("町")).expect_err("bad towns");
    let found: Vec<(usize, &str)> = report.bad_rows().iter().map(|bad| (bad.line, bad.column.as_str())).collect();
    assert_eq!(found, [(2, "town"), (3, "town"), (4, "lat, lng"), (5, ""), (6, "lat, lng")], "{report}");
    let good =
        towns::parse("[{\"town\":\"湊町\",\"koaza\":\"北\"}]".as_bytes(), &set("町")).expect("a town without a point");
    assert_eq!((good.rows[0].name.as_str(), good.notes.len()), ("湊町北", 1));
    assert!(towns::parse(b"[]", &set("町")).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = areas::parse(&bytes, &AreaOptions { set: set("x"), name_field: None });
        let _ = facilities::parse(&bytes, &FacilityOptions { set: set("x"), name_field: None });
        let _ = towns::parse(&bytes, &set("x"));
        let _ = holidays::parse(&bytes);
    }

    #[test]
    fn damaged_files_are_read_or_refused(cut in 0..2_000_usize, at in 0..2_000_usize, byte in any::<u8>()) {
        let areas_file = collection(&[&square(r#"{"名称":"東町"}"#), &geometry(r#"{"type":"MultiLineString","coordinates":[[[138.3,34.8],[138.31,34.8]]]}"#)]);
        let list = "NO,名称,緯度,経度\n1,\"湊\n公園\",34.8,138.3\n2,東公園,34.9,138.31\n";
        let towns_file = r#"[{"town":"湊町","koaza":"","lat":34.8,"lng":138.3}]"#;
        for text in [areas_file.as_str(), list, towns_file, "月日,名称\n2026/1/1,元日\n"] {
            let mut bytes = text.as_bytes().to_vec();
            let length = bytes.len();
            bytes[at % length] = byte;
            bytes.truncate(length - cut % length);
            let _ = areas::parse(&bytes, &AreaOptions { set: set("x"), name_field: None });
            let _ = facilities::parse(&bytes, &FacilityOptions { set: set("x"), name_field: None });
            let _ = towns::parse(&bytes, &set("x"));
            let _ = holidays::parse(&bytes);
        }
    }

    /// Numbers of any kind where coordinates stand: every accepted point is in Japan.
    #[test]
    fn accepted_coordinates_are_in_japan(numbers in prop::collection::vec(prop_oneof![any::<f64>(), 120.0..156.0_f64, 19.0..47.0_f64], 8)) {
        let number = |n: f64| if n.is_finite() { n.to_string() } else { "1e999".to_owned() };
        let pairs: Vec<String> = numbers.chunks(2).map(|pair| format!("[{},{}]", number(pair[0]), number(pair[1]))).collect();
        let text = collection(&[&geometry(&format!(r#"{{"type":"Polygon","coordinates":[[{},{}]]}}"#, pairs.join(","), pairs[0]))]);
        if let Ok(parsed) = read_areas(&text) {
            for point in parsed.rows[0].shape.points() {
                prop_assert!((20.0..=46.0).contains(&point.latitude()) && (122.0..=154.5).contains(&point.longitude()));
            }
        }
    }
}

#[test]
fn a_ring_made_to_cost_time_is_read_all_the_same() {
    // Every side spans the whole width, so that each overlaps every other.
    let zigzag: Vec<String> = (0..40_000)
        .map(|at| format!("[{},{}.{:06}]", if at % 2 == 0 { "138.1" } else { "138.9" }, 34, 100_000 + at))
        .collect();
    let ring = format!(r#"{{"type":"Polygon","coordinates":[[{},{}]]}}"#, zigzag.join(","), zigzag[0]);
    let watch = kernel::Stopwatch::start();
    let parsed = read_areas(&collection(&[&geometry(&ring)])).expect("a strange but possible area");
    assert_eq!(parsed.rows[0].shape.points().count(), 40_000);
    assert!(watch.elapsed().as_secs() < 20, "{:?}", watch.elapsed());
}
