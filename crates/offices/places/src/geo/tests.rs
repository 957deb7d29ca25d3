//! Geometry against rules that must hold for every shape, and against shapes drawn to trap it.

use super::*;
use proptest::prelude::*;

fn at(lon: i32, lat: i32) -> Point {
    Point { lon: 1_383_000_000 + lon, lat: 348_000_000 + lat }
}

fn ring(points: &[(i32, i32)]) -> Ring {
    Ring::new(points.iter().map(|(lon, lat)| at(*lon, *lat))).expect("a ring")
}

fn square(low: i32, high: i32) -> Ring {
    ring(&[(low, low), (high, low), (high, high), (low, high)])
}

#[test]
fn a_point_is_in_japan_or_named_wrong() {
    assert_eq!(Point::new(34.867, 138.324).map(|p| (p.lat, p.lon)), Ok((348_670_000, 1_383_240_000)));
    assert_eq!(Point::new(138.324, 34.867), Err(PointError::Swapped));
    assert_eq!(Point::new(48.8566, 2.3522), Err(PointError::OutsideJapan));
    assert_eq!(Point::new(0.0, 0.0), Err(PointError::OutsideJapan));
    for (north, east) in [(f64::NAN, 138.0), (35.0, f64::INFINITY), (f64::NEG_INFINITY, 138.0)] {
        assert_eq!(Point::new(north, east), Err(PointError::NotFinite));
    }
    assert_eq!(Point::from_units(0, 0), None);
    assert_eq!(Point::from_units(348_670_000, i64::MAX), None);
}

#[test]
fn holes_are_outside_and_their_border_is_border() {
    let polygon = Polygon { outer: square(0, 100), holes: vec![square(40, 60)] };
    assert_eq!(polygon.place(at(20, 20)), Border::Inside);
    assert_eq!(polygon.place(at(50, 50)), Border::Outside);
    assert_eq!(polygon.place(at(40, 50)), Border::On);
    assert_eq!(polygon.place(at(60, 60)), Border::On);
    assert_eq!(polygon.place(at(100, 0)), Border::On);
    assert_eq!(polygon.place(at(101, 0)), Border::Outside);
    assert_eq!(polygon.place(at(-1, 50)), Border::Outside);
}

#[test]
fn a_ray_through_corners_and_level_sides_is_not_counted_twice() {
    // A comb: its teeth end exactly on the height of the asked points.
    let comb =
        ring(&[(0, 0), (100, 0), (100, 50), (80, 50), (80, 20), (60, 20), (60, 50), (40, 50), (20, 20), (0, 50)]);
    assert_eq!(comb.place(at(70, 50)), Border::Outside);
    assert_eq!(comb.place(at(70, 20)), Border::On);
    assert_eq!(comb.place(at(10, 20)), Border::Inside);
    assert_eq!(comb.place(at(-10, 20)), Border::Outside);
    assert_eq!(comb.place(at(-10, 50)), Border::Outside);
    assert_eq!(comb.place(at(20, 20)), Border::On);
    assert_eq!(comb.place(at(30, 20)), Border::Inside);
}

#[test]
fn a_ring_needs_an_extent() {
    let points = |list: &[(i32, i32)]| Ring::new(list.iter().map(|(lon, lat)| at(*lon, *lat)));
    assert_eq!(points(&[]), None);
    assert_eq!(points(&[(0, 0), (0, 0), (0, 0)]), None);
    assert_eq!(points(&[(0, 0), (10, 10), (20, 20), (0, 0)]), None);
    assert_eq!(points(&[(0, 0), (10, 0), (10, 0), (0, 10), (0, 0)]).map(|ring| ring.points().len()), Some(3));
}

#[test]
fn a_border_that_crosses_or_touches_itself_is_noticed() {
    assert!(!square(0, 10).crosses_itself());
    assert!(ring(&[(0, 0), (10, 10), (10, 0), (0, 10)]).crosses_itself());
    // Touches itself in one corner only.
    assert!(ring(&[(0, 0), (10, 0), (5, 5), (10, 10), (0, 10), (5, 5)]).crosses_itself());
}

#[test]
fn metres_are_metres() {
    let hall = Point::new(34.866918, 138.323171).expect("a point");
    // One second of latitude is about 30.8 m, of longitude here about 25.4 m.
    let north = Point { lat: hall.lat + 2_778, ..hall };
    let east = Point { lon: hall.lon + 2_778, ..hall };
    assert!((hall.metres_to(north) - 30.82).abs() < 0.05, "{}", hall.metres_to(north));
    assert!((hall.metres_to(east) - 25.41).abs() < 0.05, "{}", hall.metres_to(east));
}

#[test]
fn labels_stand_inside() {
    let horseshoe = ring(&[(0, 0), (100, 0), (100, 100), (80, 100), (80, 20), (20, 20), (20, 100), (0, 100)]);
    let shape = Shape::Area(vec![Polygon { outer: horseshoe, holes: Vec::new() }]);
    let label = shape.label().expect("a label");
    assert_eq!(shape.place(label), Border::Inside);
}

#[test]
fn stored_bytes_that_are_not_a_shape_are_refused() {
    assert_eq!(decode(&[]), None);
    assert_eq!(decode(&[1, 1, 255, 255, 255, 255, 255, 255, 255, 255, 127]), None);
    assert_eq!(decode(&[2, 1, 0]), None);
    let mut bytes = encode(&Shape::Area(vec![Polygon { outer: square(0, 10), holes: Vec::new() }]));
    bytes.push(0);
    assert_eq!(decode(&bytes), None);
}

prop_compose! {
    /// A star-shaped ring around the origin: simple by construction.
    fn star()(radii in prop::collection::vec(50..5_000_i32, 3..40)) -> Ring {
        let count = radii.len() as f64;
        let points = radii.iter().enumerate().map(|(at_, radius)| {
            let angle = std::f64::consts::TAU * at_ as f64 / count;
            at((f64::from(*radius) * angle.cos()).round() as i32, (f64::from(*radius) * angle.sin()).round() as i32)
        });
        Ring::new(points).expect("a star has an extent")
    }
}

fn turned(ring: &Ring, by: usize) -> Ring {
    let mut points = ring.points().to_vec();
    let middle = by % points.len();
    points.rotate_left(middle);
    Ring::new(points).expect("the same ring")
}

fn reversed(ring: &Ring) -> Ring {
    Ring::new(ring.points().iter().rev().copied()).expect("the same ring")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_corner_and_middle_of_a_side_is_border(ring in star()) {
        for (a, b) in ring.sides() {
            prop_assert_eq!(ring.place(a), Border::On);
            if (b.lon - a.lon) % 2 == 0 && (b.lat - a.lat) % 2 == 0 {
                let middle = Point { lon: a.lon + (b.lon - a.lon) / 2, lat: a.lat + (b.lat - a.lat) / 2 };
                prop_assert_eq!(ring.place(middle), Border::On);
            }
        }
    }

    #[test]
    fn where_a_ring_starts_and_which_way_it_runs_does_not_matter(ring in star(), by in 0..40_usize, x in -6_000..6_000_i32, y in -6_000..6_000_i32) {
        let point = at(x, y);
        let place = ring.place(point);
        prop_assert_eq!(turned(&ring, by).place(point), place);
        prop_assert_eq!(reversed(&ring).place(point), place);
    }

    #[test]
    fn a_cut_square_leaves_no_gap_and_no_overlap(cut in prop::collection::vec(1..999_i32, 1..12), x in 0..=1_000_i32, y in 0..=1_000_i32) {
        // A square cut from bottom to top by a crooked line both halves share.
        let step = 1_000 / (cut.len() as i32 + 1);
        let line: Vec<(i32, i32)> = std::iter::once((500, 0))
            .chain(cut.iter().enumerate().map(|(n, x)| (*x, step * (n as i32 + 1))))
            .chain([(500, 1_000)])
            .collect();
        let left = ring(&[(0, 0)].into_iter().chain(line.iter().copied()).chain([(0, 1_000)]).collect::<Vec<_>>());
        let right = ring(&[(1_000, 1_000)].into_iter().chain(line.iter().rev().copied()).chain([(1_000, 0)]).collect::<Vec<_>>());
        let point = at(x, y);
        let places = (left.place(point), right.place(point));
        let fits = matches!(places,
            (Border::Inside, Border::Outside) | (Border::Outside, Border::Inside) | (Border::On, Border::On)
            | (Border::On, Border::Outside) | (Border::Outside, Border::On));
        prop_assert!(fits, "{:?} at {:?}", places, point);
        // On both borders means on the cut; on one border means on the rim of the square.
        let rim = x == 0 || x == 1_000 || y == 0 || y == 1_000;
        if !rim && places.0 == Border::On { prop_assert_eq!(places.1, Border::On); }
        if !rim { prop_assert_ne!(places, (Border::Outside, Border::Outside)); }
    }

    #[test]
    fn agrees_with_winding_by_angles(ring in star(), x in -6_000..6_000_i32, y in -6_000..6_000_i32) {
        let point = at(x, y);
        let angle = |p: Point| (f64::from(p.lat - point.lat)).atan2(f64::from(p.lon - point.lon));
        let place = ring.place(point);
        prop_assume!(place != Border::On);
        let turns: f64 = ring.sides().map(|(a, b)| {
            let mut step = angle(b) - angle(a);
            if step > std::f64::consts::PI { step -= std::f64::consts::TAU; }
            if step < -std::f64::consts::PI { step += std::f64::consts::TAU; }
            step
        }).sum();
        prop_assert_eq!(turns.abs() > 1.0, place == Border::Inside);
    }

    #[test]
    fn shapes_survive_storage(outer in star(), hole in star(), lines in prop::collection::vec(prop::collection::vec((-9_000..9_000_i32, -9_000..9_000_i32), 0..9), 0..4)) {
        let area = Shape::Area(vec![Polygon { outer: outer.clone(), holes: vec![hole] }, Polygon { outer, holes: Vec::new() }]);
        prop_assert_eq!(decode(&encode(&area)), Some(area));
        let lines = Shape::Lines(lines.iter().map(|line| line.iter().map(|(x, y)| at(*x, *y)).collect()).collect());
        prop_assert_eq!(decode(&encode(&lines)), Some(lines));
    }

    #[test]
    fn any_bytes_are_a_shape_or_nothing(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Some(shape) = decode(&bytes) { prop_assert_eq!(decode(&encode(&shape)), Some(shape)); }
    }

    #[test]
    fn simplifying_stays_within_tolerance(points in prop::collection::vec((-5_000..5_000_i32, -5_000..5_000_i32), 2..60), tolerance in 1.0..500.0_f64) {
        let points: Vec<Point> = points.iter().map(|(x, y)| at(*x, *y)).collect();
        let fewer = simplify(&points, tolerance);
        prop_assert_eq!(fewer.first(), points.first());
        prop_assert_eq!(fewer.last(), points.last());
        let away = |p: Point, a: Point, b: Point| {
            let (px, py) = (f64::from(p.lon - a.lon), f64::from(p.lat - a.lat));
            let (dx, dy) = (f64::from(b.lon - a.lon), f64::from(b.lat - a.lat));
            let length = dx * dx + dy * dy;
            let t = if length == 0.0 { 0.0 } else { ((px * dx + py * dy) / length).clamp(0.0, 1.0) };
            (px - t * dx).hypot(py - t * dy)
        };
        for point in &points {
            let nearest = fewer.windows(2).map(|pair| away(*point, pair[0], pair[1])).fold(f64::INFINITY, f64::min);
            prop_assert!(nearest <= tolerance + 1e-6 || fewer.contains(point), "{} > {}", nearest, tolerance);
        }
    }
}
