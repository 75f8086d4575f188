//! OMG-01/-11 radiology, OMG-02/-12 endoscopy, OMG-03/-13 physiology and OMD diet (ssmix2.md section 5.11).

use super::envelope::{Day, Flag, Form, OrcExtra, Second, Setting, Sheet, Text, Xcn};
use crate::region::staff::Staff;
use jiff::civil::{Date, DateTime};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Examination {
    Radiology,
    Endoscopy,
    Physiology,
}

impl Examination {
    fn forms(self) -> (Form, Form) {
        let form = |data_type, message| Form { data_type, message };
        match self {
            Self::Radiology => (form("OMG-01", "OMG^O19^OMG_O19"), form("OMG-11", "OMI^Z23^OMI_Z23")),
            Self::Endoscopy => (form("OMG-02", "OMG^O19^OMG_O19"), form("OMG-12", "OMI^Z23^OMI_Z23")),
            Self::Physiology => (form("OMG-03", "OMG^O19^OMG_O19"), form("OMG-13", "ORU^R01^ORU_R01")),
        }
    }
}

/// What is examined: the request, its exposures or steps, and what came out.
#[derive(Debug, Clone, Copy)]
pub struct Procedure {
    pub kind: Examination,
    /// Type of examination, as OBR-4.
    pub request: &'static str,
    /// Exposures or procedures, as OBR-4 of child groups.
    pub steps: &'static [&'static str],
    /// Modality of IPC-5.
    pub modality: &'static str,
    /// Question asked with the order.
    pub question: &'static str,
    /// Findings as OBX: value type, code, value, unit.
    pub findings: &'static [(&'static str, &'static str, &'static str, &'static str)],
}

pub const CHEST: Procedure = Procedure {
    kind: Examination::Radiology,
    request: "1000000000000000^Ｘ線単純撮影^JJ1017",
    steps: &["10000002000102000000010000000000^胸部.Ｘ線単純撮影.立位正面（Ｐ→Ａ）^JJ1017"],
    modality: "DX^^DCM",
    question: "心拡大・胸水の有無",
    findings: &[],
};
pub const CT_CHEST: Procedure = Procedure {
    kind: Examination::Radiology,
    request: "6000000000000000^Ｘ線ＣＴ検査^JJ1017",
    steps: &["60000002000000000000010000000000^胸部.Ｘ線ＣＴ検査.単純^JJ1017"],
    modality: "CT^^DCM",
    question: "肺炎像の広がり",
    findings: &[],
};
pub const KNEE: Procedure = Procedure {
    kind: Examination::Radiology,
    request: "1000000000000000^Ｘ線単純撮影^JJ1017",
    steps: &[
        "10000005710102000000010000000000^膝関節.Ｘ線単純撮影.立位正面^JJ1017",
        "10000005710103000000010000000000^膝関節.Ｘ線単純撮影.側面^JJ1017",
    ],
    modality: "DX^^DCM",
    question: "変形の程度",
    findings: &[],
};
pub const STOMACH: Procedure = Procedure {
    kind: Examination::Endoscopy,
    request: "1000^上部消化管内視鏡検査^LENDO",
    steps: &["1001^上部消化管観察^LENDO"],
    modality: "ES^^DCM",
    question: "心窩部痛の精査",
    findings: &[("TX", "E9001^内視鏡所見^99END", "萎縮性胃炎。活動性の潰瘍なし。", "")],
};
pub const ECG: Procedure = Procedure {
    kind: Examination::Physiology,
    request: "9A110^標準１２誘導心電図^JC10",
    steps: &[],
    modality: "",
    question: "不整脈の有無",
    findings: &[
        ("TX", "9A100&IMP^心電図所見^JC10", "心房細動。ＳＴ変化なし。", ""),
        ("NM", "32769^心拍数^99MFR", "78", "bpm^bpm^99MFR"),
    ],
};
pub const ECG_NORMAL: Procedure = Procedure {
    findings: &[
        ("TX", "9A100&IMP^心電図所見^JC10", "洞調律。正常範囲。", ""),
        ("NM", "32769^心拍数^99MFR", "68", "bpm^bpm^99MFR"),
    ],
    ..ECG
};
pub const SPIROMETRY: Procedure = Procedure {
    kind: Examination::Physiology,
    request: "9C210^フローボリューム曲線^JC10",
    steps: &[],
    modality: "",
    question: "閉塞性障害の評価",
    findings: &[
        ("NM", "9C221^１秒率^99MFR", "58.4", "%^%^ISO+"),
        ("NM", "9C212^％肺活量^99MFR", "84.1", "%^%^ISO+"),
        ("TX", "9C210&IMP^呼吸機能所見^JC10", "閉塞性換気障害", ""),
    ],
};

/// Writes order and result of a procedure.
pub fn examination(
    sheet: &mut Sheet<'_>,
    setting: &Setting,
    what: &Procedure,
    ordered: DateTime,
    done: DateTime,
    by: &'static Staff,
) {
    let number = sheet.order_number();
    let children: Vec<_> = what.steps.iter().map(|_| sheet.order_number()).collect();
    let (order_form, result_form) = what.kind.forms();
    order(sheet, setting, what, order_form, (&number, &children), ordered);
    match what.kind {
        Examination::Physiology => measured(sheet, setting, what, result_form, &number, done),
        Examination::Radiology | Examination::Endoscopy => {
            performed(sheet, setting, what, result_form, (&number, &children), (done, by));
        }
    }
}

fn obr(text: &mut Text, order: &str, code: &str, setting: &Setting, done: Option<DateTime>, parent: &str) {
    text.segment("OBR").put(1, 1).put(2, order).put(4, code);
    if let Some(done) = done {
        text.put(7, Second(done));
    }
    text.put(16, Xcn(setting.doctor));
    if let Some(done) = done {
        text.put(22, Second(done)).put(25, "F");
    }
    if !parent.is_empty() {
        text.put(29, parent);
    }
}

fn routine(text: &mut Text) {
    text.segment("TQ1").put(1, 1).put(9, "R^ルーチン^HL70485");
}

fn order(
    sheet: &mut Sheet<'_>,
    setting: &Setting,
    what: &Procedure,
    form: Form,
    numbers: (&str, &[String]),
    at: DateTime,
) {
    let (number, children) = numbers;
    let mut text = sheet.begin(form, at);
    sheet.pid(&mut text, true, None);
    sheet.pv1(&mut text, setting);
    sheet.orc(&mut text, "NW", number, setting, at, OrcExtra::default());
    routine(&mut text);
    obr(&mut text, number, what.request, setting, None, "");
    if what.steps.is_empty() {
        text.segment("OBX").put(1, 1).put(2, "TX").put(3, "Q0001^検査目的^99REQ").put(5, what.question).put(11, "O");
    } else {
        sheet.orc(&mut text, "PA", number, setting, at, OrcExtra::default());
        routine(&mut text);
        obr(&mut text, number, what.request, setting, None, "");
        text.segment("OBX").put(1, 1).put(2, "TX").put(3, "Q0001^検査目的^99REQ").put(5, what.question).put(11, "O");
    }
    for (step, child) in what.steps.iter().zip(children) {
        sheet.orc(&mut text, "CH", child, setting, at, OrcExtra { parent: number, ..OrcExtra::default() });
        routine(&mut text);
        obr(&mut text, child, step, setting, None, number);
    }
    let key = sheet.key(number, Some(at.date()), at, setting.department, Flag::Current);
    sheet.file(form, key, text);
}

fn performed(
    sheet: &mut Sheet<'_>,
    setting: &Setting,
    what: &Procedure,
    form: Form,
    numbers: (&str, &[String]),
    act: (DateTime, &'static Staff),
) {
    let ((number, children), (done, by)) = (numbers, act);
    let accession = format!("A{}{:05}", Day(done.date()), sheet.patient.index);
    let study = format!("1.2.392.200036.9999.9917.{}.{}", sheet.patient.index, Second(done));
    let ipc = format!("{accession}|P{:04}|{study}||{}", sheet.patient.index % 10_000, what.modality);
    let mut text = sheet.begin(form, done);
    sheet.pid(&mut text, true, None);
    sheet.pv1(&mut text, setting);
    sheet.orc(&mut text, "NW", number, setting, done, OrcExtra::default());
    routine(&mut text);
    obr(&mut text, number, what.request, setting, Some(done), "");
    text.segment("IPC").put(1, &ipc);
    for (step, child) in what.steps.iter().zip(children) {
        sheet.orc(&mut text, "CH", child, setting, done, OrcExtra { parent: number, ..OrcExtra::default() });
        routine(&mut text);
        obr(&mut text, child, step, setting, Some(done), number);
        text.segment("ZE1").put(1, 1).put(2, "RS").put(3, step).put(4, 1).put(6, "1^医師^99STF").put(7, Xcn(by));
        for (nth, (value_type, code, value, unit)) in what.findings.iter().enumerate() {
            finding(&mut text, nth + 1, (value_type, code, value, unit));
        }
        text.segment("IPC").put(1, &ipc);
    }
    let key = sheet.key(number, Some(done.date()), done, setting.department, Flag::Current);
    sheet.file(form, key, text);
}

fn finding(text: &mut Text, nth: usize, (value_type, code, value, unit): (&str, &str, &str, &str)) {
    text.segment("OBX").put(1, nth).put(2, value_type).put(3, code).put(4, nth).put(5, value);
    if !unit.is_empty() {
        text.put(6, unit);
    }
    text.put(11, "F");
}

fn measured(sheet: &mut Sheet<'_>, setting: &Setting, what: &Procedure, form: Form, number: &str, done: DateTime) {
    let mut text = sheet.begin(form, done);
    sheet.pid(&mut text, false, None);
    sheet.pv1(&mut text, setting);
    sheet.orc(&mut text, "SC", number, setting, done, OrcExtra { state: "CM", ..OrcExtra::default() });
    obr(&mut text, number, what.request, setting, Some(done), "");
    for (nth, row) in what.findings.iter().enumerate() {
        finding(&mut text, nth + 1, *row);
    }
    let key = sheet.key(number, Some(done.date()), done, setting.department, Flag::Current);
    sheet.file(form, key, text);
}

const DIET: Form = Form { data_type: "OMD", message: "OMD^O03^OMD_O03" };

/// Writes a diet order from `start` on.
pub fn diet(sheet: &mut Sheet<'_>, setting: &Setting, food: &str, note: &str, start: Date, at: DateTime) {
    let number = sheet.order_number();
    let mut text = sheet.begin(DIET, at);
    sheet.pid(&mut text, false, None);
    sheet.pv1(&mut text, setting);
    sheet.orc(&mut text, "NW", &number, setting, at, OrcExtra::default());
    text.segment("TQ1").put(1, 1).put(3, "TID&１日３回&HL70335").put(7, format_args!("{}12", Day(start)));
    text.put(9, "R^ルーチン^HL70485");
    text.segment("ODS").put(1, "D").put(3, food).put(4, note);
    let key = sheet.key(&number, Some(at.date()), at, setting.department, Flag::Current);
    sheet.file(DIET, key, text);
}
