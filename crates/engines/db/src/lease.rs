//! The exclusive lease on a data folder: two programs never write one folder.
//!
//! An operating-system lock on a file, not a row: it goes away by itself when the program ends in any way.

use crate::Error;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// Held as long as it lives.
#[derive(Debug)]
pub(crate) struct Lease {
    _file: File,
}

impl Lease {
    pub(crate) fn path(folder: &Path, name: &str) -> PathBuf {
        folder.join(format!("{name}.lease"))
    }

    pub(crate) fn take(folder: &Path, name: &str) -> Result<Self, Error> {
        let unusable = |e: std::io::Error| Error::Folder { folder: folder.to_owned(), reason: e.kind() };
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(Self::path(folder, name))
            .map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::LeaseHeld { folder: folder.to_owned() }),
            Err(TryLockError::Error(e)) => Err(unusable(e)),
        }
    }
}

/// Whether a program writes the SQLite database `file` at this moment. For whoever is about to remove its folder.
pub fn in_use(file: &Path) -> bool {
    let lease = Lease::path(crate::sqlite::folder_of(file), &crate::sqlite::name_of(file));
    File::open(lease).is_ok_and(|lease| matches!(lease.try_lock(), Err(TryLockError::WouldBlock)))
}
