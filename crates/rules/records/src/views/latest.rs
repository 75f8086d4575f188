//! The newest value of each series with the one before: what moved, for the summary.

use super::laboratory::{Measure, measures, shown_value};
use super::patient::{PatientRecord, SourceRef};
use super::series::{Flagging, SeriesKey, flagging, series_key};
use crate::body::ResultStatus;
use crate::time::ClinicalTime;
use jiff::civil::{Date, DateTime};
use renkei_kernel::InstitutionId;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How far back a value may lie to be called the latest on the summary.
pub const LATEST_WITHIN_DAYS: i32 = 365;
/// Points of the small line beside a value.
pub const SPARK_POINTS_MAX: usize = 12;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Previous {
    pub value: String,
    pub taken: Option<ClinicalTime>,
    pub institution: InstitutionId,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LatestValue {
    pub key: SeriesKey,
    pub name: String,
    pub value: String,
    pub unit: String,
    pub flagging: Flagging,
    pub status: ResultStatus,
    /// This institution's own range, as sent.
    pub range: String,
    pub taken: Option<ClinicalTime>,
    pub institution: InstitutionId,
    pub previous: Option<Previous>,
    /// `+0.4`, `-3`: exact decimal difference of two plain numbers, with the finer of the two precisions.
    pub difference: Option<String>,
    /// Plain numbers, oldest first, the latest included.
    pub spark: Vec<f64>,
    pub source: SourceRef,
}

/// Difference of two plain decimal numbers without passing through binary fractions.
fn difference(new: &str, old: &str) -> Option<String> {
    let scaled = |raw: &str, places: usize| -> Option<i128> {
        let raw = raw.trim();
        let (sign, digits) = raw.strip_prefix('-').map_or((1, raw), |rest| (-1, rest));
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let text = format!("{whole}{decimals:0<places$}");
        text.parse::<i128>().ok().map(|n| n * sign)
    };
    let places_of = |raw: &str| raw.trim().split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let places = places_of(new).max(places_of(old));
    if places > 12 {
        return None;
    }
    let change = scaled(new, places)?.checked_sub(scaled(old, places)?)?;
    let sign = match change {
        0 => "±",
        n if n < 0 => "-",
        _ => "+",
    };
    let digits = format!("{:0>width$}", change.unsigned_abs(), width = places + 1);
    let (whole, decimals) = digits.split_at(digits.len() - places);
    Some(if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals}") })
}

fn is_plain(measure: &Measure<'_>) -> Option<f64> {
    measure.value.measured().filter(|m| m.comparator.is_none()).map(|m| m.number)
}

/// Every series' newest value within `LATEST_WITHIN_DAYS`; abnormal ones first, then the newest.
/// Cancelled values and values without any character are not values.
pub fn latest_values(record: &PatientRecord, today: Date) -> Vec<LatestValue> {
    let oldest = today.saturating_sub(jiff::Span::new().days(LATEST_WITHIN_DAYS));
    let mut series: HashMap<SeriesKey, Vec<(DateTime, Measure<'_>)>> = HashMap::new();
    for measure in measures(record) {
        if measure.value.status == ResultStatus::Cancelled || shown_value(measure.value).is_empty() {
            continue;
        }
        let Some(at) = measure.taken().as_ref().and_then(ClinicalTime::start) else { continue };
        series
            .entry(series_key(measure.seen.institution, measure.group, measure.value))
            .or_default()
            .push((at, measure));
    }
    let mut found: Vec<(DateTime, LatestValue)> = Vec::new();
    for (key, mut all) in series {
        all.sort_by_key(|(at, measure)| (*at, measure.source()));
        let Some((at, newest)) = all.last() else { continue };
        if at.date() < oldest {
            continue;
        }
        let previous = all.len().checked_sub(2).and_then(|place| all.get(place)).map(|(_, m)| m);
        let both_plain = previous.filter(|p| is_plain(newest).is_some() && is_plain(p).is_some());
        let numbers: Vec<f64> = all.iter().filter_map(|(_, m)| is_plain(m)).collect();
        let latest = LatestValue {
            key,
            name: newest.value.name().to_owned(),
            value: shown_value(newest.value),
            unit: newest.value.unit.shown().to_owned(),
            flagging: flagging(newest.value),
            status: newest.value.status,
            range: newest.value.range.clone(),
            taken: newest.taken(),
            institution: newest.seen.institution,
            previous: previous.map(|p| Previous {
                value: shown_value(p.value),
                taken: p.taken(),
                institution: p.seen.institution,
            }),
            difference: both_plain.and_then(|p| difference(&newest.value.value, &p.value.value)),
            spark: numbers.split_at(numbers.len().saturating_sub(SPARK_POINTS_MAX)).1.to_vec(),
            source: newest.source(),
        };
        found.push((*at, latest));
    }
    found.sort_by(|(at, a), (bt, b)| {
        (!a.flagging.is_abnormal(), bt, &a.key).cmp(&(!b.flagging.is_abnormal(), at, &b.key))
    });
    found.into_iter().map(|(_, latest)| latest).collect()
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn a_difference_keeps_the_finer_precision_and_never_shows_binary_dust() {
        assert_eq!(difference("7.8", "7.4").as_deref(), Some("+0.4"));
        assert_eq!(difference("41", "44").as_deref(), Some("-3"));
        assert_eq!(difference("0.020", "0.02").as_deref(), Some("±0.000"));
        assert_eq!(difference("-1.5", "2").as_deref(), Some("-3.5"));
        assert_eq!(difference("6800", "12000.5").as_deref(), Some("-5200.5"));
    }
}
