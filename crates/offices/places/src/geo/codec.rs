//! Shapes as compact bytes for the database: counts and differences between neighbours as variable-length integers.

use super::{Point, Polygon, Ring, Shape};

const VERSION: u8 = 1;
const AREA: u8 = 1;
const LINES: u8 = 2;

/// The bytes of a shape.
pub fn encode(shape: &Shape) -> Vec<u8> {
    let mut out = vec![VERSION];
    let mut pen = (0, 0);
    match shape {
        Shape::Area(polygons) => {
            out.push(AREA);
            count(&mut out, polygons.len());
            for polygon in polygons {
                count(&mut out, 1 + polygon.holes.len());
                for ring in polygon.rings() {
                    path(&mut out, &mut pen, ring.points());
                }
            }
        }
        Shape::Lines(lines) => {
            out.push(LINES);
            count(&mut out, lines.len());
            for line in lines {
                path(&mut out, &mut pen, line);
            }
        }
    }
    out
}

/// The shape of stored bytes; `None` when they are not what [`encode`] writes.
pub fn decode(bytes: &[u8]) -> Option<Shape> {
    let [VERSION, kind, rest @ ..] = bytes else { return None };
    let mut input = Input { rest, pen: (0, 0) };
    let shape = match *kind {
        AREA => {
            let mut polygons = Vec::new();
            for _ in 0..input.count()? {
                let rings = input.count()?;
                let outer = Ring::new(input.path()?)?;
                let holes = (1..rings).map(|_| Ring::new(input.path()?)).collect::<Option<Vec<_>>>()?;
                polygons.push(Polygon { outer, holes });
            }
            Shape::Area(polygons)
        }
        LINES => Shape::Lines((0..input.count()?).map(|_| input.path()).collect::<Option<Vec<_>>>()?),
        _ => return None,
    };
    input.rest.is_empty().then_some(shape)
}

fn count(out: &mut Vec<u8>, count: usize) {
    number(out, count as u64);
}

fn path(out: &mut Vec<u8>, pen: &mut (i64, i64), points: &[Point]) {
    count(out, points.len());
    for point in points {
        let at = (i64::from(point.lon), i64::from(point.lat));
        for step in [at.0 - pen.0, at.1 - pen.1] {
            number(out, ((step << 1) ^ (step >> 63)).cast_unsigned());
        }
        *pen = at;
    }
}

fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}

struct Input<'a> {
    rest: &'a [u8],
    pen: (i64, i64),
}

impl Input<'_> {
    fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..63).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// A count of things that take at least one byte each, so it can never exceed what is left.
    fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.rest.len()).then_some(count)
    }

    fn path(&mut self) -> Option<Vec<Point>> {
        (0..self.count()?).map(|_| self.point()).collect()
    }

    fn point(&mut self) -> Option<Point> {
        let mut step = || {
            let value = self.number()?;
            Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
        };
        let (east, north) = (step()?, step()?);
        self.pen = (self.pen.0.checked_add(east)?, self.pen.1.checked_add(north)?);
        Some(Point { lon: i32::try_from(self.pen.0).ok()?, lat: i32::try_from(self.pen.1).ok()? })
    }
}
