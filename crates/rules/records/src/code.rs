//! Coded values: several code triples for one thing, as they stood.
//!
//! SS-MIX2 senders write standard and local code in either order, alone, or with an empty first triple; the triple is
//! therefore found by the name of its system and never by its place (JAHIS data types, CWE).

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

/// A short text that lies inside its struct up to 24 bytes: codes, systems, units and most names do. A projection
/// holds hundreds of thousands of them; without an allocation for each it opens in half the time.
pub type ShortText = CompactString;

/// One code with its text, system and version. All characters as sent; empty means absent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Code {
    pub code: ShortText,
    pub text: ShortText,
    pub system: ShortText,
    pub version: ShortText,
}

/// One thing with up to two (rarely more) triples, and the sender's original text where one was given.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct CodedValue {
    pub codes: Vec<Code>,
    /// CWE.9; empty in almost every message.
    pub original_text: String,
}

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

impl Code {
    pub fn new(code: impl Into<ShortText>, text: impl Into<ShortText>, system: impl Into<ShortText>) -> Self {
        Self { code: code.into(), text: text.into(), system: system.into(), version: ShortText::default() }
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
        Self { codes, original_text: String::new() }
    }
    pub fn one(code: impl Into<ShortText>, text: impl Into<ShortText>, system: impl Into<ShortText>) -> Self {
        Self::of(vec![Code::new(code, text, system)])
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
}
