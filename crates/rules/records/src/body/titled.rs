//! Orders and results shown as a title with readable lines: diet, radiology, endoscopy, physiology, unknown types.

use crate::body::prescription::OrderHead;
use crate::code::{Code, CodedValue};
use crate::entry::SourcePlace;
use crate::person::Staff;
use serde::{Deserialize, Serialize};

/// One readable field.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Line {
    pub label: String,
    /// As sent.
    pub value: String,
    pub unit: Code,
    /// OBX-3 where the line is an observation, then OBX-5 where that is coded; hiding goes by all of them.
    pub code: CodedValue,
    /// OBX-11 as sent.
    pub status: String,
    pub place: SourcePlace,
}

/// A person with the part played (ordering doctor, performer, technician …).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StaffRole {
    pub role: String,
    pub staff: Staff,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TitledEntry {
    /// What a person reads first, e.g. 胸部単純X線.
    pub title: String,
    /// OBR-4 / ODS-3.
    pub code: CodedValue,
    pub head: OrderHead,
    pub lines: Vec<Line>,
    pub staff: Vec<StaffRole>,
    /// Findings and impressions in words (TX).
    pub findings: Vec<String>,
    /// IPC-1, -2, -3, -5.
    pub accession: String,
    pub requested_procedure: String,
    pub study_uid: String,
    pub modality: Code,
    pub comments: Vec<String>,
}
