//! The facts a decision rests on: plain ids, states and dates, loaded by the gate.
//!
//! Everything defaults to absent, and absent denies: a store that cannot be read gives `policy_unavailable`, never a
//! permit.

use crate::operation::SystemMode;
use renkei_kernel::{GrantId, InstitutionId, PersonId, Timestamp};
use renkei_participation::{
    AffiliationState, ConsentScope, ConsentState, InstitutionState, ItemSet, Limit, Period, RegionCode, Role,
};
use serde::{Deserialize, Serialize};

/// How a permission was opened (roles-and-access, section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantKind {
    /// The patient's card was read.
    Card,
    /// Forgotten or lost card, the patient could be asked.
    Forgotten,
    /// The patient could not be asked.
    Unconscious,
    /// Under a declaration of disaster.
    Disaster,
}

impl GrantKind {
    pub const ALL: &'static [Self] = &[Self::Card, Self::Forgotten, Self::Unconscious, Self::Disaster];
    pub fn code(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Forgotten => "forgotten",
            Self::Unconscious => "unconscious",
            Self::Disaster => "disaster",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Card => "患者用カードの読み取り",
            Self::Forgotten => "カード忘れ・紛失（本人の口頭同意）",
            Self::Unconscious => "意識なし・緊急",
            Self::Disaster => "災害時",
        }
    }
}

/// The sign-in behind the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionFacts {
    /// From sign-in to the earlier of the idle and absolute ends.
    pub valid: Period,
    /// The credential passes at this instant: path, policy, revocation, register (for machines: their own trust).
    pub credential_valid: bool,
    /// Last instant of the credential itself.
    pub credential_not_after: Timestamp,
    /// The credential is of the test level; shown, and refused for doctors and pharmacists before this point.
    pub test_level: bool,
}

/// The asker's appointment, as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AffiliationFacts {
    /// `None` for regional roles.
    pub institution: Option<InstitutionId>,
    pub role: Role,
    pub state: AffiliationState,
    pub valid: Period,
}

/// The institution acted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstitutionFacts {
    pub institution: InstitutionId,
    pub state: InstitutionState,
    pub valid: Period,
    pub region: RegionCode,
    /// The connection's source lies in one of the institution's registered ranges.
    pub source_matches: bool,
}

/// The patient's consent, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentFacts {
    pub state: ConsentState,
    pub scope: ConsentScope,
    pub home_region: RegionCode,
    pub valid: Period,
}

/// One permission of this patient, of whatever institution; `decide` picks the one that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantFacts {
    pub grant: GrantId,
    pub kind: GrantKind,
    pub institution: InstitutionId,
    /// Who opened it; an unconscious case serves that person only.
    pub opened_by: PersonId,
    pub opened_at: Timestamp,
    /// Last instant (inclusive).
    pub until: Timestamp,
    /// The visit was closed at this instant.
    pub closed_at: Option<Timestamp>,
}

impl GrantFacts {
    pub fn is_live(&self, at: Timestamp) -> bool {
        self.opened_at <= at && at <= self.until && self.closed_at.is_none_or(|closed| at < closed)
    }
    /// Whether it had been live and is over by `at`.
    pub fn is_over(&self, at: Timestamp) -> bool {
        at > self.until || self.closed_at.is_some_and(|closed| closed <= at)
    }
}

/// A live or past declaration of disaster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisasterFacts {
    pub regions: Vec<RegionCode>,
    pub valid: Period,
}

/// The asker stands in for this patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProxyFacts {
    pub patient: PersonId,
    pub valid: Period,
    /// What the patient keeps from the proxy (*13).
    pub hidden_items: ItemSet,
}

/// Everything known for one decision.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The store answered completely. Without it nothing else counts.
    pub loaded: bool,
    pub mode: SystemMode,
    pub session: Option<SessionFacts>,
    pub affiliation: Option<AffiliationFacts>,
    pub institution: Option<InstitutionFacts>,
    /// Whether the person asked about exists as a participant; never told outside.
    pub patient_known: bool,
    pub consent: Option<ConsentFacts>,
    pub grants: Vec<GrantFacts>,
    pub limits: Vec<Limit>,
    pub disaster: Option<DisasterFacts>,
    pub proxy: Option<ProxyFacts>,
    /// The institution has someone who may confirm drafts (R-8.2.3-b).
    pub confirmer_exists: bool,
    /// The doctor asking is linked to the drafter's card, now and when the draft was made.
    pub linked_doctor: bool,
    /// Named conditions of governance cells that the gate found fulfilled (delegation live, ticket open, …).
    pub fulfilled: crate::condition::Conditions,
}
