//! The transaction storage as an index: which patients had something new since the last look (SS-MIX2 guideline,
//! transaction storage; R-1.6.1).
//!
//! It is ordered and free of renames, so that on a large or slow share only the folders it names are looked at between
//! two whole looks. Only its header lines are read; what is taken in always comes from the standard storage.

use renkei_ssmix2::transaction::RecordHeader;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

const MARK: &[u8] = b"#SSMIX";
/// A header line is far shorter.
const HEADER_BYTES_MAX: usize = 1_024;
/// Bytes read at one look, of all files together; the rest comes at the next.
const BYTES_AT_ONCE: u64 = 64 * 1024 * 1024;
/// Files that may still grow: the newest, and the one before around a change of day.
const OPEN_FILES: usize = 2;

/// How far each of the newest files was read.
#[derive(Debug)]
pub struct Transactions {
    folder: PathBuf,
    read: BTreeMap<String, u64>,
}

/// What one reading named.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Patient numbers as the sender wrote them: nothing is opened by them but `Storage::patient`, which takes no
    /// number that is no folder's name.
    pub patients: BTreeSet<String>,
    /// There was more than one look reads: who is named in the rest is not known yet.
    pub more: bool,
}

impl Transactions {
    /// Begins at the present end: a whole look follows.
    pub fn at_the_end(folder: &Path) -> io::Result<Self> {
        let mut begun = Self { folder: folder.to_path_buf(), read: BTreeMap::new() };
        for (name, path) in begun.newest()? {
            begun.read.insert(name, path.metadata()?.len());
        }
        Ok(begun)
    }

    /// Patients of the transactions since the last call.
    pub fn patients(&mut self) -> io::Result<Named> {
        self.patients_within(BYTES_AT_ONCE)
    }

    fn patients_within(&mut self, bytes: u64) -> io::Result<Named> {
        let (mut named, mut left) = (Named::default(), bytes);
        let files = self.newest()?;
        for (name, path) in &files {
            let length = path.metadata()?.len();
            // A file that shrank is another file.
            let from = self.read.get(name).copied().filter(|read| *read <= length).unwrap_or_default();
            let until = length.min(from.saturating_add(left));
            named.more |= until < length;
            let to = if from < until {
                // A line longer than a whole look is no header line; it is passed over.
                let passes_over = until - from == bytes;
                named_in(path, from..until, passes_over, &mut named.patients)?
            } else {
                from
            };
            left = left.saturating_sub(until - from);
            // Also what was not come to is remembered: the next look begins there.
            self.read.insert(name.clone(), to);
        }
        self.read.retain(|name, _| files.iter().any(|(listed, _)| listed == name));
        Ok(named)
    }

    /// The files that may have grown: those read last, and everything newer.
    fn newest(&self) -> io::Result<Vec<(String, PathBuf)>> {
        let mut found = Vec::new();
        let mut years: Vec<(String, PathBuf)> = listed(&self.folder, |name| name.len() == 4 && is_digits(name))?;
        years.sort();
        for (year, path) in years.iter().rev().take(OPEN_FILES) {
            let files = listed(path, |name| name.starts_with("TR_") && name.ends_with(".DAT"))?;
            found.extend(files.into_iter().map(|(name, path)| (format!("{year}/{name}"), path)));
        }
        found.sort();
        let oldest_read = self.read.keys().next();
        let at_least = found.len().saturating_sub(OPEN_FILES);
        let from =
            oldest_read.map_or(at_least, |oldest| found.partition_point(|(name, _)| name < oldest).min(at_least));
        let mut newest = found.split_off(from);
        if oldest_read.is_some() {
            // What was read to its end and is followed by two others does not grow any more.
            let closed = newest.len().saturating_sub(OPEN_FILES);
            let mut position = 0;
            newest.retain(|(name, path)| {
                let may_grow = position >= closed || {
                    let read = self.read.get(name).copied().unwrap_or_default();
                    path.metadata().is_ok_and(|found| found.len() != read)
                };
                position += 1;
                may_grow
            });
        }
        Ok(newest)
    }
}

fn is_digits(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_digit())
}

fn listed(folder: &Path, wanted: impl Fn(&str) -> bool) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if let Some(name) = entry.file_name().to_str().filter(|name| wanted(name)) {
            found.push((name.to_owned(), entry.path()));
        }
    }
    Ok(found)
}

/// Adds the patients of whole header lines between two places; tells up to where whole lines go.
fn named_in(
    path: &Path,
    Range { start: from, end: to }: Range<u64>,
    passes_over: bool,
    patients: &mut BTreeSet<String>,
) -> io::Result<u64> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut reader = BufReader::new(file.take(to - from));
    let (mut at, mut whole) = (from, from);
    let mut line = Vec::new();
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(if whole == from && passes_over { to } else { whole });
        }
        for byte in buffer {
            at += 1;
            if matches!(byte, b'\r' | b'\n') {
                if line.starts_with(MARK)
                    && let Ok(header) = RecordHeader::parse(&String::from_utf8_lossy(&line))
                {
                    patients.insert(header.patient_id);
                }
                line.clear();
                whole = at;
            } else if line.len() < HEADER_BYTES_MAX {
                line.push(*byte);
            }
        }
        let length = buffer.len();
        reader.consume(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn header(patient: &str) -> String {
        format!("#SSMIX,2.00,1710000001,{patient},20261001,OML-11,1,INS,-,20261001090000000\r\nMSH|^~\\&|x\rPID|1\r")
    }
    fn named(transactions: &mut Transactions) -> Vec<String> {
        transactions.patients().unwrap().patients.into_iter().collect()
    }
    fn append(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::OpenOptions::new().create(true).append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// R-1.6.1: what was written since the last look is named once, a half-written header when it is whole.
    #[test]
    fn each_transaction_is_named_once_and_a_half_written_one_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("2026/TR_20261001000000000_00001.DAT");
        append(&path, &header("0000001"));
        let mut transactions = Transactions::at_the_end(folder.path()).unwrap();
        assert!(named(&mut transactions).is_empty(), "the whole look has seen it");
        let next = header("0000002");
        let (half, rest) = next.split_at(30);
        append(&path, half);
        assert!(named(&mut transactions).is_empty());
        append(&path, rest);
        assert_eq!(named(&mut transactions), ["0000002"]);
        assert!(named(&mut transactions).is_empty());
    }

    #[test]
    fn files_of_later_days_and_years_are_followed() {
        let folder = tempfile::tempdir().unwrap();
        let day = |year: u32, day: u32| folder.path().join(format!("{year}/TR_{year}12{day:02}000000000_00001.DAT"));
        append(&day(2026, 30), &header("0000001"));
        let mut transactions = Transactions::at_the_end(folder.path()).unwrap();
        append(&day(2026, 30), &header("0000002"));
        append(&day(2026, 31), &header("0000003"));
        assert_eq!(named(&mut transactions), ["0000002", "0000003"]);
        append(&day(2026, 31), &header("0000004"));
        for later in 1..=4 {
            append(&day(2027, later), &header(&format!("000001{later}")));
        }
        assert_eq!(named(&mut transactions), ["0000004", "0000011", "0000012", "0000013", "0000014"]);
        assert!(named(&mut transactions).is_empty());
        append(&day(2027, 4), &header("0000020"));
        append(&day(2027, 5), "garbage\r\n#SSMIX,too,short\r\n");
        assert_eq!(named(&mut transactions), ["0000020"]);
    }

    /// R-X-19: however much lies there, one look reads so much of all files together, and the next goes on there.
    #[test]
    fn one_look_reads_a_bounded_part_of_all_files_and_the_next_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let day = |day: u32| folder.path().join(format!("2026/TR_202610{day:02}000000000_00001.DAT"));
        append(&day(1), &header("0000001"));
        let mut transactions = Transactions::at_the_end(folder.path()).unwrap();
        for later in 2..=6 {
            append(&day(later), &header(&format!("000000{later}")));
        }
        let one = u64::try_from(header("0000001").len()).unwrap();
        let mut looks = Vec::new();
        loop {
            let named = transactions.patients_within(one * 2).unwrap();
            looks.push(named.patients.into_iter().collect::<Vec<_>>());
            if !named.more {
                break;
            }
        }
        assert_eq!(looks, [vec!["0000002", "0000003"], vec!["0000004", "0000005"], vec!["0000006"]]);
        assert_eq!(transactions.patients_within(one).unwrap(), Named::default());
    }

    #[test]
    fn a_line_longer_than_a_look_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("2026/TR_20261001000000000_00001.DAT");
        append(&path, "");
        let mut transactions = Transactions::at_the_end(folder.path()).unwrap();
        append(&path, &format!("{}\r\n{}", "x".repeat(1_000), header("0000002")));
        let mut looks = 0;
        while transactions.patients_within(200).unwrap().patients.is_empty() {
            looks += 1;
            assert!(looks < 20, "it goes on");
        }
    }
}
