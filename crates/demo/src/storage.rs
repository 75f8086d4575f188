//! Writing storages as institutions have them: directories, file names, ISO-2022-JP bytes.
//!
//! ssmix2.md sections 1.1–1.7. Patients are written one by one by several threads; nothing is held but the patient in
//! hand, so a region of millions of files needs no more memory than a small one.

use crate::courses::{Scale, plan};
use crate::filling::Part;
use crate::region::Region;
use crate::region::institutions::INSTITUTIONS;
use crate::render::envelope::{Day, Draft, Milli};
use crate::samples;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Why a storage could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    #[error("体験版のデータを書けません。/ the fictional storages cannot be written")]
    Io(#[from] io::Error),
    #[error("体験版の文字を書けません。/ a text of the fictional region does not fit into a storage")]
    Text(#[from] renkei_text::Unencodable),
    #[error("体験版のデータ作りが途中で止まりました。/ writing the fictional storages broke off")]
    Thread,
    #[error("体験版のデータ作りを途中でやめました。/ writing the fictional storages was stopped")]
    Stopped,
}

/// What was written for one institution.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Code of the institution as in the register file.
    pub institution: &'static str,
    pub name: &'static str,
    /// Root folder of its storage: what `renkei import ssmix2 --institution CODE` is given.
    pub root: PathBuf,
    pub charts: usize,
    pub files: usize,
    pub bytes: u64,
}

/// What was written in all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    pub patients: usize,
    pub files: usize,
    pub bytes: u64,
    /// Institutions with at least one file, in the region's order.
    pub institutions: Vec<Written>,
}

/// Path of a file below its institution's root, and its name: the key parts as folders, then all parts in the name.
pub fn relative_path(draft: &Draft) -> (PathBuf, String) {
    let care = draft.care_date.map_or_else(|| "-".to_owned(), |d| Day(d).to_string());
    let department = if draft.department.is_empty() { "-" } else { draft.department };
    let number = &draft.number;
    let folder = [number.get(0..3).unwrap_or(number), number.get(3..6).unwrap_or("-"), number, &care, draft.data_type];
    let name = format!(
        "{number}_{care}_{}_{}_{}_{department}_{}",
        draft.data_type,
        draft.order,
        Milli(draft.at),
        draft.flag as u8
    );
    (folder.iter().collect(), name)
}

/// Turns texts into bytes; remembers the bytes of each character, since few hundred make up a whole region.
#[derive(Debug, Default)]
pub struct Encoder {
    known: HashMap<char, [u8; 2]>,
}

impl Encoder {
    /// ISO-2022-JP with every kanji run closed before the next ASCII character.
    pub fn encode(&mut self, text: &str) -> Result<Vec<u8>, renkei_text::Unencodable> {
        let mut out = Vec::with_capacity(text.len());
        let mut in_kanji = false;
        for character in text.chars() {
            if character.is_ascii() {
                if in_kanji {
                    out.extend_from_slice(b"\x1b(B");
                    in_kanji = false;
                }
                out.push(character as u8);
                continue;
            }
            let pair = match self.known.get(&character) {
                Some(pair) => *pair,
                None => {
                    let bytes = renkei_text::encode_iso2022jp(character.encode_utf8(&mut [0; 4]))?;
                    // ESC $ B, the two bytes, ESC ( B
                    let pair = match bytes.as_slice() {
                        [_, _, _, high, low, ..] => [*high, *low],
                        _ => return Err(renkei_text::Unencodable { at: 0, character }),
                    };
                    self.known.insert(character, pair);
                    pair
                }
            };
            if !in_kanji {
                out.extend_from_slice(b"\x1b$B");
                in_kanji = true;
            }
            out.extend_from_slice(&pair);
        }
        if in_kanji {
            out.extend_from_slice(b"\x1b(B");
        }
        Ok(out)
    }
}

/// One thread's work: encodes, makes folders once, counts.
struct Writer<'a> {
    root: &'a Path,
    encoder: Encoder,
    folders: HashSet<PathBuf>,
    counts: BTreeMap<usize, (usize, usize, u64)>,
}

impl Writer<'_> {
    fn patient(&mut self, files: &[Draft]) -> Result<(), WriteError> {
        self.folders.clear();
        let mut charts = HashSet::new();
        for draft in files {
            let Some(institution) = INSTITUTIONS.get(draft.institution) else { continue };
            let bytes = self.encoder.encode(&draft.text)?;
            let (folder, name) = relative_path(draft);
            let folder = self.root.join(institution.facility).join(folder);
            if !self.folders.contains(&folder) {
                std::fs::create_dir_all(&folder)?;
                self.folders.insert(folder.clone());
            }
            std::fs::write(folder.join(name), &bytes)?;
            let count = self.counts.entry(draft.institution).or_default();
            count.0 += usize::from(charts.insert(draft.institution));
            count.1 += 1;
            count.2 += bytes.len() as u64;
        }
        Ok(())
    }
}

/// Writes all storages of a region below `dir`, one folder per institution named by its ten-digit number.
pub fn write(region: &Region, dir: &Path, scale: &Scale) -> Result<Summary, WriteError> {
    write_part(region, dir, scale, &Part::whole(scale), &AtomicBool::new(false))
}

/// The same of some of its people; what other parts wrote stays. Ends early once `stop` is set.
///
/// # Errors
/// When a folder or file cannot be written, and [`WriteError::Stopped`].
pub fn write_part(
    region: &Region,
    dir: &Path,
    scale: &Scale,
    part: &Part,
    stop: &AtomicBool,
) -> Result<Summary, WriteError> {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get()).min(8);
    let next = AtomicUsize::new(0);
    let work = || -> Result<_, WriteError> {
        let mut writer =
            Writer { root: dir, encoder: Encoder::default(), folders: HashSet::new(), counts: BTreeMap::new() };
        while let Some(index) = part.people.get(next.fetch_add(1, Ordering::Relaxed)) {
            if stop.load(Ordering::Relaxed) {
                return Err(WriteError::Stopped);
            }
            let patient = region.patient(*index);
            writer.patient(&plan::course(region.seed(), &patient, scale, region.today()))?;
        }
        Ok(writer.counts)
    };
    let parts: Vec<_> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        handles.into_iter().map(|h| h.join().unwrap_or(Err(WriteError::Thread))).collect()
    });
    let mut counts: BTreeMap<usize, (usize, usize, u64)> = BTreeMap::new();
    for part in parts {
        for (institution, (charts, files, bytes)) in part? {
            let count = counts.entry(institution).or_default();
            *count = (count.0 + charts, count.1 + files, count.2 + bytes);
        }
    }
    if part.samples {
        for (institution, count) in samples::write(dir)? {
            counts.insert(institution, count);
        }
    }
    Ok(summary(dir, part, &counts))
}

fn summary(dir: &Path, part: &Part, counts: &BTreeMap<usize, (usize, usize, u64)>) -> Summary {
    let institutions: Vec<_> = counts
        .iter()
        .filter_map(|(index, (charts, files, bytes))| {
            let i = INSTITUTIONS.get(*index)?;
            let root = dir.join(i.facility);
            Some(Written { institution: i.code, name: i.name, root, charts: *charts, files: *files, bytes: *bytes })
        })
        .collect();
    Summary {
        patients: part.people.len() + if part.samples { samples::PATIENTS.len() } else { 0 },
        files: institutions.iter().map(|i| i.files).sum(),
        bytes: institutions.iter().map(|i| i.bytes).sum(),
        institutions,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoder_says_the_same_as_the_text_crate() {
        let text = "PID|0001||1^^^^PI||佐倉^ハナ^^^^^L^I~サクラ^ハナ\r日本|糖尿病\r";
        let mut encoder = Encoder::default();
        for _ in 0..2 {
            assert_eq!(encoder.encode(text).unwrap(), renkei_text::encode_iso2022jp(text).unwrap());
        }
        assert!(encoder.encode("①").is_err());
    }
}
