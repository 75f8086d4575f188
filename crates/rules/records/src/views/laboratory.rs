//! The laboratory table: one row for each comparable analyte, one column for each time of taking.
//!
//! Values stand exactly as they were sent; preliminary, corrected and cancelled ones say so. Culture and
//! susceptibility have tables of their own (`cultures`).

use super::cultures::is_culture;
use super::identity::birth_date;
use super::patient::{PatientRecord, Seen, SourceRef};
use super::series::{Flagging, SeriesKey, field_label, flagging, series_key};
use crate::body::{Body, LaboratoryGroup, LaboratoryValue, ResultStatus};
use crate::code::ShortText;
use crate::doubt::{Doubt, doubt};
use crate::entry::EntryState;
use crate::time::ClinicalTime;
use jiff::civil::{Date, DateTime};
use renkei_kernel::InstitutionId;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// One group of an ordinary report that stands, with when its specimen was taken: read once for all its values.
#[derive(Debug, Clone)]
pub struct GroupAt<'a> {
    pub seen: Seen<'a>,
    pub group: &'a LaboratoryGroup,
    /// OBR-7, else SPM-17, else OBX-14 of the first value, else the entry's time.
    pub taken: Option<ClinicalTime>,
    pub start: Option<DateTime>,
}

impl GroupAt<'_> {
    /// What is doubtful about a value of this group.
    pub fn doubt(&self, value: &LaboratoryValue, born: Option<Date>) -> Option<Doubt> {
        let taken = self.taken.as_ref();
        (value.status != ResultStatus::Cancelled).then(|| doubt(value, taken, self.seen.message.received_at, born))?
    }
}

/// All ordinary (not culture) groups with values, in reports that stand.
pub fn groups(record: &PatientRecord) -> impl Iterator<Item = GroupAt<'_>> {
    let reports = record.each().filter(Seen::stands).filter_map(|seen| match &seen.entry.body {
        Body::LaboratoryReport(report) => Some((seen, report)),
        _ => None,
    });
    let groups = reports.flat_map(|(seen, report)| report.groups.iter().map(move |group| (seen, group)));
    groups.filter(|(_, group)| !group.values.is_empty() && !is_culture(group)).map(|(seen, group)| {
        let observed = group.values.first().and_then(|value| value.observed.as_ref());
        let taken = group.taken().or(observed).cloned().or_else(|| seen.time());
        let start = taken.as_ref().and_then(ClinicalTime::start);
        GroupAt { seen, group, taken, start }
    })
}

/// The same, oldest first; values of one group keep the order of their message.
pub(super) fn groups_by_time(record: &PatientRecord) -> Vec<GroupAt<'_>> {
    let mut found: Vec<GroupAt<'_>> = groups(record).collect();
    found.sort_by_key(|at| (at.start, at.seen.entry.id));
    found
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
    /// The value stands as it was sent; this should be confirmed before it is believed.
    pub doubt: Option<Doubt>,
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

type Taking = (Reverse<Option<DateTime>>, InstitutionId, ShortText);

pub(super) fn shown_value(value: &LaboratoryValue) -> String {
    match &value.coded {
        Some(coded) if value.value.is_empty() => coded.shown().to_owned(),
        _ => value.value.to_string(),
    }
}

fn taking(at: &GroupAt<'_>) -> Taking {
    let raw = at.taken.as_ref().map(|t| t.raw.clone()).unwrap_or_default();
    (Reverse(at.start), at.seen.institution, raw)
}

fn cell(at: &GroupAt<'_>, value: &LaboratoryValue, born: Option<Date>) -> Cell {
    let seen = at.seen;
    Cell {
        value: shown_value(value),
        flagging: flagging(value),
        flag: value.flag.to_string(),
        range: value.range.to_string(),
        status: value.status,
        doubt: at.doubt(value, born),
        comments: value.comments.clone(),
        source: seen.source_at(value.place),
    }
}

fn asked_groups<'a>(record: &'a PatientRecord, query: &TableQuery) -> Vec<(GroupAt<'a>, Taking)> {
    let is_asked = |at: &GroupAt<'_>| {
        let day = at.start.map(|start| start.date());
        query.institution.is_none_or(|wanted| wanted == at.seen.institution)
            && query.from.is_none_or(|from| day.is_some_and(|day| day >= from))
            && query.until.is_none_or(|until| day.is_some_and(|day| day <= until))
    };
    groups(record)
        .filter(is_asked)
        .map(|at| {
            let taking = taking(&at);
            (at, taking)
        })
        .collect()
}

pub fn laboratory_table(record: &PatientRecord, query: &TableQuery) -> LaboratoryTable {
    let groups = asked_groups(record, query);
    let born = birth_date(record);
    let mut takings: BTreeMap<&Taking, Column> = BTreeMap::new();
    for (at, taking) in &groups {
        let column = takings.entry(taking).or_insert_with(|| Column {
            institution: at.seen.institution,
            taken: at.taken.clone(),
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
    for (at, taking) in &groups {
        let Some(place) = places.get(taking) else { continue };
        for comment in at.group.comments.iter().chain(report_comments(at.seen)) {
            if !table.comments.contains(comment) {
                table.comments.push(comment.clone());
            }
        }
        for value in &at.group.values {
            let key = series_key(at.seen.institution, at.group, value);
            let row = rows.entry(key).or_insert_with_key(|key| new_row(key, at.group, value, places.len()));
            row.is_numeric |= value.measured().is_some_and(|m| m.comparator.is_none());
            if let Some(cells) = row.cells.get_mut(*place) {
                cells.push(cell(at, value, born));
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

fn new_row(key: &SeriesKey, group: &LaboratoryGroup, value: &LaboratoryValue, columns: usize) -> Row {
    Row {
        field: field_label(&key.analyte, key.is_standard()).to_owned(),
        name: value.name().to_owned(),
        code: value.jlac10().or(value.code.first_code().map(|c| c.code.as_str())).unwrap_or_default().to_owned(),
        unit: value.unit.shown().to_owned(),
        specimen: group.specimen.kind.shown().to_owned(),
        is_numeric: false,
        cells: vec![Vec::new(); columns],
        key: key.clone(),
    }
}
