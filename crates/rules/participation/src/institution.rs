//! Institutions, their regions and the closed-network ranges they come from.

use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A medical area [二次医療圏], by a short code of the installation (`noto-chubu`). Lower-case letters, digits, hyphen; 1–32.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegionCode(String);

impl RegionCode {
    pub fn parse(text: &str) -> Option<Self> {
        let shape = (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-');
        shape.then(|| Self(text.to_owned()))
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RegionCode {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| "not a region code".to_owned())
    }
}

impl From<RegionCode> for String {
    fn from(code: RegionCode) -> Self {
        code.0
    }
}

/// The institution's code: the SS-MIX2 facility id, the name of its storage's root folder. 1–10 ASCII letters or digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InstitutionCode(String);

impl InstitutionCode {
    pub fn parse(text: &str) -> Option<Self> {
        let shape = (1..=10).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
        shape.then(|| Self(text.to_owned()))
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for InstitutionCode {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| "not an institution code".to_owned())
    }
}

impl From<InstitutionCode> for String {
    fn from(code: InstitutionCode) -> Self {
        code.0
    }
}

impl std::fmt::Display for InstitutionCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an institution is. One organisation may be several (a hospital with a dental department).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstitutionKind {
    Hospital,
    Clinic,
    DentalClinic,
    Pharmacy,
}

impl InstitutionKind {
    pub const ALL: &'static [Self] = &[Self::Hospital, Self::Clinic, Self::DentalClinic, Self::Pharmacy];
    pub fn code(self) -> &'static str {
        match self {
            Self::Hospital => "hospital",
            Self::Clinic => "clinic",
            Self::DentalClinic => "dental_clinic",
            Self::Pharmacy => "pharmacy",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Hospital => "病院",
            Self::Clinic => "診療所",
            Self::DentalClinic => "歯科診療所",
            Self::Pharmacy => "薬局",
        }
    }
}

/// Where an institution stands in its life here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstitutionState {
    Applied,
    Active,
    Suspended,
    Withdrawn,
}

/// What can happen to an institution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstitutionTransition {
    Accept,
    Suspend,
    Resume,
    Withdraw,
}

impl InstitutionState {
    pub fn code(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Withdrawn => "withdrawn",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Applied, Self::Active, Self::Suspended, Self::Withdrawn].into_iter().find(|state| state.code() == code)
    }
    /// The next state, or `None` when the transition is not possible from here. A withdrawn institution applies anew.
    pub fn after(self, transition: InstitutionTransition) -> Option<Self> {
        use InstitutionTransition as T;
        match (self, transition) {
            (Self::Applied, T::Accept) | (Self::Suspended, T::Resume) => Some(Self::Active),
            (Self::Active, T::Suspend) => Some(Self::Suspended),
            (Self::Applied | Self::Active | Self::Suspended, T::Withdraw) => Some(Self::Withdrawn),
            _ => None,
        }
    }
}

/// An address range of an institution's closed-network line (R-6.5.2-ア), in prefix notation (`10.20.0.0/16`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SourceRange {
    network: IpAddr,
    prefix_bits: u8,
}

impl SourceRange {
    /// Reads `10.20.0.0/16` or a single address; refuses host bits that are set, since they are a typing error.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address.parse::<IpAddr>().ok()?, bits.parse::<u8>().ok()?),
            None => {
                let address = text.parse::<IpAddr>().ok()?;
                (address, if address.is_ipv4() { 32 } else { 128 })
            }
        };
        let range = Self { network: address, prefix_bits: bits };
        let width = if address.is_ipv4() { 32 } else { 128 };
        (bits <= width && range.masked(address) == Some(range.bits_of(address))).then_some(range)
    }
    fn bits_of(self, address: IpAddr) -> u128 {
        match address {
            IpAddr::V4(v4) => u128::from(v4.to_bits()),
            IpAddr::V6(v6) => v6.to_bits(),
        }
    }
    fn masked(self, address: IpAddr) -> Option<u128> {
        if address.is_ipv4() != self.network.is_ipv4() {
            return None;
        }
        let width: u32 = if address.is_ipv4() { 32 } else { 128 };
        let drop = width.checked_sub(u32::from(self.prefix_bits))?;
        let bits = self.bits_of(address);
        Some(bits.checked_shr(drop).map_or(0, |kept| kept.checked_shl(drop).unwrap_or(0)))
    }
    /// Whether a connection's source address lies in the range. An IPv4 address mapped into IPv6 counts as IPv4.
    pub fn contains(self, source: IpAddr) -> bool {
        self.masked(source.to_canonical()) == Some(self.bits_of(self.network))
    }
}

impl TryFrom<String> for SourceRange {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| "not an address range".to_owned())
    }
}

impl From<SourceRange> for String {
    fn from(range: SourceRange) -> Self {
        range.to_string()
    }
}

impl std::fmt::Display for SourceRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix_bits)
    }
}

/// A participating institution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Institution {
    pub code: InstitutionCode,
    pub name: String,
    pub kinds: Vec<InstitutionKind>,
    pub region: RegionCode,
    pub state: InstitutionState,
    /// Which of the installation's institution colours it wears on pages (0–11).
    pub colour: u8,
    pub sources: Vec<SourceRange>,
}

impl Institution {
    pub fn source_matches(&self, source: IpAddr) -> bool {
        self.sources.iter().any(|range| range.contains(source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R-6.5.2-ア: the session's source must lie in the institution's own range.
    #[test]
    fn a_source_outside_the_registered_range_does_not_match() {
        let range = SourceRange::parse("10.20.0.0/16").unwrap();
        assert!(range.contains("10.20.255.1".parse().unwrap()));
        assert!(range.contains("::ffff:10.20.1.1".parse().unwrap()));
        assert!(!range.contains("10.21.0.1".parse().unwrap()));
        assert!(!range.contains("::1".parse().unwrap()));
        assert_eq!(SourceRange::parse("10.20.0.1/16"), None);
        assert_eq!(SourceRange::parse("10.20.0.0/33"), None);
        assert!(SourceRange::parse("0.0.0.0/0").unwrap().contains("203.0.113.9".parse().unwrap()));
        assert!(SourceRange::parse("127.0.0.1").unwrap().contains("127.0.0.1".parse().unwrap()));
        assert!(SourceRange::parse("fd00::/8").unwrap().contains("fd12::5".parse().unwrap()));
        assert!(SourceRange::parse("::/0").unwrap().contains("2001:db8::1".parse().unwrap()));
    }

    #[test]
    fn a_withdrawn_institution_cannot_be_resumed() {
        use InstitutionTransition as T;
        assert_eq!(InstitutionState::Applied.after(T::Accept), Some(InstitutionState::Active));
        assert_eq!(InstitutionState::Active.after(T::Withdraw), Some(InstitutionState::Withdrawn));
        assert_eq!(InstitutionState::Withdrawn.after(T::Resume), None);
        assert_eq!(InstitutionState::Applied.after(T::Suspend), None);
    }
}
