//! PPR-01: one file holds all the chart's diagnoses; every change writes a new whole file (ssmix2.md section 5.7).

use super::envelope::{Day, Flag, Form, NO_ORDER, OrcExtra, Second, Setting, Sheet};
use crate::courses::conditions::Condition;
use jiff::civil::{Date, DateTime};

const PROBLEMS: Form = Form { data_type: "PPR-01", message: "PPR^ZD1^PPR_ZD1" };

/// A diagnosis as it stands when the file is written.
#[derive(Debug, Clone)]
pub struct Problem {
    pub condition: &'static Condition,
    /// Identity across versions (PRB-4), unique in the chart.
    pub instance: u32,
    pub since: Date,
    pub ended: Option<Date>,
    pub suspected: bool,
    pub main: bool,
    /// Code of the tooth for dental diagnoses.
    pub tooth: Option<&'static str>,
    /// Text shown instead of the condition's name, such as a stage.
    pub text: Option<&'static str>,
    /// ICD-10 code instead of the condition's, for a stage.
    pub icd10: Option<&'static str>,
    pub changed: DateTime,
}

/// Writes the whole list.
pub fn problems(sheet: &mut Sheet<'_>, setting: &Setting, list: &[Problem], at: DateTime, flag: Flag) {
    let mut text = sheet.begin(PROBLEMS, at);
    sheet.pid(&mut text, false, None);
    for problem in list {
        let condition = problem.condition;
        text.segment("PRB").put(1, if problem.changed == at { "UP" } else { "AD" }).put(2, Second(problem.changed));
        text.put(3, format_args!("{}^{}^MDCDX2", condition.number, condition.name));
        text.put(4, format_args!("{:07}{:08}", sheet.patient.index, problem.instance));
        text.put(7, Day(problem.since));
        if let Some(ended) = problem.ended {
            text.put(9, Day(ended));
        }
        let stage = if setting.ward.is_some() { "H^入院時" } else { "O^外来時" };
        text.put(10, format_args!("{}^^I10^{stage}^JHSD0004^2013", problem.icd10.unwrap_or(condition.icd10)));
        if problem.suspected {
            text.put(13, "1^疑いあり^JHSD0005");
        }
        if let Some(ended) = problem.ended {
            text.put(14, "R^回復^HL70241").put(15, Day(ended));
        }
        text.put(16, Day(problem.since)).put(17, problem.text.unwrap_or(condition.name));
        if problem.main {
            text.put(18, "1^主診断^JHSD0007");
        }
        text.segment("ZPR").put(2, format_args!("{}^{}^MDCDX2", condition.number, condition.name));
        if let Some(tooth) = problem.tooth {
            text.segment("ZPD").put(1, 1).put(2, tooth);
        }
        sheet.orc(&mut text, "NW", NO_ORDER, setting, problem.changed, OrcExtra::default());
    }
    let key = sheet.key(NO_ORDER, None, at, "", flag);
    sheet.file(PROBLEMS, key, text);
}
