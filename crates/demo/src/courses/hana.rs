//! The course of 佐倉 ハナ, the patient of the scenarios: told, not drawn, so that pages, pictures and walks find what
//! they look for. Diabetes and blood pressure at the clinic, heart and kidney at the hospital of the other area, bones at
//! the orthopaedist, teeth at the dentist, all medicines at one pharmacy; a stay in July; a painkiller three days ago.

use super::admission::{Admission, Reason};
use super::analytes::{Analyte, PANEL_DIABETES, PANEL_HEART, PANEL_KIDNEY, analyte_of};
use super::conditions::condition;
use super::drugs::drug;
use super::follow_up::{FollowUp, Given, Taken, groups, plus_minutes};
use super::levels::{Levels, days_between, plus_days};
use super::plan::{Time, identity_and_problems, pharmacy, problem, setting};
use super::usage::{EVENING, FOR_PAIN, MORNING, MORNING_EVENING, ON_WAKING_WEEKLY, Usage};
use crate::random::Random;
use crate::region::institutions::{AOBA, INSTITUTIONS, MATSUKAZE, MINATO, SHIRASAGI};
use crate::region::patients::Patient;
use crate::region::staff::STAFF;
use crate::render::diagnosis::Problem;
use crate::render::encounter;
use crate::render::envelope::{Draft, Flag, Setting, Sheet};
use crate::render::examination::{self, CHEST, ECG, KNEE};
use crate::render::medicine::{self, Prescription, Purpose};
use jiff::civil::{Date, date};

/// Values by days before today: sugar rises, kidneys fall.
const VALUES: &[(&str, &[(i64, f64)])] = &[
    ("hba1c", &[(1_100, 6.7), (700, 6.9), (365, 7.0), (240, 7.1), (150, 7.2), (95, 7.3), (37, 7.4), (7, 7.8)]),
    ("egfr", &[(1_100, 58.0), (700, 54.0), (365, 52.0), (240, 50.0), (150, 48.0), (70, 46.0), (37, 44.0), (7, 41.0)]),
    ("potassium", &[(1_100, 4.3), (365, 4.5), (150, 4.6), (37, 4.7), (7, 4.9)]),
    ("bnp", &[(1_100, 60.0), (365, 88.0), (7, 112.0)]),
    ("ldl", &[(1_100, 142.0), (700, 118.0), (365, 104.0), (7, 98.0)]),
];

fn taken(key: &str, amount: f64, usage: Usage) -> Option<Taken> {
    drug(key).map(|d| Taken::always(d, amount, usage))
}

fn between(medicine: Option<Taken>, from: Option<Date>, until: Option<Date>) -> Option<Taken> {
    medicine.map(|t| Taken { from, until, ..t })
}

/// Every `interval` days back from `last` days before today; given days, no dice.
fn every(time: Time, interval: i64, last: i64) -> Vec<Date> {
    let mut days: Vec<_> = (0..)
        .map(|n| plus_days(time.today, -(last + n * interval)))
        .take_while(|d| *d > time.since)
        .map(|d| if d.weekday() == jiff::civil::Weekday::Sunday { plus_days(d, -1) } else { d })
        .collect();
    days.reverse();
    days
}

fn analytes(panels: &[&[&str]]) -> Vec<&'static Analyte> {
    let mut out: Vec<&'static Analyte> = Vec::new();
    for analyte in panels.iter().copied().flatten().filter_map(|k| analyte_of(k)) {
        if !out.iter().any(|a| a.key == analyte.key) {
            out.push(analyte);
        }
    }
    out
}

fn listed(patient: &Patient, rows: &[(&str, Date)], time: Time) -> Vec<Problem> {
    let mut list: Vec<_> = rows
        .iter()
        .filter(|(key, _)| patient.has(key))
        .filter_map(|(key, since)| condition(key).map(|c| (c, *since)))
        .enumerate()
        .map(|(nth, (c, since))| problem(c, nth, since, time.since.at(9, 30, 0, 0)))
        .collect();
    if let Some(first) = list.first_mut() {
        first.main = true;
    }
    list
}

/// All files of her charts.
pub fn course(seed: u64, patient: &Patient, time: Time) -> Vec<Draft> {
    let mut dice = Random::of(seed, &[0, 0xaa]);
    let mut files = Vec::new();
    let mut given = Vec::new();
    for chart in &patient.charts {
        let Some(institution) = INSTITUTIONS.get(chart.institution) else { continue };
        let mut sheet = Sheet::new(patient, chart, institution);
        let filled = match chart.institution {
            AOBA => clinic(&mut sheet, seed, time, &mut dice),
            MINATO => hospital(&mut sheet, seed, time, &mut dice),
            MATSUKAZE => bones(&mut sheet, seed, time, &mut dice),
            SHIRASAGI => teeth(&mut sheet, seed, time, &mut dice),
            _ => None,
        };
        given.extend(filled.unwrap_or_default());
        files.append(&mut sheet.drafts);
    }
    files.extend(pharmacy(patient, given));
    files
}

fn clinic(sheet: &mut Sheet<'_>, seed: u64, time: Time, dice: &mut Random) -> Option<Vec<Given>> {
    let home = setting(AOBA, None)?;
    let levels = Levels::new(sheet.patient, seed, time.today).given(VALUES);
    // paused for some weeks after the stay in hospital, as the medicine bars show
    let (gap_from, gap_to) = (plus_days(time.today, -125), plus_days(time.today, -100));
    let medicines = [
        between(taken("amlodipine-2.5", 1.0, MORNING), None, Some(plus_days(time.today, -500))),
        between(taken("amlodipine", 1.0, MORNING), Some(plus_days(time.today, -500)), None),
        between(taken("linagliptin", 1.0, MORNING), None, Some(gap_from)),
        between(taken("linagliptin", 1.0, MORNING), Some(gap_to), None),
        taken("rosuvastatin", 1.0, EVENING),
        taken("metformin", 1.0, MORNING_EVENING).map(|t| Taken { until: Some(plus_days(time.today, -140)), ..t }),
    ];
    let follow_up = FollowUp {
        setting: home,
        visits: every(time, 28, 9),
        interval_days: 28,
        medicines: medicines.into_iter().flatten().collect(),
        panel: analytes(&[PANEL_DIABETES]),
        laboratory_every: 3,
        laboratory_ago: 1,
        outside: true,
        with_orders: false,
    };
    let given = follow_up.write(sheet, &levels, dice);
    let mut list = listed(
        sheet.patient,
        &[("diabetes", date(2011, 5, 9)), ("hypertension", date(2008, 10, 20)), ("dyslipidaemia", date(2012, 2, 6))],
        time,
    );
    let cold = plus_days(time.today, -300);
    if let Some(condition) = condition("cold") {
        let mut row = problem(condition, list.len(), cold, cold.at(12, 0, 0, 0));
        row.ended = Some(plus_days(cold, 10));
        list.push(row);
    }
    identity_and_problems(sheet, &home, list, time);
    Some(given)
}

fn hospital(sheet: &mut Sheet<'_>, seed: u64, time: Time, dice: &mut Random) -> Option<Vec<Given>> {
    let heart = setting(MINATO, condition("atrial-fibrillation"))?;
    let kidney = setting(MINATO, condition("kidney"))?;
    let stay = july(&heart, time)?;
    let mut levels = Levels::new(sheet.patient, seed, time.today).given(VALUES);
    for bump in stay.bumps() {
        levels.bump(bump);
    }
    let heart_visits = FollowUp {
        setting: heart,
        visits: every(time, 56, 7),
        interval_days: 56,
        medicines: [taken("edoxaban-30", 1.0, MORNING), taken("bisoprolol", 0.5, MORNING)]
            .into_iter()
            .flatten()
            .collect(),
        panel: analytes(&[PANEL_HEART, &["hba1c"], PANEL_KIDNEY]),
        laboratory_every: 1,
        laboratory_ago: 0,
        outside: true,
        with_orders: true,
    };
    let mut given = heart_visits.write(sheet, &levels, dice);
    let kidney_visits = FollowUp {
        setting: kidney,
        visits: every(time, 112, 70),
        interval_days: 112,
        medicines: between(taken("dapagliflozin", 1.0, MORNING), Some(plus_days(time.today, -200)), None)
            .into_iter()
            .collect(),
        panel: analytes(&[PANEL_KIDNEY]),
        laboratory_every: 1,
        laboratory_ago: 0,
        outside: true,
        with_orders: false,
    };
    given.extend(kidney_visits.write(sheet, &levels, dice));
    for (nth, day) in heart_visits.visits.iter().rev().step_by(4).take(3).enumerate() {
        let at = day.at(11, 5, 0, 0);
        examination::examination(
            sheet,
            &heart,
            if nth % 2 == 0 { &ECG } else { &CHEST },
            at,
            plus_minutes(at, 30),
            heart.doctor,
        );
    }
    given.extend(stay.write(sheet, &levels, dice));
    given.extend(painkiller(sheet, &heart, time));
    let mut list = listed(
        sheet.patient,
        &[
            ("atrial-fibrillation", date(2023, 6, 12)),
            ("kidney", date(2019, 9, 2)),
            ("hypertension", date(2008, 10, 20)),
        ],
        time,
    );
    if let Some(kidney) = list.iter_mut().find(|p| p.condition.key == "kidney") {
        kidney.text = Some("慢性腎臓病Ｇ３ｂ");
        kidney.changed = plus_days(time.today, -70).at(11, 40, 0, 0);
    }
    identity_and_problems(sheet, &heart, list, time);
    Some(given)
}

/// The stay of early July (of the year before, until July is over): a pneumonia.
fn july(home: &Setting, time: Time) -> Option<Admission> {
    let year = time.today.year();
    let this = date(year, 7, 3);
    let from = if days_between(this, time.today) > 30 { this } else { date(year - 1, 7, 3) };
    let nurse = STAFF.iter().find(|s| s.code == "namiki")?;
    let discharge = [
        taken("amlodipine", 1.0, MORNING),
        taken("edoxaban-30", 1.0, MORNING),
        taken("carbocisteine", 1.0, super::usage::THREE_TIMES),
    ];
    Some(Admission {
        reason: Reason::Pneumonia,
        from,
        days: 18,
        outpatient: *home,
        nurse,
        discharge: discharge.into_iter().flatten().collect(),
        with_leave: true,
    })
}

/// Three days ago, as needed: what the page must warn of beside kidney disease and an anticoagulant.
fn painkiller(sheet: &mut Sheet<'_>, home: &Setting, time: Time) -> Option<Given> {
    let day = plus_days(time.today, -3);
    let came = day.at(15, 12, 40, 310_000_000);
    encounter::visit(sheet, home, came);
    let medicines: Vec<_> = taken("loxoprofen", 1.0, FOR_PAIN).into_iter().collect();
    let content = Prescription { groups: groups(&medicines, day, 10), outside: true };
    let at = plus_minutes(came, 22);
    let order = sheet.order_number();
    medicine::prescription(sheet, home, &content, &order, at, Purpose::Outpatient, Flag::Current);
    Some(Given { at, setting: *home, content })
}

fn bones(sheet: &mut Sheet<'_>, seed: u64, time: Time, dice: &mut Random) -> Option<Vec<Given>> {
    let home = setting(MATSUKAZE, None)?;
    let levels = Levels::new(sheet.patient, seed, time.today).given(VALUES);
    let since = plus_days(time.today, -290);
    let follow_up = FollowUp {
        setting: home,
        visits: every(Time { since, ..time }, 56, 24),
        interval_days: 56,
        medicines: [taken("alendronate", 1.0, ON_WAKING_WEEKLY), taken("eldecalcitol", 1.0, MORNING)]
            .into_iter()
            .flatten()
            .collect(),
        panel: Vec::new(),
        laboratory_every: 0,
        laboratory_ago: 0,
        outside: true,
        with_orders: false,
    };
    let given = follow_up.write(sheet, &levels, dice);
    if let Some(day) = follow_up.visits.first() {
        let at = day.at(10, 30, 0, 0);
        examination::examination(sheet, &home, &KNEE, at, plus_minutes(at, 25), home.doctor);
    }
    let list = listed(sheet.patient, &[("osteoporosis", since)], Time { since, ..time });
    identity_and_problems(sheet, &home, list, time);
    Some(given)
}

fn teeth(sheet: &mut Sheet<'_>, seed: u64, time: Time, dice: &mut Random) -> Option<Vec<Given>> {
    let home = setting(SHIRASAGI, None)?;
    let levels = Levels::new(sheet.patient, seed, time.today);
    let follow_up = FollowUp {
        setting: home,
        visits: every(time, 90, 33),
        interval_days: 90,
        medicines: Vec::new(),
        panel: Vec::new(),
        laboratory_every: 0,
        laboratory_ago: 0,
        outside: true,
        with_orders: false,
    };
    let given = follow_up.write(sheet, &levels, dice);
    let mut list = listed(sheet.patient, &[("periodontitis", date(2016, 4, 4))], time);
    if let Some(condition) = condition("caries") {
        let day = plus_days(time.today, -33);
        let mut row = problem(condition, list.len(), day, day.at(11, 0, 0, 0));
        row.tooth = Some("1036^右下６番^99TTH");
        list.push(row);
    }
    identity_and_problems(sheet, &home, list, time);
    Some(given)
}
