//! 出典: where one value comes from — institution, file, segment, field — and what stood there, character by character.

pub mod from_records;

use crate::pages::patient::Frame;
use crate::parts::Mark;
use crate::shell::Shell;
use askama::Template;

/// One field of the message as it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceField {
    /// `OBX[3]-5`.
    pub place: String,
    /// What the field means.
    pub meaning: String,
    pub text: String,
    /// Belongs to the value that was asked for.
    pub on: bool,
}

#[derive(Debug, Template)]
#[template(path = "pages/source/source.html")]
pub struct SourcePage {
    pub shell: Shell,
    pub frame: Frame,
    pub mark: Mark,
    /// What was asked for: `HbA1c 7.8 %`.
    pub title: String,
    /// Kind of message: `OML-11 検体検査結果`.
    pub data_type: String,
    /// The name of the file in the institution's storage, its first part (the patient's number) in words.
    pub file: String,
    /// `OBX[3]-5`.
    pub place: String,
    pub clinical_time: Option<String>,
    pub received: String,
    /// Preliminary, corrected, withdrawn; silent where it is the ordinary one.
    pub state: Option<String>,
    pub fields: Vec<SourceField>,
}
