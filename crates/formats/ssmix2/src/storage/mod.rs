//! Walking a standard storage patient by patient (SS-MIX2 guideline, folders of the standard storage).
//!
//! `<root>/<ID 1-3>/<ID 4-6>/<patient>/<care date>/<data type>/<file>`, any number of roots, the same patient in several of
//! them. Names are sorted, symbolic links are never followed, and no more than one patient is held at a time.

mod folder;
pub mod read;
pub mod recognise;

use std::io;
use std::path::{Path, PathBuf};

pub use folder::{FileEntry, Loose, PatientFolder};
pub(crate) use folder::{directories as folder_directories, files as folder_files, relative as folder_relative};
pub(crate) use read::open_regular;
pub use read::{OpenError, open};
pub use recognise::{Recognised, recognise};

/// One or more roots that are read as one storage.
#[derive(Debug, Clone)]
pub struct Storage {
    roots: Vec<PathBuf>,
}

/// A directory that could not be listed. The rest of the walk goes on.
#[derive(Debug, thiserror::Error)]
#[error("a directory of the storage cannot be read")]
pub struct WalkError {
    /// The directory; its name is personal data.
    pub path: PathBuf,
    #[source]
    pub source: io::Error,
}

impl Storage {
    /// A root may itself be reached through links, since its operator named it; below it none is followed.
    pub fn new(roots: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { roots: roots.into_iter().map(|root| root.canonicalize().unwrap_or(root)).collect() }
    }

    /// A path of this storage as findings name it: below its root.
    pub fn place(&self, path: &Path) -> String {
        let root = self.roots.iter().find(|root| path.starts_with(root));
        folder::relative(root.map_or(path, PathBuf::as_path), path)
    }

    /// One patient's folder by number, where a transaction names it. `None` when no root has it, or when the number
    /// could be no folder's name. Links on the way are not followed.
    pub fn patient(&self, patient_id: &str) -> Option<PatientFolder> {
        let usual = patient_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let (first, second) = (patient_id.get(..3)?, patient_id.get(3..6)?);
        if !usual {
            return None;
        }
        let mut patient = PatientFolder { patient_id: patient_id.to_owned(), paths: Vec::new(), roots: Vec::new() };
        for root in &self.roots {
            let levels =
                [root.join(first), root.join(first).join(second), root.join(first).join(second).join(patient_id)];
            let is_folder = |path: &PathBuf| path.symlink_metadata().is_ok_and(|found| found.is_dir());
            if levels.iter().all(is_folder) {
                let [_, _, path] = levels;
                patient.paths.push(path);
                patient.roots.push(root.clone());
            }
        }
        (!patient.paths.is_empty()).then_some(patient)
    }

    /// The patients in the order of their folders; a patient of several roots comes once.
    pub fn patients(&self) -> Patients {
        Patients { walks: self.roots.iter().map(|root| RootWalk::new(root)).map(|walk| (walk, None)).collect() }
    }
}

/// A storage that is a single patient's folder.
pub fn single_patient(path: &Path) -> PatientFolder {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let root = path.ancestors().nth(3).unwrap_or(&path).to_path_buf();
    let patient_id = path.file_name().map(folder::shown).unwrap_or_default();
    PatientFolder { patient_id, paths: vec![path], roots: vec![root] }
}

/// The names above and of a patient's folder: what the walk is sorted by.
type FolderKey = Vec<String>;

struct Found {
    key: FolderKey,
    path: PathBuf,
}

/// Merges the walks of all roots, which are sorted by the same key.
pub struct Patients {
    walks: Vec<(RootWalk, Option<Found>)>,
}

impl Patients {
    /// Places of what was met above the patients' folders since the last call and is no folder: files, links, devices.
    /// None of it was read.
    pub fn loose(&mut self) -> Vec<String> {
        self.walks.iter_mut().flat_map(|(walk, _)| std::mem::take(&mut walk.loose)).collect()
    }
}

impl Iterator for Patients {
    type Item = Result<PatientFolder, WalkError>;

    fn next(&mut self) -> Option<Self::Item> {
        for (walk, waiting) in &mut self.walks {
            if waiting.is_none() {
                match walk.next() {
                    Some(Ok(found)) => *waiting = Some(found),
                    Some(Err(error)) => return Some(Err(error)),
                    None => {}
                }
            }
        }
        let key = self.walks.iter().filter_map(|(_, waiting)| waiting.as_ref().map(|f| &f.key)).min()?.clone();
        let mut patient =
            PatientFolder { patient_id: key.last().cloned().unwrap_or_default(), paths: Vec::new(), roots: Vec::new() };
        for (walk, waiting) in &mut self.walks {
            if let Some(found) = waiting.take_if(|found| found.key == key) {
                patient.paths.push(found.path);
                patient.roots.push(walk.root.clone());
            }
        }
        Some(Ok(patient))
    }
}

/// Depth of a patient's folder below its root.
const PATIENT_DEPTH: usize = 3;

/// One root, walked depth first with one sorted list of names a level.
struct RootWalk {
    root: PathBuf,
    started: bool,
    levels: Vec<std::vec::IntoIter<(String, PathBuf)>>,
    names: FolderKey,
    loose: Vec<String>,
}

impl RootWalk {
    fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf(), started: false, levels: Vec::new(), names: Vec::new(), loose: Vec::new() }
    }

    fn enter(&mut self, path: &Path) -> Result<Vec<(String, PathBuf)>, WalkError> {
        let (folders, others) = folder::directories_and_others(path)?;
        self.loose.extend(others.iter().map(|other| folder::relative(&self.root, other)));
        Ok(folders)
    }

    fn next(&mut self) -> Option<Result<Found, WalkError>> {
        if !self.started {
            self.started = true;
            match self.enter(&self.root.clone()) {
                Ok(list) => self.levels.push(list.into_iter()),
                Err(error) => return Some(Err(error)),
            }
        }
        loop {
            let level = self.levels.last_mut()?;
            let Some((name, path)) = level.next() else {
                self.levels.pop();
                self.names.pop();
                continue;
            };
            let depth = self.levels.len();
            let mut key = self.names.clone();
            key.push(name.clone());
            if depth == PATIENT_DEPTH || folder::is_patient(&path) {
                return Some(Ok(Found { key, path }));
            }
            match self.enter(&path) {
                Ok(list) => {
                    self.levels.push(list.into_iter());
                    self.names.push(name);
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
