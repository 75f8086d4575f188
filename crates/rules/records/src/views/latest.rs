//! The newest value of each series with the one before: what moved, for the summary.

use super::laboratory::{GroupAt, groups_by_time, shown_value};
use super::patient::{PatientRecord, SourceRef};
use super::series::{Flagging, SeriesIndex, SeriesKey, flagging};
use crate::body::{LaboratoryValue, ResultStatus};
use crate::time::ClinicalTime;
use jiff::civil::{Date, DateTime};
use renkei_kernel::InstitutionId;
use serde::{Deserialize, Serialize};

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

fn plain(value: &LaboratoryValue) -> Option<f64> {
    value.measured().filter(|m| m.comparator.is_none()).map(|m| m.number)
}

/// A value of a series: when taken, in which group (by place), and the value; oldest first, as the groups come.
type Found<'a> = (DateTime, usize, &'a LaboratoryValue);

fn latest(key: SeriesKey, all: &[Found<'_>], groups: &[GroupAt<'_>], oldest: Date) -> Option<(DateTime, LatestValue)> {
    let (start, at, newest) = *all.last()?;
    let at = groups.get(at)?;
    if start.date() < oldest {
        return None;
    }
    let before = all.len().checked_sub(2).and_then(|place| all.get(place));
    let previous = before.and_then(|(_, at, value)| {
        let at = groups.get(*at)?;
        Some(Previous { value: shown_value(value), taken: at.taken.clone(), institution: at.seen.institution })
    });
    let both_plain = before.filter(|(_, _, old)| plain(newest).is_some() && plain(old).is_some());
    let mut spark: Vec<f64> = all.iter().rev().filter_map(|(_, _, v)| plain(v)).take(SPARK_POINTS_MAX).collect();
    spark.reverse();
    let latest = LatestValue {
        key,
        name: newest.name().to_owned(),
        value: shown_value(newest),
        unit: newest.unit.shown().to_owned(),
        flagging: flagging(newest),
        status: newest.status,
        range: newest.range.to_string(),
        taken: at.taken.clone(),
        institution: at.seen.institution,
        difference: both_plain.and_then(|(_, _, old)| difference(&newest.value, &old.value)),
        previous,
        spark,
        source: at.seen.source_at(newest.place),
    };
    Some((start, latest))
}

/// Every series' newest value within `LATEST_WITHIN_DAYS`; abnormal ones first, then the newest.
/// Cancelled values and values without any character are not values.
pub fn latest_values(record: &PatientRecord, today: Date) -> Vec<LatestValue> {
    let oldest = today.saturating_sub(jiff::Span::new().days(LATEST_WITHIN_DAYS));
    let groups = groups_by_time(record);
    let mut index = SeriesIndex::default();
    let mut series: Vec<Vec<Found<'_>>> = Vec::new();
    for (place, at) in groups.iter().enumerate() {
        let Some(start) = at.start else { continue };
        for value in &at.group.values {
            let is_empty = value.value.is_empty() && value.coded.is_none();
            if value.status == ResultStatus::Cancelled || is_empty {
                continue;
            }
            let number = index.number(at.seen.institution, at.group, value);
            if number >= series.len() {
                series.resize_with(number + 1, Vec::new);
            }
            if let Some(of_series) = series.get_mut(number) {
                of_series.push((start, place, value));
            }
        }
    }
    let mut found: Vec<(DateTime, LatestValue)> =
        index.into_keys().into_iter().zip(series).filter_map(|(key, all)| latest(key, &all, &groups, oldest)).collect();
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
