//! 薬: what the patient takes now, grouped by ingredient, with the days left; what overlaps; what was before.

pub mod from_records;

use crate::pages::patient::Frame;
use crate::parts::{Bars, Mark};
use crate::shell::Shell;
use askama::Template;

/// One prescribed or dispensed medicine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MedicineLine {
    /// Who prescribed or handed it out.
    pub marks: Vec<Mark>,
    pub name: String,
    /// Dose and usage as they came: `1日1回 朝食後 1錠`.
    pub dose: String,
    /// Code and code system, small and grey.
    pub code: String,
    /// `あと 12日`, `頓用 2026-11-18`, `終了 2026-05-30`.
    pub left: String,
    /// `2026-11-02 〜 2026-12-01（30日分）`.
    pub period: String,
    pub comment: Option<String>,
    pub source: String,
}

/// Lines of the same drug: the first seven characters of the YJ code where known, else the exact code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MedicineGroup {
    pub name: String,
    /// No code by which sameness could be judged: said, never guessed.
    pub unchecked: bool,
    /// `2施設から重なっています`.
    pub overlap: Option<String>,
    pub lines: Vec<MedicineLine>,
}

#[derive(Debug, Template)]
#[template(path = "pages/patient/medicines/medicines.html")]
pub struct MedicinesPage {
    pub shell: Shell,
    pub frame: Frame,
    pub current: Vec<MedicineGroup>,
    pub bars: Option<Bars>,
    pub injections: Vec<MedicineLine>,
    pub past: Vec<MedicineLine>,
    /// How many past lines there are in all, when not all are shown.
    pub past_total: usize,
}
