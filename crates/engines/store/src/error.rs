//! What can go wrong in the store; never a value of a row.

use renkei_kernel::{Category, Problem};

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error(transparent)]
    Database(#[from] renkei_db::Error),
    #[error(transparent)]
    Keys(#[from] renkei_keys::Error),
    #[error(transparent)]
    Ledger(#[from] renkei_ledger::Error),
    #[error("a stored record cannot be read: {0}")]
    Record(#[from] renkei_records::DecodeError),
    #[error("the permit is not for this kind of work")]
    PermitOfAnotherKind,
    #[error("the permit had ended")]
    PermitEnded,
    #[error("what the act rests on was changed meanwhile")]
    ChangedMeanwhile,
    #[error("a stored value is not of its kind: {0}")]
    Unreadable(&'static str),
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Database(error.into())
    }
}

impl Problem for Error {
    fn category(&self) -> Category {
        match self {
            Self::Database(error) => error.category(),
            Self::PermitOfAnotherKind | Self::PermitEnded => Category::NotAllowed,
            Self::ChangedMeanwhile => Category::Conflict,
            _ => Category::Unexpected,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Database(error) => error.code(),
            Self::Keys(_) => "key_unavailable",
            Self::Ledger(_) => "trail_unavailable",
            Self::Record(_) | Self::Unreadable(_) => "record_unreadable",
            Self::ChangedMeanwhile => "changed_meanwhile",
            Self::PermitOfAnotherKind | Self::PermitEnded => "permit",
        }
    }
}
