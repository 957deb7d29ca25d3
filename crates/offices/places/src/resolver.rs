//! Says in which areas of a set a point lies, and says so only as surely as the borders allow.

use crate::AreaId;
use crate::geo::{Border, Bounds, MetresPerUnit, Point, Shape};

/// How near a border a point must be for the answer to stay open. Phone positions are off by some 10–30 m.
pub const NEAR_BORDER_METRES: f64 = 30.0;

/// An area as the resolver sees it.
#[derive(Debug, Clone)]
pub struct Known {
    /// Which area.
    pub id: AreaId,
    /// Its name.
    pub name: String,
    /// What it covers.
    pub shape: Shape,
}

/// An area that may be the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Which area.
    pub id: AreaId,
    /// Its name.
    pub name: String,
    /// The point lies in it or exactly on its border.
    pub inside: bool,
    /// Metres from the point to its border.
    pub border_m: f64,
}

/// Where a point lies in one set.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// In no area and near none.
    None,
    /// In one area and near no border.
    One(Candidate),
    /// In several areas that overlap, and near no border.
    Many(Vec<Candidate>),
    /// So near a border that only the resident knows: ask, do not print.
    NearBorder {
        /// What it may be: areas the point lies in first, then by distance.
        areas: Vec<Candidate>,
        /// Metres to the nearest border.
        distance_m: f64,
    },
}

impl Answer {
    /// The one area that may be printed as certain; nothing in every other case.
    pub fn certain(&self) -> Option<&Candidate> {
        match self {
            Answer::One(candidate) => Some(candidate),
            Answer::None | Answer::Many(_) | Answer::NearBorder { .. } => None,
        }
    }

    /// Every area worth offering as a choice, likeliest first.
    pub fn candidates(&self) -> &[Candidate] {
        match self {
            Answer::None => &[],
            Answer::One(candidate) => std::slice::from_ref(candidate),
            Answer::Many(areas) | Answer::NearBorder { areas, .. } => areas,
        }
    }
}

/// The areas of one set, ready for questions.
#[derive(Debug, Clone, Default)]
pub struct AreaIndex {
    areas: Vec<(Bounds, Known)>,
}

impl AreaIndex {
    /// An index of these areas; lines can hold no point and are left out.
    pub fn new(areas: impl IntoIterator<Item = Known>) -> AreaIndex {
        let areas = areas.into_iter().filter(|area| matches!(area.shape, Shape::Area(_)));
        AreaIndex { areas: areas.filter_map(|area| Some((area.shape.bounds()?, area))).collect() }
    }

    /// How many areas it knows.
    pub fn len(&self) -> usize {
        self.areas.len()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    /// Where the point lies; nearer to a border than `margin_m` metres the answer stays open.
    pub fn resolve(&self, point: Point, margin_m: f64) -> Answer {
        let reach = MetresPerUnit::at(point).reach(margin_m);
        let mut found: Vec<Candidate> = self
            .areas
            .iter()
            .filter(|(bounds, _)| bounds.holds(point, reach))
            .filter_map(|(_, area)| {
                let place = area.shape.place(point);
                let border_m = if place == Border::On { 0.0 } else { area.shape.metres_to_border(point) };
                let inside = place != Border::Outside;
                (inside || border_m <= margin_m).then(|| Candidate {
                    id: area.id,
                    name: area.name.clone(),
                    inside,
                    border_m,
                })
            })
            .collect();
        found.sort_by(|a, b| b.inside.cmp(&a.inside).then(a.border_m.total_cmp(&b.border_m)));
        let distance_m = found.iter().map(|candidate| candidate.border_m).fold(f64::INFINITY, f64::min);
        if found.is_empty() {
            return Answer::None;
        }
        if distance_m <= margin_m {
            return Answer::NearBorder { areas: found, distance_m };
        }
        match <[Candidate; 1]>::try_from(found) {
            Ok([only]) => Answer::One(only),
            Err(areas) => Answer::Many(areas),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::{Polygon, Ring};
    use proptest::prelude::*;

    fn at(lon: i32, lat: i32) -> Point {
        Point { lon: 1_383_000_000 + lon, lat: 348_000_000 + lat }
    }

    fn known(number: u128, name: &str, (west, south): (i32, i32), (east, north): (i32, i32)) -> Known {
        let corners = [(west, south), (east, south), (east, north), (west, north)];
        let outer = Ring::new(corners.into_iter().map(|(lon, lat)| at(lon, lat))).expect("a ring");
        let shape = Shape::Area(vec![Polygon { outer, holes: Vec::new() }]);
        Known { id: AreaId::from(uuid::Uuid::from_u128(number)), name: name.to_owned(), shape }
    }

    /// East and west halves that share the line lon = 0 and, far to the east, two areas that overlap widely.
    fn town() -> AreaIndex {
        AreaIndex::new([
            known(1, "西", (-100_000, -50_000), (0, 50_000)),
            known(2, "東", (0, -50_000), (100_000, 50_000)),
            known(3, "重なり一", (200_000, -50_000), (300_000, 50_000)),
            known(4, "重なり二", (150_000, -90_000), (350_000, 90_000)),
        ])
    }

    fn names(answer: &Answer) -> Vec<&str> {
        answer.candidates().iter().map(|candidate| candidate.name.as_str()).collect()
    }

    #[test]
    fn far_from_borders_one_area_is_certain() {
        let answer = town().resolve(at(-50_000, 0), NEAR_BORDER_METRES);
        assert!(matches!(&answer, Answer::One(area) if area.name == "西" && area.inside), "{answer:?}");
        assert_eq!(answer.certain().map(|area| area.name.as_str()), Some("西"));
    }

    #[test]
    fn near_a_shared_border_both_are_offered_and_none_is_certain() {
        // 1,000 units east of the line are about 9 m.
        let answer = town().resolve(at(1_000, 0), NEAR_BORDER_METRES);
        let Answer::NearBorder { areas, distance_m } = &answer else { panic!("{answer:?}") };
        assert_eq!(
            areas.iter().map(|area| (area.name.as_str(), area.inside)).collect::<Vec<_>>(),
            [("東", true), ("西", false)]
        );
        assert!((8.5..9.5).contains(distance_m), "{distance_m}");
        assert_eq!(answer.certain(), None);
    }

    #[test]
    fn exactly_on_the_line_the_point_is_in_both() {
        let answer = town().resolve(at(0, 0), NEAR_BORDER_METRES);
        let Answer::NearBorder { areas, distance_m } = &answer else { panic!("{answer:?}") };
        assert!(areas.iter().all(|area| area.inside));
        assert_eq!((areas.len(), *distance_m), (2, 0.0));
        // Even when no margin is asked for, a border is never certain.
        assert!(matches!(town().resolve(at(0, 0), 0.0), Answer::NearBorder { .. }));
    }

    #[test]
    fn overlaps_are_many_and_nowhere_is_none() {
        assert_eq!(names(&town().resolve(at(250_000, 0), NEAR_BORDER_METRES)), ["重なり一", "重なり二"]);
        assert!(matches!(town().resolve(at(250_000, 0), NEAR_BORDER_METRES), Answer::Many(_)));
        assert_eq!(town().resolve(at(0, 200_000), NEAR_BORDER_METRES), Answer::None);
        assert_eq!(AreaIndex::default().resolve(at(0, 0), NEAR_BORDER_METRES), Answer::None);
    }

    #[test]
    fn just_outside_the_outer_border_the_area_is_still_offered() {
        let answer = town().resolve(at(-101_000, 0), NEAR_BORDER_METRES);
        let Answer::NearBorder { areas, .. } = &answer else { panic!("{answer:?}") };
        assert_eq!(areas.iter().map(|area| (area.name.as_str(), area.inside)).collect::<Vec<_>>(), [("西", false)]);
    }

    #[test]
    fn lines_hold_no_point() {
        let line = Known { shape: Shape::Lines(vec![vec![at(-10, 0), at(10, 0)]]), ..known(9, "道", (0, 0), (1, 1)) };
        assert!(AreaIndex::new([line]).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// The rectangle test before the exact one never changes an answer.
        #[test]
        fn the_prefilter_loses_nothing(lon in -400_000..400_000_i32, lat in -100_000..100_000_i32, margin in 0.0..200.0_f64) {
            let point = at(lon, lat);
            let areas = [
                known(1, "西", (-100_000, -50_000), (0, 50_000)),
                known(2, "東", (0, -50_000), (100_000, 50_000)),
                known(3, "重なり一", (200_000, -50_000), (300_000, 50_000)),
                known(4, "重なり二", (150_000, -90_000), (350_000, 90_000)),
            ];
            let expected: std::collections::BTreeSet<String> = areas.iter()
                .filter(|area| area.shape.place(point) != Border::Outside || area.shape.metres_to_border(point) <= margin)
                .map(|area| area.name.clone()).collect();
            let answer = AreaIndex::new(areas).resolve(point, margin);
            let found: std::collections::BTreeSet<String> = answer.candidates().iter().map(|area| area.name.clone()).collect();
            prop_assert_eq!(found, expected);
            // What is called certain is the only candidate, inside, and farther from its border than the margin.
            if let Some(area) = answer.certain() {
                prop_assert!(area.inside && area.border_m > margin && answer.candidates().len() == 1);
            }
        }
    }
}
