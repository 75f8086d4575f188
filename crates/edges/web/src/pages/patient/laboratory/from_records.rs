//! Laboratory values of a record as table, trend and cultures.

use super::{
    Culture, Isolate, LabColumn, LabGroup, LabRow, LabValue, LaboratoryPage, Susceptibility, TrendLine, TrendView,
};
use crate::dates;
use crate::pages::patient::Frame;
use crate::pages::patient::reading::{Reading, day_and_time, series_address};
use crate::parts::{Mark, Tone, Trend, TrendPoint};
use crate::shell::Shell;
use jiff::civil::Date;
use renkei_records::ClinicalTime;
use renkei_records::Doubt;
use renkei_records::body::{LaboratoryValue, ResultStatus};
use renkei_records::views::cultures::{self, cultures};
use renkei_records::views::laboratory::{Cell, GroupAt, Row, TableQuery, groups, laboratory_table};
use renkei_records::views::series::{SeriesKey, flagging, series_key};
use renkei_records::views::trends;

/// Takings beside each other.
const COLUMNS_SHOWN_MAX: usize = 8;

/// What of the page is asked for.
#[derive(Debug, Clone, Default)]
pub struct LaboratoryQuery {
    /// The series of the trend, as `series_address` writes it.
    pub item: Option<String>,
    /// Takings up to this day.
    pub until: Option<Date>,
}

fn status(reading: &Reading<'_>, status: ResultStatus) -> Option<String> {
    let key = match status {
        ResultStatus::Preliminary => "laboratory-state-preliminary",
        ResultStatus::Corrected => "laboratory-state-corrected",
        ResultStatus::Cancelled => "laboratory-state-cancelled",
        ResultStatus::Final | ResultStatus::NotSaid => return None,
    };
    Some(reading.words.say(key))
}

/// What should be confirmed about a value that stands as it was sent (R-X-17).
fn doubted(reading: &Reading<'_>, doubt: Doubt) -> String {
    reading.words.say(match doubt {
        Doubt::AfterReceipt => "laboratory-doubt-after-receipt",
        Doubt::BeforeBirth => "laboratory-doubt-before-birth",
        Doubt::Impossible => "laboratory-doubt-impossible",
        Doubt::OtherUnit => "laboratory-doubt-unit",
        Doubt::Unusual => "laboratory-doubt-unusual",
    })
}

fn joined(state: Option<String>, doubt: Option<String>) -> Option<String> {
    match (state, doubt) {
        (Some(state), Some(doubt)) => Some(format!("{state} {doubt}")),
        (state, doubt) => state.or(doubt),
    }
}

/// What a value looks like when nothing was written: a place to press, and not an empty cell.
fn as_sent(value: &str) -> String {
    if value.trim().is_empty() { "—".to_owned() } else { value.to_owned() }
}

fn value(reading: &Reading<'_>, cell: &Cell) -> LabValue {
    let (tone, flag) = reading.judged(cell.flagging);
    LabValue {
        text: as_sent(&cell.value),
        tone,
        flag,
        state: joined(status(reading, cell.status), cell.doubt.map(|doubt| doubted(reading, doubt))),
        comment: (!cell.comments.is_empty()).then(|| cell.comments.join("\n")),
        source: reading.source(&cell.source),
    }
}

fn field_key(label: &str) -> &'static str {
    match label {
        "一般検査" => "laboratory-field-general",
        "血液学的検査" => "laboratory-field-blood",
        "生化学的検査" => "laboratory-field-chemistry",
        "内分泌学的検査" => "laboratory-field-hormones",
        "免疫学的検査" => "laboratory-field-immunology",
        "微生物学的検査" => "laboratory-field-microbiology",
        "病理学的検査" => "laboratory-field-pathology",
        "その他の検体検査" => "laboratory-field-other",
        _ => "laboratory-field-local",
    }
}

fn row(reading: &Reading<'_>, row: &Row, on: Option<&SeriesKey>) -> LabRow {
    let newest_range = row.cells.iter().flatten().map(|cell| cell.range.trim()).find(|range| !range.is_empty());
    LabRow {
        name: row.name.clone(),
        code: row.code.clone(),
        unit: row.unit.clone(),
        specimen: row.specimen.clone(),
        range: newest_range.map(str::to_owned),
        trend: row.is_numeric.then(|| reading.trend(&row.key)),
        on: on == Some(&row.key),
        cells: row.cells.iter().map(|cells| cells.iter().map(|cell| value(reading, cell)).collect()).collect(),
    }
}

fn trend_point(reading: &Reading<'_>, point: &trends::Point) -> Option<TrendPoint> {
    Some(TrendPoint {
        day: point.taken.start()?.date(),
        value: point.number,
        text: point.value.clone(),
        lower: point.range.and_then(|range| range.low).map(|(limit, _)| limit),
        upper: point.range.and_then(|range| range.high).map(|(limit, _)| limit),
        mark: reading.mark(point.institution),
        tone: reading.judged(point.flagging).0,
        source: reading.source(&point.source),
    })
}

/// The graph of one trend.
pub fn graph(reading: &Reading<'_>, trend: &trends::Trend) -> Option<Trend> {
    let points: Vec<TrendPoint> = trend.points.iter().filter_map(|point| trend_point(reading, point)).collect();
    Trend::new(trend.name.clone(), trend.unit.clone(), &points)
}

fn trend_line(reading: &Reading<'_>, at: &GroupAt<'_>, sent: &LaboratoryValue) -> TrendLine {
    let (tone, flag) = reading.judged(flagging(sent));
    let number = sent.measured().filter(|m| m.comparator.is_none() && sent.status != ResultStatus::Cancelled);
    let at_ms = at.taken.as_ref().and_then(ClinicalTime::at).map(|at| (at.micros() / 1000).to_string());
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
        range: sent.range.clone(),
        mark: reading.mark(at.seen.institution),
        number: at_ms.as_ref().and(number).map(|m| m.number.to_string()).unwrap_or_default(),
        at_ms: at_ms.unwrap_or_default(),
    }
}

/// Every value of the series, newest first.
fn values_of<'a>(taken: &'a [GroupAt<'a>], key: &SeriesKey) -> Vec<(&'a GroupAt<'a>, &'a LaboratoryValue)> {
    let mut found: Vec<_> = taken
        .iter()
        .flat_map(|at| at.group.values.iter().map(move |value| (at, value)))
        .filter(|(at, value)| series_key(at.seen.institution, at.group, value) == *key)
        .collect();
    found.sort_by_key(|(at, value)| (std::cmp::Reverse(at.start), at.seen.source_at(value.place)));
    found
}

fn trend_view(reading: &Reading<'_>, key: &SeriesKey) -> Option<TrendView> {
    let taken: Vec<GroupAt<'_>> = groups(reading.record).collect();
    let found = values_of(&taken, key);
    let (_, first) = found.first()?;
    let mut legend: Vec<Mark> = Vec::new();
    for (at, _) in &found {
        let mark = reading.mark(at.seen.institution);
        if !legend.contains(&mark) {
            legend.push(mark);
        }
    }
    let drawn = trends::trends(reading.record, std::slice::from_ref(key)).into_iter().next();
    let lines: Vec<TrendLine> = found.iter().map(|(at, value)| trend_line(reading, at, value)).collect();
    Some(TrendView {
        name: first.name().to_owned(),
        unit: first.unit.shown().to_owned(),
        graph: drawn.as_ref().and_then(|trend| graph(reading, trend)),
        not_drawn: drawn.as_ref().map_or(0, |trend| trend.left_out),
        lines,
        legend,
    })
}

fn susceptibility(reading: &Reading<'_>, line: &cultures::Susceptibility) -> Susceptibility {
    let verdict = line.flag.trim();
    Susceptibility {
        drug: line.drug.clone(),
        value: format!("{} {}", as_sent(&line.value), line.unit).trim().to_owned(),
        tone: match verdict {
            "R" => Tone::Danger,
            "I" => Tone::Look,
            _ => Tone::Plain,
        },
        verdict: verdict.to_owned(),
        source: reading.source(&line.source),
    }
}

fn culture(reading: &Reading<'_>, culture: &cultures::Culture) -> Culture {
    let lines = |lines: &[cultures::Susceptibility]| lines.iter().map(|line| susceptibility(reading, line)).collect();
    Culture {
        day: reading.time(culture.taken.as_ref()),
        mark: reading.mark(culture.institution),
        specimen: culture.specimen.clone(),
        state: culture.organisms.iter().find_map(|organism| status(reading, organism.status)),
        title: if culture.item.is_empty() {
            reading.words.say("laboratory-field-microbiology")
        } else {
            culture.item.clone()
        },
        isolates: culture
            .organisms
            .iter()
            .map(|organism| Isolate {
                organism: organism.name.clone(),
                amount: organism.amounts.join(" "),
                rows: lines(&organism.susceptibilities),
            })
            .collect(),
        others: lines(&culture.others),
        comments: culture.comments.clone(),
        source: reading.source(&culture.source),
    }
}

impl LaboratoryPage {
    pub fn from_records(shell: Shell, frame: Frame, reading: &Reading<'_>, query: &LaboratoryQuery) -> Self {
        let asked = TableQuery { until: query.until, columns_max: COLUMNS_SHOWN_MAX, ..TableQuery::default() };
        let table = laboratory_table(reading.record, &asked);
        let wanted = query.item.as_ref().and_then(|item| {
            groups(reading.record)
                .flat_map(|at| {
                    at.group.values.iter().map(move |value| series_key(at.seen.institution, at.group, value))
                })
                .find(|key| series_address(key) == *item)
        });
        let mut groups: Vec<LabGroup> = Vec::new();
        for line in &table.rows {
            let heading = reading.words.say(field_key(&line.field));
            let line = row(reading, line, wanted.as_ref());
            match groups.last_mut().filter(|group| group.heading == heading) {
                Some(group) => group.rows.push(line),
                None => groups.push(LabGroup { heading, rows: vec![line] }),
            }
        }
        let oldest = table.columns.last().and_then(|c| c.taken.as_ref()).and_then(ClinicalTime::date);
        let earlier = oldest.filter(|_| table.older_columns > 0).and_then(|day| day.yesterday().ok());
        let page = format!("{}/laboratory", reading.visit);
        Self {
            trend: wanted.as_ref().and_then(|key| trend_view(reading, key)),
            shown: table.columns.len(),
            columns: table
                .columns
                .iter()
                .map(|column| {
                    let (day, time) = day_and_time(column.taken.as_ref());
                    LabColumn { day, time, mark: reading.mark(column.institution) }
                })
                .collect(),
            groups,
            cultures: cultures(reading.record).iter().map(|c| culture(reading, c)).collect(),
            comments: table.comments,
            earlier: earlier.map(|day| format!("{page}?until={}", dates::short(day))),
            later: query.until.map(|_| page.clone()),
            shell,
            frame,
        }
    }
}
