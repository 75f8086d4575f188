//! No room left (R-X-05; case 13 of the trail's attack list): nothing is acknowledged that is not durable, no half state
//! stays, the answer is plain, and when there is room again the work goes on.
//!
//! The folders really lie on file systems of a few megabytes. They are mounted in a mount namespace of the scene's own,
//! so that nothing of it is seen outside and nothing is left behind; that needs `unshare` and `mount` of util-linux and
//! either root or namespaces for ordinary users. Where neither is allowed the test fails and says so.

use crate::installation::{Installation, said, scratch};
use crate::torn::look::{number, record, rows, touch, trail_verifies};
use renkei_kernel::{Category, Problem};
use renkei_ledger::EventName;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

const SCENE: &str = "RENKEI_FULL_DISK_SCENE";

/// Runs `scene` of this binary in a mount namespace of its own.
fn in_a_namespace_of_its_own(scene: &str) {
    let program = std::env::current_exe().unwrap();
    let test = format!("full_disk::{scene}");
    let user = if std::fs::metadata("/proc/self").map(|me| std::os::unix::fs::MetadataExt::uid(&me)).unwrap() == 0 {
        "--mount"
    } else {
        "--map-root-user"
    };
    let ran = Command::new("unshare")
        .args([user, "--mount", "--propagation", "private", "--"])
        .arg(&program)
        .args(["--exact", &test, "--nocapture"])
        .env(SCENE, "1")
        .output()
        .unwrap_or_else(|error| panic!("this test needs `unshare` of util-linux: {error}"));
    assert!(ran.status.success(), "the scene failed, or `unshare` and `mount` are not allowed here:\n{}", said(&ran));
    assert!(String::from_utf8_lossy(&ran.stdout).contains("the scene was played"), "nothing ran:\n{}", said(&ran));
}

/// Whether this process is the one inside the namespace.
fn inside() -> bool {
    std::env::var_os(SCENE).is_some()
}

/// A file system of `size_kib` KiB in the place of a folder, with what lay there.
fn small(folder: &Path, size_kib: u64) {
    let beside = folder.with_extension("before");
    std::fs::rename(folder, &beside).unwrap();
    std::fs::create_dir(folder).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", &format!("size={size_kib}k,mode=0700"), "renkei-small"])
        .arg(folder)
        .output()
        .expect("this test needs `mount` of util-linux");
    assert!(mounted.status.success(), "a small file system cannot be mounted here: {}", said(&mounted));
    let copied = Command::new("cp").arg("-a").arg(format!("{}/.", beside.display())).arg(folder).status().unwrap();
    assert!(copied.success());
}

/// Fills a file system until `leave` bytes are left; the answer is what makes room again.
fn fill(folder: &Path, leave: usize) -> PathBuf {
    let ballast = folder.join("ballast");
    let mut file = std::fs::File::create(&ballast).unwrap();
    let mut filled: u64 = 0;
    while file.write_all(&[7; 4096]).is_ok() {
        filled += 4096;
    }
    file.set_len(filled.saturating_sub(leave as u64)).unwrap();
    ballast
}

/// Case 13, R-X-05: an import that meets a full disk, wherever it meets it, ends with a plain answer, sets no good file
/// aside, and is finished by the next run.
#[test]
fn an_import_onto_a_full_disk_is_refused_and_finished_when_there_is_room() {
    in_a_namespace_of_its_own("an_import_scene_inside");
}

/// Does nothing unless it was started by the test above.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_scene_inside() {
    if !inside() {
        return;
    }
    let folder = scratch();
    let base = Installation::make(folder.path());
    let whole = base.copy_to(&folder.path().join("whole"));
    assert!(whole.import("storage").output().unwrap().status.success());
    let opened = whole.open().await;
    let expected = record(&whole, &opened).await;
    opened.close().await;
    let mut refused = 0;
    for (round, leave_kib) in [0, 60, 250, 500, 800].into_iter().enumerate() {
        let copy = base.copy_to(&folder.path().join(format!("round-{round}")));
        let data = copy.folder.join("data");
        small(&data, 16 * 1024);
        let ballast = fill(&data, leave_kib * 1024);
        let ran = copy.import("storage").output().unwrap();
        if !ran.status.success() {
            refused += 1;
            assert_eq!(ran.status.code(), Some(6), "leaving {leave_kib} KiB: {}", said(&ran));
            let answer: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("an answer in JSON");
            assert_eq!(answer["status"], 503, "{answer}");
            assert!(answer["lines"][0].as_str().is_some_and(|line| line.len() > 20), "{answer}");
        }
        std::fs::remove_file(&ballast).unwrap();
        copy.verify();
        let opened = copy.open().await;
        let aside = rows(&opened, "SELECT cause FROM quarantine UNION ALL SELECT cause FROM refusals").await;
        for row in aside {
            let cause: String = row.try_get_by_index(0).unwrap();
            assert_ne!(cause, "not_storable", "leaving {leave_kib} KiB: a good file was set aside");
        }
        opened.close().await;
        let again = copy.import("storage").output().unwrap();
        assert!(again.status.success(), "leaving {leave_kib} KiB: {}", said(&again));
        let opened = copy.open().await;
        assert!(record(&copy, &opened).await == expected, "leaving {leave_kib} KiB: the same record");
        trail_verifies(&copy, &opened).await;
        opened.close().await;
    }
    assert!(refused >= 3, "only {refused} imports met the full disk");
    println!("the scene was played");
}

/// R-X-04, R-X-05: a running house whose disk is full shows nothing, opens nothing and acknowledges nothing; it needs no
/// restart when there is room again.
#[test]
fn a_running_house_on_a_full_disk_shows_nothing_and_goes_on_when_there_is_room() {
    in_a_namespace_of_its_own("a_house_scene_inside");
}

/// Does nothing unless it was started by the test above.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_scene_inside() {
    if !inside() {
        return;
    }
    let folder = scratch();
    let copy = Installation::make(folder.path());
    assert!(copy.import("storage").output().unwrap().status.success());
    let data = copy.folder.join("data");
    small(&data, 16 * 1024);
    let opened = copy.open().await;
    let (_token, session) = opened.house.sign_in(&copy.doctor()).await.unwrap();
    let grant = touch(&opened, &session).await;
    opened.house.view_patient(&session, grant, "summary").await.unwrap();
    opened.sequencer.flush().await.unwrap();
    let ballast = fill(&data, 0);
    let before =
        number(&opened, "SELECT (SELECT COUNT(*) FROM trail_entries) + (SELECT COUNT(*) FROM trail_waiting)").await;
    // Some room is left in pages that the engine holds already: until that is used up, acts are truly kept.
    let (mut shown, mut refused) = (0, 0);
    for _ in 0..400 {
        match opened.house.view_patient(&session, grant, "summary").await {
            Ok(_) => shown += 1,
            Err(error) => {
                assert_eq!(error.category(), Category::Stopped, "{error}");
                refused += 1;
                if refused == 5 {
                    break;
                }
            }
        }
    }
    assert_eq!(refused, 5, "the disk was full");
    assert!(opened.house.sign_in(&copy.doctor()).await.is_err(), "nobody comes in without a trail");
    assert!(opened.house.close_visit(&session, grant).await.is_err(), "nothing is said to be closed");
    std::fs::remove_file(&ballast).unwrap();
    opened.house.view_patient(&session, grant, "summary").await.expect("the same house goes on");
    opened.house.close_visit(&session, grant).await.expect("and closes the visit that was left open");
    opened.sequencer.flush().await.unwrap();
    let looks = "SELECT COUNT(*) FROM trail_entries WHERE name = 'access.granted'";
    assert_eq!(number(&opened, looks).await, shown + 2, "as many looks in the trail as were shown");
    assert!(number(&opened, "SELECT COUNT(*) FROM trail_entries").await >= before);
    trail_verifies(&copy, &opened).await;
    opened.close().await;
    println!("the scene was played");
}

/// Case 13: no room for checkpoints outside: none is acknowledged, the trail goes on, and what was signed lies outside
/// as soon as there is room, without a restart and without a new entry.
#[test]
fn checkpoints_that_found_no_room_are_written_when_there_is_some() {
    in_a_namespace_of_its_own("a_checkpoint_scene_inside");
}

/// Does nothing unless it was started by the test above.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_scene_inside() {
    if !inside() {
        return;
    }
    let folder = scratch();
    let copy = Installation::make(folder.path());
    let checkpoints = copy.folder.join("checkpoints");
    small(&checkpoints, 1024);
    let opened = copy.open().await;
    let recorded = async || {
        let event = opened.house.ledger().event(EventName::JobRan);
        renkei_ledger::record_alone(opened.house.db(), event).await.unwrap();
        opened.sequencer.flush().await
    };
    recorded().await.unwrap();
    let kept = copy.kept_checkpoints().len();
    let ballast = fill(&checkpoints, 0);
    for _ in 0..3 {
        let refused = recorded().await;
        assert_eq!(refused.map(|_| ()).unwrap_err().code(), "checkpoint_folder");
    }
    assert!(opened.sequencer.flush().await.is_err(), "not acknowledged either when nothing new came");
    assert_eq!(copy.kept_checkpoints().len(), kept, "and no half file");
    std::fs::remove_file(&ballast).unwrap();
    let newest = opened.sequencer.flush().await.unwrap().expect("a checkpoint");
    let outside = copy.kept_checkpoints();
    for row in rows(&opened, "SELECT note FROM trail_checkpoints").await {
        let note: String = row.try_get_by_index(0).unwrap();
        assert!(outside.iter().any(|kept| kept == note.as_bytes()), "every signed checkpoint lies outside");
    }
    let latest = std::fs::read(checkpoints.join("latest.checkpoint")).unwrap();
    assert_eq!(latest, newest.note().as_bytes());
    trail_verifies(&copy, &opened).await;
    opened.close().await;
    println!("the scene was played");
}
