//! A keys' folder with random keys, and a look into its files.

use renkei_kernel::{ChartId, Ids, SettableClock, SystemEntropy, Timestamp};
use renkei_keys::Sealer;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub const START: Timestamp = Timestamp(1_767_225_600_000_000);

pub struct Scene {
    pub folder: tempfile::TempDir,
    pub clock: Arc<SettableClock>,
    pub ids: Ids,
    pub sealer: Sealer,
}

impl Scene {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(SettableClock::frozen(START));
        let ids = Ids::new(clock.clone(), Arc::new(SystemEntropy));
        let sealer = Sealer::init(&folder.path().join("keys"), ids.clone()).await.unwrap();
        Self { folder, clock, ids, sealer }
    }
    pub fn keys_folder(&self) -> PathBuf {
        self.folder.path().join("keys")
    }
    pub fn chart(&self) -> ChartId {
        self.ids.next()
    }
    pub async fn reopen(&mut self) {
        self.sealer.store().close().await.unwrap();
        self.sealer = Sealer::open(&self.keys_folder(), self.ids.clone()).await.unwrap();
    }
}

/// Every byte of every file below `folder`.
pub fn all_bytes(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        bytes.extend(if path.is_dir() { all_bytes(&path) } else { std::fs::read(&path).unwrap() });
    }
    bytes
}

pub fn holds(bytes: &[u8], planted: &[u8]) -> bool {
    bytes.windows(planted.len()).any(|window| window == planted)
}
