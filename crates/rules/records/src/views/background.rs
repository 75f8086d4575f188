//! What stands behind the identity band: contacts, insurance, height and weight, as each institution wrote them.

use super::patient::{PatientRecord, Seen, SourceRef};
use crate::body::Body;
use crate::person::{Address, Phone};
use crate::time::ClinicalTime;
use renkei_kernel::InstitutionId;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactShown {
    pub institution: InstitutionId,
    pub name: String,
    pub kana: String,
    pub relation: String,
    pub addresses: Vec<Address>,
    pub phones: Vec<Phone>,
    pub employer: String,
    pub source: SourceRef,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InsuranceShown {
    pub institution: InstitutionId,
    /// Kind, and plan type where it says more.
    pub kind: String,
    pub plan_type: String,
    pub insurer_number: String,
    pub insurer_name: String,
    /// Symbol, number, branch as sent.
    pub insured_numbers: Vec<String>,
    pub start: Option<ClinicalTime>,
    pub end: Option<ClinicalTime>,
    pub relation: String,
    pub source: SourceRef,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureShown {
    pub institution: InstitutionId,
    pub name: String,
    /// As sent.
    pub value: String,
    pub unit: String,
    pub observed: Option<ClinicalTime>,
    pub source: SourceRef,
}

/// The patient's own addresses and telephones, by institution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReachShown {
    pub institution: InstitutionId,
    pub addresses: Vec<Address>,
    pub phones: Vec<Phone>,
    pub source: SourceRef,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Background {
    pub reach: Vec<ReachShown>,
    pub contacts: Vec<ContactShown>,
    pub insurances: Vec<InsuranceShown>,
    /// Newest first.
    pub measures: Vec<MeasureShown>,
}

pub fn background(record: &PatientRecord) -> Background {
    let mut found = Background::default();
    for seen in record.each().filter(Seen::stands) {
        let (institution, source) = (seen.institution, seen.source());
        match &seen.entry.body {
            Body::Identity(i) if !(i.addresses.is_empty() && i.phones.is_empty()) => found.reach.push(ReachShown {
                institution,
                addresses: i.addresses.clone(),
                phones: i.phones.clone(),
                source,
            }),
            Body::Contact(c) => found.contacts.push(ContactShown {
                institution,
                name: c.name.kanji(),
                kana: c.name.kana(),
                relation: c.relation.shown().to_owned(),
                addresses: c.addresses.clone(),
                phones: c.phones.clone(),
                employer: c.employer.clone(),
                source,
            }),
            Body::Insurance(i) => found.insurances.push(InsuranceShown {
                institution,
                kind: i.kind.shown().to_owned(),
                plan_type: i.plan_type.shown().to_owned(),
                insurer_number: i.insurer_number.clone(),
                insurer_name: i.insurer_name.clone(),
                insured_numbers: i.insured_numbers.clone(),
                start: i.start.clone(),
                end: i.end.clone(),
                relation: i.relation.shown().to_owned(),
                source,
            }),
            Body::BodyMeasure(m) => found.measures.push(MeasureShown {
                institution,
                name: m.item.shown().to_owned(),
                value: m.coded.as_ref().map_or_else(|| m.value.raw.to_string(), |coded| coded.shown().to_owned()),
                unit: m.value.unit.shown().to_owned(),
                observed: m.observed.clone().or_else(|| seen.time()),
                source,
            }),
            _ => {}
        }
    }
    found.measures.sort_by_cached_key(|m| {
        (std::cmp::Reverse(m.observed.as_ref().and_then(ClinicalTime::start)), m.name.clone(), m.source)
    });
    found
}
