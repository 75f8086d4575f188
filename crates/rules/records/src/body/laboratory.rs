//! Laboratory orders (OML-01) and reports (OML-11): groups by specimen, values as sent, cultures with susceptibility.

use crate::amount::Measured;
use crate::body::prescription::OrderHead;
use crate::code::{Code, CodedValue, ShortText};
use crate::entry::SourcePlace;
use crate::time::ClinicalTime;
use serde::{Deserialize, Serialize};

/// OBX-11, HL7 table 0085.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum ResultStatus {
    /// `P`, and `S`, `I`, `R`: not yet verified.
    Preliminary,
    /// `F`, `U`.
    Final,
    /// `C`: replaces a final value.
    Corrected,
    /// `X`: no result can be obtained; `D`, `W`: withdrawn.
    Cancelled,
    /// Empty, `O` or unknown to the table.
    #[default]
    NotSaid,
}

impl ResultStatus {
    pub fn from_code(code: &str) -> Self {
        match code.trim() {
            "P" | "S" | "I" | "R" => Self::Preliminary,
            "F" | "U" => Self::Final,
            "C" => Self::Corrected,
            "X" | "D" | "W" => Self::Cancelled,
            _ => Self::NotSaid,
        }
    }
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Preliminary => "中間",
            Self::Final => "最終",
            Self::Corrected => "訂正",
            Self::Cancelled => "中止",
            Self::NotSaid => "",
        }
    }
}

/// SPM.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Specimen {
    pub id: ShortText,
    pub kind: CodedValue,
    pub site: CodedValue,
    /// SPM-17.1.
    pub collected: Option<ClinicalTime>,
}

/// OBR-26: the organism a susceptibility belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ParentResult {
    pub code: CodedValue,
    pub sub_id: String,
    pub value: String,
}

/// OBX of a report.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LaboratoryValue {
    /// OBX-3: JLAC10 and local code.
    pub code: CodedValue,
    /// OBX-2 as sent.
    pub value_type: ShortText,
    /// OBX-5 as sent (first repetition, escapes resolved); for coded values the text.
    pub value: ShortText,
    /// OBX-5 when it is coded (CWE, or an ST that carries a coding system).
    pub coded: Option<CodedValue>,
    pub unit: Code,
    /// OBX-7 as sent.
    pub range: ShortText,
    /// OBX-8 as sent; several joined by a space.
    pub flag: ShortText,
    pub status: ResultStatus,
    /// OBX-4.
    pub sub_id: ShortText,
    /// OBX-14.
    pub observed: Option<ClinicalTime>,
    /// NTE after this OBX.
    pub comments: Vec<String>,
    pub place: SourcePlace,
}

impl LaboratoryValue {
    pub fn jlac10(&self) -> Option<&str> {
        self.code.in_system(&["JC10", "JLAC10"]).map(|c| c.code.trim())
    }
    pub fn name(&self) -> &str {
        self.code.shown()
    }
    /// Number and comparator, only where the value is wholly that and is not coded.
    pub fn measured(&self) -> Option<Measured> {
        if self.coded.is_some() { None } else { Measured::read(&self.value) }
    }
}

/// One OBR with its ORC, NTE and OBX, and the specimen it was made from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LaboratoryGroup {
    /// OBR-4.
    pub item: CodedValue,
    pub specimen: Specimen,
    pub head: OrderHead,
    /// OBR-7.
    pub collected: Option<ClinicalTime>,
    /// OBR-22.
    pub reported: Option<ClinicalTime>,
    /// OBR-26.
    pub parent: Option<ParentResult>,
    /// NTE of the group.
    pub comments: Vec<String>,
    pub values: Vec<LaboratoryValue>,
    pub place: SourcePlace,
    /// Codes of what the comments say in words (OBR-31, ZE1). Nobody shows them: hiding goes by them.
    #[serde(deserialize_with = "crate::message::since_version_2")]
    pub asked_with: Vec<Code>,
}

impl LaboratoryGroup {
    /// When the specimen was taken: OBR-7, else SPM-17.
    pub fn taken(&self) -> Option<&ClinicalTime> {
        self.collected.as_ref().or(self.specimen.collected.as_ref())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LaboratoryReport {
    pub groups: Vec<LaboratoryGroup>,
    pub comments: Vec<String>,
}

/// OBR (with OBX that ask or say something) of an order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OrderedItem {
    pub item: CodedValue,
    pub specimen: Specimen,
    pub priority: CodedValue,
    pub planned: Option<ClinicalTime>,
    pub lines: Vec<super::titled::Line>,
    pub place: SourcePlace,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LaboratoryOrder {
    pub head: OrderHead,
    pub items: Vec<OrderedItem>,
    pub comments: Vec<String>,
}
