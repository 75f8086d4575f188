//! The sequencer: numbers soon, survives restarts, signs in time, never signs two histories.

use crate::scene::Scene;
use renkei_db::{Database, Engine};
use renkei_ledger::{Checkpoint, Error, Sequencer, latest_checkpoint, waiting};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_record_gets_its_number_by_itself() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.look(scene.ids.next()).await;
        let numbered = async {
            while waiting(&scene.test).await.unwrap().count > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        // Nobody asks for it. How soon is the sequencer's constants' business and not a busy machine's.
        tokio::time::timeout(Duration::from_secs(60), numbered).await.unwrap();
        scene.sequencer.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_at_once_are_all_numbered_without_a_gap() {
    for engine in Engine::BOTH {
        let scene = std::sync::Arc::new(Scene::new(engine).await);
        let mut writers = Vec::new();
        for _ in 0..8 {
            let scene = scene.clone();
            writers.push(tokio::spawn(async move {
                for _ in 0..50 {
                    scene.look(scene.ids.next()).await;
                }
            }));
        }
        for writer in writers {
            writer.await.unwrap();
        }
        let checkpoint = scene.sequencer.flush().await.unwrap().unwrap();
        assert_eq!(checkpoint.size(), 400);
        let report = scene.verify(&[scene.latest()]).await;
        assert!(report.is_ok() && report.entries == 400 && report.waiting == 0, "{engine:?} {report:?}");
    }
}

/// A checkpoint at least every 256 entries, also when more than that are there at once (audit-log.md, Sequencing).
#[tokio::test(flavor = "multi_thread")]
async fn no_two_checkpoints_stand_further_apart_than_256_entries_however_many_wait() {
    for engine in Engine::BOTH {
        let mut scene = Scene::new(engine).await;
        scene.mixed_acts(100).await;
        scene.sequencer.stop().await.unwrap();
        scene.mixed_acts(1_400).await;
        scene.test.reopen().await;
        scene.sequencer = Sequencer::start(scene.test.database(), &scene.ledger, scene.settings()).await.unwrap();
        scene.sequencer.stop().await.unwrap();
        let sizes = scene.signed_sizes().await;
        assert_eq!(sizes, vec![100, 256, 512, 768, 1_024, 1_280, 1_500], "{engine:?}");
        assert!(scene.verify(&[scene.latest()]).await.is_ok(), "{engine:?}");
    }
}

/// Waiting records that somebody bent, more of them than one batch, do not keep the honest ones from their numbers.
#[tokio::test(flavor = "multi_thread")]
async fn bent_waiting_records_do_not_stop_the_numbering_of_the_others() {
    for engine in Engine::BOTH {
        let mut scene = Scene::new(engine).await;
        scene.sequencer.stop().await.unwrap();
        scene.mixed_acts(300).await;
        scene.tamper("UPDATE trail_waiting SET leaf_hash = $1", vec![vec![7_u8; 32].into()]).await;
        scene.mixed_acts(20).await;
        scene.test.reopen().await;
        scene.sequencer = Sequencer::start(scene.test.database(), &scene.ledger, scene.settings()).await.unwrap();
        scene.sequencer.stop().await.unwrap();
        assert_eq!(scene.signed_sizes().await, vec![20], "{engine:?}");
        let report = scene.verify(&[scene.latest()]).await;
        assert_eq!((report.entries, report.waiting, report.is_ok()), (20, 300, false), "{engine:?}");
    }
}

/// A numbered record put back among the waiting ones does not stop the numbering of the others either.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_put_back_is_not_numbered_twice_and_stops_nobody() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.tamper("CREATE TABLE copied AS SELECT * FROM trail_waiting", vec![]).await;
        scene.sequencer.stop().await.unwrap();
        scene.mixed_acts(1).await;
        scene.tamper("INSERT INTO copied SELECT * FROM trail_waiting", vec![]).await;
        let mut scene = scene;
        scene.test.reopen().await;
        scene.sequencer = Sequencer::start(scene.test.database(), &scene.ledger, scene.settings()).await.unwrap();
        scene.sequencer.flush().await.unwrap();
        scene.tamper("INSERT INTO trail_waiting SELECT * FROM copied", vec![]).await;
        scene.mixed_acts(5).await;
        scene.sequencer.stop().await.unwrap();
        let report = scene.verify(&[scene.latest()]).await;
        assert_eq!((report.entries, report.waiting), (6, 1), "{engine:?} {report:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_goes_on_where_the_trail_ended() {
    for engine in Engine::BOTH {
        let mut scene = Scene::new(engine).await;
        scene.mixed_acts(30).await;
        scene.sequencer.stop().await.unwrap();
        scene.mixed_acts(5).await;
        scene.test.reopen().await;
        scene.sequencer = Sequencer::start(scene.test.database(), &scene.ledger, scene.settings()).await.unwrap();
        scene.mixed_acts(30).await;
        scene.sequencer.stop().await.unwrap();
        let report = scene.verify(&[scene.latest()]).await;
        assert!(report.is_ok() && report.entries == 65, "{engine:?} {report:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flush_of_nothing_new_answers_the_same_checkpoint() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        assert!(scene.sequencer.flush().await.unwrap().is_none());
        scene.mixed_acts(3).await;
        let first = scene.sequencer.flush().await.unwrap().unwrap();
        let second = scene.sequencer.flush().await.unwrap().unwrap();
        assert_eq!(first, second, "{engine:?}");
        assert_eq!(scene.latest(), first.note().as_bytes());
        assert_eq!(latest_checkpoint(&scene.test).await.unwrap().as_deref(), Some(first.note()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_checkpoint_files_are_written_again_from_the_database() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.mixed_acts(3).await;
        scene.sequencer.flush().await.unwrap();
        scene.mixed_acts(3).await;
        scene.sequencer.stop().await.unwrap();
        let kept = scene.latest();
        std::fs::remove_dir_all(scene.folder()).unwrap();
        let again = Sequencer::start(scene.test.database(), &scene.ledger, scene.settings()).await.unwrap();
        again.stop().await.unwrap();
        assert_eq!(scene.latest(), kept, "{engine:?}");
        let days = std::fs::read_dir(scene.folder().join("2026-01-01")).unwrap().count();
        assert_eq!(days, 2);
    }
}

/// A kept checkpoint that does not fit (another trail was put in place) stops the signing.
#[tokio::test(flavor = "multi_thread")]
async fn a_trail_that_contradicts_its_kept_checkpoint_is_not_signed_on() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.mixed_acts(6).await;
        scene.sequencer.stop().await.unwrap();
        let other = scene.key.sign(4, &[9; 32]);
        std::fs::write(scene.folder().join("latest.checkpoint"), other.note()).unwrap();
        let again = Sequencer::start(scene.test.database(), &scene.ledger, scene.settings()).await;
        assert!(matches!(again, Err(Error::ContradictsCheckpoint { size: 4 })), "{engine:?} {again:?}");
    }
}

/// A node that dies keeps the lease for seconds only.
#[tokio::test(flavor = "multi_thread")]
async fn a_lease_runs_out() {
    let scene = Scene::new(Engine::Postgres).await;
    scene.look(scene.ids.next()).await;
    scene.sequencer.flush().await.unwrap();
    let second = Database::open(scene.test.settings()).await.unwrap();
    scene.test.close().await.unwrap();
    let other = Sequencer::start(second.clone(), &scene.ledger, scene.settings()).await.unwrap();
    assert!(other.flush().await.unwrap().is_none());
    scene.clock.advance_seconds(60);
    assert_eq!(other.stop().await.unwrap().unwrap().size(), 1);
    second.close().await.unwrap();
}

/// Two nodes on PostgreSQL: one numbers, the other waits for its turn, and the trail stays one.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_nodes_one_numbers() {
    let scene = Scene::new(Engine::Postgres).await;
    let second = Database::open(scene.test.settings()).await.unwrap();
    scene.look(scene.ids.next()).await;
    scene.sequencer.flush().await.unwrap();
    let other = Sequencer::start(second.clone(), &scene.ledger, scene.settings()).await.unwrap();
    scene.mixed_acts(10).await;
    assert!(other.flush().await.unwrap().is_none(), "the lease is held by the first");
    scene.mixed_acts(10).await;
    scene.sequencer.stop().await.unwrap();
    let checkpoint: Checkpoint = other.stop().await.unwrap().expect("the lease was given back and taken");
    assert_eq!(checkpoint.size(), 21);
    assert!(scene.verify(&[scene.latest()]).await.is_ok());
    second.close().await.unwrap();
}
