//! What an operator does to the house: what it is, and its key.

use renkei_app::instance::{InstanceError, InstanceKind};
use renkei_app::keys::RotationEnd;
use renkei_app::watch::{Decided, Watcher};
use renkei_kernel::{Category, Problem};
use renkei_testkit::{World, refused};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;

async fn key_states(world: &World) -> Vec<Value> {
    world.trail().await.into_iter().filter(|entry| entry["event"] == "key.rotated").collect()
}

/// R-X-19: what an installation is stands in the trail once, and it is never opened as another kind.
#[tokio::test]
async fn an_installation_says_once_what_it_is() {
    let world = World::new().await;
    assert!(world.house.settle_instance(InstanceKind::Production).await.unwrap());
    assert!(!world.house.settle_instance(InstanceKind::Production).await.unwrap());
    let refused = world.house.settle_instance(InstanceKind::Demonstration).await.unwrap_err();
    assert!(matches!(refused, InstanceError::OfAnotherKind { .. }));
    assert_eq!((refused.category(), refused.code()), (Category::NotAllowed, "instance_of_another_kind"));
    let said: Vec<_> =
        world.trail().await.into_iter().filter(|entry| entry["event"] == "instance.initialised").collect();
    assert_eq!(said.len(), 1);
    assert_eq!(said[0]["detail"]["kind"], "production");
    assert!(world.verify().await.is_ok());
}

/// R-X-16: a rotation stands in the trail with its beginning, its end and both fingerprints; a visit goes on.
#[tokio::test]
async fn a_rotation_of_the_key_is_in_the_trail_and_disturbs_no_visit() {
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    let grant = world.open(&doctor, "hana").await;
    let done = world.house.rotate_keys().await.unwrap();
    assert_eq!(done.end, RotationEnd::Done);
    assert!(done.wrapped.is_some_and(|wrapped| wrapped > 2) && done.key_before != done.key_after);
    world.house.view_patient(&doctor, grant, "summary").await.unwrap();
    let told = key_states(&world).await;
    let states: Vec<_> = told.iter().map(|entry| entry["detail"]["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["begun", "done"]);
    assert_eq!(told[1]["detail"]["key_before"], done.key_before.as_str());
    assert_eq!(told[1]["detail"]["key_after"], done.key_after.as_str());
    assert_eq!(told[1]["actor"]["kind"], "installation");
    assert_eq!(world.house.settle_rotation().await.unwrap(), None, "nothing is left to tell");
}

/// R-X-16: killed before the new key was there, or after it was in force but before the trail knew: the next start
/// tells what became of it, once.
#[tokio::test]
async fn a_rotation_cut_short_is_told_at_the_next_start() {
    let world = World::new().await;
    let store = world.house.sealer().store();
    store.note_rotation().unwrap();
    assert!(store.note_rotation().is_err(), "one rotation at a time");
    assert_eq!(world.house.settle_rotation().await.unwrap().unwrap().end, RotationEnd::CutShort);
    store.note_rotation().unwrap();
    store.rotate_installation_key().await.unwrap();
    assert_eq!(world.house.settle_rotation().await.unwrap().unwrap().end, RotationEnd::FinishedAtStart);
    assert_eq!(world.house.settle_rotation().await.unwrap(), None);
    let told = key_states(&world).await;
    let told: Vec<_> = told.iter().map(|e| (e["detail"]["state"].as_str().unwrap(), e["outcome"].clone())).collect();
    assert_eq!(told, [("cut_short", Value::from(4)), ("finished_at_start", Value::from(0))]);
}

#[derive(Default)]
struct Seen(Mutex<Vec<Decided>>);

impl Watcher for Seen {
    fn decided(&self, decided: Decided, _took: Duration) {
        self.0.lock().unwrap().push(decided);
    }
}

/// R-X-04: every record is counted by its kind, and decisions by their end: numbers, nobody's name.
#[tokio::test]
async fn decisions_and_records_are_counted() {
    let world = World::new().await;
    let seen = Arc::new(Seen::default());
    world.house.connect_watcher(seen.clone());
    let doctor = world.sign_in("dr-minato").await;
    let grant = world.open(&doctor, "hana").await;
    world.house.view_patient(&doctor, grant, "laboratory").await.unwrap();
    world.house.close_visit(&doctor, grant).await.unwrap();
    refused(world.house.view_patient(&doctor, grant, "summary").await);
    let decided = seen.0.lock().unwrap().clone();
    assert!(decided.contains(&Decided::Permitted) && decided.last() == Some(&Decided::Refused), "{decided:?}");
    let tally = world.house.ledger().tally();
    for (code, outcome, wanted) in [("access.granted", 0, 1), ("access.denied", 4, 1), ("auth.success", 0, 1)] {
        let count = tally.iter().find(|(name, end, _)| name.code() == code && end.number() == outcome).map(|t| t.2);
        assert_eq!(count, Some(wanted), "{code}");
    }
    let all: u64 = tally.iter().map(|(_, _, count)| count).sum();
    assert_eq!(all, world.trail().await.len() as u64, "every record is counted once");
    let condition = renkei_ledger::condition(world.db()).await.unwrap();
    assert_eq!((condition.size, condition.waiting.count, condition.stepped_back), (all, 0, 0));
    assert_eq!(condition.signed.map(|(size, _)| size), Some(all));
    world.clock.advance_seconds(-3_600);
    world.sign_in("nurse-tsubaki").await;
    world.trail().await;
    let condition = renkei_ledger::condition(world.db()).await.unwrap();
    assert!(condition.stepped_back > 0 && condition.newest_at > Some(world.house.now()), "a clock set back is seen");
}
