//! From a format's content to records: one mapping a file, pure, nothing lost and nothing guessed (laws 3 and 7).
//!
//! Formats know nothing of the record, records nothing of formats; whatever stands between them stands here. The
//! characters of a message stay the values of the record; what can be computed from them is computed by the record.

use renkei_kernel::{BatchId, Category, ChartId, InstitutionId, MessageId, Problem, Timestamp};

pub mod ssmix2;

/// What a mapped message is told about itself.
#[derive(Debug, Clone)]
pub struct Context {
    pub message: MessageId,
    pub institution: InstitutionId,
    pub chart: ChartId,
    pub received_at: Timestamp,
    pub origin: BatchId,
}

/// A message as it will be stored.
#[derive(Debug, Clone)]
pub struct Mapped {
    pub message: renkei_records::Message,
    /// PID-7 where it is a whole date.
    pub birth_date: Option<jiff::civil::Date>,
}

/// Why a file is not stored. Holds places and codes, no value of the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("the message names another patient, or none, at {place}")]
    AnotherPatient { place: String },
    #[error("{code} at {place}")]
    Unreadable { code: String, place: String },
}

impl Problem for Unusable {
    fn category(&self) -> Category {
        Category::AgainstRule
    }
    fn code(&self) -> &'static str {
        match self {
            Self::AnotherPatient { .. } => "message_of_another_patient",
            Self::Unreadable { .. } => "message_unreadable",
        }
    }
}
