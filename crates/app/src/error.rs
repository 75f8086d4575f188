//! What a use case answers when it does not do what was asked.

use renkei_kernel::{Category, EventId, Problem};
use renkei_ledger::Error as Trail;
use std::time::Duration;

/// Failures below a use case. To people they are all *stopped for the moment*: what could not be checked or recorded
/// is not shown (R-1.6.2, R-X-04).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    #[error("the store failed: {0}")]
    Store(#[from] renkei_store::Error),
    #[error("the database failed: {0}")]
    Database(#[from] renkei_db::Error),
    #[error("the trail failed: {0}")]
    Ledger(#[from] renkei_ledger::Error),
    #[error("a key failed: {0}")]
    Keys(#[from] renkei_keys::Error),
    #[error("a large original failed: {0}")]
    Blobs(#[from] renkei_blobs::Error),
    #[error("a statement failed: {0}")]
    Statement(#[from] sea_orm::DbErr),
    #[error("what is stored cannot be read by this program: {0}")]
    Unreadable(&'static str),
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Refused for a while: the same may be asked again after `again_in`.
    #[error("{refusal}")]
    NotYet { refusal: Refusal, again_in: Duration },
}

impl AppError {
    /// How long to wait, where waiting helps.
    pub fn again_in(&self) -> Option<Duration> {
        match self {
            Self::NotYet { again_in, .. } => Some(*again_in),
            _ => None,
        }
    }
}

impl Problem for AppError {
    fn category(&self) -> Category {
        match self {
            Self::Refused(refusal) | Self::NotYet { refusal, .. } => refusal.category,
            Self::Ledger(error @ Trail::NoSuchSize(_)) => error.category(),
            _ => Category::Stopped,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) | Self::NotYet { refusal, .. } => refusal.code,
            // What the operator's own commands ask of the trail.
            Self::Ledger(
                error @ (Trail::HandOverWaits
                | Trail::ArchiveBent { .. }
                | Trail::ContradictsCheckpoint { .. }
                | Trail::NoSuchSize(_)
                | Trail::Folder { .. }
                | Trail::Sink(_)),
            ) => error.code(),
            Self::Ledger(_) => "trail_unavailable",
            _ => "policy_unavailable",
        }
    }
}

/// A refusal as it may be told: the public code, and the number under which the trail holds the true reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{code}")]
pub struct Refusal {
    pub category: Category,
    pub code: &'static str,
    pub reference: Option<EventId>,
}

impl Refusal {
    pub fn new(category: Category, code: &'static str, reference: EventId) -> Self {
        Self { category, code, reference: Some(reference) }
    }
}

/// The number a person reads out to the desk: the last ten digits of the trail event's id in two groups.
pub fn reference_number(event: EventId) -> String {
    let digits = event.0.simple().to_string().to_uppercase();
    let tail = digits.get(digits.len().saturating_sub(10)..).unwrap_or_default();
    format!("{}-{}", tail.get(..5).unwrap_or_default(), tail.get(5..).unwrap_or_default())
}
