//! Reads a facility list as a city publishes it and says of every bad row what is wrong with it.

use super::columns::Columns;
use super::labels::{LabelList, is_label_list, parse_labels};
use crate::geo::Point;
use crate::import::{BadRow, Report, SetName, Table};
use crate::sentence::Sentence;
use kernel::text::{TextError, fold, nfkc};
use std::collections::HashMap;

/// How a facility list is to be read.
#[derive(Debug, Clone)]
pub struct FacilityOptions {
    /// The name of the set.
    pub set: SetName,
    /// The heading of the column that holds the names; found out when nothing is said.
    pub name_field: Option<String>,
}

/// One facility of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct FacilityRow {
    /// Line in the file, from 1.
    pub line: usize,
    /// What tells it apart in its set.
    pub key: String,
    /// Its number or ID in the file; empty when the file has none.
    pub number: String,
    /// Its name.
    pub name: String,
    /// The name's reading.
    pub kana: String,
    /// What sort of place it is.
    pub kind: String,
    /// Its address.
    pub address: String,
    /// Its telephone number.
    pub phone: String,
    /// Where it is, when the file says so.
    pub point: Option<Point>,
    /// Every column with its heading, as it was.
    pub attributes: Vec<(String, String)>,
}

/// A whole list, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedFacilities {
    /// The set.
    pub set: SetName,
    /// The headings.
    pub headings: Vec<String>,
    /// The facilities, in file order.
    pub rows: Vec<FacilityRow>,
    /// What the reader should know although nothing is wrong, row by row where it concerns a row.
    pub notes: Vec<Sentence>,
}

/// What a file turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Parsed {
    /// A list of facilities.
    Facilities(ParsedFacilities),
    /// A list of the labels a facility list's columns are shown under.
    Labels(LabelList),
}

/// Reads and checks a whole file; nothing is stored.
pub fn parse(bytes: &[u8], options: &FacilityOptions) -> Result<Parsed, Report> {
    let table = Table::read(bytes)?;
    if is_label_list(&table.headings) {
        return parse_labels(&table, &options.set).map(Parsed::Labels);
    }
    let mut columns = Columns::of(&table.headings);
    let (Some(_), Some(_)) = (columns.latitude, columns.longitude) else {
        let reason = Sentence::new("places-list-no-coordinates").with("columns", table.headings.join("、"));
        return Err(Report::one(1, "", reason));
    };
    if let Some(asked) = &options.name_field {
        let found = table.headings.iter().position(|heading| heading == asked);
        let Some(found) = found else {
            let reason = Sentence::new("places-no-such-field").with("field", asked);
            return Err(Report::one(1, "", reason.with("present", table.headings.join("、"))));
        };
        columns.name = Some(found);
    }
    let mut notes = Vec::new();
    if columns.name.is_none() {
        let cells: Vec<Vec<String>> = table.rows.iter().map(|row| row.cells.clone()).collect();
        columns.name = columns.stand_in(&table.headings, &cells);
        if let Some(heading) = columns.name.and_then(|column| table.headings.get(column)) {
            notes.push(Sentence::new("places-note-stand-in").with("column", heading));
        }
    }
    let mut reader = Reader { columns, set: &options.set, headings: &table.headings, bad: Vec::new(), notes };
    let rows: Vec<FacilityRow> = table.rows.iter().filter_map(|row| reader.row(row.line, &row.cells)).collect();
    reader.repeated_keys(&rows);
    if !reader.bad.is_empty() {
        reader.bad.sort_by_key(|bad| bad.line);
        return Err(Report::of(reader.bad));
    }
    let notes = reader.notes;
    Ok(Parsed::Facilities(ParsedFacilities { set: options.set.clone(), headings: table.headings, rows, notes }))
}

struct Reader<'a> {
    columns: Columns,
    set: &'a SetName,
    headings: &'a [String],
    bad: Vec<BadRow>,
    notes: Vec<Sentence>,
}

impl Reader<'_> {
    fn heading(&self, column: Option<usize>) -> String {
        column.and_then(|column| self.headings.get(column)).cloned().unwrap_or_default()
    }

    fn row(&mut self, line: usize, cells: &[String]) -> Option<FacilityRow> {
        let cell = |column: Option<usize>| column.and_then(|column| cells.get(column)).map_or("", |cell| cell.trim());
        let one_line = |column: Option<usize>| cell(column).split_whitespace().collect::<Vec<_>>().join(" ");
        let bad_before = self.bad.len();
        for (at, text) in cells.iter().enumerate() {
            if text.contains('\0') {
                self.bad.push(BadRow::new(line, self.heading(Some(at)), Sentence::new("places-nul")));
            } else if text.chars().count() > 10_000 {
                self.bad.push(BadRow::new(
                    line,
                    self.heading(Some(at)),
                    Sentence::from(TextError::TooLong { max: 10_000 }),
                ));
            }
        }
        let number = nfkc(&one_line(self.columns.number));
        let kind = one_line(self.columns.kind);
        let mut name = one_line(self.columns.name);
        if name.chars().count() > 200 {
            self.bad.push(BadRow::new(
                line,
                self.heading(self.columns.name),
                Sentence::new("places-bad-name").with("max", 200),
            ));
        }
        if name.is_empty() {
            if number.is_empty() {
                let column = self.heading(self.columns.name);
                self.bad.push(BadRow::new(line, column, Sentence::new("places-nameless")));
                return None;
            }
            name = format!("{} {number}", if kind.is_empty() { self.set.as_str() } else { &kind });
            let why = if self.columns.name.is_some() { "places-note-name-empty" } else { "places-note-no-name-column" };
            self.notes.push(Sentence::new(why).with("line", line).with("name", &name));
        }
        let point = self.point(line, cell(self.columns.latitude), cell(self.columns.longitude));
        if self.bad.len() > bad_before {
            return None;
        }
        let address = one_line(self.columns.address);
        let place = match point {
            Some(point) => format!("{},{}", point.lat, point.lon),
            None => fold(&address),
        };
        let key = if number.is_empty() { format!("{}@{place}", fold(&name)) } else { format!("#{number}") };
        if point.is_none() {
            self.notes.push(Sentence::new("places-note-no-point").with("line", line).with("name", &name));
        }
        Some(FacilityRow {
            line,
            key,
            number,
            kana: one_line(self.columns.kana),
            kind,
            address,
            phone: one_line(self.columns.phone),
            name,
            point,
            attributes: self
                .headings
                .iter()
                .zip(cells)
                .map(|(heading, cell)| (heading.clone(), cell.trim().to_owned()))
                .collect(),
        })
    }

    fn point(&mut self, line: usize, latitude: &str, longitude: &str) -> Option<Point> {
        if latitude.is_empty() && longitude.is_empty() {
            return None;
        }
        let mut number = |text: &str, column: Option<usize>| {
            let value = nfkc(text).trim().parse::<f64>().ok();
            if value.is_none() {
                let reason = if text.is_empty() {
                    Sentence::new("places-half-coordinates")
                } else {
                    Sentence::new("places-not-degrees").with("text", text)
                };
                let heading = column.and_then(|column| self.headings.get(column)).cloned().unwrap_or_default();
                self.bad.push(BadRow::new(line, heading, reason));
            }
            value
        };
        let north = number(latitude, self.columns.latitude);
        let east = number(longitude, self.columns.longitude);
        let (north, east) = (north?, east?);
        match Point::new(north, east) {
            Ok(point) => Some(point),
            Err(reason) => {
                let columns =
                    format!("{}, {}", self.heading(self.columns.latitude), self.heading(self.columns.longitude));
                let reason = Sentence::new("places-bad-point").said("reason", reason.sentence());
                self.bad.push(BadRow::new(
                    line,
                    columns,
                    reason.with("latitude", latitude).with("longitude", longitude),
                ));
                None
            }
        }
    }

    /// Two rows with one key cannot both be kept, and which is right is not ours to say.
    fn repeated_keys(&mut self, rows: &[FacilityRow]) {
        let mut first: HashMap<&str, usize> = HashMap::new();
        for row in rows {
            if let Some(line) = first.get(row.key.as_str()) {
                let (column, what) = if row.number.is_empty() {
                    (self.heading(self.columns.name), "places-same-name")
                } else {
                    (self.heading(self.columns.number), "places-same-number")
                };
                self.bad.push(BadRow::new(row.line, column, Sentence::new(what).with("line", line)));
            } else {
                first.insert(&row.key, row.line);
            }
        }
    }
}
