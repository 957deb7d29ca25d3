//! Imports of a real city's published files, where they are at hand; a fresh clone does not have them.

use crate::areas::{self, AreaOptions};
use crate::facilities::{self, FacilityOptions, Parsed};
use crate::geo::ShapeKind;
use crate::import::SetName;
use crate::resolver::{Answer, AreaIndex, Known, NEAR_BORDER_METRES};
use crate::towns;
use kernel::locale::Locale;
use std::path::{Path, PathBuf};

/// The folder with the published files, when this checkout lies beside it.
fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data");
    folder.is_dir().then_some(folder)
}

fn set(path: &Path) -> SetName {
    SetName::from_file(path).expect("a file name is a set's name")
}

#[test]
fn all_nine_area_files_come_in_whole() {
    let Some(data) = data() else { return };
    let expected = [
        ("中学校区", ShapeKind::Area, 9, Some("item2"), true),
        ("小学校区", ShapeKind::Area, 13, Some("SAFIELD001"), true),
        ("自治会区域", ShapeKind::Area, 35, Some("SAFIELD000"), false),
        ("自主防災会境界", ShapeKind::Area, 78, Some("SAFIELD001"), false),
        ("公園_緑地", ShapeKind::Area, 148, None, false),
        ("浸水履歴_令和4年", ShapeKind::Area, 62, Some("地域"), false),
        ("行政区域界", ShapeKind::Lines, 123, None, false),
        ("緊急輸送路_一次緊急輸送路", ShapeKind::Lines, 31, Some("item2"), false),
        ("通学路_焼津東小学校", ShapeKind::Lines, 31, Some("item2"), false),
    ];
    for (name, kind, count, field, reserved) in expected {
        let path = data.join(format!("areas/yaizu/{name}.geojson"));
        let bytes = std::fs::read(&path).expect("the file is readable");
        let parsed = areas::parse(&bytes, &AreaOptions { set: set(&path), name_field: None });
        let parsed = parsed.unwrap_or_else(|report| panic!("{name}: {report}"));
        eprintln!(
            "{name}: {} ({:?}) {:?} {:?}",
            parsed.rows.len(),
            parsed.kind,
            parsed.rows[0].name,
            parsed.notes.iter().map(ToString::to_string).collect::<Vec<_>>()
        );
        assert_eq!((parsed.kind, parsed.rows.len(), parsed.name_field.as_deref()), (kind, count, field), "{name}");
        assert_eq!(!parsed.reservations.is_empty(), reserved, "{name}: {:?}", parsed.reservations);
    }
}

#[test]
fn every_facility_list_and_attribute_list_comes_in_whole() {
    let Some(data) = data() else { return };
    let (mut lists, mut rows, mut labels) = (0, 0, 0);
    let mut entries: Vec<PathBuf> = std::fs::read_dir(data.join("opendata/yaizu"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    entries.sort();
    for path in entries {
        let bytes = std::fs::read(&path).expect("the file is readable");
        match facilities::parse(&bytes, &FacilityOptions { set: set(&path), name_field: None }) {
            Err(report) => panic!("{}: {report}", path.display()),
            Ok(Parsed::Labels(list)) => {
                labels += 1;
                assert!(!list.labels.is_empty());
            }
            Ok(Parsed::Facilities(list)) => {
                let first = &list.rows[0];
                let notes: Vec<_> = list.notes.iter().take(2).map(ToString::to_string).collect();
                eprintln!(
                    "{}: {} {:?} {:?} {} notes {notes:?}",
                    list.set,
                    list.rows.len(),
                    first.name,
                    first.key,
                    list.notes.len()
                );
                lists += 1;
                rows += list.rows.len();
                assert!(list.rows.iter().all(|row| row.point.is_some()), "{}", list.set);
            }
        }
    }
    assert_eq!((lists, labels, rows), (16, 16, 1410));
}

#[test]
fn town_lists_come_in_whole() {
    let Some(data) = data() else { return };
    for (name, count) in [("静岡県_焼津市", 141), ("鳥取県_境港市", 50)] {
        let path = data.join(format!("areas/geolonia/{name}.json"));
        let parsed = towns::parse(&std::fs::read(&path).expect("the file is readable"), &set(&path));
        let parsed = parsed.unwrap_or_else(|report| panic!("{name}: {report}"));
        assert_eq!(parsed.rows.len(), count);
    }
    let cities = data.join("areas/geolonia/ja.json");
    let report = towns::parse(&std::fs::read(&cities).expect("the file is readable"), &set(&cities))
        .expect_err("a list of cities");
    assert!(report.in_locale(Locale::En).contains("not a list of towns"), "{report}");
}

/// Measured once by independent tools: every town point lies in exactly one area of each of the four sets that cover the city,
/// and almost every point of the city does; the rest is holes and overlaps of the files themselves.
#[test]
fn every_town_lies_in_one_area_of_each_set_that_covers_the_city() {
    let Some(data) = data() else { return };
    let path = data.join("areas/geolonia/静岡県_焼津市.json");
    let towns = towns::parse(&std::fs::read(&path).expect("the file is readable"), &set(&path)).expect("towns");
    for name in ["自治会区域", "自主防災会境界", "小学校区", "中学校区"] {
        let path = data.join(format!("areas/yaizu/{name}.geojson"));
        let bytes = std::fs::read(&path).expect("the file is readable");
        let parsed = areas::parse(&bytes, &AreaOptions { set: set(&path), name_field: None }).expect("areas");
        let known = parsed.rows.into_iter().zip(0_u128..).map(|(row, number)| Known {
            id: crate::AreaId::from(uuid::Uuid::from_u128(number)),
            name: row.name,
            shape: row.shape,
        });
        let index = AreaIndex::new(known);
        let (mut near, mut certain) = (0, 0);
        for town in &towns.rows {
            let point = town.point.expect("a point");
            let answer = index.resolve(point, NEAR_BORDER_METRES);
            let inside = answer.candidates().iter().filter(|area| area.inside).count();
            assert_eq!(inside, 1, "{name}: {}", town.name);
            near += usize::from(matches!(answer, Answer::NearBorder { .. }));
            certain += usize::from(answer.certain().is_some());
        }
        eprintln!("{name}: {certain} certain, {near} near a border");
        assert_eq!(near + certain, 141, "{name}");
    }
}
