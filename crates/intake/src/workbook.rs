//! Workbooks (`.xlsx`): one sheet becomes the rows of a table; what a table cannot be made of is named by its cell.
//!
//! A workbook is a packed archive and may unpack to anything, so it is unpacked into nothing first, counted, and read cell by
//! cell with limits: two cells at opposite corners of a sheet must not become a table between them.

use std::io::{self, Cursor, Read as _};

use calamine::{DataRef, Reader as _, SheetVisible, Xlsx};

use crate::collect::Reason;
use crate::decode::FileError;

/// Bytes all parts of a workbook may unpack to.
const UNPACKED: u64 = 256 << 20;
/// Rows of a sheet.
const ROWS: u32 = 200_000;
/// Columns of a sheet.
const COLUMNS: u32 = 1_000;
/// Bytes of text in all cells: one long text may stand in many cells at no cost to the archive.
const TEXT: usize = 128 << 20;
/// Unfit cells kept.
const KEPT: usize = 10_000;

/// What a sheet holds.
pub(crate) struct Found {
    /// Rows that hold something, with their numbers from 1.
    pub(crate) rows: Vec<(u64, csv::StringRecord)>,
    /// Cells no table can be made of.
    pub(crate) unfit: Vec<Unfit>,
}

/// A cell no table can be made of; row and column from 0.
pub(crate) struct Unfit {
    pub(crate) row: u32,
    pub(crate) column: u32,
    pub(crate) value: String,
    pub(crate) reason: Reason,
}

/// Whether the bytes are an archive, as workbooks are.
pub(crate) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// A column's letters: A, B, …, Z, AA.
pub(crate) fn letters(column: usize) -> String {
    let (mut letters, mut rest) = (Vec::new(), column);
    loop {
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        match rest / 26 {
            0 => break,
            more => rest = more - 1,
        }
    }
    letters.iter().rev().collect()
}

/// Reads a sheet.
pub(crate) fn read(file: &str, bytes: &[u8], sheet: Option<&str>) -> Result<Found, FileError> {
    let broken = |reason: String| FileError::Workbook { file: file.to_owned(), reason };
    let too_much = |max| FileError::TooMuch { file: file.to_owned(), max };
    match unpacked(bytes, UNPACKED) {
        Ok(size) if size > UNPACKED => return Err(too_much("256 MB")),
        Ok(_) => {}
        Err(error) => return Err(broken(error.to_string())),
    }
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|error| broken(error.to_string()))?;
    let visible: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut found = Vec::new();
    for name in &visible {
        if sheet.is_none_or(|sheet| sheet == name) {
            let cells = cells(&mut book, name).map_err(|fault| match fault {
                Fault::Broken(reason) => broken(reason),
                Fault::TooMuch(max) => too_much(max),
            })?;
            if !cells.rows.is_empty() {
                found.push((name, cells));
            }
        }
    }
    let sheets = || FileError::Sheets { file: file.to_owned(), sheets: visible.join(", ") };
    match found.len() {
        0 if sheet.is_none() => Err(FileError::Empty { file: file.to_owned() }),
        1 => found.pop().map(|(_, cells)| cells).ok_or_else(sheets),
        _ => Err(sheets()),
    }
}

/// How many bytes the archive unpacks to; stops counting above `most`.
fn unpacked(bytes: &[u8], most: u64) -> io::Result<u64> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
    let mut size = 0;
    for index in 0..archive.len() {
        // What an archive says of its sizes may be a lie.
        let part = archive.by_index(index)?;
        size += io::copy(&mut part.take(most + 1 - size.min(most)), &mut io::sink())?;
        if size > most {
            break;
        }
    }
    Ok(size)
}

enum Fault {
    Broken(String),
    TooMuch(&'static str),
}

fn cells(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Found, Fault> {
    let broken = |error: calamine::XlsxError| Fault::Broken(error.to_string());
    let merged = book.merge_cells_by_sheet_name(name).map_err(broken)?;
    let mut unfit: Vec<Unfit> = merged
        .iter()
        .map(|area| Unfit {
            row: area.start.0,
            column: area.start.1,
            value: format!("{}:{}", address(area.start), address(area.end)),
            reason: Reason::Merged,
        })
        .collect();
    let mut reader = book.worksheet_cells_reader(name).map_err(broken)?;
    let mut rows: Vec<(u32, Vec<String>)> = Vec::new();
    let mut text = 0;
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(broken)? {
        let (row, column) = cell.pos;
        if cell.formula.is_none() && cell.value == DataRef::Empty {
            continue;
        }
        if row >= ROWS {
            return Err(Fault::TooMuch("200,000 行"));
        }
        if column >= COLUMNS {
            return Err(Fault::TooMuch("1,000 列"));
        }
        let (shown, fit) = shown(&cell.value);
        text += shown.len() + 1;
        if text > TEXT {
            return Err(Fault::TooMuch("128 MB"));
        }
        let reason = if cell.formula.is_some() { Some(Reason::Formula) } else { (!fit).then_some(Reason::BrokenCell) };
        if let Some(reason) = reason.filter(|_| unfit.len() < KEPT) {
            unfit.push(Unfit { row, column, value: shown.clone(), reason });
        }
        match rows.last_mut() {
            Some((last, cells)) if *last == row => place(cells, column, shown),
            Some((last, _)) if *last > row => {
                return Err(Fault::Broken(format!("{} is out of order", address(cell.pos))));
            }
            _ => {
                let mut cells = Vec::new();
                place(&mut cells, column, shown);
                rows.push((row, cells));
            }
        }
    }
    unfit.sort_by_key(|unfit| (unfit.row, unfit.column));
    let filled = rows.into_iter().filter(|(_, cells)| cells.iter().any(|cell| !cell.trim().is_empty()));
    let rows = filled.map(|(row, cells)| (u64::from(row) + 1, csv::StringRecord::from(cells))).collect();
    Ok(Found { rows, unfit })
}

/// Puts a cell's text at its column; cells before it that hold nothing are empty.
fn place(cells: &mut Vec<String>, column: u32, text: String) {
    let column = usize::try_from(column).unwrap_or(usize::MAX);
    if cells.len() <= column {
        cells.resize(column + 1, String::new());
    }
    if let Some(cell) = cells.get_mut(column) {
        *cell = text;
    }
}

fn address((row, column): (u32, u32)) -> String {
    format!("{}{}", letters(usize::try_from(column).unwrap_or(0)), row + 1)
}

/// A cell as text, and whether it is one a table can hold. Numbers come out as the shortest decimal that is the same number.
fn shown(value: &DataRef<'_>) -> (String, bool) {
    match value {
        DataRef::Int(number) => (number.to_string(), true),
        DataRef::Float(number) => (number.to_string(), number.is_finite()),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => (text.clone(), true),
        DataRef::SharedString(text) => ((*text).to_owned(), true),
        DataRef::Bool(flag) => (if *flag { "1" } else { "0" }.to_owned(), true),
        DataRef::DateTime(date) => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            (format!("{year:04}-{month:02}-{day:02}"), date.is_datetime())
        }
        DataRef::Error(error) => (error.to_string(), false),
        DataRef::Empty => (String::new(), true),
    }
}

#[cfg(test)]
#[path = "workbook_tests.rs"]
mod tests;
