//! Where a value comes from: institution, message, the parts of its file name, segment and field (law 3).

use super::patient::{PatientRecord, SourceRef};
use crate::entry::EntryState;
use crate::kind::EntryKind;
use crate::time::ClinicalTime;
use renkei_kernel::{BatchId, Timestamp};
use serde::{Deserialize, Serialize};

/// The source line of a value. Holds no name and no patient number; both stand in the original.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub at: SourceRef,
    pub kind: EntryKind,
    pub state: EntryState,
    /// `OBX[4]-5`.
    pub place: String,
    pub care_date: String,
    pub data_type: String,
    pub order_number: String,
    /// 17 digits of the file name, and the same as a person reads them.
    pub occurred: String,
    pub occurred_shown: String,
    pub department: String,
    pub received_at: Timestamp,
    pub origin: BatchId,
}

/// `None` when the entry is not visible, which is the same as not there.
pub fn source(record: &PatientRecord, at: SourceRef) -> Option<Source> {
    let seen = record.find(at.entry).filter(|seen| seen.message.id == at.message)?;
    let facts = seen.message;
    Some(Source {
        at,
        kind: seen.entry.kind,
        state: seen.entry.state,
        place: at.place.to_string(),
        care_date: facts.key.care_date.to_string(),
        data_type: facts.key.data_type.to_string(),
        order_number: facts.key.order_number.to_string(),
        occurred: facts.occurred.to_string(),
        occurred_shown: ClinicalTime::new(facts.occurred.clone()).shown(),
        department: facts.department.to_string(),
        received_at: facts.received_at,
        origin: facts.origin,
    })
}
