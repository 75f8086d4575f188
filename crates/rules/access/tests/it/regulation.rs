//! The shipped regulation files, and what a file must be to be accepted.

use crate::scene::{Scene, at, shipped, word};
use renkei_access::matrix::{Basis, difference};
use renkei_access::{
    Column, Condition, Item, Matrix, MatrixRow, Operation, Role, Rulebook, RulebookError, RulebookParts, decide, load,
};
use renkei_kernel::{Category, Problem, Timestamp};
use renkei_records::EntryKind;

fn matrix_zero() -> Matrix {
    RulebookParts::shipped().unwrap().matrices.remove(0)
}

/// R-8.2.1: the shipped matrix states every cell of both printed tables.
#[test]
fn version_zero_leaves_no_cell_unsaid() {
    let matrix = matrix_zero();
    assert_eq!(matrix.version(), 0);
    assert_eq!(matrix.missing_cells(), []);
    assert_eq!(matrix.notes().len(), 14);
    for (id, _) in matrix.notes() {
        let used = matrix.rows().iter().any(|row| row.note.split_whitespace().any(|word| word == id));
        assert!(used, "note {id} is used by no row");
    }
}

/// R-8.2.1: the rows say what the printed cells say; a sample of every kind of cell.
#[test]
fn cells_of_version_zero_read_as_printed() {
    use Operation::{Cancel, Confirm, Draft, Output, Register, View};
    let matrix = matrix_zero();
    let letters = |role: Role, item: Item| -> String {
        let found = Operation::ALL.iter().filter(|op| matrix.right(Column::Role(role), item, **op).is_some());
        found.map(|op| op.letter()).collect()
    };
    let holds = |role: Role, item: Item, operation: Operation, condition: Condition| {
        matrix.right(Column::Role(role), item, operation).is_some_and(|right| right.conditions.contains(condition))
    };
    for (role, item, expected) in [
        (Role::Doctor, Item::Diagnoses, "RVCOX"),
        (Role::Dentist, Item::Diagnoses, "V"),
        (Role::Auxiliary, Item::Diagnoses, "d"),
        (Role::Patient, Item::Diagnoses, "VO"),
        (Role::Pharmacist, Item::ImagingAndPhysiology, ""),
        (Role::Nurse, Item::Prescriptions, "V"),
        (Role::Pharmacist, Item::Dispensing, "RVCOX"),
        (Role::Doctor, Item::Dispensing, "VO"),
        (Role::Dentist, Item::Dental, "RVCOX"),
        (Role::Dietitian, Item::NutritionGuidance, "RVOX"),
        (Role::Dentist, Item::Sensitive, ""),
        (Role::Doctor, Item::AuxiliaryDrafts, "VC"),
        (Role::Auxiliary, Item::AuxiliaryDrafts, "dVX"),
        (Role::Patient, Item::PatientDiary, "RVOX"),
        (Role::SystemAdministrator, Item::Diagnoses, ""),
        (Role::ProgrammeManager, Item::RightsMatrix, "VA"),
        (Role::AuditManager, Item::AuditTrail, "VO"),
        (Role::RemoteMaintenanceStaff, Item::PoliciesAndProcedures, ""),
        (Role::InstitutionSystem, Item::Laboratory, "R"),
    ] {
        assert_eq!(letters(role, item), expected, "{} {}", role.code(), item.code());
    }
    assert!(holds(Role::Doctor, Item::Diagnoses, Cancel, Condition::OwnEntry));
    assert!(holds(Role::Doctor, Item::Diagnoses, View, Condition::Permission));
    assert!(holds(Role::Dentist, Item::Prescriptions, Register, Condition::DentalOnly));
    assert!(!holds(Role::Dentist, Item::Prescriptions, View, Condition::DentalOnly));
    assert!(holds(Role::Dietitian, Item::Prescriptions, View, Condition::NamesOnly));
    assert!(holds(Role::Pharmacist, Item::Laboratory, View, Condition::DefaultLaboratory));
    assert!(holds(Role::Pharmacist, Item::Laboratory, View, Condition::Sensitive));
    assert!(holds(Role::Pharmacist, Item::Referrals, View, Condition::AddressedToOwn));
    assert!(holds(Role::Nurse, Item::Sensitive, View, Condition::OwnInstitution));
    assert!(holds(Role::Pharmacist, Item::Sensitive, View, Condition::DispensingNeeds));
    assert!(holds(Role::Doctor, Item::AuxiliaryDrafts, Confirm, Condition::LinkedDoctor));
    assert!(holds(Role::Auxiliary, Item::Dental, Draft, Condition::ConfirmerExists));
    assert!(holds(Role::Patient, Item::DischargeSummaries, Output, Condition::AfterDelay));
    assert!(holds(Role::DeputySystemAdministrator, Item::Assets, Register, Condition::Delegated));
    let delay = |item| matrix.right(Column::Role(Role::Patient), item, View).unwrap().delay_days;
    assert_eq!((delay(Item::Laboratory), delay(Item::ImagingAndPhysiology)), (0, 7));
    let emergency = |item| matrix.right(Column::UnconsciousView, item, View);
    assert!(emergency(Item::Allergies).unwrap().conditions.contains(Condition::Emergency));
    assert!(emergency(Item::Laboratory).unwrap().conditions.contains(Condition::LatestOnly));
    assert!(emergency(Item::ImagingAndPhysiology).is_none());
    assert!(matrix.rows().iter().any(|row| row.item == Item::AuxiliaryDrafts && row.basis == Basis::S1));
}

/// R-8.2.1: every record kind the program can hold has an item.
#[test]
fn every_record_kind_has_an_item() {
    let parts = RulebookParts::shipped().unwrap();
    let table = &parts.kinds[0].content;
    assert_eq!(table.missing(), []);
    for kind in EntryKind::ALL {
        assert!(table.item_of(*kind).is_some_and(Item::is_clinical), "{}", kind.name());
    }
}

#[test]
fn a_rulebook_without_a_kinds_item_is_refused() {
    let mut parts = RulebookParts::shipped().unwrap();
    let text = "[record-kinds]\nversion = 0\nvalid_from = 2014-04-01\n[kinds]\nrows = [{ kind = \"Visit\", item = \"D29\" }]\n";
    parts.kinds = vec![load::record_kinds("record-kinds.toml", text).unwrap()];
    assert!(matches!(Rulebook::assemble(parts), Err(RulebookError::KindWithoutItem { .. })));
}

/// R-8.2.1: an unknown item refuses the whole file with its line, and nothing changes.
#[test]
fn every_fault_of_a_matrix_file_is_told_with_its_line() {
    let text = r#"[matrix]
version = 1
valid_from = 2015-06-01T12:00:00
[rights]
rows = [
  { role = "doctor", item = "D99", op = "V", allow = 1, basis = "proposal" },
  { role = "physician", item = "D04", op = "V", allow = 1, basis = "proposal" },
  { role = "doctor", item = "D04", op = "W", allow = 2, basis = "proposal" },
  { role = "doctor", item = "D05", op = "V", allow = 1, conditions = ["own"], note = "*9", basis = "S3" },
  { role = "doctor", item = "D06", op = "V", allow = 1, basis = "proposal", colour = "red" },
  { role = "doctor", item = "D06", op = "V", allow = 1, basis = "proposal" },
  { role = "doctor", item = "D07", op = "-", allow = 1, basis = "proposal" },
]
"#;
    let refused = load::matrix("rights-matrix.v1.toml", text).unwrap_err();
    let found: Vec<(usize, &str)> = refused.faults.iter().map(|fault| (fault.line, fault.code)).collect();
    let expected = [
        (6, "unknown-item"),
        (7, "unknown-role"),
        (8, "bad-allow"),
        (8, "unknown-operation"),
        (9, "unknown-basis"),
        (9, "unknown-condition"),
        (9, "unknown-note"),
        (10, "unknown-field"),
        (11, "row-twice"),
        (12, "dash-with-right"),
    ];
    for fault in expected {
        assert!(found.contains(&fault), "{fault:?} missing in {found:?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:?}");
    assert_eq!((refused.category(), refused.code()), (Category::Malformed, "regulation_invalid"));
    assert!(refused.to_string().contains("rights-matrix.v1.toml:6行目"));
}

/// R-8.2.1: an enacted version is one text with one hash, however the file was laid out.
#[test]
fn the_canonical_form_reads_back_as_the_same_version() {
    let matrix = matrix_zero();
    let again = load::matrix("canonical", &matrix.canonical()).unwrap();
    assert_eq!(again, matrix);
    assert_eq!(again.hash(), matrix.hash());
    let mut rows = matrix.rows().to_vec();
    rows.reverse();
    let reordered = Matrix::new(0, matrix.valid_from(), matrix.title().to_owned(), matrix.notes().to_vec(), rows);
    assert_eq!(reordered.hash(), matrix.hash());
    let changed = matrix.revised(0, matrix.valid_from(), without_laboratory_for_dietitians);
    assert_ne!(changed.hash(), matrix.hash());
}

fn without_laboratory_for_dietitians(rows: &mut Vec<MatrixRow>) {
    rows.retain(|row| !(row.column == Column::Role(Role::Dietitian) && row.item == Item::Laboratory));
}

/// R-8.2.1: v1 lets dietitians view laboratory results, v2 from 12:00 does not; the same open session.
#[test]
fn a_matrix_changes_open_sessions_at_its_instant() {
    let mut parts = RulebookParts::shipped().unwrap();
    let noon = at(12, 0, 0);
    let second = parts.matrices[0].revised(1, noon, without_laboratory_for_dietitians);
    let lost = difference(&parts.matrices[0], &second);
    assert_eq!(lost.len(), 1);
    assert!(lost[0].after.is_none());
    parts.matrices.push(second);
    let book = Rulebook::assemble(parts).unwrap();
    let ask = |at: Timestamp| {
        let scene = Scene::by_card(Role::Dietitian).asking(&[Item::Laboratory]).with(|q, _| q.at = at);
        decide(&scene.question, &scene.facts, book.at(at).map(AsRef::as_ref))
    };
    let last_before = Timestamp(noon.0 - 1);
    assert_eq!(word(&ask(at(11, 59, 59))), "permit");
    assert_eq!(word(&ask(last_before)), "permit");
    assert_eq!(word(&ask(noon)), "matrix");
    let renkei_access::Decision::Permit { until, .. } = ask(at(11, 0, 0)) else { panic!("expected a permit") };
    assert_eq!(until, last_before);
    // A cached rule set is not used past its end.
    let old = book.at(at(11, 0, 0)).unwrap();
    let scene = Scene::by_card(Role::Doctor).with(|q, _| q.at = noon);
    assert_eq!(word(&decide(&scene.question, &scene.facts, Some(old))), "policy_unavailable");
}

#[test]
fn two_versions_of_one_number_or_instant_are_refused() {
    let mut parts = RulebookParts::shipped().unwrap();
    let first = parts.matrices[0].clone();
    parts.matrices.push(first.revised(1, first.valid_from(), |_| ()));
    assert!(matches!(Rulebook::assemble(parts.clone()), Err(RulebookError::SameInstant { .. })));
    parts.matrices[1] = first.revised(0, at(12, 0, 0), |_| ());
    assert!(matches!(Rulebook::assemble(parts.clone()), Err(RulebookError::SameVersion { .. })));
    parts.matrices.clear();
    assert!(matches!(Rulebook::assemble(parts), Err(RulebookError::NoVersion { definition: "rights-matrix" })));
}

#[test]
fn before_the_first_version_there_is_no_policy() {
    assert!(shipped().at(Timestamp::from_seconds(0)).is_none());
}

#[test]
fn faulty_rows_of_the_other_tables_are_told_with_their_lines() {
    let head = |name: &str| format!("[{name}]\nversion = 0\nvalid_from = 2014-04-01\n");
    let codes = |refused: renkei_access::RegulationRefused| -> Vec<(usize, &'static str)> {
        refused.faults.iter().map(|fault| (fault.line, fault.code)).collect()
    };
    let text = head("sensitive")
        + "[marks]\nrows = [\n{ class = \"secret\", icd10 = \"F10-F99\" },\n{ class = \"genetic\", icd10 = \"F99-F10\" },\n{ class = \"genetic\" },\n]\n";
    let found = codes(load::sensitive("sensitive.toml", &text).unwrap_err());
    assert_eq!(found, [(6, "unknown-class"), (7, "bad-mark"), (8, "one-mark")]);
    let text = head("grant-kinds") + "[[grant]]\nkind = \"card\"\nserves = \"all\"\nview = \"matrix\"\nhours = 0\n";
    let found = codes(load::grant_rules("grant-kinds.toml", &text).unwrap_err());
    assert_eq!(found, [(6, "bad-serves"), (8, "out-of-range")]);
    let text = head("record-kinds")
        + "[kinds]\nrows = [\n{ kind = \"Visit\", item = \"G01\" },\n{ kind = \"Vist\", item = \"D29\" },\n]\n";
    let found = codes(load::record_kinds("record-kinds.toml", &text).unwrap_err());
    assert_eq!(found, [(6, "unknown-item"), (7, "unknown-kind")]);
}
