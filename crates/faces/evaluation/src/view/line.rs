//! A KPI as geometry: the line of what was measured, the thin line of the target, the band of earlier years; zero is the base.

/// A value in thousandths of the KPI's unit.
pub(crate) type Thousandths = i64;

/// One place on the time axis.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// Under the axis: `4月`, `令和6`.
    pub(crate) label: String,
    pub(crate) actual: Option<Thousandths>,
    pub(crate) target: Option<Thousandths>,
    /// The lowest and highest of the earlier years at the same place.
    pub(crate) band: Option<(Thousandths, Thousandths)>,
}

/// A point of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) x: i64,
    pub(crate) y: i64,
}

/// A text somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) x: i64,
    pub(crate) y: i64,
    pub(crate) text: String,
    pub(crate) class: &'static str,
}

/// The whole drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KpiChart {
    pub(crate) width: i64,
    pub(crate) height: i64,
    pub(crate) base: i64,
    pub(crate) end: i64,
    /// `points` of the band's polygons, one for each stretch without a gap.
    pub(crate) bands: Vec<String>,
    /// `d` of the line and of the target.
    pub(crate) line: String,
    pub(crate) target: String,
    pub(crate) points: Vec<Point>,
    pub(crate) newest: Option<Point>,
    pub(crate) labels: Vec<Label>,
}

pub(crate) const WIDTH: i64 = 310;
const TOP: i64 = 48;
const FIELD: i64 = 160;
/// Where the words of the target stand.
const RIGHT: i64 = 68;
const LEFT: i64 = 6;
/// Between a word under the axis and the last one.
const ROOM: i64 = 60;

struct Axis {
    most: Thousandths,
    gap: i64,
}

impl Axis {
    fn x(&self, at: usize) -> i64 {
        LEFT + i64::try_from(at).unwrap_or(0) * self.gap / 1000
    }

    fn y(&self, value: Thousandths) -> i64 {
        let height = i128::from(value.max(0)) * i128::from(FIELD) / i128::from(self.most.max(1));
        TOP + FIELD - i64::try_from(height).unwrap_or(0)
    }
}

/// Draws the steps; `show` writes a value, `goal` is the word for the target, `band` the words for the band (empty: none).
/// Nothing measured is no chart.
pub(crate) fn chart(steps: &[Step], goal: &str, band: &str, show: impl Fn(Thousandths) -> String) -> Option<KpiChart> {
    let measured = steps.iter().filter(|step| step.actual.is_some()).count();
    let all = steps.iter().flat_map(|step| [step.actual, step.target, step.band.map(|band| band.1)]).flatten();
    let most = all.max().filter(|_| measured > 0)?.max(1);
    let between = i64::try_from(steps.len().saturating_sub(1).max(1)).ok()?;
    let axis = Axis { most, gap: (WIDTH - RIGHT - LEFT) * 1000 / between };
    let end = WIDTH - RIGHT;
    let points: Vec<Point> =
        places(steps, |step| step.actual).map(|(at, v)| Point { x: axis.x(at), y: axis.y(v) }).collect();
    let newest = points.last().cloned();
    let mut labels = under(steps, &axis);
    labels.extend(values(steps, &axis, &points, show, goal));
    let bands = bands(steps, &axis);
    if !bands.is_empty() {
        labels.push(Label { x: end, y: 14, text: band.to_owned(), class: "t2 end" });
    }
    Some(KpiChart {
        width: WIDTH,
        height: TOP + FIELD + 30,
        base: TOP + FIELD,
        end,
        bands,
        line: path(steps, &axis, |step| step.actual),
        target: target(steps, &axis, end),
        points,
        newest,
        labels,
    })
}

fn places<T>(steps: &[Step], of: impl Fn(&Step) -> Option<T>) -> impl Iterator<Item = (usize, T)> {
    steps.iter().enumerate().filter_map(move |(at, step)| Some((at, of(step)?)))
}

fn path(steps: &[Step], axis: &Axis, of: impl Fn(&Step) -> Option<Thousandths>) -> String {
    let (mut path, mut drawing) = (String::new(), false);
    for (at, step) in steps.iter().enumerate() {
        let Some(value) = of(step) else {
            drawing = false;
            continue;
        };
        path.push_str(&format!("{}{} {}", if drawing { "L" } else { "M" }, axis.x(at), axis.y(value)));
        drawing = true;
    }
    path
}

/// A target that is one number all along is one line through the field; else a line from year to year.
fn target(steps: &[Step], axis: &Axis, end: i64) -> String {
    let targets: Vec<_> = places(steps, |step| step.target).collect();
    match targets.as_slice() {
        [] => String::new(),
        [(_, first), rest @ ..] if rest.iter().all(|(_, other)| other == first) => {
            format!("M0 {}H{end}", axis.y(*first))
        }
        _ => path(steps, axis, |step| step.target),
    }
}

fn bands(steps: &[Step], axis: &Axis) -> Vec<String> {
    let mut bands = Vec::new();
    let mut stretch: Vec<(i64, i64, i64)> = Vec::new();
    for at in 0..=steps.len() {
        match steps.get(at).and_then(|step| step.band) {
            Some((low, high)) => stretch.push((axis.x(at), axis.y(low), axis.y(high))),
            None => {
                if stretch.len() > 1 {
                    let there = stretch.iter().map(|(x, _, high)| format!("{x},{high}"));
                    let back = stretch.iter().rev().map(|(x, low, _)| format!("{x},{low}"));
                    bands.push(there.chain(back).collect::<Vec<_>>().join(" "));
                }
                stretch.clear();
            }
        }
    }
    bands
}

/// Words under the axis: the first and the last always, others where they have room.
fn under(steps: &[Step], axis: &Axis) -> Vec<Label> {
    let last = steps.len().saturating_sub(1);
    let every = steps.len().div_ceil(4).max(1);
    let mut labels = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let is_last = at == last;
        let crowded = !is_last && (at % every != 0 || axis.x(last) - axis.x(at) < ROOM);
        if step.label.is_empty() || (crowded && at != 0) {
            continue;
        }
        let (x, class) = match at {
            0 => (0, "t2"),
            _ if is_last => (axis.x(at) + 10, "t2 end"),
            _ => (axis.x(at), "t2 mid"),
        };
        labels.push(Label { x, y: TOP + FIELD + 20, text: step.label.clone(), class });
    }
    labels
}

/// The newest value at its point, the first one over the beginning, the target at the right.
fn values(
    steps: &[Step],
    axis: &Axis,
    points: &[Point],
    show: impl Fn(Thousandths) -> String,
    goal: &str,
) -> Vec<Label> {
    let mut labels = Vec::new();
    let measured: Vec<(usize, Thousandths)> = places(steps, |step| step.actual).collect();
    let aim = places(steps, |step| step.target).last().map(|(_, value)| (axis.y(value), value));
    if let (Some((_, value)), Some(point)) = (measured.last(), points.last()) {
        let over = clear_of(point.y - 12, aim.map(|aim| aim.0));
        let class = if point.x > WIDTH / 2 { "ta halo end" } else { "ta halo" };
        let x = if point.x > WIDTH / 2 { point.x + 8 } else { (point.x - 6).max(0) };
        labels.push(Label { x, y: over, text: show(*value), class });
    }
    if let ([(_, first), _, ..], [start, .., newest]) = (measured.as_slice(), points)
        && newest.x - start.x > 90
    {
        labels.push(Label { x: 0.max(start.x - 6), y: start.y - 12, text: show(*first), class: "t2 halo" });
    }
    if let Some((y, value)) = aim {
        labels.push(Label { x: WIDTH - RIGHT + 6, y: y + 1, text: goal.to_owned(), class: "tb" });
        labels.push(Label { x: WIDTH - RIGHT + 6, y: y + 18, text: show(value), class: "tb" });
    }
    labels
}

/// Words at a height, moved away from a line that would run through them.
fn clear_of(y: i64, line: Option<i64>) -> i64 {
    match line {
        Some(line) if (y - 14..=y + 4).contains(&line) => line - 8,
        _ => y,
    }
    .max(12)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(label: &str, actual: Option<i64>, target: Option<i64>) -> Step {
        Step { label: label.to_owned(), actual, target, band: None }
    }

    fn show(value: i64) -> String {
        format!("{}分", value / 1000)
    }

    #[test]
    fn a_line_breaks_where_nothing_was_measured_and_the_target_is_one_line() {
        let steps = [
            step("4月", Some(34_000), Some(20_000)),
            step("5月", None, Some(20_000)),
            step("6月", Some(30_000), Some(20_000)),
            step("7月", Some(28_000), Some(20_000)),
        ];
        let chart = chart(&steps, "目標", "", show).unwrap();
        assert_eq!((chart.line.matches('M').count(), chart.line.matches('L').count()), (2, 1));
        assert_eq!(chart.points[0].y, TOP, "the largest fills the field");
        assert!(chart.target.starts_with("M0 ") && chart.target.contains('H'));
        assert!(chart.labels.iter().any(|label| label.text == "28分" && label.class.contains("ta")));
        assert!(chart.labels.iter().any(|label| label.text == "20分" && label.class == "tb"));
        assert!(chart.bands.is_empty());
    }

    #[test]
    fn a_target_that_changes_is_followed() {
        let steps =
            [step("令和5", Some(10), Some(10)), step("令和6", Some(12), Some(14)), step("令和7", None, Some(20))];
        let chart = chart(&steps, "目標", "", |v| v.to_string()).unwrap();
        assert_eq!(chart.target.matches('L').count(), 2);
        assert_eq!(chart.newest, chart.points.last().cloned());
    }

    #[test]
    fn the_band_goes_there_and_back() {
        let mut steps = vec![step("4月", Some(10), None), step("5月", Some(9), None), step("6月", None, None)];
        for step in &mut steps {
            step.band = Some((5, 15));
        }
        steps.push(step("7月", None, None));
        let chart = chart(&steps, "目標", "前の年の幅", |v| v.to_string()).unwrap();
        assert_eq!(chart.bands.len(), 1);
        assert_eq!(chart.bands[0].split(' ').count(), 6);
        assert!(chart.labels.iter().any(|label| label.text == "前の年の幅"));
    }

    #[test]
    fn nothing_measured_is_no_chart() {
        assert_eq!(chart(&[step("4月", None, Some(20))], "目標", "", show), None);
        assert_eq!(chart(&[], "目標", "", show), None);
        assert!(chart(&[step("4月", Some(0), None)], "目標", "", show).is_some());
    }

    #[test]
    fn words_under_the_axis_do_not_crowd() {
        let months: Vec<Step> = (0..12).map(|month| step(&format!("{month}月"), Some(1), None)).collect();
        let chart = chart(&months, "目標", "", show).unwrap();
        let under = chart.labels.iter().filter(|label| label.y > chart.base);
        assert!((3..=5).contains(&under.count()));
    }
}
