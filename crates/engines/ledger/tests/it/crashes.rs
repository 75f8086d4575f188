//! A program killed in the middle of its work: what was acknowledged is there, what was not left nothing, and the
//! trail verifies (cases 13 and 14 of the attack list).
//!
//! The test starts itself as a child process that works on the same database, kills it with signal 9 at different
//! moments, and looks at what remains.

use crate::scene::Scene;
use renkei_db::sea_orm::{ConnectionTrait, Statement};
use renkei_db::{BoxFuture, Database, Engine, Settings};
use renkei_kernel::{Clock, Ids, SystemClock, SystemEntropy};
use renkei_ledger::{Error, EventName, Ledger, Sequencer, SequencerSettings, SigningKey, record_plain};
use std::collections::HashSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

const ADDRESS: &str = "RENKEI_CRASH_ADDRESS";
const OUTSIDE: &str = "RENKEI_CRASH_OUTSIDE";

/// Does nothing unless it was started by the test below.
#[tokio::test(flavor = "multi_thread")]
async fn the_child_that_works_until_it_is_killed() {
    let (Ok(address), Ok(outside)) = (std::env::var(ADDRESS), std::env::var(OUTSIDE)) else { return };
    let outside = PathBuf::from(outside);
    let database = Database::open(Settings::parse(&address).unwrap()).await.unwrap();
    let ids = Ids::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
    let ledger = Ledger::new(ids.clone(), "renkei/child");
    let key = Arc::new(SigningKey::load(&outside.join("keys"), crate::scene::ORIGIN).unwrap());
    let settings = SequencerSettings { key, checkpoint_folder: outside.join("checkpoints") };
    let sequencer = Arc::new(Sequencer::start(database.clone(), &ledger, settings).await.unwrap());
    let flusher = sequencer.clone();
    tokio::spawn(async move {
        loop {
            // Another node may number at first: the lease of a killed one runs out by itself.
            let _ = flusher.flush().await;
            tokio::time::sleep(Duration::from_millis(7)).await;
        }
    });
    for _ in 0..6 {
        let (database, ledger, outside) = (database.clone(), ledger.clone(), outside.clone());
        tokio::spawn(async move {
            let mut acknowledged =
                std::fs::OpenOptions::new().create(true).append(true).open(outside.join("acknowledged")).unwrap();
            loop {
                let event = ledger.event(EventName::RecordStored);
                let id = event.id();
                database
                    .act(move |tx| -> BoxFuture<'_, Result<(), Error>> {
                        let event = event.clone();
                        Box::pin(async move {
                            let id = record_plain(tx, &event).await?;
                            let sql = "INSERT INTO business (event_id) VALUES ($1)";
                            let backend = tx.get_database_backend();
                            tx.execute_raw(Statement::from_sql_and_values(backend, sql, [id.0.into()])).await?;
                            Ok(())
                        })
                    })
                    .await
                    .unwrap();
                acknowledged.write_all(format!("{id}\n").as_bytes()).unwrap();
            }
        });
    }
    // Nobody may be left behind when the parent itself is stopped.
    tokio::time::sleep(Duration::from_secs(60)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_nothing_half_done_stays_when_the_program_is_killed() {
    for engine in Engine::BOTH {
        let mut scene = Scene::new(engine).await;
        let id = if engine == Engine::Sqlite { "BLOB" } else { "uuid" };
        scene.tamper(&format!("CREATE TABLE business (event_id {id} NOT NULL PRIMARY KEY)"), vec![]).await;
        scene.sequencer.stop().await.unwrap();
        for round in 0..5u64 {
            scene.test.close().await.unwrap();
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "crashes::the_child_that_works_until_it_is_killed", "--nocapture"])
                .env(ADDRESS, scene.test.address())
                .env(OUTSIDE, scene.outside.path())
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            wait_until_it_works(&scene, round).await;
            tokio::time::sleep(Duration::from_millis(60 + 83 * round)).await;
            assert!(child.try_wait().unwrap().is_none(), "the child still works when it is killed");
            child.kill().unwrap();
            child.wait().unwrap();

            scene.test.reopen().await;
            // Past the lease of the killed one.
            scene.clock.set(SystemClock.now().plus_seconds(60));
            scene.sequencer = Sequencer::start(scene.test.database(), &scene.ledger, scene.settings()).await.unwrap();
            scene.sequencer.stop().await.unwrap();
            let report = scene.verify(&[scene.latest()]).await;
            assert!(report.is_ok() && report.waiting == 0, "{engine:?} round {round}: {report:?}");
            let acknowledged = std::fs::read_to_string(scene.outside.path().join("acknowledged")).unwrap();
            let (business, trail) = (ids_of(&scene, "business").await, ids_of(&scene, "trail_entries").await);
            assert_eq!(business, trail, "{engine:?} round {round}: a write and its record are one");
            let lost = acknowledged.lines().filter(|id| !business.contains(*id)).count();
            assert_eq!(lost, 0, "{engine:?} round {round}: {lost} of {} lost", acknowledged.lines().count());
        }
    }
}

/// Until this round's child has acknowledged something new.
async fn wait_until_it_works(scene: &Scene, round: u64) {
    let file = scene.outside.path().join("acknowledged");
    let before = std::fs::metadata(&file).map_or(0, |m| m.len());
    for _ in 0..2_000 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        if std::fs::metadata(&file).map_or(0, |m| m.len()) > before {
            return;
        }
    }
    panic!("the child of round {round} did nothing");
}

async fn ids_of(scene: &Scene, table: &str) -> HashSet<String> {
    let reader = scene.test.reader();
    let statement = Statement::from_string(reader.get_database_backend(), format!("SELECT event_id FROM {table}"));
    let rows = reader.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get::<uuid::Uuid>("", "event_id").unwrap().to_string()).collect()
}
