//! Who the patient is, as one institution wrote it (ADT-00: PID, DB1, NK1, IN1 and the OBX of blood and body).

use crate::amount::Amount;
use crate::code::{Code, CodedValue};
use crate::person::{Address, PersonName, Phone};
use crate::time::ClinicalTime;
use serde::{Deserialize, Serialize};

/// PID, with DB1 (disability) where sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Identity {
    /// The institution's own patient number (PID-3).
    pub patient_number: String,
    pub name: PersonName,
    pub birth_date: Option<ClinicalTime>,
    /// HL7 table 0001 as sent: F M O U A N.
    pub sex: String,
    pub addresses: Vec<Address>,
    pub phones: Vec<Phone>,
    /// PID-33.
    pub updated: Option<ClinicalTime>,
    /// DB1-4 as sent (`Y`, `N`), empty when nothing was said.
    pub disabled: String,
}

/// NK1: family and other contacts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contact {
    pub name: PersonName,
    pub relation: CodedValue,
    pub addresses: Vec<Address>,
    pub phones: Vec<Phone>,
    pub employer: String,
}

/// IN1: one insurance or public subsidy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Insurance {
    /// IN1-2, kind of insurance (JHSD0001).
    pub kind: CodedValue,
    pub insurer_number: String,
    pub insurer_name: String,
    /// IN1-10: symbol, number, branch as sent, in order.
    pub insured_numbers: Vec<String>,
    pub group_employer: String,
    pub start: Option<ClinicalTime>,
    pub end: Option<ClinicalTime>,
    /// IN1-15 (JHSD0002).
    pub plan_type: CodedValue,
    /// IN1-17.
    pub relation: CodedValue,
}

/// OBX 5H010… and 5H020… of ADT-00: the values as sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BloodType {
    pub abo: Option<CodedValue>,
    pub rh: Option<CodedValue>,
    pub observed: Option<ClinicalTime>,
}

/// Height, weight and other OBX of ADT-00.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BodyMeasure {
    pub item: CodedValue,
    pub value: Amount,
    /// Set when the value is coded (OBX-2 CWE).
    pub coded: Option<CodedValue>,
    /// OBX-11 as sent.
    pub status: Code,
    pub observed: Option<ClinicalTime>,
}
