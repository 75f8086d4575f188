//! ADT-00: who the patient is (PID, DB1), contacts, blood and body, allergies, insurances, each an entry of its kind.

use super::order::state_of_result;
use super::{Draft, allergy, values};
use renkei_records::body::{BloodType, BodyMeasure, Contact, Identity, Insurance, Line, TitledEntry};
use renkei_records::{Amount, Body, Code, EntryKind, EntryState, SourcePlace};
use renkei_ssmix2::content::{self, Demographics, Observation};

pub fn map(draft: &mut Draft<'_>, all: &Demographics) {
    identity(draft, all);
    for contact in &all.contacts {
        let body = Body::Contact(Box::new(self::contact(contact)));
        draft.push(EntryKind::Contact, None, EntryState::Active, values::place(contact.place), body);
    }
    for insurance in &all.insurances {
        let body = self::insurance(insurance);
        let (start, place) = (body.start.clone(), values::place(insurance.place));
        draft.push(EntryKind::Insurance, start, EntryState::Active, place, Body::Insurance(Box::new(body)));
    }
    blood(draft, all);
    let body = |o: &&Observation| blood_part(o).is_none();
    all.observations.iter().filter(body).for_each(|o| measure(draft, o));
    more_of_observations(draft, all);
    all.allergies.iter().for_each(|a| allergy::map(draft, a));
    rest(draft, all);
}

fn identity(draft: &mut Draft<'_>, all: &Demographics) {
    let (patient, visit) = (&draft.typed.patient, draft.typed.visit.as_ref());
    let mut phones: Vec<_> = values::phones(&patient.home_phones, "PRN").collect();
    phones.extend(values::phones(&patient.work_phones, "WPN"));
    let body = Identity {
        patient_number: patient.patient_id.clone(),
        name: values::name(&patient.name, &patient.kana),
        birth_date: values::time(patient.birth_date.as_ref()),
        sex: patient.sex.clone(),
        addresses: values::addresses(&patient.addresses),
        phones,
        updated: values::time(patient.updated.as_ref()),
        disabled: of_the_patient(all).map(|d| d.disabled.clone()).unwrap_or_default(),
    };
    let effective = body.updated.clone().or_else(|| values::time(visit.and_then(|v| v.recorded.as_ref())));
    let place = SourcePlace::segment("PID", 1);
    draft.push(EntryKind::Identity, effective, EntryState::Active, place, Body::Identity(Box::new(body)));
}

/// The first DB1 that speaks of the patient, or of nobody in particular.
fn of_the_patient(all: &Demographics) -> Option<&content::Disability> {
    all.disabilities.iter().find(|d| matches!(d.who.as_str(), "PT" | ""))
}

fn contact(from: &content::Contact) -> Contact {
    let mut phones: Vec<_> = values::phones(&from.phones, "PRN").collect();
    phones.extend(values::phones(&from.work_phones, "WPN"));
    Contact {
        name: values::name(&from.name, &from.kana),
        relation: values::coded(&from.relation),
        addresses: values::addresses(&from.addresses),
        phones,
        employer: from.employer.clone(),
    }
}

fn insurance(from: &content::Insurance) -> Insurance {
    Insurance {
        kind: values::coded(&from.plan),
        insurer_number: from.insurer_number.clone(),
        insurer_name: from.insurer_name.clone(),
        insured_numbers: from.insured_numbers.clone(),
        group_employer: from.employer.clone(),
        start: values::time(from.start.as_ref()),
        end: values::time(from.end.as_ref()),
        plan_type: values::coded(&from.plan_type),
        relation: values::coded(&from.relation),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum BloodPart {
    Abo,
    Rh,
}

/// JLAC10 by its first five characters: senders disagree about the rest.
fn blood_part(observation: &Observation) -> Option<BloodPart> {
    match observation.jlac10()?.get(..5)? {
        "5H010" => Some(BloodPart::Abo),
        "5H020" => Some(BloodPart::Rh),
        _ => None,
    }
}

/// ABO and Rh of one time are one entry; a repeated part opens the next.
fn blood(draft: &mut Draft<'_>, all: &Demographics) {
    let mut found: Vec<(BloodType, EntryState, SourcePlace)> = Vec::new();
    for observation in &all.observations {
        let Some(part) = blood_part(observation) else { continue };
        let value = match &observation.coded {
            Some(coded) => values::coded(coded),
            None => renkei_records::CodedValue::text(observation.value.as_str()),
        };
        let observed = values::time(observation.observed.as_ref());
        let state = state_of_result(&observation.status, EntryState::Active);
        let is_free = |b: &BloodType| match part {
            BloodPart::Abo => b.abo.is_none(),
            BloodPart::Rh => b.rh.is_none(),
        };
        let index = match found.iter().position(|(b, s, _)| is_free(b) && b.observed == observed && *s == state) {
            Some(index) => index,
            None => {
                let fresh = BloodType { observed, ..BloodType::default() };
                found.push((fresh, state, values::place(observation.place)));
                found.len() - 1
            }
        };
        if let Some((blood, ..)) = found.get_mut(index) {
            match part {
                BloodPart::Abo => blood.abo = Some(value),
                BloodPart::Rh => blood.rh = Some(value),
            }
        }
    }
    for (blood, state, place) in found {
        draft.push(EntryKind::BloodType, blood.observed.clone(), state, place, Body::BloodType(Box::new(blood)));
    }
}

fn measure(draft: &mut Draft<'_>, observation: &Observation) {
    let body = BodyMeasure {
        item: values::coded(&observation.code),
        value: Amount::new(observation.value.as_str(), values::code(&observation.unit)),
        coded: observation.coded.as_ref().map(values::coded),
        status: Code::new(observation.status.as_str(), "", ""),
        observed: values::time(observation.observed.as_ref()),
    };
    let state = state_of_result(&observation.status, EntryState::Active);
    let (observed, place) = (body.observed.clone(), values::place(observation.place));
    draft.push(EntryKind::BodyMeasure, observed, state, place, Body::BodyMeasure(Box::new(body)));
}

/// Range, flags, people, methods and comments of the observations, which neither of their structs has room for.
fn more_of_observations(draft: &mut Draft<'_>, all: &Demographics) {
    let has_no_field = |line: &Line| matches!(line.place.field, 0 | 7 | 8 | 16 | 17);
    let lines: Vec<Line> = all.observations.iter().flat_map(values::observation_lines).filter(has_no_field).collect();
    let Some(place) = lines.first().map(|line| SourcePlace { field: 0, ..line.place }) else { return };
    let titled = TitledEntry { title: "身体計測の補足".to_owned(), lines, ..TitledEntry::default() };
    draft.push(EntryKind::BodyMeasure, None, EntryState::Active, place, Body::Titled(Box::new(titled)));
}

/// What the structs above have no room for: further disabilities and their numbers, comments.
fn rest(draft: &mut Draft<'_>, all: &Demographics) {
    let patient = of_the_patient(all).map(|d| d.place);
    let mut lines = Vec::new();
    for disability in &all.disabilities {
        let place = values::place(disability.place);
        lines.extend(values::line("障害に関する番号", disability.numbers.join(" "), place));
        if Some(disability.place) != patient {
            lines.extend(values::line(
                &format!("障害の有無（{}）", disability.who),
                disability.disabled.as_str(),
                place,
            ));
        }
    }
    let comments = all.comments.clone();
    let Some(place) = lines.first().map(|l| l.place).or((!comments.is_empty()).then(|| SourcePlace::segment("NTE", 1)))
    else {
        return;
    };
    let titled =
        TitledEntry { title: "患者基本情報の補足".to_owned(), lines, comments, ..TitledEntry::default() };
    draft.push(EntryKind::Identity, None, EntryState::Active, place, Body::Titled(Box::new(titled)));
}
