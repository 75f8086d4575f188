//! Failures of the trail. When the trail cannot be written the act does not happen (R-X-04).

use renkei_kernel::{Category, Problem};
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("a trail entry would have {bytes} bytes; nothing was done")]
    TooLarge { bytes: usize },
    #[error("the permit had ended when the act began; nothing was done")]
    PermitEnded,
    #[error("the event already names another patient than the permit; nothing was done")]
    NotThePermitsPatient,
    #[error("the trail could not be written or read")]
    Database(#[from] renkei_db::Error),
    #[error("the trail's signing key cannot be used")]
    Key(#[from] renkei_keys::Error),
    #[error("the folder of checkpoints {} cannot be used: {reason}", folder.display())]
    Folder { folder: PathBuf, reason: std::io::ErrorKind },
    #[error("the export could not be written: {0}")]
    Sink(std::io::ErrorKind),
    #[error("this is not a checkpoint: {0}")]
    Note(#[from] crate::note::NoteError),
    #[error("the trail is damaged at {0}")]
    Damaged(String),
    #[error(
        "the trail has {available} entries, but a checkpoint of {kept} was signed before; an older copy was restored"
    )]
    OlderThanCheckpoint { available: u64, kept: u64 },
    #[error("a checkpoint of {size} entries was signed before and does not fit this trail")]
    ContradictsCheckpoint { size: u64 },
    #[error("this signing key handed over to another one at {size} entries and may not sign any more")]
    KeyHandedOver { size: u64 },
    #[error("a signing key without a file cannot be replaced")]
    KeyWithoutFile,
    #[error(
        "the new signing key is announced; it follows as soon as the trail can be numbered and its checkpoint kept"
    )]
    HandOverWaits,
    #[error("another node numbers the trail; the signing key is replaced there")]
    NumberedElsewhere,
    #[error(
        "the trail does not verify from entry {first} on, nothing was archived; `renkei ledger verify` names the place"
    )]
    ArchiveBent { first: u64 },
    #[error("there is no archive in {}", folder.display())]
    NoArchive { folder: PathBuf },
    #[error("there is no entry {0} in the numbered trail")]
    NoSuchEntry(u64),
    #[error("the trail has {0} entries only")]
    NoSuchSize(u64),
}

impl From<renkei_db::sea_orm::DbErr> for Error {
    fn from(error: renkei_db::sea_orm::DbErr) -> Self {
        Self::Database(error.into())
    }
}

impl Problem for Error {
    fn category(&self) -> Category {
        match self {
            Self::PermitEnded => Category::NotAllowed,
            Self::Database(error) => error.category(),
            Self::Key(error) => error.category(),
            Self::Folder { .. } | Self::Sink(_) => Category::Stopped,
            Self::Note(_) => Category::Malformed,
            Self::NoSuchEntry(_) | Self::NoSuchSize(_) => Category::NotFound,
            Self::NoArchive { .. } => Category::NotFound,
            Self::ArchiveBent { .. } | Self::HandOverWaits | Self::NumberedElsewhere | Self::KeyHandedOver { .. } => {
                Category::Stopped
            }
            Self::Damaged(_) | Self::OlderThanCheckpoint { .. } | Self::ContradictsCheckpoint { .. } => {
                Category::Stopped
            }
            Self::TooLarge { .. } | Self::NotThePermitsPatient | Self::KeyWithoutFile => Category::Unexpected,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "trail_entry_too_large",
            Self::PermitEnded => "permit_ended",
            Self::NotThePermitsPatient => "trail_patient_mismatch",
            Self::Database(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::Folder { .. } => "checkpoint_folder",
            Self::Sink(_) => "trail_export",
            Self::Note(_) => "checkpoint_invalid",
            Self::Damaged(_) => "trail_damaged",
            Self::OlderThanCheckpoint { .. } => "trail_older_than_checkpoint",
            Self::ContradictsCheckpoint { .. } => "trail_contradicts_checkpoint",
            Self::ArchiveBent { .. } => "trail_bent",
            Self::NoArchive { .. } => "archive_absent",
            Self::KeyHandedOver { .. } => "trail_key_old",
            Self::KeyWithoutFile => "trail_key_without_file",
            Self::HandOverWaits => "trail_key_waits",
            Self::NumberedElsewhere => "trail_numbered_elsewhere",
            Self::NoSuchEntry(_) => "trail_entry_absent",
            Self::NoSuchSize(_) => "trail_size_absent",
        }
    }
}
