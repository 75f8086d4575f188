//! 病名: what is going on and what is over, merged over the messages that repeat it.

pub mod from_records;

use crate::pages::patient::Frame;
use crate::parts::Mark;
use crate::shell::Shell;
use askama::Template;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagnosisLine {
    pub marks: Vec<Mark>,
    pub name: String,
    /// Other words that institutions use for the same code.
    pub other_names: Vec<String>,
    /// Teeth, modifiers' comments and the like, as sent.
    pub notes: Vec<String>,
    /// ICD-10 and other codes behind the meaning.
    pub code: String,
    pub main: bool,
    pub suspected: bool,
    /// `2019-04-02`, on the summary the year alone.
    pub start: String,
    pub end: Option<String>,
    /// 治癒, 軽快, 中止 … as the institution recorded it.
    pub outcome: Option<String>,
    pub department: Option<String>,
    pub source: String,
}

#[derive(Debug, Template)]
#[template(path = "pages/patient/diagnoses/diagnoses.html")]
pub struct DiagnosesPage {
    pub shell: Shell,
    pub frame: Frame,
    pub current: Vec<DiagnosisLine>,
    pub ended: Vec<DiagnosisLine>,
}
