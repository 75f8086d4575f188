//! The patient's card: the normal form of its identifier and the life of a card (patient-card.md sections 1–2).
//!
//! The identifier is no secret and proves no person; it only says which card was held to a reader. Identifiers that
//! may change at every read, or that are not unique, are refused here once and for all.

use crate::person::hex_bytes;
use serde::{Deserialize, Serialize};

/// Technology of the card; the part of the identifier before the colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardKind {
    /// IDm of eight bytes.
    Felica,
    /// UID of seven or ten bytes (MIFARE Ultralight, NTAG, and Classic with a long UID).
    Mifare,
    /// A random token of sixteen bytes written to the card by the operator (level 2).
    Token,
}

impl CardKind {
    pub const ALL: &'static [Self] = &[Self::Felica, Self::Mifare, Self::Token];
    pub fn code(self) -> &'static str {
        match self {
            Self::Felica => "felica",
            Self::Mifare => "mifare",
            Self::Token => "token",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

/// `kind:HEX`, upper case, no separators: `felica:012E4CE17A3B5C6D`. Never logged, stored as a keyed hash.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CardId {
    kind: CardKind,
    hex: String,
}

/// Why bytes or a text are no card identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardRefusal {
    /// Not `kind:HEX` with a known kind.
    Form,
    /// Not hexadecimal digits in pairs.
    Digits,
    /// Length does not fit the kind.
    Length,
    /// First byte 08: the card makes a new number at every read.
    Random,
    /// Four bytes: not unique.
    NotUnique,
    /// Only zeros or only ones: an unwritten or failing card.
    Blank,
}

impl CardRefusal {
    pub fn code(self) -> &'static str {
        match self {
            Self::Form => "card_form",
            Self::Digits => "card_digits",
            Self::Length => "card_length",
            Self::Random => "card_random",
            Self::NotUnique => "card_not_unique",
            Self::Blank => "card_blank",
        }
    }
}

impl CardId {
    /// From the bytes a reader answered (without 90 00).
    pub fn from_bytes(kind: CardKind, bytes: &[u8]) -> Result<Self, CardRefusal> {
        match kind {
            CardKind::Mifare if bytes.first() == Some(&0x08) => return Err(CardRefusal::Random),
            CardKind::Mifare | CardKind::Felica if bytes.len() == 4 => return Err(CardRefusal::NotUnique),
            CardKind::Mifare if bytes.len() != 7 && bytes.len() != 10 => return Err(CardRefusal::Length),
            CardKind::Felica if bytes.len() != 8 => return Err(CardRefusal::Length),
            CardKind::Token if bytes.len() != 16 => return Err(CardRefusal::Length),
            _ => {}
        }
        if bytes.iter().all(|b| *b == 0) || bytes.iter().all(|b| *b == 0xFF) {
            return Err(CardRefusal::Blank);
        }
        let hex = bytes.iter().map(|b| format!("{b:02X}")).collect();
        Ok(Self { kind, hex })
    }
    /// From `kind:HEX`; digits may be lower case, separators are refused (normalising is the reader's setting).
    pub fn parse(text: &str) -> Result<Self, CardRefusal> {
        let (kind, digits) = text.split_once(':').ok_or(CardRefusal::Form)?;
        let kind = CardKind::from_code(kind).ok_or(CardRefusal::Form)?;
        let bytes = hex_bytes(digits.as_bytes()).ok_or(CardRefusal::Digits)?;
        Self::from_bytes(kind, &bytes)
    }
    pub fn kind(&self) -> CardKind {
        self.kind
    }
    /// The normal form, the input of the keyed hash.
    pub fn normal_form(&self) -> String {
        format!("{}:{}", self.kind.code(), self.hex)
    }
    /// The last four digits: all that pages and letters show.
    pub fn last_four(&self) -> &str {
        self.hex.get(self.hex.len().saturating_sub(4)..).unwrap_or_default()
    }
}

impl std::fmt::Debug for CardId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CardId({}:…{})", self.kind.code(), self.last_four())
    }
}

impl TryFrom<String> for CardId {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).map_err(|refusal| refusal.code().to_owned())
    }
}

impl From<CardId> for String {
    fn from(card: CardId) -> Self {
        card.normal_form()
    }
}

/// Where a card stands. Only `Active` opens anything; a lost or blocked number never comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardState {
    Issued,
    Active,
    Lost,
    Returned,
    Expired,
    Blocked,
}

/// What can happen to a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardTransition {
    Activate,
    ReportLost,
    Return,
    Expire,
    Block,
}

impl CardState {
    pub const ALL: &'static [Self] =
        &[Self::Issued, Self::Active, Self::Lost, Self::Returned, Self::Expired, Self::Blocked];
    pub fn code(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Active => "active",
            Self::Lost => "lost",
            Self::Returned => "returned",
            Self::Expired => "expired",
            Self::Blocked => "blocked",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.code() == code)
    }
    /// The next state, or `None` when that is not possible from here. A card that was found again is returned, not
    /// re-activated: the patient gets a new one.
    pub fn after(self, transition: CardTransition) -> Option<Self> {
        use CardTransition as T;
        match (self, transition) {
            (Self::Issued, T::Activate) => Some(Self::Active),
            (Self::Issued | Self::Active, T::ReportLost) => Some(Self::Lost),
            (Self::Issued | Self::Active | Self::Lost | Self::Expired, T::Return) => Some(Self::Returned),
            (Self::Issued | Self::Active, T::Expire) => Some(Self::Expired),
            (Self::Issued | Self::Active | Self::Lost | Self::Expired | Self::Returned, T::Block) => {
                Some(Self::Blocked)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R-8.2.4-ア: one normal form whatever the reader's spelling.
    #[test]
    fn lower_case_reads_as_the_same_card() {
        let card = CardId::parse("felica:012e4ce17a3b5c6d").unwrap();
        assert_eq!(card.normal_form(), "felica:012E4CE17A3B5C6D");
        assert_eq!(card, CardId::parse("felica:012E4CE17A3B5C6D").unwrap());
        assert_eq!(format!("{card:?}"), "CardId(felica:…5C6D)");
    }

    #[test]
    fn random_short_and_blank_identifiers_are_refused() {
        assert_eq!(CardId::parse("mifare:08A1B2C3"), Err(CardRefusal::Random));
        assert_eq!(CardId::parse("mifare:04A1B2C3"), Err(CardRefusal::NotUnique));
        assert_eq!(CardId::parse("mifare:04A1B2C3D4"), Err(CardRefusal::Length));
        assert!(CardId::parse("mifare:04A1B2C3D4E5F6").is_ok());
        assert_eq!(CardId::parse("felica:0000000000000000"), Err(CardRefusal::Blank));
        assert_eq!(CardId::parse("felica:01-2E-4C-E1-7A-3B-5C-6D"), Err(CardRefusal::Digits));
        assert_eq!(CardId::parse("012E4CE17A3B5C6D"), Err(CardRefusal::Form));
        assert_eq!(CardId::from_bytes(CardKind::Felica, &[]), Err(CardRefusal::Length));
        assert_eq!(CardId::from_bytes(CardKind::Felica, &[7; 300]), Err(CardRefusal::Length));
    }

    #[test]
    fn a_lost_card_never_becomes_active_again() {
        for state in CardState::ALL {
            if *state != CardState::Issued {
                assert_eq!(state.after(CardTransition::Activate), None);
            }
        }
        assert_eq!(CardState::Lost.after(CardTransition::Return), Some(CardState::Returned));
    }
}
