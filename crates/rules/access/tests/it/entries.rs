//! Reading entries against a permit: what is not shown is not there.

use crate::scene::{ELSEWHERE, HERE, READER, Scene, at, institution, person};
use renkei_access::sensitive::{Mark, SensitiveRow};
use renkei_access::{
    Actor, Class, Decision, EntryFacts, Item, ItemScopes, ItemSet, Operation, Permit, PermitKind, PermitParts, Purpose,
    Role, Shown, Subject, Zone,
};
use renkei_kernel::DecisionId;
use renkei_participation::{Limit, LimitDirection};
use renkei_records::EntryKind;
use std::sync::Arc;
use uuid::Uuid;

fn everything() -> Vec<Item> {
    ItemSet::CLINICAL.iter().collect()
}
fn scope_of(scene: Scene) -> Arc<ItemScopes> {
    match scene.asking(&everything()).decide() {
        Decision::Permit { scope, .. } => scope,
        other => panic!("expected a permit, got {other:?}"),
    }
}
fn there(kind: EntryKind) -> EntryFacts<'static> {
    EntryFacts::plain(kind, institution(ELSEWHERE))
}
fn here(kind: EntryKind) -> EntryFacts<'static> {
    EntryFacts::plain(kind, institution(HERE))
}

#[test]
fn kinds_outside_the_matrix_are_absent() {
    let pharmacist = scope_of(Scene::by_card(Role::Pharmacist));
    assert_eq!(pharmacist.judge(&there(EntryKind::Prescription)), Shown::Shown);
    assert_eq!(pharmacist.judge(&there(EntryKind::RadiologyReport)), Shown::Absent);
    assert!(pharmacist.covers(EntryKind::Dispensing) && !pharmacist.covers(EntryKind::EndoscopyReport));
    assert!(!pharmacist.kinds().contains(&EntryKind::PhysiologyReport));
}

/// R-X-15: a sensitive diagnosis needs the right to the diagnosis and to item D23.
#[test]
fn sensitive_entries_are_absent_for_who_has_no_right_to_them() {
    let entry = EntryFacts { icd10: &["F20.0"], ..there(EntryKind::Diagnosis) };
    let own = EntryFacts { institution: Some(institution(HERE)), ..entry };
    let judge = |role: Role, entry: &EntryFacts<'_>| scope_of(Scene::by_card(role)).judge(entry);
    assert_eq!(judge(Role::Doctor, &entry), Shown::Shown);
    assert_eq!(judge(Role::Dentist, &entry), Shown::Absent);
    assert_eq!(judge(Role::Dietitian, &entry), Shown::Absent);
    assert_eq!(judge(Role::Nurse, &entry), Shown::Absent);
    assert_eq!(judge(Role::Nurse, &own), Shown::Shown);
    assert_eq!(judge(Role::Pharmacist, &entry), Shown::Absent);
    let medicine = EntryFacts { drug_codes: &["1179038F1023"], ..there(EntryKind::Prescription) };
    assert_eq!(judge(Role::Pharmacist, &medicine), Shown::Shown);
    assert_eq!(judge(Role::Nurse, &medicine), Shown::Absent);
    assert_eq!(scope_of(Scene::patient_side()).judge(&entry), Shown::Shown);
}

#[test]
fn codes_decide_what_is_sensitive_and_unknown_is_ordinary() {
    let rules = crate::scene::rules();
    let class = |entry: EntryFacts<'_>| rules.reading.sensitive_class(&entry);
    let with = |codes: &'static [&'static str]| EntryFacts { icd10: codes, ..there(EntryKind::Diagnosis) };
    assert_eq!(class(with(&["F200"])), Some(Class::Psychiatric));
    assert_eq!(class(with(&["F99"])), Some(Class::Psychiatric));
    assert_eq!(class(with(&["f32.9"])), Some(Class::Psychiatric));
    assert_eq!(class(with(&["Ｂ２２．０"])), Some(Class::Infection));
    assert_eq!(class(with(&["F03"])), None);
    assert_eq!(class(with(&["I10", "B24"])), Some(Class::Infection));
    assert_eq!(class(with(&["O80"])), Some(Class::Perinatal));
    assert_eq!(class(with(&["Q90.9"])), Some(Class::Genetic));
    assert_eq!(class(with(&["I10"])), None);
    assert_eq!(class(with(&["F"])), None);
    assert_eq!(class(with(&[])), None);
    let visit = EntryFacts { department: Some("02"), ..there(EntryKind::Visit) };
    assert_eq!(class(visit), Some(Class::Psychiatric));
    let result = EntryFacts { lab_codes: &["5F555143002301204"], ..there(EntryKind::LaboratoryReport) };
    assert_eq!(class(result), Some(Class::Infection));
    let mark = Mark::Institution(institution(ELSEWHERE));
    let table = rules.reading.sensitive.clone().with(SensitiveRow { class: Class::Psychiatric, mark });
    assert_eq!(table.class_of(&there(EntryKind::Visit)), Some(Class::Psychiatric));
    assert_eq!(table.class_of(&here(EntryKind::Visit)), None);
}

/// R-X-15: a patient keeps a dental clinic apart: with the card it sees only its own entries, others see none of its.
#[test]
fn an_institution_kept_apart_sees_only_its_own_entries() {
    let limit = |direction| Limit::Institution { institution: institution(HERE), direction };
    let scope = scope_of(Scene::by_card(Role::Dentist).with(|_, f| f.limits = vec![limit(LimitDirection::Reader)]));
    assert_eq!(scope.judge(&here(EntryKind::Diagnosis)), Shown::Shown);
    assert_eq!(scope.judge(&there(EntryKind::Diagnosis)), Shown::Absent);
    let other = Limit::Institution { institution: institution(ELSEWHERE), direction: LimitDirection::Source };
    let scope = scope_of(Scene::by_card(Role::Doctor).with(|_, f| f.limits = vec![other]));
    assert_eq!(scope.judge(&there(EntryKind::Diagnosis)), Shown::Absent);
    assert_eq!(scope.judge(&here(EntryKind::Diagnosis)), Shown::Shown);
}

/// R-X-15: a hidden item stays with who wrote it and with whom the patient excepted.
#[test]
fn a_hidden_item_is_absent_elsewhere() {
    let hidden = |except: Vec<_>| {
        scope_of(Scene::by_card(Role::Doctor).with(|_, f| {
            f.limits = vec![Limit::Item { item: Item::Laboratory, except }];
        }))
    };
    let scope = hidden(vec![]);
    assert_eq!(scope.judge(&there(EntryKind::LaboratoryReport)), Shown::Absent);
    assert_eq!(scope.judge(&here(EntryKind::LaboratoryReport)), Shown::Shown);
    assert_eq!(scope.judge(&there(EntryKind::Diagnosis)), Shown::Shown);
    let scope = hidden(vec![institution(HERE)]);
    assert_eq!(scope.judge(&there(EntryKind::LaboratoryReport)), Shown::Shown);
    let own =
        Scene::patient_side().with(|_, f| f.limits = vec![Limit::Item { item: Item::Laboratory, except: vec![] }]);
    assert_eq!(scope_of(own).judge(&there(EntryKind::LaboratoryReport)), Shown::Shown);
}

/// R-X-15: the patient may keep the sensitive class itself back, also from those who have the right to it.
#[test]
fn a_hidden_sensitive_class_is_absent_for_doctors_elsewhere() {
    let limits = vec![Limit::Item { item: Item::Sensitive, except: vec![] }];
    let scope = scope_of(Scene::by_card(Role::Doctor).with(|_, f| f.limits = limits));
    let sensitive = EntryFacts { icd10: &["F20.0"], ..there(EntryKind::Diagnosis) };
    assert_eq!(scope.judge(&sensitive), Shown::Absent);
    assert_eq!(scope.judge(&EntryFacts { institution: Some(institution(HERE)), ..sensitive }), Shown::Shown);
    assert_eq!(scope.judge(&there(EntryKind::Diagnosis)), Shown::Shown);
}

/// R-X-15: withheld is a word for the unconscious-case doctor alone, and a reason opens it.
#[test]
fn the_emergency_doctor_opens_what_is_withheld_with_a_reason() {
    let limited = |role: Role| {
        Scene::unconscious(role).with(|_, f| {
            f.limits = vec![Limit::Item { item: Item::Allergies, except: vec![] }];
        })
    };
    let (allergy, sensitive) =
        (there(EntryKind::Allergy), EntryFacts { icd10: &["B24"], ..there(EntryKind::Diagnosis) });
    let doctor = scope_of(limited(Role::Doctor));
    assert_eq!(doctor.judge(&allergy), Shown::Withheld);
    assert_eq!(doctor.judge(&sensitive), Shown::Withheld);
    assert_eq!(doctor.judge(&there(EntryKind::RadiologyReport)), Shown::Absent);
    let nurse = scope_of(limited(Role::Nurse));
    assert_eq!((nurse.judge(&allergy), nurse.judge(&sensitive)), (Shown::Absent, Shown::Absent));
    let opened = scope_of(limited(Role::Doctor).with(|q, _| q.override_reason_given = true));
    assert_eq!((opened.judge(&allergy), opened.judge(&sensitive)), (Shown::Shown, Shown::Shown));
    let nurse = scope_of(limited(Role::Nurse).with(|q, _| q.override_reason_given = true));
    assert_eq!(nurse.judge(&allergy), Shown::Absent);
}

/// R-8.2.4-エ: of laboratory results the emergency view shows the latest.
#[test]
fn the_emergency_view_shows_the_latest_result_only() {
    let scope = scope_of(Scene::unconscious(Role::Doctor));
    let result = there(EntryKind::LaboratoryReport);
    assert_eq!(scope.judge(&result), Shown::Shown);
    assert_eq!(scope.judge(&EntryFacts { is_latest: false, ..result }), Shown::Absent);
}

/// notes *4 to *11 of the matrix as filters of entries.
#[test]
fn notes_of_the_matrix_filter_entries() {
    let pharmacist = scope_of(Scene::by_card(Role::Pharmacist));
    let report = there(EntryKind::LaboratoryReport);
    let line =
        |code: &'static [&'static str]| EntryFacts { is_part: true, own_lab_codes: code, lab_codes: code, ..report };
    assert_eq!(pharmacist.judge(&line(&["3C015000002327101"])), Shown::Shown);
    assert_eq!(pharmacist.judge(&line(&["3D046000001906202"])), Shown::Shown);
    assert_eq!(pharmacist.judge(&line(&["5C070000002306201"])), Shown::Absent);
    assert_eq!(pharmacist.judge(&line(&[])), Shown::Absent);
    // A code beside the value lets nothing in, and one of several own codes does not either.
    let beside = EntryFacts { lab_codes: &["5C070000002306201", "3C015000002327101"], ..line(&["5C070000002306201"]) };
    assert_eq!(pharmacist.judge(&beside), Shown::Absent);
    assert_eq!(pharmacist.judge(&EntryFacts { own_lab_codes: &[], ..beside }), Shown::Absent);
    assert_eq!(pharmacist.judge(&line(&["3C015000002327101", "5C070000002306201"])), Shown::Absent);
    // But it hides.
    let of_hiv = EntryFacts { lab_codes: &["3C015000002327101", "5F560143002305111"], ..line(&["3C015000002327101"]) };
    assert_eq!(pharmacist.judge(&of_hiv), Shown::Absent);
    assert_eq!(pharmacist.judge(&report), Shown::Shown);
    let dentist = scope_of(Scene::by_card(Role::Dentist));
    let image = there(EntryKind::RadiologyReport);
    assert_eq!(dentist.judge(&image), Shown::Absent);
    assert_eq!(dentist.judge(&EntryFacts { dental: true, ..image }), Shown::Shown);
    let dietitian = scope_of(Scene::by_card(Role::Dietitian));
    assert!(!dietitian.shows_reasons(EntryKind::Prescription));
    assert!(pharmacist.shows_reasons(EntryKind::Prescription));
    let patient = scope_of(Scene::patient_side());
    let early = EntryFacts { recorded_at: Some(at(10, 0, 0).plus_days(-6)), ..image };
    assert_eq!(patient.judge(&early), Shown::Absent);
    let ripe = EntryFacts { recorded_at: Some(at(10, 0, 0).plus_days(-7)), ..image };
    assert_eq!(patient.judge(&ripe), Shown::Shown);
}

#[test]
fn own_entries_are_cancelled_by_their_author_only() {
    let scope = scope_of(Scene::by_card(Role::Doctor).doing(Operation::Cancel));
    let entry = here(EntryKind::Diagnosis);
    assert_eq!(scope.judge(&entry), Shown::Absent);
    assert_eq!(scope.judge(&EntryFacts { author: Some(person(READER)), ..entry }), Shown::Shown);
    assert_eq!(scope.judge(&EntryFacts { author: Some(person(77)), ..entry }), Shown::Absent);
}

#[test]
fn a_permit_answers_from_its_parts_and_ends() {
    let parts = PermitParts {
        decision_id: DecisionId(Uuid::from_u128(1)),
        kind: PermitKind::Rebuild,
        subject: Subject::Installation,
        actor: Actor::Installation,
        operation: Operation::Register,
        zone: Zone::Console,
        purpose: Purpose::Operation,
        at: at(10, 0, 0),
        until: at(11, 0, 0),
        scope: Arc::new(ItemScopes::everything(at(10, 0, 0))),
        because: vec![renkei_access::Reason::Installation],
        obligations: vec![],
        grant: None,
        matrix_version: None,
        batch: None,
    };
    let permit = Permit::minted_by_gate(parts);
    assert!(permit.is_live(at(11, 0, 0)) && !permit.is_live(at(11, 0, 1)) && !permit.is_live(at(9, 59, 59)));
    assert_eq!(permit.patient(), None);
    assert!(permit.shows(&there(EntryKind::Diagnosis)));
    let nothing = ItemScopes::nothing(at(10, 0, 0));
    assert_eq!(nothing.judge(&there(EntryKind::Diagnosis)), Shown::Absent);
}
