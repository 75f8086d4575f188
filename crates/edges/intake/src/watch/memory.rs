//! What a watch has taken in already, so that a restart does not read a whole storage again.
//!
//! A journal of keyed marks, a few bytes a file and no name: it is a memory and not a record. When it is lost, torn, or
//! stands beside a database that was put back to an earlier day, it is forgotten, everything is read once more, and the
//! import changes nothing that is there. Therefore it is written without waiting for the disk.

use renkei_kernel::{BatchId, InstitutionId};
use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 16] = b"renkei-feed-001\n";
/// Patients in one memory, and files of one patient: bounds against a journal that is none.
const FILES_MAX: usize = 1_000_000;
/// A journal this much longer than what it says is written anew.
const SLACK_BYTES: u64 = 1024 * 1024;

/// How a patient's files were received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Door {
    #[default]
    Open = 0,
    /// Not at home here: asked again when a register was loaded, and now and then since a consent may begin.
    Closed = 1,
    /// At home, but a file was refused: read again when a register was loaded.
    Refused = 2,
}

/// What is known of one patient's folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    pub door: Door,
    /// Day on which everything of it was last read, as days since 1970.
    pub read_on: u32,
    /// Marks of files (path, size, time of writing), sorted.
    pub files: Box<[u64]>,
}

impl Known {
    pub fn has(&self, mark: u64) -> bool {
        self.files.binary_search(&mark).is_ok()
    }
}

/// The memory of one institution's storage.
#[derive(Debug)]
pub struct Memory {
    path: PathBuf,
    institution: InstitutionId,
    patients: HashMap<u64, Known>,
    /// Volumes in which something lay once: such a one that is empty is not mounted.
    volumes: BTreeSet<u64>,
    last_batch: Option<(BatchId, bool)>,
    file: Option<File>,
    length: u64,
}

const PATIENT: u8 = b'P';
const VOLUME: u8 = b'V';
const BATCH_BEGAN: u8 = b'B';
const BATCH_ENDED: u8 = b'E';

impl Memory {
    /// Opens a memory; a new one where there is none or where it belongs to another institution.
    pub fn open(path: &Path, institution: InstitutionId) -> io::Result<Self> {
        let mut memory = Self {
            path: path.to_path_buf(),
            institution,
            patients: HashMap::new(),
            volumes: BTreeSet::new(),
            last_batch: None,
            file: None,
            length: 0,
        };
        let mut bytes = Vec::new();
        match File::open(path) {
            Ok(mut file) => {
                file.read_to_end(&mut bytes)?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        if let Some(rest) = bytes.strip_prefix(MAGIC).and_then(|rest| rest.strip_prefix(institution.as_bytes())) {
            memory.replay(rest);
        }
        memory.write_anew()?;
        Ok(memory)
    }

    /// Applies whole records up to the first that is torn.
    fn replay(&mut self, mut bytes: &[u8]) {
        while let Some((tag, body, rest)) = next_record(bytes) {
            bytes = rest;
            match tag {
                PATIENT => {
                    if let Some((key, known)) = patient_of(body) {
                        self.patients.insert(key, known);
                    }
                }
                VOLUME => self.volumes.extend(body.first_chunk().map(|mark| u64::from_le_bytes(*mark))),
                BATCH_BEGAN | BATCH_ENDED => {
                    if let Ok(id) = <[u8; 16]>::try_from(body) {
                        self.last_batch = Some((BatchId(u128_id(id)), tag == BATCH_ENDED));
                    }
                }
                _ => {}
            }
        }
    }

    /// The newest batch it knows, and whether it ended.
    pub fn last_batch(&self) -> Option<(BatchId, bool)> {
        self.last_batch
    }

    pub fn is_empty(&self) -> bool {
        self.patients.is_empty()
    }

    pub fn get(&self, patient: u64) -> Option<&Known> {
        self.patients.get(&patient)
    }

    /// Whether something lay in a volume once.
    pub fn had_volume(&self, volume: u64) -> bool {
        self.volumes.contains(&volume)
    }

    /// Something lies in a volume.
    pub fn volume_has(&mut self, volume: u64) -> io::Result<()> {
        if self.volumes.insert(volume) { self.append(VOLUME, &volume.to_le_bytes()) } else { Ok(()) }
    }

    /// Forgets everything.
    pub fn forget(&mut self) -> io::Result<()> {
        self.patients.clear();
        self.volumes.clear();
        self.last_batch = None;
        self.write_anew()
    }

    /// Remembers a patient; nothing is written when nothing changed.
    pub fn put(&mut self, patient: u64, known: Known) -> io::Result<()> {
        if self.patients.get(&patient) == Some(&known) {
            return Ok(());
        }
        let body = patient_bytes(patient, &known);
        self.patients.insert(patient, known);
        self.append(PATIENT, &body)?;
        if self.length > 2 * self.size() + SLACK_BYTES { self.write_anew() } else { Ok(()) }
    }

    /// A batch began: whatever is remembered from now on came in with it.
    pub fn batch_began(&mut self, batch: BatchId) -> io::Result<()> {
        self.last_batch = Some((batch, false));
        if self.file.is_none() {
            return self.write_anew();
        }
        self.append(BATCH_BEGAN, batch.as_bytes())
    }

    pub fn batch_ended(&mut self, batch: BatchId) -> io::Result<()> {
        self.last_batch = Some((batch, true));
        self.append(BATCH_ENDED, batch.as_bytes())
    }

    fn append(&mut self, tag: u8, body: &[u8]) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Err(io::ErrorKind::NotFound.into()) };
        let record = record_bytes(tag, body);
        // One write: a record that is cut is noticed, one that is missing is read again.
        let written = file.write_all(&record);
        self.length += u64::try_from(record.len()).unwrap_or_default();
        if written.is_err() {
            // After a torn record nothing that follows would be read: the journal is begun anew when it can be.
            self.file = None;
        }
        written
    }

    /// Writes the journal anew, without what was superseded, and puts it in the old one's place at once.
    fn write_anew(&mut self) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut bytes = Vec::with_capacity(usize::try_from(self.size()).unwrap_or_default());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(self.institution.as_bytes());
        for (patient, known) in &self.patients {
            bytes.extend(record_bytes(PATIENT, &patient_bytes(*patient, known)));
        }
        for volume in &self.volumes {
            bytes.extend(record_bytes(VOLUME, &volume.to_le_bytes()));
        }
        if let Some((batch, ended)) = self.last_batch {
            bytes.extend(record_bytes(if ended { BATCH_ENDED } else { BATCH_BEGAN }, batch.as_bytes()));
        }
        let new = self.path.with_extension("new");
        let mut file = File::create(&new)?;
        file.write_all(&bytes)?;
        fs::rename(&new, &self.path)?;
        self.length = u64::try_from(bytes.len()).unwrap_or_default();
        self.file = Some(file);
        Ok(())
    }

    /// Bytes of a journal without anything superseded.
    fn size(&self) -> u64 {
        let files: usize = self.patients.values().map(|known| known.files.len()).sum();
        u64::try_from(files * 8 + self.patients.len() * 32 + 64).unwrap_or_default()
    }
}

fn u128_id(bytes: [u8; 16]) -> uuid::Uuid {
    uuid::Uuid::from_bytes(bytes)
}

fn patient_bytes(patient: u64, known: &Known) -> Vec<u8> {
    let mut body = Vec::with_capacity(13 + known.files.len() * 8);
    body.extend_from_slice(&patient.to_le_bytes());
    body.extend_from_slice(&known.read_on.to_le_bytes());
    body.push(known.door as u8);
    for mark in &known.files {
        body.extend_from_slice(&mark.to_le_bytes());
    }
    body
}

fn patient_of(body: &[u8]) -> Option<(u64, Known)> {
    let (patient, rest) = body.split_first_chunk::<8>()?;
    let (read_on, rest) = rest.split_first_chunk::<4>()?;
    let (door, rest) = rest.split_first()?;
    let mut files: Vec<u64> = rest.as_chunks::<8>().0.iter().map(|mark| u64::from_le_bytes(*mark)).collect();
    files.sort_unstable();
    let door = match door {
        0 => Door::Open,
        1 => Door::Closed,
        _ => Door::Refused,
    };
    let known = Known { door, read_on: u32::from_le_bytes(*read_on), files: files.into_boxed_slice() };
    Some((u64::from_le_bytes(*patient), known))
}

/// Tag, length, body, check.
fn record_bytes(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut record = Vec::with_capacity(body.len() + 13);
    record.push(tag);
    record.extend_from_slice(&u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    record.extend_from_slice(body);
    record.extend_from_slice(&check(tag, body).to_le_bytes());
    record
}

fn next_record(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok().filter(|length| *length <= FILES_MAX * 8 + 13)?;
    let (body, rest) = rest.split_at_checked(length)?;
    let (stated, rest) = rest.split_first_chunk::<8>()?;
    (u64::from_le_bytes(*stated) == check(*tag, body)).then_some((*tag, body, rest))
}

/// FNV-1a: tells a torn record, nothing more is asked of it.
fn check(tag: u8, body: &[u8]) -> u64 {
    std::iter::once(&tag)
        .chain(body)
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn institution(number: u8) -> InstitutionId {
        InstitutionId(uuid::Uuid::from_bytes([number; 16]))
    }
    fn known(files: &[u64]) -> Known {
        Known { door: Door::Refused, read_on: 20_000, files: files.into() }
    }

    #[test]
    fn what_was_remembered_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feeds/a.seen");
        let batch = BatchId(uuid::Uuid::from_bytes([7; 16]));
        let mut memory = Memory::open(&path, institution(1)).unwrap();
        memory.batch_began(batch).unwrap();
        memory.put(1, known(&[1, 2])).unwrap();
        memory.put(1, known(&[1, 2, 3])).unwrap();
        memory.batch_ended(batch).unwrap();
        drop(memory);
        let again = Memory::open(&path, institution(1)).unwrap();
        assert_eq!(again.get(1), Some(&known(&[1, 2, 3])));
        assert_eq!(again.last_batch(), Some((batch, true)));
        assert!(Memory::open(&path, institution(2)).unwrap().is_empty(), "another institution's is none");
    }

    /// A process killed in the middle of a record: what was whole stays, the rest is read again.
    #[test]
    fn a_torn_journal_keeps_what_is_whole_wherever_it_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.seen");
        let mut memory = Memory::open(&path, institution(1)).unwrap();
        for patient in 1..=3 {
            memory.put(patient, known(&[patient])).unwrap();
        }
        drop(memory);
        let whole = fs::read(&path).unwrap();
        let mut seen = 0;
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let memory = Memory::open(&path, institution(1)).unwrap();
            let count = (1..=3).filter(|patient| memory.get(*patient) == Some(&known(&[*patient]))).count();
            assert!(count >= seen && memory.patients.len() == count, "{cut}");
            seen = count;
        }
        assert_eq!(seen, 2);
        // A byte that was changed ends what is believed.
        let mut broken = whole.clone();
        let at = whole.len() - 20;
        broken[at] ^= 1;
        fs::write(&path, &broken).unwrap();
        assert_eq!(Memory::open(&path, institution(1)).unwrap().patients.len(), 2);
    }

    #[test]
    fn a_journal_does_not_grow_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.seen");
        let mut memory = Memory::open(&path, institution(1)).unwrap();
        let many: Vec<u64> = (0..5_000).collect();
        for round in 0..200u32 {
            memory.put(1, Known { door: Door::Open, read_on: round, files: many.clone().into() }).unwrap();
        }
        assert!(fs::metadata(&path).unwrap().len() < 2 * SLACK_BYTES);
        assert_eq!(memory.get(1).unwrap().read_on, 199);
    }
}
