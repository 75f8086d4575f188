//! One patient's folder: its files with what the folders say about each, and what lies where nothing should.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use renkei_kernel::{Finding, limits};

use super::WalkError;
use crate::data_type::DataType;
use crate::filename::{FileName, FileNameError};

/// A patient's folders, one for each root that has the patient.
#[derive(Debug, Clone)]
pub struct PatientFolder {
    /// The folder's name: never derived from the names above it.
    pub patient_id: String,
    pub paths: Vec<PathBuf>,
    pub(crate) roots: Vec<PathBuf>,
}

/// One file with the folders it lies in.
#[derive(Debug, Clone)]
pub struct FileEntry {
    pub path: PathBuf,
    /// Path below the root. It holds the patient's number: personal data.
    pub relative: String,
    pub name: String,
    pub parsed: Result<FileName, FileNameError>,
    /// What the folders say.
    pub patient_id: String,
    pub care_date: String,
    pub data_type: String,
}

/// Something in a storage that is no file of a data type.
#[derive(Debug)]
pub enum Loose {
    /// A file, link or device where none belongs.
    Unexpected(String),
    Unreadable(WalkError),
}

impl PatientFolder {
    /// All files of the patient in the order of roots, care dates, data types and names.
    pub fn files(&self) -> impl Iterator<Item = Result<FileEntry, Loose>> + '_ {
        self.paths.iter().zip(&self.roots).flat_map(move |(path, root)| {
            below(path, root).flat_map(move |date| match date {
                Err(loose) => vec![Err(loose)],
                Ok((care_date, date_path)) => self.types(root, care_date, &date_path),
            })
        })
    }

    /// A path of this patient as findings name it: below its root.
    pub fn place(&self, path: &Path) -> String {
        let root = self.roots.iter().find(|root| path.starts_with(root));
        relative(root.map_or(path, PathBuf::as_path), path)
    }

    fn types(&self, root: &Path, care_date: String, date_path: &Path) -> Vec<Result<FileEntry, Loose>> {
        let mut out = Vec::new();
        for kind in below(date_path, root) {
            let (data_type, type_path) = match kind {
                Ok(found) => found,
                Err(loose) => {
                    out.push(Err(loose));
                    continue;
                }
            };
            match files(&type_path) {
                Err(error) => out.push(Err(Loose::Unreadable(error))),
                Ok((regular, others)) => {
                    out.extend(others.iter().map(|path| Err(Loose::Unexpected(relative(root, path)))));
                    out.extend(regular.into_iter().map(|(name, path)| {
                        Ok(FileEntry {
                            relative: relative(root, &path),
                            parsed: FileName::parse(&name),
                            name,
                            path,
                            patient_id: self.patient_id.clone(),
                            care_date: care_date.clone(),
                            data_type: data_type.clone(),
                        })
                    }));
                }
            }
        }
        out
    }
}

impl FileEntry {
    /// Where name and folders disagree. The patient is an error: whose record it is must not be guessed.
    pub fn disagreements(&self) -> Vec<Finding> {
        let Ok(name) = &self.parsed else {
            let text = "ファイル名が規格の形ではありません。";
            return vec![Finding::warning("file-name-unreadable", self.relative.clone(), text)];
        };
        let mut out = Vec::new();
        if name.patient_id != self.patient_id {
            let text = "ファイル名の患者番号が、フォルダの患者番号と違います。保留にしました。";
            out.push(Finding::error("file-name-patient-mismatch", self.relative.clone(), text));
        }
        if name.care_date != self.care_date || name.data_type != self.data_type {
            let text = "ファイル名の診療日またはデータ種別が、フォルダと違います。ファイル名の方で読みました。";
            out.push(Finding::warning("file-name-folder-mismatch", self.relative.clone(), text));
        }
        out
    }

    pub fn is_other_patient(&self) -> bool {
        self.parsed.as_ref().is_ok_and(|name| name.patient_id != self.patient_id)
    }
}

/// The directories below one; whatever else lies there is loose.
fn below(path: &Path, root: &Path) -> impl Iterator<Item = Result<(String, PathBuf), Loose>> + use<> {
    let mut out = Vec::new();
    match listing(path) {
        Err(error) => out.push(Err(Loose::Unreadable(error))),
        Ok(entries) => {
            for entry in entries {
                if entry.is_dir {
                    out.push(Ok((entry.name, entry.path)));
                } else {
                    out.push(Err(Loose::Unexpected(relative(root, &entry.path))));
                }
            }
        }
    }
    out.into_iter()
}

struct Listed {
    name: String,
    path: PathBuf,
    is_dir: bool,
    is_file: bool,
}

fn listing(path: &Path) -> Result<Vec<Listed>, WalkError> {
    let failed = |source| WalkError { path: path.to_path_buf(), source };
    let mut out = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if out.len() == limits::FOLDER_NAMES_MAX {
            return Err(failed(io::Error::other("more names than a folder may hold")));
        }
        // The type of the entry itself: a link is neither directory nor file here.
        let kind = entry.file_type().map_err(failed)?;
        let name = entry.file_name();
        out.push(Listed { name: shown(&name), path: entry.path(), is_dir: kind.is_dir(), is_file: kind.is_file() });
    }
    out.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(out)
}

/// The directories below `path`, sorted by name, and the paths of everything else.
pub(super) fn directories_and_others(path: &Path) -> Result<(Files, Vec<PathBuf>), WalkError> {
    let (folders, other): (Vec<Listed>, Vec<Listed>) = listing(path)?.into_iter().partition(|e| e.is_dir);
    Ok((folders.into_iter().map(|e| (e.name, e.path)).collect(), other.into_iter().map(|e| e.path).collect()))
}

/// The directories below `path`, sorted by name.
pub(crate) fn directories(path: &Path) -> Result<Vec<(String, PathBuf)>, WalkError> {
    Ok(listing(path)?.into_iter().filter(|e| e.is_dir).map(|e| (e.name, e.path)).collect())
}

/// Names and paths.
type Files = Vec<(String, PathBuf)>;

/// The regular files below `path`, sorted by name, and the paths of everything else.
pub(crate) fn files(path: &Path) -> Result<(Files, Vec<PathBuf>), WalkError> {
    let (regular, other): (Vec<Listed>, Vec<Listed>) = listing(path)?.into_iter().partition(|e| e.is_file);
    Ok((regular.into_iter().map(|e| (e.name, e.path)).collect(), other.into_iter().map(|e| e.path).collect()))
}

/// A folder above the usual depth that already holds care dates: patient numbers shorter than seven characters.
pub(crate) fn is_patient(path: &Path) -> bool {
    let Ok(dates) = directories(path) else { return false };
    dates.iter().filter(|(name, _)| is_care_date(name)).any(|(_, date)| {
        directories(date)
            .is_ok_and(|types| types.iter().any(|(name, _)| DataType::parse(name).is_some() || name.contains('^')))
    })
}

pub(crate) fn is_care_date(name: &str) -> bool {
    name == "-" || (name.len() == 8 && name.bytes().all(|b| b.is_ascii_digit()))
}

/// A name for people. Names copied from Windows may be in its code page.
pub(crate) fn shown(name: &OsStr) -> String {
    match name.to_str() {
        Some(text) => text.to_owned(),
        None => renkei_text::decode(name.as_encoded_bytes()).text,
    }
}

pub(crate) fn relative(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.iter().map(shown).collect::<Vec<_>>().join("/")
}
