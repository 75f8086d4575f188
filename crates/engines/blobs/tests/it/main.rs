//! Integration tests of the store of large originals.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "scenes and helpers of tests")]

use renkei_access::{Actor, ItemScopes, Operation, Permit, PermitKind, PermitParts, Purpose, Subject, Zone};
use renkei_blobs::{BlobAddress, Blobs, Error, Staged};
use renkei_db::testing::TestDatabase;
use renkei_db::{BoxFuture, Engine};
use renkei_kernel::limits::BLOB_MAX_BYTES;
use renkei_kernel::{ChartId, Ids, InstitutionId, MessageId, PersonId, SettableClock, SystemEntropy, Timestamp};
use renkei_keys::{ChartKey, Sealer};
use renkei_ledger::{EventName, Ledger, Recorded, record, record_read};
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

struct Scene {
    test: TestDatabase,
    ids: Ids,
    ledger: Ledger,
    sealer: Sealer,
    blobs: Blobs,
    folder: tempfile::TempDir,
    patient: PersonId,
    institution: InstitutionId,
}

impl Scene {
    async fn new() -> Self {
        let test = renkei_db::testing::open(Engine::Sqlite).await;
        let clock = Arc::new(SettableClock::frozen(Timestamp::from_seconds(1_767_225_600)));
        let ids = Ids::new(clock, Arc::new(SystemEntropy));
        renkei_ledger::migrate(&test, ids.now()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let sealer = Sealer::init(&folder.path().join("keys"), ids.clone()).await.unwrap();
        let blobs = Blobs::open(&folder.path().join("blobs"), sealer.clone()).unwrap();
        let ledger = Ledger::new(ids.clone(), "renkei/test");
        let (patient, institution) = (ids.next(), ids.next());
        Self { test, ids, ledger, sealer, blobs, folder, patient, institution }
    }

    fn permit(&self, chart: ChartId) -> Permit {
        Permit::minted_by_gate(PermitParts {
            decision_id: self.ids.next(),
            kind: PermitKind::Import,
            subject: Subject::Chart { chart, institution: self.institution, patient: self.patient },
            actor: Actor::Machine { institution: self.institution },
            operation: Operation::Register,
            zone: Zone::Machine,
            purpose: Purpose::Registration,
            at: self.ids.now(),
            until: Timestamp::MAX,
            scope: Arc::new(ItemScopes::everything(self.ids.now())),
            because: vec![],
            obligations: vec![],
            grant: None,
            matrix_version: None,
            batch: None,
        })
    }

    async fn key(&self) -> ChartKey {
        self.sealer.ensure(self.ids.next()).await.unwrap()
    }

    /// An act that places the file; with `keep` it commits.
    async fn place(&self, staged: Staged, chart: ChartId, keep: bool) -> Result<BlobAddress, String> {
        let (permit, event) = (self.permit(chart), self.ledger.event(EventName::RecordStored));
        let staged = Arc::new(staged);
        self.test
            .act(move |tx| -> BoxFuture<'_, Result<BlobAddress, Failed>> {
                let (permit, event, staged) = (permit.clone(), event.clone(), staged.clone());
                Box::pin(async move {
                    let recorded = record(tx, &permit, &event).await.map_err(|e| Failed(e.to_string()))?;
                    let address = staged.place(&recorded).map_err(|e| Failed(e.to_string()))?;
                    assert_eq!(staged.place(&recorded).unwrap(), address, "a repeated act places it once");
                    if keep { Ok(address) } else { Err(Failed("on purpose".to_owned())) }
                })
            })
            .await
            .map_err(|failed| failed.0)
    }

    async fn recorded(&self, chart: ChartId) -> Recorded {
        record_read(&self.test, self.permit(chart), self.ledger.event(EventName::AccessGranted)).await.unwrap()
    }

    fn files(&self) -> Vec<PathBuf> {
        fn walk(folder: PathBuf, files: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { walk(path, files) } else { files.push(path) }
            }
        }
        let mut files = Vec::new();
        walk(self.folder.path().join("blobs"), &mut files);
        files
    }
}

struct Failed(String);
impl From<renkei_db::Error> for Failed {
    fn from(error: renkei_db::Error) -> Self {
        Self(error.to_string())
    }
}

fn large() -> Vec<u8> {
    "山田太郎 PLANTED|".bytes().cycle().take(300_000).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_placed_reads_back_and_is_sealed_on_disk() {
    let scene = Scene::new().await;
    let (key, message): (ChartKey, MessageId) = (scene.key().await, scene.ids.next());
    let staged = scene.blobs.stage(&key, message, large()).await.unwrap();
    assert_eq!(staged.size_bytes(), 300_000);
    let address = scene.place(staged, key.chart(), true).await.unwrap();
    let recorded = scene.recorded(key.chart()).await;
    assert_eq!(scene.blobs.read(&recorded, &key, message, address).await.unwrap(), large());
    let files = scene.files();
    assert_eq!(files.len(), 1);
    let bytes = std::fs::read(&files[0]).unwrap();
    assert!(!bytes.windows(7).any(|window| window == b"PLANTED"));
    assert!(!files[0].to_string_lossy().contains(&key.chart().to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_chart_another_message_or_a_changed_file_does_not_read() {
    let scene = Scene::new().await;
    let (key, message): (ChartKey, MessageId) = (scene.key().await, scene.ids.next());
    let staged = scene.blobs.stage(&key, message, large()).await.unwrap();
    let address = scene.place(staged, key.chart(), true).await.unwrap();
    let recorded = scene.recorded(key.chart()).await;
    let other = scene.key().await;
    assert!(matches!(scene.blobs.read(&recorded, &other, message, address).await, Err(Error::OtherChart)));
    let others = scene.recorded(other.chart()).await;
    assert!(matches!(scene.blobs.read(&others, &other, message, address).await, Err(Error::Damaged(_))));
    let end = scene.blobs.read(&recorded, &key, scene.ids.next(), address).await;
    assert!(matches!(end, Err(Error::Damaged(_))));
    let file = &scene.files()[0];
    let mut bytes = std::fs::read(file).unwrap();
    bytes[1_000] ^= 1;
    std::fs::write(file, bytes).unwrap();
    assert!(
        matches!(scene.blobs.read(&recorded, &key, message, address).await, Err(Error::Damaged(a)) if a == address)
    );
    std::fs::remove_file(file).unwrap();
    assert!(matches!(scene.blobs.read(&recorded, &key, message, address).await, Err(Error::Missing(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permit_for_another_chart_places_nothing() {
    let scene = Scene::new().await;
    let (key, other) = (scene.key().await, scene.key().await);
    let staged = scene.blobs.stage(&key, scene.ids.next(), large()).await.unwrap();
    let end = scene.place(staged, other.chart(), true).await;
    assert_eq!(end.unwrap_err(), Error::OtherChart.to_string());
    assert!(scene.files().is_empty(), "and what was staged is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn orphans_are_swept_and_named_and_young_files_stay() {
    let scene = Scene::new().await;
    let key = scene.key().await;
    let mut addresses = Vec::new();
    for keep in [true, false, false] {
        let staged = scene.blobs.stage(&key, scene.ids.next(), large()).await.unwrap();
        let address = staged.address();
        assert_eq!(scene.place(staged, key.chart(), keep).await.is_ok(), keep);
        addresses.push(address);
    }
    assert_eq!(scene.files().len(), 3);
    let named: HashSet<BlobAddress> = [addresses[0]].into();
    let swept = scene.blobs.sweep(named.clone(), Duration::from_secs(3_600)).await.unwrap();
    assert_eq!((swept.named, swept.young, swept.removed), (1, 2, 0));
    let swept = scene.blobs.sweep(named, Duration::ZERO).await.unwrap();
    assert_eq!((swept.named, swept.young, swept.removed), (1, 0, 2));
    assert_eq!(scene.files().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_staged_and_never_placed_goes_away() {
    let scene = Scene::new().await;
    let key = scene.key().await;
    let staged = scene.blobs.stage(&key, scene.ids.next(), large()).await.unwrap();
    assert_eq!(scene.files().len(), 1);
    // As after a crash: the file stays, the program starts again.
    std::mem::forget(staged);
    Blobs::open(&scene.folder.path().join("blobs"), scene.sealer.clone()).unwrap();
    assert!(scene.files().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_original_above_the_bound_is_refused() {
    let scene = Scene::new().await;
    let key = scene.key().await;
    let end = scene.blobs.stage(&key, scene.ids.next(), vec![0; BLOB_MAX_BYTES + 1]).await;
    assert!(matches!(end, Err(Error::TooLarge { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_original_twice_is_one_file() {
    let scene = Scene::new().await;
    let (key, message): (ChartKey, MessageId) = (scene.key().await, scene.ids.next());
    let mut addresses = HashSet::new();
    for _ in 0..2 {
        let staged = scene.blobs.stage(&key, message, large()).await.unwrap();
        addresses.insert(scene.place(staged, key.chart(), true).await.unwrap());
    }
    assert_eq!((addresses.len(), scene.files().len()), (1, 1));
}
