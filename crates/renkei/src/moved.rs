//! The mark beside an SQLite database whose house moved away, or is just moving.
//!
//! `<data>/renkei.sqlite.moved`, a few words of JSON without an address or a secret. While it says *moving*, neither
//! place may be opened: nobody knows yet which of them is the house. When it says *moved*, the old place stays shut.

use renkei_kernel::EventId;
use serde::{Deserialize, Serialize};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The target is about to be committed, or was and is not verified yet.
    Moving,
    Moved,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub state: State,
    /// The trail's record of the move's beginning; it went along.
    pub begun: EventId,
    /// Entries and root of the trail at the move.
    pub trail_entries: u64,
    pub trail_root: String,
}

pub fn file(data: &Path) -> PathBuf {
    data.join("renkei.sqlite.moved")
}

/// The mark of a data folder, when there is one. One that cannot be read is an error: it protects.
pub fn read(data: &Path) -> io::Result<Option<Mark>> {
    match std::fs::read(file(data)) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|_| io::ErrorKind::InvalidData.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes the mark durably: beside, synced, renamed, the folder synced.
pub fn write(data: &Path, mark: &Mark) -> io::Result<()> {
    let beside = data.join("renkei.sqlite.moved.new");
    let mut text = serde_json::to_vec_pretty(mark).map_err(io::Error::other)?;
    text.push(b'\n');
    let mut new = std::fs::File::create(&beside)?;
    new.write_all(&text)?;
    new.sync_all()?;
    std::fs::rename(&beside, file(data))?;
    std::fs::File::open(data)?.sync_all()
}

/// Takes the mark away: nothing was committed at the target.
pub fn remove(data: &Path) -> io::Result<()> {
    std::fs::remove_file(file(data))?;
    std::fs::File::open(data)?.sync_all()
}
