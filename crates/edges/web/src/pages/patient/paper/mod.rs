//! The record on paper, as a doctor adds it to a referral: whose record on every sheet, printed when and by whom, pages
//! counted, nothing to press, and readable in black and white.
//!
//! Asked for as an output, which is another right than looking: what may not be taken out is not on it.

pub mod from_records;

use crate::pages::patient::Frame;
use crate::pages::patient::diagnoses::DiagnosisLine;
use crate::pages::patient::encounters::{StayLine, VisitLine};
use crate::pages::patient::laboratory::{LabColumn, LabGroup};
use crate::pages::patient::medicines::MedicineGroup;
use crate::pages::patient::others::OtherEntry;
use crate::shell::Shell;
use askama::Template;

#[derive(Debug, Template)]
#[template(path = "pages/patient/paper/paper.html")]
pub struct PaperPage {
    pub shell: Shell,
    pub frame: Frame,
    /// When, by whom, where.
    pub printed: String,
    pub allergies: Vec<OtherEntry>,
    pub diagnoses: Vec<DiagnosisLine>,
    pub medicines: Vec<MedicineGroup>,
    pub columns: Vec<LabColumn>,
    pub groups: Vec<LabGroup>,
    pub stays: Vec<StayLine>,
    pub visits: Vec<VisitLine>,
    /// Institutions, and when their storage was last taken in.
    pub sources: Vec<(String, Option<String>)>,
}
