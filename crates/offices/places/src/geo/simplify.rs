//! Fewer points for a small map: the line keeps its shape within a tolerance (Douglas and Peucker's rule).

use super::Point;

/// The points that matter when nobody can see less than `tolerance` units. First and last always stay.
pub fn simplify(points: &[Point], tolerance: f64) -> Vec<Point> {
    let mut keep = vec![false; points.len()];
    let Some(last) = points.len().checked_sub(1) else { return Vec::new() };
    for end in [0, last] {
        if let Some(flag) = keep.get_mut(end) {
            *flag = true;
        }
    }
    let mut open = vec![(0, last)];
    while let Some((from, to)) = open.pop() {
        let (Some(a), Some(b)) = (points.get(from), points.get(to)) else { continue };
        let farthest = points
            .iter()
            .enumerate()
            .take(to)
            .skip(from + 1)
            .map(|(at, point)| (at, away(*point, *a, *b)))
            .max_by(|x, y| x.1.total_cmp(&y.1));
        if let Some((at, distance)) = farthest
            && distance > tolerance
        {
            if let Some(flag) = keep.get_mut(at) {
                *flag = true;
            }
            open.push((from, at));
            open.push((at, to));
        }
    }
    points.iter().zip(keep).filter_map(|(point, keep)| keep.then_some(*point)).collect()
}

fn away(point: Point, a: Point, b: Point) -> f64 {
    let (px, py) = (f64::from(point.lon) - f64::from(a.lon), f64::from(point.lat) - f64::from(a.lat));
    let (dx, dy) = (f64::from(b.lon) - f64::from(a.lon), f64::from(b.lat) - f64::from(a.lat));
    let length = dx * dx + dy * dy;
    let along = if length == 0.0 { 0.0 } else { ((px * dx + py * dy) / length).clamp(0.0, 1.0) };
    (px - along * dx).hypot(py - along * dy)
}
