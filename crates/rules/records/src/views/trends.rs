//! Trends: the plain numbers of one comparable series over time, each with its institution's own range.
//!
//! `<0.02`, `1 +` and texts are not points; they are counted, so that the graph can say what it leaves to the table.

use super::laboratory::measures;
use super::patient::{PatientRecord, SourceRef};
use super::series::{Flagging, OwnRange, SeriesKey, flagging, series_key};
use crate::body::ResultStatus;
use crate::time::ClinicalTime;
use jiff::civil::DateTime;
use renkei_kernel::InstitutionId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

/// Series with at least two points, most points first. `wanted` empty = all.
pub fn trends(record: &PatientRecord, wanted: &[SeriesKey]) -> Vec<Trend> {
    let mut found: BTreeMap<SeriesKey, (Trend, Vec<(DateTime, Point)>)> = BTreeMap::new();
    for measure in measures(record) {
        let value = measure.value;
        let key = series_key(measure.seen.institution, measure.group, value);
        if !wanted.is_empty() && !wanted.contains(&key) {
            continue;
        }
        let (trend, points) = found.entry(key).or_insert_with_key(|key| {
            let trend = Trend {
                key: key.clone(),
                name: value.name().to_owned(),
                unit: value.unit.shown().to_owned(),
                specimen: measure.group.specimen.kind.shown().to_owned(),
                points: Vec::new(),
                left_out: 0,
            };
            (trend, Vec::new())
        });
        let number = value.measured().filter(|m| m.comparator.is_none()).map(|m| m.number);
        let taken = measure.taken();
        let at = taken.as_ref().and_then(ClinicalTime::start);
        match (number, taken, at) {
            (Some(number), Some(taken), Some(at)) if value.status != ResultStatus::Cancelled => {
                let point = Point {
                    taken,
                    number,
                    value: value.value.clone(),
                    institution: measure.seen.institution,
                    range: OwnRange::read(&value.range),
                    range_shown: value.range.clone(),
                    flagging: flagging(value),
                    status: value.status,
                    source: measure.source(),
                };
                points.push((at, point));
            }
            _ => trend.left_out += 1,
        }
    }
    let mut trends: Vec<Trend> = found
        .into_values()
        .filter(|(_, points)| points.len() >= 2)
        .map(|(mut trend, mut points)| {
            points.sort_by_key(|(at, point)| (*at, point.source));
            trend.points = points.into_iter().map(|(_, point)| point).collect();
            trend
        })
        .collect();
    trends.sort_by(|a, b| b.points.len().cmp(&a.points.len()).then_with(|| a.key.cmp(&b.key)));
    trends
}
