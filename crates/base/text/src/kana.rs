//! Kana folding and the comparison key of a name: what two spellings of one reading have in common.

use crate::{lookalike, width};

/// Hiragana as katakana; everything else stays.
pub fn to_katakana(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
            other => other,
        })
        .collect()
}

/// Whether the text is written in kana alone (spaces, long marks and middle dots allowed, and nothing but them is not kana).
pub fn is_kana(text: &str) -> bool {
    let letter = |c: char| matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '\u{FF66}'..='\u{FF9F}');
    let companion = |c: char| matches!(c, ' ' | '　' | 'ー' | '・' | '゛' | '゜' | 'ゝ' | 'ゞ' | 'ヽ' | 'ヾ' | '-');
    text.chars().any(letter) && text.chars().all(|c| letter(c) || companion(c))
}

/// The comparison key of a reading: full width, marks joined, katakana, without spaces and dashes' variants.
/// A key compares and finds; it is never shown.
pub fn key(text: &str) -> String {
    let wide = width::fold_kana(text);
    let joined = width::compose_marks(&wide);
    to_katakana(&joined)
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '・')
        .map(|c| if lookalike::is_dash(c) { 'ー' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reading_has_one_key() {
        for spelling in ["ミホン　タロウ", "みほん たろう", "ﾐﾎﾝﾀﾛｳ", "ミホンタロウ"] {
            assert_eq!(key(spelling), "ミホンタロウ");
        }
        assert_eq!(key("ｽ゛ｷ−"), key("ズキー"));
    }

    #[test]
    fn kana_is_told_from_kanji() {
        assert!(is_kana("ミホン　タロウ"));
        assert!(is_kana("みほん"));
        assert!(!is_kana("見本"));
        assert!(!is_kana("ー"));
        assert!(!is_kana(""));
    }
}
