//! Allergies: AL1 beside demographics and orders, IAM of ADT-61. One struct, since readers must merge them.

use renkei_hl7v2::{Coded, Place, Segment, Staff};
use serde::{Deserialize, Serialize};

use crate::context::{Context, coded_or_none, id, staff, text, texts};
use crate::value::Time;

/// Which segment said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AllergySource {
    Al1,
    Iam,
}

/// One allergy, intolerance or contraindication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allergy {
    pub source: AllergySource,
    /// HL70127: DA FA MA MC EA AA PA LA.
    pub kind: Coded,
    pub allergen: Coded,
    /// HL70128: MI MO SV.
    pub severity: Coded,
    pub reactions: Vec<String>,
    /// IAM-6: `A` add, `U` update, `D` delete; empty for AL1.
    pub action: String,
    /// IAM-7.
    pub identifier: String,
    /// IAM-9.
    pub sensitivity: Option<Coded>,
    /// AL1-6, IAM-11; words are possible.
    pub onset: Option<Time>,
    /// IAM-12.
    pub onset_text: String,
    /// IAM-13.
    pub reported: Option<Time>,
    /// IAM-14.
    pub informant: String,
    /// IAM-17.
    pub clinical_status: Option<Coded>,
    /// IAM-18.
    pub stated_by: Option<Staff>,
    /// IAM-20.
    pub stated_at: Option<Time>,
    pub comments: Vec<String>,
    pub place: Place,
}

impl Allergy {
    pub(crate) fn read_al1(segment: &Segment<'_>, context: &mut Context) -> Self {
        Self {
            source: AllergySource::Al1,
            kind: context.coded(segment, 2),
            allergen: context.coded(segment, 3),
            severity: context.coded(segment, 4),
            reactions: texts(segment, 5),
            action: String::new(),
            identifier: String::new(),
            sensitivity: None,
            onset: context.time_or_text(segment, 6),
            onset_text: String::new(),
            reported: None,
            informant: String::new(),
            clinical_status: None,
            stated_by: None,
            stated_at: None,
            comments: Vec::new(),
            place: segment.place(0),
        }
    }

    pub(crate) fn read_iam(segment: &Segment<'_>, context: &mut Context) -> Self {
        Self {
            source: AllergySource::Iam,
            kind: context.coded(segment, 2),
            allergen: context.coded(segment, 3),
            severity: context.coded(segment, 4),
            reactions: texts(segment, 5),
            action: id(segment, 6),
            identifier: id(segment, 7),
            sensitivity: coded_or_none(segment, 9, context),
            onset: context.time_or_text(segment, 11),
            onset_text: text(segment, 12),
            reported: context.time(segment, 13),
            informant: text(segment, 14),
            clinical_status: coded_or_none(segment, 17, context),
            stated_by: staff(segment, 18),
            stated_at: context.time(segment, 20),
            comments: Vec::new(),
            place: segment.place(0),
        }
    }

    /// What two statements about one allergen have in common: system and code of the best triple, else the words.
    pub fn key(&self) -> (String, String) {
        let fold = |text: &str| renkei_text::code::fold(text).into_owned();
        match self.allergen.best().filter(|t| !t.code.is_empty()) {
            Some(triple) => (fold(&triple.system), fold(&triple.code)),
            None => (String::new(), fold(self.allergen.text())),
        }
    }

    /// The statement takes the allergy back.
    pub fn is_withdrawn(&self) -> bool {
        self.action == "D"
    }
}
