//! Visits, stays, leaves, transfers and their plans (ADT-01, -12, -21, -22, -31, -32, -41, -42, -51, -52).

use crate::code::CodedValue;
use crate::person::{Location, Staff};
use crate::time::ClinicalTime;
use serde::{Deserialize, Serialize};

/// PV1, PV2 and EVN of one event. Which event is told by `Entry::kind`; `Entry::effective` is its clinical time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Encounter {
    /// MSH-9.2 / EVN, e.g. `A04`, as sent.
    pub event: String,
    /// PV1-2: `I` inpatient, `O` outpatient.
    pub class: String,
    pub location: Location,
    /// PV1-6.
    pub previous_location: Location,
    /// PV1-10 or ORC-17 (HL70069).
    pub department: CodedValue,
    /// PV1-7.
    pub attending: Staff,
    /// PV1-17.
    pub admitting: Staff,
    /// PV1-36 (HL70112).
    pub discharge_disposition: CodedValue,
    /// PV1-44: admission, or the visit of A04.
    pub admitted: Option<ClinicalTime>,
    /// PV1-45.
    pub discharged: Option<ClinicalTime>,
    /// PV2-8, expected admission (or transfer).
    pub expected_admission: Option<ClinicalTime>,
    /// PV2-9.
    pub expected_discharge: Option<ClinicalTime>,
    /// PV2-47.
    pub expected_return: Option<ClinicalTime>,
    /// PV2-1.
    pub pending_location: Location,
    /// EVN-4.
    pub reason: CodedValue,
    /// EVN-2.
    pub recorded: Option<ClinicalTime>,
    /// EVN-3.
    pub planned: Option<ClinicalTime>,
    /// EVN-6.
    pub occurred: Option<ClinicalTime>,
}
