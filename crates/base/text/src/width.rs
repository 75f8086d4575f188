//! Width: half-width kana to full width with the sound marks composed, full-width letters to ASCII for keys.

use std::borrow::Cow;

const FULL: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";

fn is_half(c: char) -> bool {
    ('\u{FF61}'..='\u{FF9F}').contains(&c)
}

fn widen(c: char) -> char {
    if !is_half(c) {
        return c;
    }
    let index = usize::try_from(u32::from(c) - 0xFF61).unwrap_or(0);
    FULL.chars().nth(index).unwrap_or(c)
}

/// The kana with a voiced (`゛`) or semi-voiced (`゜`) mark put on, if such a kana exists.
fn with_mark(base: char, mark: char) -> Option<char> {
    let voiced = matches!(mark, '゛' | '\u{3099}' | 'ﾞ');
    let semi = matches!(mark, '゜' | '\u{309A}' | 'ﾟ');
    if !voiced && !semi {
        return None;
    }
    let combining = if voiced { '\u{3099}' } else { '\u{309A}' };
    unicode_normalization::char::compose(base, combining)
}

/// Half-width kana in full width, with `ﾊﾟ` as one `パ`. Everything else stays, also separate full-width marks.
pub fn fold_kana(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_half) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut last_was_half = false;
    for c in text.chars() {
        let full = widen(c);
        if last_was_half
            && matches!(c, 'ﾞ' | 'ﾟ')
            && let Some(joined) = out.chars().next_back().and_then(|base| with_mark(base, full))
        {
            out.pop();
            out.push(joined);
        } else {
            out.push(full);
        }
        last_was_half = is_half(c);
    }
    Cow::Owned(out)
}

/// For comparison keys: separate sound marks (`ハ゜`, `ｽ゛`, combining ones) joined to the kana before them.
pub fn compose_marks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match out.chars().next_back().and_then(|base| with_mark(widen(base), c)) {
            Some(joined) => {
                out.pop();
                out.push(joined);
            }
            None => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_width_kana_become_full_width_with_their_marks() {
        assert_eq!(fold_kana("ﾐﾎﾝ ﾊﾟﾊﾞｳﾞ｡"), "ミホン パバヴ。");
        assert_eq!(fold_kana("ﾟｱ"), "゜ア");
        assert!(matches!(fold_kana("ミホン"), Cow::Borrowed(_)));
    }

    #[test]
    fn separate_marks_are_joined_in_keys() {
        assert_eq!(compose_marks("ハ゜ス゛カ\u{3099}ｽ゛"), "パズガズ");
        assert_eq!(compose_marks("ア゛"), "ア゛");
    }
}
