//! ADT-00 (patient with contacts, body, blood group, allergies, insurance) and ADT-61 (allergies).
//!
//! ssmix2.md sections 5.5 and 5.6.

use super::envelope::{Day, Flag, Form, Minute, NO_ORDER, Second, Setting, Sheet};
use crate::random::spread;
use crate::region::patients::Sex;
use jiff::civil::{Date, DateTime};

const UPDATE: Form = Form { data_type: "ADT-00", message: "ADT^A08^ADT_A01" };
const ALLERGY: Form = Form { data_type: "ADT-61", message: "ADT^A60^ADT_A60" };

/// Writes the whole patient as known on that day.
pub fn patient(sheet: &mut Sheet<'_>, setting: &Setting, at: DateTime, flag: Flag) {
    let mut text = sheet.begin(UPDATE, at);
    text.segment("EVN").put(2, Minute(at)).put(7, sheet.institution.code);
    sheet.pid(&mut text, true, Some(at));
    let p = sheet.patient;
    if p.index == 0 {
        text.segment("NK1").put(1, 1).put(2, "佐倉^ミオ^^^^^L^I~サクラ^ミオ^^^^^L^P").put(3, "CHD^子供^HL70063");
        text.put(4, format_args!("^^^^{}^JPN^H^{}", p.postal, p.address)).put(5, "^PRN^PH^^^^^^^^^0768-00-1955");
    } else if p.age_on(at.date()) < 18 {
        text.segment("NK1").put(1, 1).put(2, format_args!("{}^恵^^^^^L^I~{}^メグミ^^^^^L^P", p.family, p.family_kana));
        text.put(3, "MTH^母親^HL70063").put(4, format_args!("^^^^{}^JPN^H^{}", p.postal, p.address));
        text.put(5, format_args!("^PRN^PH^^^^^^^^^{}", p.phone));
    }
    sheet.pv1(&mut text, setting);
    text.segment("DB1").put(1, 1).put(2, "PT").put(4, "N");
    let blood = (p.blood.0, if p.blood.1 { "+^Rh+" } else { "-^Rh-" });
    text.segment("OBX").put(1, 1).put(2, "NM").put(3, "9N001000000000001^身長^JC10");
    text.put(5, format_args!("{:.1}", p.height_cm)).put(6, "cm^cm^ISO+").put(11, "F");
    text.segment("OBX").put(1, 2).put(2, "NM").put(3, "9N006000000000001^体重^JC10");
    text.put(5, format_args!("{:.1}", p.weight_kg)).put(6, "kg^kg^ISO+").put(11, "F");
    text.segment("OBX").put(1, 3).put(2, "CWE").put(3, "5H010000001999911^血液型-ABO式^JC10");
    text.put(5, format_args!("{0}^{0}^JSHR002", blood.0)).put(11, "F");
    text.segment("OBX").put(1, 4).put(2, "CWE").put(3, "5H020000001999911^血液型-Rh式^JC10");
    text.put(5, format_args!("{}^JSHR002", blood.1)).put(11, "F");
    for (at, allergy) in p.allergies.iter().enumerate() {
        text.segment("AL1").put(1, at + 1).put(2, format_args!("{}^{}^HL70127", allergy.kind.0, allergy.kind.1));
        text.put(3, format_args!("{}^{}^{}", allergy.allergen.0, allergy.allergen.1, allergy.allergen.2));
    }
    insurance(sheet, &mut text, at.date());
    let key = sheet.key(NO_ORDER, None, at, "", flag);
    sheet.file(UPDATE, key, text);
}

fn insurance(sheet: &Sheet<'_>, text: &mut super::envelope::Text, day: Date) {
    let p = sheet.patient;
    let member = spread(&p.code) % 9_000 + 1_000;
    let (plan, insurer, insurer_name) = match p.age_on(day) {
        75.. => {
            ("39^高齢者の医療の確保に関する法律による療養の給付^JHSD0001", "39179999", "架空県後期高齢者医療広域連合")
        }
        ..66 if p.index.is_multiple_of(3) => ("06^組合管掌健康保険^JHSD0001", "06179999", "架空健康保険組合"),
        _ => ("C0^国民健康保険^JHSD0001", "00179999", "架空市国民健康保険"),
    };
    let relation = if p.age_on(day) < 18 { "CHD^子供^HL70063" } else { "SEL^本人^HL70063" };
    text.segment("IN1").put(1, 1).put(2, plan).put(3, insurer).put(4, insurer_name);
    text.put(10, format_args!("架{}~{member}~01", p.index % 90 + 10)).put(12, "20240401").put(17, relation);
}

/// Writes all allergies of the person as one file.
pub fn allergies(sheet: &mut Sheet<'_>, at: DateTime, flag: Flag) {
    let mut text = sheet.begin(ALLERGY, at);
    text.segment("EVN").put(2, Second(at));
    sheet.pid(&mut text, false, None);
    for (nth, allergy) in sheet.patient.allergies.iter().enumerate() {
        text.segment("IAM").put(1, nth + 1).put(2, format_args!("{}^{}^HL70127", allergy.kind.0, allergy.kind.1));
        text.put(3, format_args!("{}^{}^{}", allergy.allergen.0, allergy.allergen.1, allergy.allergen.2));
        text.put(4, format_args!("{}^{}^HL70128", allergy.severity.0, allergy.severity.1));
        text.put(5, allergy.reaction).put(6, "A^追加^HL70323");
        if !allergy.onset.is_empty() {
            text.put(12, allergy.onset);
        }
        text.put(13, Day(at.date()));
    }
    let key = sheet.key(NO_ORDER, None, at, "", flag);
    sheet.file(ALLERGY, key, text);
}

/// Women and men have their own reference ranges.
pub fn is_woman(sheet: &Sheet<'_>) -> bool {
    sheet.patient.sex == Sex::Female
}
