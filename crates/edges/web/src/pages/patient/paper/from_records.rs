//! The paper from a record that was opened for output.

use super::PaperPage;
use crate::dates;
use crate::pages::patient::Frame;
use crate::pages::patient::diagnoses::DiagnosisLine;
use crate::pages::patient::encounters::from_records::{stay, visit};
use crate::pages::patient::laboratory::from_records::{columns, rows};
use crate::pages::patient::medicines::MedicineGroup;
use crate::pages::patient::others::from_records::of_allergy;
use crate::pages::patient::reading::Reading;
use crate::shell::Shell;
use renkei_kernel::{InstitutionId, Timestamp};
use renkei_records::views::encounters::encounters;
use renkei_records::views::laboratory::{TableQuery, laboratory_table};
use renkei_records::views::summary::Summary;

/// Takings beside each other on an upright sheet.
const COLUMNS_MAX: usize = 5;
const STAYS_MAX: usize = 10;
const VISITS_MAX: usize = 12;

impl PaperPage {
    /// `feeds`: when each institution's storage was last taken in.
    pub fn from_records(
        shell: Shell,
        frame: Frame,
        reading: &Reading<'_>,
        summary: &Summary,
        now: Timestamp,
        feeds: impl Iterator<Item = (InstitutionId, Option<Timestamp>)>,
    ) -> Self {
        let words = reading.words;
        let who = shell.session.as_ref().map(|s| format!("{} {} ({})", s.institution, s.person, s.profession));
        let asked = TableQuery { columns_max: COLUMNS_MAX, ..TableQuery::default() };
        let table = laboratory_table(reading.record, &asked);
        let found = encounters(reading.record, reading.today);
        Self {
            printed: words.two("paper-printed", ("time", &dates::stamp(now)), ("who", &who.unwrap_or_default())),
            allergies: summary.allergies.iter().filter_map(|allergy| of_allergy(reading, allergy)).collect(),
            diagnoses: summary.diagnoses.current.iter().map(|group| DiagnosisLine::new(reading, group)).collect(),
            medicines: summary.medicines.current.iter().map(|m| MedicineGroup::new(reading, m)).collect(),
            columns: columns(reading, &table),
            groups: rows(reading, &table, &[]),
            stays: found.stays.iter().take(STAYS_MAX).map(|s| stay(reading, s)).collect(),
            visits: found.visits.iter().take(VISITS_MAX).map(|v| visit(reading, v)).collect(),
            sources: feeds.map(|(id, at)| (reading.mark(id).name, at.map(dates::stamp))).collect(),
            shell,
            frame,
        }
    }
}
