//! The extended storage: documents of any format in content folders (SS-MIX2 guideline, extended storage).
//!
//! `<patient>/<care date>/<data type folder>/<content folder>/<files>`. Only listed here: what a document says is for the
//! reader of its format.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::filename::{FileName, FileNameError};
use crate::storage::{PatientFolder, WalkError, folder_directories, folder_files, folder_relative};

/// The six items of a data type folder; each triple may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DocumentType {
    pub local_code: String,
    pub local_name: String,
    pub local_system: String,
    pub code: String,
    pub name: String,
    pub system: String,
}

impl DocumentType {
    pub fn parse(folder: &str) -> Self {
        use unicode_normalization::UnicodeNormalization;
        let normal: String = folder.nfc().collect();
        let mut items = normal.split('^').map(|item| item.trim().to_owned());
        let mut next = || items.next().unwrap_or_default();
        Self {
            local_code: next(),
            local_name: next(),
            local_system: next(),
            code: next(),
            name: next(),
            system: next(),
        }
    }

    /// What to call the document: the sender's name, else the standard one, else a code.
    pub fn title(&self) -> &str {
        [&self.local_name, &self.name, &self.local_code, &self.code]
            .into_iter()
            .map(String::as_str)
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    }
}

/// One content folder: a document in one version.
#[derive(Debug, Clone)]
pub struct Document {
    pub path: PathBuf,
    /// Path below the root: personal data.
    pub relative: String,
    pub parsed: Result<FileName, FileNameError>,
    pub kind: DocumentType,
    pub care_date: String,
    /// Main document, if one file can be told to be it.
    pub main: Option<String>,
    /// All files, sorted.
    pub files: Vec<String>,
}

impl Document {
    /// The extension of the main document in lower case.
    pub fn format(&self) -> Option<String> {
        let main = self.main.as_ref()?;
        main.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase())
    }
}

/// The documents of a patient in the order of their folders.
pub fn documents(patient: &PatientFolder) -> Vec<Result<Document, WalkError>> {
    let mut out = Vec::new();
    for (path, root) in patient.paths.iter().zip(&patient.roots) {
        if let Err(error) = collect(path, root, &mut out) {
            out.push(Err(error));
        }
    }
    out
}

fn collect(path: &Path, root: &Path, out: &mut Vec<Result<Document, WalkError>>) -> Result<(), WalkError> {
    for (care_date, date) in folder_directories(path)? {
        for (kind, folder) in folder_directories(&date)? {
            for (name, content) in folder_directories(&folder)? {
                out.push(read(&care_date, &kind, &name, content, root));
            }
        }
    }
    Ok(())
}

fn read(care_date: &str, kind: &str, name: &str, path: PathBuf, root: &Path) -> Result<Document, WalkError> {
    let (list, _) = folder_files(&path)?;
    let files: Vec<String> = list.into_iter().map(|(name, _)| name).collect();
    let named = files.iter().find(|file| file.starts_with("main_document."));
    let main = match (named, files.as_slice()) {
        (Some(main), _) => Some(main.clone()),
        (None, [only]) => Some(only.clone()),
        _ => None,
    };
    Ok(Document {
        relative: folder_relative(root, &path),
        parsed: FileName::parse_extended(name),
        kind: DocumentType::parse(kind),
        care_date: care_date.to_owned(),
        main,
        files,
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_triple_of_a_data_type_folder_may_be_empty() {
        let summary = DocumentType::parse("^退院サマリ^^18842-5^退院時サマリー^LN");
        assert_eq!((summary.title(), summary.code.as_str(), summary.system.as_str()), ("退院サマリ", "18842-5", "LN"));
        assert_eq!(DocumentType::parse("L0001^同意説明書^99ZZZ").local_system, "99ZZZ");
        assert_eq!(DocumentType::parse("^^^34108-1^外来診療録^LN").title(), "外来診療録");
        // A name written by a system that separates sound marks.
        assert_eq!(DocumentType::parse("L^サマリ^99ZZZ^^カ\u{3099}^").name, "ガ");
    }
}
