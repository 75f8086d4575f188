//! The answer of `decide`.

use crate::permit::GrantUse;
use crate::reason::Reason;
use crate::scope::ItemScopes;
use renkei_kernel::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What whoever shows or writes must do besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obligation {
    /// Show the one constant sentence *withheld* when something is kept back (R-X-15; unconscious case, doctor).
    ShowWithheldNotice,
    /// A signature of the patient is owed by the next business day.
    ObtainSignature,
    /// The case goes to the review queue.
    ReviewCase,
    /// The opened limit becomes an event of its own.
    RecordOverride,
    /// Names of medicines without reasons (*5).
    OmitReasons,
    /// Show state only.
    StateOnly,
    /// The session stands on a test certificate: mark documents テスト用.
    MarkTestCertificate,
}

impl Obligation {
    pub const ALL: &'static [Self] = &[
        Self::ShowWithheldNotice,
        Self::ObtainSignature,
        Self::ReviewCase,
        Self::RecordOverride,
        Self::OmitReasons,
        Self::StateOnly,
        Self::MarkTestCertificate,
    ];
    pub fn code(self) -> &'static str {
        match self {
            Self::ShowWithheldNotice => "show_withheld_notice",
            Self::ObtainSignature => "obtain_signature",
            Self::ReviewCase => "review_case",
            Self::RecordOverride => "record_override",
            Self::OmitReasons => "omit_reasons",
            Self::StateOnly => "state_only",
            Self::MarkTestCertificate => "mark_test_certificate",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|obligation| obligation.code() == code)
    }
}

/// What the person can do about a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    ReadCard,
    SignInAgain,
    AskContractor,
    AskDesk,
    TryLater,
    None,
}

impl Remedy {
    pub fn text_ja(self) -> &'static str {
        match self {
            Self::ReadCard => "患者用カードを読み取ってください。",
            Self::SignInAgain => "もう一度サインインしてください。",
            Self::AskContractor => "施設の契約者へご確認ください。",
            Self::AskDesk => "サポートセンターへご連絡ください。",
            Self::TryLater => "しばらく待ってからお試しください。",
            Self::None => "",
        }
    }
    pub fn text_en(self) -> &'static str {
        match self {
            Self::ReadCard => "Please read the patient's card.",
            Self::SignInAgain => "Please sign in again.",
            Self::AskContractor => "Please ask the contractor of the institution.",
            Self::AskDesk => "Please call the support centre.",
            Self::TryLater => "Please try again shortly.",
            Self::None => "",
        }
    }
}

/// The answer. Reasons stand in order of weight: the first is the one to tell.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    Permit {
        because: Vec<Reason>,
        obligations: Vec<Obligation>,
        /// Last instant (inclusive) at which this answer is known to hold.
        until: Timestamp,
        scope: Arc<ItemScopes>,
        /// The permission that carried it, for the trail and for *why you see this*.
        grant: Option<GrantUse>,
    },
    Refuse {
        because: Vec<Reason>,
        remedy: Remedy,
    },
    /// Must look exactly like "not there".
    Hidden {
        because: Vec<Reason>,
    },
}

impl Decision {
    pub fn is_permit(&self) -> bool {
        matches!(self, Self::Permit { .. })
    }
    pub fn because(&self) -> &[Reason] {
        match self {
            Self::Permit { because, .. } | Self::Refuse { because, .. } | Self::Hidden { because } => because,
        }
    }
    /// The weightiest reason.
    pub fn first(&self) -> Option<Reason> {
        self.because().first().copied()
    }
}
