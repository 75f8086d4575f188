//! Characters that two decoders of the same bytes disagree on, and dashes people cannot tell apart.
//!
//! One form per pair is the house's form (the one of the WHATWG index, which our decoder yields); comparing, keying and
//! encoding go through it, otherwise `１－２－３` of one system is not `１−２−３` of another.

use std::borrow::Cow;

/// The house's form of a look-alike; any other character is returned as it is.
pub fn fold_char(c: char) -> char {
    match c {
        '\u{301C}' => '\u{FF5E}', // wave dash → full-width tilde
        '\u{2016}' => '\u{2225}', // double vertical line → parallel to
        '\u{2212}' => '\u{FF0D}', // minus sign → full-width hyphen-minus
        '\u{00A2}' => '\u{FFE0}',
        '\u{00A3}' => '\u{FFE1}',
        '\u{00AC}' => '\u{FFE2}',
        '\u{00A5}' => '\u{FFE5}', // yen sign → full-width yen sign
        '\u{203E}' => '\u{FFE3}', // overline → full-width macron
        '\u{2014}' => '\u{2015}', // em dash → horizontal bar
        other => other,
    }
}

/// The text with every look-alike in the house's form.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || text.chars().all(|c| fold_char(c) == c) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(fold_char).collect())
    }
}

/// Whether the character is one of the dashes, hyphens and minus signs met between digits of addresses and numbers.
pub fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{00AD}' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{2212}'
                | '\u{2500}'
                | '\u{30FC}'
                | '\u{FE58}'
                | '\u{FE63}'
                | '\u{FF0D}'
                | '\u{FF70}'
    )
}

/// For comparison keys of numbers (postal code, telephone, address number): every dash becomes `-`.
pub fn fold_dashes(text: &str) -> String {
    text.chars().map(|c| if is_dash(c) { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minus_of_one_decoder_equals_the_hyphen_of_the_other() {
        assert_eq!(fold("１−２〜３‖¢£¬"), "１－２～３∥￠￡￢");
        assert!(matches!(fold("見本"), Cow::Borrowed("見本")));
        assert_eq!(fold_dashes("054ー000−0000"), "054-000-0000");
    }
}
