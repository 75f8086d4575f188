//! A thief of the data folder reads nothing.

use renkei_access::{Actor, ItemScopes, Operation, Permit, PermitKind, PermitParts, Purpose, Reason, Subject, Zone};
use renkei_ledger::EventName;
use renkei_participation::register::Section;
use renkei_store::{Error, trail_people};
use renkei_testkit::{Lab, World};
use std::sync::Arc;

/// R-X-16: names, numbers, codes and values are planted, the data files are searched, none is found; with the chart's
/// key destroyed the record cannot be opened any more.
#[tokio::test]
async fn planted_values_are_not_in_the_data_folder() {
    let world = World::on(renkei_testkit::Engine::Sqlite).await;
    let import = world.house.import_begin("1710000001").await.unwrap().unwrap();
    let file = Lab::hba1c("0000123", "20261001", 424_242, "7.654321").arrived();
    assert_eq!(world.house.receive_patient(&import, "0000123", vec![file.clone()]).await.unwrap().stored, 1);
    let doctor = world.sign_in("dr-minato").await;
    let grant = world.open(&doctor, "hana").await;
    assert!(world.house.view_patient(&doctor, grant, "summary").await.is_ok());
    let jis = renkei_text::encode_iso2022jp("佐倉").unwrap();
    let planted: Vec<Vec<u8>> = [
        "佐倉",
        "サクラ",
        "湊",
        "アオバ内科",
        "受付1",
        "7.654321",
        "HbA1c(NGSP)",
        "3D046000001920402",
        "0000123",
        "00451190",
        "000000000424242",
        "012E4CE17A3B5C6D",
        "TESTD000021",
        "1954-03-12",
        "19540312",
        "石川県",
        "MSH|",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .chain([jis])
    .collect();
    let files = world.data_files();
    assert!(!files.is_empty());
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        for value in &planted {
            let found = bytes.windows(value.len()).any(|window| window == value.as_slice());
            assert!(!found, "{:?} stands in {file:?}", String::from_utf8_lossy(value));
        }
    }
    let chart = world.house.register_id(Section::Chart, "hana@aoba").await.unwrap();
    world.house.sealer().destroy(&[chart.unwrap().into()], world.house.now()).await.unwrap();
    assert!(world.house.view_patient(&doctor, grant, "summary").await.is_err(), "the key is gone for ever");
}

/// R-X-16: the trail keeps saying whose data was looked at when that patient's keys are gone; only work on the trail
/// asks, and an unchanged register adds nothing.
#[tokio::test]
async fn the_trail_knows_a_patient_whose_keys_are_destroyed() {
    let world = World::new().await;
    world.load(&world.register()).await;
    let patient = world.patient("hana").await;
    let chart = world.house.register_id(Section::Chart, "hana@aoba").await.unwrap();
    world.house.sealer().destroy(&[chart.unwrap().into()], world.house.now()).await.unwrap();
    let (on, sealer) = (world.db().reader(), world.house.sealer());
    let names = trail_people::find(on, sealer, &recorded(&world, PermitKind::Trail).await, patient).await.unwrap();
    assert_eq!(names.len(), 1);
    assert!(String::from_utf8_lossy(&names[0].1).contains("佐倉"));
    let refused = trail_people::find(on, sealer, &recorded(&world, PermitKind::Job).await, patient).await;
    assert!(matches!(refused, Err(Error::PermitOfAnotherKind)));
}

/// Work of the installation, recorded. The gate mints these; no act for the trail's own readers is built on it yet.
async fn recorded(world: &World, kind: PermitKind) -> renkei_ledger::Recorded {
    let at = world.house.now();
    let permit = Permit::minted_by_gate(PermitParts {
        decision_id: world.house.ids().next(),
        kind,
        subject: Subject::Installation,
        actor: Actor::Installation,
        operation: Operation::View,
        zone: Zone::Console,
        purpose: Purpose::Operation,
        at,
        until: at.plus_seconds(60),
        scope: Arc::new(ItemScopes::everything(at)),
        because: vec![Reason::Installation],
        obligations: vec![],
        grant: None,
        matrix_version: None,
        batch: None,
    });
    let event = world.house.ledger().event(EventName::RecordRebuilt);
    renkei_ledger::record_read(world.db(), permit, event).await.unwrap()
}
