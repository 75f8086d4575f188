//! The laboratory table: one row for each comparable analyte, one column for each time of taking.
//!
//! Values stand exactly as they were sent; preliminary, corrected and cancelled ones say so. Culture and
//! susceptibility have tables of their own (`cultures`).

use super::cultures::is_culture;
use super::patient::{PatientRecord, Seen, SourceRef};
use super::series::{Flagging, SeriesKey, field_label, flagging, series_key};
use crate::body::{Body, LaboratoryGroup, LaboratoryValue, ResultStatus};
use crate::entry::EntryState;
use crate::time::ClinicalTime;
use jiff::civil::{Date, DateTime};
use renkei_kernel::InstitutionId;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// One value of one group, with everything around it: what the laboratory views walk over.
#[derive(Debug, Clone, Copy)]
pub struct Measure<'a> {
    pub seen: Seen<'a>,
    pub group: &'a LaboratoryGroup,
    pub value: &'a LaboratoryValue,
}

impl<'a> Measure<'a> {
    /// When the specimen was taken; else OBX-14, else the entry's time.
    pub fn taken(&self) -> Option<ClinicalTime> {
        self.group.taken().or(self.value.observed.as_ref()).cloned().or_else(|| self.seen.time())
    }
    pub fn source(&self) -> SourceRef {
        self.seen.source_at(self.value.place)
    }
}

/// All values of ordinary (not culture) groups in reports that stand.
pub fn measures(record: &PatientRecord) -> impl Iterator<Item = Measure<'_>> {
    record
        .each()
        .filter(Seen::stands)
        .filter_map(|seen| match &seen.entry.body {
            Body::LaboratoryReport(report) => Some((seen, report)),
            _ => None,
        })
        .flat_map(|(seen, report)| {
            report
                .groups
                .iter()
                .filter(|group| !is_culture(group))
                .flat_map(move |group| group.values.iter().map(move |value| Measure { seen, group, value }))
        })
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub institution: InstitutionId,
    pub taken: Option<ClinicalTime>,
    /// A report of this column is still preliminary.
    pub is_preliminary: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// As sent; for coded values their text.
    pub value: String,
    pub flagging: Flagging,
    /// OBX-8 as sent.
    pub flag: String,
    /// This institution's own range, as sent.
    pub range: String,
    pub status: ResultStatus,
    pub comments: Vec<String>,
    pub source: SourceRef,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub key: SeriesKey,
    /// 一般検査, 血液学的検査 …: rows come sorted by it.
    pub field: String,
    pub name: String,
    pub code: String,
    pub unit: String,
    pub specimen: String,
    /// At least one plain number: a trend can be drawn.
    pub is_numeric: bool,
    /// As many as columns; several values where one taking has several.
    pub cells: Vec<Vec<Cell>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LaboratoryTable {
    /// Newest first.
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// Takings before the oldest column shown, inside the asked days.
    pub older_columns: usize,
    /// Distinct comments of the reports shown, as sent.
    pub comments: Vec<String>,
}

/// What part of the table is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableQuery {
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub institution: Option<InstitutionId>,
    /// Takings shown, newest first.
    pub columns_max: usize,
}

impl Default for TableQuery {
    fn default() -> Self {
        Self { from: None, until: None, institution: None, columns_max: 12 }
    }
}

type Taking = (Reverse<Option<DateTime>>, InstitutionId, String);

pub(super) fn shown_value(value: &LaboratoryValue) -> String {
    match &value.coded {
        Some(coded) if value.value.is_empty() => coded.shown().to_owned(),
        _ => value.value.clone(),
    }
}

fn taking(measure: &Measure<'_>) -> Taking {
    let taken = measure.taken();
    let raw = taken.as_ref().map(|t| t.raw.clone()).unwrap_or_default();
    (Reverse(taken.as_ref().and_then(ClinicalTime::start)), measure.seen.institution, raw)
}

fn cell(measure: &Measure<'_>) -> Cell {
    let value = measure.value;
    Cell {
        value: shown_value(value),
        flagging: flagging(value),
        flag: value.flag.clone(),
        range: value.range.clone(),
        status: value.status,
        comments: value.comments.clone(),
        source: measure.source(),
    }
}

/// The taking of one group, computed once for all its values.
struct GroupAt<'a> {
    seen: Seen<'a>,
    group: &'a LaboratoryGroup,
    taking: Taking,
}

fn groups_at<'a>(record: &'a PatientRecord, query: &TableQuery) -> Vec<GroupAt<'a>> {
    let mut found = Vec::new();
    for seen in record.each().filter(Seen::stands) {
        let Body::LaboratoryReport(report) = &seen.entry.body else { continue };
        if query.institution.is_some_and(|wanted| wanted != seen.institution) {
            continue;
        }
        for group in report.groups.iter().filter(|group| !is_culture(group)) {
            let Some(value) = group.values.first() else { continue };
            let taking = taking(&Measure { seen, group, value });
            let day = taking.0.0.map(|at| at.date());
            let is_asked = query.from.is_none_or(|from| day.is_some_and(|day| day >= from))
                && query.until.is_none_or(|until| day.is_some_and(|day| day <= until));
            if is_asked {
                found.push(GroupAt { seen, group, taking });
            }
        }
    }
    found
}

pub fn laboratory_table(record: &PatientRecord, query: &TableQuery) -> LaboratoryTable {
    let groups = groups_at(record, query);
    let mut takings: BTreeMap<&Taking, Column> = BTreeMap::new();
    for at in &groups {
        let column = takings.entry(&at.taking).or_insert_with(|| Column {
            institution: at.seen.institution,
            taken: Some(ClinicalTime::new(at.taking.2.clone())).filter(|t| !t.raw.is_empty()),
            is_preliminary: false,
        });
        column.is_preliminary |= at.seen.entry.state == EntryState::Preliminary
            || at.group.values.iter().any(|v| v.status == ResultStatus::Preliminary);
    }
    let total = takings.len();
    let places: BTreeMap<&Taking, usize> =
        takings.keys().take(query.columns_max).enumerate().map(|(place, taking)| (*taking, place)).collect();
    let mut table = LaboratoryTable::default();
    let mut rows: BTreeMap<SeriesKey, Row> = BTreeMap::new();
    for at in &groups {
        let Some(place) = places.get(&at.taking) else { continue };
        for comment in at.group.comments.iter().chain(report_comments(at.seen)) {
            if !table.comments.contains(comment) {
                table.comments.push(comment.clone());
            }
        }
        for value in &at.group.values {
            let key = series_key(at.seen.institution, at.group, value);
            let measure = Measure { seen: at.seen, group: at.group, value };
            let row = rows.entry(key).or_insert_with_key(|key| new_row(key, &measure, places.len()));
            row.is_numeric |= value.measured().is_some_and(|m| m.comparator.is_none());
            if let Some(cells) = row.cells.get_mut(*place) {
                cells.push(cell(&measure));
            }
        }
    }
    table.columns = takings.into_values().take(query.columns_max).collect();
    table.older_columns = total.saturating_sub(query.columns_max);
    table.rows = rows.into_values().collect();
    // Standard codes first, in the order of their code; local ones after them by name.
    table.rows.sort_by(|a, b| (!a.key.is_standard(), &a.key, &a.name).cmp(&(!b.key.is_standard(), &b.key, &b.name)));
    table
}

fn report_comments(seen: Seen<'_>) -> &[String] {
    match &seen.entry.body {
        Body::LaboratoryReport(report) => &report.comments,
        _ => &[],
    }
}

fn new_row(key: &SeriesKey, measure: &Measure<'_>, columns: usize) -> Row {
    let value = measure.value;
    Row {
        field: field_label(&key.analyte, key.is_standard()).to_owned(),
        name: value.name().to_owned(),
        code: value.jlac10().or(value.code.first_code().map(|c| c.code.as_str())).unwrap_or_default().to_owned(),
        unit: value.unit.shown().to_owned(),
        specimen: measure.group.specimen.kind.shown().to_owned(),
        is_numeric: false,
        cells: vec![Vec::new(); columns],
        key: key.clone(),
    }
}
