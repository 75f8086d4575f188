//! Writing ISO-2022-JP the way SS-MIX2 wants it (SS-MIX2 guideline, character rules of the standard storage).
//!
//! Only ASCII and JIS X 0208 levels 1 and 2 leave the house; every kanji run returns to ASCII before the next ASCII
//! character, so before any delimiter and any segment end. What does not fit is refused, never replaced silently.

use encoding_rs::EUC_JP;

use crate::{jis, lookalike};

/// A character that ISO-2022-JP of SS-MIX2 has no place for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("character at byte {at} is outside ASCII and JIS X 0208 levels 1 and 2")]
pub struct Unencodable {
    /// Byte offset in the text given.
    pub at: usize,
    /// The character itself; part of the input, so not part of the error's text.
    pub character: char,
}

impl renkei_kernel::Problem for Unencodable {
    fn category(&self) -> renkei_kernel::Category {
        renkei_kernel::Category::AgainstRule
    }
    fn code(&self) -> &'static str {
        "character_not_encodable"
    }
}

const TO_KANJI: &[u8] = b"\x1b$B";
const TO_ASCII: &[u8] = b"\x1b(B";

/// The text as ISO-2022-JP bytes. CR, LF and TAB pass; other control characters are refused, since ESC, SO and SI
/// would change the meaning of what follows. Look-alikes are written in the one form the set has.
pub fn encode_iso2022jp(text: &str) -> Result<Vec<u8>, Unencodable> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 4);
    let mut in_kanji = false;
    let mut buffer = [0u8; 4];
    for (at, character) in text.char_indices() {
        if character.is_ascii() {
            if character.is_ascii_control() && !matches!(character, '\r' | '\n' | '\t') {
                return Err(Unencodable { at, character });
            }
            if in_kanji {
                out.extend_from_slice(TO_ASCII);
                in_kanji = false;
            }
            out.push(character as u8);
            continue;
        }
        let folded = lookalike::fold_char(character);
        let pair = pair_of(folded.encode_utf8(&mut buffer)).ok_or(Unencodable { at, character })?;
        if !in_kanji {
            out.extend_from_slice(TO_KANJI);
            in_kanji = true;
        }
        out.extend_from_slice(&pair);
    }
    if in_kanji {
        out.extend_from_slice(TO_ASCII);
    }
    Ok(out)
}

/// The 7-bit pair of one character, if JIS X 0208 proper has it.
fn pair_of(one: &str) -> Option<[u8; 2]> {
    let (bytes, _, unmappable) = EUC_JP.encode(one);
    match (unmappable, bytes.as_ref()) {
        (false, &[lead @ 0xA1..=0xFE, trail @ 0xA1..=0xFE]) if jis::is_standard_row(lead & 0x7F) => {
            Some([lead & 0x7F, trail & 0x7F])
        }
        _ => None,
    }
}

/// The text in characters SS-MIX2 allows, by the usual replacements: half-width kana in full width, NEC row 13
/// spelled out (`①` → `(1)`, `㈱` → `(株)`), anything left over as `■`. For exporters; an importer never calls this.
pub fn fold_for_export(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let wide = crate::width::fold_kana(text);
    let mut out = String::with_capacity(wide.len());
    let mut buffer = [0u8; 4];
    for character in wide.chars() {
        if character.is_ascii() || pair_of(lookalike::fold_char(character).encode_utf8(&mut buffer)).is_some() {
            out.push(lookalike::fold_char(character));
            continue;
        }
        let spelled: String = match character {
            '\u{2460}'..='\u{2473}' => format!("({})", u32::from(character) - 0x245F),
            '℡' => "Tel".to_owned(),
            '№' => "No.".to_owned(),
            '∑' => "Σ".to_owned(),
            other => std::iter::once(other).nfkc().map(lookalike::fold_char).collect(),
        };
        if spelled.chars().all(|c| c.is_ascii() || pair_of(c.encode_utf8(&mut [0u8; 4])).is_some()) {
            out.push_str(&spelled);
        } else {
            out.push('■');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_run_is_closed_before_a_delimiter() {
        assert_eq!(encode_iso2022jp("見本^太郎|a").unwrap(), b"\x1b$B8+K\\\x1b(B^\x1b$BB@O:\x1b(B|a");
        assert_eq!(encode_iso2022jp("見\r").unwrap(), b"\x1b$B8+\x1b(B\r");
        assert_eq!(encode_iso2022jp("見").unwrap(), b"\x1b$B8+\x1b(B");
    }

    #[test]
    fn look_alikes_are_written_in_their_one_form() {
        assert_eq!(encode_iso2022jp("１−２").unwrap(), encode_iso2022jp("１－２").unwrap());
        assert_eq!(encode_iso2022jp("〜").unwrap(), b"\x1b$B!A\x1b(B");
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_place() {
        assert_eq!(encode_iso2022jp("a髙").unwrap_err(), Unencodable { at: 1, character: '髙' });
        for text in ["①", "ｱ", "\u{1b}", "\u{e000}", "😀", "\u{1f}"] {
            assert!(encode_iso2022jp(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_exporters_table_spells_out_what_the_set_lacks() {
        assert_eq!(fold_for_export("①Ⅲ㎎㌘㈱㍻№℡∑ﾊﾟ髙"), "(1)IIImgグラム(株)平成No.TelΣパ■");
    }
}
