//! Points, polygons and lines on the ground, in whole units of 1e-7 degree so that every test is exact.
//!
//! One unit is about a centimetre. Whole numbers make "on the border" a fact instead of a rounding accident: two areas
//! that share an edge share it exactly, and a point on that edge is found on the border of both.

mod codec;
mod geojson;
mod shape;
mod simplify;
#[cfg(test)]
mod tests;

pub use codec::{decode, encode};
pub(crate) use geojson::Lines;
pub use geojson::{BadFeature, Feature, FeatureFile, GeoError, read_features};
pub use shape::{Border, Polygon, Ring, Shape, ShapeKind};
pub use simplify::simplify;

use crate::sentence::Sentence;
use std::fmt;

/// Units of [`Point`] in one degree.
pub const UNITS_PER_DEGREE: f64 = 10_000_000.0;

/// The latitudes and longitudes between which every point of a Japanese city lies (Okinotori to Etorofu, Yonaguni to Minamitori).
const LATITUDES: std::ops::RangeInclusive<f64> = 20.0..=46.0;
const LONGITUDES: std::ops::RangeInclusive<f64> = 122.0..=154.5;

/// A place on the ground, in units of 1e-7 degree.
///
/// ```
/// let point = places::geo::Point::new(34.867, 138.324)?;
/// assert_eq!(point.latitude(), 34.867);
/// # Ok::<(), places::geo::PointError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// Longitude east, in units.
    pub lon: i32,
    /// Latitude north, in units.
    pub lat: i32,
}

/// Why two numbers are not a place a Japanese city could mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointError {
    /// One of the numbers is not a number or endless.
    NotFinite,
    /// The numbers make sense only the other way round.
    Swapped,
    /// The place is not in Japan.
    OutsideJapan,
}

impl PointError {
    /// What is wrong, to be said in any language.
    pub fn sentence(self) -> Sentence {
        Sentence::new(match self {
            PointError::NotFinite => "places-point-not-finite",
            PointError::Swapped => "places-point-swapped",
            PointError::OutsideJapan => "places-point-outside-japan",
        })
    }
}

impl fmt::Display for PointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(f)
    }
}

impl std::error::Error for PointError {}

impl Point {
    /// A point from degrees, refused when it cannot be in Japan.
    pub fn new(latitude: f64, longitude: f64) -> Result<Point, PointError> {
        if !latitude.is_finite() || !longitude.is_finite() {
            return Err(PointError::NotFinite);
        }
        if LATITUDES.contains(&latitude) && LONGITUDES.contains(&longitude) {
            return Ok(Point { lon: units(longitude), lat: units(latitude) });
        }
        if LATITUDES.contains(&longitude) && LONGITUDES.contains(&latitude) {
            return Err(PointError::Swapped);
        }
        Err(PointError::OutsideJapan)
    }

    /// A point from stored units; `None` when they cannot be in Japan.
    pub fn from_units(lat: i64, lon: i64) -> Option<Point> {
        let point = Point { lon: i32::try_from(lon).ok()?, lat: i32::try_from(lat).ok()? };
        Point::new(point.latitude(), point.longitude()).ok()
    }

    /// Degrees north.
    pub fn latitude(self) -> f64 {
        f64::from(self.lat) / UNITS_PER_DEGREE
    }

    /// Degrees east.
    pub fn longitude(self) -> f64 {
        f64::from(self.lon) / UNITS_PER_DEGREE
    }

    /// Metres to another point, good to a part in a thousand within a prefecture.
    pub fn metres_to(self, other: Point) -> f64 {
        let (east, north) = MetresPerUnit::at(self).offset(self, other);
        east.hypot(north)
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({:.7}, {:.7})", self.latitude(), self.longitude())
    }
}

fn units(degrees: f64) -> i32 {
    (degrees * UNITS_PER_DEGREE).round() as i32
}

/// How long one unit is on the ground around a point (WGS 84).
#[derive(Debug, Clone, Copy)]
pub struct MetresPerUnit {
    east: f64,
    north: f64,
}

impl MetresPerUnit {
    /// The scale at a point.
    pub fn at(point: Point) -> MetresPerUnit {
        let phi = point.latitude().to_radians();
        let east = 111_412.84 * phi.cos() - 93.5 * (3.0 * phi).cos();
        let north = 111_132.92 - 559.82 * (2.0 * phi).cos() + 1.175 * (4.0 * phi).cos();
        MetresPerUnit { east: east / UNITS_PER_DEGREE, north: north / UNITS_PER_DEGREE }
    }

    /// Metres east and north from one point to another.
    pub fn offset(self, from: Point, to: Point) -> (f64, f64) {
        let east = f64::from(to.lon) - f64::from(from.lon);
        let north = f64::from(to.lat) - f64::from(from.lat);
        (east * self.east, north * self.north)
    }

    /// The number of units that covers so many metres in both directions, rounded up.
    pub fn reach(self, metres: f64) -> (i32, i32) {
        let cap = 10.0 * UNITS_PER_DEGREE;
        ((metres / self.east).ceil().clamp(0.0, cap) as i32, (metres / self.north).ceil().clamp(0.0, cap) as i32)
    }
}

/// The smallest upright rectangle around something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// South-west corner.
    pub low: Point,
    /// North-east corner.
    pub high: Point,
}

impl Bounds {
    /// The rectangle around some points; `None` when there are none.
    pub fn around(points: impl IntoIterator<Item = Point>) -> Option<Bounds> {
        points.into_iter().map(|point| Bounds { low: point, high: point }).reduce(Bounds::join)
    }

    /// The rectangle around both.
    #[must_use]
    pub fn join(self, other: Bounds) -> Bounds {
        Bounds {
            low: Point { lon: self.low.lon.min(other.low.lon), lat: self.low.lat.min(other.low.lat) },
            high: Point { lon: self.high.lon.max(other.high.lon), lat: self.high.lat.max(other.high.lat) },
        }
    }

    /// Whether the point lies in the rectangle widened by so many units each way.
    pub fn holds(&self, point: Point, (east, north): (i32, i32)) -> bool {
        point.lon >= self.low.lon.saturating_sub(east)
            && point.lon <= self.high.lon.saturating_add(east)
            && point.lat >= self.low.lat.saturating_sub(north)
            && point.lat <= self.high.lat.saturating_add(north)
    }

    /// The middle of the rectangle.
    pub fn middle(&self) -> Point {
        Point {
            lon: self.low.lon + (self.high.lon - self.low.lon) / 2,
            lat: self.low.lat + (self.high.lat - self.low.lat) / 2,
        }
    }
}
