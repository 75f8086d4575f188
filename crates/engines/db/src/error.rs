//! What can go wrong between an act and the database, without a value of any row.

use renkei_kernel::{Category, Problem};
use sea_orm::{DbErr, RuntimeErr, SqlxError};
use std::path::PathBuf;

/// Failures of this crate. Codes are stable; texts name tables and files, never contents.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("the database could not be opened: {0}")]
    Open(Cause),
    #[error("another program already writes in {}; stop it, or give this one its own folder", folder.display())]
    LeaseHeld { folder: PathBuf },
    #[error("the folder {} cannot be used: {reason}", folder.display())]
    Folder { folder: PathBuf, reason: std::io::ErrorKind },
    #[error("the address of the database is not understood: {0}")]
    Address(&'static str),
    #[error("too many acts wait for the writer; try again in a moment")]
    QueueFull,
    #[error("the database was closed")]
    Closed,
    #[error("a statement failed: {0}")]
    Statement(#[from] Cause),
    #[error("an act went on after one of its statements had failed; nothing of it was kept")]
    WentOnAfterFailure,
    #[error("the commit failed, nothing of this act was kept: {0}")]
    Commit(Cause),
    #[error("the connection was lost at the commit; whether the act was kept is unknown: {0}")]
    CommitUnknown(Cause),
    #[error("the act met other writers {attempts} times and was given up")]
    TooContended { attempts: u32 },
    #[error("an act panicked; nothing of it was kept")]
    ActPanicked,
    #[error("an act took longer than {seconds} s; nothing of it was kept")]
    ActTooSlow { seconds: u64 },
    #[error("migration {name}: {reason}")]
    Migration { name: String, reason: String },
    #[error("this database was opened for reading only")]
    ReadOnly,
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::Statement(Cause(error))
    }
}

impl Error {
    /// A row with the same unique key is already there.
    pub fn is_duplicate(&self) -> bool {
        match self {
            Self::Statement(cause) => {
                matches!(cause.0.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_)))
            }
            _ => false,
        }
    }
}

impl Error {
    /// The failure is the engine's, the disk's or the connection's (no room, locked by a stranger, server going away)
    /// and says nothing of what was to be written: the same rows may be taken when it is over.
    pub fn is_of_the_engine(&self) -> bool {
        match self {
            Self::Statement(cause) => cause.is_of_the_engine(),
            Self::WentOnAfterFailure | Self::ActPanicked | Self::ActTooSlow { .. } => false,
            _ => true,
        }
    }
}

impl Problem for Error {
    fn category(&self) -> Category {
        match self {
            Self::QueueFull | Self::TooContended { .. } => Category::TooMany,
            Self::LeaseHeld { .. } => Category::Conflict,
            Self::Address(_) | Self::Folder { .. } => Category::Malformed,
            Self::WentOnAfterFailure | Self::ActPanicked | Self::Migration { .. } | Self::ReadOnly => {
                Category::Unexpected
            }
            _ => Category::Stopped,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Open(_) => "database_not_opened",
            Self::LeaseHeld { .. } => "data_folder_in_use",
            Self::Folder { .. } => "data_folder_unusable",
            Self::Address(_) => "database_address",
            Self::QueueFull => "writer_busy",
            Self::Closed => "database_closed",
            Self::Statement(_) => "database_statement",
            Self::WentOnAfterFailure => "database_act_broken",
            Self::Commit(_) => "database_commit",
            Self::CommitUnknown(_) => "database_commit_unknown",
            Self::TooContended { .. } => "database_contended",
            Self::ActPanicked => "database_act_panicked",
            Self::ActTooSlow { .. } => "database_act_slow",
            Self::Migration { .. } => "database_migration",
            Self::ReadOnly => "database_read_only",
        }
    }
}

/// The driver's error. Engines may quote row values in the details of an error, so both forms of printing show the
/// engine's code and short message only.
#[derive(Clone)]
pub struct Cause(pub(crate) DbErr);

impl From<DbErr> for Cause {
    fn from(error: DbErr) -> Self {
        Self(error)
    }
}

impl Cause {
    fn is_of_the_engine(&self) -> bool {
        match sqlx_error(&self.0) {
            Some(SqlxError::Database(error)) => {
                let code = error.code();
                let code = code.as_deref().unwrap_or_default();
                // SQLSTATE has five signs; the classes of connections, resources, operators and the system itself.
                if code.len() == 5 {
                    let class = code.get(..2).unwrap_or_default();
                    return matches!(class, "08" | "40" | "53" | "57" | "58" | "F0" | "XX") || code == "25006";
                }
                // SQLite's first byte: a wrong statement, too big, a constraint, a type, a number of values.
                let primary = code.parse::<u32>().map_or(0, |code| code & 0xff);
                !matches!(primary, 1 | 18 | 19 | 20 | 25)
            }
            Some(
                SqlxError::Io(_)
                | SqlxError::Tls(_)
                | SqlxError::Protocol(_)
                | SqlxError::PoolTimedOut
                | SqlxError::PoolClosed
                | SqlxError::WorkerCrashed,
            ) => true,
            Some(_) => false,
            None => matches!(self.0, DbErr::Conn(_) | DbErr::ConnectionAcquire(_)),
        }
    }
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match sqlx_error(&self.0) {
            Some(SqlxError::Database(error)) => {
                // 22xxx (data exceptions) quote the value in the message itself.
                let code = error.code();
                let code = code.as_deref().unwrap_or("-");
                if code.len() == 5 && code.starts_with("22") {
                    write!(f, "{code} a value was not accepted")
                } else {
                    write!(f, "{code} {}", error.message())
                }
            }
            Some(SqlxError::Io(error)) => write!(f, "{}", error.kind()),
            Some(SqlxError::Configuration(_)) => f.write_str("the address of the database is not understood"),
            Some(SqlxError::Tls(_)) => f.write_str("the encrypted connection could not be made"),
            Some(SqlxError::Protocol(_)) => f.write_str("the server answered in an unexpected way"),
            Some(SqlxError::PoolTimedOut) => f.write_str("no connection became free in time"),
            Some(SqlxError::PoolClosed) => f.write_str("the pool is closed"),
            Some(SqlxError::ColumnDecode { index, .. }) => write!(f, "column {index} could not be read"),
            Some(_) => f.write_str("the driver failed"),
            None => match &self.0 {
                DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } => f.write_str("a column had another type"),
                other => write!(f, "{other}"),
            },
        }
    }
}

impl std::fmt::Debug for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cause({self})")
    }
}

impl std::error::Error for Cause {}

fn sqlx_error(error: &DbErr) -> Option<&SqlxError> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(e))
        | DbErr::Exec(RuntimeErr::SqlxError(e))
        | DbErr::Query(RuntimeErr::SqlxError(e)) => Some(e),
        _ => None,
    }
}

/// Serialisation failure or deadlock (SQLSTATE 40001, 40P01): the act may simply be repeated.
pub(crate) fn wants_repetition(error: &DbErr) -> bool {
    match sqlx_error(error) {
        Some(SqlxError::Database(e)) => matches!(e.code().as_deref(), Some("40001" | "40P01")),
        _ => false,
    }
}

/// The engine itself answered with an error, so it is known that nothing was committed.
pub(crate) fn answered_by_engine(error: &DbErr) -> bool {
    matches!(sqlx_error(error), Some(SqlxError::Database(_)))
}
