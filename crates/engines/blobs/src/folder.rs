//! The local folder: addresses, reading, sweeping.

use crate::{Error, Staged};
use renkei_kernel::MessageId;
use renkei_kernel::limits::BLOB_MAX_BYTES;
use renkei_keys::{ChartKey, SealKind, Sealer};
use renkei_ledger::Trailed;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Version of the sealed form, part of what is sealed.
pub(crate) const SEAL_VERSION: u32 = 1;
const STAGING: &str = "staging";

/// Keyed hash of chart, message and content: the file's name and what the row keeps (32 bytes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobAddress([u8; 32]);

impl BlobAddress {
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
    /// From the row's bytes; `None` unless there are thirty-two.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
    pub(crate) fn of(sealer: &Sealer, key: &ChartKey, message: MessageId, content: &[u8]) -> Self {
        let chart = key.chart();
        Self(sealer.lookup_hash("blob.address", &[chart.as_bytes(), message.as_bytes(), content]))
    }
    fn parse(name: &str) -> Option<Self> {
        Self::from_slice(&hex::decode(name).ok()?)
    }
}

impl std::fmt::Display for BlobAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Files that rows name.
    pub named: u64,
    /// Unnamed, but too young to judge: their commit may still come.
    pub young: u64,
    /// Orphans removed, staging leftovers included.
    pub removed: u64,
}

/// The store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) folder: PathBuf,
    pub(crate) sealer: Sealer,
    next_staged: AtomicU64,
}

impl Blobs {
    /// Uses (makes when absent) `folder`. What an earlier run left in staging is removed: no commit names it.
    /// The caller holds the lease of the data folder, so nobody else stages here.
    pub fn open(folder: &Path, sealer: Sealer) -> Result<Self, Error> {
        let inner = Inner { folder: folder.to_owned(), sealer, next_staged: AtomicU64::new(0) };
        let staging = folder.join(STAGING);
        let made = || -> std::io::Result<()> {
            fs::create_dir_all(&staging)?;
            for left in fs::read_dir(&staging)? {
                fs::remove_file(left?.path())?;
            }
            Ok(())
        };
        made().map_err(|e| inner.unusable(&e))?;
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Seals `content` and writes it beside the store: synced, read back and compared, but without a name yet. Do
    /// this before the act; inside it call [`Staged::place`].
    pub async fn stage(&self, key: &ChartKey, message: MessageId, content: Vec<u8>) -> Result<Staged, Error> {
        if content.len() > BLOB_MAX_BYTES {
            return Err(Error::TooLarge { bytes: content.len() });
        }
        let (inner, key) = (self.inner.clone(), key.clone());
        tokio::task::spawn_blocking(move || Staged::write(inner, &key, message, &content))
            .await
            .map_err(|_| Error::Stopped)?
    }

    /// Reads an original back, on the proof of a recorded act. Errors with [`Error::Damaged`] when the file does not
    /// open for this chart and message or is not what the address says.
    pub async fn read(
        &self,
        recorded: &impl Trailed,
        key: &ChartKey,
        message: MessageId,
        address: BlobAddress,
    ) -> Result<Vec<u8>, Error> {
        if recorded.permit().chart().is_some_and(|chart| chart != key.chart()) {
            return Err(Error::OtherChart);
        }
        let (inner, key) = (self.inner.clone(), key.clone());
        tokio::task::spawn_blocking(move || inner.read(&key, message, address)).await.map_err(|_| Error::Stopped)?
    }

    /// Removes files that no row names and that are older than `grace` (choose hours: an act that is under way has
    /// placed its file already). `named` holds every address in the rows, read *after* this process opened the store.
    pub async fn sweep(&self, named: HashSet<BlobAddress>, grace: Duration) -> Result<Swept, Error> {
        let inner = self.inner.clone();
        tokio::task::spawn_blocking(move || inner.sweep(&named, grace).map_err(|e| inner.unusable(&e)))
            .await
            .map_err(|_| Error::Stopped)?
    }
}

impl Inner {
    pub(crate) fn unusable(&self, error: &std::io::Error) -> Error {
        Error::Folder { folder: self.folder.clone(), reason: error.kind() }
    }

    pub(crate) fn path(&self, address: BlobAddress) -> PathBuf {
        let name = address.to_string();
        let (first, second) = (name.get(0..2).unwrap_or("00"), name.get(2..4).unwrap_or("00"));
        self.folder.join(first).join(second).join(&name)
    }

    pub(crate) fn staged_path(&self) -> PathBuf {
        let number = self.next_staged.fetch_add(1, Ordering::Relaxed);
        self.folder.join(STAGING).join(format!("{}-{number}", std::process::id()))
    }

    fn read(&self, key: &ChartKey, message: MessageId, address: BlobAddress) -> Result<Vec<u8>, Error> {
        let sealed = match fs::read(self.path(address)) {
            Ok(sealed) => sealed,
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(Error::Missing(address)),
            Err(error) => return Err(self.unusable(&error)),
        };
        self.open_sealed(key, message, address, &sealed)
    }

    pub(crate) fn open_sealed(
        &self,
        key: &ChartKey,
        message: MessageId,
        address: BlobAddress,
        sealed: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let content = key.open(message, SealKind::Blob, SEAL_VERSION, sealed).map_err(|_| Error::Damaged(address))?;
        if BlobAddress::of(&self.sealer, key, message, &content) != address {
            return Err(Error::Damaged(address));
        }
        Ok(content)
    }

    fn sweep(&self, named: &HashSet<BlobAddress>, grace: Duration) -> std::io::Result<Swept> {
        // The file system's own idea of now, since it also stamped the files.
        let probe = self.staged_path();
        let now = File::create(&probe)?.metadata()?.modified()?;
        fs::remove_file(&probe)?;
        let mut swept = Swept::default();
        for path in self.files()? {
            let address = path.file_name().and_then(|name| name.to_str()).and_then(BlobAddress::parse);
            if address.is_some_and(|address| named.contains(&address)) {
                swept.named += 1;
                continue;
            }
            let age = now.duration_since(fs::metadata(&path)?.modified()?).unwrap_or(Duration::ZERO);
            if age < grace {
                swept.young += 1;
            } else {
                fs::remove_file(&path)?;
                swept.removed += 1;
            }
        }
        if swept.removed > 0 {
            tracing::info!(blobs.removed = swept.removed, "{} orphaned originals were removed", swept.removed);
        }
        Ok(swept)
    }

    fn files(&self) -> std::io::Result<Vec<PathBuf>> {
        let mut folders = vec![self.folder.clone()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() { folders.push(entry.path()) } else { files.push(entry.path()) }
            }
        }
        Ok(files)
    }
}

pub(crate) fn sync(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}
