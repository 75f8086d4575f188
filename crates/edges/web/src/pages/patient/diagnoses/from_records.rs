//! Diagnoses of a record as lines.

use super::{DiagnosesPage, DiagnosisLine};
use crate::meanings::department;
use crate::pages::patient::Frame;
use crate::pages::patient::reading::Reading;
use crate::shell::Shell;
use renkei_records::views::diagnoses::{Diagnoses, DiagnosisGroup};

impl DiagnosisLine {
    pub fn new(reading: &Reading<'_>, group: &DiagnosisGroup) -> Self {
        let first = group.rows.first();
        let code = match (group.icd10.is_empty(), first) {
            (false, _) => format!("ICD-10 {}", group.icd10),
            (true, Some(row)) => row.disease_code.clone(),
            (true, None) => String::new(),
        };
        let notes = group.rows.iter().flat_map(|row| {
            let teeth = (!row.teeth.is_empty()).then(|| row.teeth.join("・"));
            teeth.into_iter().chain(row.comments.iter().cloned())
        });
        Self {
            marks: reading.marks(&group.institutions),
            name: group.name.clone(),
            other_names: group.other_names.clone(),
            notes: notes.collect(),
            code,
            main: group.main,
            suspected: group.suspected,
            start: match &group.since {
                Some(since) => since.shown(),
                None => reading.words.say("diagnosis-start-unknown"),
            },
            end: group.until.as_ref().map(|until| until.shown()),
            outcome: first.map(|row| row.outcome.clone()).filter(|outcome| !outcome.is_empty()),
            department: first
                .map(|row| department(reading.words, &row.department).to_owned())
                .filter(|department| !department.is_empty()),
            source: first.map(|row| reading.source(&row.source)).unwrap_or_default(),
        }
    }

    /// For the summary: the year alone.
    pub fn brief(reading: &Reading<'_>, group: &DiagnosisGroup) -> Self {
        let year = group.since.as_ref().and_then(|since| since.start()).map(|start| start.year().to_string());
        Self { start: year.unwrap_or_default(), code: group.icd10.clone(), ..Self::new(reading, group) }
    }
}

impl DiagnosesPage {
    pub fn from_records(shell: Shell, frame: Frame, reading: &Reading<'_>, diagnoses: &Diagnoses) -> Self {
        let lines = |groups: &[DiagnosisGroup]| groups.iter().map(|g| DiagnosisLine::new(reading, g)).collect();
        Self { current: lines(&diagnoses.current), ended: lines(&diagnoses.past), shell, frame }
    }
}
