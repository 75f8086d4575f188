//! A standardised storage, patient by patient: every file is read to its end, small groups of patients at a time, so
//! that memory stays bounded whatever the storage's size. One broken file never stops the rest, and a second run
//! over the same storage changes nothing.

use renkei_app::receive::{Arrived, Import};
use renkei_app::{AppError, House};
use renkei_kernel::{Category, Problem};
use renkei_ssmix2::storage::{self, PatientFolder, Storage};
use renkei_store::batches::Counts;
use std::path::PathBuf;
use tokio::task::JoinSet;

/// Patients under way at once, each a task of its own: some are read and decoded while others are committed.
const PATIENTS_AT_ONCE: usize = 8;
/// Files of one patient held in memory at once, and bytes of them after which no further file is read.
const FILES_AT_ONCE: usize = 500;
const BYTES_AT_ONCE: usize = 16 * 1024 * 1024;

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub patients: u64,
    pub files: u64,
}

/// What an import did.
#[derive(Debug, Clone, Copy, Default, serde::Serialize)]
pub struct ImportSummary {
    pub patients: u64,
    /// Files that could not be read at all (vanished, too large, not a file); tried again by the next run.
    pub unreadable: u64,
    #[serde(flatten)]
    pub counts: Counts,
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    #[error("この施設コードの参加機関はありません。 / No participating institution has this facility code.")]
    InstitutionUnknown,
    #[error("保存場所を読めません。 / The storage cannot be read: {0}")]
    Unreadable(std::io::ErrorKind),
    #[error(transparent)]
    App(#[from] AppError),
}

impl Problem for ImportError {
    fn category(&self) -> Category {
        match self {
            Self::InstitutionUnknown => Category::NotFound,
            Self::Unreadable(_) => Category::Malformed,
            Self::App(error) => error.category(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::InstitutionUnknown => "institution_unknown",
            Self::Unreadable(_) => "storage_unreadable",
            Self::App(error) => error.code(),
        }
    }
}

/// Imports the storage whose roots are `roots`. `say` is told after each patient.
pub async fn import_ssmix2(
    house: &House,
    facility_code: &str,
    roots: &[PathBuf],
    say: &(dyn Fn(Progress) + Send + Sync),
) -> Result<ImportSummary, ImportError> {
    for root in roots {
        std::fs::read_dir(root).map_err(|error| ImportError::Unreadable(error.kind()))?;
    }
    let import = house.import_begin(facility_code).await?.ok_or(ImportError::InstitutionUnknown)?;
    let mut summary = ImportSummary::default();
    let mut patients = Storage::new(roots.to_vec()).patients();
    let mut under_way = JoinSet::new();
    let mut failed = None;
    loop {
        while failed.is_none() && under_way.len() < PATIENTS_AT_ONCE {
            match patients.next() {
                Some(Ok(folder)) => {
                    under_way.spawn(one_patient(house.clone(), import.clone(), folder));
                }
                Some(Err(_)) => summary.unreadable += 1,
                None => break,
            }
        }
        let ended = under_way.join_next().await;
        match ended.map(|ended| ended.unwrap_or(Err(AppError::Unreadable("a patient folder")))) {
            None => break,
            Some(Ok((counts, unreadable))) => {
                summary.patients += 1;
                summary.unreadable += unreadable;
                summary.counts.add(counts);
                let files = u64::try_from(summary.counts.total()).unwrap_or_default();
                say(Progress { patients: summary.patients, files });
            }
            // What is under way is finished; what came in stays in, and the next run goes on from there.
            Some(Err(error)) => failed = Some(error),
        }
    }
    match failed {
        None => {
            house.import_end(&import, summary.counts).await?;
            Ok(summary)
        }
        Some(error) => {
            // The first failure is the one to tell.
            if let Err(second) = house.import_failed(&import, summary.counts).await {
                tracing::error!(code = second.code(), "the end of a failed import could not be recorded");
            }
            Err(error.into())
        }
    }
}

/// Takes in one patient's folders, a bounded number of files at a time.
async fn one_patient(house: House, import: Import, folder: PatientFolder) -> Result<(Counts, u64), AppError> {
    let number = folder.patient_id.clone();
    let listed = tokio::task::spawn_blocking(move || list(&folder)).await;
    let (paths, mut unreadable) = listed.map_err(|_| AppError::Unreadable("a patient folder"))?;
    let mut counts = Counts::default();
    let mut left = paths.as_slice();
    while !left.is_empty() {
        let part = left.iter().take(FILES_AT_ONCE).cloned().collect::<Vec<_>>();
        let read = tokio::task::spawn_blocking(move || read_some(&part)).await;
        let Read { files, failed, looked_at } = read.map_err(|_| AppError::Unreadable("a patient folder"))?;
        left = left.get(looked_at..).unwrap_or_default();
        unreadable += failed;
        counts.add(house.receive_patient(&import, &number, files).await?);
    }
    Ok((counts, unreadable))
}

/// Paths of all files of a patient, and how many things lie there that are none.
fn list(folder: &PatientFolder) -> (Vec<PathBuf>, u64) {
    let (mut paths, mut loose) = (Vec::new(), 0);
    for entry in folder.files() {
        match entry {
            Ok(entry) => paths.push(entry.path),
            Err(_) => loose += 1,
        }
    }
    (paths, loose)
}

/// Files read, and how many paths that took.
struct Read {
    files: Vec<Arrived>,
    failed: u64,
    looked_at: usize,
}

/// Reads files until enough bytes are held. One that vanished under a rename is found again by the storage's reader.
fn read_some(paths: &[PathBuf]) -> Read {
    let mut read = Read { files: Vec::new(), failed: 0, looked_at: 0 };
    let mut held = 0usize;
    for path in paths {
        if held >= BYTES_AT_ONCE {
            break;
        }
        read.looked_at += 1;
        match storage::open(path) {
            Ok((path, bytes)) => {
                // Under its present name: the flag may have changed since the listing.
                let raw_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let name = renkei_ssmix2::FileName::parse(&raw_name).ok();
                held = held.saturating_add(bytes.len());
                read.files.push(Arrived { name, raw_name, bytes });
            }
            Err(error) => {
                // Which file it is only `renkei inspect` says: its path is personal data.
                tracing::warn!(intake.code = error.code(), "a file of a storage was not read ({})", error.code());
                read.failed += 1;
            }
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R-X-19: memory holds a bounded part of a patient, however large and many the files are.
    #[test]
    fn large_files_are_read_in_small_parts() {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> = (0..6).map(|number| folder.path().join(number.to_string())).collect();
        for path in &paths {
            std::fs::File::create(path).unwrap().set_len(renkei_kernel::limits::HL7_FILE_MAX_BYTES).unwrap();
        }
        let (mut left, mut parts) = (paths.as_slice(), Vec::new());
        while !left.is_empty() {
            let read = read_some(left);
            parts.push(read.files.len());
            left = &left[read.looked_at..];
        }
        assert_eq!(parts, [1, 1, 1, 1, 1, 1]);
    }
}
