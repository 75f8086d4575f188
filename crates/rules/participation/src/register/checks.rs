//! What must agree between rows: no key twice, no number for two patients, nobody bound by another's certificate.
//!
//! Separate from reading single rows: these checks see the whole file, and then what earlier loads brought.

use super::rows::LimitWish;
use super::{Fact, RegisterFile, Section};
use crate::card::CardState;
use crate::dated::Period;
use crate::role::Role;
use crate::strict::{Faults, Wrong};
use renkei_kernel::Timestamp;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What earlier loads brought, as far as a file must know it.
pub trait Known {
    /// Whether a fact of this key and kind exists.
    fn has(&self, section: Section, key: &str) -> bool;
    /// Whether a doctor works at the institution of this key (R-8.2.3-b).
    fn has_doctor(&self, institution_key: &str) -> bool;
}

const KEY_TWICE: Wrong =
    Wrong::new("key-twice", "この key は前にも使われています。", "this key is already used above.");
const SAME_PERSON_TWICE: Wrong = Wrong::new(
    "key-differs",
    "同じ key の person と patient の氏名が違います。",
    "person and patient of the same key have different names.",
);
const UNKNOWN_KEY: Wrong =
    Wrong::new("unknown-key", "この key の登録がありません。", "nothing is registered under this key.");
const CODE_TAKEN: Wrong = Wrong::new(
    "institution-code-taken",
    "同じ施設コードが期間の重なる別の施設にあります。",
    "another institution has this code at the same time.",
);
const NUMBER_TAKEN: Wrong = Wrong::new(
    "chart-number-taken",
    "同じ施設・患者番号が期間の重なる別の行にあります。",
    "this patient number of the institution is linked in another row at the same time.",
);
const CARD_TAKEN: Wrong =
    Wrong::new("card-taken", "同じカードが別の行にあります。", "this card stands in another row.");
const SECOND_CARD: Wrong =
    Wrong::new("second-active-card", "有効なカードは患者ごとに１枚です。", "a patient has one active card at a time.");
const CERTIFICATE_TAKEN: Wrong = Wrong::new(
    "certificate-taken",
    "同じ証明書が期間の重なる別の行で別の人に結ばれています。",
    "this certificate is bound to another person at the same time.",
);
const SECOND_CONSENT: Wrong = Wrong::new(
    "second-consent",
    "同じ患者の同意の期間が重なっています。",
    "two consents of one patient overlap in time.",
);
const SECOND_AFFILIATION: Wrong = Wrong::new(
    "second-affiliation",
    "同じ人・施設・役割の期間が重なっています。",
    "the same person, institution and role overlap in time.",
);
const KEY_DEVICE_TAKEN: Wrong =
    Wrong::new("device-key-taken", "同じ機器の鍵が別の行にあります。", "this device key stands in another row.");
const BIRTH_IN_FUTURE: Wrong =
    Wrong::new("birth-in-future", "生年月日が未来です。", "the birth date lies in the future.");
const BIRTH_TOO_EARLY: Wrong =
    Wrong::new("birth-too-early", "生年月日が古すぎます。", "the birth date lies too far back.");
const NO_CONFIRMER: Wrong = Wrong::new(
    "no_confirmer_available",
    "確定できる医師がいない施設には補助作業者を登録できません。",
    "an institution without a doctor who may confirm cannot have auxiliaries.",
);
const ENDED_TWICE: Wrong =
    Wrong::new("ended-twice", "同じ key を２度終わらせています。", "the same key is ended twice.");

/// Checks that need nothing but the file.
pub(super) fn inside(file: &RegisterFile, now: Timestamp, faults: &mut Faults) {
    keys_are_unique(file, faults);
    overlap(&file.institutions, Section::Institution, "code", CODE_TAKEN, faults, |row| Some(row.code.clone()));
    overlap(&file.charts, Section::Chart, "number", NUMBER_TAKEN, faults, |row| {
        Some((row.institution.clone(), row.number.clone()))
    });
    overlap(&file.consents, Section::Consent, "patient", SECOND_CONSENT, faults, |row| Some(row.patient.clone()));
    overlap(&file.affiliations, Section::Affiliation, "person", SECOND_AFFILIATION, faults, |row| {
        Some((row.person.clone(), row.institution.clone(), row.role))
    });
    overlap(&file.readers, Section::Reader, "device_key", KEY_DEVICE_TAKEN, faults, |row| Some(row.device_key));
    overlap(&file.cards, Section::Card, "patient", SECOND_CARD, faults, |row| {
        (row.state == CardState::Active).then(|| row.patient.clone())
    });
    // A card number belongs to one patient for ever: a lost or blocked one never comes back.
    let mut cards = HashSet::new();
    for card in &file.cards {
        if !cards.insert(&card.row.id) {
            faults.push(card.line, Section::Card.code(), Some("id"), CARD_TAKEN);
        }
    }
    certificates_have_one_owner(file, faults);
    for patient in &file.patients {
        if patient.row.birth_date > now.tokyo_date() {
            faults.push(patient.line, Section::Patient.code(), Some("birth_date"), BIRTH_IN_FUTURE);
        }
        if patient.row.birth_date.year() < 1868 {
            faults.push(patient.line, Section::Patient.code(), Some("birth_date"), BIRTH_TOO_EARLY);
        }
    }
    let mut ended = HashSet::new();
    for end in &file.ends {
        if !ended.insert(end.of.as_str()) {
            faults.push(end.line, "end", Some("of"), ENDED_TWICE);
        }
    }
}

/// One namespace for all sections, except that a person may also be a patient.
fn keys_are_unique(file: &RegisterFile, faults: &mut Faults) {
    let mut seen: HashMap<&str, Section> = HashMap::new();
    let mut ordered: Vec<_> = file.keys().collect();
    ordered.sort_by_key(|(_, _, line)| *line);
    for (section, key, line) in ordered {
        match seen.insert(key, section) {
            None => {}
            Some(Section::Person) if section == Section::Patient => {}
            Some(Section::Patient) if section == Section::Person => {}
            Some(_) => faults.push(line, section.code(), Some("key"), KEY_TWICE),
        }
    }
    let persons: HashMap<&str, _> = file.persons.iter().map(|fact| (fact.key.as_str(), &fact.row.name)).collect();
    for patient in &file.patients {
        if persons.get(patient.key.as_str()).is_some_and(|name| **name != patient.row.name) {
            faults.push(patient.line, Section::Patient.code(), Some("key"), SAME_PERSON_TWICE);
        }
    }
}

/// Two facts about the same thing must not hold at the same time.
fn overlap<T, K: Ord>(
    facts: &[Fact<T>],
    section: Section,
    field: &str,
    wrong: Wrong,
    faults: &mut Faults,
    same: impl Fn(&T) -> Option<K>,
) {
    let mut groups: BTreeMap<K, Vec<(Period, usize)>> = BTreeMap::new();
    for fact in facts {
        if let Some(key) = same(&fact.row) {
            groups.entry(key).or_default().push((fact.valid, fact.line));
        }
    }
    for mut group in groups.into_values() {
        group.sort_by_key(|(valid, line)| (valid.from, *line));
        // Sorted by start, a fact overlaps an earlier one exactly when it begins before the latest end so far.
        let mut latest_end: Option<Timestamp> = None;
        for (valid, line) in group {
            if latest_end.is_some_and(|end| valid.from <= end) {
                faults.push(line, section.code(), Some(field), wrong);
            }
            latest_end = latest_end.max(Some(valid.last_instant()));
        }
    }
}

fn certificates_have_one_owner(file: &RegisterFile, faults: &mut Faults) {
    for (at, later) in file.certificates.iter().enumerate() {
        let taken = file.certificates.iter().take(at).any(|earlier| {
            earlier.row.issuer == later.row.issuer
                && earlier.row.subject_serial == later.row.subject_serial
                && earlier.row.person != later.row.person
                && earlier.valid.overlaps(later.valid)
        });
        if taken {
            faults.push(later.line, Section::Certificate.code(), Some("subject_serial"), CERTIFICATE_TAKEN);
        }
    }
}

/// Checks against what earlier loads brought.
pub(super) fn against(file: &RegisterFile, known: &dyn Known, faults: &mut Faults) {
    let here: HashSet<(Section, &str)> = file.keys().map(|(section, key, _)| (section, key)).collect();
    let exists = |section: Section, key: &str| here.contains(&(section, key)) || known.has(section, key);
    let person_exists = |key: &str| exists(Section::Person, key) || exists(Section::Patient, key);
    let mut refer = |line: usize, section: Section, field: &str, found: bool| {
        if !found {
            faults.push(line, section.code(), Some(field), UNKNOWN_KEY);
        }
    };
    for fact in &file.affiliations {
        refer(fact.line, Section::Affiliation, "person", person_exists(&fact.row.person));
        let institution = fact.row.institution.as_deref();
        let found = institution.is_none_or(|key| exists(Section::Institution, key));
        refer(fact.line, Section::Affiliation, "institution", found);
    }
    for fact in &file.certificates {
        refer(fact.line, Section::Certificate, "person", person_exists(&fact.row.person));
    }
    for fact in &file.readers {
        refer(fact.line, Section::Reader, "institution", exists(Section::Institution, &fact.row.institution));
    }
    for fact in &file.charts {
        refer(fact.line, Section::Chart, "institution", exists(Section::Institution, &fact.row.institution));
        refer(fact.line, Section::Chart, "patient", exists(Section::Patient, &fact.row.patient));
    }
    for fact in &file.consents {
        refer(fact.line, Section::Consent, "patient", exists(Section::Patient, &fact.row.patient));
    }
    for fact in &file.cards {
        refer(fact.line, Section::Card, "patient", exists(Section::Patient, &fact.row.patient));
    }
    for fact in &file.limits {
        refer(fact.line, Section::Limit, "patient", exists(Section::Patient, &fact.row.patient));
        match &fact.row.wish {
            LimitWish::Item { except, .. } => {
                let found = except.iter().all(|key| exists(Section::Institution, key));
                refer(fact.line, Section::Limit, "except", found);
            }
            LimitWish::Institution { institution, .. } => {
                refer(fact.line, Section::Limit, "institution", exists(Section::Institution, institution));
            }
        }
    }
    for end in &file.ends {
        if !Section::ALL.iter().any(|section| exists(*section, &end.of)) {
            faults.push(end.line, "end", Some("of"), UNKNOWN_KEY);
        }
    }
    auxiliaries_have_a_confirmer(file, known, faults);
}

fn auxiliaries_have_a_confirmer(file: &RegisterFile, known: &dyn Known, faults: &mut Faults) {
    let doctors: HashSet<&str> = file
        .affiliations
        .iter()
        .filter(|fact| fact.row.role == Role::Doctor)
        .filter_map(|fact| fact.row.institution.as_deref())
        .collect();
    for fact in &file.affiliations {
        let Some(institution) = fact.row.institution.as_deref() else { continue };
        if fact.row.role == Role::Auxiliary && !doctors.contains(institution) && !known.has_doctor(institution) {
            faults.push(fact.line, Section::Affiliation.code(), Some("role"), NO_CONFIRMER);
        }
    }
}
