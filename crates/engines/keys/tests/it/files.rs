//! Who may read the key files.

use crate::scene::Scene;
use renkei_keys::{Error, Sealer, refuse_if_inside};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test(flavor = "multi_thread")]
async fn key_files_are_made_for_their_owner_alone() {
    let scene = Scene::new().await;
    assert_eq!(mode(&scene.keys_folder()), 0o700);
    for entry in fs::read_dir(scene.keys_folder()).unwrap() {
        let entry = entry.unwrap();
        // The lease is an empty file that only says who writes.
        if entry.metadata().unwrap().len() > 0 {
            assert_eq!(mode(&entry.path()), 0o600, "{:?}", entry.path());
        }
    }
    assert_eq!(fs::metadata(scene.keys_folder().join("installation.key")).unwrap().len(), 32);
}

#[tokio::test(flavor = "multi_thread")]
async fn wider_permissions_are_refused() {
    for name in ["installation.key", "keys.db", "."] {
        let scene = Scene::new().await;
        scene.sealer.store().close().await.unwrap();
        let path = scene.keys_folder().join(name);
        fs::set_permissions(&path, Permissions::from_mode(mode(&path) | 0o040)).unwrap();
        let end = Sealer::open(&scene.keys_folder(), scene.ids.clone()).await;
        assert!(matches!(end, Err(Error::TooOpen { .. })), "{name}: {end:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_or_damaged_or_foreign_key_file_is_named() {
    let scene = Scene::new().await;
    let folder = scene.keys_folder();
    scene.sealer.ensure(scene.chart()).await.unwrap();
    scene.sealer.store().close().await.unwrap();
    let file = folder.join("installation.key");
    let content = fs::read(&file).unwrap();
    fs::write(&file, &content[..31]).unwrap();
    assert!(matches!(Sealer::open(&folder, scene.ids.clone()).await, Err(Error::KeyFileDamaged { .. })));
    fs::write(&file, [7; 32]).unwrap();
    assert!(matches!(Sealer::open(&folder, scene.ids.clone()).await, Err(Error::WrongInstallationKey)));
    fs::remove_file(&file).unwrap();
    assert!(matches!(Sealer::open(&folder, scene.ids.clone()).await, Err(Error::KeyFileMissing { .. })));
    assert!(matches!(Sealer::init(&folder, scene.ids.clone()).await, Err(Error::KeyFileMissing { .. })));
    fs::write(&file, content).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    Sealer::open(&folder, scene.ids.clone()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_file_is_never_overwritten() {
    let scene = Scene::new().await;
    let end = Sealer::init(&scene.keys_folder(), scene.ids.clone()).await;
    assert!(matches!(end, Err(Error::KeyFileExists { .. })), "{end:?}");
}

#[test]
fn keys_inside_the_data_folder_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (data, keys) = (folder.path().join("data"), folder.path().join("keys"));
    fs::create_dir_all(data.join("keys")).unwrap();
    fs::create_dir_all(&keys).unwrap();
    refuse_if_inside(&keys, &data).unwrap();
    assert!(matches!(refuse_if_inside(&data.join("keys"), &data), Err(Error::NotApart { .. })));
    assert!(matches!(refuse_if_inside(&data.join("../data/keys"), &data), Err(Error::NotApart { .. })));
    assert!(matches!(refuse_if_inside(&data, &data), Err(Error::NotApart { .. })));
}
