//! Telling what a path is: a message, a transaction file, roots of the standard or extended storage, one patient.
//!
//! Only a few names of each level are looked at, so that a prefecture's storage is recognised as fast as a sample.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::folder::{directories, files, is_care_date};
use crate::data_type::DataType;

/// What was found at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognised {
    /// A file that starts like a message, or like nothing known.
    Message,
    /// A file of the transaction storage.
    Transaction,
    Storage(Roots),
    /// A single patient's folder of the standard storage.
    Patient,
    /// A directory without any of these.
    Nothing,
}

/// The roots found at or below a directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roots {
    pub standard: Vec<PathBuf>,
    pub extended: Vec<PathBuf>,
    pub transactions: Vec<PathBuf>,
}

impl Roots {
    pub fn is_empty(&self) -> bool {
        self.standard.is_empty() && self.extended.is_empty() && self.transactions.is_empty()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Standard,
    Extended,
}

/// Names looked at on each level.
const SAMPLE: usize = 8;
/// Levels below the given directory at which a root may lie (institution, volume).
const ROOT_DEPTH: usize = 2;

/// Looks at a path. Links are not followed below it.
pub fn recognise(path: &Path) -> io::Result<Recognised> {
    let found = path.metadata()?;
    if !found.is_dir() && !found.is_file() {
        // A pipe would keep us waiting, a device never end.
        return Err(io::ErrorKind::InvalidInput.into());
    }
    if !found.is_dir() {
        return Ok(if starts_as_transaction(path)? { Recognised::Transaction } else { Recognised::Message });
    }
    let mut roots = Roots::default();
    collect(path, 0, &mut roots);
    if !roots.is_empty() {
        return Ok(Recognised::Storage(roots));
    }
    Ok(if kind_of_patient(path).is_some() { Recognised::Patient } else { Recognised::Nothing })
}

fn collect(path: &Path, depth: usize, roots: &mut Roots) {
    match root_kind(path) {
        Some(Kind::Standard) => return roots.standard.push(path.to_path_buf()),
        Some(Kind::Extended) => return roots.extended.push(path.to_path_buf()),
        None => {}
    }
    let found = transactions(path);
    if !found.is_empty() {
        roots.transactions.extend(found);
        return;
    }
    if depth < ROOT_DEPTH && kind_of_patient(path).is_none() {
        for (_, child) in directories(path).unwrap_or_default() {
            collect(&child, depth + 1, roots);
        }
    }
}

/// Whether the directory is a root: a patient's folder three levels below (or fewer, for short numbers).
fn root_kind(path: &Path) -> Option<Kind> {
    fn search(path: &Path, depth: usize) -> Option<Kind> {
        directories(path).ok()?.into_iter().take(SAMPLE).find_map(|(name, child)| {
            // The first two levels are the first characters of a patient number.
            if depth <= 2 && name.chars().count() > 3 {
                return None;
            }
            if depth >= 2
                && let Some(kind) = kind_of_patient(&child)
            {
                return Some(kind);
            }
            if depth < 3 { search(&child, depth + 1) } else { None }
        })
    }
    search(path, 1)
}

/// The storage a patient's folder belongs to, by what its care dates hold.
fn kind_of_patient(path: &Path) -> Option<Kind> {
    let dates = directories(path).ok()?;
    dates.into_iter().filter(|(name, _)| is_care_date(name)).take(SAMPLE).find_map(|(_, date)| {
        directories(&date).ok()?.into_iter().take(SAMPLE).find_map(|(name, folder)| {
            if DataType::parse(&name).is_some() {
                return Some(Kind::Standard);
            }
            let holds_folders = directories(&folder).is_ok_and(|list| !list.is_empty());
            if name.contains('^') || holds_folders {
                return Some(Kind::Extended);
            }
            files(&folder).is_ok_and(|(list, _)| !list.is_empty()).then_some(Kind::Standard)
        })
    })
}

/// `YYYY/TR_….DAT` below a root of the transaction storage, or such files in the directory itself.
fn transactions(path: &Path) -> Vec<PathBuf> {
    let of = |path: &Path| -> Vec<PathBuf> {
        let (list, _) = files(path).unwrap_or_default();
        list.into_iter()
            .filter(|(name, _)| name.starts_with("TR_") && name.ends_with(".DAT"))
            .map(|(_, path)| path)
            .collect()
    };
    let mut found = of(path);
    for (name, year) in directories(path).unwrap_or_default() {
        if name.len() == 4 && name.bytes().all(|b| b.is_ascii_digit()) {
            found.extend(of(&year));
        }
    }
    found
}

fn starts_as_transaction(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(64).read_to_end(&mut head)?;
    let start = head.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or_default();
    Ok(head.get(start..).is_some_and(|rest| rest.starts_with(b"#SSMIX")))
}
