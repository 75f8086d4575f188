//! Prescriptions (OMP-01) and dispensing (OMP-11): an order, its RP groups, their drugs.

use crate::amount::Amount;
use crate::body::injection::Given;
use crate::code::{Code, CodedValue, ShortText};
use crate::entry::{EntryState, SourcePlace};
use crate::person::Staff;
use crate::time::ClinicalTime;
use serde::{Deserialize, Serialize};

/// What every order carries (ORC).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OrderHead {
    /// ORC-1 as sent: NW, CA, SC …
    pub control: ShortText,
    /// ORC-2.
    pub placer_number: ShortText,
    /// ORC-3 / OBR-3.
    pub filler_number: ShortText,
    /// ORC-5: CM, IP …
    pub status: ShortText,
    /// ORC-9.
    pub ordered: Option<ClinicalTime>,
    /// ORC-12.
    pub doctor: Staff,
    /// ORC-10.
    pub enterer: Staff,
    /// ORC-17 (HL70069).
    pub department: CodedValue,
    /// ORC-29: `I` or `O`.
    pub setting: ShortText,
    /// ORC-21, the name of the ordering institution as sent.
    pub institution_name: ShortText,
}

/// TQ1 and RXR: when, how long, by which route.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Timing {
    /// TQ1-3: usage codes with their text, supplements included, in order.
    pub usages: Vec<CodedValue>,
    /// TQ1-6: number and unit (`5`, `d`) as sent.
    pub duration: Amount,
    pub start: Option<ClinicalTime>,
    pub end: Option<ClinicalTime>,
    /// TQ1-9.
    pub priority: CodedValue,
    /// TQ1-10 and TQ1-11: free text.
    pub text: String,
    /// TQ1-14: number of doses for as-needed medicines.
    pub as_needed_count: String,
    pub route: CodedValue,
    pub site: CodedValue,
    pub device: CodedValue,
}

/// Drugs with the same ORC-4 *and* the same timing: printed together. Drugs of one ORC-4 whose timing differs stand in
/// groups of their own with the same `id`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RpGroup {
    /// ORC-4, whole.
    pub id: ShortText,
    /// Several where TQ1 repeats.
    pub timings: Vec<Timing>,
    pub drugs: Vec<Drug>,
}

/// RXE: one drug of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drug {
    pub state: EntryState,
    /// RXE-2.
    pub drug: CodedValue,
    /// RXE-31: YJ, receipt code, generic-name code …
    pub additional: Vec<CodedValue>,
    /// RXE-3/-4 in RXE-5. They differ where doses are uneven.
    pub dose_min: Amount,
    pub dose_max: Amount,
    /// RXE-6.
    pub form: CodedValue,
    /// RXE-7: uneven doses (`V14NNNNN`), first dose, in order.
    pub instructions: Vec<CodedValue>,
    /// RXE-10/-11.
    pub total: Amount,
    /// RXE-19.
    pub daily: Amount,
    /// RXE-25/-26.
    pub strength: Amount,
    /// RXE-27 (21 内服, 22 頓用, 23 外用, 24 自己注射).
    pub category: CodedValue,
    /// RXE-13.
    pub narcotic_number: String,
    /// NTE of this drug.
    pub comments: Vec<String>,
    pub place: SourcePlace,
    /// RXC-2 and -10 of what is mixed into it; its comments say them in words.
    #[serde(deserialize_with = "crate::message::since_version_2")]
    pub components: Vec<CodedValue>,
    /// OBX-3 and coded OBX-5 of what the comments say in words. Nobody shows them: hiding goes by them.
    #[serde(deserialize_with = "crate::message::since_version_2")]
    pub asked_with: Vec<Code>,
}

impl Default for Drug {
    fn default() -> Self {
        Self {
            state: EntryState::Active,
            drug: CodedValue::default(),
            additional: Vec::new(),
            dose_min: Amount::default(),
            dose_max: Amount::default(),
            form: CodedValue::default(),
            instructions: Vec::new(),
            total: Amount::default(),
            daily: Amount::default(),
            strength: Amount::default(),
            category: CodedValue::default(),
            narcotic_number: String::new(),
            comments: Vec::new(),
            place: SourcePlace::default(),
            components: Vec::new(),
            asked_with: Vec::new(),
        }
    }
}

/// Twelve-character codes whose first seven characters name ingredient and route.
pub(crate) const YJ_SYSTEMS: [&str; 4] = ["YJ", "MYAK", "YJ12", "YAK"];

/// The twelve-character code of a drug, wherever it stands.
pub fn yj_of<'a>(drug: &'a CodedValue, additional: &'a [CodedValue]) -> Option<&'a Code> {
    std::iter::once(drug)
        .chain(additional)
        .find_map(|value| value.in_system(&YJ_SYSTEMS))
        .filter(|code| code.code.trim().chars().count() == 12)
}

impl Drug {
    pub fn yj(&self) -> Option<&Code> {
        yj_of(&self.drug, &self.additional)
    }
    /// RXE-27 `22`, or a form of usage that says so, is for the view to judge; this is the recorded category alone.
    pub fn is_as_needed(&self) -> bool {
        self.category.in_system(&["JHSP0003"]).is_some_and(|c| c.code.trim() == "22")
    }
    pub fn is_external(&self) -> bool {
        self.category.in_system(&["JHSP0003"]).is_some_and(|c| c.code.trim() == "23")
    }
}

/// OMP-01: one order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Prescription {
    pub head: OrderHead,
    /// RXE-15.
    pub prescription_number: String,
    /// RXE-21: `OHP`, `OHI`, `OHO`, `IHP` …
    pub categories: Vec<CodedValue>,
    pub groups: Vec<RpGroup>,
    /// NTE of the order.
    pub comments: Vec<String>,
}

impl Prescription {
    /// RXE-21 `OHO`: to be dispensed by an outside pharmacy.
    pub fn is_for_outside_pharmacy(&self) -> bool {
        self.categories.iter().any(|c| c.in_system(&["MR9P"]).is_some_and(|c| c.code.trim() == "OHO"))
    }
}

/// OMP-11: what was handed out, with the order it carries out where the message repeats it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Dispensing {
    pub head: OrderHead,
    pub prescription_number: String,
    pub categories: Vec<CodedValue>,
    /// RXE/TQ1/RXR where present.
    pub groups: Vec<RpGroup>,
    /// RXA.
    pub given: Vec<Given>,
    pub comments: Vec<String>,
}
