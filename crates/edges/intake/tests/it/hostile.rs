//! Storages laid out to harm: the import goes on beside every trap, brings in the good patient, and nothing of outside.

use crate::storages::{import, put, put_lab};
use renkei_kernel::limits;
use renkei_testkit::{Lab, World};
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// A value that stands in a file outside the storage and nowhere else.
const OUTSIDE: &str = "77.7654321";

struct Scene {
    world: World,
    folder: tempfile::TempDir,
    root: PathBuf,
}

impl Scene {
    async fn new() -> Self {
        let (world, folder) = (World::new().await, tempfile::tempdir().unwrap());
        let root = folder.path().join("storage");
        put_lab(&root, &Lab::hba1c("0000123", "20261001", 1, "7.8"));
        Self { world, folder, root }
    }

    /// Folder of the good patient's results.
    fn results(&self) -> PathBuf {
        self.root.join("000/012/0000123/20261001/OML-11")
    }

    fn outside(&self) -> PathBuf {
        let outside = self.folder.path().join("outside");
        put_lab(&outside, &Lab::hba1c("0000123", "20261001", 50, OUTSIDE));
        outside
    }

    /// (stored, refused, quarantined, unreadable); the good file came in and nothing of outside lies in the data.
    async fn imported(&self) -> (i64, i64, i64, u64) {
        let summary = import(&self.world, std::slice::from_ref(&self.root)).await.unwrap();
        for file in self.world.data_files() {
            let bytes = fs::read(&file).unwrap();
            assert!(!bytes.windows(OUTSIDE.len()).any(|w| w == OUTSIDE.as_bytes()), "{file:?} holds what lay outside");
        }
        let counts = summary.counts;
        (counts.stored, counts.refused, counts.quarantined, summary.unreadable)
    }
}

/// R-X-19: links, wherever they lie and lead, bring nothing in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_bring_nothing_in() {
    let scene = Scene::new().await;
    let outside = scene.outside();
    let lab = Lab::hba1c("0000123", "20261001", 50, OUTSIDE);
    let file = outside.join("000/012/0000123/20261001/OML-11").join(lab.file_name());
    symlink(&file, scene.results().join(lab.file_name())).unwrap();
    symlink(outside.join("000/012/0000123/20261001"), scene.root.join("000/012/0000123/20261002")).unwrap();
    symlink(outside.join("000"), scene.root.join("001")).unwrap();
    symlink(&scene.root, scene.root.join("000/012/0000123/20261001/loop")).unwrap();
    assert_eq!(scene.imported().await, (1, 0, 0, 3));
}

/// R-X-19: too large, a folder, a pipe, no message at all: each is counted, the rest comes in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_counted_and_the_rest_comes_in() {
    let scene = Scene::new().await;
    let named = |order| scene.results().join(Lab::hba1c("0000123", "20261001", order, "1").file_name());
    File::create(named(2)).unwrap().set_len(1 << 30).unwrap();
    fs::create_dir_all(named(3).join("deep/deep/deep")).unwrap();
    let _listening = std::os::unix::net::UnixListener::bind(scene.folder.path().join("s")).unwrap();
    fs::rename(scene.folder.path().join("s"), named(4)).unwrap();
    fs::write(named(5), "").unwrap();
    fs::write(named(6), vec![b'~'; 100_000]).unwrap();
    fs::write(scene.root.join("SSMIXIDX.tsv"), "0000123\t20261001\tOML-11\t/etc/passwd\n").unwrap();
    let (stored, _, quarantined, unreadable) = scene.imported().await;
    assert_eq!((stored, quarantined, unreadable), (1, 2, 3));
    // A second run over the same traps changes nothing.
    let (stored, _, quarantined, unreadable) = scene.imported().await;
    assert_eq!((stored, quarantined, unreadable), (0, 0, 3));
}

/// R-X-19: ten thousand repetitions come in; a message that goes on beyond the limit of segments is kept apart whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_much_of_something_comes_in_or_is_kept_apart() {
    let scene = Scene::new().await;
    let (many, more) = (Lab::hba1c("0000123", "20261001", 2, "6.5"), Lab::hba1c("0000123", "20261001", 3, "6.6"));
    let mut bytes = many.bytes();
    bytes.extend(format!("NTE|1||{}\r", "a~".repeat(limits::HL7_REPETITIONS_MAX)).bytes());
    put(&scene.root, "0000123", "20261001", &many.file_name(), &bytes);
    let mut bytes = more.bytes();
    bytes.extend("NTE|1||b\r".repeat(limits::HL7_SEGMENTS_MAX + 1).bytes());
    put(&scene.root, "0000123", "20261001", &more.file_name(), &bytes);
    assert_eq!(scene.imported().await, (2, 0, 1, 0));
}

/// R-X-19: strange names never leave the folder they stand in and never become somebody's record.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strange_names_become_nobodys_record() {
    let scene = Scene::new().await;
    let bytes = Lab::hba1c("0000123", "20261001", 7, "5.0").bytes();
    for name in [b"..".repeat(40).as_slice(), b"a\nb", b"\xff\xfe\x80", "０００".as_bytes(), &[b'n'; 255]] {
        fs::write(scene.results().join(Path::new(std::ffi::OsStr::from_bytes(name))), &bytes).unwrap();
    }
    // The number of the good patient in full-width digits, and a folder that differs from it by nothing visible.
    let twin = scene.root.join("０００/０１２/０００0123/20261001/OML-11");
    fs::create_dir_all(&twin).unwrap();
    fs::write(twin.join(Lab::hba1c("０００0123", "20261001", 8, "5.0").file_name()), &bytes).unwrap();
    let (stored, refused, quarantined, unreadable) = scene.imported().await;
    assert_eq!((stored, refused, unreadable), (1, 1, 0));
    assert_eq!(quarantined, 5);
}
