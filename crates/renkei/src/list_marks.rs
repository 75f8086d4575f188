//! `list-marks.json` in the data folder: the newest revocation list ever seen of each authority, kept over restarts.
//!
//! Separate from the trust folder, which others fill: a list that was once replaced by a newer one must not come back
//! with a restart (hpki.md section 7). It names no person.

use renkei_hpki::ListMark;
use renkei_kernel::{Category, Problem};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

const FILE: &str = "list-marks.json";

#[derive(Debug, thiserror::Error)]
pub enum MarksError {
    #[error(
        "失効リストの控え {0} を読み書きできません。 / the memory of revocation lists cannot be read or written: {1}"
    )]
    File(PathBuf, std::io::Error),
    /// Going on without it would take an old list back unnoticed.
    #[error(
        "失効リストの控え {0} が壊れています。trust の失効リストが最新であることを確かめてから、このファイルを消してください。 / the memory of revocation lists is damaged; make sure that the lists are the newest ones, then remove the file"
    )]
    Damaged(PathBuf),
}

impl Problem for MarksError {
    fn category(&self) -> Category {
        Category::Stopped
    }
    fn code(&self) -> &'static str {
        match self {
            Self::File(..) => "list_marks_unavailable",
            Self::Damaged(_) => "list_marks_damaged",
        }
    }
}

/// What is remembered; nothing before the first start.
pub fn remembered(data: &Path) -> Result<Vec<ListMark>, MarksError> {
    let path = data.join(FILE);
    match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| MarksError::Damaged(path)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(MarksError::File(path, error)),
    }
}

/// Keeps `marks`, unless they are kept already. Written beside, synced and renamed: there is never half a file.
pub fn keep(data: &Path, marks: &[ListMark]) -> Result<(), MarksError> {
    if remembered(data).is_ok_and(|known| known == marks) {
        return Ok(());
    }
    let path = data.join(FILE);
    let beside = path.with_extension("tmp");
    let written = || -> std::io::Result<()> {
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(&serde_json::to_vec_pretty(marks)?)?;
        file.sync_all()?;
        std::fs::rename(&beside, &path)?;
        std::fs::File::open(data)?.sync_all()
    };
    written().map_err(|error| MarksError::File(path.clone(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(number: &str) -> ListMark {
        ListMark {
            issuer_sha256: "aa".into(),
            scope_sha256: "bb".into(),
            number: number.into(),
            this_update: 1,
            entries: 2,
        }
    }

    #[test]
    fn what_was_seen_is_remembered_and_damage_is_told() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(remembered(data.path()).unwrap(), []);
        keep(data.path(), &[mark("07")]).unwrap();
        keep(data.path(), &[mark("08")]).unwrap();
        assert_eq!(remembered(data.path()).unwrap(), [mark("08")]);
        assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 1);
        std::fs::write(data.path().join(FILE), "[{").unwrap();
        assert!(matches!(remembered(data.path()), Err(MarksError::Damaged(_))));
    }
}
