//! A backup: a snapshot of the database, then its files, in one engine-neutral archive.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use kernel::World;

use crate::{
    Db, Error, Row, Tx,
    archive::{FORMAT, Line, Writer},
    schema,
};

crate::statements! {
    STEPS = "SELECT name, hash FROM migration ORDER BY name";
}

/// Why no backup was made.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file cannot be written, or is there already.
    #[error("the backup cannot be written: {0}")]
    File(#[from] io::Error),
    /// The database cannot be read.
    #[error(transparent)]
    Store(#[from] Error),
}

/// What a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Rows of all tables.
    pub rows: u64,
    /// Attached files.
    pub files: u64,
}

/// Writes a backup of `db` and of the folder `files` to `target`, while the city goes on working.
///
/// # Errors
/// [`BackupError`]; `target` exists only when the backup is complete and on disk.
pub async fn backup(db: &Db, world: &World, files: Option<PathBuf>, target: &Path) -> Result<Summary, BackupError> {
    if target.exists() {
        return Err(io::Error::from(io::ErrorKind::AlreadyExists).into());
    }
    let part = target.with_added_extension("part");
    let (made_at, writing) = (world.now().to_rfc3339_jst(), part.clone());
    let done: Result<Summary, BackupError> = db
        .export(async move |tx: &mut Tx<'_>| {
            let mut out = Writer::create(&writing)?;
            dump(tx, &mut out, &made_at).await?;
            if let Some(files) = &files {
                attach(&mut out, files, files)?;
            }
            let (rows, files) = out.finish()?;
            Ok(Summary { rows, files })
        })
        .await;
    match done {
        Ok(summary) => {
            // Links rather than renames, so that a file made meanwhile is not overwritten.
            fs::hard_link(&part, target)?;
            fs::remove_file(&part)?;
            if let Some(folder) = target.parent().filter(|f| !f.as_os_str().is_empty()) {
                fs::File::open(folder)?.sync_all()?;
            }
            Ok(summary)
        }
        Err(error) => {
            // What is left of a failed attempt is of no use; the failure itself is what matters.
            drop(fs::remove_file(&part));
            Err(error)
        }
    }
}

async fn dump(tx: &mut Tx<'_>, out: &mut Writer, made_at: &str) -> Result<(), BackupError> {
    let steps = tx.all(&STEPS, &[]).await?;
    let migrations = steps.iter().map(|r| Ok((r.get(0)?, r.get(1)?))).collect::<Result<_, Error>>()?;
    out.line(&Line::Head { format: FORMAT, made_at: made_at.to_owned(), migrations })?;
    for table in schema::tables() {
        let columns = table.columns.iter().map(|(c, _)| c.clone()).collect();
        out.line(&Line::Table { name: table.name.clone(), columns })?;
        let kinds: Vec<_> = table.columns.iter().map(|(_, k)| *k).collect();
        let mut fault = None;
        let keep = |row: Row| {
            out.row(row.values(), &kinds).map_err(|e| {
                fault = Some(e);
                Error::Lost("the backup file cannot be written".to_owned())
            })
        };
        let read = tx.each(&table.select(), &[], keep).await;
        if let Some(fault) = fault {
            return Err(fault.into());
        }
        read?;
    }
    Ok(())
}

/// Adds every file below `folder`, named by its path from `root`.
fn attach(out: &mut Writer, root: &Path, folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e),
    };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            attach(out, root, &path)?;
        } else if let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str) {
            out.file(name, &path)?;
        }
    }
    Ok(())
}
