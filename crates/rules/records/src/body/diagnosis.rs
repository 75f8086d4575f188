//! One diagnosis of a PPR-01 (PRB with its ZPR, ZPD, ORC). Its identity over messages is PRB-4.

use crate::code::{Code, CodedValue};
use crate::person::Staff;
use crate::time::ClinicalTime;
use serde::{Deserialize, Serialize};

/// PRB-1, HL7 table 0287.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum DiagnosisAction {
    #[default]
    Add,
    Update,
    Delete,
    /// Anything else the table or the sender knows; treated as an update.
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Diagnosis {
    pub action: DiagnosisAction,
    /// PRB-2: among messages with the same instance the newest wins.
    pub action_time: Option<ClinicalTime>,
    /// PRB-3 (MDCDX2 management number, or local).
    pub disease: CodedValue,
    /// PRB-4, first component.
    pub instance: String,
    /// PRB-7.
    pub diagnosed: Option<ClinicalTime>,
    /// PRB-8.
    pub expected_resolution: Option<ClinicalTime>,
    /// PRB-9.
    pub resolved: Option<ClinicalTime>,
    /// PRB-10, triple of system I10, without dot as sent; empty code = not coded.
    pub icd10: Code,
    /// Further ICD-10 triples of PRB-10 (dagger and asterisk), and those of the base names ZPR-2 and -5: a diagnosis is
    /// hidden when one of its codes is.
    #[serde(deserialize_with = "crate::message::since_version_2")]
    pub further_icd10: Vec<Code>,
    /// PRB-10, triple of JHSD0004 (H L O B A F).
    pub diagnosis_type: Code,
    /// PRB-13 as sent (JHSD0005; a bare `1` occurs).
    pub suspected: Code,
    /// PRB-14 (HL70241) and its date PRB-15.
    pub outcome: CodedValue,
    pub outcome_time: Option<ClinicalTime>,
    /// PRB-16.
    pub onset: Option<ClinicalTime>,
    /// PRB-17: the name as the sender displays it, with modifiers.
    pub displayed: String,
    /// PRB-18 (JHSD0007).
    pub main: Code,
    /// PRB-25.
    pub confidentiality: Code,
    /// ZPR-1/-4 and -3/-6.
    pub prefixes: Vec<CodedValue>,
    pub suffixes: Vec<CodedValue>,
    /// ZPD-2, one for each tooth.
    pub teeth: Vec<CodedValue>,
    /// ZPR-7 and NTE-3.
    pub comments: Vec<String>,
    pub department: CodedValue,
    pub doctor: Staff,
    /// ORC-29: `I` or `O`.
    pub setting: String,
}

impl Diagnosis {
    /// Every ICD-10 code of it, wherever it stands.
    pub fn icd10_codes(&self) -> impl Iterator<Item = &Code> {
        let first = (!self.icd10.code.is_empty()).then_some(&self.icd10);
        let coded = std::iter::once(&self.disease).chain(&self.prefixes).chain(&self.suffixes);
        let elsewhere = coded.flat_map(|value| &value.codes).chain([&self.diagnosis_type]);
        first.into_iter().chain(self.further_icd10.iter().chain(elsewhere).filter(|code| code.is_icd10()))
    }
    pub fn is_suspected(&self) -> bool {
        self.suspected.code.trim() == "1"
    }
    pub fn is_main(&self) -> bool {
        self.main.code.trim() == "1"
    }
    /// What a person reads: the displayed name, else the disease's text.
    pub fn name(&self) -> &str {
        if self.displayed.is_empty() { self.disease.shown() } else { &self.displayed }
    }
}
