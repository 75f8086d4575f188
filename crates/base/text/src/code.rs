//! Codes and names of code systems: compared in one spelling, whatever width or spacing the sender used.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// A code in its one spelling: compatibility forms folded (`ＩＳＯ＋` → `ISO+`), outer spaces cut.
pub fn fold(code: &str) -> Cow<'_, str> {
    let trimmed = code.trim_matches(|c: char| c.is_whitespace());
    if trimmed.is_ascii() { Cow::Borrowed(trimmed) } else { Cow::Owned(trimmed.nfkc().collect()) }
}

/// Whether two codes are the same in their one spelling.
pub fn same(left: &str, right: &str) -> bool {
    fold(left) == fold(right)
}

/// A label such as `ISO IR87` without any space, for comparing senders' spellings.
pub fn without_spaces(label: &str) -> String {
    fold(label).chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_and_outer_spaces_do_not_make_another_code() {
        assert_eq!(fold("　ＩＳＯ＋ "), "ISO+");
        assert!(same("JC10", "ＪＣ１０"));
        assert_eq!(without_spaces("ISO IR87"), "ISOIR87");
    }
}
