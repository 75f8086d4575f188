//! From what a reader delivers to the one normal form of a card's identifier (patient-card.md, section 2).
//!
//! Separate from the protocol because readers differ in case, separators, byte order and base, and a difference is
//! resolved by the setting of that reader, never by guessing. Which identifiers are fit at all is the rule of
//! `participation::CardId`.

use crate::limits::CARD_TEXT_MAX_CHARS;
use renkei_participation::{CardId, CardKind, CardRefusal};

/// How one reader writes identifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdForm {
    pub base: Base,
    pub order: ByteOrder,
    /// A character between bytes, such as `-` or `:`; any other is refused.
    pub separator: Option<char>,
    /// Whether the reader ends with Enter (CR, LF or both), which is taken off.
    pub ends_with_enter: bool,
}

/// Digits in which a reader writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// Hexadecimal, two digits a byte, either case.
    Hexadecimal,
    /// One decimal number of the whole identifier, of this many bytes.
    Decimal { bytes: usize },
}

/// Order in which a reader writes the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteOrder {
    AsOnCard,
    Reversed,
}

impl Default for IdForm {
    /// The agent's own form: hexadecimal, as on the card, nothing between or after.
    fn default() -> Self {
        Self { base: Base::Hexadecimal, order: ByteOrder::AsOnCard, separator: None, ends_with_enter: false }
    }
}

/// The card's identifier in normal form, or why there is none. `kind`: `felica`, `mifare`, `token`.
pub fn normalise(kind: &str, text: &str, form: &IdForm) -> Result<CardId, CardRefusal> {
    if text.chars().count() > CARD_TEXT_MAX_CHARS {
        return Err(CardRefusal::Length);
    }
    let kind = CardKind::from_code(kind).ok_or(CardRefusal::Form)?;
    let text = if form.ends_with_enter { text.trim_end_matches(['\r', '\n']) } else { text };
    let mut bytes = match form.base {
        Base::Hexadecimal => hexadecimal(text, form.separator),
        Base::Decimal { bytes } => decimal(text, bytes),
    }
    .ok_or(CardRefusal::Digits)?;
    if form.order == ByteOrder::Reversed {
        bytes.reverse();
    }
    // NFCID2 that begins 01 FE belongs to a phone in peer mode and changes at every touch (JIS X 6319-4, NFC-DEP).
    if kind == CardKind::Felica && bytes.starts_with(&[0x01, 0xFE]) {
        return Err(CardRefusal::Random);
    }
    CardId::from_bytes(kind, &bytes)
}

fn hexadecimal(text: &str, separator: Option<char>) -> Option<Vec<u8>> {
    let Some(separator) = separator else { return hex::decode(text).ok() };
    let pair = |pair: &str| if pair.len() == 2 { hex::decode(pair).ok()?.first().copied() } else { None };
    text.split(separator).map(pair).collect()
}

/// Big-endian bytes of a decimal number that fits into `length` bytes (at most 16).
fn decimal(text: &str, length: usize) -> Option<Vec<u8>> {
    if length > 16 || text.is_empty() || !text.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let bytes = text.parse::<u128>().ok()?.to_be_bytes();
    let (above, within) = bytes.split_at(16 - length);
    above.iter().all(|byte| *byte == 0).then(|| within.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: &str = "felica:012E4CE17A3B5C6D";

    fn form(base: Base, order: ByteOrder, separator: Option<char>, ends_with_enter: bool) -> IdForm {
        IdForm { base, order, separator, ends_with_enter }
    }

    /// R-8.2.4-ア: the same card has one identifier, however its reader spells it.
    #[test]
    fn every_spelling_that_a_reader_is_set_to_gives_the_same_card() {
        use Base::{Decimal, Hexadecimal};
        use ByteOrder::{AsOnCard, Reversed};
        let spellings = [
            ("012E4CE17A3B5C6D", IdForm::default()),
            ("012e4ce17a3b5c6d", IdForm::default()),
            ("01-2E-4C-E1-7A-3B-5C-6D", form(Hexadecimal, AsOnCard, Some('-'), false)),
            ("6D5C3B7AE14C2E01", form(Hexadecimal, Reversed, None, false)),
            ("012E4CE17A3B5C6D\r\n", form(Hexadecimal, AsOnCard, None, true)),
            ("85089974268681325", form(Decimal { bytes: 8 }, AsOnCard, None, false)),
        ];
        assert_eq!(u64::from_str_radix("012E4CE17A3B5C6D", 16).unwrap().to_string(), "85089974268681325");
        for (text, form) in spellings {
            assert_eq!(normalise("felica", text, &form).unwrap().normal_form(), CARD, "{text:?}");
        }
    }

    #[test]
    fn a_spelling_the_reader_is_not_set_to_is_refused() {
        let plain = IdForm::default();
        for text in ["01-2E-4C-E1-7A-3B-5C-6D", "012E4CE17A3B5C6D\n", " 012E4CE17A3B5C6D", "０１２Ｅ", "", "01 2E"]
        {
            assert!(normalise("felica", text, &plain).is_err(), "{text:?}");
        }
        let dashed = form(Base::Hexadecimal, ByteOrder::AsOnCard, Some('-'), false);
        assert_eq!(normalise("felica", "01:2E:4C:E1:7A:3B:5C:6D", &dashed), Err(CardRefusal::Digits));
        assert_eq!(normalise("felica", "012-E4-CE", &dashed), Err(CardRefusal::Digits));
        let number = form(Base::Decimal { bytes: 8 }, ByteOrder::AsOnCard, None, false);
        assert_eq!(normalise("felica", "18446744073709551616", &number), Err(CardRefusal::Digits));
        assert_eq!(normalise("felica", &"0".repeat(129), &number), Err(CardRefusal::Length));
    }

    /// R-8.2.4-ア: identifiers that change or that many cards share open nothing.
    #[test]
    fn numbers_that_identify_no_card_are_refused() {
        let plain = IdForm::default();
        assert_eq!(normalise("mifare", "08A1B2C3", &plain), Err(CardRefusal::Random));
        assert_eq!(normalise("mifare", "04A1B2C3", &plain), Err(CardRefusal::NotUnique));
        assert_eq!(normalise("felica", "01FE112233445566", &plain), Err(CardRefusal::Random));
        assert_eq!(normalise("felica", "FFFFFFFFFFFFFFFF", &plain), Err(CardRefusal::Blank));
        assert_eq!(normalise("type-b", "11223344", &plain), Err(CardRefusal::Form), "a PUPI is no identifier");
        assert_eq!(normalise("felica", &"A1".repeat(300), &plain), Err(CardRefusal::Length));
    }
}
