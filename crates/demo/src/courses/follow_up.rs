//! Following a person up in one department: visits, prescriptions that continue, laboratory, now and then a correction.
//!
//! The same engine writes the cast's given courses and everybody else's drawn ones.

use super::analytes::Analyte;
use super::drugs::Drug;
use super::levels::{Levels, days_between, plus_days};
use super::usage::Usage;
use crate::random::Random;
use crate::region::institutions::Kind;
use crate::render::encounter;
use crate::render::envelope::{Flag, Setting, Sheet};
use crate::render::laboratory::{self, Report, State};
use crate::render::medicine::{self, Group, Line, Prescription, Purpose};
use jiff::civil::{Date, DateTime};

/// A medicine taken over a time.
#[derive(Debug, Clone)]
pub struct Taken {
    pub drug: &'static Drug,
    pub amount: f64,
    pub usage: Usage,
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub uneven: Vec<f64>,
    /// Doses handed out, when taken as needed.
    pub doses: i64,
}

impl Taken {
    pub fn always(drug: &'static Drug, amount: f64, usage: Usage) -> Self {
        Self { drug, amount, usage, from: None, until: None, uneven: Vec::new(), doses: 10 }
    }
    fn on(&self, day: Date) -> bool {
        self.from.is_none_or(|f| f <= day) && self.until.is_none_or(|u| day < u)
    }
}

/// One department's care of one person.
#[derive(Debug, Clone)]
pub struct FollowUp {
    pub setting: Setting,
    /// Ascending.
    pub visits: Vec<Date>,
    pub interval_days: i64,
    pub medicines: Vec<Taken>,
    pub panel: Vec<&'static Analyte>,
    /// Laboratory at every n-th visit, counted back from the last one; 0 for never.
    pub laboratory_every: usize,
    /// Visits after the last one with laboratory.
    pub laboratory_ago: usize,
    pub outside: bool,
    /// Write orders (OML-01) beside results.
    pub with_orders: bool,
}

/// A prescription given, for the pharmacy to fill.
#[derive(Debug, Clone)]
pub struct Given {
    pub at: DateTime,
    pub setting: Setting,
    pub content: Prescription,
}

/// Visits at an interval with some days of play, the last one `last` days before today; none on Sundays.
pub fn visits(today: Date, since: Date, interval: i64, last: i64, dice: &mut Random) -> Vec<Date> {
    let mut days = Vec::new();
    let mut day = plus_days(today, -last);
    while day > since {
        let open = if day.weekday() == jiff::civil::Weekday::Sunday { plus_days(day, -1) } else { day };
        days.push(open);
        day = plus_days(day, -(interval + dice.between(-3, 4)).max(3));
    }
    days.reverse();
    days
}

/// Time of day at which people come.
pub fn clock_time(dice: &mut Random) -> (i8, i8, i8) {
    let hour = if dice.chance(0.75) { dice.between(8, 11) } else { dice.between(14, 16) };
    let small = |n: i64| i8::try_from(n).unwrap_or(0);
    (small(hour), small(dice.between(0, 59)), small(dice.between(0, 59)))
}

pub fn plus_minutes(at: DateTime, minutes: i64) -> DateTime {
    at.saturating_add(jiff::Span::new().minutes(minutes))
}

/// Puts medicines of the same usage into one RP group each.
pub fn groups(medicines: &[Taken], day: Date, days: i64) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for taken in medicines.iter().filter(|t| t.on(day)) {
        let line = Line { drug: taken.drug, amount: taken.amount, uneven: taken.uneven.clone(), comment: None };
        let length = if taken.usage.times == 0 { taken.doses } else { days };
        let alone = !taken.uneven.is_empty();
        match groups
            .iter_mut()
            .find(|g| g.usage == taken.usage && !alone && g.lines.iter().all(|l| l.uneven.is_empty()))
        {
            Some(group) => group.lines.push(line),
            None => groups.push(Group {
                usage: taken.usage,
                days: length,
                start: day,
                lines: vec![line],
                instruction: (taken.usage.times == 0).then_some("１日２回まで、６時間以上あけて"),
            }),
        }
    }
    groups
}

impl FollowUp {
    /// Writes all visits; returns what a pharmacy may fill.
    pub fn write(&self, sheet: &mut Sheet<'_>, levels: &Levels<'_>, dice: &mut Random) -> Vec<Given> {
        let mut given = Vec::new();
        let count = self.visits.len();
        for (nth, &day) in self.visits.iter().enumerate() {
            let (hour, minute, second) = clock_time(dice);
            let came = day.at(hour, minute, second, i32::try_from(dice.between(0, 999)).unwrap_or(0) * 1_000_000);
            encounter::visit(sheet, &self.setting, came);
            let from_end = count - 1 - nth;
            let due = from_end
                .checked_sub(self.laboratory_ago)
                .is_some_and(|n| n.is_multiple_of(self.laboratory_every.max(1)));
            if self.laboratory_every > 0 && due && !self.panel.is_empty() {
                self.laboratory(sheet, levels, plus_minutes(came, 12), dice);
            }
            let next = self.visits.get(nth + 1).map_or(self.interval_days, |n| days_between(day, *n));
            // handed out in weeks, now and then a few days short
            let weeks = ((next as f64 / 7.0).ceil() as i64).max(1);
            let days = if dice.chance(0.06) && weeks > 2 { (weeks - 1) * 7 } else { weeks * 7 };
            let content = Prescription { groups: groups(&self.medicines, day, days), outside: self.outside };
            if content.groups.is_empty() {
                continue;
            }
            let at = plus_minutes(came, dice.between(15, 50));
            self.prescribe(sheet, &content, at, dice);
            given.push(Given { at, setting: self.setting, content });
        }
        given
    }

    fn prescribe(&self, sheet: &mut Sheet<'_>, content: &Prescription, at: DateTime, dice: &mut Random) {
        let order = sheet.order_number();
        let write = |sheet: &mut Sheet<'_>, order: &str, at, flag| {
            medicine::prescription(sheet, &self.setting, content, order, at, Purpose::Outpatient, flag);
        };
        if dice.chance(0.03) {
            // entered, then corrected: the first version stays as history
            write(sheet, &order, at, Flag::Superseded);
            write(sheet, &order, plus_minutes(at, 4), Flag::Current);
        } else {
            write(sheet, &order, at, Flag::Current);
        }
        if dice.chance(0.012) {
            // an order given by mistake and taken back: both files invalid
            let mistaken = sheet.order_number();
            write(sheet, &mistaken, plus_minutes(at, 6), Flag::Deleted);
            write(sheet, &mistaken, plus_minutes(at, 9), Flag::Deleted);
        }
    }

    fn laboratory(&self, sheet: &mut Sheet<'_>, levels: &Levels<'_>, collected: DateTime, dice: &mut Random) {
        let own = sheet.institution.kind == Kind::Hospital;
        let number = sheet.order_number();
        let mut noise = Random::of(dice.draw(), &[]);
        let rows: Vec<_> = self.panel.iter().map(|a| levels.row(a, collected, own, &mut noise)).collect();
        if self.with_orders {
            laboratory::order(sheet, &self.setting, &rows, &number, plus_minutes(collected, -8));
        }
        // a clinic sends its specimens out and has the answer the next morning
        let reported = if own {
            plus_minutes(collected, dice.between(45, 150))
        } else {
            plus_days(collected.date(), 1).at(7, 30, 0, 0)
        };
        let report = Report { rows, collected, reported, comment: None };
        write_report(sheet, &self.setting, report, &number, dice);
    }
}

/// Writes a report, sometimes after a preliminary version, sometimes corrected afterwards.
pub fn write_report(sheet: &mut Sheet<'_>, setting: &Setting, mut report: Report, number: &str, dice: &mut Random) {
    let own = sheet.institution.kind == Kind::Hospital;
    if own && report.rows.len() > 4 && dice.chance(0.10) {
        let mut early = report.clone();
        early.rows.truncate(report.rows.len() / 2);
        early.rows.iter_mut().for_each(|r| r.state = State::Preliminary);
        early.reported = plus_minutes(report.collected, 30);
        laboratory::result(sheet, setting, &early, number, Flag::Superseded);
    }
    if dice.chance(0.02) && report.rows.len() > 3 {
        let mut first = report.clone();
        if let Some(row) = first.rows.last_mut() {
            row.state = State::NoResult;
            row.flag = "";
        }
        first.comment = Some("検体量不足のため再検中");
        laboratory::result(sheet, setting, &first, number, Flag::Superseded);
        report.reported = plus_minutes(report.reported, 95);
        if let Some(row) = report.rows.last_mut() {
            row.state = State::Corrected;
        }
        report.comment = Some("再検により訂正");
    }
    laboratory::result(sheet, setting, &report, number, Flag::Current);
}
