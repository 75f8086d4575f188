//! The names of events. Stable strings: they are read years later.

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $action:ident;)+) => {
        /// What happened (audit-log.md section 2).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum EventName { $($(#[$doc])* $name),+ }

        impl EventName {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            pub fn code(self) -> &'static str { match self { $(Self::$name => $code),+ } }
            pub fn from_code(code: &str) -> Option<Self> { match code { $($code => Some(Self::$name),)+ _ => None } }
            /// The action that goes with the name unless the event says otherwise.
            pub(crate) fn usual_action(self) -> Action { match self { $(Self::$name => Action::$action),+ } }
        }
    };
}

/// The act's kind, with the letter of the DICOM audit message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Create,
    Read,
    Update,
    Delete,
    Execute,
}

impl Action {
    pub fn letter(self) -> &'static str {
        match self {
            Self::Create => "C",
            Self::Read => "R",
            Self::Update => "U",
            Self::Delete => "D",
            Self::Execute => "E",
        }
    }
}

/// How it ended, with the number of the DICOM audit message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    Success,
    /// Refused or failed in an ordinary way.
    Minor,
    /// Refused in a way that somebody should look at.
    Serious,
    /// The system itself failed.
    Major,
}

impl Outcome {
    pub fn number(self) -> i64 {
        match self {
            Self::Success => 0,
            Self::Minor => 4,
            Self::Serious => 8,
            Self::Major => 12,
        }
    }
}

names! {
    /// Data of a patient was opened.
    AccessGranted, "access.granted", Read;
    AccessDenied, "access.denied", Read;
    AuthSuccess, "auth.success", Execute;
    AuthFailure, "auth.failure", Execute;
    AuthEnded, "auth.ended", Execute;
    /// A function was asked for at an entrance where it does not exist.
    AuthZoneDenied, "auth.zone_denied", Execute;
    /// Refusals of one person that follow each other too closely.
    MisuseSuspected, "misuse.suspected", Execute;
    /// A peer failed in the handshake.
    NodeRefused, "auth.node_refused", Execute;
    GrantOpened, "grant.opened", Create;
    GrantUsed, "grant.used", Read;
    GrantClosed, "grant.closed", Update;
    EmergencyOpened, "emergency.opened", Create;
    EmergencyEnded, "emergency.ended", Update;
    EmergencyReviewed, "emergency.reviewed", Update;
    CardAsked, "card.asked", Execute;
    CardRead, "card.read", Execute;
    CardRefused, "card.refused", Execute;
    ReaderClosed, "card.reader_closed", Update;
    RecordStored, "record.stored", Create;
    RecordUnchanged, "record.unchanged", Execute;
    RecordSuperseded, "record.superseded", Update;
    RecordWithdrawn, "record.withdrawn", Update;
    RecordRefused, "record.refused", Execute;
    RecordQuarantined, "record.quarantined", Create;
    RecordRebuilt, "record.rebuilt", Update;
    RecordExported, "record.exported", Execute;
    RecordDeleted, "record.deleted", Delete;
    DraftWritten, "draft.written", Create;
    DraftConfirmed, "draft.confirmed", Update;
    DraftDropped, "draft.dropped", Update;
    ImportStarted, "import.started", Execute;
    ImportEnded, "import.ended", Execute;
    /// A person was looked for by name; once more for each one who was shown.
    PatientSearched, "patient.searched", Read;
    IdentityIndexed, "person.indexed", Read;
    ChartLinked, "chart.linked", Update;
    ChartUnlinked, "chart.unlinked", Update;
    ConsentGiven, "consent.given", Create;
    ConsentChanged, "consent.changed", Update;
    ConsentWithdrawn, "consent.withdrawn", Update;
    RegisterLoaded, "register.loaded", Update;
    MatrixEnacted, "matrix.enacted", Update;
    RegulationEnacted, "regulation.enacted", Update;
    SettingChanged, "setting.changed", Update;
    KeyCreated, "key.created", Create;
    KeyRotated, "key.rotated", Update;
    KeyDestroyed, "key.destroyed", Delete;
    ExchangeCrossRegion, "exchange.crossregion", Read;
    /// The installation ran for the first time (R-X-19).
    InstanceInitialised, "instance.initialised", Create;
    SystemStart, "system.start", Execute;
    SystemStop, "system.stop", Execute;
    /// The house moves to another database: once at the old place, once at the new.
    SystemMoved, "system.moved", Execute;
    LedgerVerified, "ledger.verified", Read;
    LedgerExported, "ledger.exported", Read;
    LedgerRead, "ledger.read", Read;
    /// A closed span of the trail was written outside (R-X-05).
    LogArchived, "log.archived", Execute;
    AccessLogViewed, "patient.accesslog.viewed", Read;
    ErrorShown, "error.shown", Execute;
    JobRan, "job.ran", Execute;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_are_distinct() {
        for name in EventName::ALL {
            assert_eq!(EventName::from_code(name.code()), Some(*name));
        }
    }
}
