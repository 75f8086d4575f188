//! The words of a question: operation, zone, purpose, system mode.

use serde::{Deserialize, Serialize};

/// What is to be done to an item; the letters of the rights matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Operation {
    /// R: write an entry that counts.
    Register = 0,
    /// d: write a draft that counts only after confirmation.
    Draft = 1,
    /// V: look.
    View = 2,
    /// C: turn a draft into an entry.
    Confirm = 3,
    /// O: print or save outside.
    Output = 4,
    /// X: a new version marked cancelled.
    Cancel = 5,
    /// A: approve or decide.
    Approve = 6,
}

impl Operation {
    pub const ALL: &'static [Self] =
        &[Self::Register, Self::Draft, Self::View, Self::Confirm, Self::Output, Self::Cancel, Self::Approve];
    pub const COUNT: usize = 7;

    pub fn index(self) -> usize {
        self as usize
    }
    /// The matrix letter.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Register => "R",
            Self::Draft => "d",
            Self::View => "V",
            Self::Confirm => "C",
            Self::Output => "O",
            Self::Cancel => "X",
            Self::Approve => "A",
        }
    }
    pub fn from_letter(letter: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|operation| operation.letter() == letter)
    }
    /// The word of the trail.
    pub fn code(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Draft => "draft",
            Self::View => "view",
            Self::Confirm => "confirm",
            Self::Output => "output",
            Self::Cancel => "cancel",
            Self::Approve => "approve",
        }
    }
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Register => "登録",
            Self::Draft => "下書き",
            Self::View => "閲覧",
            Self::Confirm => "確定",
            Self::Output => "出力",
            Self::Cancel => "取消",
            Self::Approve => "承認",
        }
    }
    /// Whether the operation brings data in or changes what counts.
    pub fn writes(self) -> bool {
        !matches!(self, Self::View | Self::Output)
    }
}

/// Through which entrance the request came; decided by the listener, never by a header (R-6.5.2-ア).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    /// Z1, people: closed network, client certificate.
    Professional,
    /// Z1, institution systems and reader agents.
    Machine,
    /// Z2: internet with TLS, patients and proxies.
    Patient,
    /// Z3: operations and governance seats; no patient data behind it.
    Governance,
    /// Z4: the machine's own console.
    Console,
}

impl Zone {
    pub const ALL: &'static [Self] =
        &[Self::Professional, Self::Machine, Self::Patient, Self::Governance, Self::Console];
    pub fn code(self) -> &'static str {
        match self {
            Self::Professional => "professional",
            Self::Machine => "machine",
            Self::Patient => "patient",
            Self::Governance => "governance",
            Self::Console => "console",
        }
    }
}

/// What the act is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Care of a patient who is here.
    Treatment,
    /// Care of a patient who cannot be asked.
    Emergency,
    /// Opening a permission by a live card read; nothing is shown yet.
    OpenByCard,
    /// An institution's system hands in its own data.
    Registration,
    /// The patient side acts on own data.
    OwnUse,
    /// Running the service: forms, registers, evidence.
    Operation,
}

impl Purpose {
    pub const ALL: &'static [Self] =
        &[Self::Treatment, Self::Emergency, Self::OpenByCard, Self::Registration, Self::OwnUse, Self::Operation];
    pub fn code(self) -> &'static str {
        match self {
            Self::Treatment => "treatment",
            Self::Emergency => "emergency",
            Self::OpenByCard => "open_by_card",
            Self::Registration => "registration",
            Self::OwnUse => "own_use",
            Self::Operation => "operation",
        }
    }
}

/// What the service as a whole allows at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum SystemMode {
    Normal,
    /// Looking only: during a migration or when storage runs out.
    ReadOnly,
    /// Planned or emergency stop. Also what is assumed when the mode is not known.
    #[default]
    Stopped,
}
