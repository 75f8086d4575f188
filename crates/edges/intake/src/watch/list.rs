//! Listing patients' folders with size and time of writing of each file: the blocking half of a look. On a share that
//! hangs only the thread that lists hangs with it.

use super::patience::Stat;
use renkei_app::House;
use renkei_ssmix2::storage::{FileEntry, Loose, PatientFolder, Patients, Storage};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

/// Patients and files listed at one go.
const PATIENTS_AT_ONCE: usize = 64;
const FILES_AT_ONCE: usize = 5_000;

/// One file as it lies there.
#[derive(Debug, Clone)]
pub struct Lying {
    pub path: PathBuf,
    /// Mark of its place.
    pub place: u64,
    /// Mark of its place, size and time of writing.
    pub mark: u64,
    pub stat: Stat,
    /// Has bytes and a name of the storage.
    pub plain: bool,
}

/// One patient's folder.
#[derive(Debug)]
pub struct Listed {
    pub number: String,
    pub files: Vec<Lying>,
    /// Folders that could not be listed: what is not seen here may be there.
    pub unreadable: u64,
    /// Files where none belong.
    pub unexpected: u64,
}

/// Where the patients of a look come from.
pub enum Source {
    Whole(Box<Patients>),
    Named(Storage, VecDeque<String>),
}

impl Source {
    pub fn whole(roots: Vec<PathBuf>) -> Self {
        Self::Whole(Box::new(Storage::new(roots).patients()))
    }
    pub fn named(roots: Vec<PathBuf>, numbers: impl IntoIterator<Item = String>) -> Self {
        Self::Named(Storage::new(roots), numbers.into_iter().collect())
    }

    /// The next patients; empty at the end. The second is how many folders above patients could not be listed.
    pub fn next(&mut self, house: &House) -> (Vec<Listed>, u64, bool) {
        let (mut listed, mut failed, mut files) = (Vec::new(), 0, 0);
        while listed.len() < PATIENTS_AT_ONCE && files < FILES_AT_ONCE {
            let folder = match self {
                Self::Whole(patients) => patients.next(),
                Self::Named(storage, numbers) => loop {
                    match numbers.pop_front() {
                        None => break None,
                        Some(number) => {
                            if let Some(folder) = storage.patient(&number) {
                                break Some(Ok(folder));
                            }
                        }
                    }
                },
            };
            match folder {
                Some(Ok(folder)) => {
                    let patient = list(house, &folder);
                    files += patient.files.len();
                    listed.push(patient);
                }
                Some(Err(_)) => failed += 1,
                None => return (listed, failed, true),
            }
        }
        (listed, failed, false)
    }
}

fn list(house: &House, folder: &PatientFolder) -> Listed {
    let number = folder.patient_id.clone();
    let mut listed = Listed { number, files: Vec::new(), unreadable: 0, unexpected: 0 };
    for entry in folder.files() {
        match entry {
            Ok(entry) => listed.files.extend(stat(&entry.path).map(|stat| lying(house, entry, stat))),
            Err(Loose::Unreadable(_)) => listed.unreadable += 1,
            Err(Loose::Unexpected(_)) => listed.unexpected += 1,
        }
    }
    listed
}

/// `None` when it is gone or is no regular file any more.
pub fn stat(path: &std::path::Path) -> Option<Stat> {
    let found = path.symlink_metadata().ok().filter(std::fs::Metadata::is_file)?;
    let written_ns = match found.modified().ok()?.duration_since(UNIX_EPOCH) {
        Ok(after) => i128::try_from(after.as_nanos()).unwrap_or(i128::MAX),
        Err(before) => -i128::try_from(before.duration().as_nanos()).unwrap_or(i128::MAX),
    };
    Some(Stat { size: found.len(), written_ns })
}

fn lying(house: &House, entry: FileEntry, stat: Stat) -> Lying {
    let place = house.feed_mark(&[b"place", entry.path.as_os_str().as_encoded_bytes()]);
    Lying { place, mark: marked(place, stat), stat, plain: stat.size > 0 && entry.parsed.is_ok(), path: entry.path }
}

/// The place's mark is keyed; size and time are mixed in so that any change of them is another mark (SplitMix64).
fn marked(place: u64, stat: Stat) -> u64 {
    let [low, high] = [stat.written_ns as u64, (stat.written_ns >> 64) as u64];
    [stat.size, low, high].into_iter().fold(place, |mark, part| {
        let mut mixed = (mark ^ part).wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_size_or_time_is_another_mark() {
        let of = |size, written_ns| marked(7, Stat { size, written_ns });
        let marks = [of(1, 1), of(1, 2), of(2, 1), of(1, -1), of(0, 0)];
        let distinct: std::collections::HashSet<u64> = marks.into_iter().collect();
        assert_eq!(distinct.len(), marks.len());
    }
}
