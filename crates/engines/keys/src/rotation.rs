//! The note that a rotation of the installation's key was begun and the trail was not yet told of its end.
//!
//! Keys lie in a file of their own, so a rotation and its trail record cannot share a transaction. The note closes the
//! gap: it is durable before the first key is touched and goes when the end stands in the trail. A start that finds it
//! knows what it has to tell, wherever the program was killed.

use crate::Error;
use crate::secret_file::{create_secret_file, read_secret_file, sync_folder};
use std::path::{Path, PathBuf};

const FILE: &str = "rotation.begun";

fn file(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// Notes that the key with this fingerprint is about to be replaced.
pub(crate) fn note(folder: &Path, before: [u8; 8]) -> Result<(), Error> {
    create_secret_file(&file(folder), &before)
}

/// The fingerprint of the key that was to be replaced. A note cut short while it was written is none: nothing was
/// touched before it was whole.
pub(crate) fn noted(folder: &Path) -> Result<Option<[u8; 8]>, Error> {
    let content = match read_secret_file(&file(folder)) {
        Ok(content) => content,
        Err(Error::KeyFileMissing { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    match <[u8; 8]>::try_from(content.as_slice()).ok() {
        Some(before) => Ok(Some(before)),
        None => {
            remove(folder)?;
            Ok(None)
        }
    }
}

/// Whether a note is there, whole or not; changes nothing.
pub(crate) fn is_noted(folder: &Path) -> bool {
    file(folder).exists()
}

/// The trail was told.
pub(crate) fn remove(folder: &Path) -> Result<(), Error> {
    let path = file(folder);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::File { path, reason: error.kind() }),
        _ => sync_folder(folder),
    }
}
