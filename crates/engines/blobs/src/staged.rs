//! From written to placed: the two steps between which an act may fail without harm.

use crate::folder::{Inner, SEAL_VERSION, sync};
use crate::{BlobAddress, Error};
use renkei_kernel::MessageId;
use renkei_keys::{ChartKey, SealKind};
use renkei_ledger::RecordedInTx;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A sealed file that is safely on disk and that nothing names. Removed when dropped without having been placed.
#[derive(Debug)]
pub struct Staged {
    inner: Arc<Inner>,
    path: PathBuf,
    chart: renkei_kernel::ChartId,
    address: BlobAddress,
    size_bytes: usize,
}

impl Staged {
    pub(crate) fn write(inner: Arc<Inner>, key: &ChartKey, message: MessageId, content: &[u8]) -> Result<Self, Error> {
        let address = BlobAddress::of(&inner.sealer, key, message, content);
        let sealed = key.seal(message, SealKind::Blob, SEAL_VERSION, content)?;
        let path = inner.staged_path();
        let staged = Self { path, chart: key.chart(), address, size_bytes: content.len(), inner };
        let written = || -> std::io::Result<Vec<u8>> {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&staged.path)?;
            file.write_all(&sealed)?;
            file.sync_all()?;
            fs::read(&staged.path)
        };
        let back = written().map_err(|e| staged.inner.unusable(&e))?;
        staged.inner.open_sealed(key, message, address, &back)?;
        Ok(staged)
    }

    /// The name to write into the row.
    pub fn address(&self) -> BlobAddress {
        self.address
    }

    pub fn size_bytes(&self) -> usize {
        self.size_bytes
    }

    /// Gives the file its name, durably, before the surrounding act commits. May be called again when the act is
    /// repeated. If the act fails after this the file is an orphan, which a sweep removes.
    pub fn place(&self, recorded: &RecordedInTx<'_>) -> Result<BlobAddress, Error> {
        if recorded.permit().chart().is_some_and(|chart| chart != self.chart) {
            return Err(Error::OtherChart);
        }
        let target = self.inner.path(self.address);
        let placed = || -> std::io::Result<()> {
            // Placed by an earlier run of the same act. Otherwise a file of that name is replaced rather than kept:
            // it may be an old orphan that a sweep is about to remove.
            if !self.path.exists() && target.exists() {
                return Ok(());
            }
            let folder = target.parent().unwrap_or(&self.inner.folder);
            make_folder(&self.inner.folder, folder)?;
            fs::rename(&self.path, &target)?;
            sync(folder)
        };
        placed().map_err(|e| self.inner.unusable(&e))?;
        Ok(self.address)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // Gone already when it was placed.
        let _ = fs::remove_file(&self.path);
    }
}

/// Makes `folder` below `root` and syncs every folder that got a new member.
fn make_folder(root: &Path, folder: &Path) -> std::io::Result<()> {
    if folder.exists() {
        return Ok(());
    }
    if let Some(parent) = folder.parent()
        && parent != root
    {
        make_folder(root, parent)?;
    }
    match fs::create_dir(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => sync(folder.parent().unwrap_or(root)),
    }
}
