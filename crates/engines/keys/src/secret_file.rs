//! Files that only their owner may read: the installation's key, the trail's signing key.
//!
//! Made with mode 0600 from the first byte, synced with their folder, never overwritten, and refused when anybody
//! else could have read them: a key that was open for a day is not a secret any more.

use crate::Error;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use zeroize::Zeroizing;

const SECRET_FILE_MAX_BYTES: u64 = 64 * 1024;

fn unusable(path: &Path) -> impl Fn(std::io::Error) -> Error {
    move |error| Error::File { path: path.to_owned(), reason: error.kind() }
}

/// Writes a new secret file; its folder is made (0700) when absent. Errors when the file is already there.
pub fn create_secret_file(path: &Path, content: &[u8]) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    if !folder.exists() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(unusable(folder))?;
    }
    refuse_if_open(folder)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|e| {
        if e.kind() == std::io::ErrorKind::AlreadyExists {
            Error::KeyFileExists { path: path.to_owned() }
        } else {
            unusable(path)(e)
        }
    })?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(unusable(path))?;
    sync_folder(folder)
}

/// Reads a secret file after looking at who else could.
pub fn read_secret_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut file = File::open(path).map_err(|e| {
        if e.kind() == std::io::ErrorKind::NotFound {
            Error::KeyFileMissing { path: path.to_owned() }
        } else {
            unusable(path)(e)
        }
    })?;
    let metadata = file.metadata().map_err(unusable(path))?;
    if !metadata.is_file() || metadata.len() > SECRET_FILE_MAX_BYTES {
        return Err(Error::KeyFileDamaged { path: path.to_owned() });
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(Error::TooOpen { path: path.to_owned() });
    }
    let mut content = Zeroizing::new(Vec::with_capacity(4096));
    file.read_to_end(&mut content).map_err(unusable(path))?;
    Ok(content)
}

/// Keys and data lie in folders of their own: a copy or backup of the data must not carry the keys along.
pub fn refuse_if_inside(keys: &Path, data: &Path) -> Result<(), Error> {
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if real(keys).starts_with(real(data)) {
        return Err(Error::NotApart { path: keys.to_owned() });
    }
    Ok(())
}

pub(crate) fn refuse_if_open(path: &Path) -> Result<(), Error> {
    let metadata = fs::metadata(path).map_err(unusable(path))?;
    // Others may not even list a folder of keys; a sticky shared folder such as /tmp is never one.
    if metadata.mode() & 0o077 != 0 { Err(Error::TooOpen { path: path.to_owned() }) } else { Ok(()) }
}

pub(crate) fn sync_folder(folder: &Path) -> Result<(), Error> {
    File::open(folder).and_then(|f| f.sync_all()).map_err(unusable(folder))
}

/// Puts `next` in the place of `current`, then overwrites what `current` held. What is to be overwritten keeps a second
/// name meanwhile: a program killed in between finds it at its next start ([`erase_what_was_replaced`]).
pub fn replace_and_erase(current: &Path, next: &Path) -> Result<(), Error> {
    let replaced = replaced_name(current);
    fs::hard_link(current, &replaced).map_err(unusable(&replaced))?;
    let folder = current.parent().unwrap_or(Path::new("."));
    sync_folder(folder)?;
    fs::rename(next, current).map_err(unusable(next))?;
    sync_folder(folder)?;
    erase_what_was_replaced(current)
}

/// Overwrites and removes what an earlier replacement of `current` left. When that was cut off before `current` was
/// replaced, both names are the same file and only the second name goes.
pub fn erase_what_was_replaced(current: &Path) -> Result<(), Error> {
    let replaced = replaced_name(current);
    let old = match fs::metadata(&replaced) {
        Ok(old) => old,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unusable(&replaced)(error)),
    };
    let new = fs::metadata(current).map_err(unusable(current))?;
    if (old.dev(), old.ino()) != (new.dev(), new.ino()) {
        overwrite(&replaced, old.len())?;
    }
    fs::remove_file(&replaced).map_err(unusable(&replaced))?;
    sync_folder(current.parent().unwrap_or(Path::new(".")))
}

fn overwrite(path: &Path, length: u64) -> Result<(), Error> {
    let zeros = vec![0u8; usize::try_from(length.min(SECRET_FILE_MAX_BYTES)).unwrap_or(0)];
    let mut file = OpenOptions::new().write(true).open(path).map_err(unusable(path))?;
    file.write_all(&zeros).and_then(|()| file.sync_all()).map_err(unusable(path))
}

/// Overwrites and removes a secret file that will never be used; nothing happens when it is not there.
pub fn erase_secret_file(path: &Path) -> Result<(), Error> {
    let length = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unusable(path)(error)),
    };
    overwrite(path, length)?;
    fs::remove_file(path).map_err(unusable(path))?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

fn replaced_name(current: &Path) -> std::path::PathBuf {
    current.with_extension("key.replaced")
}

/// Makes an empty file of mode 0600 unless it is there, so that a database is never made with wider permissions.
pub(crate) fn touch_private(path: &Path) -> Result<(), Error> {
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path).map_err(unusable(path))?;
    let mode = fs::metadata(path).map_err(unusable(path))?.mode();
    if mode & 0o077 != 0 { Err(Error::TooOpen { path: path.to_owned() }) } else { Ok(()) }
}
