//! The Cabinet Office's list of holidays, the city's own 閉庁日, and the calendar made of both.

use crate::import::{BadRow, ImportError, Imported, Publication, Report, SetName, Table, Target, preview, publish};
use crate::sentence::Sentence;
use ::store::{Db, Error, Json, Tx, Value};
use kernel::World;
use kernel::day::Day;
use kernel::holidays::Calendar;
use kernel::locale::Localized;
use kernel::text::{Line, nfkc};
use std::collections::HashMap;

/// The one set holidays are kept under: a second file replaces the first.
const SET: &str = "国民の祝日";

::store::statements! {
    /// One holiday of an unpublished batch.
    INSERT = "INSERT INTO holiday (batch, day, name) VALUES ($1, $2, $3)";
    /// Published holidays.
    HOLIDAYS = "SELECT holiday.day, holiday.name FROM place_set JOIN holiday ON holiday.batch = place_set.batch WHERE place_set.kind = 'holidays' ORDER BY holiday.day";
    /// The city's own closed days.
    CLOSED = "SELECT day, reason FROM closed_day ORDER BY day";
    /// Closes a day.
    CLOSE = "INSERT INTO closed_day (day, reason) VALUES ($1, $2) ON CONFLICT (day) DO UPDATE SET reason = excluded.reason";
    /// Opens a day again.
    REOPEN = "DELETE FROM closed_day WHERE day = $1";
}

/// A whole list, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedHolidays {
    /// The days with their names, by day.
    pub rows: Vec<(Day, String)>,
    /// What the reader should know although nothing is wrong.
    pub notes: Vec<Sentence>,
}

/// Reads and checks the Cabinet Office's CSV: two columns, day and name.
pub fn parse(bytes: &[u8]) -> Result<ParsedHolidays, Report> {
    let table = Table::read(bytes)?;
    let [day_heading, name_heading] = table.headings.as_slice() else {
        let found = table.headings.len();
        return Err(Report::one(1, "", Sentence::new("places-holiday-columns").with("found", found)));
    };
    let mut bad = Vec::new();
    let mut rows: Vec<(Day, String)> = Vec::new();
    let mut first: HashMap<Day, usize> = HashMap::new();
    for row in &table.rows {
        let [day, name] = row.cells.as_slice() else { continue };
        let Some(day) = read_day(day) else {
            bad.push(BadRow::new(row.line, day_heading, Sentence::new("places-not-a-day").with("text", day)));
            continue;
        };
        match Line::<40>::parse(name) {
            Err(error) => bad.push(BadRow::new(row.line, name_heading, error.into())),
            Ok(name) => match first.insert(day, row.line) {
                Some(line) => {
                    bad.push(BadRow::new(row.line, day_heading, Sentence::new("places-same-day").with("line", line)))
                }
                None => rows.push((day, name.into_string())),
            },
        }
    }
    if !bad.is_empty() || rows.is_empty() {
        return Err(Report::of(bad));
    }
    rows.sort();
    let notes = differences(&rows);
    Ok(ParsedHolidays { rows, notes })
}

/// 2026/11/23, 2026-11-23 and 2026/1/1 all occur.
fn read_day(text: &str) -> Option<Day> {
    let text = nfkc(text.trim());
    let mut parts = text.split(['/', '-']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some()
        || year.len() != 4
        || !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'/' || byte == b'-')
    {
        return None;
    }
    Day::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// Where the list and the rules of the law differ, so that a wrong file does not pass unseen.
fn differences(rows: &[(Day, String)]) -> Vec<Sentence> {
    let listed: HashMap<Day, &str> = rows.iter().map(|(day, name)| (*day, name.as_str())).collect();
    let (Some((first, _)), Some((last, _))) = (rows.first(), rows.last()) else { return Vec::new() };
    let (Some(from), Some(to)) = (Day::new(first.year(), 1, 1), Day::new(last.year(), 12, 31)) else {
        return Vec::new();
    };
    let mut notes = Vec::new();
    for offset in 0..=to.since(from).clamp(0, 200 * 366) {
        let day = from.plus(offset);
        match (kernel::holidays::holiday(day), listed.get(&day)) {
            (Some(law), None) => {
                notes.push(Sentence::new("places-note-holiday-missing").with("day", day).with("name", law))
            }
            (None, Some(name)) => {
                notes.push(Sentence::new("places-note-holiday-extra").with("day", day).with("name", name))
            }
            _ => {}
        }
    }
    notes
}

/// Stores and publishes a checked list; with `dry_run` only says what would happen.
pub async fn store(db: &Db, world: &World, parsed: ParsedHolidays, dry_run: bool) -> Result<Imported, ImportError> {
    let set = SetName::new(SET).map_err(|_| Error::Schema(format!("{SET} is not a name of a set")))?;
    let what = Publication { target: Target::Holidays, set, shape: "day", details: "{}".to_owned() };
    let key = |day: &Day| i32::to_string(&day.days());
    if dry_run {
        let keys: Vec<String> = parsed.rows.iter().map(|(day, _)| key(day)).collect();
        return preview(db, &what, &keys).await;
    }
    let rows =
        parsed.rows.into_iter().map(|(day, name)| (key(&day), vec![Value::from(day), Value::from(name)])).collect();
    publish(db, world, &what, &INSERT, rows).await
}

/// On which days the city hall is open: the law, the imported list above it, and the city's own closed days.
pub async fn calendar(tx: &mut Tx<'_>) -> Result<Calendar, Error> {
    let mut calendar = Calendar::new();
    let mut listed = Vec::new();
    for row in tx.all(&HOLIDAYS, &[]).await? {
        listed.push((row.get::<Day>(0)?, row.get::<String>(1)?));
    }
    calendar.import(listed);
    for (day, reason) in closed_days(tx).await? {
        calendar.close(day, reason.ja);
    }
    Ok(calendar)
}

/// The city's own 閉庁日, by day.
pub async fn closed_days(tx: &mut Tx<'_>) -> Result<Vec<(Day, Localized)>, Error> {
    let rows = tx.all(&CLOSED, &[]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get::<Json<Localized>>(1)?.0))).collect()
}

/// Closes the city hall on a day.
pub async fn close_day(tx: &mut Tx<'_>, day: Day, reason: &Localized) -> Result<(), Error> {
    tx.exec(&CLOSE, &[day.into(), (&Json(reason)).into()]).await?;
    tx.announce("places/holidays");
    Ok(())
}

/// Opens a day again; `false` when it was not closed.
pub async fn reopen_day(tx: &mut Tx<'_>, day: Day) -> Result<bool, Error> {
    let reopened = tx.exec(&REOPEN, &[day.into()]).await? > 0;
    tx.announce("places/holidays");
    Ok(reopened)
}
