//! Characters that stand for one the sender could not send: `■`, `〓`, U+FFFD, private use.
//!
//! They are kept as they came; a name or text holding one is marked, since the true character is unknown here.

/// What stands in for the lost character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Substitute {
    /// `■` or `〓`, written by the sending system.
    Mark,
    /// U+FFFD, written by a decoder.
    Replacement,
    /// A private-use character, whose shape only the sender knows.
    PrivateUse,
}

/// What the character stands for, if it is a substitute.
pub fn of(c: char) -> Option<Substitute> {
    match c {
        '■' | '〓' => Some(Substitute::Mark),
        '\u{FFFD}' => Some(Substitute::Replacement),
        '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}' => {
            Some(Substitute::PrivateUse)
        }
        _ => None,
    }
}

/// The first substitute of a text.
pub fn first(text: &str) -> Option<Substitute> {
    if text.is_ascii() { None } else { text.chars().find_map(of) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn substitutes_are_found() {
        assert_eq!(first("■崎"), Some(Substitute::Mark));
        assert_eq!(first("\u{e123}"), Some(Substitute::PrivateUse));
        assert_eq!(first("a\u{fffd}"), Some(Substitute::Replacement));
        assert_eq!(first("見本"), None);
    }
}
