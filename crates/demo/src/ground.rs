//! The ground of the demo city, drawn by us: sixteen 自治会 with crooked borders, five school districts made of them,
//! towns and facilities. Nothing here lies where it lies in the real world; only the sea is in the east.

use crate::chance::Chance;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A corner, in units of 1e-7 degree, longitude first.
type Corner = (i64, i64);

/// The city hall: every plan below is in metres east and north of it.
const HALL: Corner = (1_383_240_000, 348_670_000);
/// Units in ten metres at the hall, east and north.
const EAST: i64 = 1_094;
const NORTH: i64 = 901;

/// Where borders meet: a letter, metres east and north of the hall, and whether it lies on the coast.
const CORNERS: &[(char, i64, i64, bool)] = &[
    ('A', -4_800, 4_600, false),
    ('B', -2_200, 5_600, false),
    ('C', 600, 5_200, false),
    ('D', 2_400, 4_400, true),
    ('E', 3_900, 3_200, true),
    ('F', 3_000, 2_000, true),
    ('G', 2_500, 900, true),
    ('H', 2_200, -500, true),
    ('I', 2_600, -1_800, true),
    ('J', 2_100, -3_300, true),
    ('K', 1_000, -4_600, true),
    ('L', -1_400, -4_400, false),
    ('M', -3_400, -3_600, false),
    ('N', -5_000, -1_800, false),
    ('O', -5_400, 1_000, false),
    ('P', -5_000, 3_000, false),
    ('Q', -2_600, 3_100, false),
    ('R', -400, 2_700, false),
    ('S', 1_400, 2_300, false),
    ('T', -3_000, 900, false),
    ('U', -1_100, 900, false),
    ('V', 900, 1_050, false),
    ('W', -2_900, -1_400, false),
    ('X', -900, -1_000, false),
    ('Y', 800, -1_100, false),
    ('Z', -600, -2_700, false),
];

/// A 自治会: the name of its quarter, its corners counter-clockwise, the school its children go to, its towns.
struct Quarter {
    name: &'static str,
    corners: &'static str,
    school: &'static str,
    towns: [&'static str; 3],
}

const fn quarter(name: &'static str, corners: &'static str, school: &'static str, towns: [&'static str; 3]) -> Quarter {
    Quarter { name, corners, school, towns }
}

const QUARTERS: &[Quarter] = &[
    quarter("湊町", "XYHGVU", "湊小学校", ["湊町一丁目", "湊町二丁目", "市場町"]),
    quarter("川原", "WXUT", "湊小学校", ["川原一丁目", "川原二丁目", "水車町"]),
    quarter("浜町", "XZJIHY", "湊小学校", ["浜町一丁目", "浜町二丁目", "砂浜町"]),
    quarter("本町", "TURQ", "西小学校", ["本町一丁目", "本町二丁目", "本町三丁目"]),
    quarter("西町", "OTQP", "西小学校", ["西町", "西中町", "桑畑"]),
    quarter("新田", "NWTO", "西小学校", ["新田", "新田南", "上新田"]),
    quarter("中町", "UVSR", "東小学校", ["中町一丁目", "中町二丁目", "鐘町"]),
    quarter("東町", "VGFS", "東小学校", ["東町一丁目", "東町二丁目", "東町三丁目"]),
    quarter("岬", "SFED", "東小学校", ["岬町", "灯台下", "松風町"]),
    quarter("山手", "PQBA", "北小学校", ["山手台", "山手", "竹ヶ谷"]),
    quarter("北町", "QRCB", "北小学校", ["北町", "北町東", "柿平"]),
    quarter("若葉台", "RSDC", "北小学校", ["若葉台一丁目", "若葉台二丁目", "桜坂"]),
    quarter("南町", "WZX", "南小学校", ["南町", "南町西", "蔵前"]),
    quarter("堤", "NMZW", "南小学校", ["堤町", "堤下", "上堤"]),
    quarter("松原", "MLZ", "南小学校", ["松原一丁目", "松原二丁目", "塩浜"]),
    quarter("汐見", "ZLKJ", "南小学校", ["汐見町", "汐見台", "河口町"]),
];

/// A corner on the ground, and whether it lies on the coast.
fn corner(letter: char) -> (Corner, bool) {
    let found = CORNERS.iter().find(|(known, ..)| *known == letter);
    found.map_or((HALL, false), |(_, east, north, coast)| (from_hall(*east, *north), *coast))
}

fn from_hall(east: i64, north: i64) -> Corner {
    (HALL.0 + east * EAST / 10, HALL.1 + north * NORTH / 10)
}

/// The crooked line between two corners, without its last point; the same line backwards from the other side.
fn side((from, coast): (Corner, bool), (to, other_coast): (Corner, bool)) -> Vec<Corner> {
    if from > to {
        let mut back = side((to, other_coast), (from, coast));
        back.push(from);
        back.reverse();
        back.pop();
        return back;
    }
    let mut chance = Chance::new(0x6b61_7761).branch(&format!("side {from:?} {to:?}"));
    // The coast is rougher than borders on land.
    let sway = if coast && other_coast { 130 } else { 75 };
    let mut line = vec![from, to];
    for _ in 0..4 {
        let pairs = line.iter().zip(line.iter().skip(1));
        let mut finer: Vec<Corner> =
            pairs.flat_map(|(a, b)| [*a, aside(*a, *b, chance.between(-sway, sway))]).collect();
        finer.push(to);
        line = finer;
    }
    line.pop();
    line
}

/// The middle between two points, pushed to the side by so many thousandths of their distance.
fn aside(a: Corner, b: Corner, thousandths: i64) -> Corner {
    let (east, north) = (b.0 - a.0, b.1 - a.1);
    // A degree of longitude is shorter than one of latitude: the push is at a right angle on the ground.
    (
        a.0 + east / 2 - north * EAST / NORTH * thousandths / 1000,
        a.1 + north / 2 + east * NORTH / EAST * thousandths / 1000,
    )
}

/// The border of a quarter, counter-clockwise, the first point not repeated.
fn border(quarter: &Quarter) -> Vec<Corner> {
    let next = quarter.corners.chars().cycle().skip(1);
    quarter.corners.chars().zip(next).flat_map(|(from, to)| side(corner(from), corner(to))).collect()
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

/// The sixteen 自治会 as GeoJSON.
pub(crate) fn associations() -> String {
    let mut features = String::new();
    for quarter in QUARTERS {
        feature(&mut features, &format!("{}自治会", quarter.name), "", &[border(quarter)]);
    }
    collection(&features)
}

/// The five school districts as GeoJSON.
pub(crate) fn school_districts() -> String {
    let mut districts: BTreeMap<&str, Vec<Vec<Corner>>> = BTreeMap::new();
    for quarter in QUARTERS {
        districts.entry(quarter.school).or_default().push(border(quarter));
    }
    let mut features = String::new();
    let note = r#","お知らせ":"通学区域の境は図では正確でないことがあります。学校教育課でお確かめください。""#;
    for (school, borders) in districts {
        feature(&mut features, school, note, &around(&borders));
    }
    collection(&features)
}

/// A point well inside a quarter: from its middle so many hundredths of the way to one of its corners.
fn inside(quarter: &Quarter, toward: usize, hundredths: i64) -> Corner {
    let corners: Vec<Corner> = quarter.corners.chars().map(|letter| corner(letter).0).collect();
    let count = i64::try_from(corners.len()).unwrap_or(1).max(1);
    let sum = corners.iter().fold((0, 0), |sum, corner| (sum.0 + corner.0, sum.1 + corner.1));
    let middle = (sum.0 / count, sum.1 / count);
    let to = corners.iter().cycle().nth(toward).copied().unwrap_or(middle);
    (middle.0 + (to.0 - middle.0) * hundredths / 100, middle.1 + (to.1 - middle.1) * hundredths / 100)
}

/// The towns with a point each, in the layout of the address lists that `import towns` reads.
pub(crate) fn towns() -> String {
    let mut rows = Vec::new();
    for quarter in QUARTERS {
        for (town, (toward, hundredths)) in quarter.towns.iter().zip([(0, 42), (1, 38), (2, 45)]) {
            let (lon, lat) = inside(quarter, toward, hundredths);
            rows.push(format!(r#"{{"town":"{town}","koaza":"","lat":{},"lng":{}}}"#, degrees(lat), degrees(lon)));
        }
    }
    format!("[{}]\n", rows.join(",\n"))
}

/// A place of the city: name, reading, kind, in which quarter.
type Place = (&'static str, &'static str, &'static str, &'static str);

const BUILDINGS: &[Place] = &[
    ("みなと川市役所", "みなとがわしやくしょ", "市役所", "湊町"),
    ("市役所 山手支所", "しやくしょ やまてししょ", "市役所", "山手"),
    ("市役所 南支所", "しやくしょ みなみししょ", "市役所", "松原"),
    ("中央図書館", "ちゅうおうとしょかん", "図書館", "本町"),
    ("湊交流センター", "みなとこうりゅうセンター", "公民館", "湊町"),
    ("東交流センター", "ひがしこうりゅうセンター", "公民館", "東町"),
    ("西交流センター", "にしこうりゅうセンター", "公民館", "西町"),
    ("北交流センター", "きたこうりゅうセンター", "公民館", "北町"),
    ("南交流センター", "みなみこうりゅうセンター", "公民館", "汐見"),
    ("総合体育館", "そうごうたいいくかん", "体育施設", "若葉台"),
    ("湊小学校", "みなとしょうがっこう", "学校", "湊町"),
    ("東小学校", "ひがししょうがっこう", "学校", "東町"),
    ("西小学校", "にししょうがっこう", "学校", "西町"),
    ("北小学校", "きたしょうがっこう", "学校", "北町"),
    ("南小学校", "みなみしょうがっこう", "学校", "南町"),
    ("みなと川中学校", "みなとがわちゅうがっこう", "学校", "中町"),
    ("若葉台中学校", "わかばだいちゅうがっこう", "学校", "若葉台"),
    ("みなと保育園", "みなとほいくえん", "保育所", "湊町"),
    ("ひがし保育園", "ひがしほいくえん", "保育所", "岬"),
    ("かわはら保育園", "かわはらほいくえん", "保育所", "川原"),
    ("わかばこども園", "わかばこどもえん", "保育所", "若葉台"),
    ("子育て支援センター ぽかぽか", "こそだてしえんセンター ぽかぽか", "子育て", "中町"),
    ("保健センター", "ほけんセンター", "保健・福祉", "本町"),
    ("福祉会館", "ふくしかいかん", "保健・福祉", "西町"),
    ("湊公園", "みなとこうえん", "公園", "湊町"),
    ("浜町海岸公園", "はままちかいがんこうえん", "公園", "浜町"),
    ("若葉台中央公園", "わかばだいちゅうおうこうえん", "公園", "若葉台"),
    ("川原親水公園", "かわはらしんすいこうえん", "公園", "川原"),
    ("清掃センター", "せいそうセンター", "環境", "新田"),
];

fn csv(heading: &str, rows: impl Iterator<Item = String>) -> String {
    let mut text = format!("{heading}\n");
    for row in rows {
        text.push_str(&row);
        text.push('\n');
    }
    text
}

/// The quarter of that name.
fn quarter_called(name: &str) -> Option<&'static Quarter> {
    QUARTERS.iter().find(|quarter| quarter.name == name)
}

/// Where a building stands: spread over its quarter, the city hall at the point every visitor asks for.
fn spot(number: usize, quarter: &str) -> Corner {
    let Some(quarter) = quarter_called(quarter).filter(|_| number > 0) else { return HALL };
    let mut chance = Chance::new(0x7461_7465).branch(&format!("spot {number}"));
    inside(quarter, number, chance.between(8, 55))
}

fn town_of(number: usize, quarter: &str) -> &'static str {
    quarter_called(quarter).and_then(|quarter| quarter.towns.get(number % 3)).copied().unwrap_or_default()
}

/// Public buildings, parks and schools, in the layout cities publish.
pub(crate) fn buildings() -> String {
    let rows = BUILDINGS.iter().enumerate().map(|(at, (name, kana, kind, quarter))| {
        let (lon, lat) = spot(at, quarter);
        let town = town_of(at, quarter);
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
        let (lon, lat) = spot(at, quarter);
        let fit = fit.get(number % fit.len()).copied().unwrap_or_default();
        let people = 120 + number * 70 % 640;
        format!(
            "{},{name},{kana},みなと川市{},{},{},{fit},{people}",
            number + 1,
            town_of(at, quarter),
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
        let (lon, lat) = spot(at, quarter);
        let child = if number % 3 == 0 { "無" } else { "有" };
        format!(
            "{},{name},{kana},みなと川市{},{},{},1階 入口,{child}",
            number + 1,
            town_of(at, quarter),
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
        for (text, count, name) in [(associations(), 16, "湊町自治会"), (school_districts(), 5, "湊小学校")] {
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
            let lat = 34.81 + f64::from(chance.below(120_000)) / 1_000_000.0;
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
        assert_eq!(towns.rows.len(), 48);
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
