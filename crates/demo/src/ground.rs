//! The ground of the demo city, drawn by us: twelve 自治会 with crooked borders, five school districts made of them,
//! towns and facilities. Nothing here lies where it lies in the real world; only the sea is in the east.

use crate::chance::Chance;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A corner, in units of 1e-7 degree, longitude first.
type Corner = (i64, i64);

const WEST: i64 = 1_382_700_000;
const SOUTH: i64 = 348_200_000;
const COLUMNS: usize = 4;
const ROWS: usize = 3;
const CELL_WIDTH: i64 = 250_000;
const CELL_HEIGHT: i64 = 283_000;
/// Pieces a side of a cell is broken into.
const PIECES: i64 = 8;

/// A 自治会: the name of its quarter and the school its children go to.
struct Quarter {
    name: &'static str,
    school: &'static str,
    towns: [&'static str; 3],
}

/// From south-west to north-east, row by row.
const QUARTERS: [Quarter; COLUMNS * ROWS] = [
    Quarter { name: "新田", school: "西小学校", towns: ["新田", "新田南", "上新田"] },
    Quarter { name: "川原", school: "南小学校", towns: ["川原一丁目", "川原二丁目", "堤下"] },
    Quarter { name: "南町", school: "南小学校", towns: ["南町", "南町西", "水車町"] },
    Quarter { name: "浜町", school: "南小学校", towns: ["浜町一丁目", "浜町二丁目", "砂浜町"] },
    Quarter { name: "西町", school: "西小学校", towns: ["西町", "西中町", "桑畑"] },
    Quarter {
        name: "本町", school: "湊小学校", towns: ["本町一丁目", "本町二丁目", "本町三丁目"]
    },
    Quarter { name: "湊町", school: "湊小学校", towns: ["湊町一丁目", "湊町二丁目", "市場町"] },
    Quarter {
        name: "東町", school: "東小学校", towns: ["東町一丁目", "東町二丁目", "東町三丁目"]
    },
    Quarter { name: "山手", school: "西小学校", towns: ["山手台", "山手", "竹ヶ谷"] },
    Quarter { name: "北町", school: "北小学校", towns: ["北町", "北町東", "柿平"] },
    Quarter {
        name: "若葉台", school: "北小学校", towns: ["若葉台一丁目", "若葉台二丁目", "桜坂"]
    },
    Quarter { name: "岬", school: "東小学校", towns: ["岬町", "灯台下", "松風町"] },
];

/// The corner where grid lines cross, moved a little from its place.
fn corner(column: usize, row: usize) -> Corner {
    let mut chance = Chance::new(0x6d69_6e61_746f).branch(&format!("corner {column} {row}"));
    let (east, north) =
        (i64::try_from(column).unwrap_or(0) * CELL_WIDTH, i64::try_from(row).unwrap_or(0) * CELL_HEIGHT);
    // The coast in the east is rougher than the other borders.
    let sway = if column == COLUMNS { 20_000 } else { 9_000 };
    (WEST + east + chance.between(-sway, sway), SOUTH + north + chance.between(-9_000, 9_000))
}

/// The crooked line between two corners, without its last point; the same line backwards from the other side.
fn side(from: Corner, to: Corner) -> Vec<Corner> {
    if from > to {
        let mut back = side(to, from);
        back.push(from);
        back.reverse();
        back.pop();
        return back;
    }
    let mut chance = Chance::new(0x6b61_7761).branch(&format!("side {from:?} {to:?}"));
    let (east, north) = (to.0 - from.0, to.1 - from.1);
    let mut line = vec![from];
    for piece in 1..PIECES {
        // Pushed aside at a right angle to the straight line, so that neighbouring sides cannot meet.
        let aside = chance.between(-7_000, 7_000);
        let upright = north.abs() > east.abs();
        let (x, y) = (from.0 + east * piece / PIECES, from.1 + north * piece / PIECES);
        line.push(if upright { (x + aside, y) } else { (x, y + aside) });
    }
    line
}

/// The border of a cell, counter-clockwise, the first point not repeated.
fn cell(column: usize, row: usize) -> Vec<Corner> {
    let corners = [corner(column, row), corner(column + 1, row), corner(column + 1, row + 1), corner(column, row + 1)];
    let next = corners.iter().cycle().skip(1);
    corners.iter().zip(next).flat_map(|(from, to)| side(*from, *to)).collect()
}

/// The border around several cells: sides that two of them share cancel out.
fn around(cells: &[Vec<Corner>]) -> Vec<Vec<Corner>> {
    let mut steps: BTreeMap<Corner, Vec<Corner>> = BTreeMap::new();
    for cell in cells {
        for (from, to) in cell.iter().zip(cell.iter().cycle().skip(1)) {
            let back = steps.get_mut(to).and_then(|ends| Some(ends.remove(ends.iter().position(|end| end == from)?)));
            if back.is_none() {
                steps.entry(*from).or_default().push(*to);
            }
        }
    }
    let mut rings = Vec::new();
    while let Some(start) = steps.iter().find(|(_, ends)| !ends.is_empty()).map(|(start, _)| *start) {
        let (mut ring, mut at) = (Vec::new(), start);
        while let Some(next) = steps.get_mut(&at).and_then(Vec::pop) {
            ring.push(at);
            at = next;
        }
        rings.push(ring);
    }
    rings
}

fn cells() -> Vec<Vec<Corner>> {
    (0..ROWS).flat_map(|row| (0..COLUMNS).map(move |column| cell(column, row))).collect()
}

/// Degrees as a file writes them.
fn degrees(units: i64) -> String {
    format!("{}.{:07}", units / 10_000_000, units % 10_000_000)
}

fn feature(out: &mut String, name: &str, extra: &str, rings: &[Vec<Corner>]) {
    let polygons: Vec<String> = rings
        .iter()
        .map(|ring| {
            let points = ring.iter().chain(ring.first());
            let points: Vec<String> =
                points.map(|(lon, lat)| format!("[{},{}]", degrees(*lon), degrees(*lat))).collect();
            format!("[[{}]]", points.join(","))
        })
        .collect();
    if !out.is_empty() {
        out.push_str(",\n");
    }
    // Writing into a String cannot fail.
    let _ = write!(
        out,
        r#"{{"type":"Feature","properties":{{"名称":"{name}"{extra}}},"geometry":{{"type":"MultiPolygon","coordinates":[{}]}}}}"#,
        polygons.join(",")
    );
}

fn collection(features: &str) -> String {
    format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{features}\n]}}\n")
}

/// The twelve 自治会 as GeoJSON.
pub(crate) fn associations() -> String {
    let mut features = String::new();
    for (quarter, border) in QUARTERS.iter().zip(cells()) {
        feature(&mut features, &format!("{}自治会", quarter.name), "", &[border]);
    }
    collection(&features)
}

/// The five school districts as GeoJSON.
pub(crate) fn school_districts() -> String {
    let mut districts: BTreeMap<&str, Vec<Vec<Corner>>> = BTreeMap::new();
    for (quarter, border) in QUARTERS.iter().zip(cells()) {
        districts.entry(quarter.school).or_default().push(border);
    }
    let mut features = String::new();
    let note = r#","お知らせ":"通学区域の境は図では正確でないことがあります。学校教育課でお確かめください。""#;
    for (school, borders) in districts {
        feature(&mut features, school, note, &around(&borders));
    }
    collection(&features)
}

/// A point well inside a quarter: a share of the way from its south-west to its north-east corner.
fn inside(at: usize, east: i64, north: i64) -> Corner {
    let (column, row) = (at % COLUMNS, at / COLUMNS);
    let (low, high) = (corner(column, row), corner(column + 1, row + 1));
    (low.0 + (high.0 - low.0) * east / 100, low.1 + (high.1 - low.1) * north / 100)
}

/// The towns with a point each, in the layout of the address lists that `import towns` reads.
pub(crate) fn towns() -> String {
    let mut rows = Vec::new();
    for (at, quarter) in QUARTERS.iter().enumerate() {
        for (town, (east, north)) in quarter.towns.iter().zip([(30, 35), (65, 40), (48, 72)]) {
            let (lon, lat) = inside(at, east, north);
            rows.push(format!(r#"{{"town":"{town}","koaza":"","lat":{},"lng":{}}}"#, degrees(lat), degrees(lon)));
        }
    }
    format!("[{}]\n", rows.join(",\n"))
}

/// A place of the city: name, reading, kind, in which quarter, telephone of whoever looks after it.
type Place = (&'static str, &'static str, &'static str, usize);

const BUILDINGS: &[Place] = &[
    ("みなと川市役所", "みなとがわしやくしょ", "市役所", 6),
    ("市役所 山手支所", "しやくしょ やまてししょ", "市役所", 8),
    ("市役所 南支所", "しやくしょ みなみししょ", "市役所", 2),
    ("中央図書館", "ちゅうおうとしょかん", "図書館", 5),
    ("湊交流センター", "みなとこうりゅうセンター", "公民館", 6),
    ("東交流センター", "ひがしこうりゅうセンター", "公民館", 7),
    ("西交流センター", "にしこうりゅうセンター", "公民館", 4),
    ("北交流センター", "きたこうりゅうセンター", "公民館", 9),
    ("南交流センター", "みなみこうりゅうセンター", "公民館", 2),
    ("総合体育館", "そうごうたいいくかん", "体育施設", 10),
    ("湊小学校", "みなとしょうがっこう", "学校", 6),
    ("東小学校", "ひがししょうがっこう", "学校", 7),
    ("西小学校", "にししょうがっこう", "学校", 4),
    ("北小学校", "きたしょうがっこう", "学校", 9),
    ("南小学校", "みなみしょうがっこう", "学校", 3),
    ("みなと川中学校", "みなとがわちゅうがっこう", "学校", 5),
    ("若葉台中学校", "わかばだいちゅうがっこう", "学校", 10),
    ("みなと保育園", "みなとほいくえん", "保育所", 6),
    ("ひがし保育園", "ひがしほいくえん", "保育所", 7),
    ("かわはら保育園", "かわはらほいくえん", "保育所", 1),
    ("わかばこども園", "わかばこどもえん", "保育所", 10),
    ("子育て支援センター ぽかぽか", "こそだてしえんセンター ぽかぽか", "子育て", 5),
    ("保健センター", "ほけんセンター", "保健・福祉", 5),
    ("福祉会館", "ふくしかいかん", "保健・福祉", 4),
    ("湊公園", "みなとこうえん", "公園", 6),
    ("浜町海岸公園", "はままちかいがんこうえん", "公園", 3),
    ("若葉台中央公園", "わかばだいちゅうおうこうえん", "公園", 10),
    ("川原親水公園", "かわはらしんすいこうえん", "公園", 1),
    ("清掃センター", "せいそうセンター", "環境", 0),
];

fn csv(heading: &str, rows: impl Iterator<Item = String>) -> String {
    let mut text = format!("{heading}\n");
    for row in rows {
        text.push_str(&row);
        text.push('\n');
    }
    text
}

/// Where a building stands: spread over its quarter, the city hall at the point every visitor asks for.
fn spot(number: usize, quarter: usize) -> Corner {
    if number == 0 {
        return (1_383_240_000, 348_670_000);
    }
    let mut chance = Chance::new(0x7461_7465).branch(&format!("spot {number}"));
    inside(quarter, chance.between(20, 80), chance.between(20, 80))
}

fn town_of(number: usize, quarter: usize) -> &'static str {
    QUARTERS.get(quarter).and_then(|quarter| quarter.towns.get(number % 3)).copied().unwrap_or_default()
}

/// Public buildings, parks and schools, in the layout cities publish.
pub(crate) fn buildings() -> String {
    let rows = BUILDINGS.iter().enumerate().map(|(at, (name, kana, kind, quarter))| {
        let (lon, lat) = spot(at, *quarter);
        let town = town_of(at, *quarter);
        format!(
            "{},{name},{kana},{kind},みなと川市{town}{}-{},{},{},0000-00-{:04}",
            at + 1,
            at % 5 + 1,
            at * 3 + 2,
            degrees(lat),
            degrees(lon),
            2100 + at
        )
    });
    csv("NO,名称,名称_カナ,種別,住所,緯度,経度,電話番号", rows)
}

/// Shelters with what each is fit for. None is fit for everything, and one is fit for no flood at all.
pub(crate) fn shelters() -> String {
    let fit = ["○,,○,○", "○,○,,○", ",○,○,", "○,△,○,○", "○,,,○"];
    let places = BUILDINGS
        .iter()
        .enumerate()
        .filter(|(_, (_, _, kind, _))| matches!(*kind, "学校" | "公民館" | "体育施設" | "公園"));
    let rows = places.enumerate().map(|(number, (at, (name, kana, _, quarter)))| {
        let (lon, lat) = spot(at, *quarter);
        let fit = fit.get(number % fit.len()).copied().unwrap_or_default();
        let people = 120 + number * 70 % 640;
        format!(
            "{},{name},{kana},みなと川市{},{},{},{fit},{people}",
            number + 1,
            town_of(at, *quarter),
            degrees(lat),
            degrees(lon)
        )
    });
    csv(
        "NO,名称,名称_カナ,住所,緯度,経度,災害種別_洪水,災害種別_津波,災害種別_土砂災害,災害種別_地震,想定収容人数",
        rows,
    )
}

/// AEDs, with the floor they hang on.
pub(crate) fn aeds() -> String {
    let places = BUILDINGS.iter().enumerate().filter(|(_, (_, _, kind, _))| !matches!(*kind, "公園" | "環境"));
    let rows = places.enumerate().map(|(number, (at, (name, kana, _, quarter)))| {
        let (lon, lat) = spot(at, *quarter);
        let child = if number % 3 == 0 { "無" } else { "有" };
        format!(
            "{},{name},{kana},みなと川市{},{},{},1階 入口,{child}",
            number + 1,
            town_of(at, *quarter),
            degrees(lat),
            degrees(lon)
        )
    });
    csv("NO,名称,名称_カナ,住所,緯度,経度,設置位置,小児対応設備の有無", rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use places::areas::{self, AreaOptions, ParsedAreas};
    use places::facilities::{self, FacilityOptions, Parsed};
    use places::geo::{Border, Point};
    use places::import::SetName;

    fn read(text: &str) -> ParsedAreas {
        let options = AreaOptions { set: SetName::new("x").unwrap(), name_field: None };
        areas::parse(text.as_bytes(), &options).unwrap_or_else(|report| panic!("{report}"))
    }

    fn holders(areas: &ParsedAreas, point: Point) -> Vec<&str> {
        areas.rows.iter().filter(|row| row.shape.place(point) != Border::Outside).map(|row| row.name.as_str()).collect()
    }

    #[test]
    fn the_city_hall_stands_in_one_association_and_one_district_far_from_borders() {
        let hall = Point::new(34.867, 138.324).unwrap();
        for (text, count, name) in [(associations(), 12, "湊町自治会"), (school_districts(), 5, "湊小学校")] {
            let areas = read(&text);
            assert_eq!((areas.rows.len(), areas.reservations.is_empty()), (count, name == "湊町自治会"));
            assert_eq!(holders(&areas, hall), [name]);
            let home = areas.rows.iter().find(|row| row.name == name).unwrap();
            assert!(home.shape.metres_to_border(hall) > 100.0, "{}", home.shape.metres_to_border(hall));
            assert!(areas.rows.iter().all(|row| !row.crosses_itself), "{:?}", areas.notes);
        }
    }

    #[test]
    fn districts_and_associations_cover_the_same_ground_without_gaps_or_overlaps() {
        let (associations, districts) = (read(&associations()), read(&school_districts()));
        let mut chance = Chance::new(3);
        let mut inside = 0;
        for _ in 0..3_000 {
            let lat = 34.80 + f64::from(chance.below(120_000)) / 1_000_000.0;
            let lon = 138.25 + f64::from(chance.below(140_000)) / 1_000_000.0;
            let point = Point::new(lat, lon).unwrap();
            let (a, d) = (holders(&associations, point).len(), holders(&districts, point).len());
            assert!(a == d && a <= 1, "{a} associations and {d} districts at {point:?}");
            inside += a;
        }
        assert!(inside > 1_000, "{inside}");
    }

    #[test]
    fn every_town_and_building_lies_in_its_quarter() {
        let areas = read(&associations());
        let towns = places::towns::parse(towns().as_bytes(), &SetName::new("x").unwrap()).unwrap();
        assert_eq!(towns.rows.len(), 36);
        for (town, quarter) in towns.rows.iter().zip(QUARTERS.iter().flat_map(|quarter| [quarter; 3])) {
            assert_eq!(holders(&areas, town.point.unwrap()), [format!("{}自治会", quarter.name)], "{}", town.name);
        }
        for text in [buildings(), shelters(), aeds()] {
            let options = FacilityOptions { set: SetName::new("x").unwrap(), name_field: None };
            let Ok(Parsed::Facilities(list)) = facilities::parse(text.as_bytes(), &options) else { panic!("{text}") };
            assert!(list.rows.len() >= 10 && list.notes.is_empty(), "{:?}", list.notes);
            for row in list.rows {
                assert_eq!(holders(&areas, row.point.unwrap()).len(), 1, "{}", row.name);
            }
        }
    }
}
