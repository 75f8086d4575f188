//! The comparison key of a person's name as people write it at a desk: kanji in old or new form, kana of either script
//! and width, with or without a space.
//!
//! For finding only. Looser than [`crate::kana::key`]: ヂ and ジ, ヲ and オ, small and large kana are one, since cards,
//! forms and ears do not tell them apart. Voiced and unvoiced kana (ハ, バ) stay different names.

use crate::{kana, lookalike, variants, width};
use unicode_normalization::UnicodeNormalization as _;

/// The key; empty when nothing of the text is a letter.
pub fn key(name: &str) -> String {
    let plain: String = name.chars().filter(|c| !variants::is_selector(*c)).collect();
    // Separate sound marks first: the compatibility form would put a space before them.
    let joined = width::compose_marks(&width::fold_kana(&plain));
    let composed: String = joined.nfkc().collect();
    let mut key = String::with_capacity(composed.len());
    for c in kana::to_katakana(&composed).chars() {
        let folded = match c {
            // The mark says the kanji before it once more (佐々木, 佐佐木).
            '々' | '〻' => key.chars().next_back(),
            c if lookalike::is_dash(c) => Some('ー'),
            c if c.is_alphanumeric() => Some(variants::fold_char(loose(c))),
            _ => None,
        };
        key.extend(folded.into_iter().flat_map(char::to_lowercase));
    }
    key
}

fn loose(c: char) -> char {
    match c {
        'ァ' => 'ア',
        'ィ' => 'イ',
        'ゥ' => 'ウ',
        'ェ' => 'エ',
        'ォ' | 'ヲ' => 'オ',
        'ッ' => 'ツ',
        'ャ' => 'ヤ',
        'ュ' => 'ユ',
        'ョ' => 'ヨ',
        'ヮ' => 'ワ',
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        'ヂ' => 'ジ',
        'ヅ' => 'ズ',
        'ヰ' => 'イ',
        'ヱ' => 'エ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R-X-18: old and new forms, widths, scripts, sound marks and spaces are one name.
    #[test]
    fn one_name_has_one_key() {
        for (one, others) in [
            ("髙橋 ﾊﾅｺ", ["高橋 はなこ", "高橋　ハナコ", "髙橋ﾊﾅｺ", "高\u{E0101}橋はなこ"]),
            ("渡邉 ｼﾞﾛｳ", ["渡辺 じろう", "渡邊 ジロウ", "渡辺シ゛ロウ", "渡辺 シ\u{3099}ロウ"]),
            ("佐々木 みちる", ["佐佐木 ミチル", "佐々木ﾐﾁﾙ", "佐々木・みちる", "佐〻木　みちる"]),
            ("ヲガワ　キヨウコ", ["おがわ きょうこ", "ｵｶﾞﾜ ｷｮｳｺ", "オガワキョウコ", "オガワ キヨウコ"]),
            ("Mihon ＴＡＲＯ", ["MIHON TARO", "mihon taro", "ｍｉｈｏｎｔａｒｏ", "Mihon・Taro"]),
            ("神谷 徳一", ["神\u{FE00}谷 德一", "\u{FA19}谷 徳一", "神谷德一", "神谷　徳一"]),
        ] {
            for other in others {
                assert_eq!(key(one), key(other), "{one} {other}");
            }
        }
    }

    #[test]
    fn different_names_stay_different() {
        for (one, other) in [("ハナコ", "バナコ"), ("太田", "大田"), ("ヒロシ", "ヒロミ"), ("オノ", "オーノ")]
        {
            assert_ne!(key(one), key(other));
        }
        assert_eq!(key(" ・%*?＿ "), "");
    }
}
