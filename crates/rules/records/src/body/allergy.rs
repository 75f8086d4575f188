//! One allergy, intolerance or adverse reaction: AL1 (beside demographics and orders) and IAM (ADT-61) in one form.

use crate::code::{Code, CodedValue};
use crate::person::Staff;
use crate::time::ClinicalTime;
use serde::{Deserialize, Serialize};

/// Which segment said it. IAM knows more and is believed over AL1 of the same allergen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum AllergySource {
    #[default]
    Al1,
    Iam,
}

/// IAM-6, HL7 table 0323. AL1 has none and counts as `Add`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum AllergyAction {
    #[default]
    Add,
    Update,
    Delete,
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Allergy {
    pub source: AllergySource,
    pub action: AllergyAction,
    /// HL70127: DA drug, FA food, MA miscellaneous …
    pub kind: CodedValue,
    pub allergen: CodedValue,
    /// HL70128: MI, MO, SV, as sent.
    pub severity: CodedValue,
    pub reactions: Vec<String>,
    /// IAM-7.
    pub identifier: String,
    /// IAM-9.
    pub sensitivity: CodedValue,
    /// IAM-11 (a date, or text in some senders) or AL1-6.
    pub onset: Option<ClinicalTime>,
    /// IAM-12, "小学校低学年の頃".
    pub onset_text: String,
    /// IAM-13.
    pub reported: Option<ClinicalTime>,
    /// IAM-14.
    pub informant: String,
    /// IAM-17.
    pub clinical_status: CodedValue,
    /// IAM-18 and IAM-20.
    pub stated_by: Staff,
    pub stated_at: Option<ClinicalTime>,
    pub comments: Vec<String>,
}

impl Allergy {
    /// What makes two statements speak of the same allergen: its first code with system, else its words.
    /// Local codes mean something only inside one institution; the caller keeps institutions apart.
    pub fn allergen_key(&self) -> (Code, String) {
        let code = self.allergen.standard().or_else(|| self.allergen.local());
        match code {
            Some(c) => (Code::new(c.code.trim(), "", crate::code::folded(&c.system)), String::new()),
            None => (Code::default(), crate::code::folded(self.allergen.shown())),
        }
    }
}
