//! Identity words that cannot be wrong once made: an institution's patient number, a kana name.

use serde::{Deserialize, Serialize};

/// An institution's number of a patient as its storage writes it, byte for byte: leading zeros are part of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChartNumber(String);

/// Why a text is no chart number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartNumberError {
    Empty,
    TooLong,
    Character,
}

impl ChartNumber {
    /// Longest number accepted; PID-3 components are shorter in practice.
    pub const MAX_CHARACTERS: usize = 20;

    /// 1–20 ASCII letters, digits, hyphen or underscore; never a character with a meaning in paths or HL7.
    pub fn parse(text: &str) -> Result<Self, ChartNumberError> {
        if text.is_empty() {
            return Err(ChartNumberError::Empty);
        }
        if text.chars().count() > Self::MAX_CHARACTERS {
            return Err(ChartNumberError::TooLong);
        }
        if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
            return Err(ChartNumberError::Character);
        }
        Ok(Self(text.to_owned()))
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A patient number is personal data: it never shows itself in a log line.
impl std::fmt::Debug for ChartNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChartNumber(…)")
    }
}

impl TryFrom<String> for ChartNumber {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).map_err(|_| "not a chart number".to_owned())
    }
}

impl From<ChartNumber> for String {
    fn from(number: ChartNumber) -> Self {
        number.0
    }
}

/// A name in full-width katakana with the long mark, middle dot and spaces.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Kana(String);

/// Why a text is no kana name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KanaError {
    Empty,
    TooLong,
    Character,
}

impl Kana {
    pub const MAX_CHARACTERS: usize = 60;

    /// Accepts katakana; hiragana is taken as the katakana of the same sound. Half-width kana is refused: whoever
    /// prepares a register converts it knowingly.
    pub fn parse(text: &str) -> Result<Self, KanaError> {
        let trimmed = text.trim_matches([' ', '\u{3000}']);
        if trimmed.is_empty() {
            return Err(KanaError::Empty);
        }
        if trimmed.chars().count() > Self::MAX_CHARACTERS {
            return Err(KanaError::TooLong);
        }
        trimmed
            .chars()
            .map(|c| match c {
                'ァ'..='ヺ' | '・' | 'ー' | '\u{3000}' => Some(c),
                'ぁ'..='ゖ' => char::from_u32(u32::from(c) + 0x60),
                ' ' => Some('\u{3000}'),
                _ => None,
            })
            .collect::<Option<String>>()
            .map(Self)
            .ok_or(KanaError::Character)
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Kana {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kana(…)")
    }
}

impl TryFrom<String> for Kana {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).map_err(|_| "not a kana name".to_owned())
    }
}

impl From<Kana> for String {
    fn from(kana: Kana) -> Self {
        kana.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_belong_to_a_chart_number() {
        assert_eq!(ChartNumber::parse("00012345").unwrap().as_str(), "00012345");
        assert_eq!(ChartNumber::parse("12/34"), Err(ChartNumberError::Character));
        assert_eq!(ChartNumber::parse(""), Err(ChartNumberError::Empty));
        assert_eq!(format!("{:?}", ChartNumber::parse("1").unwrap()), "ChartNumber(…)");
    }

    #[test]
    fn hiragana_becomes_katakana_and_kanji_is_refused() {
        assert_eq!(Kana::parse("さくら はな").unwrap().as_str(), "サクラ　ハナ");
        assert_eq!(Kana::parse("佐倉"), Err(KanaError::Character));
        assert_eq!(Kana::parse("ｻｸﾗ"), Err(KanaError::Character));
    }
}
