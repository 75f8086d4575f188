//! Opening a file of a storage that is in use: it may be renamed, half written or far too large.
//!
//! The sender changes a file's flag by renaming it, so a name listed a moment ago may be gone while the file is there
//! (SS-MIX2 guideline, update rules).

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

/// The bytes of a file and the path at which it was found: another one when only its flag changed meanwhile.
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
        let before = metadata(path)?;
        if !before.is_file() {
            return Err(OpenError::NotAFile);
        }
        if before.len() > limits::HL7_FILE_MAX_BYTES {
            return Err(OpenError::TooLarge);
        }
        let mut bytes = Vec::with_capacity(usize::try_from(before.len()).unwrap_or_default());
        let file = File::open(path).map_err(gone)?;
        // One byte more than allowed, so that growth beyond the limit is seen.
        file.take(limits::HL7_FILE_MAX_BYTES + 1).read_to_end(&mut bytes)?;
        if u64::try_from(bytes.len()).is_ok_and(|read| read == before.len()) {
            return Ok(bytes);
        }
        thread::sleep(WAIT);
    }
    Err(OpenError::StillChanging)
}

fn metadata(path: &Path) -> Result<fs::Metadata, OpenError> {
    fs::symlink_metadata(path).map_err(gone)
}

fn gone(error: io::Error) -> OpenError {
    if error.kind() == io::ErrorKind::NotFound { OpenError::Gone } else { OpenError::Io(error) }
}

/// The same file under another flag.
fn renamed(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    FileName::parse(name).ok()?;
    let stem = name.get(..name.len() - 1)?;
    ["2", "0", "1"].iter().map(|flag| path.with_file_name(format!("{stem}{flag}"))).find(|other| other.is_file())
}
