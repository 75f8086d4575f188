//! The folder of checkpoints, outside the data folder from the first day: what finds a cut tail.
//!
//! Every signed checkpoint becomes a file `<Tokyo day>/<size>.checkpoint`, and `latest.checkpoint` is the newest.
//! A file is written beside, synced and renamed, so that there is never half a checkpoint. Beside them lie the
//! public key in force (`trail.pub`), the list of all keys with the sizes they signed (`trail.keys`) and the notes by
//! which one followed the other (`hand-overs/`), for the convenience of a verifier; who distrusts this machine brings a
//! kept copy of any one of the keys.

use crate::Error;
use crate::handover::HandOverRow;
use crate::keyring::KeyRing;
use crate::note::{Checkpoint, VerifierKey};
use renkei_kernel::Timestamp;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

pub(crate) const LATEST: &str = "latest.checkpoint";
const PUBLIC_KEY: &str = "trail.pub";
const PUBLIC_KEYS: &str = "trail.keys";
const HAND_OVERS: &str = "hand-overs";

/// See the module's text.
#[derive(Debug, Clone)]
pub(crate) struct CheckpointFolder {
    folder: PathBuf,
}

impl CheckpointFolder {
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let this = Self { folder: folder.to_owned() };
        fs::create_dir_all(folder).map_err(|e| this.unusable(&e))?;
        Ok(this)
    }

    /// Publishes the key in force and all before it.
    pub(crate) fn publish(&self, key: &VerifierKey, rows: &[HandOverRow]) -> Result<(), Error> {
        let notes = self.folder.join(HAND_OVERS);
        if !rows.is_empty() && !notes.exists() {
            fs::create_dir_all(&notes).and_then(|()| sync(&self.folder)).map_err(|e| self.unusable(&e))?;
        }
        let mut hand_overs = Vec::with_capacity(rows.len());
        for row in rows {
            let path = notes.join(format!("{:012}.checkpoint", row.size));
            if !path.exists() {
                self.write(&path, row.note.as_bytes())?;
            }
            hand_overs.push(row.read()?);
        }
        let ring = KeyRing::linked(std::slice::from_ref(key), &hand_overs)?;
        self.write(&self.folder.join(PUBLIC_KEYS), ring.published().as_bytes())?;
        self.write(&self.folder.join(PUBLIC_KEY), format!("{key}\n").as_bytes())
    }

    fn unusable(&self, error: &std::io::Error) -> Error {
        Error::Folder { folder: self.folder.clone(), reason: error.kind() }
    }

    /// The newest checkpoint this folder holds, with its signature checked.
    pub(crate) fn latest(&self, key: &VerifierKey) -> Result<Option<Checkpoint>, Error> {
        match fs::read(self.folder.join(LATEST)) {
            Ok(note) => Ok(Some(Checkpoint::read(&note, std::slice::from_ref(key))?)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.unusable(&error)),
        }
    }

    fn path(&self, size: u64, signed_at: Timestamp) -> PathBuf {
        self.folder.join(signed_at.tokyo_date().to_string()).join(format!("{size:012}.checkpoint"))
    }

    pub(crate) fn holds(&self, size: u64, signed_at: Timestamp) -> bool {
        self.path(size, signed_at).exists()
    }

    /// Keeps one checkpoint; `newest` also makes it the latest.
    pub(crate) fn keep(&self, note: &str, size: u64, signed_at: Timestamp, newest: bool) -> Result<(), Error> {
        let path = self.path(size, signed_at);
        if let Some(day) = path.parent()
            && !day.exists()
        {
            fs::create_dir_all(day).and_then(|()| sync(&self.folder)).map_err(|e| self.unusable(&e))?;
        }
        self.write(&path, note.as_bytes())?;
        if newest {
            self.write(&self.folder.join(LATEST), note.as_bytes())?;
        }
        Ok(())
    }

    fn write(&self, path: &Path, content: &[u8]) -> Result<(), Error> {
        let beside = path.with_extension("tmp");
        let folder = path.parent().unwrap_or(&self.folder);
        let written = || -> std::io::Result<()> {
            let mut file = File::create(&beside)?;
            file.write_all(content)?;
            file.sync_all()?;
            fs::rename(&beside, path)?;
            sync(folder)
        };
        written().map_err(|e| self.unusable(&e))
    }
}

fn sync(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}
