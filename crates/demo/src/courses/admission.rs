//! A stay in hospital from the plan to the discharge prescription, with injections, diet, pictures and daily laboratory.

use super::analytes::{PANEL_ACUTE, analyte_of};
use super::drugs::{Drug, drug};
use super::follow_up::{Given, Taken, groups, plus_minutes, write_report};
use super::levels::{Bump, Levels, plus_days};
use crate::random::Random;
use crate::region::staff::Staff;
use crate::render::culture::{self, PNEUMOCOCCUS, Steps};
use crate::render::encounter::{self, Stay};
use crate::render::envelope::{Flag, Setting, Sheet};
use crate::render::examination::{self, CHEST, CT_CHEST, ECG_NORMAL};
use crate::render::injection::{self, Infusion};
use crate::render::laboratory::{self, Report};
use crate::render::medicine::{self, Prescription, Purpose};
use jiff::civil::{Date, DateTime};

/// Why someone is in hospital, and what is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    Pneumonia,
    HeartFailure,
}

/// One stay.
#[derive(Debug, Clone)]
pub struct Admission {
    pub reason: Reason,
    pub from: Date,
    pub days: i64,
    pub outpatient: Setting,
    pub nurse: &'static Staff,
    /// What the person goes home with.
    pub discharge: Vec<Taken>,
    pub with_leave: bool,
}

const FIRST: (&str, &str, &str) = ("3E", "305", "1");
const SECOND: (&str, &str, &str) = ("4W", "402", "2");

impl Admission {
    /// The passing changes of laboratory values.
    pub fn bumps(&self) -> Vec<Bump> {
        let bump = |key, peak, half_days| Bump { key, from: self.from, peak, half_days };
        match self.reason {
            Reason::Pneumonia => vec![
                bump("crp", 12.4, 2.6),
                bump("wbc", 8_600.0, 2.5),
                bump("albumin", -0.9, 20.0),
                bump("egfr", -7.0, 6.0),
            ],
            Reason::HeartFailure => {
                vec![bump("bnp", 640.0, 5.0), bump("crp", 0.9, 4.0), bump("egfr", -6.0, 8.0), bump("sodium", -5.0, 6.0)]
            }
        }
    }

    fn drugs(&self, keys: &[&str]) -> Vec<&'static Drug> {
        keys.iter().filter_map(|k| drug(k)).collect()
    }

    /// Writes the stay; returns the discharge prescription.
    pub fn write(&self, sheet: &mut Sheet<'_>, levels: &Levels<'_>, dice: &mut Random) -> Option<Given> {
        let at = self.from.at(13, i8::try_from(dice.between(0, 50)).unwrap_or(0), 0, 0);
        let first = Setting { ward: Some(FIRST), ..self.outpatient };
        let second = Setting { ward: Some(SECOND), ..self.outpatient };
        encounter::visit(sheet, &self.outpatient, plus_minutes(at, -170));
        encounter::stay(sheet, &first, Stay::Planned { admission: at }, plus_minutes(at, -60), Flag::Current);
        encounter::stay(sheet, &first, Stay::Admitted { at }, plus_minutes(at, 10), Flag::Current);
        encounter::stay(sheet, &first, Stay::AttendingDoctor, plus_minutes(at, 12), Flag::Current);
        examination::examination(
            sheet,
            &first,
            &CHEST,
            plus_minutes(at, 15),
            plus_minutes(at, 48),
            self.outpatient.doctor,
        );
        if self.reason == Reason::Pneumonia {
            examination::examination(
                sheet,
                &first,
                &CT_CHEST,
                plus_minutes(at, 20),
                plus_minutes(at, 75),
                self.outpatient.doctor,
            );
        } else {
            examination::examination(
                sheet,
                &first,
                &ECG_NORMAL,
                plus_minutes(at, 20),
                plus_minutes(at, 55),
                self.outpatient.doctor,
            );
        }
        examination::diet(sheet, &first, "012^五分粥^99DIE", "塩分６ｇ", self.from, plus_minutes(at, 25));
        if self.reason == Reason::Pneumonia {
            let collected = plus_minutes(at, 35);
            let finished = plus_days(self.from, 3).at(15, 20, 0, 0);
            culture::sputum(sheet, &first, &PNEUMOCOCCUS, Steps { collected, smear: plus_minutes(at, 150), finished });
        }
        self.infusions(sheet, &first, at);
        self.daily_laboratory(sheet, levels, (&first, &second), dice);
        let moved = plus_days(self.from, self.days / 3).at(10, 30, 0, 0);
        encounter::stay(
            sheet,
            &second,
            Stay::TransferPlanned { at: moved, from: FIRST },
            plus_minutes(moved, -1_200),
            Flag::Current,
        );
        encounter::stay(
            sheet,
            &second,
            Stay::Transferred { at: moved, from: FIRST },
            plus_minutes(moved, 5),
            Flag::Current,
        );
        examination::diet(sheet, &second, "001^常食^99DIE", "塩分６ｇ", moved.date(), plus_minutes(moved, 20));
        if self.with_leave {
            self.leave(sheet, &second);
        }
        Some(self.discharge(sheet, &second, at, dice))
    }

    fn infusions(&self, sheet: &mut Sheet<'_>, setting: &Setting, admitted: DateTime) {
        let keys: &[&str] = match self.reason {
            Reason::Pneumonia => &["saline-100", "ceftriaxone"],
            Reason::HeartFailure => &["saline-100", "furosemide-injection"],
        };
        for day in 0..(self.days / 3).clamp(2, 5) {
            let from = plus_days(admitted.date(), day).at(15, 0, 0, 0);
            let mut content =
                vec![Infusion { drugs: self.drugs(keys), volume_ml: 110, from, to: plus_minutes(from, 60) }];
            if day < 2 {
                let night = plus_minutes(from, 120);
                let fluid = self.drugs(&["maintenance-fluid", "potassium-chloride"]);
                content.push(Infusion { drugs: fluid, volume_ml: 520, from: night, to: plus_minutes(night, 300) });
            }
            injection::infusion(sheet, setting, &content, plus_minutes(from, -60), Some(self.nurse));
        }
    }

    fn daily_laboratory(
        &self,
        sheet: &mut Sheet<'_>,
        levels: &Levels<'_>,
        wards: (&Setting, &Setting),
        dice: &mut Random,
    ) {
        for day in [0, 1, 3, 6, 10, 14].into_iter().filter(|d| *d < self.days) {
            let setting = if day < self.days / 3 { wards.0 } else { wards.1 };
            let collected = plus_days(self.from, day).at(if day == 0 { 13 } else { 6 }, 55, 0, 0);
            let number = sheet.order_number();
            let mut noise = Random::of(dice.draw(), &[]);
            let mut keys = PANEL_ACUTE.to_vec();
            if self.reason == Reason::HeartFailure {
                keys.push("bnp");
            }
            let rows: Vec<_> =
                keys.iter().filter_map(|k| analyte_of(k)).map(|a| levels.row(a, collected, true, &mut noise)).collect();
            laboratory::order(sheet, setting, &rows, &number, plus_minutes(collected, -30));
            let report = Report { rows, collected, reported: plus_minutes(collected, 80), comment: None };
            write_report(sheet, setting, report, &number, dice);
        }
    }

    fn leave(&self, sheet: &mut Sheet<'_>, setting: &Setting) {
        let out = plus_days(self.from, self.days - 4).at(10, 0, 0, 0);
        let back = plus_days(out.date(), 1).at(16, 40, 0, 0);
        let expected_back = plus_minutes(back, 20);
        encounter::stay(
            sheet,
            setting,
            Stay::LeaveStarted { at: out, expected_back },
            plus_minutes(out, 2),
            Flag::Current,
        );
        encounter::stay(sheet, setting, Stay::LeaveEnded { at: back }, plus_minutes(back, 3), Flag::Current);
    }

    fn discharge(&self, sheet: &mut Sheet<'_>, setting: &Setting, admitted: DateTime, dice: &mut Random) -> Given {
        let home = plus_days(self.from, self.days).at(10, i8::try_from(dice.between(5, 55)).unwrap_or(5), 0, 0);
        encounter::stay(sheet, setting, Stay::DischargePlanned { at: home }, plus_minutes(home, -1_140), Flag::Current);
        let content = Prescription { groups: groups(&self.discharge, home.date(), 14), outside: false };
        let at = plus_minutes(home, -50);
        if !content.groups.is_empty() {
            let order = sheet.order_number();
            medicine::prescription(sheet, setting, &content, &order, at, Purpose::Discharge, Flag::Current);
        }
        encounter::stay(sheet, setting, Stay::Discharged { admitted, at: home }, plus_minutes(home, 15), Flag::Current);
        Given { at, setting: *setting, content }
    }
}

/// An admission entered for the wrong day and cancelled: both files of the key become invalid.
pub fn cancelled(sheet: &mut Sheet<'_>, outpatient: &Setting, day: Date) {
    let setting = Setting { ward: Some(FIRST), ..*outpatient };
    let at = day.at(16, 0, 0, 0);
    encounter::stay(sheet, &setting, Stay::Admitted { at }, plus_minutes(at, 5), Flag::Deleted);
    encounter::stay(sheet, &setting, Stay::AdmissionCancelled { at }, plus_minutes(at, 21), Flag::Deleted);
}
