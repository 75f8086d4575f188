//! Medicines of a record as groups, lines and bars.

use super::{MedicineGroup, MedicineLine, MedicinesPage};
use crate::dates;
use crate::pages::patient::Frame;
use crate::pages::patient::reading::Reading;
use crate::parts::{Bar, BarTold, Bars, BarsRow, ClassLine, OverlapBar};
use crate::shell::Shell;
use jiff::ToSpan;
use renkei_records::EntryKind;
use renkei_records::views::medicine_bars::{BarRow, class_overlaps, medicine_bars};
use renkei_records::views::medicines::{Checked, Course, Medicine, Medicines, OPEN_ENDED_SHOWN_DAYS, Phase};
use renkei_records::views::prescriptions::{PrescriptionCard, prescriptions};
use std::cmp::Reverse;

/// Earlier medicines listed one by one.
const PAST_SHOWN_MAX: usize = 60;
/// Injection orders listed one by one.
const INJECTIONS_SHOWN_MAX: usize = 30;
/// Rows of the bars.
const BARS_SHOWN_MAX: usize = 24;
/// Overlaps inside a class listed one by one.
const CLASSES_SHOWN_MAX: usize = 8;

fn is_present(course: &Course) -> bool {
    match course.phase {
        Phase::Running { .. } | Phase::Upcoming { .. } => true,
        Phase::OpenEnded { since_days } => since_days <= OPEN_ENDED_SHOWN_DAYS,
        Phase::Ended { .. } | Phase::Undated => false,
    }
}

fn left(reading: &Reading<'_>, course: &Course) -> String {
    let words = reading.words;
    let start = course.start.map(dates::short).unwrap_or_default();
    match course.phase {
        Phase::Running { .. } if course.is_as_needed => words.one("medicine-as-needed", "day", start),
        Phase::Running { days_left: 0 } => words.say("medicine-left-today"),
        Phase::Running { days_left } => words.count("medicine-left", usize::try_from(days_left).unwrap_or(0)),
        Phase::OpenEnded { .. } if course.is_as_needed => words.one("medicine-as-needed", "day", start),
        Phase::Upcoming { .. } | Phase::OpenEnded { .. } => words.one("medicine-external", "day", start),
        Phase::Ended { .. } => {
            words.one("medicine-ended", "day", course.last_day.map(dates::short).unwrap_or_default())
        }
        Phase::Undated => String::new(),
    }
}

fn period(reading: &Reading<'_>, course: &Course) -> String {
    let words = reading.words;
    let mut text = course.start.map(dates::short).unwrap_or_default();
    if let Some(last) = course.last_day.filter(|last| Some(*last) != course.start) {
        text = format!("{text} {} {}", words.until(), dates::short(last));
    }
    let days: Option<usize> = course.days.raw.trim().parse().ok();
    let length = match (days, course.as_needed_count.trim().parse::<usize>()) {
        (_, Ok(times)) => words.count("medicine-times", times),
        (Some(days), _) => words.count("medicine-days", days),
        (None, _) => course.days.shown(),
    };
    if length.is_empty() { text } else { words.two("medicine-period", ("days", &text), ("length", &length)) }
}

impl MedicineLine {
    pub fn new(reading: &Reading<'_>, course: &Course) -> Self {
        let mut dose: Vec<&str> = course.usages.iter().map(String::as_str).collect();
        if !course.dose.is_empty() {
            dose.push(&course.dose);
        }
        dose.extend(course.instructions.iter().map(String::as_str));
        let code = match &course.yj {
            Some(yj) => format!("YJ {yj}"),
            None => format!("{} {}", course.code.system, course.code.code).trim().to_owned(),
        };
        let mut comments = course.comments.clone();
        if course.is_dispensing {
            comments.insert(0, reading.kind(EntryKind::Dispensing));
        }
        Self {
            marks: vec![reading.mark(course.institution)],
            name: course.name.clone(),
            dose: dose.join(" "),
            code,
            left: left(reading, course),
            period: period(reading, course),
            comment: (!comments.is_empty()).then(|| comments.join("\n")),
            source: reading.source(&course.source),
        }
    }
}

impl MedicineGroup {
    fn with(reading: &Reading<'_>, medicine: &Medicine, lines: Vec<MedicineLine>) -> Self {
        let doubled = medicine.is_ordered_twice();
        Self {
            name: medicine.name.clone(),
            unchecked: medicine.checked == Checked::No,
            overlap: doubled.then(|| reading.words.count("medicine-overlap", medicine.prescribed_now_by.len())),
            lines,
        }
    }

    /// Every line that stands now.
    pub fn new(reading: &Reading<'_>, medicine: &Medicine) -> Self {
        let lines = medicine.courses.iter().filter(|c| is_present(c)).map(|c| MedicineLine::new(reading, c));
        Self::with(reading, medicine, lines.collect())
    }

    /// For the summary: one line, the prescription that lasts longest, with the marks of all who give it now.
    pub fn brief(reading: &Reading<'_>, medicine: &Medicine) -> Self {
        let present = || medicine.courses.iter().filter(|course| is_present(course));
        let line = present().max_by_key(|c| (!c.is_dispensing, c.last_day, c.start)).map(|course| {
            let mut institutions: Vec<_> = present().map(|c| c.institution).collect();
            institutions.sort_unstable();
            institutions.dedup();
            MedicineLine { marks: reading.marks(&institutions), comment: None, ..MedicineLine::new(reading, course) }
        });
        Self::with(reading, medicine, line.into_iter().collect())
    }
}

/// Bars from half a year ago to six weeks ahead.
pub fn bars(reading: &Reading<'_>, medicines: &Medicines, id: &str) -> Option<Bars> {
    let words = reading.words;
    let window = (reading.today.saturating_sub(6.months()).first_of_month(), reading.today.saturating_add(42.days()));
    let shown = medicine_bars(medicines, window.0, window.1);
    let row = |row: &BarRow| {
        let medicine = medicines.all().find(|m| m.key == row.key)?;
        let mut institutions: Vec<_> = row.bars.iter().map(|bar| bar.institution).collect();
        institutions.sort_unstable();
        institutions.dedup();
        let bars = row.bars.iter().filter_map(|bar| {
            let kind = if bar.is_dispensing { "calendar-row-dispensing" } else { "calendar-row-prescription" };
            let told = BarTold {
                kind: words.say(kind),
                to: bar.last_day,
                outline: bar.last_day.is_none() || bar.is_as_needed,
                thin: bar.is_dispensing,
                source: reading.source(&bar.source),
            };
            Bar::between(window, bar.start, &reading.mark(bar.institution), told)
        });
        let overlaps = row.overlaps.iter().filter_map(|overlap| {
            let [first, _] = &overlap.sources;
            let marks = reading.marks(&overlap.institutions);
            let days = (overlap.first, overlap.last);
            OverlapBar::between(window, days, marks, &words.say("medicine-bars-overlap"), reading.source(first))
        });
        let look = row.ordered_twice.then(|| words.count("medicine-overlap", medicine.prescribed_now_by.len()));
        let (label, marks) = (row.name.clone(), reading.marks(&institutions));
        Some(BarsRow::new(label, marks, look, bars.collect(), overlaps.collect()))
    };
    let rows: Vec<BarsRow> = shown.iter().filter_map(row).take(BARS_SHOWN_MAX).collect();
    let classes = class_overlaps(&shown).into_iter().take(CLASSES_SHOWN_MAX).map(|found| ClassLine {
        class: words.one("medicine-class", "class", &found.class),
        names: found.names,
        marks: reading.marks(&found.overlap.institutions),
        from: dates::short(found.overlap.first),
        to: dates::short(found.overlap.last),
        sources: found.overlap.sources.map(|at| reading.source(&at)),
    });
    (!rows.is_empty()).then(|| Bars {
        words,
        id: id.to_owned(),
        from: dates::short(window.0),
        to: dates::short(window.1),
        today_x: Bars::today_in(window, reading.today),
        classes: classes.collect(),
        rows,
    })
}

fn injection(reading: &Reading<'_>, card: &PrescriptionCard) -> Vec<MedicineLine> {
    let line = |group: &renkei_records::views::prescriptions::RpShown| {
        let names: Vec<String> =
            group.drugs.iter().map(|drug| format!("{} {}", drug.name, drug.dose).trim().to_owned()).collect();
        let usage = [&group.title, &group.route, &group.site, &group.rate].map(|t| t.trim()).into_iter();
        let usage = usage.chain(group.usages.iter().map(String::as_str)).filter(|t| !t.is_empty());
        let mut comments = group.notes.clone();
        comments.extend(group.drugs.iter().flat_map(|drug| drug.comments.clone()));
        MedicineLine {
            marks: vec![reading.mark(card.institution)],
            name: names.join(" ＋ "),
            dose: usage.collect::<Vec<_>>().join(" "),
            code: String::new(),
            left: reading.state(card.state).unwrap_or_else(|| reading.kind(card.kind)),
            period: reading.time(group.start.as_ref().or(card.time.as_ref())),
            comment: (!comments.is_empty()).then(|| comments.join("\n")),
            source: reading.source(group.drugs.first().map_or(&card.source, |drug| &drug.source)),
        }
    };
    card.groups.iter().filter(|group| !group.drugs.is_empty()).map(line).collect()
}

impl MedicinesPage {
    pub fn from_records(shell: Shell, frame: Frame, reading: &Reading<'_>, medicines: &Medicines) -> Self {
        let mut past: Vec<&Course> = medicines.all().flat_map(|m| &m.courses).filter(|c| !is_present(c)).collect();
        past.sort_by_key(|course| (Reverse(course.start), course.source));
        let kinds = [EntryKind::InjectionOrder, EntryKind::InjectionGiven];
        Self {
            current: medicines.current.iter().map(|m| MedicineGroup::new(reading, m)).collect(),
            bars: bars(reading, medicines, "rx-bars"),
            injections: prescriptions(reading.record, &kinds, INJECTIONS_SHOWN_MAX)
                .iter()
                .flat_map(|card| injection(reading, card))
                .collect(),
            past_total: past.len(),
            past: past.into_iter().take(PAST_SHOWN_MAX).map(|c| MedicineLine::new(reading, c)).collect(),
            shell,
            frame,
        }
    }
}
