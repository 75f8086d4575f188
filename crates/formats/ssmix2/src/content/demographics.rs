//! ADT-00 beside PID: contacts (NK1), disability (DB1), blood group and body (OBX), allergies (AL1), insurance (IN1).

use renkei_hl7v2::{Address, Coded, Message, Names, PersonName, Phone, Place, Segment};
use serde::{Deserialize, Serialize};

use crate::content::allergy::Allergy;
use crate::content::observation::Observation;
use crate::content::patient::names_issues;
use crate::context::{Context, addresses, comment, id, phones, raw_segment, text, texts};
use crate::value::{RawSegment, Time};

/// What ADT-00 says beside PID.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demographics {
    pub contacts: Vec<Contact>,
    pub disabilities: Vec<Disability>,
    /// Blood group, height, weight and whatever else stands in OBX.
    pub observations: Vec<Observation>,
    pub allergies: Vec<Allergy>,
    pub insurances: Vec<Insurance>,
    pub comments: Vec<String>,
}

/// NK1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub name: PersonName,
    pub kana: PersonName,
    /// HL70063.
    pub relation: Coded,
    /// NK1-4: home, then work.
    pub addresses: Vec<Address>,
    /// NK1-5.
    pub phones: Vec<Phone>,
    /// NK1-6.
    pub work_phones: Vec<Phone>,
    /// NK1-13.
    pub employer: String,
    pub place: Place,
}

/// DB1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disability {
    /// DB1-2: `PT` the patient.
    pub who: String,
    /// DB1-3, numbers of a disability certificate where sent.
    pub numbers: Vec<String>,
    /// DB1-4: `Y` or `N`.
    pub disabled: String,
    pub place: Place,
}

/// IN1, and ZI1 of a diagnosis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Insurance {
    /// JHSD0001.
    pub plan: Coded,
    pub insurer_number: String,
    pub insurer_name: String,
    /// IN1-10: symbol, number, branch in order, or one value.
    pub insured_numbers: Vec<String>,
    /// IN1-11.
    pub employer: String,
    pub start: Option<Time>,
    pub end: Option<Time>,
    /// JHSD0002.
    pub plan_type: Coded,
    /// HL70063.
    pub relation: Coded,
    pub place: Place,
}

impl Demographics {
    pub(crate) fn read(message: &Message, other: &mut Vec<RawSegment>, context: &mut Context) -> Self {
        let mut all = Self::default();
        for segment in message.segments() {
            match segment.name() {
                "MSH" | "EVN" | "PID" | "PV1" | "PV2" => {}
                "NK1" => all.contacts.push(Contact::read(&segment, context)),
                "DB1" => all.disabilities.push(Disability::read(&segment)),
                "OBX" => all.observations.push(Observation::read(&segment, context)),
                "AL1" => all.allergies.push(Allergy::read_al1(&segment, context)),
                "IN1" => all.insurances.push(Insurance::read(&segment, context)),
                "NTE" => all.comments.extend(comment(&segment)),
                _ => other.push(raw_segment(&segment)),
            }
        }
        all
    }

    /// ABO group: the OBX whose JLAC10 code starts with 5H010.
    pub fn abo(&self) -> Option<&Observation> {
        self.observations.iter().find(|o| o.jlac10().is_some_and(|code| code.starts_with("5H010")))
    }

    /// Rh group: the OBX whose JLAC10 code starts with 5H020.
    pub fn rh(&self) -> Option<&Observation> {
        self.observations.iter().find(|o| o.jlac10().is_some_and(|code| code.starts_with("5H020")))
    }
}

impl Contact {
    fn read(segment: &Segment<'_>, context: &mut Context) -> Self {
        let names = Names::read(&segment.field(2));
        names_issues(&names, segment, 2, context);
        Self {
            name: names.kanji,
            kana: names.kana,
            relation: context.coded(segment, 3),
            addresses: addresses(segment, 4),
            phones: phones(segment, 5),
            work_phones: phones(segment, 6),
            employer: id(segment, 13),
            place: segment.place(0),
        }
    }
}

impl Disability {
    fn read(segment: &Segment<'_>) -> Self {
        Self { who: id(segment, 2), numbers: texts(segment, 3), disabled: id(segment, 4), place: segment.place(0) }
    }
}

impl Insurance {
    pub(crate) fn read(segment: &Segment<'_>, context: &mut Context) -> Self {
        Self {
            plan: context.coded(segment, 2),
            insurer_number: id(segment, 3),
            insurer_name: id(segment, 4),
            insured_numbers: segment.field(10).filled().map(|r| r.component(1).text().into_owned()).collect(),
            employer: text(segment, 11),
            start: context.time(segment, 12),
            end: context.time(segment, 13),
            plan_type: context.coded(segment, 15),
            relation: context.coded(segment, 17),
            place: segment.place(0),
        }
    }
}
