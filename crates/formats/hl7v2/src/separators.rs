//! The five separators of MSH-1 and MSH-2, with the yen sign that Japanese systems write for the backslash.

use serde::{Deserialize, Serialize};

/// Separators of one message. Only ASCII punctuation is accepted; anything else falls back to the usual one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Separators {
    pub field: char,
    pub component: char,
    pub repetition: char,
    pub escape: char,
    pub subcomponent: char,
}

impl Default for Separators {
    fn default() -> Self {
        Self { field: '|', component: '^', repetition: '~', escape: '\\', subcomponent: '&' }
    }
}

impl Separators {
    /// Reads them from the text after `MSH`. The flag tells whether something had to be replaced by the usual one.
    pub(crate) fn read(after_msh: &str) -> (Self, bool) {
        let usual = Self::default();
        let mut chars = after_msh.chars();
        let Some(field) = chars.next().filter(|c| punctuation(*c)) else { return (usual, true) };
        let given: Vec<char> = chars.take_while(|c| *c != field && !c.is_control()).take(5).collect();
        let fallback = [usual.component, usual.repetition, usual.escape, usual.subcomponent];
        let mut taken = [field; 5];
        let mut replaced = given.len() != 4;
        for (index, usual_one) in fallback.into_iter().enumerate() {
            let wanted = given.get(index).copied().map(plain);
            let free = |c: &char| punctuation(*c) && !taken.iter().take(index + 1).any(|t| t == c);
            let chosen = wanted.filter(free).unwrap_or_else(|| {
                replaced = true;
                usual_one
            });
            if let Some(slot) = taken.get_mut(index + 1) {
                *slot = chosen;
            }
        }
        let [field, component, repetition, escape, subcomponent] = taken;
        (Self { field, component, repetition, escape, subcomponent }, replaced)
    }

    /// Whether the header writes `¥` or `‾` where backslash and tilde are meant.
    pub(crate) fn has_yen(after_msh: &str) -> bool {
        after_msh.chars().skip(1).take(4).any(|c| plain(c) != c)
    }
}

/// The ASCII character meant by a yen sign or an overline in a place of structure.
pub(crate) fn plain(c: char) -> char {
    match c {
        '\u{A5}' | '\u{FFE5}' => '\\',
        '\u{203E}' | '\u{FFE3}' => '~',
        other => other,
    }
}

fn punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yen_sign_in_third_place_is_the_backslash() {
        assert_eq!(Separators::read("|^~¥&|HIS"), (Separators::default(), false));
        assert!(Separators::has_yen("|^~¥&|HIS"));
        assert!(!Separators::has_yen("|^~\\&|HIS"));
    }

    #[test]
    fn missing_or_doubled_separators_fall_back_and_are_reported() {
        assert_eq!(Separators::read("|^~&|HIS"), (Separators { escape: '&', ..Separators::default() }, true));
        assert_eq!(Separators::read("|^^\\&|"), (Separators::default(), true));
        assert_eq!(Separators::read(""), (Separators::default(), true));
    }
}
