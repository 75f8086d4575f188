//! The acts that the command line does not reach, done by this test's own binary as a child process: visits opened by
//! card, checkpoints one after another, rotations of the installation's key and of the trail's signing key.
//!
//! The child writes a line into a file after each thing that was acknowledged to it; the kill leaves that file as a
//! witness of what must be there afterwards.

use super::look::touch;
use crate::installation::Installation;
use renkei_kernel::{Ids, SystemClock, SystemEntropy};
use renkei_keys::{InstallationKey, Sealer};
use renkei_ledger::EventName;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

const ACT: &str = "RENKEI_TORN_ACT";
const FOLDER: &str = "RENKEI_TORN_FOLDER";

/// Visits a child opens and closes.
const VISITS: usize = 12;
/// Checkpoints a child asks for.
const CHECKPOINTS: usize = 12;
/// Rotations a child carries out.
const ROTATIONS: usize = 3;

/// A child that does `act` on `installation`.
pub fn child(act: &str, installation: &Installation) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "torn::acts::the_child_that_acts_until_it_is_killed", "--nocapture"])
        .env(ACT, act)
        .env(FOLDER, &installation.folder);
    command
}

/// The file in which a child says what was acknowledged to it.
fn acknowledged_in(folder: &Path) -> PathBuf {
    folder.join("acknowledged")
}

/// The whole lines of that file; empty while there is none.
pub fn acknowledged(installation: &Installation) -> Vec<String> {
    let text = std::fs::read_to_string(acknowledged_in(&installation.folder)).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(str::to_owned).collect()
}

struct Acknowledged(File);

impl Acknowledged {
    fn say(&mut self, line: &str) {
        self.0.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
}

/// Does nothing unless it was started by a round.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_child_that_acts_until_it_is_killed() {
    let (Ok(act), Ok(folder)) = (std::env::var(ACT), std::env::var(FOLDER)) else { return };
    let installation = Installation { folder: PathBuf::from(folder) };
    let file = OpenOptions::new().create(true).append(true).open(acknowledged_in(&installation.folder)).unwrap();
    let acknowledged = Acknowledged(file);
    match act.as_str() {
        "visits" => visits(&installation, acknowledged).await,
        "checkpoints" => checkpoints(&installation, acknowledged).await,
        "trail-keys" => trail_keys(&installation, acknowledged).await,
        "rotations" => rotations(&installation, acknowledged).await,
        other => panic!("no act is called {other}"),
    }
}

async fn visits(installation: &Installation, mut acknowledged: Acknowledged) {
    let opened = installation.open().await;
    let (_token, session) = opened.house.sign_in(&installation.doctor()).await.unwrap();
    acknowledged.say("ready");
    for _ in 0..VISITS {
        let grant = touch(&opened, &session).await;
        acknowledged.say(&format!("opened {grant}"));
        opened.house.view_patient(&session, grant, "summary").await.unwrap();
        acknowledged.say(&format!("seen {grant}"));
        opened.house.close_visit(&session, grant).await.unwrap();
        acknowledged.say(&format!("closed {grant}"));
    }
    acknowledged.say("done");
    opened.close().await;
}

async fn checkpoints(installation: &Installation, mut acknowledged: Acknowledged) {
    let opened = installation.open().await;
    acknowledged.say("ready");
    for _ in 0..CHECKPOINTS {
        let event = opened.house.ledger().event(EventName::JobRan);
        let id = renkei_ledger::record_alone(opened.house.db(), event).await.unwrap();
        acknowledged.say(&format!("recorded {id}"));
        let checkpoint = opened.sequencer.flush().await.unwrap().unwrap();
        acknowledged.say(&format!("signed {}", checkpoint.size()));
    }
    acknowledged.say("done");
    opened.close().await;
}

async fn trail_keys(installation: &Installation, mut acknowledged: Acknowledged) {
    let opened = installation.open().await;
    acknowledged.say("ready");
    for _ in 0..ROTATIONS {
        let event = opened.house.ledger().event(EventName::JobRan);
        renkei_ledger::record_alone(opened.house.db(), event).await.unwrap();
        let handed = opened.house.rotate_trail_key().await.unwrap();
        acknowledged.say(&format!("handed {} {}", handed.size, handed.key_after));
    }
    acknowledged.say("done");
    opened.close().await;
}

async fn rotations(installation: &Installation, mut acknowledged: Acknowledged) {
    let keys = installation.folder.join("keys");
    let ids = Ids::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
    let sealer = Sealer::open(&keys, ids).await.unwrap();
    acknowledged.say("ready");
    for _ in 0..ROTATIONS {
        sealer.store().rotate_installation_key().await.unwrap();
        let now = InstallationKey::load(&keys).unwrap().fingerprint();
        acknowledged.say(&format!("rotated {}", hex::encode(now)));
    }
    acknowledged.say("done");
    sealer.store().close().await.unwrap();
}
