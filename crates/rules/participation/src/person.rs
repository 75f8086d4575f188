//! People at institutions: affiliation, certificate binding, and the readers at their places.

use crate::role::{Profession, Role};
use renkei_kernel::{InstitutionId, PersonId};
use serde::{Deserialize, Serialize};

/// Sex as SS-MIX2 (HL7 table 0001) writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sex {
    #[serde(rename = "M")]
    Male,
    #[serde(rename = "F")]
    Female,
    #[serde(rename = "O")]
    Other,
    #[serde(rename = "U")]
    Unknown,
}

impl Sex {
    pub fn code(self) -> &'static str {
        match self {
            Self::Male => "M",
            Self::Female => "F",
            Self::Other => "O",
            Self::Unknown => "U",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Male, Self::Female, Self::Other, Self::Unknown].into_iter().find(|sex| sex.code() == code)
    }
}

/// Where an affiliation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AffiliationState {
    Applied,
    Active,
    Suspended,
    Ended,
}

impl AffiliationState {
    pub fn code(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Ended => "ended",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Applied, Self::Active, Self::Suspended, Self::Ended].into_iter().find(|state| state.code() == code)
    }
}

/// What can happen to an affiliation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AffiliationTransition {
    Accept,
    Suspend,
    Resume,
    End,
}

impl AffiliationState {
    /// The next state, or `None` when that is not possible from here. Who left and returns applies anew.
    pub fn after(self, transition: AffiliationTransition) -> Option<Self> {
        use AffiliationTransition as T;
        match (self, transition) {
            (Self::Applied, T::Accept) | (Self::Suspended, T::Resume) => Some(Self::Active),
            (Self::Active, T::Suspend) => Some(Self::Suspended),
            (Self::Applied | Self::Active | Self::Suspended, T::End) => Some(Self::Ended),
            _ => None,
        }
    }
}

/// A person works in one role at one institution; one account each (principle 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affiliation {
    pub person: PersonId,
    pub institution: InstitutionId,
    pub role: Role,
    pub department: Option<String>,
    pub state: AffiliationState,
}

impl Affiliation {
    pub fn profession(&self) -> Option<Profession> {
        self.role.profession()
    }
}

/// SHA-256 over a certificate's DER.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CertificateFingerprint(pub [u8; 32]);

impl CertificateFingerprint {
    /// Reads 64 hexadecimal digits; colons between pairs are allowed.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: Vec<u8> = text.bytes().filter(|b| *b != b':').collect();
        let bytes = hex_bytes(&digits)?;
        <[u8; 32]>::try_from(bytes).ok().map(Self)
    }
}

/// Bytes of a string of hexadecimal digits; `None` for an odd number or another character.
pub(crate) fn hex_bytes(digits: &[u8]) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let nibble = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(nibble(*high)? << 4 | nibble(*low)?),
            _ => None,
        })
        .collect()
}

/// Whose certificate this is: the issuing authority's certificate and the *subject's* serialNumber (hpki.md section 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateBinding {
    pub person: PersonId,
    /// SHA-256 of the issuing authority's certificate.
    pub issuer: CertificateFingerprint,
    /// The subject's serialNumber attribute: 1–64 letters, digits, hyphen.
    pub subject_serial: String,
    /// When not empty, only these certificates of the subject are accepted.
    pub fingerprints: Vec<CertificateFingerprint>,
}

/// Whether a subject serialNumber has the shape the profile asks for.
pub fn is_subject_serial(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// An enrolled card reader: one place of one institution, known by its device's Ed25519 key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reader {
    pub institution: InstitutionId,
    /// Where it stands, in the institution's words (`内科受付`).
    pub place: String,
    pub device_key: [u8; 32],
    /// Whether an operator switched on keyboard-type reading here (level 0, unproven). Off by default.
    pub keyboard_allowed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_affiliation_is_not_resumed() {
        use AffiliationTransition as T;
        assert_eq!(AffiliationState::Applied.after(T::Accept), Some(AffiliationState::Active));
        assert_eq!(AffiliationState::Suspended.after(T::End), Some(AffiliationState::Ended));
        assert_eq!(AffiliationState::Ended.after(T::Resume), None);
    }

    #[test]
    fn fingerprints_read_with_and_without_colons() {
        let plain = CertificateFingerprint::parse(&"Ab".repeat(32)).unwrap();
        assert_eq!(CertificateFingerprint::parse(&vec!["AB"; 32].join(":")), Some(plain));
        assert_eq!(CertificateFingerprint::parse("AB"), None);
        assert_eq!(CertificateFingerprint::parse(&"xy".repeat(32)), None);
        assert!(is_subject_serial("TEST-117") && !is_subject_serial("a b") && !is_subject_serial(""));
    }
}
