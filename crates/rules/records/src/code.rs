//! Coded values: several code triples for one thing, as they stood.
//!
//! SS-MIX2 senders write standard and local code in either order, alone, or with an empty first triple; the triple is
//! therefore found by the name of its system and never by its place (JAHIS data types, CWE).

use crate::shared::{Blank, Shared, Table, Tables};
use compact_str::CompactString;
use serde::{Deserialize, Serialize};

/// A short text that lies inside its struct up to 24 bytes: codes, systems, units and most names do. A projection
/// holds hundreds of thousands of them; without an allocation for each it opens in half the time.
pub type ShortText = CompactString;

/// One code with its text, system and version. All characters as sent; empty means absent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct CodeParts {
    pub code: ShortText,
    pub text: ShortText,
    pub system: ShortText,
    pub version: ShortText,
}

/// A code as records hold it: a few hundred make up a record of thousands of entries.
pub type Code = Shared<CodeParts>;

/// One thing with up to two (rarely more) triples, and the sender's original text where one was given.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct CodedParts {
    pub codes: Vec<Code>,
    /// CWE.9; empty in almost every message.
    pub original_text: String,
}

pub type CodedValue = Shared<CodedParts>;

impl Blank for CodeParts {
    fn blank() -> &'static Self {
        const NONE: ShortText = ShortText::const_new("");
        static BLANK: CodeParts = CodeParts { code: NONE, text: NONE, system: NONE, version: NONE };
        &BLANK
    }
    fn table(tables: &mut Tables) -> &mut Table<Self> {
        &mut tables.codes
    }
}

impl Blank for CodedParts {
    fn blank() -> &'static Self {
        static BLANK: CodedParts = CodedParts { codes: Vec::new(), original_text: String::new() };
        &BLANK
    }
    fn table(tables: &mut Tables) -> &mut Table<Self> {
        &mut tables.coded
    }
}

/// The system of departments (HL7 table 0069, as SS-MIX2 names it for ORC-17).
pub const DEPARTMENT_SYSTEM: &str = "HL70069";

/// ASCII form of full-width letters, digits and signs, upper-cased and trimmed: for comparing codes and systems only.
pub fn folded(text: &str) -> String {
    let text = text.trim();
    if text.is_ascii() {
        return text.to_ascii_uppercase();
    }
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            _ => c,
        })
        .flat_map(char::to_uppercase)
        .collect()
}

/// `folded(a) == folded(b)`, without the work where both are ASCII.
pub fn folds_equal(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    if a.is_ascii() && b.is_ascii() {
        return a.trim().eq_ignore_ascii_case(b.trim());
    }
    folded(a) == folded(b)
}

/// Systems that name themselves local: `99` and letters (HL7 table 0396).
pub fn is_local_system(system: &str) -> bool {
    let system = system.trim();
    match system.as_bytes() {
        [] | [b'9', b'9', ..] | [b'L'] => true,
        _ if system.is_ascii() => false,
        _ => matches!(folded(system).as_bytes(), [b'9', b'9', ..] | [b'L']),
    }
}

/// Twelve-character medicine codes whose first characters name therapeutic class, ingredient and route.
const YJ_SYSTEMS: [&str; 3] = ["YJ", "MYAK", "YAK"];
const JLAC10_SYSTEMS: [&str; 3] = ["JC10", "JLAC10", "JLAC"];

/// `1179038F1020`: seven digits, a letter, four digits.
fn has_shape_of_yj(code: &str) -> bool {
    code.len() == 12
        && code.bytes().enumerate().all(|(n, b)| if n == 7 { b.is_ascii_uppercase() } else { b.is_ascii_digit() })
}

/// `3C015000002327101`, or without the result's identification.
fn has_shape_of_jlac10(code: &str) -> bool {
    let analyte = |(n, b): (usize, u8)| if n == 1 { b.is_ascii_uppercase() } else { b.is_ascii_digit() };
    matches!(code.len(), 15 | 17)
        && code.bytes().take(5).enumerate().all(analyte)
        && code.bytes().all(|b| b.is_ascii_alphanumeric())
}

impl Code {
    /// An ICD-10 code by its system: `I10`, `i10`, `ICD10`, `ICD10-2013` … in any case and width.
    pub fn is_icd10(&self) -> bool {
        let system = folded(&self.system);
        !self.code.is_empty() && (system.starts_with("I10") || system.starts_with("ICD"))
    }
    /// The code, folded, where its first characters name a therapeutic class: of a system of YJ, or of its shape, since
    /// senders also write it under a local name or none. The digits of HOT, receipt and house codes mean something else.
    pub fn as_yj(&self) -> Option<String> {
        let (code, system) = (folded(&self.code), folded(&self.system));
        let named = YJ_SYSTEMS.iter().any(|known| system.starts_with(known));
        (!code.is_empty() && (named || has_shape_of_yj(&code))).then_some(code)
    }
    /// Says of itself that it is JLAC10.
    pub fn is_named_jlac10(&self) -> bool {
        !self.code.is_empty() && JLAC10_SYSTEMS.iter().any(|known| self.is_of(known))
    }
    /// The code, folded, where its first characters name an analyte: of the system JLAC10, or of its shape.
    pub fn as_jlac10(&self) -> Option<String> {
        let code = folded(&self.code);
        (self.is_named_jlac10() || has_shape_of_jlac10(&code)).then_some(code)
    }
    pub fn new(code: impl Into<ShortText>, text: impl Into<ShortText>, system: impl Into<ShortText>) -> Self {
        Self::holding(CodeParts {
            code: code.into(),
            text: text.into(),
            system: system.into(),
            version: ShortText::default(),
        })
    }
    pub fn with_version(mut self, version: impl Into<ShortText>) -> Self {
        self.version = version.into();
        self
    }
    pub fn is_empty(&self) -> bool {
        self.code.is_empty() && self.text.is_empty()
    }
    /// Same system, whatever the width or case of its letters.
    pub fn is_of(&self, system: &str) -> bool {
        !self.system.is_empty() && folds_equal(&self.system, system)
    }
    pub fn is_local(&self) -> bool {
        is_local_system(&self.system)
    }
    /// The text, or the code when there is none.
    pub fn shown(&self) -> &str {
        if self.text.is_empty() { &self.code } else { &self.text }
    }
}

impl CodedValue {
    pub fn of(codes: Vec<Code>) -> Self {
        Self::with_text(codes, String::new())
    }
    /// With the sender's original text (CWE.9).
    pub fn with_text(codes: Vec<Code>, original_text: String) -> Self {
        Self::holding(CodedParts { codes, original_text })
    }
    pub fn one(code: impl Into<ShortText>, text: impl Into<ShortText>, system: impl Into<ShortText>) -> Self {
        Self::of(vec![Code::new(code, text, system)])
    }
    pub fn into_codes(self) -> Vec<Code> {
        self.take().codes
    }
    /// A thing known by words only.
    pub fn text(text: impl Into<ShortText>) -> Self {
        Self::of(vec![Code::new("", text, "")])
    }
    pub fn is_empty(&self) -> bool {
        self.original_text.is_empty() && self.codes.iter().all(Code::is_empty)
    }
    /// The code of the first of `systems` that is present.
    pub fn in_system(&self, systems: &[&str]) -> Option<&Code> {
        systems.iter().find_map(|wanted| self.codes.iter().find(|c| !c.code.is_empty() && c.is_of(wanted)))
    }
    /// The first code of a system that is not local.
    pub fn standard(&self) -> Option<&Code> {
        self.codes.iter().find(|c| !c.code.is_empty() && !c.is_local())
    }
    pub fn local(&self) -> Option<&Code> {
        self.codes.iter().find(|c| !c.code.is_empty() && c.is_local())
    }
    pub fn first_code(&self) -> Option<&Code> {
        self.codes.iter().find(|c| !c.code.is_empty())
    }
    /// What a person reads: the first text, else the original text, else the first code.
    pub fn shown(&self) -> &str {
        self.codes
            .iter()
            .map(|c| c.text.as_str())
            .chain([self.original_text.as_str()])
            .chain(self.codes.iter().map(|c| c.code.as_str()))
            .find(|text| !text.is_empty())
            .unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_by_the_name_of_its_system_in_any_order() {
        let local = Code::new("10230", "ＣＲＥ", "99X03");
        let standard = Code::new("3C015000002327101", "クレアチニン", "JC10");
        for codes in [vec![local.clone(), standard.clone()], vec![standard.clone(), local.clone()]] {
            let value = CodedValue::of(codes);
            assert_eq!(value.in_system(&["JC10"]), Some(&standard));
            assert_eq!(value.local(), Some(&local));
        }
        assert!(Code::new("TID", "", "ＨＬ７０３３５").is_of("HL70335"));
    }

    #[test]
    fn what_a_codes_digits_mean_is_told_by_its_system_or_its_shape() {
        let code = |code: &str, system: &str| Code::new(code, "", system);
        for (drug, is_yj) in [
            (code("1179038F1020", "YJ"), true),
            (code("１１７９０３８ｆ１０２０", "ｙｊ"), true),
            (code("1179038F1020", "99XYZ"), true),
            (code("1179038F1020", ""), true),
            (code("1179038", "YJ7"), true),
            (code("117128501", "HOT9"), false),
            (code("1171285010101", "HOT13"), false),
            (code("117128501", "99XYZ"), false),
            (code("", "YJ"), false),
        ] {
            assert_eq!(drug.as_yj().is_some(), is_yj, "{drug:?}");
        }
        assert_eq!(code(" １１７９０３８ｆ１０２０", "").as_yj().as_deref(), Some("1179038F1020"));
        for (item, is_jlac10) in [
            (code("5F560143002305111", "JC10"), true),
            (code("5F560", "ｊｌａｃ１０"), true),
            (code("5f560143002305111", "99X03"), true),
            (code("5F560", "99X03"), false),
            (code("5F560143002305111X", "JLAC11"), false),
        ] {
            assert_eq!(item.as_jlac10().is_some(), is_jlac10, "{item:?}");
        }
        for system in ["I10", "i10", "Ｉ１０", "ICD10", "ICD-10", "ICD10-2013"] {
            assert!(code("B220", system).is_icd10(), "{system}");
        }
        assert!(!code("B220", "MDCDX2").is_icd10() && !code("", "I10").is_icd10());
    }
}
