//! The audit manager reads evidence, sees no value of a patient, and writes nothing but the audit itself (R-F1-3.2B).

use crate::scene::Scene;
use renkei_access::{GrantKind, Item, ItemSet, Operation, Purpose, Role, Zone};
use std::collections::BTreeSet;

fn permitted(role: Role, zone: Zone, purpose: Purpose, operation: Operation, item: Item) -> bool {
    let mut scene = match purpose {
        Purpose::Emergency => Scene::unconscious(role),
        _ => Scene::by_card(role),
    };
    (scene.question.zone, scene.question.purpose, scene.question.operation) = (zone, purpose, operation);
    scene.question.items = ItemSet::from(item);
    scene.question.override_reason_given = true;
    for kind in GrantKind::ALL {
        scene.facts.grants.push(crate::scene::grant(*kind, 100));
    }
    scene.decide().is_permit()
}

/// R-F1-3.2B: every write and every value of a patient is refused to an audit manager, at every entrance, for every
/// purpose, with every permission at hand; what he may is to read what is no patient's.
#[test]
fn an_audit_manager_sees_no_patient_and_changes_nothing() {
    let mut allowed = BTreeSet::new();
    for (zone, purpose) in Zone::ALL.iter().flat_map(|zone| Purpose::ALL.iter().map(move |purpose| (*zone, *purpose))) {
        for (operation, item) in Operation::ALL.iter().flat_map(|o| Item::ALL.iter().map(move |item| (*o, *item))) {
            if permitted(Role::AuditManager, zone, purpose, operation, item) {
                assert!(!item.is_clinical(), "{} {} at {}", operation.code(), item.code(), zone.code());
                allowed.insert((operation.code(), item.code()));
            }
        }
    }
    let writes: Vec<_> = allowed.iter().filter(|(operation, _)| !["view", "output"].contains(operation)).collect();
    let audit =
        Item::ALL.iter().find(|item| item.label_ja().contains("監査計画")).expect("the audit's own item").code();
    assert!(writes.iter().all(|(_, item)| *item == audit), "{writes:?}");
    assert!(allowed.iter().any(|(operation, _)| *operation == "view"), "evidence can be read at all");
}
