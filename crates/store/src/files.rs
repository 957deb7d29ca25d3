//! Files: contents kept once under their digest in a folder, known to the database only after they are on disk.
//!
//! A content is written to a temporary file, flushed, and renamed to its digest *before* its row is written; so a row never
//! names a file that is not there, and a crash in between leaves an orphan that the sweep finds. A content goes 48 hours
//! after the last reference to it was dropped.
//!
//! The folder belongs to one process, as the data folder does; several nodes need a shared store instead.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kernel::World;
use kernel::time::Instant;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{Act, Db, Error, Tx, Value};

/// How long a content is kept after its last reference, and an unknown file after it was written.
pub const KEPT: Duration = Duration::from_hours(48);

crate::statements! {
    /// A content that is used from now on.
    KNOW = "INSERT INTO file (digest, size, media) VALUES ($1, $2, $3)
        ON CONFLICT (digest) DO UPDATE SET unused_since = NULL";
    /// Somebody refers to it.
    REFER = "INSERT INTO file_reference (digest, holder) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    /// Somebody no longer does.
    DROP_ONE = "DELETE FROM file_reference WHERE digest = $1 AND holder = $2";
    /// A content nobody refers to any more.
    UNUSED = "UPDATE file SET unused_since = $2
        WHERE digest = $1 AND unused_since IS NULL AND NOT EXISTS (SELECT 1 FROM file_reference WHERE digest = $1)";
    /// What a content is.
    FIND = "SELECT size, media FROM file WHERE digest = $1";
    /// Contents unused for long.
    OLD = "SELECT digest FROM file WHERE unused_since <= $1 ORDER BY digest LIMIT 500";
    /// Forgets a content, if it is still unused.
    FORGET = "DELETE FROM file WHERE digest = $1 AND unused_since <= $2";
}

/// The SHA-256 of a content, which is its name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl From<Digest> for Value {
    fn from(digest: Digest) -> Self {
        Self::Bytes(digest.0.to_vec())
    }
}

impl crate::FromValue for Digest {
    const EXPECTED: &'static str = "a digest of 32 bytes";
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => <[u8; 32]>::try_from(bytes.as_slice()).ok().map(Self),
            _ => None,
        }
    }
}

/// What can go wrong with files.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The folder or a file in it cannot be used.
    #[error("the folder of files {path} cannot be used: {source}")]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The content on disk is not what its name says.
    #[error("the file {0} is damaged on disk")]
    Damaged(Digest),
    /// There is no such content.
    #[error("there is no file {0}")]
    Missing(Digest),
    /// The database.
    #[error(transparent)]
    Storage(#[from] Error),
}

/// The folder of contents; cheap to clone.
#[derive(Clone, Debug)]
pub struct Files {
    root: Arc<Path>,
    /// Saving and sweeping take turns, or the sweep could remove what was saved again a moment ago.
    turn: Arc<Mutex<()>>,
}

impl Files {
    /// Opens the folder, making it if need be.
    ///
    /// # Errors
    /// [`FilesError::Folder`].
    pub fn open(root: &Path) -> Result<Self, FilesError> {
        let temporary = root.join("new");
        fs::create_dir_all(&temporary).map_err(|source| FilesError::Folder { path: temporary, source })?;
        Ok(Self { root: Arc::from(root), turn: Arc::default() })
    }

    /// Where a content lies: two levels of folders, so that none grows large.
    fn path(&self, digest: Digest) -> PathBuf {
        let name = digest.to_string();
        self.root.join(&name[..2]).join(name)
    }

    /// Writes a content to disk, durably. Only then may [`refer`] name it.
    ///
    /// # Errors
    /// [`FilesError::Folder`].
    pub async fn save(&self, world: &World, bytes: Vec<u8>) -> Result<Digest, FilesError> {
        let (files, name) = (self.clone(), data_encoding::HEXLOWER.encode(&world.bytes::<8>()));
        off_thread(move || files.save_now(&name, &bytes)).await
    }

    fn save_now(&self, name: &str, bytes: &[u8]) -> Result<Digest, FilesError> {
        let digest = Digest::of(bytes);
        let temporary = self.root.join("new").join(name);
        let path = self.path(digest);
        let written = (|| {
            let mut file = File::create_new(&temporary)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            let folder = path.parent().unwrap_or(&self.root);
            if !folder.exists() {
                fs::create_dir_all(folder)?;
                File::open(&*self.root)?.sync_all()?;
            }
            // Written again even if it is there: a fresh file is one the sweep does not touch.
            let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
            fs::rename(&temporary, &path)?;
            File::open(folder)?.sync_all()
        })();
        match written {
            Ok(()) => Ok(digest),
            Err(source) => {
                // The sweep finds what this leaves.
                drop(fs::remove_file(&temporary));
                Err(FilesError::Folder { path, source })
            }
        }
    }

    /// Reads a content and makes sure that it is the one.
    ///
    /// # Errors
    /// [`FilesError::Missing`], [`FilesError::Damaged`], [`FilesError::Folder`].
    pub async fn load(&self, digest: Digest) -> Result<Vec<u8>, FilesError> {
        let path = self.path(digest);
        off_thread(move || match fs::read(&path) {
            Ok(bytes) if Digest::of(&bytes) == digest => Ok(bytes),
            Ok(_) => Err(FilesError::Damaged(digest)),
            Err(source) if source.kind() == io::ErrorKind::NotFound => Err(FilesError::Missing(digest)),
            Err(source) => Err(FilesError::Folder { path, source }),
        })
        .await
    }

    /// Removes contents unused for [`KEPT`] and files the database never heard of; how many went. For a daily job.
    ///
    /// # Errors
    /// Any [`FilesError`].
    pub async fn sweep(&self, db: &Db, world: &World) -> Result<usize, FilesError> {
        let before = world.now().minus(KEPT);
        loop {
            let forgotten = db
                .write(Act::bulk("files.sweep"), async move |tx: &mut Tx<'_>| {
                    let old = tx.all(&OLD, &[before.into()]).await?;
                    for row in &old {
                        tx.exec(&FORGET, &[row.get::<Digest>(0)?.into(), before.into()]).await?;
                    }
                    Ok::<_, Error>(old.len())
                })
                .await?;
            if forgotten == 0 {
                break;
            }
        }
        let files = self.clone();
        let old = off_thread(move || files.older_than(before)).await?;
        let mut removed = 0;
        for (path, digest) in old {
            let known = match digest {
                Some(digest) => {
                    let find = db.point(async move |tx: &mut Tx<'_>| tx.opt(&FIND, &[digest.into()]).await);
                    find.await?.is_some()
                }
                None => false,
            };
            if !known {
                let files = self.clone();
                removed += usize::from(off_thread(move || files.remove(&path, before)).await?);
            }
        }
        Ok(removed)
    }

    /// Every file in the folder last written before `before`, with the digest it is named by.
    fn older_than(&self, before: Instant) -> Result<Vec<(PathBuf, Option<Digest>)>, FilesError> {
        let fail = |source| FilesError::Folder { path: self.root.to_path_buf(), source };
        let mut old = Vec::new();
        for folder in fs::read_dir(&self.root).map_err(fail)? {
            let folder = folder.map_err(fail)?.path();
            if !folder.is_dir() {
                continue;
            }
            for entry in fs::read_dir(&folder).map_err(fail)? {
                let path = entry.map_err(fail)?.path();
                if written_before(&path, before) {
                    let digest = path.file_name().and_then(|name| name.to_str()).and_then(Digest::parse);
                    old.push((path, digest));
                }
            }
        }
        Ok(old)
    }

    /// Removes a file unless it was written again meanwhile.
    fn remove(&self, path: &Path, before: Instant) -> Result<bool, FilesError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if !written_before(path, before) {
            return Ok(false);
        }
        match fs::remove_file(path) {
            Ok(()) => Ok(true),
            Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(FilesError::Folder { path: path.to_path_buf(), source }),
        }
    }
}

fn written_before(path: &Path, before: Instant) -> bool {
    let modified = path.metadata().and_then(|metadata| metadata.modified());
    let since = modified.ok().and_then(|modified| modified.duration_since(std::time::UNIX_EPOCH).ok());
    since.is_some_and(|since| Instant::from_micros(0).plus(since) < before)
}

/// Disks are slow: work on them leaves the tasks of the server alone.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FilesError> + Send + 'static,
) -> Result<T, FilesError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Error::Lost(error.to_string()).into()),
    }
}

/// Notes in the caller's transaction that `holder` (a case, an attachment) uses a content that was saved.
///
/// # Errors
/// Any storage [`Error`].
pub async fn refer(tx: &mut Tx<'_>, digest: Digest, size: u64, media: &str, holder: Uuid) -> Result<(), Error> {
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    tx.exec(&KNOW, &[digest.into(), size.into(), media.into()]).await?;
    tx.exec(&REFER, &[digest.into(), holder.into()]).await.map(drop)
}

/// Notes that `holder` no longer uses a content; the last one to leave starts its 48 hours.
///
/// # Errors
/// Any storage [`Error`].
pub async fn release(tx: &mut Tx<'_>, world: &World, digest: Digest, holder: Uuid) -> Result<(), Error> {
    tx.exec(&DROP_ONE, &[digest.into(), holder.into()]).await?;
    tx.exec(&UNUSED, &[digest.into(), world.now().into()]).await.map(drop)
}

/// Size and media type of a content the database knows.
///
/// # Errors
/// Any storage [`Error`].
pub async fn find(tx: &mut Tx<'_>, digest: Digest) -> Result<Option<(u64, String)>, Error> {
    let row = tx.opt(&FIND, &[digest.into()]).await?;
    row.map(|row| Ok((row.get::<i64>(0)?.unsigned_abs(), row.get(1)?))).transpose()
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
