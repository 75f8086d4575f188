//! The enumerated words kept in clear beside a participation fact, and the words kept sealed.
//!
//! Separate because both writer (`load_register`) and readers (`facts`, `directory`) must agree on them. Clear words
//! are enumerations and public keys only; whatever names a person or an institution is sealed.

use jiff::civil::Date;
use renkei_participation::{
    AffiliationState, CardState, ConsentScope, ConsentState, InstitutionKind, InstitutionState, RegionCode, Role, Sex,
    SourceRange,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstitutionCodes {
    pub state: InstitutionState,
    pub region: RegionCode,
    pub kinds: Vec<InstitutionKind>,
    pub colour: u8,
    pub sources: Vec<SourceRange>,
    /// Left out when empty, so that what was stored before stays equal to what is stated now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared_terminals: Vec<SourceRange>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AffiliationCodes {
    pub role: Role,
    pub state: AffiliationState,
}

/// Keyed hashes (hex) of the accepted certificates; empty accepts any certificate of the bound subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateCodes {
    pub fingerprints: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReaderCodes {
    /// Ed25519 public key of the device, hex.
    pub device_key: String,
    pub keyboard_allowed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentCodes {
    pub state: ConsentState,
    pub scope: ConsentScope,
    pub home_region: RegionCode,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardCodes {
    pub state: CardState,
}

/// For kinds whose dates and ids say everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoCodes {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstitutionName {
    /// Facility code, the name of its storage's root.
    pub code: String,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonNames {
    pub family: String,
    pub given: String,
    pub family_kana: String,
    pub given_kana: String,
}

impl PersonNames {
    /// `湊 一郎`
    pub fn full(&self) -> String {
        [self.family.as_str(), self.given.as_str()]
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(" ")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReaderPlace {
    pub place: String,
}

/// A participant's identity as the register holds it, sealed under the identity chart's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParticipantIdentity {
    pub names: PersonNames,
    pub birth_date: Date,
    pub sex: Sex,
    pub postal_code: Option<String>,
    pub address: Option<String>,
    pub phone: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedChartNumber {
    pub number: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedFormSerial {
    pub form_serial: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedDepartment {
    pub department: Option<String>,
}

/// Words of a fact as stored text.
pub fn write<T: Serialize>(codes: &T) -> String {
    serde_json::to_string(codes).unwrap_or_else(|_| "{}".to_owned())
}

/// Reads stored words; `None` when they are not of this kind (a database of another program).
pub fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

/// Sealed words as bytes.
pub fn to_bytes<T: Serialize>(words: &T) -> Vec<u8> {
    serde_json::to_vec(words).unwrap_or_default()
}

pub fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}
