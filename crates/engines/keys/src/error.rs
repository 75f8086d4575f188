//! Failures of keys and sealing. No text says more than a file's path or a chart's id.

use renkei_kernel::{Category, ChartId, Problem};
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("the key file {} is missing; `renkei init` makes it, a backup of the keys brings it back", path.display())]
    KeyFileMissing { path: PathBuf },
    #[error("the key file {} is already there and is not overwritten", path.display())]
    KeyFileExists { path: PathBuf },
    #[error("others may read {}; allow its owner only (chmod 600, folders 700)", path.display())]
    TooOpen { path: PathBuf },
    #[error("the key file {} is damaged", path.display())]
    KeyFileDamaged { path: PathBuf },
    #[error("the keys' folder {} lies inside the data folder; keep keys apart from the data", path.display())]
    NotApart { path: PathBuf },
    #[error("the file {} cannot be used: {reason}", path.display())]
    File { path: PathBuf, reason: std::io::ErrorKind },
    #[error("the key store was wrapped with another installation key")]
    WrongInstallationKey,
    #[error("chart {0} has no key")]
    NoKey(ChartId),
    #[error("the key of chart {0} was destroyed")]
    Destroyed(ChartId),
    #[error("a sealed value does not open: it was changed, moved to another row, or sealed under another key")]
    DoesNotOpen,
    #[error("a sealed value has a format this program does not know")]
    UnknownFormat,
    #[error("the key store failed: {0}")]
    Store(#[from] renkei_db::Error),
}

impl Problem for Error {
    fn category(&self) -> Category {
        match self {
            Self::Destroyed(_) => Category::NotFound,
            Self::KeyFileExists { .. } => Category::Conflict,
            Self::KeyFileMissing { .. } | Self::TooOpen { .. } | Self::NotApart { .. } => Category::EvidenceMissing,
            Self::Store(error) => error.category(),
            Self::File { .. } => Category::Stopped,
            _ => Category::Unexpected,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::KeyFileMissing { .. } => "key_file_missing",
            Self::KeyFileExists { .. } => "key_file_exists",
            Self::TooOpen { .. } => "key_file_too_open",
            Self::KeyFileDamaged { .. } => "key_file_damaged",
            Self::NotApart { .. } => "keys_not_apart",
            Self::File { .. } => "key_file_unusable",
            Self::WrongInstallationKey => "key_installation_wrong",
            Self::NoKey(_) => "key_absent",
            Self::Destroyed(_) => "key_destroyed",
            Self::DoesNotOpen => "seal_broken",
            Self::UnknownFormat => "seal_format",
            Self::Store(error) => error.code(),
        }
    }
}
