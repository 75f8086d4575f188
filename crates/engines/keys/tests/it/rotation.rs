//! A new installation key: everything opens as before, the old key opens nothing, and a cut anywhere is taken up.

use crate::scene::{Scene, all_bytes, holds};
use renkei_kernel::{ChartId, EntryId, SystemEntropy};
use renkei_keys::{Error, InstallationKey, SealKind, Sealer};
use std::fs;

/// R-X-16: keys are wrapped anew; rows and keyed hashes are not touched.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_rotation_everything_opens_and_the_old_key_is_gone() {
    let mut scene = Scene::new().await;
    let charts: Vec<ChartId> = (0..1_100).map(|_| scene.chart()).collect();
    let row: EntryId = scene.ids.next();
    let keys = scene.sealer.ensure_many(&charts).await.unwrap();
    let sealed = keys[1_099].seal(row, SealKind::Draft, 1, b"x").unwrap();
    let lookup = scene.sealer.lookup_hash("card.id", &[b"a"]);
    let staff = scene.sealer.seal_installation("staff.name", row, 1, b"y").unwrap();
    scene.sealer.destroy(&[charts[0]], scene.ids.now()).await.unwrap();
    let old = fs::read(scene.keys_folder().join("installation.key")).unwrap();
    let before = InstallationKey::load(&scene.keys_folder()).unwrap().fingerprint();

    let wrapped = scene.sealer.store().rotate_installation_key().await.unwrap();
    assert_eq!(wrapped, 1_099 + 2, "all charts but the destroyed one, and both roots");
    assert_ne!(InstallationKey::load(&scene.keys_folder()).unwrap().fingerprint(), before);
    assert!(!holds(&all_bytes(&scene.keys_folder()), &old));
    let later = scene.chart();
    scene.sealer.ensure(later).await.unwrap();
    scene.reopen().await;
    scene.sealer.key(later).await.unwrap();
    assert_eq!(scene.sealer.open_sealed(charts[1_099], row, SealKind::Draft, 1, &sealed).await.unwrap(), b"x");
    assert_eq!(scene.sealer.lookup_hash("card.id", &[b"a"]), lookup);
    assert_eq!(scene.sealer.open_installation("staff.name", row, 1, &staff).unwrap(), b"y");
    assert!(matches!(scene.sealer.key(charts[0]).await, Err(Error::Destroyed(_))));
}

/// The old file put back opens nothing any more.
#[tokio::test(flavor = "multi_thread")]
async fn the_old_key_does_not_open_the_store_after_a_rotation() {
    let scene = Scene::new().await;
    scene.sealer.ensure(scene.chart()).await.unwrap();
    let file = scene.keys_folder().join("installation.key");
    let old = fs::read(&file).unwrap();
    scene.sealer.store().rotate_installation_key().await.unwrap();
    scene.sealer.store().close().await.unwrap();
    fs::write(&file, old).unwrap();
    assert!(matches!(Sealer::open(&scene.keys_folder(), scene.ids.clone()).await, Err(Error::WrongInstallationKey)));
}

/// Cut short right after the next key was made, and while it was being made: the next start takes it up.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_cut_short_is_taken_up_at_the_next_start() {
    for half_written in [false, true] {
        let mut scene = Scene::new().await;
        let chart = scene.chart();
        scene.sealer.ensure(chart).await.unwrap();
        let elsewhere = scene.folder.path().join("elsewhere");
        InstallationKey::create(&elsewhere, &SystemEntropy).unwrap();
        let next = scene.keys_folder().join("installation.key.next");
        fs::copy(elsewhere.join("installation.key"), &next).unwrap();
        if half_written {
            let content = fs::read(&next).unwrap();
            fs::write(&next, &content[..5]).unwrap();
        }
        let before = InstallationKey::load(&scene.keys_folder()).unwrap().fingerprint();
        scene.reopen().await;
        assert!(!next.exists());
        let after = InstallationKey::load(&scene.keys_folder()).unwrap().fingerprint();
        assert_eq!(before == after, half_written);
        scene.sealer.key(chart).await.unwrap();
    }
}

/// Keys are made and fetched while the wrapping key changes under them.
#[tokio::test(flavor = "multi_thread")]
async fn making_keys_during_a_rotation_loses_none() {
    let scene = std::sync::Arc::new(Scene::new().await);
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let scene = scene.clone();
        tasks.push(tokio::spawn(async move {
            let mut made = Vec::new();
            for _ in 0..40 {
                let chart = scene.chart();
                scene.sealer.ensure(chart).await.unwrap();
                made.push(chart);
            }
            made
        }));
    }
    for _ in 0..5 {
        scene.sealer.store().rotate_installation_key().await.unwrap();
    }
    let mut charts = Vec::new();
    for task in tasks {
        charts.extend(task.await.unwrap());
    }
    scene.sealer.store().close().await.unwrap();
    let sealer = Sealer::open(&scene.keys_folder(), scene.ids.clone()).await.unwrap();
    assert_eq!(sealer.keys(&charts).await.unwrap().len(), 160);
}

/// Stopped at different moments in the middle of the wrapping, as a crash would: nothing is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_stopped_anywhere_loses_no_key() {
    let mut scene = Scene::new().await;
    let charts: Vec<ChartId> = (0..3_000).map(|_| scene.chart()).collect();
    scene.sealer.ensure_many(&charts).await.unwrap();
    let lookup = scene.sealer.lookup_hash("card.id", &[b"a"]);
    for stop_after_ms in [1, 5, 20, 60, 150] {
        let limit = std::time::Duration::from_millis(stop_after_ms);
        let _ = tokio::time::timeout(limit, scene.sealer.store().rotate_installation_key()).await;
        scene.reopen().await;
        assert_eq!(scene.sealer.keys(&charts).await.unwrap().len(), 3_000);
        assert_eq!(scene.sealer.lookup_hash("card.id", &[b"a"]), lookup);
        assert!(!scene.keys_folder().join("installation.key.next").exists());
    }
}

/// R-X-16: killed between replacing a key and overwriting it, the next start overwrites it; killed before, nothing of
/// the key in force is touched.
#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_key_is_erased_at_the_next_start() {
    for replaced_already in [false, true] {
        let mut scene = Scene::new().await;
        let chart = scene.chart();
        scene.sealer.ensure(chart).await.unwrap();
        let (file, left) =
            (scene.keys_folder().join("installation.key"), scene.keys_folder().join("installation.key.replaced"));
        let old = b"thirty-two bytes of an older key".to_vec();
        // A file of somebody else's that still has the same content shows whether it was overwritten.
        let witness = scene.folder.path().join("witness");
        if replaced_already {
            fs::write(&witness, &old).unwrap();
            fs::hard_link(&witness, &left).unwrap();
        } else {
            fs::hard_link(&file, &left).unwrap();
        }
        scene.reopen().await;
        assert!(!left.exists());
        scene.sealer.key(chart).await.unwrap();
        if replaced_already {
            assert_eq!(fs::read(&witness).unwrap(), vec![0; old.len()], "overwritten, not only unlinked");
        }
    }
}

/// Two programs on one folder of keys: the second is refused before it touches a key file, also in the middle of a
/// rotation, when it would see the first one's half-written key.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_program_touches_no_key_file_of_a_rotation_under_way() {
    let scene = Scene::new().await;
    let next = scene.keys_folder().join("installation.key.next");
    fs::write(&next, b"half").unwrap();
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&next, fs::Permissions::from_mode(0o600)).unwrap();
    }
    let second = Sealer::open(&scene.keys_folder(), scene.ids.clone()).await;
    assert!(matches!(second, Err(Error::Store(renkei_db::Error::LeaseHeld { .. }))), "{:?}", second.err());
    assert_eq!(fs::read(&next).unwrap(), b"half");
}
