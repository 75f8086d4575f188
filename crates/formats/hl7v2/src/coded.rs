//! Coded values (CWE): a code, its text, its system, and a second such triple.
//!
//! Standard and local code come in either order, alone, or behind an empty first triple. So a triple is found by the
//! name of its system, never by its position (SS-MIX2 field rules for CWE).

use renkei_text::code;
use serde::{Deserialize, Serialize};

use crate::field::{Component, Repetition};

/// One code with its text and system. Characters as sent, outer spaces of code and system cut.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Triple {
    pub code: String,
    pub text: String,
    pub system: String,
}

impl Triple {
    pub fn is_empty(&self) -> bool {
        self.code.is_empty() && self.text.is_empty()
    }

    /// A system of the sender's own: `99` and what follows.
    pub fn is_local(&self) -> bool {
        is_local_system(&self.system)
    }
}

/// Whether the name is that of a local system (`99…`).
pub fn is_local_system(system: &str) -> bool {
    let folded = code::fold(system);
    folded.len() >= 2 && folded.starts_with("99")
}

/// The triples of one coded value that say something, in the order sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coded {
    pub triples: Vec<Triple>,
    /// Version of the first system (component 7), e.g. `2013` for ICD-10.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Original text (component 9).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub original: String,
}

impl Coded {
    /// Reads the components of a repetition.
    pub fn read(repetition: &Repetition<'_>) -> Self {
        let mut coded = Self::default();
        if repetition.raw().is_empty() {
            return coded;
        }
        let mut parts = repetition.components();
        coded.fill(|| parts.next());
        coded
    }

    /// Reads a component whose subcomponents are a coded value of their own (TQ1-3, units of CQ).
    pub fn read_component(component: &Component<'_>) -> Self {
        let mut coded = Self::default();
        if component.raw().is_empty() {
            return coded;
        }
        let mut number = 0;
        coded.fill(|| {
            number += 1;
            Some(component.subcomponent(number))
        });
        coded
    }

    fn fill<'m>(&mut self, mut next: impl FnMut() -> Option<Component<'m>>) {
        let mut take = |as_code: bool| match next() {
            Some(part) if part.is_empty() => String::new(),
            Some(part) if as_code => part.id().into_owned(),
            Some(part) => part.text().into_owned(),
            None => String::new(),
        };
        for _ in 0..2 {
            let triple = Triple { code: take(true), text: take(false), system: take(true) };
            if !triple.is_empty() {
                self.triples.push(triple);
            }
        }
        self.version = take(true);
        let _second_version = take(true);
        self.original = take(false);
    }

    pub fn is_empty(&self) -> bool {
        self.triples.is_empty() && self.original.is_empty()
    }

    /// The first triple whose system is one of the given names (compared in one spelling).
    pub fn of(&self, systems: &[&str]) -> Option<&Triple> {
        self.triples.iter().find(|t| {
            let system = code::fold(&t.system);
            systems.iter().any(|wanted| *wanted == system)
        })
    }

    /// The first triple of a local system.
    pub fn local(&self) -> Option<&Triple> {
        self.triples.iter().find(|t| t.is_local())
    }

    /// The first triple of a system that is not local, else the first one at all.
    pub fn best(&self) -> Option<&Triple> {
        self.triples.iter().find(|t| !t.is_local() && !t.system.is_empty()).or_else(|| self.triples.first())
    }

    /// The text to show: the first triple's text, another one's, the original text, else the code.
    pub fn text(&self) -> &str {
        let texts = self.triples.iter().map(|t| t.text.as_str()).chain(std::iter::once(self.original.as_str()));
        let codes = self.triples.iter().map(|t| t.code.as_str());
        texts.chain(codes).find(|t| !t.is_empty()).unwrap_or_default()
    }

    /// The first code sent.
    pub fn code(&self) -> &str {
        self.triples.iter().map(|t| t.code.as_str()).find(|c| !c.is_empty()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{field::Field, separators::Separators};

    fn read(raw: &str) -> Coded {
        Coded::read(&Field::new(raw, &Separators::default()).first())
    }

    #[test]
    fn the_six_patterns_of_standard_and_local_are_found_by_system() {
        for (raw, standard, local) in [
            ("S^std^JC10", Some("S"), None),
            ("L^loc^99X", None, Some("L")),
            ("^^^S^std^JC10", Some("S"), None),
            ("^^^L^loc^99X", None, Some("L")),
            ("L^loc^99X^S^std^JC10", Some("S"), Some("L")),
            ("S^std^ＪＣ１０^L^loc^99X", Some("S"), Some("L")),
        ] {
            let coded = read(raw);
            assert_eq!(coded.of(&["JC10"]).map(|t| t.code.as_str()), standard, "{raw}");
            assert_eq!(coded.local().map(|t| t.code.as_str()), local, "{raw}");
        }
    }

    #[test]
    fn null_is_no_code_and_text_falls_back() {
        assert!(read("\"\"").is_empty());
        assert_eq!(read("^^99X^^別名^99Y").text(), "別名");
        assert_eq!(read("A1").text(), "A1");
        assert_eq!(read("K297^^I10^O^外来時^JHSD0004^2013").version, "2013");
    }

    #[test]
    fn subcomponents_hold_a_coded_value_too() {
        let s = Separators::default();
        let field = Field::new("1013044400000000&１日３回&JAMISDP01", &s);
        assert_eq!(Coded::read_component(&field.component(1)).of(&["JAMISDP01"]).unwrap().text, "１日３回");
    }
}
