//! Charts as geometry: numbers in, coordinates out; the templates only write them down.
//!
//! The field is 360 units wide, as a phone is, so the writing in it stays 14 px or larger everywhere.

/// The width of every chart.
pub(crate) const WIDTH: i64 = 360;
const TOP: i64 = 28;
const FOOT: i64 = 28;
const HEIGHT: i64 = 200;

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) x: i64,
    pub(crate) y: i64,
    pub(crate) width: i64,
    pub(crate) height: i64,
    pub(crate) middle: i64,
    pub(crate) label: String,
    pub(crate) value: String,
    /// The newest: in the action colour, the others in gray.
    pub(crate) newest: bool,
}

/// Columns from a zero base, the newest at the right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bars {
    pub(crate) bars: Vec<Bar>,
    pub(crate) height: i64,
    pub(crate) base: i64,
}

/// A place on the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) x: i64,
    pub(crate) y: i64,
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) newest: bool,
}

/// A line over a zero base; gaps where there is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) points: Vec<Point>,
    /// The `d` of the path.
    pub(crate) path: String,
    pub(crate) height: i64,
    pub(crate) base: i64,
}

/// One row of a horizontal chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stripe {
    pub(crate) y: i64,
    pub(crate) label_y: i64,
    pub(crate) value_y: i64,
    pub(crate) width: i64,
    pub(crate) end: i64,
    pub(crate) label: String,
    pub(crate) value: String,
}

/// Rows from a zero base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stripes {
    pub(crate) stripes: Vec<Stripe>,
    pub(crate) height: i64,
}

/// `value` of `most` on a length of `length`, rounded; zero when there is nothing to compare with.
fn share(value: i64, most: i64, length: i64) -> i64 {
    if most <= 0 { 0 } else { (value * length + most / 2) / most }
}

/// Columns; a value that may not be told has none and shows `hidden`.
pub(crate) fn bars(values: &[(String, Option<i64>)], hidden: &str, number: impl Fn(i64) -> String) -> Bars {
    let base = HEIGHT - FOOT;
    let most = values.iter().filter_map(|(_, value)| *value).max().unwrap_or(0);
    let step = WIDTH / i64::try_from(values.len().max(1)).unwrap_or(1);
    let width = step * 7 / 10;
    let bars = values.iter().zip(0_i64..).map(|((label, value), at)| {
        let height = share(value.unwrap_or(0), most, base - TOP);
        let x = at * step + (step - width) / 2;
        Bar {
            x,
            y: base - height,
            width,
            height,
            middle: x + width / 2,
            label: label.clone(),
            value: value.map_or_else(|| hidden.to_owned(), &number),
            newest: usize::try_from(at + 1) == Ok(values.len()),
        }
    });
    Bars { bars: bars.collect(), height: HEIGHT, base }
}

/// A line.
pub(crate) fn line(values: &[(String, Option<i64>)], number: impl Fn(i64) -> String) -> Line {
    let base = HEIGHT - FOOT;
    let most = values.iter().filter_map(|(_, value)| *value).max().unwrap_or(0);
    let step = WIDTH / i64::try_from(values.len().max(1)).unwrap_or(1);
    let mut path = String::new();
    let mut points = Vec::new();
    let mut drawing = false;
    for ((label, value), at) in values.iter().zip(0_i64..) {
        let Some(value) = *value else {
            drawing = false;
            continue;
        };
        let (x, y) = (at * step + step / 2, base - share(value, most, base - TOP));
        path.push_str(&format!("{}{x} {y}", if drawing { "L" } else { "M" }));
        drawing = true;
        let newest = usize::try_from(at + 1) == Ok(values.len());
        points.push(Point { x, y, label: label.clone(), value: number(value), newest });
    }
    Line { points, path, height: HEIGHT, base }
}

/// Rows, one under the other, each with its label over it; `most` is the end of the scale.
pub(crate) fn stripes(values: &[(String, i64)], most: i64, number: impl Fn(i64) -> String) -> Stripes {
    const ROW: i64 = 56;
    const VALUE: i64 = 60;
    let stripes = values.iter().zip(0_i64..).map(|((label, value), at)| {
        let width = share(*value, most, WIDTH - VALUE);
        let y = at * ROW + 24;
        Stripe {
            y,
            label_y: y - 8,
            value_y: y + 15,
            width,
            end: width + 8,
            label: label.clone(),
            value: number(*value),
        }
    });
    let stripes: Vec<_> = stripes.collect();
    let height = i64::try_from(stripes.len()).unwrap_or(0) * ROW;
    Stripes { stripes, height }
}

#[cfg(test)]
mod tests {
    use super::*;
    use words::grouped;

    #[test]
    fn columns_stand_on_zero_and_the_tallest_fills_the_field() {
        let values = [("a".to_owned(), Some(50)), ("b".to_owned(), None), ("c".to_owned(), Some(100))];
        let chart = bars(&values, "–", grouped);
        assert_eq!(chart.bars[2].y, TOP);
        assert_eq!(chart.bars[0].height * 2, chart.bars[2].height);
        assert_eq!((chart.bars[1].height, chart.bars[1].value.as_str()), (0, "–"));
        assert!(chart.bars.iter().all(|bar| bar.y + bar.height == chart.base && bar.x + bar.width <= WIDTH));
        assert!(chart.bars[2].newest && !chart.bars[0].newest);
        assert!(bars(&[], "–", grouped).bars.is_empty());
        assert_eq!(bars(&[("a".to_owned(), Some(0))], "–", grouped).bars[0].height, 0);
    }

    #[test]
    fn a_line_breaks_where_nothing_may_be_told() {
        let values = ["a", "b", "c", "d"].map(str::to_owned).into_iter().zip([Some(10), None, Some(20), Some(30)]);
        let chart = line(&values.collect::<Vec<_>>(), grouped);
        assert_eq!(chart.path.matches('M').count(), 2);
        assert_eq!(chart.path.matches('L').count(), 1);
        assert!(chart.points.last().is_some_and(|point| point.newest && point.y == TOP));
    }

    #[test]
    fn rows_end_before_their_values() {
        let chart = stripes(&[("a".to_owned(), 125), ("b".to_owned(), 500)], 500, grouped);
        assert!(chart.stripes.iter().all(|row| row.end + 44 <= WIDTH));
        assert_eq!(chart.stripes[0].width * 4, chart.stripes[1].width);
        assert!(chart.stripes.iter().all(|row| row.y + 20 <= chart.height));
    }
}
