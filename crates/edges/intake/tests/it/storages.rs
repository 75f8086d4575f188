//! Whole storages: several volumes, several patients, broken files, and a run that fails on its way.

use renkei_intake::{ImportError, ImportSummary, import_ssmix2};
use renkei_kernel::Problem as _;
use renkei_store::batches;
use renkei_testkit::{Lab, World};
use std::path::{Path, PathBuf};

pub const AOBA: &str = "1710000001";

/// Writes a file where the standard storage has it.
pub fn put(root: &Path, number: &str, day: &str, name: &str, bytes: &[u8]) {
    let folder = root.join(&number[..3]).join(&number[3..6]).join(number).join(day).join("OML-11");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), bytes).unwrap();
}

pub fn put_lab(root: &Path, lab: &Lab) {
    put(root, &lab.patient_number, &lab.day, &lab.file_name(), &lab.bytes());
}

pub async fn import(world: &World, roots: &[PathBuf]) -> Result<ImportSummary, ImportError> {
    import_ssmix2(&world.house, AOBA, roots, &|_| {}).await
}

/// two volumes of one storage, a stranger's file among them; the second run changes nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_volumes_come_in_once_and_strangers_not_at_all() {
    let (world, folder) = (World::new().await, tempfile::tempdir().unwrap());
    let roots = [folder.path().join("one"), folder.path().join("two")];
    for root in &roots {
        for order in 1..=60 {
            put_lab(root, &Lab::hba1c("0000123", "20261001", order, "7.8"));
        }
        put_lab(root, &Lab::hba1c("0000456", "20261001", 1, "6.1").of("磯部", "キヨ", "19480701"));
    }
    let stranger = Lab::hba1c("9999999", "20261001", 1, "98.7654321").of("他人", "ヒト", "19700101");
    put(&roots[0], "0000123", "20261001", "copy of result.txt", &stranger.bytes());
    put(&roots[1], "0000123", "20261001", &Lab::hba1c("0000123", "20261001", 99, "1.0").file_name(), b"\0broken");
    let first = import(&world, &roots).await.unwrap();
    let counts = first.counts;
    assert_eq!((first.patients, counts.stored, counts.unchanged), (2, 61, 61));
    assert_eq!((counts.refused, counts.quarantined), (1, 1));
    let second = import(&world, &roots).await.unwrap().counts;
    assert_eq!((second.stored, second.unchanged, second.refused, second.quarantined), (0, 123, 1, 0));
    assert_eq!(world.count("record.refused").await, 1, "noted once");
    for file in world.data_files() {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(10).any(|window| window == b"98.7654321"), "a stranger's value stands in {file:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_fails_makes_no_feed_fresh_and_the_next_one_goes_on() {
    let (world, folder) = (World::on(renkei_testkit::Engine::Sqlite).await, tempfile::tempdir().unwrap());
    let roots = [folder.path().to_path_buf()];
    put_lab(folder.path(), &Lab::hba1c("0000123", "20261001", 1, "7.8"));
    for table in ["messages", "quarantine", "refusals"] {
        let trigger = format!(
            "CREATE TRIGGER no_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'nothing is taken'); END"
        );
        world.sql(trigger).await;
    }
    let error = import(&world, &roots).await.unwrap_err();
    assert!(matches!(error, ImportError::App(_)), "{}", error.code());
    assert!(batches::feeds(world.db().reader()).await.unwrap().is_empty());
    assert_eq!(world.reasons("import.ended").await, ["failed"]);
    for drop in ["DROP TRIGGER no_messages", "DROP TRIGGER no_quarantine", "DROP TRIGGER no_refusals"] {
        world.sql(drop).await;
    }
    assert_eq!(import(&world, &roots).await.unwrap().counts.stored, 1);
    assert_eq!(batches::feeds(world.db().reader()).await.unwrap().len(), 1);
}
