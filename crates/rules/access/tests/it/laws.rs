//! Laws that hold for every input: default is deny, and no fact outweighs another's refusal.

use crate::scene::{ELSEWHERE, Scene, at, grant, institution, rules};
use proptest::prelude::*;
use renkei_access::{Decision, Facts, GrantKind, Item, ItemSet, Operation, Purpose, Role, SystemMode, Zone, decide};
use renkei_participation::{AffiliationState, ConsentScope, ConsentState, InstitutionState, Limit, LimitDirection};

/// Facts that speak against; each only takes away.
const REFUSALS: usize = 17;

fn take_away(facts: &mut Facts, which: usize) {
    match which {
        0 => facts.loaded = false,
        1 => facts.mode = SystemMode::Stopped,
        2 => facts.session = None,
        3 => facts.session.iter_mut().for_each(|session| session.credential_valid = false),
        4 => facts.affiliation = None,
        5 => facts.affiliation.iter_mut().for_each(|a| a.state = AffiliationState::Ended),
        6 => facts.institution = None,
        7 => facts.institution.iter_mut().for_each(|i| i.state = InstitutionState::Suspended),
        8 => facts.institution.iter_mut().for_each(|i| i.source_matches = false),
        9 => facts.consent = None,
        10 => facts.consent.iter_mut().for_each(|c| c.state = ConsentState::Withdrawn),
        11 => facts.consent.iter_mut().for_each(|c| c.scope = ConsentScope::OwnRegion),
        12 => facts.grants.clear(),
        13 => facts.grants.iter_mut().for_each(|g| g.closed_at = Some(at(9, 30, 0))),
        14 => facts.patient_known = false,
        15 => facts.limits.push(Limit::Item { item: Item::Diagnoses, except: vec![] }),
        _ => facts
            .limits
            .push(Limit::Institution { institution: institution(ELSEWHERE), direction: LimitDirection::Both }),
    }
}

fn any_scene() -> impl Strategy<Value = Scene> {
    let role = prop::sample::select(Role::ALL);
    let operation = prop::sample::select(Operation::ALL);
    let zone = prop::sample::select(Zone::ALL);
    let purpose = prop::sample::select(Purpose::ALL);
    let kind = prop::sample::select(GrantKind::ALL);
    let items = prop::collection::vec(prop::sample::select(Item::ALL), 0..6);
    let taken = prop::collection::vec(0..REFUSALS, 0..3);
    // Half of the scenes keep zone and purpose of their kind, so that permits occur.
    (role, operation, zone, purpose, kind, items, taken, 0..6u8, any::<bool>()).prop_map(
        |(role, operation, zone, purpose, kind, items, taken, shape, reason)| {
            let mut scene = match shape {
                0 => Scene::patient_side(),
                1 => Scene::machine(),
                2 => Scene::unconscious(role),
                _ => Scene::by_card(role),
            };
            scene.question.operation = operation;
            scene.question.items = items.into_iter().collect();
            scene.question.override_reason_given = reason;
            if shape == 5 {
                (scene.question.zone, scene.question.purpose) = (zone, purpose);
                scene.facts.grants.push(grant(kind, 100));
            }
            for which in taken {
                take_away(&mut scene.facts, which);
            }
            scene
        },
    )
}

fn allowed(decision: &Decision) -> ItemSet {
    match decision {
        Decision::Permit { scope, .. } => scope.items(),
        Decision::Refuse { .. } | Decision::Hidden { .. } => ItemSet::EMPTY,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// a fact that speaks against never opens anything.
    #[test]
    fn taking_a_fact_away_never_turns_a_refusal_into_a_permit(scene in any_scene(), which in 0..REFUSALS) {
        let rules = rules();
        let before = decide(&scene.question, &scene.facts, Some(&rules));
        let mut facts = scene.facts.clone();
        take_away(&mut facts, which);
        let after = decide(&scene.question, &facts, Some(&rules));
        prop_assert!(before.is_permit() || !after.is_permit());
        prop_assert!(allowed(&after).is_subset_of(allowed(&before)));
    }

    /// nothing known, nothing allowed, whatever is asked.
    #[test]
    fn empty_facts_deny(scene in any_scene()) {
        let rules = rules();
        prop_assert!(!decide(&scene.question, &Facts::default(), Some(&rules)).is_permit());
        let loaded = Facts { loaded: true, mode: SystemMode::Normal, ..Facts::default() };
        prop_assert!(!decide(&scene.question, &loaded, Some(&rules)).is_permit());
    }

    /// A permit never covers more than was asked, never starts over, and always says why.
    #[test]
    fn a_permit_covers_no_more_than_was_asked(scene in any_scene()) {
        let rules = rules();
        let decision = decide(&scene.question, &scene.facts, Some(&rules));
        prop_assert_eq!(&decision, &decide(&scene.question, &scene.facts, Some(&rules)));
        prop_assert!(!decision.because().is_empty());
        let permits = decision.is_permit();
        prop_assert!(decision.because().iter().all(|reason| reason.permits() == permits));
        if let Decision::Permit { until, scope, .. } = &decision {
            prop_assert!(scene.question.at <= *until);
            let asked = if scene.question.purpose == Purpose::OpenByCard {
                ItemSet::from(Item::CardsAndGrants)
            } else {
                scene.question.items
            };
            prop_assert!(scope.items().is_subset_of(asked));
        }
    }

    /// a professional's permit on clinical items always rests on a live permission of that institution.
    #[test]
    fn no_clinical_permit_without_a_live_permission(scene in any_scene()) {
        let rules = rules();
        let decision = decide(&scene.question, &scene.facts, Some(&rules));
        let own_acts = ItemSet::of(&[Item::AccessHistory, Item::CardsAndGrants, Item::Signatures]);
        if let Decision::Permit { scope, grant, .. } = &decision
            && scene.question.asker.role.is_professional()
            && scene.question.purpose != Purpose::OpenByCard
            && !scope.items().intersection(ItemSet::CLINICAL).is_subset_of(own_acts)
        {
            let used = grant.expect("a grant");
            let fact = scene.facts.grants.iter().find(|fact| fact.grant == used.grant && fact.kind == used.kind);
            prop_assert!(fact.is_some_and(|fact| fact.is_live(scene.question.at)));
            prop_assert!(fact.map(|fact| fact.institution) == scene.question.asker.institution);
        }
    }
}

/// The laws above would hold for a world without permits, too; the scenes are no such world.
#[test]
fn the_scenes_hold_permits_and_refusals() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let rules = rules();
    let permits = (0..1_000)
        .filter(|_| {
            let scene = any_scene().new_tree(&mut runner).unwrap().current();
            decide(&scene.question, &scene.facts, Some(&rules)).is_permit()
        })
        .count();
    assert!((50..900).contains(&permits), "{permits} permits in 1,000 scenes");
}
