//! What happens to one person: who follows which disease where, short illnesses, examinations, a stay in hospital, and
//! what the pharmacy hands out. The result is the files of all of the person's charts.

use super::admission::{Admission, Reason, cancelled};
use super::analytes::{Analyte, PANEL_DIABETES, PANEL_HEART, PANEL_KIDNEY, PANEL_SMALL, analyte_of};
use super::conditions::{ACUTE, Care, Condition, share};
use super::drugs::drug;
use super::follow_up::{FollowUp, Given, Taken, clock_time, groups, plus_minutes, visits};
use super::levels::{Levels, plus_days};
use super::{Scale, hana};
use crate::random::Random;
use crate::region::institutions::{INSTITUTIONS, Institution, Kind, Part};
use crate::region::patients::{FIXED, Patient};
use crate::region::staff::{Profession, STAFF, Staff, prescribers};
use crate::render::diagnosis::{self, Problem};
use crate::render::encounter;
use crate::render::envelope::{Draft, Flag, Setting, Sheet};
use crate::render::examination::{self, ECG, ECG_NORMAL, KNEE, Procedure, SPIROMETRY, STOMACH};
use crate::render::identity;
use crate::render::medicine::{self, Prescription, Purpose};
use jiff::civil::{Date, DateTime};

/// Visits end this many days before today, so that no answer of the next morning lies in the future.
const LAST_DAY: i64 = 2;

/// All files of one person.
pub fn course(seed: u64, patient: &Patient, scale: &Scale, today: Date) -> Vec<Draft> {
    let mut dice = Random::of(seed, &[patient.index as u64, 0xc0]);
    let whole = patient.index < FIXED || dice.chance(scale.density);
    let days = match patient.index {
        // the told course is always told whole
        0 => 3 * 365,
        _ if whole => (scale.years * 365.0) as i64,
        _ => 130,
    };
    let time = Time { today, since: plus_days(today, -days), whole };
    if patient.index == 0 {
        return hana::course(seed, patient, time);
    }
    let mut files = Vec::new();
    let mut given = Vec::new();
    for chart in &patient.charts {
        let Some(institution) = INSTITUTIONS.get(chart.institution) else { continue };
        if matches!(institution.part, Part::Dispensing | Part::Sample) {
            continue;
        }
        let mut sheet = Sheet::new(patient, chart, institution);
        let here = treated_at(patient, chart.institution);
        given.extend(chart_course(&mut sheet, &here, seed, time, &mut dice));
        files.append(&mut sheet.drafts);
    }
    files.extend(pharmacy(patient, given));
    files
}

/// The time a course covers.
#[derive(Debug, Clone, Copy)]
pub struct Time {
    pub today: Date,
    pub since: Date,
    /// The whole course, or only its last months.
    pub whole: bool,
}

/// Which of a person's diseases are treated in that institution: by kind of care, else at the first place.
fn treated_at(patient: &Patient, institution: usize) -> Vec<&'static Condition> {
    let part = |i: usize| INSTITUTIONS.get(i).map(|i| i.part);
    let place = |wanted: Part| patient.charts.iter().map(|c| c.institution).find(|i| part(*i) == Some(wanted));
    let first = patient.charts.first().map(|c| c.institution);
    patient
        .conditions
        .iter()
        .copied()
        .filter(|condition| {
            let wanted = match condition.care {
                Care::General => None,
                Care::Hospital(_) => place(Part::GeneralHospital),
                Care::Orthopaedic => place(Part::Orthopaedics),
                Care::Psychiatric => place(Part::Psychiatry),
                Care::Dental => place(Part::Dentistry),
            };
            wanted.or(first) == Some(institution)
        })
        .collect()
}

/// The doctor who sees this at that institution, and the department.
pub fn setting(institution: usize, condition: Option<&Condition>) -> Option<Setting> {
    let wanted = match condition.map(|c| c.care) {
        Some(Care::Hospital(department)) if kind(institution) == Kind::Hospital => Some(department),
        _ => None,
    };
    let doctor: &'static Staff = prescribers(institution)
        .map(|(_, s)| s)
        .find(|s| wanted == Some(s.department))
        .or_else(|| prescribers(institution).map(|(_, s)| s).next())?;
    Some(Setting { doctor, department: wanted.unwrap_or(doctor.department), ward: None })
}

fn kind(institution: usize) -> Kind {
    INSTITUTIONS.get(institution).map_or(Kind::Clinic, |i| i.kind)
}

fn medicines(conditions: &[&'static Condition], time: Time, dice: &mut Random) -> Vec<Taken> {
    let mut taken: Vec<Taken> = Vec::new();
    for condition in conditions {
        let mut some = false;
        for (nth, (key, amount, usage, probability)) in condition.regimen.iter().enumerate() {
            let wanted = dice.chance(*probability) || (!some && nth + 1 == condition.regimen.len());
            let known = taken.iter().any(|t| t.drug.key == *key);
            let Some(drug) = drug(key).filter(|_| wanted && !known) else { continue };
            let mut line = Taken::always(drug, *amount, *usage);
            if time.whole && some && dice.chance(0.4) {
                // added on later
                line.from = Some(plus_days(time.today, -dice.between(60, 400)));
            }
            if usage.times == 3 && dice.chance(0.05) {
                line.uneven = vec![2.0, 1.0, 1.0];
                line.amount = 1.0;
            }
            some = true;
            taken.push(line);
        }
    }
    taken
}

fn panel(conditions: &[&'static Condition]) -> Vec<&'static Analyte> {
    let mut keys: Vec<&str> = Vec::new();
    for condition in conditions {
        let more: &[&str] = match condition.key {
            "diabetes" => PANEL_DIABETES,
            "kidney" => PANEL_KIDNEY,
            "heart-failure" | "atrial-fibrillation" => PANEL_HEART,
            "hypertension" | "dyslipidaemia" => PANEL_SMALL,
            "thyroid" => &["tsh", "ldl", "ast", "alt"],
            "anaemia" => &["haemoglobin", "rbc", "platelets", "wbc"],
            "uric-acid" => &["uric-acid", "creatinine", "egfr"],
            _ => &[],
        };
        keys.extend(more);
    }
    let mut seen = Vec::new();
    for analyte in keys.into_iter().filter_map(analyte_of) {
        if !seen.iter().any(|a: &&Analyte| a.key == analyte.key) {
            seen.push(analyte);
        }
    }
    seen
}

/// Everything at one chart; returns the prescriptions for outside pharmacies.
fn chart_course(
    sheet: &mut Sheet<'_>,
    conditions: &[&'static Condition],
    seed: u64,
    time: Time,
    dice: &mut Random,
) -> Vec<Given> {
    let institution = sheet.chart.institution;
    let Some(home) = setting(institution, conditions.first().copied()) else { return Vec::new() };
    let outside = sheet
        .patient
        .charts
        .iter()
        .any(|c| INSTITUTIONS.get(c.institution).is_some_and(|i| i.part == Part::Dispensing));
    let mut levels = Levels::new(sheet.patient, seed, time.today);
    let stay = stay(sheet, &home, time, dice);
    for bump in stay.iter().flat_map(Admission::bumps) {
        levels.bump(bump);
    }
    let mut given = Vec::new();
    for (department, here) in by_department(institution, conditions) {
        let interval = here.iter().map(|c| c.interval_days).filter(|d| *d > 0).min().unwrap_or(120);
        let interval = if time.whole { interval } else { interval.max(100) };
        let last = LAST_DAY + dice.between(0, interval - 1);
        let follow_up = FollowUp {
            setting: department,
            visits: visits(time.today, time.since, interval, last, dice),
            interval_days: interval,
            medicines: medicines(&here, time, dice),
            panel: panel(&here),
            laboratory_every: if interval < 50 { 2 } else { 1 },
            laboratory_ago: 0,
            outside,
            with_orders: time.whole && kind(institution) == Kind::Hospital,
        };
        given.extend(follow_up.write(sheet, &levels, dice));
        examinations(sheet, &department, &here, &follow_up.visits, time);
    }
    given.extend(stay.as_ref().and_then(|s| s.write(sheet, &levels, dice)));
    if stay.is_some() && dice.chance(0.2) {
        cancelled(sheet, &home, plus_days(time.today, -dice.between(200, 240)));
    }
    let acute = short_illness(sheet, &home, outside, time, dice, &mut given);
    if sheet.drafts.is_empty() {
        check_up(sheet, home, &levels, time, dice);
    }
    let list = problem_list(conditions, acute, time, dice);
    identity_and_problems(sheet, &home, list, time);
    given
}

/// Diseases of one department together; outside hospitals there is one department.
fn by_department(institution: usize, conditions: &[&'static Condition]) -> Vec<(Setting, Vec<&'static Condition>)> {
    let mut out: Vec<(Setting, Vec<&'static Condition>)> = Vec::new();
    for condition in conditions.iter().copied().filter(|c| c.interval_days > 0) {
        let Some(setting) = setting(institution, Some(condition)) else { continue };
        match out.iter_mut().find(|(s, _)| s.department == setting.department) {
            Some((_, list)) => list.push(condition),
            None => out.push((setting, vec![condition])),
        }
    }
    out
}

fn examinations(sheet: &mut Sheet<'_>, setting: &Setting, here: &[&'static Condition], days: &[Date], time: Time) {
    let wanted: Vec<&Procedure> = here
        .iter()
        .filter_map(|c| match c.key {
            "atrial-fibrillation" => Some(&ECG),
            "heart-failure" | "hypertension" if kind(sheet.chart.institution) == Kind::Hospital => Some(&ECG_NORMAL),
            "copd" => Some(&SPIROMETRY),
            "knee" | "osteoporosis" => Some(&KNEE),
            "reflux" if time.whole => Some(&STOMACH),
            _ => None,
        })
        .collect();
    for (nth, what) in wanted.into_iter().enumerate() {
        // once a year at an ordinary visit
        for day in days.iter().rev().skip(nth % 2).step_by(7).take(3) {
            let at = day.at(11, 20, 0, 0);
            examination::examination(sheet, setting, what, at, plus_minutes(at, 35), setting.doctor);
        }
    }
}

fn stay(sheet: &Sheet<'_>, home: &Setting, time: Time, dice: &mut Random) -> Option<Admission> {
    let hospital = sheet.institution.part == Part::GeneralHospital;
    let old = sheet.patient.age_on(time.today) >= 55;
    if !(hospital && old && dice.chance(if time.whole { 0.7 } else { 0.05 })) {
        return None;
    }
    let nurse = STAFF.iter().find(|s| s.profession == Profession::Nurse)?;
    let reason = if sheet.patient.has("heart-failure") { Reason::HeartFailure } else { Reason::Pneumonia };
    let days = dice.between(8, 19);
    let discharge = ["carbocisteine", "amlodipine", "magnesium-oxide"]
        .iter()
        .filter_map(|k| drug(k))
        .map(|d| {
            Taken::always(d, 1.0, if d.key == "amlodipine" { super::usage::MORNING } else { super::usage::THREE_TIMES })
        })
        .collect();
    Some(Admission {
        reason,
        from: plus_days(time.today, -dice.between(40, if time.whole { 190 } else { 130 })),
        days,
        outpatient: *home,
        nurse,
        discharge,
        with_leave: days > 12,
    })
}

/// Whoever has a number here and nothing else was here once at least: a visit with a small laboratory.
fn check_up(sheet: &mut Sheet<'_>, home: Setting, levels: &Levels<'_>, time: Time, dice: &mut Random) {
    let medical = matches!(sheet.institution.part, Part::GeneralPractice | Part::GeneralHospital);
    let once = FollowUp {
        setting: home,
        visits: vec![plus_days(time.today, -(LAST_DAY + dice.between(3, 110)))],
        interval_days: 365,
        medicines: Vec::new(),
        panel: if medical { PANEL_SMALL.iter().filter_map(|k| analyte_of(k)).collect() } else { Vec::new() },
        laboratory_every: 1,
        laboratory_ago: 0,
        outside: false,
        with_orders: false,
    };
    once.write(sheet, levels, dice);
}

/// A cold, a tooth, a back: one visit, some days of medicine, a diagnosis that ends.
fn short_illness(
    sheet: &mut Sheet<'_>,
    home: &Setting,
    outside: bool,
    time: Time,
    dice: &mut Random,
    given: &mut Vec<Given>,
) -> Vec<(&'static Condition, Date)> {
    let age = sheet.patient.age_on(time.today);
    let fits = |c: &&Condition| match c.care {
        Care::General => matches!(sheet.institution.part, Part::GeneralPractice | Part::GeneralHospital),
        Care::Orthopaedic => sheet.institution.part == Part::Orthopaedics,
        Care::Dental => sheet.institution.part == Part::Dentistry,
        Care::Psychiatric | Care::Hospital(_) => false,
    };
    let span = super::levels::days_between(time.since, time.today);
    let rounds = (span / 250).max(1);
    let mut had = Vec::new();
    for round in 0..rounds {
        let Some(condition) = ACUTE.iter().filter(fits).find(|c| dice.chance(share(c, age.max(20)))) else { continue };
        let day = plus_days(time.today, -(LAST_DAY + round * 250 + dice.between(5, 200)));
        let (hour, minute, second) = clock_time(dice);
        let came = day.at(hour, minute, second, 120_000_000);
        encounter::visit(sheet, home, came);
        let taken = medicines(&[condition], Time { whole: false, ..time }, dice);
        let content = Prescription { groups: groups(&taken, day, condition.interval_days), outside };
        let at = plus_minutes(came, 20);
        if !content.groups.is_empty() {
            let order = sheet.order_number();
            medicine::prescription(sheet, home, &content, &order, at, Purpose::Outpatient, Flag::Current);
            given.push(Given { at, setting: *home, content });
        }
        had.push((condition, day));
    }
    had
}

fn problem_list(
    conditions: &[&'static Condition],
    acute: Vec<(&'static Condition, Date)>,
    time: Time,
    dice: &mut Random,
) -> Vec<Problem> {
    let mut list = Vec::new();
    for (nth, condition) in conditions.iter().copied().enumerate() {
        let since = plus_days(time.since, -dice.between(30, 4_000));
        list.push(problem(condition, nth, since, time.since.at(9, 30, 0, 0)));
    }
    if let Some(first) = list.first_mut() {
        first.main = true;
    }
    for (condition, day) in acute {
        let ended = plus_days(day, condition.interval_days + 5);
        let mut row = problem(condition, list.len(), day, day.at(12, 0, 0, 0));
        row.ended = (ended < time.today).then_some(ended);
        row.suspected = dice.chance(0.1);
        row.tooth = (condition.key == "caries").then_some("1036^右下６番^99TTH");
        list.push(row);
    }
    list
}

/// A diagnosis made on that day and recorded at that moment.
pub fn problem(condition: &'static Condition, nth: usize, since: Date, changed: DateTime) -> Problem {
    Problem {
        condition,
        instance: u32::try_from(nth + 1).unwrap_or(1),
        since,
        ended: None,
        suspected: false,
        main: false,
        tooth: None,
        text: None,
        icd10: None,
        changed,
    }
}

/// Demographics, allergies and diagnoses: an older version as history where the course is long, the newest as valid.
pub fn identity_and_problems(sheet: &mut Sheet<'_>, home: &Setting, list: Vec<Problem>, time: Time) {
    let Some(first) = sheet.drafts.iter().map(|d| d.at).min() else { return };
    let last = sheet.drafts.iter().filter(|d| d.data_type == "ADT-12").map(|d| d.at).max().unwrap_or(first);
    if time.whole && last != first {
        identity::patient(sheet, home, plus_minutes(first, -5), Flag::Superseded);
    }
    identity::patient(sheet, home, plus_minutes(last, -4), Flag::Current);
    if !sheet.patient.allergies.is_empty() {
        identity::allergies(sheet, plus_minutes(first, 8), Flag::Current);
    }
    let newest = list.iter().map(|p| p.changed).max();
    let early: Vec<_> = list.iter().filter(|p| Some(p.changed) != newest).cloned().collect();
    if time.whole && !early.is_empty() && newest.is_some_and(|n| n > plus_minutes(first, 14)) {
        diagnosis::problems(sheet, home, &early, plus_minutes(first, 14), Flag::Superseded);
    }
    if let Some(newest) = newest {
        let at = newest.max(plus_minutes(first, 15));
        diagnosis::problems(sheet, home, &list, at, Flag::Current);
    }
}

/// What the person's pharmacy hands out: the prescriptions for outside, an hour later, in its own products.
pub fn pharmacy(patient: &Patient, mut given: Vec<Given>) -> Vec<Draft> {
    let place = |i: &Institution| i.part == Part::Dispensing;
    let Some(chart) = patient.charts.iter().find(|c| INSTITUTIONS.get(c.institution).is_some_and(place)) else {
        return Vec::new();
    };
    let Some(institution) = INSTITUTIONS.get(chart.institution) else { return Vec::new() };
    let Some(pharmacist) =
        STAFF.iter().find(|s| s.institution == chart.institution && s.profession == Profession::Pharmacist)
    else {
        return Vec::new();
    };
    given.retain(|g| g.content.outside);
    given.sort_by_key(|g| g.at);
    let mut sheet = Sheet::new(patient, chart, institution);
    for prescription in &given {
        let setting = Setting { ward: None, ..prescription.setting };
        medicine::dispensing(
            &mut sheet,
            &setting,
            pharmacist,
            &prescription.content,
            plus_minutes(prescription.at, 65),
        );
    }
    if let Some(last) = given.last() {
        let counter = Setting { doctor: last.setting.doctor, department: "", ward: None };
        identity::patient(&mut sheet, &counter, plus_minutes(last.at, 60), Flag::Current);
    }
    sheet.drafts
}
