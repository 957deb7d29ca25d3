//! `/city`: what was measured, with charts, tables and CSV.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::response::Response;
use http::HeaderMap;
use kernel::day::Day;
use kernel::locale::Locale;
use shell::{App, Ask, Cache, Page, Refusal, Route};
use visits::WeekNumbers;
use words::{Tongue, grouped};

use crate::charts::{self, Bars, Line, Stripes};
use crate::figures::Gathered;
use crate::{Kept, WHO, variant, with_kept};

const AT_MOST: Duration = Duration::from_secs(600);

pub(crate) fn routes(kept: &Arc<Kept>) -> Vec<Route> {
    vec![
        Route::page("/city", WHO, with_kept!(kept, city)),
        Route::file("/city/visits.csv", WHO, with_kept!(kept, visits_csv)),
        Route::file("/city/satisfaction.csv", WHO, with_kept!(kept, satisfaction_csv)),
    ]
}

/// A line of a table.
struct TableRow {
    name: String,
    cells: Vec<String>,
}

/// What there is to show about visits.
struct Shown {
    came: Bars,
    came_say: String,
    stay: Line,
    stay_say: String,
    rows: Vec<TableRow>,
    counters: Vec<TableRow>,
}

/// What residents said.
struct Said {
    say: String,
    /// By service; those of too few answers are not in it.
    chart: Stripes,
    rows: Vec<TableRow>,
}

#[derive(Template)]
#[template(path = "city.html")]
struct Numbers {
    page: Page,
    period: String,
    shown: Option<Shown>,
    said: Option<Said>,
    this_year: Vec<Measured>,
    cost: Option<Cost>,
}

/// A metric over the running 年度.
struct Measured {
    href: String,
    title: String,
    value: String,
    n: String,
}

/// What the city spent.
struct Cost {
    say: String,
    chart: Stripes,
    rows: Vec<TableRow>,
}

async fn city(kept: &Kept, app: &App, ask: &Ask, headers: &HeaderMap) -> Result<Response, Refusal> {
    let made = kept
        .numbers
        .get(app, variant(ask), &["places/city", "places/counters"], AT_MOST, async || {
            let gathered = kept.figures.now(app).await?;
            let t = ask.t();
            let name = app.city().name.get(ask.locale).to_owned();
            let mut page = Page::titled(app, ask, t.with("city-numbers-title", [("city", name.into())]).into_owned());
            page.path = "/city".to_owned();
            let period =
                t.with("city-period", [("from", t.day(gathered.from).into()), ("to", t.day(gathered.to).into())]);
            shell::Kept::page(&Numbers {
                period: period.into_owned(),
                shown: shown(t, ask.locale, &gathered),
                said: said(t, ask.locale, &gathered),
                this_year: this_year(t, &gathered),
                cost: cost(t, &gathered),
                page,
            })
        })
        .await?;
    Ok(made.answer(headers, Cache::Ask))
}

/// A count, or words that it is too small to be told.
fn told(t: Tongue, count: u64) -> String {
    public(count).map_or_else(|| t.text("city-few").into_owned(), grouped)
}

fn public(count: u64) -> Option<i64> {
    (count >= visits::PUBLIC_LEAST).then(|| i64::try_from(count).unwrap_or(i64::MAX))
}

/// Which parts of a published sum stay hidden: those under ten, and where taking the shown parts from the sum would give
/// such a group away, the smallest shown parts as well.
fn hidden(counts: &[u64]) -> Vec<bool> {
    let mut by_size: Vec<usize> = (0..counts.len()).collect();
    by_size.sort_by_key(|at| counts[*at]);
    let mut together = 0;
    let mut hidden = vec![false; counts.len()];
    for at in by_size {
        let hide = counts[at] < visits::PUBLIC_LEAST || (together > 0 && together < visits::PUBLIC_LEAST);
        together += if hide { counts[at] } else { 0 };
        hidden[at] = hide;
    }
    hidden
}

fn minutes(t: Tongue, value: Option<i64>) -> String {
    value.map_or_else(|| t.text("city-few").into_owned(), |n| t.with("common-minutes", [("n", n.into())]).into_owned())
}

/// A Monday under a column: `11/16`, in English `16 Nov`, because 11/12 is two days there.
fn under(t: Tongue, day: Day) -> String {
    if t.locale() == Locale::En {
        return t.short_day(day).split(" (").next().unwrap_or_default().to_owned();
    }
    let (_, month, day) = day.ymd();
    format!("{month}/{day}")
}

fn shown(t: Tongue, locale: Locale, gathered: &Gathered) -> Option<Shown> {
    let newest = gathered.newest()?;
    let came: Vec<_> = gathered.weeks.iter().map(|week| (under(t, week.monday), public(week.sum.finished))).collect();
    let stay: Vec<_> = gathered.weeks.iter().map(|week| (under(t, week.monday), week.median_stay)).collect();
    let came_say = match public(newest.sum.finished) {
        Some(n) => t.with("city-came-say", [("n", grouped(n).into())]),
        None => t.text("city-came-few"),
    };
    let stay_say = match (newest.median_stay, gathered.shorter_in_a_row()) {
        (Some(n), weeks @ 2..) => t.with("city-stay-shorter", [("n", n.into()), ("weeks", weeks.into())]),
        (Some(n), _) => t.with("city-stay-say", [("n", n.into())]),
        (None, _) => t.text("city-stay-few"),
    };
    let row = |week: &WeekNumbers| TableRow {
        name: t.with("city-week-of", [("day", t.short_day(week.monday).into())]).into_owned(),
        cells: vec![
            told(t, week.sum.finished),
            told(t, (week.sum.web + week.sum.staff).saturating_sub(week.sum.cancelled)),
            told(t, week.sum.no_show),
            minutes(t, week.median_stay),
            minutes(t, week.median_wait),
        ],
    };
    let counts: Vec<u64> = gathered.counters.iter().map(|(_, week)| week.sum.finished).collect();
    let counter = |((name, week), hidden): (&(kernel::locale::Localized, WeekNumbers), bool)| TableRow {
        name: name.get(locale).to_owned(),
        cells: vec![
            told(t, if hidden { 0 } else { week.sum.finished }),
            minutes(t, week.median_stay),
            minutes(t, week.median_wait),
        ],
    };
    Some(Shown {
        came: charts::bars(&came, &t.text("city-few"), grouped),
        came_say: came_say.into_owned(),
        stay: charts::line(&stay, |n| n.to_string()),
        stay_say: stay_say.into_owned(),
        rows: gathered.weeks.iter().rev().map(row).collect(),
        counters: gathered.counters.iter().zip(hidden(&counts)).map(counter).collect(),
    })
}

fn said(t: Tongue, locale: Locale, gathered: &Gathered) -> Option<Said> {
    let total = gathered.said?;
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let by_service = || gathered.said_by_service.iter().map(|(name, public)| (name.get(locale).to_owned(), *public));
    let shown: Vec<_> =
        by_service().filter_map(|(name, public)| Some((name, number(public?.mean_hundredths())))).collect();
    let row = |(name, public): (String, Option<voices::Public>)| TableRow {
        name,
        cells: public.map_or_else(
            || vec![t.text("city-few").into_owned(), "–".to_owned()],
            |public| vec![grouped(number(public.n())), mean(public)],
        ),
    };
    let say = t.with("city-said-say", [("mean", mean(total).into()), ("n", grouped(number(total.n())).into())]);
    Some(Said {
        say: say.into_owned(),
        chart: charts::stripes(&shown, 500, |hundredths| format!("{}.{:02}", hundredths / 100, hundredths % 100)),
        rows: by_service().map(row).collect(),
    })
}

fn this_year(t: Tongue, gathered: &Gathered) -> Vec<Measured> {
    let few = || t.text("city-few").into_owned();
    let told = gathered.this_year.iter().map(|(metric, figure)| {
        let digits = if metric.scale == facts::Scale::Score { 2 } else { 1 };
        let value = figure.and_then(|figure| figure.value).map(|value| value.rounded(digits));
        let unit = t.text(metric.scale.word());
        let between =
            if t.locale() == Locale::En && unit.starts_with(|c: char| c.is_ascii_alphabetic()) { " " } else { "" };
        Measured {
            href: format!("/city/metrics/{}", metric.name),
            title: t.text(metric.title).into_owned(),
            value: value.map_or_else(few, |value| format!("{value}{between}{unit}")),
            n: figure.map_or_else(few, |figure| {
                let n = i64::try_from(figure.n).unwrap_or(i64::MAX);
                t.with("city-year-n", [("n", grouped(n).into())]).into_owned()
            }),
        }
    });
    told.collect()
}

/// 億円 with one decimal; million yen in English.
fn large(t: Tongue, yen: i64) -> String {
    let by = if t.locale() == Locale::En { 1_000_000 } else { 100_000_000 };
    let tenths = (yen + by / 20) / (by / 10);
    let number = format!("{}.{}", grouped(tenths / 10), tenths % 10);
    t.with("city-cost-large", [("n", number.into())]).into_owned()
}

fn cost(t: Tongue, gathered: &Gathered) -> Option<Cost> {
    let totals = gathered.cost.as_ref()?;
    let mut rows: Vec<_> = totals.rows.iter().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.money.cost));
    let most = rows.first()?.money.cost.amount();
    let bars: Vec<_> = rows.iter().map(|row| (row.name.clone(), row.money.cost.amount())).collect();
    let year = match t.locale() {
        Locale::Ja => totals.year.label_ja(),
        Locale::Easy => format!("{}年度", totals.year.year()),
        Locale::En => totals.year.to_string(),
    };
    let n = grouped(i64::try_from(totals.programmes).unwrap_or(i64::MAX));
    let say = t.with(
        "city-cost-say",
        [("year", year.into()), ("n", n.into()), ("amount", large(t, totals.money.cost.amount()).into())],
    );
    let row = |row: &&evaluation::TotalRow| TableRow {
        name: row.name.clone(),
        cells: vec![
            grouped(i64::try_from(row.programmes).unwrap_or(i64::MAX)),
            grouped(row.money.cost.amount()),
            grouped(row.money.general.amount()),
        ],
    };
    Some(Cost {
        say: say.into_owned(),
        chart: charts::stripes(&bars, most, |yen| large(t, yen)),
        rows: rows.iter().map(row).collect(),
    })
}

fn mean(public: voices::Public) -> String {
    format!("{}.{:02}", public.mean_hundredths() / 100, public.mean_hundredths() % 100)
}

/// A cell of CSV: quoted where it must be, and never a formula to a spreadsheet, not in full width either.
fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
        return format!("\"'{}\"", text.replace('"', "\"\""));
    }
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// Satisfaction by service as CSV; what may not be told is empty.
async fn satisfaction_csv(kept: &Kept, app: &App, ask: &Ask, _: &HeaderMap) -> Result<Response, Refusal> {
    let gathered = kept.figures.now(app).await?;
    let t = ask.t();
    let mut csv = String::from("\u{feff}");
    let _ = writeln!(
        csv,
        "{}\r",
        ["city-col-service", "city-col-answers", "city-col-mean"].map(|key| t.text(key)).join(",")
    );
    let all = (t.text("city-said-all").into_owned(), gathered.said);
    let each = gathered.said_by_service.iter().map(|(name, public)| (name.get(ask.locale).to_owned(), *public));
    for (name, public) in std::iter::once(all).chain(each) {
        let figures = public.map_or_else(|| ",".to_owned(), |public| format!("{},{}", public.n(), mean(public)));
        let _ = writeln!(csv, "{},{figures}\r", cell(&name));
    }
    Ok(shell::attachment("text/csv; charset=utf-8", "satisfaction.csv", csv))
}

/// The weeks as CSV; what may not be told is empty.
async fn visits_csv(kept: &Kept, app: &App, ask: &Ask, _: &HeaderMap) -> Result<Response, Refusal> {
    let gathered = kept.figures.now(app).await?;
    let t = ask.t();
    let heads =
        ["city-col-week", "city-col-came", "city-col-booked", "city-col-no-show", "city-csv-stay", "city-csv-wait"];
    let mut csv = String::from("\u{feff}");
    let _ = writeln!(csv, "{}\r", heads.map(|key| t.text(key)).join(","));
    for week in &gathered.weeks {
        let booked = (week.sum.web + week.sum.staff).saturating_sub(week.sum.cancelled);
        let cells =
            [public(week.sum.finished), public(booked), public(week.sum.no_show), week.median_stay, week.median_wait];
        let cells = cells.map(|cell| cell.map_or_else(String::new, |n| n.to_string()));
        let _ = writeln!(csv, "{},{}\r", week.monday, cells.join(","));
    }
    Ok(shell::attachment("text/csv; charset=utf-8", "visits.csv", csv))
}

#[cfg(test)]
mod tests {
    use super::{cell, hidden};

    #[test]
    fn what_is_hidden_cannot_be_worked_out() {
        for (counts, expected) in [
            (vec![120, 9], vec![true, true]),
            (vec![120, 4, 30], vec![false, true, true]),
            (vec![120, 7, 8], vec![false, true, true]),
            (vec![120, 0, 30], vec![false, true, false]),
            (vec![120, 30], vec![false, false]),
            (vec![], vec![]),
        ] {
            assert_eq!(hidden(&counts), expected, "{counts:?}");
        }
    }

    #[test]
    fn names_with_commas_stay_one_cell() {
        assert_eq!(cell("転入届"), "転入届");
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
        assert_eq!(cell("＝HYPERLINK(\"x\")"), "\"'＝HYPERLINK(\"\"x\"\")\"");
        assert_eq!(cell("a,\"b\""), "\"a,\"\"b\"\"\"");
    }
}
