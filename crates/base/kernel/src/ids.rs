//! Typed ids. A bare `Uuid` in a public signature needs a reason; these are the reasons' names.
//!
//! All are UUID version 7 (time-ordered, 16 bytes), so that rows written together lie together.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The id's sixteen bytes, as they stand in databases and in associated data of sealing.
            pub fn as_bytes(&self) -> &[u8; 16] { self.0.as_bytes() }
        }
        impl From<Uuid> for $name { fn from(id: Uuid) -> Self { Self(id) } }
        impl From<$name> for Uuid { fn from(id: $name) -> Self { id.0 } }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { Uuid::parse_str(text).map(Self) }
        }
    )+};
}

typed_ids! {
    /// A human being, whatever the part played: participant (patient), professional, clerk.
    PersonId,
    /// A participating (or once participating) hospital, clinic, dental clinic or pharmacy.
    InstitutionId,
    /// One institution's record of one of its patient numbers; also a person's identity chart.
    ChartId,
    /// One clinical statement inside a chart.
    EntryId,
    /// One received message with its sealed original.
    MessageId,
    /// A dated participation fact (affiliation, certificate binding, consent, link, card …).
    FactId,
    /// A permission opened by card or emergency, belonging to an institution's visit.
    GrantId,
    /// One request for a card read, waiting for a reader agent's answer.
    CardReadId,
    /// An enrolled card reader at one place of one institution.
    ReaderId,
    /// A signed-in session of one professional at one entrance.
    SessionId,
    /// One evaluated access decision.
    DecisionId,
    /// One trail event.
    EventId,
    /// One run of an import or a load: the origin of what it wrote.
    BatchId,
}
