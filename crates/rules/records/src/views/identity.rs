//! The identity band: whose record this is, from the newest demographics that may be seen.

use super::patient::{PatientRecord, Seen, SourceRef};
use crate::body::{Body, Identity};
use crate::person::PersonName;
use crate::time::ClinicalTime;
use jiff::civil::Date;
use renkei_kernel::{InstitutionId, era};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityBand {
    pub name: PersonName,
    pub birth_date: Option<ClinicalTime>,
    /// `昭和29年（1954）3月12日`; the characters as sent when they are not a day.
    pub birth_shown: String,
    pub age: Option<i16>,
    /// HL7 table 0001 as sent, and in words.
    pub sex: String,
    pub sex_shown: String,
    /// Patient numbers by institution, in a fixed order.
    pub numbers: Vec<(InstitutionId, String)>,
    /// `A`, `＋` as the senders wrote them, where known.
    pub blood: Vec<BloodShown>,
    /// Institutions whose name, birth date or sex differs from what is shown.
    pub differing: Vec<InstitutionId>,
    pub source: SourceRef,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BloodShown {
    pub abo: String,
    pub rh: String,
    pub source: SourceRef,
}

/// HL7 table 0001.
pub fn sex_in_words(code: &str) -> &'static str {
    match code.trim() {
        "F" => "女性",
        "M" => "男性",
        "O" => "その他",
        "A" => "両性具有",
        "N" => "適応外",
        _ => "不明",
    }
}

fn differs(a: &Identity, b: &Identity) -> bool {
    let squeezed = |name: String| name.split_whitespace().collect::<String>();
    let day = |i: &Identity| i.birth_date.as_ref().and_then(ClinicalTime::date);
    squeezed(a.name.kanji()) != squeezed(b.name.kanji())
        || (day(a).is_some() && day(b).is_some() && day(a) != day(b))
        || a.sex.trim() != b.sex.trim()
}

/// The birth date of the newest demographics that may be seen.
pub fn birth_date(record: &PatientRecord) -> Option<Date> {
    let stated = record.each().filter_map(|seen| match &seen.entry.body {
        Body::Identity(identity) => Some((&seen.message.occurred, seen.entry.id, identity.birth_date.as_ref()?)),
        _ => None,
    });
    stated.max_by_key(|(occurred, entry, _)| (*occurred, *entry)).and_then(|(_, _, birth)| birth.date())
}

/// `None` when no demographics may be seen.
pub fn identity_band(record: &PatientRecord, today: Date) -> Option<IdentityBand> {
    let mut all: Vec<(Seen<'_>, &Identity)> = record
        .each()
        .filter_map(|seen| match &seen.entry.body {
            Body::Identity(identity) => Some((seen, &**identity)),
            _ => None,
        })
        .collect();
    all.sort_by(|(a, _), (b, _)| (&a.message.occurred, a.entry.id).cmp(&(&b.message.occurred, b.entry.id)));
    let (newest, identity) = *all.last()?;
    let birth = identity.birth_date.as_ref().and_then(ClinicalTime::date);
    let mut numbers: Vec<(InstitutionId, String)> =
        all.iter().map(|(seen, i)| (seen.institution, i.patient_number.clone())).collect();
    numbers.retain(|(_, number)| !number.is_empty());
    numbers.sort();
    numbers.dedup();
    let mut differing: Vec<InstitutionId> =
        all.iter().filter(|(_, other)| differs(identity, other)).map(|(seen, _)| seen.institution).collect();
    differing.sort_unstable();
    differing.dedup();
    Some(IdentityBand {
        name: identity.name.clone(),
        birth_date: identity.birth_date.clone(),
        birth_shown: match (birth, &identity.birth_date) {
            (Some(day), _) => era::long_date(day),
            (None, Some(raw)) => raw.raw.to_string(),
            (None, None) => String::new(),
        },
        age: birth.and_then(|birth| era::age_on(birth, today)),
        sex: identity.sex.clone(),
        sex_shown: sex_in_words(&identity.sex).to_owned(),
        numbers,
        blood: blood(record),
        differing,
        source: newest.source(),
    })
}

fn blood(record: &PatientRecord) -> Vec<BloodShown> {
    let mut found: Vec<BloodShown> = Vec::new();
    for seen in record.each() {
        let Body::BloodType(blood) = &seen.entry.body else { continue };
        let shown = |part: &Option<crate::code::CodedValue>| {
            part.as_ref().map(|value| value.shown().to_owned()).unwrap_or_default()
        };
        let (abo, rh) = (shown(&blood.abo), shown(&blood.rh));
        if !found.iter().any(|known| known.abo == abo && known.rh == rh) {
            found.push(BloodShown { abo, rh, source: seen.source() });
        }
    }
    found
}
