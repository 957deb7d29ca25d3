//! Restoring a backup into an empty database: checked whole before anything is written, all or nothing.
//!
//! Unsent messages are held until staff release them (the world has moved on since the backup),
//! and every erasure known to the backup or to the database it replaces is done again.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use kernel::World;

use crate::{
    Act, Db, Error, MIGRATIONS, Migration, Statement, Tx,
    archive::{self, FORMAT, Item, Line, Reader},
    backup::Summary,
    erasure::{self, Erased, Eraser},
    migrate, outbox,
    schema::{self, Table},
};

/// Rows given to the engine at once.
const ROWS: usize = 500;
const ACT: Act = Act::bulk("store.restore");

/// Why nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The backup cannot be read, or is damaged.
    #[error("the backup cannot be used: {0}")]
    File(#[from] io::Error),
    /// It was made by a newer version, or another program.
    #[error("the backup was made by a newer version of the program (step {0}): install that version")]
    Newer(String),
    /// The target holds a city already.
    #[error("the database is not empty")]
    NotEmpty,
    /// The database refused.
    #[error(transparent)]
    Store(#[from] Error),
}

/// What a backup says of itself, after every byte of it was read and checked.
#[derive(Clone, Debug)]
pub struct Verified {
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// Rows and files.
    pub summary: Summary,
    steps: &'static [Migration],
}

/// What was erased in a database that a restore is about to replace.
#[derive(Clone, Debug, Default)]
pub struct Ledger(Vec<Erased>);

impl Ledger {
    /// Reads the ledger of a database.
    ///
    /// # Errors
    /// Any storage [`Error`].
    pub async fn of(db: &Db) -> Result<Self, Error> {
        db.read(async |tx: &mut Tx<'_>| erasure::ledger(tx).await).await.map(Self)
    }
}

/// Reads a whole backup and checks it, writing nothing.
///
/// # Errors
/// [`RestoreError::File`] when it is damaged, [`RestoreError::Newer`] when this program is too old for it.
pub fn verify(file: &Path) -> Result<Verified, RestoreError> {
    let mut reader = Reader::open(file)?;
    let Some(Item::Line(Line::Head { format, made_at, migrations })) = reader.next()? else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is not a backup of this program").into());
    };
    if format > FORMAT {
        return Err(RestoreError::Newer(format!("format {format}")));
    }
    for ((name, hash), known) in migrations.iter().zip(MIGRATIONS) {
        if name != known.name || *hash != migrate::hash(known) {
            return Err(RestoreError::Newer(name.clone()));
        }
    }
    if let Some((name, _)) = migrations.get(MIGRATIONS.len()) {
        return Err(RestoreError::Newer(name.clone()));
    }
    let steps = &MIGRATIONS[..migrations.len()];
    let tables = schema::read(steps);
    let mut summary = Summary { rows: 0, files: 0 };
    let mut columns: Option<Vec<schema::Kind>> = None;
    while let Some(item) = reader.next()? {
        match item {
            Item::Line(Line::Table { name, columns: named }) => columns = Some(kinds(&tables, &name, &named)?),
            Item::Row(cells) => {
                let kinds = columns.as_ref().ok_or_else(|| bad("rows stand before their table"))?;
                values(&cells, kinds)?;
                summary.rows += 1;
            }
            Item::Line(Line::File { name, .. }) => {
                safe(&name)?;
                summary.files += 1;
            }
            Item::Line(_) | Item::Piece(_) => {}
        }
    }
    Ok(Verified { made_at, summary, steps })
}

fn bad(reason: &str) -> RestoreError {
    io::Error::new(io::ErrorKind::InvalidData, reason).into()
}

fn kinds(tables: &[Table], name: &str, named: &[String]) -> Result<Vec<schema::Kind>, RestoreError> {
    let table = tables.iter().find(|t| t.name == name).ok_or_else(|| bad("it names an unknown table"))?;
    if !table.columns.iter().map(|(c, _)| c).eq(named) {
        return Err(bad("a table has other columns"));
    }
    Ok(table.columns.iter().map(|(_, k)| *k).collect())
}

fn values(cells: &[serde_json::Value], kinds: &[schema::Kind]) -> Result<Vec<crate::Value>, Error> {
    if cells.len() != kinds.len() {
        return Err(Error::Schema("a row of the backup has too few or too many columns".to_owned()));
    }
    cells.iter().zip(kinds).map(|(c, k)| archive::from_json(c, *k)).collect()
}

/// A name that stays below the files folder.
fn safe(name: &str) -> Result<PathBuf, RestoreError> {
    let path = PathBuf::from(name);
    let inside = path.components().all(|c| matches!(c, Component::Normal(_)));
    if inside && !name.is_empty() { Ok(path) } else { Err(bad("it names a file outside its folder")) }
}

/// Restores a verified backup into `db`, which must be empty, and its files into `files`.
///
/// # Errors
/// [`RestoreError`]; nothing is left in the database then.
pub async fn restore(
    db: &Db,
    world: &World,
    file: &Path,
    verified: &Verified,
    files: &Path,
    erasers: &'static [Eraser],
    newer: Ledger,
) -> Result<usize, RestoreError> {
    if !db.migrate_to(world, verified.steps).await?.len().eq(&verified.steps.len()) {
        return Err(RestoreError::NotEmpty);
    }
    place_files(file, files)?;
    // Lives as long as the process: a restore is all it does.
    let tables: &'static [Table] = Box::leak(schema::read(verified.steps).into_boxed_slice());
    let (archive, newer) = (Arc::new(file.to_owned()), Arc::new(newer));
    let erased = db
        .write(ACT, async move |tx: &mut Tx<'_>| {
            load(tx, &archive, tables).await?;
            outbox::hold_all(tx).await?;
            Ok::<_, RestoreError>(erasure::replay(tx, erasers, &newer.0).await?)
        })
        .await?;
    db.migrate(world).await?;
    Ok(erased)
}

async fn load(tx: &mut Tx<'_>, archive: &Path, tables: &'static [Table]) -> Result<(), RestoreError> {
    let mut reader = Reader::open(archive)?;
    let mut into: Option<(Statement, Vec<schema::Kind>)> = None;
    let mut rows = Vec::with_capacity(ROWS);
    while let Some(item) = reader.next()? {
        let full = rows.len() == ROWS;
        if let (true, Some((insert, _))) = (full || !matches!(item, Item::Row(_)), &into) {
            tx.batch(insert, &rows).await?;
            rows.clear();
        }
        match item {
            Item::Line(Line::Table { name, .. }) => {
                let table = tables.iter().find(|t| t.name == name).ok_or_else(|| bad("it names an unknown table"))?;
                into = Some((table.insert(), table.columns.iter().map(|(_, k)| *k).collect()));
            }
            Item::Row(cells) => {
                let (_, kinds) = into.as_ref().ok_or_else(|| bad("rows stand before their table"))?;
                rows.push(values(&cells, kinds)?);
            }
            Item::Line(_) | Item::Piece(_) => {}
        }
    }
    Ok(())
}

/// Writes the backup's files; their names are their contents' hashes, so those already there are right.
fn place_files(archive: &Path, folder: &Path) -> Result<(), RestoreError> {
    let mut reader = Reader::open(archive)?;
    let mut open: Option<fs::File> = None;
    while let Some(item) = reader.next()? {
        match item {
            Item::Line(Line::File { name, .. }) => {
                if let Some(done) = open.take() {
                    done.sync_all()?;
                }
                let path = folder.join(safe(&name)?);
                if let Some(parent) = path.parent() {
                    fs::create_dir_all(parent)?;
                }
                open = Some(fs::File::create(path)?);
            }
            Item::Piece(bytes) => {
                let file = open.as_mut().ok_or_else(|| bad("bytes stand before their file"))?;
                io::Write::write_all(file, &bytes)?;
            }
            Item::Line(_) | Item::Row(_) => {}
        }
    }
    if let Some(done) = open {
        done.sync_all()?;
    }
    Ok(())
}
