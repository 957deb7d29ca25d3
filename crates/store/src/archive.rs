//! The backup format: gzip of lines of JSON, the same whichever engine wrote it.
//!
//! The first line is [`Line::Head`]; then each table is [`Line::Table`] and its rows as arrays;
//! then each file is [`Line::File`] and its bytes as base64 strings; the last line is
//! [`Line::End`] with the row counts and the SHA-256 of everything before it. So a backup can be
//! read with `zcat`, and one cut short or damaged is known as such before anything is written.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead as _, BufReader, BufWriter, Read as _, Write as _},
    path::Path,
};

use data_encoding::{BASE64, HEXLOWER};
use flate2::{Compression, bufread::MultiGzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{Error, Value, schema::Kind};

/// The version of this format.
pub(crate) const FORMAT: u32 = 1;
/// Bytes of a file in one line.
const CHUNK: usize = 48 * 1024;
/// A longer line is not ours.
const LONGEST: u64 = 256 * 1024 * 1024;

/// Every line that is not a row or a piece of a file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub(crate) enum Line {
    /// The first line.
    Head {
        /// [`FORMAT`].
        format: u32,
        /// RFC 3339.
        made_at: String,
        /// Names and hashes of the steps the database had.
        migrations: Vec<(String, String)>,
    },
    /// Rows of this table follow.
    Table {
        /// Its name.
        name: String,
        /// The columns of each row.
        columns: Vec<String>,
    },
    /// Bytes of this file follow.
    File {
        /// Path below the files folder.
        name: String,
        /// Bytes.
        size: u64,
    },
    /// The last line.
    End {
        /// Rows of each table.
        rows: BTreeMap<String, u64>,
        /// Number of files.
        files: u64,
        /// Of all bytes before this line.
        sha256: String,
    },
}

/// Anything a reader meets.
pub(crate) enum Item {
    Line(Line),
    Row(Vec<serde_json::Value>),
    Piece(Vec<u8>),
}

/// Writes a backup.
pub(crate) struct Writer {
    out: GzEncoder<BufWriter<File>>,
    hash: Sha256,
    rows: BTreeMap<String, u64>,
    table: String,
    files: u64,
}

fn broken(reason: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason.into())
}

impl Writer {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let out = GzEncoder::new(BufWriter::new(File::create(path)?), Compression::fast());
        Ok(Self { out, hash: Sha256::new(), rows: BTreeMap::new(), table: String::new(), files: 0 })
    }

    fn put(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.hash.update(&text);
        self.out.write_all(&text)
    }

    pub(crate) fn line(&mut self, line: &Line) -> io::Result<()> {
        if let Line::Table { name, .. } = line {
            self.table.clone_from(name);
            self.rows.insert(name.clone(), 0);
        }
        self.put(line)
    }

    pub(crate) fn row(&mut self, values: &[Value], kinds: &[Kind]) -> io::Result<()> {
        let cells: Vec<serde_json::Value> = values.iter().zip(kinds).map(|(v, k)| to_json(v, *k)).collect();
        if let Some(count) = self.rows.get_mut(&self.table) {
            *count += 1;
        }
        self.put(&cells)
    }

    pub(crate) fn file(&mut self, name: &str, path: &Path) -> io::Result<()> {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        self.put(&Line::File { name: name.to_owned(), size })?;
        let mut piece = vec![0; CHUNK];
        loop {
            let read = file.read(&mut piece)?;
            if read == 0 {
                break;
            }
            self.put(&BASE64.encode(&piece[..read]))?;
        }
        self.files += 1;
        Ok(())
    }

    /// Closes the backup and puts it on disk; how many rows and files it holds.
    pub(crate) fn finish(mut self) -> io::Result<(u64, u64)> {
        let sha256 = HEXLOWER.encode(&self.hash.clone().finalize());
        let end = Line::End { rows: std::mem::take(&mut self.rows), files: self.files, sha256 };
        let rows = if let Line::End { rows, .. } = &end { rows.values().sum() } else { 0 };
        self.put(&end)?;
        let file = self.out.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok((rows, self.files))
    }
}

/// Reads a backup, checking its hash and counts on the way.
pub(crate) struct Reader {
    from: BufReader<MultiGzDecoder<BufReader<File>>>,
    hash: Sha256,
    rows: BTreeMap<String, u64>,
    table: String,
    files: u64,
    ended: bool,
}

impl Reader {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let from = BufReader::new(MultiGzDecoder::new(BufReader::new(File::open(path)?)));
        Ok(Self { from, hash: Sha256::new(), rows: BTreeMap::new(), table: String::new(), files: 0, ended: false })
    }

    /// The next item; nothing after the last line.
    pub(crate) fn next(&mut self) -> io::Result<Option<Item>> {
        if self.ended {
            return Ok(None);
        }
        let mut text = Vec::new();
        let read = self.from.by_ref().take(LONGEST).read_until(b'\n', &mut text)?;
        if read == 0 || text.last() != Some(&b'\n') {
            return Err(broken("it ends too early"));
        }
        let item = match text.first() {
            Some(b'[') => {
                *self.rows.entry(self.table.clone()).or_default() += 1;
                Item::Row(serde_json::from_slice(&text)?)
            }
            Some(b'"') => {
                let coded: String = serde_json::from_slice(&text)?;
                Item::Piece(BASE64.decode(coded.as_bytes()).map_err(|e| broken(e.to_string()))?)
            }
            _ => Item::Line(serde_json::from_slice(&text)?),
        };
        match &item {
            Item::Line(Line::Table { name, .. }) => {
                self.table.clone_from(name);
                self.rows.insert(name.clone(), 0);
            }
            Item::Line(Line::File { .. }) => self.files += 1,
            Item::Line(Line::End { rows, files, sha256 }) => {
                if *sha256 != HEXLOWER.encode(&self.hash.clone().finalize()) {
                    return Err(broken("its contents do not match its checksum"));
                }
                if *rows != self.rows || *files != self.files {
                    return Err(broken("rows or files are missing"));
                }
                // Reading on lets the compression check its own end, too.
                if self.from.read(&mut [0])? != 0 {
                    return Err(broken("something follows its end"));
                }
                self.ended = true;
            }
            _ => {}
        }
        self.hash.update(&text);
        Ok(Some(item))
    }
}

fn to_json(value: &Value, kind: Kind) -> serde_json::Value {
    match (value, kind) {
        (Value::Null, _) => serde_json::Value::Null,
        (Value::Int(n), Kind::Bool) => (*n != 0).into(),
        (Value::Int(n), _) => (*n).into(),
        (Value::Bool(b), _) => (*b).into(),
        (Value::Text(t), _) => t.as_str().into(),
        (Value::Uuid(u), _) => u.to_string().into(),
        (Value::Bytes(b), Kind::Uuid) => {
            uuid::Uuid::from_slice(b).map_or(serde_json::Value::Null, |u| u.to_string().into())
        }
        (Value::Bytes(b), _) => BASE64.encode(b).into(),
    }
}

/// The value a cell stands for.
pub(crate) fn from_json(cell: &serde_json::Value, kind: Kind) -> Result<Value, Error> {
    let wrong = || Error::Schema(format!("the backup holds {cell} where {kind:?} is expected"));
    Ok(match (cell, kind) {
        (serde_json::Value::Null, _) => Value::Null,
        (serde_json::Value::Number(n), Kind::Int) => Value::Int(n.as_i64().ok_or_else(wrong)?),
        (serde_json::Value::Bool(b), Kind::Bool) => Value::Bool(*b),
        (serde_json::Value::String(t), Kind::Text | Kind::Json) => Value::Text(t.clone()),
        (serde_json::Value::String(t), Kind::Uuid) => Value::Uuid(t.parse().map_err(|_| wrong())?),
        (serde_json::Value::String(t), Kind::Bytes) => Value::Bytes(BASE64.decode(t.as_bytes()).map_err(|_| wrong())?),
        _ => return Err(wrong()),
    })
}
