//! Findings: what an import or a check noticed, with its place (law 7: nothing is lost, nothing is guessed).

use serde::{Deserialize, Serialize};

/// How bad a finding is. `Error` means the piece could not be used; the rest still is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Note,
    Warning,
    Error,
}

/// One observation about one place of an input. `code` is stable and kebab-case, `place` is a segment/field/line
/// address (`PID-5[1].2`), `message` is for people and holds **no value of the input**.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub code: String,
    pub severity: Severity,
    pub place: String,
    pub message: String,
}

impl Finding {
    pub fn new(code: &str, severity: Severity, place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), severity, place: place.into(), message: message.into() }
    }
    pub fn note(code: &str, place: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, place, message)
    }
    pub fn warning(code: &str, place: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, place, message)
    }
    pub fn error(code: &str, place: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, place, message)
    }
}
