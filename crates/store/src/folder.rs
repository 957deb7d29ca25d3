//! The data folder: owned by one process at a time, and never on a network file system.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use kernel::World;

/// File systems on which a lock or a write-ahead log cannot be trusted (`statfs(2)` magic numbers).
const NETWORK: &[(u64, &str)] = &[
    (0x6969, "NFS"),
    (0x517B, "SMB"),
    (0xFF53_4D42, "CIFS"),
    (0xFE53_4D42, "SMB2"),
    (0x0102_1997, "9P"),
    (0x5346_414F, "AFS"),
    (0x00C3_6400, "Ceph"),
];

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another process owns it.
    #[error("the data folder {0} is in use by a running server")]
    Owned(PathBuf),
    /// It cannot be made, read or written.
    #[error("the data folder {path} cannot be used: {source}")]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It lies on a network file system.
    #[error(
        "the data folder {path} lies on a network file system ({kind}), where the embedded database can be damaged: choose a folder on a local disk, or PostgreSQL"
    )]
    Network {
        /// The folder.
        path: PathBuf,
        /// The file system.
        kind: &'static str,
    },
}

/// Whatever this process makes from now on can be read by its own user only: databases, backups and sign-ins hold
/// names, addresses and keys, and a machine may have other users. Called once, before anything is made.
pub fn keep_private() {
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// A data folder this process owns until the value is dropped.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder if need be and takes its lock.
    ///
    /// # Errors
    /// [`FolderError`], each one a plain sentence.
    pub fn own(path: &Path) -> Result<Self, FolderError> {
        let unusable = |source| FolderError::Unusable { path: path.to_owned(), source };
        fs::create_dir_all(path).map_err(unusable)?;
        let found = rustix::fs::statfs(path).map_err(|e| unusable(e.into()))?;
        // The field's type differs between platforms; the magic numbers are 32 bits.
        let kind = u64::from(found.f_type as u32);
        if let Some((_, kind)) = NETWORK.iter().find(|(magic, _)| *magic == kind) {
            return Err(FolderError::Network { path: path.to_owned(), kind });
        }
        let lock =
            File::options().create(true).truncate(false).write(true).open(path.join("lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(FolderError::Owned(path.to_owned())),
            Err(TryLockError::Error(source)) => Err(unusable(source)),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The name of the node that lives here, drawn at the first start and kept. Two nodes may only have the same one when
    /// somebody copied a folder.
    ///
    /// # Errors
    /// When it can be neither read nor written.
    pub fn node(&self, world: &World) -> io::Result<[u8; 8]> {
        let path = self.path.join("node");
        match fs::read(&path) {
            Ok(found) => {
                if let Ok(node) = found.try_into() {
                    return Ok(node);
                }
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(e),
        }
        // None yet, or one that a full disk cut short.
        let node = world.bytes();
        fs::write(&path, node)?;
        Ok(node)
    }

    /// The embedded database's file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.path.join("city.sqlite")
    }

    /// Whether an embedded database stands here already.
    #[must_use]
    pub fn has_database(&self) -> bool {
        self.database().exists()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TempFolder;

    #[test]
    fn a_node_keeps_its_name() {
        let place = TempFolder::new();
        let world = World::real();
        let name = {
            let folder = Folder::own(place.path()).unwrap();
            folder.node(&world).unwrap()
        };
        let folder = Folder::own(place.path()).unwrap();
        assert_eq!(folder.node(&world).unwrap(), name);
        fs::write(place.path().join("node"), "cut").unwrap();
        let new = folder.node(&world).unwrap();
        assert_ne!(new, name);
        assert_eq!(folder.node(&world).unwrap(), new);
    }
}
