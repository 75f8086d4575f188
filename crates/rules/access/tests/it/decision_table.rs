//! The decision table: what each combination the walk meets is answered. One line, one case.

use crate::scene::{ELSEWHERE, HERE, PATIENT, Scene, at, grant, institution, person, region};
use renkei_access::{
    Decision, DisasterFacts, Facts, GrantFacts, GrantKind, Item, Obligation, Operation, ProxyFacts, Purpose, Question,
    Reason, Remedy, Role, SystemMode, Zone, decide,
};
use renkei_kernel::{Category, Problem, Timestamp};
use renkei_participation::{
    AffiliationState, ConsentScope, ConsentState, InstitutionState, ItemSet, Limit, LimitDirection, Period,
};

type Change = fn(&mut Question, &mut Facts);

/// role × institution × item × permission × consent × zone × purpose × mode; the first reason that stands
/// against it is the one told.
#[test]
fn one_wrong_thing_refuses_with_its_own_reason() {
    let cases: &[(&str, Change, &str)] = &[
        ("everything in order", |_, _| (), "permit"),
        // The store
        ("facts could not be loaded", |_, f| f.loaded = false, "policy_unavailable"),
        // Mode
        ("planned stop", |_, f| f.mode = SystemMode::Stopped, "stopped"),
        ("looking while read-only", |_, f| f.mode = SystemMode::ReadOnly, "permit"),
        (
            "writing while read-only",
            |q, f| (q.operation, f.mode) = (Operation::Register, SystemMode::ReadOnly),
            "read_only",
        ),
        // Zone
        ("patient entrance", |q, _| q.zone = Zone::Patient, "hidden"),
        ("machine entrance", |q, _| q.zone = Zone::Machine, "hidden"),
        ("governance entrance", |q, _| q.zone = Zone::Governance, "hidden"),
        ("console", |q, _| q.zone = Zone::Console, "hidden"),
        // Purpose
        ("registration is for machines", |q, _| q.purpose = Purpose::Registration, "purpose"),
        ("own use is for patients", |q, _| q.purpose = Purpose::OwnUse, "purpose"),
        ("operation is for managers", |q, _| q.purpose = Purpose::Operation, "purpose"),
        // Session and certificate
        ("no session", |_, f| f.session = None, "session_ended"),
        ("nobody signed in", |q, _| q.asker.person = None, "session_ended"),
        ("session over", |_, f| session(f).valid = Period::between(at(8, 0, 0), at(10, 0, 0)), "session_ended"),
        ("certificate revoked", |_, f| session(f).credential_valid = false, "credential_invalid"),
        ("certificate over", |_, f| session(f).credential_not_after = at(9, 59, 59), "credential_invalid"),
        ("test certificate of a doctor", |_, f| session(f).test_level = true, "credential_invalid"),
        // Institution and affiliation
        ("institution suspended", |_, f| inst(f).state = InstitutionState::Suspended, "institution_suspended"),
        ("institution withdrawn", |_, f| inst(f).state = InstitutionState::Withdrawn, "institution_absent"),
        ("institution over", |_, f| inst(f).valid.to = Some(at(10, 0, 0)), "institution_absent"),
        ("institution unknown", |_, f| f.institution = None, "institution_absent"),
        ("facts of another institution", |_, f| inst(f).institution = institution(ELSEWHERE), "institution_absent"),
        ("another institution's line", |_, f| inst(f).source_matches = false, "source_mismatch"),
        ("affiliation ended", |_, f| aff(f).valid.to = Some(at(10, 0, 0)), "affiliation_ended"),
        ("affiliation suspended", |_, f| aff(f).state = AffiliationState::Suspended, "affiliation_ended"),
        ("affiliation missing", |_, f| f.affiliation = None, "affiliation_ended"),
        ("affiliated elsewhere", |_, f| aff(f).institution = Some(institution(ELSEWHERE)), "affiliation_ended"),
        ("appointed in another role", |_, f| aff(f).role = Role::Nurse, "role"),
        // Permission
        ("no permission", |_, f| f.grants.clear(), "no_permission"),
        (
            "another institution's permission",
            |_, f| f.grants = vec![grant(GrantKind::Card, ELSEWHERE)],
            "no_permission",
        ),
        ("permission of later today", |_, f| f.grants[0].opened_at = at(10, 0, 1), "no_permission"),
        ("visit closed", |_, f| f.grants[0].closed_at = Some(at(10, 0, 0)), "grant_expired"),
        ("permission of yesterday", |_, f| yesterday(f), "grant_expired"),
        ("a case of emergency is not for treatment", |_, f| f.grants[0].kind = GrantKind::Unconscious, "no_permission"),
        ("disaster without declaration", |_, f| f.grants[0].kind = GrantKind::Disaster, "no_declaration"),
        // Consent
        ("never agreed", |_, f| f.consent = None, "consent_absent"),
        (
            "form signed, not accepted",
            |_, f| f.consent.as_mut().unwrap().state = ConsentState::Applied,
            "consent_absent",
        ),
        ("withdrawn", |_, f| f.consent.as_mut().unwrap().state = ConsentState::Withdrawn, "consent_absent"),
        ("agreed from tomorrow", |_, f| f.consent.as_mut().unwrap().valid.from = at(23, 0, 0), "consent_absent"),
        ("own region only", |_, f| f.consent.as_mut().unwrap().scope = ConsentScope::OwnRegion, "consent_scope"),
        ("unknown person", |_, f| f.patient_known = false, "consent_absent"),
        ("no patient named", |q, _| q.patient = None, "no_permission"),
        // Matrix
        ("a doctor does not register dispensing", |q, _| register(q, Item::Dispensing), "matrix"),
        ("a doctor has no governance data", |q, _| q.items = ItemSet::from(Item::KeyManagement), "matrix"),
        ("nothing asked", |q, _| q.items = ItemSet::EMPTY, "matrix"),
        ("confirming without the link", |q, _| confirm_draft(q), "doctor_not_linked"),
        (
            "confirming with the link",
            |q, f| {
                confirm_draft(q);
                f.linked_doctor = true
            },
            "permit",
        ),
    ];
    for (name, change, expected) in cases {
        assert_eq!(Scene::by_card(Role::Doctor).with(change).answer(), *expected, "{name}");
    }
}

fn session(f: &mut Facts) -> &mut renkei_access::SessionFacts {
    f.session.as_mut().unwrap()
}
fn inst(f: &mut Facts) -> &mut renkei_access::InstitutionFacts {
    f.institution.as_mut().unwrap()
}
fn aff(f: &mut Facts) -> &mut renkei_access::AffiliationFacts {
    f.affiliation.as_mut().unwrap()
}
fn register(q: &mut Question, item: Item) {
    (q.operation, q.items) = (Operation::Register, ItemSet::from(item));
}
fn confirm_draft(q: &mut Question) {
    (q.operation, q.items) = (Operation::Confirm, ItemSet::from(Item::AuxiliaryDrafts));
}
fn yesterday(f: &mut Facts) {
    let opened_at = at(9, 12, 0).plus_days(-1);
    f.grants = vec![GrantFacts { opened_at, until: opened_at.end_of_tokyo_day(), ..grant(GrantKind::Card, HERE) }];
}

/// what each role may do with a card's permission, item by item.
#[test]
fn roles_see_what_the_matrix_gives_them() {
    use Item::{Allergies, BasicInformation, Diagnoses, ImagingAndPhysiology, Laboratory, Prescriptions};
    use Operation::{Draft, Output, Register, View};
    for (role, item, operation, expected) in [
        (Role::Doctor, Diagnoses, View, "permit"),
        (Role::Doctor, Diagnoses, Register, "permit"),
        (Role::Doctor, Diagnoses, Output, "permit"),
        (Role::Dentist, Diagnoses, View, "permit"),
        (Role::Dentist, Diagnoses, Register, "matrix"),
        (Role::Pharmacist, Prescriptions, View, "permit"),
        (Role::Pharmacist, Prescriptions, Register, "matrix"),
        (Role::Pharmacist, ImagingAndPhysiology, View, "matrix"),
        (Role::Nurse, Allergies, Register, "permit"),
        (Role::Nurse, Prescriptions, Register, "matrix"),
        (Role::Dietitian, Laboratory, View, "permit"),
        (Role::Dietitian, Allergies, Register, "matrix"),
        (Role::Auxiliary, BasicInformation, View, "permit"),
        (Role::Auxiliary, Diagnoses, View, "matrix"),
        (Role::Auxiliary, Diagnoses, Draft, "permit"),
        (Role::Auxiliary, Diagnoses, Register, "matrix"),
        (Role::Auxiliary, BasicInformation, Output, "matrix"),
    ] {
        let answer = Scene::by_card(role).asking(&[item]).doing(operation).answer();
        assert_eq!(answer, expected, "{} {} {}", role.code(), item.code(), operation.letter());
    }
}

/// roles that run the service have no way to a patient's data, at any entrance.
#[test]
fn roles_of_operation_never_see_clinical_values() {
    for role in Role::ALL.iter().filter(|role| !role.is_professional() && !role.is_patient_side()) {
        for zone in Zone::ALL {
            for purpose in Purpose::ALL {
                let scene = Scene::by_card(*role)
                    .asking(&ItemSet::CLINICAL.iter().collect::<Vec<_>>())
                    .with(|q, _| (q.zone, q.purpose) = (*zone, *purpose));
                assert_ne!(scene.answer(), "permit", "{} {}", role.code(), zone.code());
            }
        }
    }
}

/// no permission, then card, then the next day.
#[test]
fn a_permission_lives_until_the_last_microsecond_of_the_day() {
    let scene = || Scene::by_card(Role::Doctor).with(|_, f| session(f).valid.to = None);
    let day_end = at(10, 0, 0).end_of_tokyo_day();
    assert_eq!(scene().with(|q, _| q.at = at(23, 59, 59)).answer(), "permit");
    assert_eq!(scene().with(|q, _| q.at = day_end).answer(), "permit");
    let next = scene().with(|q, _| q.at = Timestamp(day_end.0 + 1));
    assert_eq!(next.answer(), "grant_expired");
    let Decision::Refuse { because, remedy } = next.decide() else { panic!("expected a refusal") };
    assert_eq!(remedy, Remedy::ReadCard);
    assert_eq!(because[0].public(), Reason::NoPermission);
    assert_eq!(Reason::NoPermission.category(), Category::NotAllowed);
    let Decision::Permit { until, grant, because, .. } = scene().decide() else { panic!("expected a permit") };
    assert_eq!(until, day_end);
    assert_eq!(grant.map(|grant| grant.opened_at), Some(at(9, 12, 0)));
    assert_eq!(because, [Reason::GrantCard, Reason::ConsentAllRegions, Reason::MatrixAllows]);
}

/// at a patient's address everything that depends on the patient is one and the same answer.
#[test]
fn known_and_unknown_patients_are_refused_alike() {
    let changes: [Change; 5] = [
        |_, f| f.grants.clear(),
        |_, f| {
            f.grants.clear();
            f.patient_known = false;
            f.consent = None
        },
        |_, f| {
            f.grants.clear();
            f.consent = None
        },
        |_, f| yesterday(f),
        |_, f| f.consent.as_mut().unwrap().scope = ConsentScope::OwnRegion,
    ];
    for items in [vec![Item::Diagnoses], vec![Item::KeyManagement, Item::Diagnoses], vec![Item::AuxiliaryDrafts]] {
        for change in changes {
            let decision = Scene::by_card(Role::Doctor).asking(&items).with(change).decide();
            assert_eq!(decision.first().map(Reason::public), Some(Reason::NoPermission));
        }
    }
}

/// without permission the remainder is not served either, and one's own acts stay in sight.
#[test]
fn a_question_over_all_items_is_refused_as_a_whole() {
    let all: Vec<Item> = ItemSet::CLINICAL.iter().collect();
    assert_eq!(Scene::by_card(Role::Doctor).asking(&all).with(|_, f| f.grants.clear()).answer(), "no_permission");
    let Decision::Permit { scope, .. } = Scene::by_card(Role::Pharmacist).asking(&all).decide() else {
        panic!("expected a permit")
    };
    assert!(scope.items().contains(Item::Prescriptions) && !scope.items().contains(Item::ImagingAndPhysiology));
    assert!(scope.refused().contains(Item::ImagingAndPhysiology));
    let own_acts = Scene::by_card(Role::Doctor).asking(&[Item::AccessHistory]).with(|_, f| f.grants.clear());
    assert_eq!(own_acts.answer(), "permit");
}

/// R-X-21: consent of the own region only; a clinic of the other region reads the card.
#[test]
fn a_card_read_in_another_region_fails_for_the_scope() {
    let read = |change: Change| {
        let scene = Scene::by_card(Role::Doctor).asking(&[]).doing(Operation::Register);
        scene
            .with(|q, f| {
                q.purpose = Purpose::OpenByCard;
                f.grants.clear()
            })
            .with(change)
    };
    assert_eq!(read(|_, _| ()).answer(), "permit");
    let refused = read(|_, f| f.consent.as_mut().unwrap().scope = ConsentScope::OwnRegion);
    assert_eq!(refused.answer(), "consent_scope");
    assert!(refused.decide().first().is_some_and(Reason::depends_on_patient));
    let own = read(|_, f| {
        let consent = f.consent.as_mut().unwrap();
        consent.scope = ConsentScope::OwnRegion;
        consent.home_region = region("noto-chubu");
    });
    assert_eq!(own.answer(), "permit");
    assert_eq!(read(|_, f| f.consent = None).answer(), "consent_absent");
}

/// R-8.2.4-ア: who may open by card, and until when.
#[test]
fn a_card_opens_the_institutions_day_for_users_and_auxiliaries() {
    for role in Role::ALL {
        let scene = Scene::by_card(*role).asking(&[]).doing(Operation::Register).with(|q, f| {
            q.purpose = Purpose::OpenByCard;
            f.grants.clear();
            // A test certificate is in order for the three professions of 8.1(2).
            f.session.as_mut().unwrap().test_level = !matches!(q.asker.role, Role::Doctor | Role::Pharmacist);
        });
        assert_eq!(scene.answer() == "permit", role.is_professional(), "{}", role.code());
        if let Decision::Permit { until, .. } = scene.decide() {
            assert_eq!(until, at(10, 0, 0).end_of_tokyo_day());
        }
    }
}

/// R-8.2.4-エ: four hours, view only, the emergency items, only for who opened it.
#[test]
fn an_unconscious_case_shows_the_emergency_items_to_its_opener() {
    let view = |item: Item| Scene::unconscious(Role::Doctor).asking(&[item]);
    assert_eq!(view(Item::Allergies).answer(), "permit");
    assert_eq!(view(Item::ImagingAndPhysiology).answer(), "matrix");
    assert_eq!(view(Item::Allergies).doing(Operation::Output).answer(), "matrix");
    assert_eq!(view(Item::Allergies).doing(Operation::Register).answer(), "matrix");
    assert_eq!(view(Item::Allergies).with(|q, _| q.at = at(6, 0, 0)).answer(), "permit");
    assert_eq!(view(Item::Allergies).with(|q, _| q.at = at(6, 0, 1)).answer(), "grant_expired");
    assert_eq!(view(Item::Allergies).with(|_, f| f.grants[0].opened_by = person(99)).answer(), "no_permission");
    assert_eq!(view(Item::Allergies).with(|_, f| f.consent = None).answer(), "consent_absent");
    assert_eq!(Scene::unconscious(Role::Nurse).asking(&[Item::Allergies]).answer(), "permit");
    assert_eq!(Scene::unconscious(Role::Auxiliary).asking(&[Item::Allergies]).answer(), "purpose");
    let Decision::Permit { obligations, .. } = view(Item::Allergies).decide() else { panic!("expected a permit") };
    assert!(obligations.contains(&Obligation::ReviewCase));
}

/// R-X-15: something is withheld is told to an unconscious-case doctor only, who may open it with a reason.
#[test]
fn only_the_emergency_doctor_is_told_that_something_is_withheld() {
    let limited = |scene: Scene| {
        scene.asking(&[Item::Allergies]).with(|_, f| {
            f.limits =
                vec![Limit::Institution { institution: institution(ELSEWHERE), direction: LimitDirection::Source }];
        })
    };
    let told = |scene: Scene| match limited(scene).decide() {
        Decision::Permit { obligations, .. } => obligations.contains(&Obligation::ShowWithheldNotice),
        _ => panic!("expected a permit"),
    };
    assert!(told(Scene::unconscious(Role::Doctor)));
    assert!(!told(Scene::unconscious(Role::Nurse)));
    assert!(!told(Scene::unconscious(Role::Pharmacist)));
    assert!(!told(Scene::by_card(Role::Doctor)));
    let opened = |scene: Scene| match limited(scene).with(|q, _| q.override_reason_given = true).decide() {
        Decision::Permit { because, .. } => because.contains(&Reason::Overridden),
        _ => panic!("expected a permit"),
    };
    assert!(opened(Scene::unconscious(Role::Doctor)));
    assert!(!opened(Scene::unconscious(Role::Nurse)));
    assert!(!opened(Scene::by_card(Role::Doctor)));
}

/// R-8.2.4-オ: only inside the declared region and time.
#[test]
fn a_disaster_permission_needs_the_declaration_of_its_region() {
    let scene = |code: &str| {
        Scene::by_card(Role::Doctor).with(|_, f| {
            f.grants[0].kind = GrantKind::Disaster;
            let valid = Period::between(at(9, 0, 0), at(11, 0, 0));
            f.disaster = Some(DisasterFacts { regions: vec![region(code)], valid });
        })
    };
    assert_eq!(scene("noto-chubu").answer(), "permit");
    assert_eq!(scene("noto-hokubu").answer(), "no_declaration");
    assert_eq!(scene("noto-chubu").with(|q, _| q.at = at(11, 0, 0)).answer(), "no_declaration");
    assert_eq!(scene("noto-chubu").doing(Operation::Output).answer(), "emergency_view_only");
}

/// an institution's system registers for consenting patients, and sees nothing.
#[test]
fn a_machine_registers_only_for_consenting_patients() {
    let send = |change: Change| Scene::machine().asking(&[Item::Laboratory]).with(change).answer();
    assert_eq!(send(|_, _| ()), "permit");
    assert_eq!(send(|_, f| f.consent = None), "consent_absent");
    assert_eq!(send(|_, f| f.consent.as_mut().unwrap().state = ConsentState::Withdrawn), "consent_absent");
    assert_eq!(send(|_, f| f.consent.as_mut().unwrap().scope = ConsentScope::OwnRegion), "permit");
    assert_eq!(send(|q, _| q.patient = None), "no_permission");
    assert_eq!(send(|_, f| f.session = None), "session_ended");
    assert_eq!(send(|q, f| (q.zone, f.session) = (Zone::Console, None)), "permit");
    assert_eq!(send(|q, _| q.zone = Zone::Professional), "hidden");
    assert_eq!(send(|q, _| q.operation = Operation::View), "matrix");
    assert_eq!(send(|_, f| inst(f).state = InstitutionState::Suspended), "institution_suspended");
}

/// The patient sees the own record at the patient entrance, a proxy the ward's as far as allowed.
#[test]
fn the_patient_side_sees_its_own_record_only() {
    let own = |change: Change| Scene::patient_side().with(change).answer();
    assert_eq!(own(|_, _| ()), "permit");
    assert_eq!(own(|q, _| q.patient = Some(person(9))), "not_own_data");
    assert_eq!(own(|q, _| q.zone = Zone::Professional), "hidden");
    assert_eq!(own(|_, f| f.consent = None), "consent_absent");
    let proxy = |hidden: ItemSet, item: Item| {
        Scene::patient_side()
            .asking(&[item])
            .with(|q, f| {
                (q.asker.role, q.asker.person) = (Role::Proxy, Some(person(3)));
                let valid = Period::since(at(0, 0, 0));
                f.proxy = Some(ProxyFacts { patient: person(PATIENT), valid, hidden_items: hidden });
            })
            .answer()
    };
    assert_eq!(proxy(ItemSet::EMPTY, Item::PatientDiary), "permit");
    assert_eq!(proxy(ItemSet::from(Item::PatientDiary), Item::PatientDiary), "condition");
    let ended = Scene::patient_side().with(|q, _| q.asker.role = Role::Proxy);
    assert_eq!(ended.answer(), "proxy_absent");
}

/// without the policy everything is refused as policy_unavailable.
#[test]
fn without_policy_everything_is_refused() {
    let scene = Scene::by_card(Role::Doctor);
    let decision = decide(&scene.question, &scene.facts, None);
    assert_eq!(decision.because(), [Reason::PolicyUnavailable]);
    let decision = decide(&scene.question, &Facts::default(), Some(&crate::scene::rules()));
    assert_eq!(decision.because(), [Reason::PolicyUnavailable]);
}

/// governance rights with conditions need their proof.
#[test]
fn a_deputy_acts_only_within_a_delegation() {
    let deputy = |fulfilled: &[renkei_access::Condition]| {
        Scene::by_card(Role::DeputySystemAdministrator)
            .asking(&[Item::Assets])
            .with(|q, f| {
                (q.patient, q.purpose, q.asker.institution) = (None, Purpose::Operation, None);
                f.affiliation.as_mut().unwrap().institution = None;
                f.fulfilled = fulfilled.iter().copied().collect();
            })
            .answer()
    };
    assert_eq!(deputy(&[]), "condition");
    assert_eq!(deputy(&[renkei_access::Condition::Delegated]), "permit");
}

/// R-X-02: every reason has a code that reads back and words in both languages.
#[test]
fn every_reason_can_be_told() {
    for reason in Reason::ALL {
        assert_eq!(Reason::from_code(reason.code()), Some(*reason));
        assert!(!reason.text_ja().is_empty() && !reason.text_en().is_empty());
    }
}
