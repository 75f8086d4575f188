//! Trends of a record as a chart: which analytes, which span of time, and the tables behind.

use super::LabValue;
use super::from_records::{as_sent, status};
use crate::dates;
use crate::pages::patient::reading::{Reading, series_address};
use crate::parts::trend::{Span, Trend, TrendPoint};
use crate::parts::{Chart, ChartLink, ChartPanel, ChartRange, Mark, RangeLink, TrendLine};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use renkei_records::body::LaboratoryValue;
use renkei_records::views::laboratory::{GroupAt, groups};
use renkei_records::views::series::{SeriesKey, flagging, series_key};
use renkei_records::views::trends;
use renkei_records::{ClinicalTime, Precision};
use std::cmp::Reverse;

/// Analytes under each other: more do not fit a screen.
pub const PANELS_MAX: usize = 4;

/// A period that can be chosen, up to a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Period {
    #[default]
    Everything,
    ThreeYears,
    OneYear,
    ThreeMonths,
}

impl Period {
    pub const ALL: [Self; 4] = [Self::Everything, Self::ThreeYears, Self::OneYear, Self::ThreeMonths];
    /// The word of the address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Everything => "all",
            Self::ThreeYears => "3y",
            Self::OneYear => "1y",
            Self::ThreeMonths => "3m",
        }
    }
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.name() == name)
    }
    fn key(self) -> &'static str {
        match self {
            Self::Everything => "chart-everything",
            Self::ThreeYears => "calendar-range-3y",
            Self::OneYear => "calendar-range-1y",
            Self::ThreeMonths => "calendar-range-3m",
        }
    }
    fn length(self) -> Option<jiff::Span> {
        match self {
            Self::Everything => None,
            Self::ThreeYears => Some(3.years()),
            Self::OneYear => Some(1.years()),
            Self::ThreeMonths => Some(3.months()),
        }
    }
}

/// What of a chart is asked for.
#[derive(Debug, Clone, Default)]
pub struct ChartQuery {
    pub keys: Vec<SeriesKey>,
    pub period: Period,
    /// Last day of the period; today where nothing was asked.
    pub until: Option<Date>,
}

impl ChartQuery {
    fn items(&self) -> String {
        self.keys.iter().map(series_address).collect::<Vec<_>>().join(",")
    }
}

/// `2026年（令和8年）11月14日 9:02` in words of the page, as far as the time is known.
fn when(reading: &Reading<'_>, taken: &ClinicalTime, at: DateTime) -> String {
    let day = dates::long(reading.words, at.date());
    match taken.precision() {
        Precision::Text | Precision::Year | Precision::Month => taken.shown(),
        Precision::Day => day,
        _ => format!("{day} {}:{:02}", at.hour(), at.minute()),
    }
}

fn point(reading: &Reading<'_>, trend: &trends::Trend, point: &trends::Point) -> Option<TrendPoint> {
    let words = reading.words;
    let at = point.taken.start()?;
    let (tone, flag) = reading.judged(point.flagging);
    let mark = reading.mark(point.institution);
    let mut value = format!("{} {} {}", reading.analyte(&trend.name, &trend.key), point.value, trend.unit);
    if !flag.is_empty() {
        value = format!("{value} {flag}");
    }
    if !point.range_shown.trim().is_empty() {
        value = format!("{value} ({} {})", words.say("laboratory-range"), point.range_shown);
    }
    let told = format!("{}\n{value}\n{}", when(reading, &point.taken, at), mark.name);
    Some(TrendPoint {
        at,
        value: point.number,
        language: words.language_of(&told),
        told,
        lower: point.range.and_then(|range| range.low).map(|(limit, _)| limit),
        upper: point.range.and_then(|range| range.high).map(|(limit, _)| limit),
        method: point.method.clone(),
        mark,
        tone,
        flag,
        source: reading.source(&point.source),
    })
}

/// Every value of the series, newest first.
fn values_of<'a>(taken: &'a [GroupAt<'a>], key: &SeriesKey) -> Vec<(&'a GroupAt<'a>, &'a LaboratoryValue)> {
    let mut found: Vec<_> = taken
        .iter()
        .flat_map(|at| at.group.values.iter().map(move |value| (at, value)))
        .filter(|(at, value)| series_key(at.seen.institution, at.group, value) == *key)
        .collect();
    found.sort_by_key(|(at, value)| (Reverse(at.start), at.seen.source_at(value.place)));
    found
}

fn line(reading: &Reading<'_>, at: &GroupAt<'_>, sent: &LaboratoryValue) -> TrendLine {
    let (tone, flag) = reading.judged(flagging(sent));
    let shown =
        if sent.value.is_empty() { sent.coded.as_ref().map(|c| c.shown()).unwrap_or_default() } else { &sent.value };
    TrendLine {
        day: reading.time(at.taken.as_ref()),
        value: LabValue {
            text: as_sent(shown),
            tone,
            flag,
            state: status(reading, sent.status),
            comment: None,
            source: reading.source(&at.seen.source_at(sent.place)),
        },
        range: sent.range.to_string(),
        method: trends::method(sent).to_owned(),
        mark: reading.mark(at.seen.institution),
    }
}

/// The one span of time for all panels: from the first value to today, which says how old the newest one is.
fn whole(reading: &Reading<'_>, drawn: &[trends::Trend]) -> Span {
    let days = || drawn.iter().flat_map(|t| &t.points).filter_map(|p| p.taken.start()).map(|at| at.date());
    let first = days().min().unwrap_or(reading.today);
    let last = days().max().unwrap_or(reading.today);
    Span::of_days(first, last.max(reading.today))
}

fn span_of(reading: &Reading<'_>, period: Period, until: Date, whole: Span) -> Span {
    match period.length() {
        Some(length) => Span::of_days(until.saturating_sub(length), until),
        None => Span { to: whole.to.max(Span::of_days(reading.today, reading.today).to), ..whole },
    }
}

impl Chart {
    /// The chart of the analytes asked for; `None` when there is no value of any of them.
    pub fn from_record(reading: &Reading<'_>, id: &str, query: &ChartQuery, open: bool) -> Option<Self> {
        let words = reading.words;
        let taken: Vec<GroupAt<'_>> = groups(reading.record).collect();
        let drawn = if query.keys.is_empty() { Vec::new() } else { trends::trends(reading.record, &query.keys) };
        let whole = whole(reading, &drawn);
        let until = query.until.unwrap_or(reading.today);
        let shown = span_of(reading, query.period, until, whole);
        let page = format!("{}/laboratory?item=", reading.visit);
        let mut legend: Vec<Mark> = Vec::new();
        let mut panels: Vec<ChartPanel> = Vec::new();
        for (place, key) in query.keys.iter().enumerate() {
            let found = values_of(&taken, key);
            let Some((_, newest)) = found.first() else { continue };
            for (at, _) in &found {
                let mark = reading.mark(at.seen.institution);
                if !legend.contains(&mark) {
                    legend.push(mark);
                }
            }
            let trend = drawn.iter().find(|trend| trend.key == *key);
            let name = reading.analyte(newest.name(), key);
            let others: Vec<String> = query.keys.iter().filter(|other| *other != key).map(series_address).collect();
            let link = match (open, others.is_empty()) {
                (true, true) => None,
                (true, false) => Some(ChartLink {
                    label: words.say("chart-leave-out"),
                    href: format!("{page}{}&span={}#trend", others.join(","), query.period.name()),
                }),
                (false, _) => Some(ChartLink { label: words.say("chart-in-detail"), href: reading.trend(key) }),
            };
            panels.push(ChartPanel {
                graph: trend.and_then(|trend| {
                    let points: Vec<TrendPoint> =
                        trend.points.iter().filter_map(|p| point(reading, trend, p)).collect();
                    let label = (name.clone(), words.language_of(&name));
                    Trend::new(format!("{id}-{place}"), label, trend.unit.clone(), &points, shown)
                }),
                name,
                unit: newest.unit.shown().to_owned(),
                not_drawn: trend.map_or(0, |trend| trend.left_out),
                lines: found.iter().map(|(at, value)| line(reading, at, value)).collect(),
                link,
            });
        }
        let address = |period: Period, until: Option<Date>| {
            let until = until.map(|day| format!("&to={}", dates::short(day))).unwrap_or_default();
            format!("{page}{}&span={}{until}#trend", query.items(), period.name())
        };
        let ranges = Period::ALL.into_iter().map(|period| ChartRange {
            link: RangeLink {
                label: words.say(period.key()),
                href: address(period, None),
                on: period == query.period && query.until.is_none(),
            },
            span: span_of(reading, period, reading.today, whole),
        });
        let step = query.period.length();
        let before = step.map(|length| until.saturating_sub(length)).filter(|_| shown.from > whole.from);
        let after = step.map(|length| until.saturating_add(length)).filter(|_| until < reading.today);
        (!panels.is_empty()).then(|| Self {
            words,
            id: id.to_owned(),
            whole,
            shown,
            ranges: ranges.collect(),
            earlier: before.map(|day| address(query.period, Some(day))),
            later: after.map(|day| address(query.period, Some(day).filter(|day| *day < reading.today))),
            panels,
            legend,
            open,
        })
    }
}
