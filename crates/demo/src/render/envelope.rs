//! What all messages share: segments and fields, header, patient and visit segments, staff, times.
//!
//! Fields are written in ascending order straight into one text (ssmix2.md sections 5.1–5.4); a storage of millions of
//! messages is written without a tree of small strings.

use crate::region::institutions::Institution;
use crate::region::patients::{Chart, Patient};
use crate::region::staff::Staff;
use jiff::civil::{Date, DateTime};
use std::fmt::{self, Write};

/// A message being written.
#[derive(Debug, Default)]
pub struct Text {
    out: String,
    field: usize,
}

impl Text {
    /// Begins a segment; the last one is closed by CR.
    pub fn segment(&mut self, name: &str) -> &mut Self {
        if !self.out.is_empty() {
            self.out.push('\r');
        }
        self.out.push_str(name);
        self.field = 0;
        self
    }
    /// Writes field `number`; fields must come in ascending order, skipped ones stay empty.
    pub fn put(&mut self, number: usize, value: impl fmt::Display) -> &mut Self {
        debug_assert!(number > self.field, "fields are written in ascending order");
        while self.field < number {
            self.out.push('|');
            self.field += 1;
        }
        // writing into a String cannot fail
        let _ = write!(self.out, "{value}");
        self
    }
    /// Closes the last segment and gives the text away.
    pub fn finish(mut self) -> String {
        self.out.push('\r');
        self.out
    }
}

/// `YYYYMMDD`.
pub struct Day(pub Date);
/// `YYYYMMDDhhmm`.
pub struct Minute(pub DateTime);
/// `YYYYMMDDhhmmss`.
pub struct Second(pub DateTime);
/// `YYYYMMDDhhmmssfff`, the form of file names.
pub struct Milli(pub DateTime);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}{:02}{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}
impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:02}{:02}", Day(self.0.date()), self.0.hour(), self.0.minute())
    }
}
impl fmt::Display for Second {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:02}", Minute(self.0), self.0.second())
    }
}
impl fmt::Display for Milli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:03}", Second(self.0), self.0.millisecond())
    }
}

/// XCN of a member of staff, kanji only: `ID^姓^名^^^^^^^L^^^^^I`.
pub struct Xcn(pub &'static Staff);

impl fmt::Display for Xcn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}^{}^{}^^^^^^^L^^^^^I", self.0.code, self.0.family, self.0.given)
    }
}

/// Condition flag of a file name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    Deleted = 0,
    Current = 1,
    Superseded = 2,
}

/// One file of a storage before it is encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Index into the institutions.
    pub institution: usize,
    pub number: String,
    /// None for data without a care date.
    pub care_date: Option<Date>,
    pub data_type: &'static str,
    pub order: String,
    pub at: DateTime,
    pub department: &'static str,
    pub flag: Flag,
    pub text: String,
}

/// Order number of data that have no order.
pub const NO_ORDER: &str = "999999999999999";

/// What message types are called.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    pub data_type: &'static str,
    /// MSH-9.
    pub message: &'static str,
}

/// Inpatient or outpatient, where, and whose patient: PV1 of orders and results.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    pub doctor: &'static Staff,
    pub department: &'static str,
    /// Ward, room, bed for inpatients.
    pub ward: Option<(&'static str, &'static str, &'static str)>,
}

impl Setting {
    pub fn class(&self) -> &'static str {
        if self.ward.is_some() { "I" } else { "O" }
    }
    pub fn order_type(&self) -> &'static str {
        if self.ward.is_some() { "I^入院患者オーダ^HL70482" } else { "O^外来患者オーダ^HL70482" }
    }
    /// PL of the ward or of the department.
    pub fn location(&self) -> String {
        match self.ward {
            Some((ward, room, bed)) => format!("{ward}^{room}^{bed}^^^N"),
            None => format!("{}^^^^^C", self.department),
        }
    }
}

/// One chart being written: the person, the institution, and a running number for orders and messages.
pub struct Sheet<'a> {
    pub patient: &'a Patient,
    pub chart: &'a Chart,
    pub institution: &'static Institution,
    orders: u64,
    messages: u64,
    pub drafts: Vec<Draft>,
}

impl<'a> Sheet<'a> {
    pub fn new(patient: &'a Patient, chart: &'a Chart, institution: &'static Institution) -> Self {
        Self { patient, chart, institution, orders: 0, messages: 0, drafts: Vec::new() }
    }
    /// A new order number, unique in the institution.
    pub fn order_number(&mut self) -> String {
        self.orders += 1;
        format!("{:015}", self.patient.index as u64 * 10_000 + self.orders)
    }
    /// Begins a message with its header.
    pub fn begin(&mut self, form: Form, at: DateTime) -> Text {
        self.messages += 1;
        let mut text = Text::default();
        text.segment("MSH|^~\\&").put(1, "HIS").put(2, self.institution.code).put(3, "GW").put(4, "RENKEI");
        // MSH-1 is the separator itself and MSH-2 stands in the segment's name: what is put as n is MSH-(n+2)
        text.put(5, Second(at)).put(7, form.message);
        text.put(8, format_args!("{:07}{:06}", self.patient.index, self.messages)).put(9, "P").put(10, "2.5");
        text.put(16, "~ISO IR87").put(18, "ISO 2022-1994");
        text.put(19, "SS-MIX2_1.20_i^SS-MIX2^1.2.392.200250.2.1.100.1.2.120^ISO");
        text
    }
    /// PID; `at` fills PID-33 (required in patient updates).
    pub fn pid(&self, text: &mut Text, whole: bool, at: Option<DateTime>) {
        let p = self.patient;
        text.segment("PID").put(1, "0001").put(3, format_args!("{}^^^^PI", self.chart.number));
        text.put(5, format_args!("{}^{}^^^^^L^I~{}^{}^^^^^L^P", p.family, p.given, p.family_kana, p.given_kana));
        text.put(7, Day(p.born)).put(8, p.sex.code());
        if whole {
            text.put(11, format_args!("^^^^{}^JPN^H^{}", p.postal, p.address));
            text.put(13, format_args!("^PRN^PH^^^^^^^^^{}", p.phone));
        }
        if let Some(at) = at {
            text.put(33, Second(at));
        }
    }
    pub fn pv1(&self, text: &mut Text, setting: &Setting) {
        text.segment("PV1")
            .put(1, "0001")
            .put(2, setting.class())
            .put(3, setting.location())
            .put(7, Xcn(setting.doctor));
    }
    /// ORC of an order or result: `state` is ORC-5, `group` ORC-4, `parent` ORC-8.
    pub fn orc(
        &self,
        text: &mut Text,
        control: &str,
        order: &str,
        setting: &Setting,
        at: DateTime,
        extra: OrcExtra<'_>,
    ) {
        text.segment("ORC").put(1, control).put(2, order);
        if !extra.group.is_empty() {
            text.put(4, extra.group);
        }
        if !extra.state.is_empty() {
            text.put(5, extra.state);
        }
        if !extra.parent.is_empty() {
            text.put(8, extra.parent);
        }
        text.put(9, Second(at)).put(10, Xcn(setting.doctor)).put(12, Xcn(setting.doctor));
        text.put(13, setting.location());
        if !setting.department.is_empty() {
            text.put(17, format_args!("{}^{}^HL70069", setting.department, department_name(setting.department)));
        }
        text.put(21, self.institution.name);
        text.put(22, format_args!("^^^^{}^JPN^^{}", self.institution.postal, self.institution.address));
        text.put(23, format_args!("^^^^^^^^^^^{}", self.institution.phone));
        text.put(29, setting.order_type());
    }
    /// Puts the finished message among the files of this chart.
    pub fn file(&mut self, form: Form, key: FileKey, text: Text) {
        self.drafts.push(Draft {
            institution: key.institution,
            number: self.chart.number.clone(),
            care_date: key.care_date,
            data_type: form.data_type,
            order: key.order,
            at: key.at,
            department: key.department,
            flag: key.flag,
            text: text.finish(),
        });
    }
    /// The key of a file of this chart.
    pub fn key(
        &self,
        order: &str,
        care_date: Option<Date>,
        at: DateTime,
        department: &'static str,
        flag: Flag,
    ) -> FileKey {
        FileKey { institution: self.chart.institution, care_date, order: order.to_owned(), at, department, flag }
    }
}

/// Optional fields of ORC.
#[derive(Debug, Clone, Copy, Default)]
pub struct OrcExtra<'a> {
    pub group: &'a str,
    pub state: &'a str,
    pub parent: &'a str,
}

/// The parts of a file name that are not the patient and not the data type.
#[derive(Debug, Clone)]
pub struct FileKey {
    institution: usize,
    care_date: Option<Date>,
    order: String,
    at: DateTime,
    department: &'static str,
    flag: Flag,
}

/// Name of a department code of HL70069 used in the region.
pub fn department_name(code: &str) -> &'static str {
    match code {
        "01" => "内科",
        "02" => "精神科",
        "04" => "神経内科",
        "06" => "消化器科",
        "08" => "循環器科",
        "10" => "外科",
        "11" => "整形外科",
        "20" => "泌尿器科",
        "26" => "眼科",
        "39" => "救急科",
        "45" => "呼吸器内科",
        "48" => "腎臓内科",
        "90" => "歯科",
        _ => "その他",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skipped_fields_stay_empty_and_segments_end_with_cr() {
        let mut text = Text::default();
        text.segment("PV1").put(1, "0001").put(3, "x");
        text.segment("ZZZ");
        assert_eq!(text.finish(), "PV1|0001||x\rZZZ\r");
    }

    #[test]
    fn times_have_their_digits() {
        let at = jiff::civil::date(2026, 4, 1).at(9, 5, 7, 45_000_000);
        assert_eq!(Milli(at).to_string(), "20260401090507045");
        assert_eq!(Minute(at).to_string(), "202604010905");
    }
}
