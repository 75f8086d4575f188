//! Taking in the finished files of one patient: read, looked at once more, handed to `app::receive`.

use super::list::{Lying, stat};
use super::memory::{Door, Known};
use renkei_app::receive::{Arrived, Import};
use renkei_app::{AppError, House};
use renkei_kernel::Problem as _;
use renkei_ssmix2::storage::{self, OpenError};
use renkei_store::batches::Counts;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Files and bytes of one patient held in memory at once.
const FILES_AT_ONCE: usize = 500;
const BYTES_AT_ONCE: u64 = 64 * 1024 * 1024;

/// One patient with something to take in.
#[derive(Debug)]
pub struct Work {
    pub number: String,
    pub patient: u64,
    pub files: Vec<Lying>,
    /// What is remembered of the patient apart from the files to be taken in now.
    pub known: Known,
}

/// What became of it.
#[derive(Debug)]
pub struct Taken {
    pub patient: u64,
    pub known: Known,
    /// Places of files that are in.
    pub places: Vec<u64>,
    /// Places of files that are finished and cannot be read.
    pub locked: Vec<u64>,
    pub counts: Counts,
    /// Code of what stopped it on its way.
    pub failed: Option<&'static str>,
}

impl Work {
    /// Takes the files in. `places` bounds how many patients of all institutions are received at once, so that pages
    /// and other institutions get their turn; reading from a slow share occupies none of them.
    pub async fn take(self, house: House, import: Import, places: Arc<Semaphore>) -> Taken {
        let Self { number, patient, files, known } = self;
        let mut taken =
            Taken { patient, known, places: Vec::new(), locked: Vec::new(), counts: Counts::default(), failed: None };
        let mut marks = Vec::new();
        let (mut refused, mut sent) = (0, 0);
        for part in parts(files) {
            let Ok(read) = tokio::task::spawn_blocking(move || read_all(part)).await else {
                taken.failed = Some("reader_failed");
                break;
            };
            taken.locked.extend(read.locked);
            if read.files.is_empty() {
                continue;
            }
            let Ok(_place) = places.acquire().await else { break };
            sent += read.files.len();
            match house.receive_patient(&import, &number, read.files).await {
                Ok(counts) => {
                    refused += usize::try_from(counts.refused).unwrap_or_default();
                    taken.counts.add(counts);
                    marks.extend(read.taken.iter().map(|file| file.mark));
                    taken.places.extend(read.taken.iter().map(|file| file.place));
                }
                Err(error) => {
                    taken.failed = Some(error.code());
                    break;
                }
            }
        }
        if refused > 0 {
            taken.known.door = match door_after(&house, &import, &number, refused == sent).await {
                Ok(door) => door,
                Err(_) => Door::Refused,
            };
        } else if sent > 0 {
            taken.known.door = Door::Open;
        }
        marks.extend_from_slice(&taken.known.files);
        marks.sort_unstable();
        marks.dedup();
        taken.known.files = marks.into_boxed_slice();
        taken
    }
}

async fn door_after(house: &House, import: &Import, number: &str, all: bool) -> Result<Door, AppError> {
    let closed = all && !house.door_is_open(import.institution, number).await?;
    Ok(if closed { Door::Closed } else { Door::Refused })
}

/// Parts of bounded memory.
fn parts(files: Vec<Lying>) -> Vec<Vec<Lying>> {
    let mut parts: Vec<Vec<Lying>> = Vec::new();
    let mut bytes = 0;
    for file in files {
        let fits =
            parts.last().is_some_and(|part| part.len() < FILES_AT_ONCE) && bytes + file.stat.size <= BYTES_AT_ONCE;
        bytes = if fits { bytes + file.stat.size } else { file.stat.size };
        match parts.last_mut().filter(|_| fits) {
            Some(part) => part.push(file),
            None => parts.push(vec![file]),
        }
    }
    parts
}

struct Read {
    files: Vec<Arrived>,
    taken: Vec<Lying>,
    locked: Vec<u64>,
}

/// Reads files. One that changed while it was read is left to the next look.
fn read_all(part: Vec<Lying>) -> Read {
    let mut read = Read { files: Vec::new(), taken: Vec::new(), locked: Vec::new() };
    for file in part {
        match storage::open(&file.path) {
            Ok((path, bytes)) => {
                if stat(&path) != Some(file.stat) {
                    continue;
                }
                let raw_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let name = renkei_ssmix2::FileName::parse(&raw_name).ok();
                read.files.push(Arrived { name, raw_name, bytes });
                read.taken.push(file);
            }
            Err(OpenError::Gone | OpenError::StillChanging) => {}
            Err(_) => read.locked.push(file.place),
        }
    }
    read
}
