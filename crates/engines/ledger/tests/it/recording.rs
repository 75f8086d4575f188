//! What a record holds and what it refuses.

use crate::scene::Scene;
use renkei_db::{BoxFuture, Engine};
use renkei_kernel::PersonId;
use renkei_ledger::{
    Detail, Error, EventName, Prepared, entries_of_patient, entry_find, export, record, record_all, record_alone,
    record_read, waiting,
};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn a_record_holds_who_whom_which_items_and_why() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        let patient: PersonId = scene.ids.next();
        let recorded = scene.look(patient).await;
        let found = entry_find(&scene.test, &recorded, recorded.event_id()).await.unwrap().unwrap();
        let json = found.json();
        assert_eq!(json["patient"], patient.to_string());
        assert_eq!(json["event"], "access.granted");
        assert_eq!(json["action"], "R");
        assert_eq!(json["outcome"], 0);
        assert_eq!(json["actor"]["kind"], "person");
        assert_eq!(json["permission"]["decision"], recorded.permit().decision_id().to_string());
        assert_eq!(json["permission"]["because"], serde_json::json!(["grant_card", "matrix_allows"]));
        assert_eq!(json["permission"]["items"][0], "D01");
        assert_eq!(json["net"]["listener"], "professional");
        assert_eq!(json["t"], "2026-01-01T00:00:00.000000Z");
        assert!(!found.entry.contains(&b'\n'));
    }
}

/// R-X-04: a write and its record commit together or not at all.
#[tokio::test(flavor = "multi_thread")]
async fn an_act_that_fails_leaves_no_record() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        let patient: PersonId = scene.ids.next();
        scene.write(patient, true).await.unwrap();
        scene.write(patient, false).await.unwrap_err();
        scene.sequencer.flush().await.unwrap();
        let report = scene.verify(&[scene.latest()]).await;
        assert_eq!((report.entries, report.waiting), (1, 0), "{engine:?}");
    }
}

/// Case 11 of the attack list: an entry above the bound fails the act that wanted it.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_too_large_fails_its_act() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        let codes: Vec<String> = (0..2_000).map(|n| format!("{n:040}")).collect();
        let event = scene.ledger.event(EventName::RecordStored).detail("codes", Detail::Codes(codes));
        let permit = scene.permit(scene.ids.next());
        let end = record_read(&scene.test, permit, event).await;
        assert!(matches!(end, Err(Error::TooLarge { .. })), "{engine:?}");
        assert_eq!(waiting(&scene.test).await.unwrap().count, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permit_that_ended_opens_nothing() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        let permit = scene.permit(scene.ids.next());
        scene.clock.advance_seconds(3_601);
        let event = scene.ledger.event(EventName::AccessGranted);
        assert!(matches!(record_read(&scene.test, permit, event).await, Err(Error::PermitEnded)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_cannot_name_another_patient_than_its_permit() {
    let scene = Scene::new(Engine::Sqlite).await;
    let event = scene.ledger.event(EventName::AccessGranted).patient(scene.ids.next());
    let end = record_read(&scene.test, scene.permit(scene.ids.next()), event).await;
    assert!(matches!(end, Err(Error::NotThePermitsPatient)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_event_is_not_written_twice() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        let event = scene.refusal();
        record_alone(&scene.test, event.clone()).await.unwrap();
        assert!(record_alone(&scene.test, event).await.is_err(), "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_recorded_in_one_act() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        let prepared = |_| {
            let event = scene.ledger.event(EventName::RecordStored);
            (event.id(), Prepared::of(&Arc::new(scene.permit(scene.ids.next())), &event).unwrap())
        };
        let acts: Arc<Vec<_>> = Arc::new((0..700).map(prepared).collect());
        scene
            .test
            .act(move |tx| -> BoxFuture<'_, Result<(), Error>> {
                let acts = acts.clone();
                Box::pin(async move {
                    let all: Vec<_> = acts.iter().map(|(_, prepared)| prepared).collect();
                    let proofs = record_all(tx, &all).await?;
                    assert_eq!(proofs.len(), 700);
                    assert_eq!(proofs[699].event_id(), acts[699].0);
                    Ok(())
                })
            })
            .await
            .unwrap();
        scene.sequencer.flush().await.unwrap();
        assert_eq!(scene.verify(&[]).await.entries, 700, "{engine:?}");
    }
}

/// Case 15: a clock set back is marked; the trail goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_back_is_marked() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        let patient: PersonId = scene.ids.next();
        scene.look(patient).await;
        scene.clock.advance_seconds(-3_600);
        let recorded = scene.look(patient).await;
        let found = entry_find(&scene.test, &recorded, recorded.event_id()).await.unwrap().unwrap();
        assert_eq!(found.json()["t_quality"]["state"], "stepped_back");
        assert_eq!(found.json()["t_quality"]["offset_us"], -3_600_000_000i64);
        assert_eq!(scene.ledger.clock_behind_seconds(), 3_600, "an alarm for whoever watches");
        scene.clock.advance_seconds(3_601);
        assert_eq!(scene.ledger.clock_behind_seconds(), 0);
        scene.sequencer.flush().await.unwrap();
        let report = scene.verify(&[scene.latest()]).await;
        assert!(report.is_ok() && report.warnings.is_empty(), "{engine:?} {report:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patients_list_is_complete_at_once_and_shows_nobody_else() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        let (one, other): (PersonId, PersonId) = (scene.ids.next(), scene.ids.next());
        for _ in 0..5 {
            scene.clock.advance_seconds(1);
            scene.look(one).await;
            scene.look(other).await;
        }
        scene.sequencer.flush().await.unwrap();
        scene.clock.advance_seconds(1);
        let recorded = scene.look(one).await;
        let mut seen = entries_of_patient(&scene.test, &recorded, None, 4).await.unwrap();
        assert_eq!(seen[0].event, recorded.event_id());
        assert!(seen.windows(2).all(|pair| pair[0].at >= pair[1].at));
        let last = seen.last().unwrap().number;
        seen.extend(entries_of_patient(&scene.test, &recorded, last, 100).await.unwrap());
        assert_eq!(seen.len(), 6, "{engine:?}");
        assert!(seen.iter().all(|found| found.json()["patient"] == one.to_string()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_one_json_line_an_entry() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.mixed_acts(30).await;
        scene.sequencer.flush().await.unwrap();
        let recorded = scene.look(scene.ids.next()).await;
        let mut out = Vec::new();
        assert_eq!(export(&scene.test, &recorded, 10, 15, &mut out).await.unwrap(), 15);
        let lines: Vec<serde_json::Value> =
            out.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(|l| serde_json::from_slice(l).unwrap()).collect();
        assert_eq!(lines.len(), 15);
        assert_eq!(lines[0]["number"], 10);
        assert!(lines.iter().all(|line| line["entry"]["v"] == 1));
    }
}

/// Whatever is in the trail came from ids and codes: nothing a person typed can stand in it.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_with_controls_stays_one_harmless_record() {
    let scene = Scene::new(Engine::Sqlite).await;
    let event = scene.refusal().detail("reason", "x\n{\"event\":\"forged\"}\u{202e}");
    let permit = scene.permit(scene.ids.next());
    let id = event.id();
    scene
        .test
        .act(move |tx| -> BoxFuture<'_, Result<(), Error>> {
            let (permit, event) = (permit.clone(), event.clone());
            Box::pin(async move {
                record(tx, &permit, &event).await?;
                Ok(())
            })
        })
        .await
        .unwrap();
    let recorded = scene.look(scene.ids.next()).await;
    let found = entry_find(&scene.test, &recorded, id).await.unwrap().unwrap();
    assert!(found.entry.iter().all(|b| (0x20..0x7f).contains(b)));
    assert_eq!(found.json()["event"], "auth.failure");
}
