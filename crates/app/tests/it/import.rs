//! Files arrive: what comes in, what is refused and leaves nothing, and that order and repetition do not matter.

use crate::on_both;
use renkei_app::receive::Arrived;
use renkei_store::batches::Counts;
use renkei_testkit::{Lab, World};

const AOBA: &str = "1710000001";

async fn receive(world: &World, number: &str, files: Vec<Arrived>) -> Counts {
    let import = world.house.import_begin(AOBA).await.unwrap().expect("アオバ内科");
    let counts = world.house.receive_patient(&import, number, files).await.unwrap();
    world.house.import_end(&import, counts).await.unwrap();
    counts
}

/// Values of the laboratory reports a doctor of the clinic sees of ハナ.
async fn seen(world: &World) -> Vec<String> {
    let doctor = world.sign_in("dr-aoba").await;
    let grant = world.open(&doctor, "hana").await;
    let opened = world.house.view_patient(&doctor, grant, "laboratory").await.unwrap();
    let mut values: Vec<String> = opened
        .record
        .each()
        .filter_map(|seen| match &seen.entry.body {
            renkei_records::Body::LaboratoryReport(report) => Some(report),
            _ => None,
        })
        .flat_map(|report| report.groups.iter().flat_map(|group| group.values.iter()))
        .map(|value| value.value.clone())
        .collect();
    values.sort();
    world.house.close_visit(&doctor, grant).await.unwrap();
    values
}

async fn only_participants_come_in(world: World) {
    let hana = receive(&world, "0000123", vec![Lab::hba1c("0000123", "20261001", 1, "7.8").arrived()]).await;
    let kiyo = Lab::hba1c("0000456", "20261001", 2, "6.1").of("磯部", "キヨ", "19480701").arrived();
    let kiyo = receive(&world, "0000456", vec![kiyo]).await;
    let taro = Lab::hba1c("0000789", "20261001", 3, "98.7654321").of("岬", "タロウ", "20090505").arrived();
    let original = taro.bytes.clone();
    let taro = receive(&world, "0000789", vec![taro]).await;
    assert_eq!((hana.stored, kiyo.stored, taro.stored), (1, 1, 0));
    assert_eq!(taro.refused, 1);
    assert_eq!(world.reasons("record.refused").await, ["consent_absent"]);
    let planted: [&[u8]; 3] = [b"98.7654321", "岬".as_bytes(), &original[..40]];
    for file in world.data_files() {
        let bytes = std::fs::read(&file).unwrap();
        for value in planted {
            assert!(!bytes.windows(value.len()).any(|window| window == value), "a refused value stands in {file:?}");
        }
    }
    for entry in world.trail().await {
        let text = entry.to_string();
        assert!(!text.contains("98.7654321") && !text.contains("0000789"), "a refused value stands in the trail");
    }
}
on_both!(
    /// R-1.6.1: three messages, two participants and one who is none: two stored, one refused, nothing of it kept.
    a_patient_who_is_no_participant_leaves_nothing => super::only_participants_come_in
);

async fn again_and_in_any_order(world: World) {
    let old = Lab::hba1c("0000123", "20261001", 1, "7.8");
    let mut newer = Lab::hba1c("0000123", "20261001", 1, "7.6");
    newer.value = "7.6".to_owned();
    let mut newer_file = newer.arrived();
    // The corrected message of the same order, sent an hour later.
    newer_file.raw_name = newer_file.raw_name.replace("090000000", "100000000");
    newer_file.name = renkei_ssmix2::FileName::parse(&newer_file.raw_name).ok();
    assert_eq!(receive(&world, "0000123", vec![newer_file.clone()]).await.stored, 1);
    assert_eq!(receive(&world, "0000123", vec![old.clone().flagged('2').arrived()]).await.stored, 1);
    assert_eq!(seen(&world).await, ["7.6"], "the newest counts whatever came first");
    let again = receive(&world, "0000123", vec![newer_file.clone(), old.clone().flagged('2').arrived()]).await;
    assert_eq!((again.stored, again.unchanged), (0, 2));
    assert_eq!(seen(&world).await, ["7.6"]);
    // Deleted at the hospital: every file of the key is renamed to flag 0.
    let mut deleted = newer_file.clone();
    deleted.raw_name = deleted.raw_name.replace("_01_1", "_01_0");
    deleted.name = renkei_ssmix2::FileName::parse(&deleted.raw_name).ok();
    assert_eq!(receive(&world, "0000123", vec![deleted]).await.superseded, 1);
    assert!(seen(&world).await.is_empty(), "what was deleted is not shown");
    // A forgotten volume still holds the file with flag 1: it does not come back to life.
    assert_eq!(receive(&world, "0000123", vec![newer_file]).await.unchanged, 1);
    assert!(seen(&world).await.is_empty());
    let rebuilt = world.house.rebuild_projections().await.unwrap();
    assert_eq!((rebuilt.differing, rebuilt.damaged), (0, 0), "{rebuilt:?}");
    assert!(world.verify().await.is_ok());
}
on_both!(
    /// R-1.6.1: twice the same changes nothing; a newer version supersedes, a deletion withdraws, in any order.
    order_and_repetition_do_not_matter => super::again_and_in_any_order
);

/// R-1.6.1: refused is not seen: when consent comes the same storage is read again and comes in.
#[tokio::test]
async fn what_was_refused_comes_in_when_consent_comes() {
    let world = World::new().await;
    let file = Lab::hba1c("0000789", "20261001", 3, "6.2").of("岬", "タロウ", "20090505").arrived();
    assert_eq!(receive(&world, "0000789", vec![file.clone()]).await.refused, 1);
    assert_eq!(receive(&world, "0000789", vec![file.clone()]).await.refused, 1);
    assert_eq!(world.count("record.refused").await, 1, "the same refusal is noted once");
    world.load("[[consent]]\nkey = \"taro-consent\"\npatient = \"taro\"\nscope = \"all_regions\"\nhome_region = \"noto-hokubu\"\n").await;
    assert_eq!(receive(&world, "0000789", vec![file]).await.stored, 1);
}

#[tokio::test]
async fn a_message_of_another_person_is_refused() {
    let world = World::new().await;
    // The number is ハナ's, the birth date is not.
    let other_birth = Lab::hba1c("0000123", "20261001", 1, "5.5").of("佐倉", "ハナ", "19600101").arrived();
    // The folder is ハナ's, PID-3 is キヨ's.
    let mut other_number = Lab::hba1c("0000456", "20261001", 2, "5.6").arrived();
    other_number.raw_name = other_number.raw_name.replace("0000456_", "0000123_");
    other_number.name = renkei_ssmix2::FileName::parse(&other_number.raw_name).ok();
    let counts = receive(&world, "0000123", vec![other_birth, other_number]).await;
    assert_eq!((counts.stored, counts.refused), (0, 2));
    assert_eq!(world.reasons("record.refused").await, ["identity_contradiction", "folder_contradiction"]);
}

#[tokio::test]
async fn a_broken_file_is_kept_apart_and_stops_nothing() {
    let world = World::new().await;
    let mut broken = Lab::hba1c("0000123", "20261001", 7, "1.0").arrived();
    broken.bytes = b"\x00\x01".to_vec();
    let files = vec![broken.clone(), Lab::hba1c("0000123", "20261002", 8, "7.1").arrived()];
    let counts = receive(&world, "0000123", files).await;
    assert_eq!((counts.stored, counts.quarantined), (1, 1));
    let again = receive(&world, "0000123", vec![broken]).await;
    assert_eq!(again.unchanged, 1);
}

#[tokio::test]
async fn a_large_original_comes_back_byte_for_byte() {
    let world = World::new().await;
    let mut large = Lab::hba1c("0000123", "20261003", 9, "7.0").arrived();
    let comment = "OBX|2|ST|99999^comment^99X||".to_owned() + &"x".repeat(80_000) + "||||||F\r";
    large.bytes.extend_from_slice(comment.as_bytes());
    assert_eq!(receive(&world, "0000123", vec![large]).await.stored, 1);
    let rebuilt = world.house.rebuild_projections().await.unwrap();
    assert_eq!(rebuilt.damaged, 0, "the original was read back from its file");
}
