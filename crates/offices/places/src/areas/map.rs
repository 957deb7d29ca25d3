//! Draws the areas of a set as SVG paths, so that a map shows without any tile server.

use super::Area;
use crate::AreaId;
use crate::geo::{Bounds, MetresPerUnit, Point, Ring, Shape, simplify};
use std::fmt::Write as _;

/// A set drawn into a rectangle of whole pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct MapDrawing {
    /// Width of the view box.
    pub width: u32,
    /// Height of the view box.
    pub height: u32,
    /// One path per area, in the order given.
    pub paths: Vec<MapPath>,
    frame: Frame,
}

/// One area of a drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct MapPath {
    /// Which area.
    pub id: AreaId,
    /// Its name.
    pub name: String,
    /// The `d` attribute of an SVG path.
    pub d: String,
    /// Closed areas are filled, lines are stroked.
    pub closed: bool,
    /// Where a label stands, in pixels.
    pub label: (f64, f64),
}

/// How degrees become pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Frame {
    low: Point,
    high: Point,
    across: f64,
    down: f64,
}

impl MapDrawing {
    /// Draws areas `width` pixels wide; `None` when there is nothing to draw.
    pub fn of(areas: &[Area], width: u32) -> Option<MapDrawing> {
        let bounds = areas.iter().map(|area| area.bounds).reduce(Bounds::join)?;
        let (east, north) = MetresPerUnit::at(bounds.middle()).offset(bounds.low, bounds.high);
        let (east, north) = (east.max(1.0), north.max(1.0));
        let height = (f64::from(width) * (north / east).clamp(0.1, 4.0)).ceil();
        let frame = Frame {
            low: bounds.low,
            high: bounds.high,
            across: f64::from(width) / span(bounds.low.lon, bounds.high.lon),
            down: height / span(bounds.low.lat, bounds.high.lat),
        };
        let paths = areas.iter().map(|area| frame.path(area)).collect();
        Some(MapDrawing { width, height: height as u32, paths, frame })
    }

    /// Where a point falls in the drawing, in pixels.
    pub fn pixel(&self, point: Point) -> (f64, f64) {
        self.frame.pixel(point)
    }
}

impl Frame {
    fn pixel(&self, point: Point) -> (f64, f64) {
        let x = (f64::from(point.lon) - f64::from(self.low.lon)) * self.across;
        let y = (f64::from(self.high.lat) - f64::from(point.lat)) * self.down;
        ((x * 10.0).round() / 10.0, (y * 10.0).round() / 10.0)
    }

    fn path(&self, area: &Area) -> MapPath {
        let mut d = String::new();
        match &area.shape {
            Shape::Area(polygons) => {
                for ring in polygons.iter().flat_map(|polygon| polygon.rings()) {
                    self.ring(&mut d, ring);
                }
            }
            Shape::Lines(lines) => {
                for line in lines {
                    self.trace(&mut d, &simplify(line, self.half_pixel()));
                }
            }
        }
        let label = self.pixel(area.label);
        MapPath { id: area.id, name: area.name.clone(), d, closed: matches!(area.shape, Shape::Area(_)), label }
    }

    fn ring(&self, d: &mut String, ring: &Ring) {
        let mut points = ring.points().to_vec();
        points.extend(ring.points().first().copied());
        let mut points = simplify(&points, self.half_pixel());
        points.pop();
        if points.len() < 3 {
            return;
        }
        self.trace(d, &points);
        d.push('Z');
    }

    fn trace(&self, d: &mut String, points: &[Point]) {
        for (at, point) in points.iter().enumerate() {
            let (x, y) = self.pixel(*point);
            // Writing into a String cannot fail.
            let _ = write!(d, "{}{x} {y}", if at == 0 { 'M' } else { 'L' });
        }
    }

    /// Half a pixel in units: nobody sees less.
    fn half_pixel(&self) -> f64 {
        0.5 / self.across.max(f64::MIN_POSITIVE)
    }
}

fn span(low: i32, high: i32) -> f64 {
    (f64::from(high) - f64::from(low)).max(1.0)
}
