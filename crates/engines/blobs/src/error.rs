//! Failures of the blob store; no text holds more than an address, which is a keyed hash.

use crate::BlobAddress;
use renkei_kernel::{Category, Problem};
use std::io::ErrorKind;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("the folder of large originals {} cannot be used: {reason}", folder.display())]
    Folder { folder: PathBuf, reason: ErrorKind },
    #[error("an original of {bytes} bytes is larger than the store takes")]
    TooLarge { bytes: usize },
    #[error("the large original {0} is missing")]
    Missing(BlobAddress),
    #[error("the large original {0} was changed or damaged")]
    Damaged(BlobAddress),
    #[error("the permit is for another chart")]
    OtherChart,
    #[error("the original could not be sealed or opened")]
    Keys(#[from] renkei_keys::Error),
    #[error("the task that writes files was stopped")]
    Stopped,
}

impl Problem for Error {
    fn category(&self) -> Category {
        match self {
            Self::TooLarge { .. } => Category::AgainstRule,
            Self::Keys(error) => error.category(),
            Self::Folder { .. } | Self::Stopped => Category::Stopped,
            Self::Missing(_) | Self::Damaged(_) | Self::OtherChart => Category::Unexpected,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Folder { .. } => "blob_folder",
            Self::TooLarge { .. } => "blob_too_large",
            Self::Missing(_) => "blob_missing",
            Self::Damaged(_) => "blob_damaged",
            Self::OtherChart => "blob_other_chart",
            Self::Keys(error) => error.code(),
            Self::Stopped => "blob_stopped",
        }
    }
}
