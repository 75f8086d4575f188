//! OMP-01 prescriptions and OMP-11 dispensing: one ORC–RXE–TQ1–RXR group per drug, grouped into RPs by ORC-4.
//!
//! ssmix2.md section 5.8. Ordinary, as-needed, uneven, weekly and external usages all occur.

use super::envelope::{Day, Flag, Form, Minute, OrcExtra, Setting, Sheet, Text, Xcn};
use crate::courses::drugs::{Drug, Way, product};
use crate::courses::usage::Usage;
use crate::region::staff::Staff;
use jiff::civil::{Date, DateTime};

const PRESCRIPTION: Form = Form { data_type: "OMP-01", message: "RDE^O11^RDE_O11" };
const DISPENSING: Form = Form { data_type: "OMP-11", message: "RAS^O17^RAS_O17" };

/// One drug of an RP group.
#[derive(Debug, Clone)]
pub struct Line {
    pub drug: &'static Drug,
    /// Amount per dose; of uneven doses the smallest.
    pub amount: f64,
    /// Amounts of the doses of a day, when they differ.
    pub uneven: Vec<f64>,
    pub comment: Option<&'static str>,
}

/// One RP group: drugs taken in the same way.
#[derive(Debug, Clone)]
pub struct Group {
    pub usage: Usage,
    /// Days; of as-needed medicines the number of doses.
    pub days: i64,
    pub start: Date,
    pub lines: Vec<Line>,
    pub instruction: Option<&'static str>,
}

/// One prescription.
#[derive(Debug, Clone)]
pub struct Prescription {
    pub groups: Vec<Group>,
    /// For an outside pharmacy.
    pub outside: bool,
}

/// Which prescription category an inpatient's order has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Outpatient,
    Inpatient,
    Discharge,
}

fn plain(amount: f64) -> String {
    let text = format!("{amount:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn category(drug: &Drug, usage: &Usage) -> &'static str {
    match drug.way {
        Way::SelfInjection => "24^自己注射^JHSP0003",
        Way::External | Way::Inhaled | Way::Eye => "23^外用^JHSP0003",
        Way::Oral | Way::Infusion if usage.times == 0 => "22^頓用^JHSP0003",
        Way::Oral | Way::Infusion => "21^内服^JHSP0003",
    }
}

fn route(way: Way) -> &'static str {
    match way {
        Way::Oral => "PO^口^HL70162",
        Way::External => "AP^外用^HL70162",
        Way::Inhaled => "IH^吸入^HL70162",
        Way::Eye => "OP^眼^HL70162",
        Way::SelfInjection => "SC^皮下^HL70162",
        Way::Infusion => "IV^静脈内^HL70162",
    }
}

/// How much is handed out in all, in the drug's unit.
fn total(group: &Group, line: &Line) -> f64 {
    let weekly = group.usage.supplement.is_some();
    match line.drug.way {
        Way::Inhaled | Way::Eye | Way::SelfInjection => (group.days as f64 / 30.0).ceil().max(1.0),
        Way::External if group.usage.times > 1 => line.amount,
        _ if group.usage.times == 0 => line.amount * group.days as f64,
        _ if weekly => (group.days as f64 / 7.0).ceil() * line.amount,
        _ if !line.uneven.is_empty() => line.uneven.iter().sum::<f64>() * group.days as f64,
        _ => line.amount * f64::from(group.usage.times) * group.days as f64,
    }
}

/// Whether a dose can be said in the drug's unit (creams and inhalers have none).
fn has_dose(way: Way) -> bool {
    !matches!(way, Way::Inhaled | Way::Eye | Way::SelfInjection)
}

fn rxe(text: &mut Text, institution: usize, group: &Group, line: &Line, order: &str, purpose: Purpose, outside: bool) {
    let drug = line.drug;
    let product = product(drug, institution);
    let unit = format!("{}^{}^MR9P", drug.unit.0, drug.unit.1);
    text.segment("RXE").put(2, format_args!("{}^{}^HOT9", product.hot9, product.name));
    let dosed = has_dose(drug.way) && !(drug.way == Way::External && group.usage.times > 1);
    if dosed {
        text.put(3, plain(line.amount));
        if let Some(most) = line.uneven.iter().copied().reduce(f64::max) {
            text.put(4, plain(most));
        }
        text.put(5, &unit);
    } else {
        text.put(3, "\"\"").put(5, "\"\"");
    }
    text.put(6, format_args!("{}^{}^MR9P", drug.form.0, drug.form.1));
    if !line.uneven.is_empty() {
        let doses: Vec<_> = line
            .uneven
            .iter()
            .enumerate()
            .map(|(slot, amount)| {
                let shown = crate::region::names::full_width(amount.round() as i64);
                format!("V{}{:N<5}^{shown}{}^JAMISDP01", slot + 1, plain(*amount), drug.unit.1)
            })
            .collect();
        text.put(7, doses.join("~"));
    }
    text.put(10, plain(total(group, line))).put(11, &unit).put(15, order);
    if dosed && group.usage.times > 0 {
        let daily =
            if line.uneven.is_empty() { line.amount * f64::from(group.usage.times) } else { line.uneven.iter().sum() };
        text.put(19, format_args!("{}^{}&{}&MR9P", plain(daily), drug.unit.0, drug.unit.1));
    }
    text.put(
        21,
        match (purpose, outside) {
            (Purpose::Outpatient, true) => "OHP^外来処方^MR9P~OHO^院外処方^MR9P",
            (Purpose::Outpatient, false) => "OHP^外来処方^MR9P~OHI^院内処方^MR9P",
            (Purpose::Inpatient, _) => "IHP^入院処方^MR9P~XTR^臨時処方^MR9P",
            (Purpose::Discharge, _) => "IHP^入院処方^MR9P~DCG^退院処方^MR9P",
        },
    );
    text.put(27, category(drug, &group.usage)).put(31, format_args!("{}^{}^YJ", product.yj, product.name));
    if let Some(comment) = line.comment {
        text.segment("NTE").put(1, 1).put(2, "P").put(3, comment);
    }
}

fn tq1(text: &mut Text, group: &Group) {
    let usage = &group.usage;
    text.segment("TQ1").put(1, 1);
    let main = format!("{}&{}&JAMISDP01", usage.code, usage.text);
    match usage.supplement {
        Some((code, name)) => text.put(3, format_args!("{main}~{code}&{name}&JAMISDP01")),
        None => text.put(3, main),
    };
    if usage.times > 0 {
        text.put(6, format_args!("{}^d", group.days));
    }
    text.put(7, format_args!("{}00", Day(group.start)));
    if let Some(instruction) = group.instruction {
        text.put(11, instruction);
    }
    if usage.times == 0 {
        text.put(14, group.days);
    }
}

/// Writes a prescription; `order` is reused when a version replaces another.
pub fn prescription(
    sheet: &mut Sheet<'_>,
    setting: &Setting,
    content: &Prescription,
    order: &str,
    at: DateTime,
    purpose: Purpose,
    flag: Flag,
) {
    let mut text = sheet.begin(PRESCRIPTION, at);
    sheet.pid(&mut text, true, None);
    sheet.pv1(&mut text, setting);
    let control = if flag == Flag::Deleted { "CA" } else { "NW" };
    for (rp, group) in content.groups.iter().enumerate() {
        for (nth, line) in group.lines.iter().enumerate() {
            let link = format!("{order}_{:02}_{:03}", rp + 1, nth + 1);
            sheet.orc(&mut text, control, order, setting, at, OrcExtra { group: &link, ..OrcExtra::default() });
            rxe(&mut text, sheet.chart.institution, group, line, order, purpose, content.outside);
            tq1(&mut text, group);
            text.segment("RXR").put(1, route(line.drug.way));
            if line.drug.key == "ketoprofen-tape" {
                text.put(2, "77L^左膝^JAMISDP01");
            }
        }
    }
    let key = sheet.key(order, Some(at.date()), at, setting.department, flag);
    sheet.file(PRESCRIPTION, key, text);
}

/// Writes what a pharmacy handed out for a prescription, in its own products.
pub fn dispensing(
    sheet: &mut Sheet<'_>,
    setting: &Setting,
    pharmacist: &'static Staff,
    content: &Prescription,
    at: DateTime,
) {
    let order = sheet.order_number();
    let mut text = sheet.begin(DISPENSING, at);
    sheet.pid(&mut text, true, None);
    sheet.pv1(&mut text, setting);
    for (rp, group) in content.groups.iter().enumerate() {
        for (nth, line) in group.lines.iter().enumerate() {
            let link = format!("{order}_{:02}_{:03}", rp + 1, nth + 1);
            sheet.orc(&mut text, "NW", &order, setting, at, OrcExtra { group: &link, ..OrcExtra::default() });
            rxe(&mut text, sheet.chart.institution, group, line, &order, Purpose::Outpatient, true);
            tq1(&mut text, group);
            text.segment("RXR").put(1, route(line.drug.way));
            let product = product(line.drug, sheet.chart.institution);
            text.segment("RXA").put(1, 0).put(2, 1).put(3, Minute(at)).put(4, Minute(at));
            text.put(5, format_args!("{0}^{1}^HOT9^{2}^{1}^YJ", product.hot9, product.name, product.yj));
            text.put(6, plain(total(group, line)));
            text.put(7, format_args!("{}^{}^MR9P", line.drug.unit.0, line.drug.unit.1));
            text.put(10, Xcn(pharmacist)).put(20, "CP").put(22, Minute(at));
            text.segment("RXR").put(1, route(line.drug.way));
        }
    }
    let key = sheet.key(&order, Some(at.date()), at, "", Flag::Current);
    sheet.file(DISPENSING, key, text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::courses::drugs::drug;
    use crate::courses::usage;

    fn group(key: &str, usage: usage::Usage, days: i64, uneven: Vec<f64>) -> (Group, Line) {
        let line = Line { drug: drug(key).unwrap(), amount: 1.0, uneven, comment: None };
        let start = jiff::civil::date(2026, 4, 1);
        (Group { usage, days, start, lines: vec![line.clone()], instruction: None }, line)
    }

    #[test]
    fn what_is_handed_out_follows_usage_and_days() {
        let (g, l) = group("metformin", usage::MORNING_EVENING, 28, vec![]);
        assert_eq!(total(&g, &l), 56.0);
        let (g, l) = group("alendronate", usage::ON_WAKING_WEEKLY, 28, vec![]);
        assert_eq!(total(&g, &l), 4.0);
        let (g, l) = group("loxoprofen", usage::FOR_PAIN, 10, vec![]);
        assert_eq!(total(&g, &l), 10.0);
        let (g, l) = group("prednisolone", usage::THREE_TIMES, 7, vec![4.0, 2.0, 1.0]);
        assert_eq!(total(&g, &l), 49.0);
        let (g, l) = group("glargine", usage::INJECT_EVENING, 42, vec![]);
        assert_eq!(total(&g, &l), 2.0);
    }

    #[test]
    fn amounts_are_written_without_needless_zeros() {
        assert_eq!((plain(1.0), plain(0.5), plain(2.25)), ("1".into(), "0.5".into(), "2.25".into()));
    }
}
