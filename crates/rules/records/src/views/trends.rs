//! Trends: the plain numbers of one comparable series over time, each with its institution's own range.
//!
//! `<0.02`, `1 +` and texts are not points; they are counted, so that the graph can say what it leaves to the table.

use super::laboratory::{GroupAt, groups_by_time};
use super::patient::{PatientRecord, SourceRef};
use super::series::{Flagging, OwnRange, SeriesIndex, SeriesKey, flagging};
use crate::body::{LaboratoryValue, ResultStatus};
use crate::time::ClinicalTime;
use jiff::civil::DateTime;
use renkei_kernel::InstitutionId;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub taken: ClinicalTime,
    pub number: f64,
    /// The characters as sent.
    pub value: String,
    pub institution: InstitutionId,
    pub range: Option<OwnRange>,
    pub range_shown: String,
    pub flagging: Flagging,
    pub status: ResultStatus,
    /// How it was measured, as [`method`] says it: points of different methods are not joined.
    pub method: String,
    pub source: SourceRef,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trend {
    pub key: SeriesKey,
    pub name: String,
    pub unit: String,
    pub specimen: String,
    /// Oldest first.
    pub points: Vec<Point>,
    /// Values of the series that are not plain numbers, or cancelled, or without a time.
    pub left_out: usize,
}

/// The method (three characters) of a value's JLAC10 code; empty where no such code was sent.
pub fn method(value: &LaboratoryValue) -> &str {
    let code = value.jlac10().filter(|code| matches!(code.len(), 15 | 17) && code.is_ascii());
    code.and_then(|code| code.get(12..15)).unwrap_or_default()
}

/// A value of a series with where it stands; oldest first, as the groups come.
type Found<'g, 'a> = (Option<DateTime>, &'g GroupAt<'a>, &'a LaboratoryValue);

fn point(taken: &ClinicalTime, number: f64, at: &GroupAt<'_>, value: &LaboratoryValue) -> Point {
    Point {
        taken: taken.clone(),
        number,
        value: value.value.to_string(),
        institution: at.seen.institution,
        range: OwnRange::read(&value.range),
        range_shown: value.range.to_string(),
        flagging: flagging(value),
        status: value.status,
        method: method(value).to_owned(),
        source: at.seen.source_at(value.place),
    }
}

fn trend(key: SeriesKey, all: &[Found<'_, '_>]) -> Option<Trend> {
    let (_, newest, value) = all.last()?;
    let (name, unit) = (value.name().to_owned(), value.unit.shown().to_owned());
    let specimen = newest.group.specimen.kind.shown().to_owned();
    let total = all.len();
    let points: Vec<Point> = all
        .iter()
        .filter(|(start, _, value)| start.is_some() && value.status != ResultStatus::Cancelled)
        .filter_map(|(_, at, value)| {
            let measured = value.measured().filter(|m| m.comparator.is_none())?;
            Some(point(at.taken.as_ref()?, measured.number, at, value))
        })
        .collect();
    let left_out = total - points.len();
    (points.len() >= 2).then_some(Trend { key, name, unit, specimen, points, left_out })
}

/// Series with at least two points, most points first. `wanted` empty = all.
pub fn trends(record: &PatientRecord, wanted: &[SeriesKey]) -> Vec<Trend> {
    let mut index = SeriesIndex::default();
    let mut found: Vec<Vec<Found<'_, '_>>> = Vec::new();
    let groups = groups_by_time(record);
    for at in &groups {
        for value in &at.group.values {
            let number = index.number(at.seen.institution, at.group, value);
            if number >= found.len() {
                found.resize_with(number + 1, Vec::new);
            }
            if let Some(of_series) = found.get_mut(number) {
                of_series.push((at.start, at, value));
            }
        }
    }
    let is_wanted = |key: &SeriesKey| wanted.is_empty() || wanted.contains(key);
    let series = index.into_keys().into_iter().zip(found).filter(|(key, _)| is_wanted(key));
    let mut trends: Vec<Trend> = series.filter_map(|(key, all)| trend(key, &all)).collect();
    trends.sort_by(|a, b| b.points.len().cmp(&a.points.len()).then_with(|| a.key.cmp(&b.key)));
    trends
}
