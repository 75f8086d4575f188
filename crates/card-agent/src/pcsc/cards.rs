//! What a card says of itself: its technology from the ATR, its identifier from GET DATA (PC/SC part 3, 3.1.3.2.3 and
//! 3.2.2.1.3; patient-card.md, section 2).
//!
//! Separate because it is bytes only: every odd answer of a card is tested without a reader.

use renkei_api::reader::wire::ReadFault;

/// GET DATA: the identifier, all of it.
const GET_IDENTIFIER: [u8; 5] = [0xFF, 0xCA, 0x00, 0x00, 0x00];
/// Application identifier of PC/SC in the historical bytes of a storage card, behind the tag for "initial access".
const STORAGE_CARD: [u8; 7] = [0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x03];
/// Longest answer that can be an identifier: ten bytes of a triple-size UID, and the status.
const ANSWER_MAX_BYTES: usize = 12;

/// Sends a command to the card and gives its whole answer.
pub(super) type Transmit<'t> = dyn FnMut(&[u8]) -> Result<Vec<u8>, ReadFault> + 't;

/// Technologies whose identifier can stand for a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Technology {
    /// JIS X 6319-4; the identifier is the IDm.
    Felica,
    /// ISO/IEC 14443; the identifier is the UID.
    Iso14443,
}

impl Technology {
    /// The word of the agents' protocol.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Felica => "felica",
            Self::Iso14443 => "mifare",
        }
    }
    fn has_length(self, bytes: usize) -> bool {
        match self {
            Self::Felica => bytes == 8,
            // Four bytes are read and refused by the server's rule, which names the cause: not unique, or random.
            Self::Iso14443 => matches!(bytes, 4 | 7 | 10),
        }
    }
}

/// The technology behind an ATR. `None` for a card with contacts (a professional's own card may lie in the same
/// reader), for type B, whose number changes at every touch, for ISO 15693, and for what is unknown.
pub(super) fn technology(atr: &[u8]) -> Option<Technology> {
    // Contactless cards have the form 3B 8n 80 01 and n historical bytes.
    let (head, historical) = atr.split_at_checked(4)?;
    let [0x3B, 0x80..=0x8F, 0x80, 0x01] = head else { return None };
    let Some(storage) = historical.strip_prefix(&STORAGE_CARD) else {
        // ISO/IEC 14443-4: a type B card repeats eight bytes of its answer here, and has a PUPI of four bytes, which
        // is refused by its length.
        return Some(Technology::Iso14443);
    };
    match storage {
        [0x06, 0x11, ..] => Some(Technology::Felica),
        [0x06, 0x01..=0x03, ..] => Some(Technology::Iso14443),
        _ => None,
    }
}

/// The identifier in hexadecimal.
pub(super) fn identifier(technology: Technology, transmit: &mut Transmit<'_>) -> Result<String, ReadFault> {
    let mut answer = transmit(&GET_IDENTIFIER)?;
    // "Wrong length, the right one is xx": some readers want to be asked for it. Once: a card that says so again and
    // again is not followed.
    if let [0x6C, length] = answer.as_slice()
        && usize::from(*length) < ANSWER_MAX_BYTES
    {
        answer = transmit(&[0xFF, 0xCA, 0x00, 0x00, *length])?;
    }
    match answer.as_slice() {
        [bytes @ .., 0x90, 0x00] if technology.has_length(bytes.len()) => {
            Ok(bytes.iter().map(|byte| format!("{byte:02X}")).collect())
        }
        _ => Err(ReadFault::Unsupported),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FELICA: &[u8] = &[
        0x3B, 0x8F, 0x80, 0x01, 0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x03, 0x06, 0x11, 0x00, 0x3B, 0x00, 0x00, 0x00,
        0x00, 0x42,
    ];

    fn storage(standard: u8) -> Vec<u8> {
        let mut atr = FELICA.to_vec();
        atr[12] = standard;
        atr
    }

    fn answers(technology: Technology, answers: &[&[u8]]) -> Result<String, ReadFault> {
        let mut left = answers.iter();
        identifier(technology, &mut |_| Ok(left.next().expect("no further command").to_vec()))
    }

    #[test]
    fn the_atr_says_which_technology_a_card_has() {
        assert_eq!(technology(FELICA), Some(Technology::Felica));
        assert_eq!(technology(&storage(0x03)), Some(Technology::Iso14443));
        // A card with an operating system, as a phone or a DESFire card shows itself.
        assert_eq!(technology(&[0x3B, 0x81, 0x80, 0x01, 0x80, 0x80]), Some(Technology::Iso14443));
    }

    /// R-8.2.4-ア: what is no patient's card is not even asked for a number.
    #[test]
    fn cards_with_contacts_and_changing_numbers_have_no_technology() {
        assert_eq!(technology(&storage(0x07)), None, "type B");
        assert_eq!(technology(&storage(0x0B)), None, "ISO 15693");
        assert_eq!(technology(&storage(0x00)), None, "said nothing");
        // A card with contacts, such as a professional's.
        assert_eq!(technology(&[0x3B, 0xDB, 0x96, 0x00, 0x80, 0xB1, 0xFE, 0x45]), None);
        for length in 0..4 {
            assert_eq!(technology(&FELICA[..length]), None);
        }
    }

    #[test]
    fn the_identifier_is_what_comes_before_90_00() {
        let idm = [0x01, 0x2E, 0x4C, 0xE1, 0x7A, 0x3B, 0x5C, 0x6D, 0x90, 0x00];
        assert_eq!(answers(Technology::Felica, &[&idm]).unwrap(), "012E4CE17A3B5C6D");
        let uid = [0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0x80, 0x90, 0x00];
        assert_eq!(answers(Technology::Iso14443, &[&uid]).unwrap(), "04A1B2C3D4E580");
        assert_eq!(answers(Technology::Felica, &[&[0x6C, 0x08], &idm]).unwrap(), "012E4CE17A3B5C6D");
    }

    #[test]
    fn an_answer_that_is_no_identifier_reads_as_unsupported() {
        let too_long = [&[0xA1; 300][..], &[0x90, 0x00]].concat();
        let odd: [&[u8]; 9] = [
            &[],
            &[0x90],
            &[0x90, 0x00],
            &[0x63, 0x00],
            &[0x6A, 0x81],
            &[0x6D, 0x00],
            &[0x6C, 0xFF],
            &[0x01, 0x2E, 0x4C, 0xE1, 0x7A, 0x3B, 0x5C, 0x90, 0x00],
            &too_long,
        ];
        for answer in odd {
            assert_eq!(answers(Technology::Felica, &[answer]), Err(ReadFault::Unsupported), "{answer:02X?}");
        }
        assert_eq!(answers(Technology::Felica, &[&[0x6C, 0x08], &[0x6C, 0x08]]), Err(ReadFault::Unsupported));
    }
}
