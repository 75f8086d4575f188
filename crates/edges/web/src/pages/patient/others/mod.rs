//! 画像・その他: radiology, endoscopy, physiology, diet and whatever else was sent, as titled entries with their
//! readable fields. Nothing that arrived is dropped for want of a page of its own.

pub mod from_records;

use crate::pages::patient::Frame;
use crate::parts::Mark;
use crate::shell::Shell;
use askama::Template;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherEntry {
    pub mark: Mark,
    pub day: String,
    pub kind: String,
    pub title: String,
    pub state: Option<String>,
    /// Label and text in the order of the message.
    pub fields: Vec<(String, String)>,
    pub source: String,
}

/// Entries of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherGroup {
    pub anchor: String,
    pub heading: String,
    pub entries: Vec<OtherEntry>,
    pub total: usize,
}

#[derive(Debug, Template)]
#[template(path = "pages/patient/others/others.html")]
pub struct OthersPage {
    pub shell: Shell,
    pub frame: Frame,
    pub groups: Vec<OtherGroup>,
}
