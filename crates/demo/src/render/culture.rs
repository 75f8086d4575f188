//! OML-11 of microbiology: smear first, then organism with amount and what it is susceptible to.
//!
//! Organism and amount share OBX-4; the susceptibility group names its organism in OBR-26 (ssmix2.md section 5.10).

use super::envelope::{Flag, Form, Minute, OrcExtra, Second, Setting, Sheet, Text, Xcn};
use jiff::civil::DateTime;

const RESULT: Form = Form { data_type: "OML-11", message: "OUL^R22^OUL_R22" };

/// An organism of the surveillance programme with its susceptibilities: drug code, drug, MIC, category.
#[derive(Debug, Clone, Copy)]
pub struct Growth {
    pub organism: (&'static str, &'static str),
    pub amount: &'static str,
    pub susceptibilities: &'static [(&'static str, &'static str, &'static str, &'static str)],
}

/// What grows from the sputum of the region's pneumonias.
pub const PNEUMOCOCCUS: Growth = Growth {
    organism: ("1131", "S.pneumoniae"),
    amount: "3+",
    susceptibilities: &[
        ("6C105000006127151", "ＡＢＰＣ", "<=0.25", "S"),
        ("6C155000006127151", "ＣＴＲＸ", "0.5", "S"),
        ("6C220000006127151", "ＣＡＭ", ">2", "R"),
        ("6C275000006127151", "ＬＶＦＸ", "1", "S"),
    ],
};

/// Collected, smear read, culture finished.
#[derive(Debug, Clone, Copy)]
pub struct Steps {
    pub collected: DateTime,
    pub smear: DateTime,
    pub finished: DateTime,
}

/// Writes the preliminary version with the smear and the final one with culture and susceptibility.
pub fn sputum(sheet: &mut Sheet<'_>, setting: &Setting, growth: &Growth, steps: Steps) {
    let number = sheet.order_number();
    version(sheet, setting, growth, steps, &number, Flag::Superseded);
    version(sheet, setting, growth, steps, &number, Flag::Current);
}

fn version(sheet: &mut Sheet<'_>, setting: &Setting, growth: &Growth, steps: Steps, number: &str, flag: Flag) {
    let whole = flag == Flag::Current;
    let reported = if whole { steps.finished } else { steps.smear };
    let mut text = sheet.begin(RESULT, reported);
    sheet.pid(&mut text, true, None);
    sheet.pv1(&mut text, setting);
    text.segment("SPM").put(1, 1).put(2, format_args!("{number}01")).put(4, "061^喀痰^JC10");
    text.put(17, Minute(steps.collected));
    let group = |text: &mut Text, nth: usize, item: &str, parent: &str| {
        text.segment("OBR").put(1, nth).put(2, number).put(3, format_args!("{number}{nth:02}")).put(4, item);
        text.put(7, Minute(steps.collected)).put(16, Xcn(setting.doctor)).put(22, Second(reported));
        if !parent.is_empty() {
            text.put(26, parent);
        }
        let state = if whole { "CM" } else { "IP" };
        sheet.orc(text, "SC", number, setting, reported, OrcExtra { state, ..OrcExtra::default() });
    };
    let state = if whole { "F" } else { "P" };
    group(&mut text, 1, "6A010^塗抹鏡検^JC10", "");
    text.segment("OBX").put(1, 1).put(2, "ST").put(3, "6A010000006170011^グラム染色^JC10").put(4, 1);
    text.put(5, "グラム陽性双球菌 2+").put(11, state).put(14, Second(steps.collected));
    if whole {
        group(&mut text, 2, "6B010^培養同定^JC10", "");
        text.segment("OBX").put(1, 1).put(2, "CWE").put(3, "6B010000006174311^同定菌^JC10").put(4, 1);
        text.put(5, format_args!("{}^{}^JANIS", growth.organism.0, growth.organism.1)).put(11, "F");
        text.segment("OBX").put(1, 2).put(2, "ST").put(3, "6B010000006174301^菌量^JC10").put(4, 1);
        text.put(5, growth.amount).put(11, "F");
        let parent = format!("6B010000006174311&同定菌&JC10^1^{}", growth.organism.1);
        group(&mut text, 3, "6C010^薬剤感受性^JC10", &parent);
        for (nth, (code, drug, mic, category)) in growth.susceptibilities.iter().enumerate() {
            text.segment("OBX").put(1, nth + 1).put(2, "ST").put(3, format_args!("{code}^{drug}^JC10"));
            text.put(5, mic).put(6, "ug/mL^ug/mL^ISO+").put(8, category).put(11, "F");
        }
    }
    let key = sheet.key(number, Some(steps.collected.date()), reported, setting.department, flag);
    sheet.file(RESULT, key, text);
}
