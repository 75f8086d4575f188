//! Fields, repetitions, components: views into the decoded text, unescaped on request.
//!
//! `""` and empty are different answers (delete what is stored / nothing is said), so every level can tell them apart.

use std::borrow::Cow;

use crate::{escape, separators::Separators};

/// The `""` of HL7: the stored value shall be removed.
pub const NULL: &str = "\"\"";

/// What a field says about a stored value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// There is a value.
    Set,
    /// `""`: the value shall be removed.
    Delete,
    /// Nothing is said.
    Unchanged,
}

/// One field, possibly repeating. An absent field is an empty one.
#[derive(Debug, Clone, Copy)]
pub struct Field<'m> {
    raw: &'m str,
    separators: &'m Separators,
}

/// One repetition of a field.
#[derive(Debug, Clone, Copy)]
pub struct Repetition<'m> {
    raw: &'m str,
    separators: &'m Separators,
}

/// One component or subcomponent.
#[derive(Debug, Clone, Copy)]
pub struct Component<'m> {
    raw: &'m str,
    separators: &'m Separators,
}

impl<'m> Field<'m> {
    pub(crate) fn new(raw: &'m str, separators: &'m Separators) -> Self {
        Self { raw, separators }
    }

    /// The characters between the bars, escapes included.
    pub fn raw(&self) -> &'m str {
        self.raw
    }

    /// The whole field as text: delimiters a sender forgot to escape stay characters (pitfall: `&` and `^` in free text).
    pub fn text(&self) -> Cow<'m, str> {
        if self.is_null() { Cow::Borrowed("") } else { escape::unescape(self.raw, self.separators) }
    }

    pub fn is_null(&self) -> bool {
        self.raw.trim_matches(' ') == NULL
    }

    /// No character but spaces and empty structure.
    pub fn is_empty(&self) -> bool {
        let s = self.separators;
        self.raw.chars().all(|c| c == ' ' || c == s.component || c == s.repetition || c == s.subcomponent)
    }

    pub fn state(&self) -> State {
        if self.is_null() {
            State::Delete
        } else if self.is_empty() {
            State::Unchanged
        } else {
            State::Set
        }
    }

    /// All repetitions, at least one (which may be empty).
    pub fn repetitions(&self) -> impl Iterator<Item = Repetition<'m>> + use<'m> {
        let separators = self.separators;
        self.raw
            .split(separators.repetition)
            .take(renkei_kernel::limits::HL7_REPETITIONS_MAX)
            .map(move |raw| Repetition { raw, separators })
    }

    /// The repetitions that hold something.
    pub fn filled(&self) -> impl Iterator<Item = Repetition<'m>> + use<'m> {
        // Most fields are empty; splitting them is what reading would spend its time on.
        let any = if self.raw.is_empty() { 0 } else { renkei_kernel::limits::HL7_REPETITIONS_MAX };
        self.repetitions().take(any).filter(|r| !r.is_empty())
    }

    pub fn first(&self) -> Repetition<'m> {
        let raw = self.raw.split(self.separators.repetition).next().unwrap_or_default();
        Repetition { raw, separators: self.separators }
    }

    /// Component `n` (from 1) of the first repetition.
    pub fn component(&self, n: usize) -> Component<'m> {
        self.first().component(n)
    }

    /// Component 1 of the first repetition as an identifier: unescaped, outer spaces cut, `""` as empty.
    pub fn id(&self) -> Cow<'m, str> {
        self.component(1).id()
    }
}

impl<'m> Repetition<'m> {
    pub fn raw(&self) -> &'m str {
        self.raw
    }

    pub fn separators(&self) -> &'m Separators {
        self.separators
    }

    /// As with `Field::text`, the whole repetition as characters.
    pub fn text(&self) -> Cow<'m, str> {
        escape::unescape(self.raw, self.separators)
    }

    pub fn is_null(&self) -> bool {
        self.raw.trim_matches(' ') == NULL
    }

    /// Nothing but spaces and structure, or `""`.
    pub fn is_empty(&self) -> bool {
        Field { raw: self.raw, separators: self.separators }.is_empty() || self.is_null()
    }

    /// Component `n`, from 1; an absent one is empty.
    pub fn component(&self, n: usize) -> Component<'m> {
        let raw = self.raw.split(self.separators.component).nth(n.saturating_sub(1)).unwrap_or_default();
        Component { raw, separators: self.separators }
    }

    pub fn components(&self) -> impl Iterator<Item = Component<'m>> + use<'m> {
        let separators = self.separators;
        self.raw.split(separators.component).map(move |raw| Component { raw, separators })
    }

    /// Component `n` and everything after it: for a text component that holds unescaped carets.
    pub fn component_to_end(&self, n: usize) -> Component<'m> {
        let mut rest = self.raw;
        for _ in 1..n {
            match rest.split_once(self.separators.component) {
                Some((_, after)) => rest = after,
                None => return Component { raw: "", separators: self.separators },
            }
        }
        Component { raw: rest.trim_end_matches(self.separators.component), separators: self.separators }
    }
}

impl<'m> Component<'m> {
    pub fn raw(&self) -> &'m str {
        self.raw
    }

    pub fn separators(&self) -> &'m Separators {
        self.separators
    }

    /// The component as text, subcomponent separators included as characters; `""` as empty.
    pub fn text(&self) -> Cow<'m, str> {
        if self.raw == NULL { Cow::Borrowed("") } else { escape::unescape(self.raw, self.separators) }
    }

    /// The component as identifier or code: outer spaces (full-width ones too) cut, `""` as empty.
    pub fn id(&self) -> Cow<'m, str> {
        let trimmed = Component { raw: self.raw.trim(), separators: self.separators };
        trimmed.text()
    }

    pub fn is_empty(&self) -> bool {
        self.raw.trim().is_empty() || self.raw == NULL
    }

    /// Subcomponent `n`, from 1. Accepts the full-width `＆` that some systems write between a unit's parts.
    pub fn subcomponent(&self, n: usize) -> Component<'m> {
        let separator = self.separators.subcomponent;
        let wide = if separator == '&' { '＆' } else { separator };
        let raw = self.raw.split([separator, wide]).nth(n.saturating_sub(1)).unwrap_or_default();
        Component { raw, separators: self.separators }
    }

    pub fn has_subcomponents(&self) -> bool {
        self.raw.contains(self.separators.subcomponent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_empty_and_value_are_three_answers() {
        let s = Separators::default();
        assert_eq!(Field::new("\"\"", &s).state(), State::Delete);
        assert_eq!(Field::new("", &s).state(), State::Unchanged);
        assert_eq!(Field::new("^^&~", &s).state(), State::Unchanged);
        assert_eq!(Field::new("x", &s).state(), State::Set);
        assert_eq!(Field::new("\"\"", &s).id(), "");
    }

    #[test]
    fn parts_are_found_and_surplus_carets_stay_text() {
        let s = Separators::default();
        let field = Field::new(r"a^b&c^d^e~f\S\g", &s);
        assert_eq!(field.component(2).subcomponent(2).text(), "c");
        assert_eq!(field.first().component_to_end(3).text(), "d^e");
        assert_eq!(field.repetitions().nth(1).unwrap().text(), "f^g");
        assert_eq!(field.component(9).raw(), "");
        assert_eq!(Field::new("TID＆１日３回", &s).component(1).subcomponent(2).text(), "１日３回");
    }
}
