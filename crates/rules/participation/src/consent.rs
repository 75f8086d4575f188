//! A patient's consent to take part, its scope and its life (R-1.6.1, R-X-21).

use crate::institution::RegionCode;
use serde::{Deserialize, Serialize};

/// How far the consent reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentScope {
    /// Institutions of the patient's home region only.
    OwnRegion,
    /// Institutions of every region of the programme.
    AllRegions,
}

impl ConsentScope {
    pub fn code(self) -> &'static str {
        match self {
            Self::OwnRegion => "own_region",
            Self::AllRegions => "all_regions",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::OwnRegion, Self::AllRegions].into_iter().find(|scope| scope.code() == code)
    }
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::OwnRegion => "住んでいる圏域の施設のみ",
            Self::AllRegions => "すべての圏域の施設",
        }
    }
}

/// Where a consent stands. Only `Active` lets anything in or out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    /// The form was signed; the decision is still to come.
    Applied,
    Active,
    Suspended,
    Withdrawn,
}

/// What can happen to a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentTransition {
    Accept,
    Suspend,
    Resume,
    Withdraw,
}

impl ConsentState {
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
    /// The next state, or `None` when that is not possible from here. Who withdrew and returns signs a new form.
    pub fn after(self, transition: ConsentTransition) -> Option<Self> {
        use ConsentTransition as T;
        match (self, transition) {
            (Self::Applied, T::Accept) | (Self::Suspended, T::Resume) => Some(Self::Active),
            (Self::Active, T::Suspend) => Some(Self::Suspended),
            (Self::Applied | Self::Active | Self::Suspended, T::Withdraw) => Some(Self::Withdrawn),
            _ => None,
        }
    }
}

/// A patient's consent as recorded from the form F-03.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    pub state: ConsentState,
    pub scope: ConsentScope,
    pub home_region: RegionCode,
    /// Serial number printed on the form.
    pub form_serial: Option<String>,
}

impl Consent {
    /// Whether an institution of `region` lies inside the scope.
    pub fn reaches(&self, region: &RegionCode) -> bool {
        match self.scope {
            ConsentScope::AllRegions => true,
            ConsentScope::OwnRegion => self.home_region == *region,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R-X-21: consent for the own region does not reach an institution of another.
    #[test]
    fn own_region_consent_stops_at_the_region_border() {
        let north = RegionCode::parse("noto-hokubu").unwrap();
        let middle = RegionCode::parse("noto-chubu").unwrap();
        let mut consent = Consent {
            state: ConsentState::Active,
            scope: ConsentScope::OwnRegion,
            home_region: north.clone(),
            form_serial: None,
        };
        assert!(consent.reaches(&north) && !consent.reaches(&middle));
        consent.scope = ConsentScope::AllRegions;
        assert!(consent.reaches(&middle));
    }

    #[test]
    fn a_withdrawn_consent_stays_withdrawn() {
        assert_eq!(ConsentState::Applied.after(ConsentTransition::Accept), Some(ConsentState::Active));
        assert_eq!(ConsentState::Active.after(ConsentTransition::Withdraw), Some(ConsentState::Withdrawn));
        assert_eq!(ConsentState::Withdrawn.after(ConsentTransition::Resume), None);
        assert_eq!(ConsentState::Applied.after(ConsentTransition::Resume), None);
    }
}
