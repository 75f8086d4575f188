//! Opening a file of a storage that is in use: it may be renamed, half written or far too large.
//!
//! The sender changes a file's flag by renaming it, so a name listed a moment ago may be gone while the file is there
//! (SS-MIX2 guideline, update rules). It may also have been put there to lead elsewhere: a path of a storage that goes
//! through a link, or that names a pipe or a device, is not opened, also when it became one after it was listed.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use renkei_kernel::limits;

use crate::filename::FileName;

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    #[error("the file is gone")]
    Gone,
    #[error("the file is not a regular file")]
    NotAFile,
    #[error("the file is larger than {} bytes", limits::HL7_FILE_MAX_BYTES)]
    TooLarge,
    #[error("the file is still being written")]
    StillChanging,
    #[error("the file cannot be read")]
    Io(#[from] io::Error),
}

impl OpenError {
    /// Code of the finding.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Gone => "file-gone",
            Self::NotAFile => "file-not-regular",
            Self::TooLarge => "message-too-large",
            Self::StillChanging => "file-still-changing",
            Self::Io(_) => "file-unreadable",
        }
    }
}

/// How often a changing file is tried, and how long is waited between.
const TRIES: usize = 3;
const WAIT: Duration = Duration::from_millis(20);

/// The bytes of a file and the path at which it was found: another one when only its flag changed meanwhile. No step of
/// `path` may be a link (paths of a walk never are: its roots are resolved when it begins).
pub fn open(path: &Path) -> Result<(PathBuf, Vec<u8>), OpenError> {
    match read_whole(path) {
        Err(OpenError::Gone) => match renamed(path) {
            Some(now) => read_whole(&now).map(|bytes| (now, bytes)),
            None => Err(OpenError::Gone),
        },
        other => other.map(|bytes| (path.to_path_buf(), bytes)),
    }
}

fn read_whole(path: &Path) -> Result<Vec<u8>, OpenError> {
    for _ in 0..TRIES {
        let (file, before) = open_regular(path)?;
        if before.len() > limits::HL7_FILE_MAX_BYTES {
            return Err(OpenError::TooLarge);
        }
        let mut bytes = Vec::with_capacity(usize::try_from(before.len()).unwrap_or_default());
        // One byte more than allowed, so that growth beyond the limit is seen.
        (&file).take(limits::HL7_FILE_MAX_BYTES + 1).read_to_end(&mut bytes)?;
        let after = file.metadata()?;
        let whole = u64::try_from(bytes.len()).is_ok_and(|read| read == before.len());
        if whole && after.len() == before.len() && after.modified()? == before.modified()? {
            return Ok(bytes);
        }
        thread::sleep(WAIT);
    }
    Err(OpenError::StillChanging)
}

/// Opens a regular file and tells what it is. Never follows a link and never waits for the other end of a pipe.
pub(crate) fn open_regular(path: &Path) -> Result<(File, fs::Metadata), OpenError> {
    // Asked before opening: opening alone does something to some devices.
    if !metadata(path)?.is_file() {
        return Err(OpenError::NotAFile);
    }
    let file = open_without_links(path)?;
    let found = file.metadata()?;
    if found.is_file() { Ok((file, found)) } else { Err(OpenError::NotAFile) }
}

#[cfg(target_os = "linux")]
fn open_without_links(path: &Path) -> Result<File, OpenError> {
    use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};
    use rustix::io::Errno;
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    match openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS) {
        Ok(file) => Ok(File::from(file)),
        Err(Errno::LOOP) => Err(OpenError::NotAFile),
        // A kernel or a container that does not know the call.
        Err(Errno::NOSYS | Errno::PERM) => open_without_last_link(path),
        Err(errno) => Err(gone(errno.into())),
    }
}

#[cfg(not(target_os = "linux"))]
fn open_without_links(path: &Path) -> Result<File, OpenError> {
    open_without_last_link(path)
}

/// Refuses a link at the last step only; directories above it were seen as directories when they were listed.
#[cfg(unix)]
fn open_without_last_link(path: &Path) -> Result<File, OpenError> {
    use rustix::fs::{Mode, OFlags, open};
    use rustix::io::Errno;
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    match open(path, flags, Mode::empty()) {
        Ok(file) => Ok(File::from(file)),
        Err(Errno::LOOP) => Err(OpenError::NotAFile),
        Err(errno) => Err(gone(errno.into())),
    }
}

#[cfg(not(unix))]
fn open_without_last_link(path: &Path) -> Result<File, OpenError> {
    File::open(path).map_err(gone)
}

fn metadata(path: &Path) -> Result<fs::Metadata, OpenError> {
    fs::symlink_metadata(path).map_err(gone)
}

fn gone(error: io::Error) -> OpenError {
    if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) {
        OpenError::Gone
    } else {
        OpenError::Io(error)
    }
}

/// The same file under another flag.
fn renamed(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    FileName::parse(name).ok()?;
    let stem = name.get(..name.len() - 1)?;
    let is_file = |other: &PathBuf| other.symlink_metadata().is_ok_and(|found| found.is_file());
    ["2", "0", "1"].iter().map(|flag| path.with_file_name(format!("{stem}{flag}"))).find(is_file)
}
