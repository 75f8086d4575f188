//! The attack list of audit-log.md section 6, each manipulation done with the database's own tools.

use crate::scene::{ORIGIN, Scene, execute};
use renkei_db::{Database, Engine, Settings};
use renkei_kernel::SeededEntropy;
use renkei_ledger::{Error, Fault, Sequencer, SigningKey, Warning, verify};

/// R-X-04: 1,000 mixed acts verify; one byte, a whole event and the tail are each found when bent.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_mixed_acts_verify_and_each_kind_of_tampering_is_found() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.mixed_acts(1_000).await;
        scene.sequencer.stop().await.unwrap();
        let kept = scene.latest();
        let report = scene.verify(std::slice::from_ref(&kept)).await;
        assert!(report.is_ok(), "{engine:?} {report:?}");
        assert_eq!((report.entries, report.waiting, report.covered), (1_000, 0, 1_000));
        assert!(report.warnings.is_empty());

        // One byte.
        let before = scene.entry(617).await;
        scene.flip_a_bit(617).await;
        let report = scene.verify(std::slice::from_ref(&kept)).await;
        assert_eq!(report.first_broken, Some(617), "{engine:?}");
        assert_eq!(report.faults, vec![Fault::EntryChanged { number: 617 }]);
        scene.tamper("UPDATE trail_entries SET entry = $1 WHERE number = 617", vec![before.into()]).await;
        assert!(scene.verify(std::slice::from_ref(&kept)).await.is_ok());

        // The tail, with every trace in the database: found by the kept checkpoint alone.
        let checkpoints = scene.verify(std::slice::from_ref(&kept)).await.checkpoints;
        assert!(checkpoints >= 4, "a checkpoint at least every 256 entries, {engine:?}: {checkpoints}");
        cut_tail(&scene, 10).await;
        let report = scene.verify(&[]).await;
        assert!(report.is_ok(), "without a checkpoint from outside a clean cut looks whole: {report:?}");
        assert!(report.warnings.contains(&Warning::NoKeptCheckpoint));
        let report = scene.verify(std::slice::from_ref(&kept)).await;
        assert_eq!(report.faults, vec![Fault::TailCut { signed: 1_000, available: 990, kept: true }]);
        assert_eq!(report.first_broken, Some(990));

        // A whole event.
        scene.tamper("DELETE FROM trail_entries WHERE number = 300", vec![]).await;
        let report = scene.verify(&[]).await;
        assert_eq!(report.faults, vec![Fault::EntriesMissing { number: 300, count: 1 }], "{engine:?}");
    }
}

/// Cuts the tail the way somebody would who knows the tables but has no signing key.
async fn cut_tail(scene: &Scene, count: i64) {
    let size = 1_000 - count;
    scene.tamper("DELETE FROM trail_entries WHERE number >= $1", vec![size.into()]).await;
    scene.tamper("DELETE FROM trail_checkpoints WHERE size > $1", vec![size.into()]).await;
    scene.tamper("UPDATE trail_sequencer SET size = $1", vec![size.into()]).await;
    // Partial tiles at the right edge shrink; level 0 of the last tile keeps 990 − 768 hashes.
    let kept_bytes = (size % 256) * 32;
    let sql = "UPDATE trail_tiles SET hashes = substr(hashes, 1, CAST($1 AS integer)), width = CAST($2 AS integer) \
               WHERE level = 0 AND position = 3";
    scene.tamper(sql, vec![kept_bytes.into(), (size % 256).into()]).await;
}

/// Case 2: the tail is cut and the shorter trail signed again with the log's own key.
#[tokio::test(flavor = "multi_thread")]
async fn a_cut_tail_signed_again_is_found_by_any_kept_checkpoint() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.mixed_acts(40).await;
        scene.sequencer.stop().await.unwrap();
        let kept = scene.latest();
        scene.tamper("DELETE FROM trail_entries WHERE number >= 30", vec![]).await;
        scene.tamper("UPDATE trail_sequencer SET size = 30", vec![]).await;
        scene.tamper("DELETE FROM trail_checkpoints", vec![]).await;
        let leaves: Vec<u8> = {
            let mut hashes = Vec::new();
            for number in 0..30 {
                hashes.extend(renkei_ledger::tree::leaf_hash(&scene.entry(number).await));
            }
            hashes
        };
        scene.tamper("UPDATE trail_tiles SET hashes = $1, width = 30 WHERE level = 0", vec![leaves.into()]).await;
        // The honest program refuses to go on …
        let again = Sequencer::start(scene.test.database(), &scene.ledger, scene.settings()).await;
        assert!(matches!(again, Err(Error::OlderThanCheckpoint { available: 30, kept: 40 })), "{again:?}");
        // … and if it is made to, by an emptied folder, the kept checkpoint still tells.
        let mut elsewhere = scene.settings();
        elsewhere.checkpoint_folder = scene.outside.path().join("elsewhere");
        let sequencer = Sequencer::start(scene.test.database(), &scene.ledger, elsewhere).await.unwrap();
        sequencer.stop().await.unwrap();
        assert!(scene.verify(&[]).await.is_ok());
        let report = scene.verify(&[kept]).await;
        assert_eq!(report.faults, vec![Fault::TailCut { signed: 40, available: 30, kept: true }], "{engine:?}");
    }
}

/// Cases 3 and 4: swapped and inserted entries.
#[tokio::test(flavor = "multi_thread")]
async fn swapped_and_inserted_entries_are_found_at_the_first() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.mixed_acts(20).await;
        scene.sequencer.stop().await.unwrap();
        for (from, to) in [(5, -1), (9, 5), (-1, 9)] {
            scene
                .tamper(
                    "UPDATE trail_entries SET number = $1 WHERE number = $2",
                    vec![i64::from(to).into(), i64::from(from).into()],
                )
                .await;
        }
        let report = scene.verify(&[scene.latest()]).await;
        assert_eq!(report.first_broken, Some(5), "{engine:?} {report:?}");
        assert!(report.faults.contains(&Fault::EntryChanged { number: 9 }));
        let sql = "INSERT INTO trail_entries SELECT number + 1000, $1, happened_at, name, patient_id, entry \
                   FROM trail_entries WHERE number = 3";
        let id: renkei_kernel::EventId = scene.ids.next();
        scene.tamper(sql, vec![id.0.into()]).await;
        assert!(scene.verify(&[]).await.faults.contains(&Fault::EntryBeyondEnd { number: 1_003 }), "{engine:?}");
    }
}

/// Case 4, second half: an old time in an entry that was really numbered is a warning, not a fault.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_time_is_a_warning() {
    let scene = Scene::new(Engine::Sqlite).await;
    scene.clock.advance_seconds(3_600);
    scene.look(scene.ids.next()).await;
    scene.sequencer.flush().await.unwrap();
    // Another program with a clock that stands behind and knows nothing of this one.
    let clock = std::sync::Arc::new(renkei_kernel::SettableClock::frozen(crate::scene::START));
    let ids = renkei_kernel::Ids::new(clock, std::sync::Arc::new(SeededEntropy::new(99)));
    let other = renkei_ledger::Ledger::new(ids, "renkei/other");
    renkei_ledger::record_alone(&scene.test, other.event(renkei_ledger::EventName::SystemStart)).await.unwrap();
    scene.sequencer.flush().await.unwrap();
    let report = scene.verify(&[scene.latest()]).await;
    assert!(report.is_ok());
    assert_eq!(report.warnings, vec![Warning::TimeBackwards { number: 1 }]);
}

/// Case 5 without witnesses: everything is rewritten and signed with the stolen key; a kept checkpoint tells.
#[tokio::test(flavor = "multi_thread")]
async fn a_trail_rewritten_with_the_stolen_key_contradicts_a_kept_checkpoint() {
    for engine in Engine::BOTH {
        let (honest, forged) = (Scene::new(engine).await, Scene::new(engine).await);
        honest.mixed_acts(12).await;
        forged.mixed_acts(5).await;
        forged.mixed_acts(7).await;
        for scene in [&honest, &forged] {
            scene.sequencer.stop().await.unwrap();
        }
        assert_eq!(honest.keys(), forged.keys(), "the same key signed both");
        let report = verify(&forged.test, &honest.keys(), &[honest.latest()]).await.unwrap();
        assert_eq!(
            report.faults,
            vec![Fault::CheckpointContradicted { size: 12, good_until: 12, kept: true }],
            "{engine:?}"
        );
    }
}

/// An entry and its stored hash changed together: the signed checkpoints bound the place.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_changed_together_with_its_hash_contradicts_the_checkpoints() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.mixed_acts(300).await;
        scene.sequencer.stop().await.unwrap();
        scene.flip_a_bit(7).await;
        let leaf = renkei_ledger::tree::leaf_hash(&scene.entry(7).await).to_vec();
        let mut tile = tile(&scene, 0, 0).await;
        tile.splice(7 * 32..8 * 32, leaf);
        scene.tamper("UPDATE trail_tiles SET hashes = $1 WHERE level = 0 AND position = 0", vec![tile.into()]).await;
        let report = scene.verify(&[]).await;
        assert!(report.faults.iter().any(|f| matches!(f, Fault::CheckpointContradicted { .. })), "{report:?}");
        assert!(report.faults.contains(&Fault::Tile { level: 1, position: 0, number: 0 }), "{engine:?} {report:?}");
        assert!(report.first_broken.unwrap() <= 7);
    }
}

async fn tile(scene: &Scene, level: i16, position: i64) -> Vec<u8> {
    use renkei_db::sea_orm::{ConnectionTrait, Statement};
    let reader = scene.test.reader();
    let statement = Statement::from_sql_and_values(
        reader.get_database_backend(),
        "SELECT hashes FROM trail_tiles WHERE level = $1 AND position = $2",
        [level.into(), position.into()],
    );
    reader.query_one_raw(statement).await.unwrap().unwrap().try_get("", "hashes").unwrap()
}

/// The columns by which a patient's list is found cannot be bent either.
#[tokio::test(flavor = "multi_thread")]
async fn hiding_an_entry_from_the_patients_list_is_found() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.mixed_acts(8).await;
        scene.sequencer.stop().await.unwrap();
        scene.tamper("UPDATE trail_entries SET patient_id = NULL WHERE number = 4", vec![]).await;
        let report = scene.verify(&[scene.latest()]).await;
        assert_eq!(report.faults, vec![Fault::BesideEntry { number: 4 }], "{engine:?}");
    }
}

/// Cases 6 and 7 at the verifier's door: forged and broken checkpoints, in the database and handed in.
#[tokio::test(flavor = "multi_thread")]
async fn forged_checkpoints_are_named() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.mixed_acts(8).await;
        scene.sequencer.stop().await.unwrap();
        let stranger =
            SigningKey::create(&scene.outside.path().join("other"), ORIGIN, &SeededEntropy::new(77)).unwrap();
        let forged = stranger.sign(8, &[3; 32]);
        let report = scene.verify(&[forged.note().as_bytes().to_vec(), b"nonsense".to_vec()]).await;
        assert_eq!(report.faults_total, 2);
        assert!(report.faults.iter().all(|f| matches!(f, Fault::CheckpointInvalid { kept: true, .. })));
        scene.tamper("UPDATE trail_checkpoints SET note = $1", vec![forged.note().into()]).await;
        let report = scene.verify(&[]).await;
        assert!(matches!(report.faults[0], Fault::CheckpointInvalid { size: Some(8), kept: false, .. }), "{engine:?}");
    }
}

/// Case 8: the tree claims more than there is.
#[tokio::test(flavor = "multi_thread")]
async fn a_tree_larger_than_its_entries_is_incomplete() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.mixed_acts(8).await;
        scene.sequencer.stop().await.unwrap();
        scene.tamper("UPDATE trail_sequencer SET size = 11", vec![]).await;
        let report = scene.verify(&[]).await;
        assert_eq!(report.faults, vec![Fault::EntriesMissing { number: 8, count: 3 }], "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_waiting_record_is_not_numbered_and_is_named() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.sequencer.stop().await.unwrap();
        let recorded = scene.look(scene.ids.next()).await;
        scene.look(scene.ids.next()).await;
        scene
            .tamper(
                "UPDATE trail_waiting SET entry = $1 WHERE event_id = $2",
                vec![b"{}".to_vec().into(), recorded.event_id().0.into()],
            )
            .await;
        let sequencer = Sequencer::start(scene.test.database(), &scene.ledger, scene.settings()).await.unwrap();
        sequencer.stop().await.unwrap();
        let report = scene.verify(&[scene.latest()]).await;
        assert_eq!((report.entries, report.waiting), (1, 1), "{engine:?}");
        assert_eq!(report.faults, vec![Fault::WaitingChanged { event: recorded.event_id().0 }]);
    }
}

/// The verifier needs nothing but a copied file and the public key.
#[tokio::test(flavor = "multi_thread")]
async fn a_copied_file_is_verified_offline() {
    let scene = Scene::new(Engine::Sqlite).await;
    scene.mixed_acts(50).await;
    scene.sequencer.stop().await.unwrap();
    let kept = scene.latest();
    scene.test.close().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    std::fs::copy(scene.test.file().unwrap(), &copy).unwrap();
    let public = std::fs::read_to_string(scene.folder().join("trail.pub")).unwrap();
    let keys = [renkei_ledger::VerifierKey::parse(&public).unwrap()];
    let database = Database::open(Settings::sqlite(&copy).reading_only()).await.unwrap();
    assert!(verify(&database, &keys, std::slice::from_ref(&kept)).await.unwrap().is_ok());
    database.close().await.unwrap();
    let database = Database::open(Settings::sqlite(&copy)).await.unwrap();
    execute(&database, "DELETE FROM trail_entries WHERE number = 20", vec![]).await;
    assert_eq!(verify(&database, &keys, &[kept]).await.unwrap().first_broken, Some(20));
}

/// Case 9 in storage: a tile of the tree with a hash too few or one too many.
#[tokio::test(flavor = "multi_thread")]
async fn a_tile_with_a_missing_or_an_extra_hash_is_found() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.mixed_acts(20).await;
        scene.sequencer.stop().await.unwrap();
        let whole = tile(&scene, 0, 0).await;
        for bent in [whole[..19 * 32].to_vec(), [&whole[..], &[7; 32]].concat()] {
            scene.tamper("UPDATE trail_tiles SET hashes = $1 WHERE level = 0", vec![bent.into()]).await;
            let report = scene.verify(&[scene.latest()]).await;
            assert!(!report.is_ok(), "{engine:?}");
        }
        scene.tamper("UPDATE trail_tiles SET hashes = $1 WHERE level = 0", vec![whole.into()]).await;
        assert!(scene.verify(&[scene.latest()]).await.is_ok());
    }
}

/// Case 10 in storage: two entries taken away and the node above them passed off as one entry. Its bytes are the two
/// leaf hashes, but an entry is hashed behind another first byte than a node.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_passed_off_as_an_entry_is_found() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.mixed_acts(8).await;
        scene.sequencer.stop().await.unwrap();
        let hashes: Vec<[u8; 32]> = {
            let mut hashes = Vec::new();
            for number in 0..8 {
                hashes.push(renkei_ledger::tree::leaf_hash(&scene.entry(number).await));
            }
            hashes
        };
        let node = [&hashes[6][..], &hashes[7][..]].concat();
        scene.tamper("UPDATE trail_entries SET entry = $1 WHERE number = 6", vec![node.clone().into()]).await;
        scene.tamper("DELETE FROM trail_entries WHERE number = 7", vec![]).await;
        let report = scene.verify(&[scene.latest()]).await;
        assert_eq!(report.first_broken, Some(6), "{engine:?} {report:?}");
        // With every hash in storage bent to fit: the signed checkpoints do not.
        let leaves = [hashes[..6].concat(), renkei_ledger::tree::leaf_hash(&node).to_vec()].concat();
        scene.tamper("UPDATE trail_tiles SET hashes = $1, width = 7 WHERE level = 0", vec![leaves.into()]).await;
        scene.tamper("UPDATE trail_sequencer SET size = 7", vec![]).await;
        assert!(!scene.verify(&[scene.latest()]).await.is_ok(), "{engine:?}");
    }
}

/// Case 16: whoever reads the trail stands in it. Reading takes the proof of a recorded read, and nothing else does
/// (`only_here`); here the read of an auditor is looked for afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_of_the_trail_is_itself_an_entry() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.mixed_acts(12).await;
        scene.sequencer.flush().await.unwrap();
        let event = scene.ledger.event(renkei_ledger::EventName::LedgerRead).detail("first", 0).detail("count", 12);
        let permit = scene.permit(scene.ids.next());
        let recorded = renkei_ledger::record_read(&scene.test, permit, event).await.unwrap();
        // Recorded before the first line is read, not after the last.
        assert_eq!(renkei_ledger::waiting(&scene.test).await.unwrap().count, 1);
        let mut lines = Vec::new();
        assert_eq!(renkei_ledger::export(&scene.test, &recorded, 0, 12, &mut lines).await.unwrap(), 12);
        scene.sequencer.stop().await.unwrap();
        let entry: serde_json::Value = serde_json::from_slice(&scene.entry(12).await).unwrap();
        assert_eq!((&entry["event"], &entry["detail"]["count"]), (&"ledger.read".into(), &12.into()), "{engine:?}");
        assert_eq!(entry["actor"]["kind"], "person");
        assert!(scene.verify(&[scene.latest()]).await.is_ok());
    }
}
