//! What a feature covers: polygons with holes, or lines; and where a point stands to them.

use super::{Bounds, MetresPerUnit, Point};
use std::cmp::Ordering;

/// Pairs of sides of one ring that are compared; a real border of a hundred thousand points needs fewer.
const MOST_COMPARISONS: u32 = 5_000_000;

/// A closed ring; the last point is joined to the first and not repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring(Vec<Point>);

/// An outer ring with its holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polygon {
    /// The outer border.
    pub outer: Ring,
    /// What is cut out of it.
    pub holes: Vec<Ring>,
}

/// What one feature covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// One or more polygons: something a point can be in.
    Area(Vec<Polygon>),
    /// One or more lines: something to draw.
    Lines(Vec<Vec<Point>>),
}

/// Whether a set holds areas or a layer of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ShapeKind {
    /// Polygons.
    Area,
    /// Lines.
    Lines,
}

impl ShapeKind {
    /// The word kept in the database.
    pub fn code(self) -> &'static str {
        match self {
            ShapeKind::Area => "area",
            ShapeKind::Lines => "lines",
        }
    }

    /// The kind of a stored word.
    pub fn from_code(code: &str) -> Option<ShapeKind> {
        match code {
            "area" => Some(ShapeKind::Area),
            "lines" => Some(ShapeKind::Lines),
            _ => None,
        }
    }
}

/// Where a point stands to a closed border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    /// Not in it.
    Outside,
    /// Exactly on a border line or corner.
    On,
    /// In it.
    Inside,
}

impl Ring {
    /// A ring through these points, without repeats; `None` when fewer than three different points remain or all lie on one line.
    pub fn new(points: impl IntoIterator<Item = Point>) -> Option<Ring> {
        let mut ring: Vec<Point> = Vec::new();
        for point in points {
            if ring.last() != Some(&point) {
                ring.push(point);
            }
        }
        while ring.len() > 1 && ring.first() == ring.last() {
            ring.pop();
        }
        let (first, rest) = ring.split_first()?;
        let (second, rest) = rest.split_first()?;
        rest.iter().any(|third| turn(*first, *second, *third) != Ordering::Equal).then_some(Ring(ring))
    }

    /// The points in order, the first not repeated at the end.
    pub fn points(&self) -> &[Point] {
        &self.0
    }

    /// Each side as a pair of points.
    pub fn sides(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        self.0.iter().copied().zip(self.0.iter().copied().cycle().skip(1))
    }

    /// Where a point stands to this ring (even-odd rule, exact).
    pub fn place(&self, point: Point) -> Border {
        let mut inside = false;
        for (a, b) in self.sides() {
            if (a.lat > point.lat) == (b.lat > point.lat) {
                // A level side is not crossed, but the point may lie on it.
                if a.lat == point.lat && b.lat == point.lat && between(a.lon, point.lon, b.lon) {
                    return Border::On;
                }
                if a == point || b == point {
                    return Border::On;
                }
                continue;
            }
            match turn(a, b, point) {
                Ordering::Equal => return Border::On,
                side => inside ^= (side == Ordering::Greater) == (b.lat > a.lat),
            }
        }
        if inside { Border::Inside } else { Border::Outside }
    }

    /// Whether two sides cross or touch anywhere but at the corner they share. A ring drawn so that nearly every side overlaps
    /// every other is looked at only for a while.
    pub fn crosses_itself(&self) -> bool {
        let count = self.0.len();
        let mut patience = MOST_COMPARISONS;
        let mut sides: Vec<(usize, Point, Point)> = self.sides().enumerate().map(|(at, (a, b))| (at, a, b)).collect();
        sides.sort_by_key(|(_, a, b)| a.lon.min(b.lon));
        for (position, (at, a, b)) in sides.iter().enumerate() {
            let east = a.lon.max(b.lon);
            for (other, c, d) in sides.iter().skip(position + 1).take_while(|(_, c, d)| c.lon.min(d.lon) <= east) {
                let neighbours = (at + 1) % count == *other || (other + 1) % count == *at;
                patience -= 1;
                if patience == 0 {
                    return false;
                }
                if !neighbours && meet(*a, *b, *c, *d) {
                    return true;
                }
            }
        }
        false
    }
}

impl Polygon {
    /// Where a point stands to the polygon: a hole is outside, the border of a hole is border.
    pub fn place(&self, point: Point) -> Border {
        let outer = self.outer.place(point);
        if outer != Border::Inside {
            return outer;
        }
        for hole in &self.holes {
            match hole.place(point) {
                Border::Inside => return Border::Outside,
                Border::On => return Border::On,
                Border::Outside => {}
            }
        }
        Border::Inside
    }

    /// All rings, the outer one first.
    pub fn rings(&self) -> impl Iterator<Item = &Ring> {
        std::iter::once(&self.outer).chain(&self.holes)
    }
}

impl Shape {
    /// Whether this is an area or a layer.
    pub fn kind(&self) -> ShapeKind {
        match self {
            Shape::Area(_) => ShapeKind::Area,
            Shape::Lines(_) => ShapeKind::Lines,
        }
    }

    /// Every point of every ring or line.
    pub fn points(&self) -> Box<dyn Iterator<Item = Point> + '_> {
        match self {
            Shape::Area(polygons) => {
                Box::new(polygons.iter().flat_map(Polygon::rings).flat_map(|ring| ring.0.iter().copied()))
            }
            Shape::Lines(lines) => Box::new(lines.iter().flatten().copied()),
        }
    }

    /// The rectangle around the shape.
    pub fn bounds(&self) -> Option<Bounds> {
        Bounds::around(self.points())
    }

    /// Where a point stands to the shape; no point is ever in a line.
    pub fn place(&self, point: Point) -> Border {
        let Shape::Area(polygons) = self else { return Border::Outside };
        let mut place = Border::Outside;
        for polygon in polygons {
            match polygon.place(point) {
                Border::Inside => return Border::Inside,
                Border::On => place = Border::On,
                Border::Outside => {}
            }
        }
        place
    }

    /// Metres from the point to the nearest border line.
    pub fn metres_to_border(&self, point: Point) -> f64 {
        let scale = MetresPerUnit::at(point);
        let nearest = |sides: &mut dyn Iterator<Item = (Point, Point)>| {
            sides.map(|(a, b)| metres_to_side(scale, point, a, b)).fold(f64::INFINITY, f64::min)
        };
        match self {
            Shape::Area(polygons) => nearest(&mut polygons.iter().flat_map(Polygon::rings).flat_map(Ring::sides)),
            Shape::Lines(lines) => nearest(
                &mut lines
                    .iter()
                    .flat_map(|line| line.windows(2))
                    .filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))),
            ),
        }
    }
}

/// On which side of the line a→b the point lies: `Greater` left, `Less` right, `Equal` on it. Exact: the difference of two
/// units is below 2^33, so the products fit i128 with room to spare.
fn turn(a: Point, b: Point, point: Point) -> Ordering {
    let across = (i128::from(b.lon) - i128::from(a.lon)) * (i128::from(point.lat) - i128::from(a.lat));
    let along = (i128::from(point.lon) - i128::from(a.lon)) * (i128::from(b.lat) - i128::from(a.lat));
    across.cmp(&along)
}

fn between(a: i32, x: i32, b: i32) -> bool {
    a.min(b) <= x && x <= a.max(b)
}

fn on_side(a: Point, b: Point, point: Point) -> bool {
    turn(a, b, point) == Ordering::Equal && between(a.lon, point.lon, b.lon) && between(a.lat, point.lat, b.lat)
}

fn meet(a: Point, b: Point, c: Point, d: Point) -> bool {
    if on_side(a, b, c) || on_side(a, b, d) || on_side(c, d, a) || on_side(c, d, b) {
        return true;
    }
    let opposite = |x: Ordering, y: Ordering| x != Ordering::Equal && x == y.reverse();
    opposite(turn(a, b, c), turn(a, b, d)) && opposite(turn(c, d, a), turn(c, d, b))
}

fn metres_to_side(scale: MetresPerUnit, point: Point, a: Point, b: Point) -> f64 {
    let (ax, ay) = scale.offset(point, a);
    let (bx, by) = scale.offset(point, b);
    let (dx, dy) = (bx - ax, by - ay);
    let length = dx * dx + dy * dy;
    let along = if length == 0.0 { 0.0 } else { (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0) };
    (ax + along * dx).hypot(ay + along * dy)
}

impl Shape {
    /// A point where a label stands well: in the widest inner stretch of an area, or at the middle point of the longest line.
    pub fn label(&self) -> Option<Point> {
        match self {
            Shape::Area(polygons) => {
                let inner =
                    polygons.iter().filter_map(widest_stretch).max_by_key(|(worth, _)| *worth).map(|(_, point)| point);
                inner.or_else(|| self.points().next())
            }
            Shape::Lines(lines) => {
                let longest = lines.iter().max_by_key(|line| line.len())?;
                longest.get(longest.len() / 2).copied()
            }
        }
    }
}

/// The widest stretch of level line inside a polygon, over nine heights of which the middle ones count more, and its middle.
fn widest_stretch(polygon: &Polygon) -> Option<(i64, Point)> {
    let bounds = Bounds::around(polygon.outer.points().iter().copied())?;
    let height = i64::from(bounds.high.lat) - i64::from(bounds.low.lat);
    let mut best: Option<(i64, Point)> = None;
    for step in 1..10_i64 {
        let Ok(lat) = i32::try_from(i64::from(bounds.low.lat) + height * step / 10) else { continue };
        let mut crossings: Vec<i32> = polygon
            .rings()
            .flat_map(Ring::sides)
            .filter(|(a, b)| (a.lat > lat) != (b.lat > lat))
            .map(|(a, b)| {
                let part = (f64::from(lat) - f64::from(a.lat)) / (f64::from(b.lat) - f64::from(a.lat));
                (f64::from(a.lon) + part * (f64::from(b.lon) - f64::from(a.lon))) as i32
            })
            .collect();
        crossings.sort_unstable();
        for pair in crossings.chunks_exact(2) {
            let [west, east] = pair else { continue };
            let width = east.saturating_sub(*west);
            let worth = i64::from(width) * (8 - (step - 5).abs());
            if best.is_none_or(|(most, _)| worth > most) {
                best = Some((worth, Point { lon: west + width / 2, lat }));
            }
        }
    }
    best
}
