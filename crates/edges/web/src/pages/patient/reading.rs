//! What every conversion of a record into a page needs: words, today, marks, addresses.
//!
//! Separate so that each page's `from_records` says only what that page says.

use crate::dates;
use crate::meanings::{analyte_in_english, specimen_in_english};
use crate::parts::{Mark, Palette, Tone};
use crate::words::Words;
use jiff::civil::Date;
use renkei_kernel::InstitutionId;
use renkei_records::views::PatientRecord;
use renkei_records::views::SourceRef;
use renkei_records::views::series::{Flagging, SeriesKey};
use renkei_records::{ClinicalTime, EntryKind, EntryState, Precision};

/// One reading of one patient's visible record.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    pub words: Words,
    /// `/visits/{grant}`.
    pub visit: &'a str,
    pub today: Date,
    pub palette: &'a Palette,
    pub record: &'a PatientRecord,
}

impl Reading<'_> {
    pub fn mark(&self, institution: InstitutionId) -> Mark {
        self.palette.mark(institution)
    }
    pub fn marks(&self, institutions: &[InstitutionId]) -> Vec<Mark> {
        institutions.iter().map(|id| self.mark(*id)).collect()
    }
    /// The page that says where a value comes from. Ids of our own only; no number or name of the patient.
    pub fn source(&self, at: &SourceRef) -> String {
        let place = at.place;
        format!(
            "{}/source/{}/{}/{}.{}.{}.{}.{}",
            self.visit,
            at.message,
            at.entry,
            place.segment.as_str(),
            place.index,
            place.field,
            place.repetition,
            place.component
        )
    }
    pub fn trend(&self, key: &SeriesKey) -> String {
        format!("{}/laboratory?item={}#trend", self.visit, series_address(key))
    }
    /// The name of an analyte: as sent; in an English page the same in plain letters where it has no Japanese ones,
    /// else the name of the standard's code where one is known.
    pub fn analyte(&self, sent: &str, key: &SeriesKey) -> String {
        if self.words.is_japanese() { sent.to_owned() } else { analyte_in_english(sent, key) }
    }
    pub fn specimen(&self, sent: &str, key: &SeriesKey) -> String {
        (if self.words.is_japanese() { sent } else { specimen_in_english(sent, key) }).to_owned()
    }
    /// A clinical time as far as it is known; nothing where none was sent.
    pub fn time(&self, time: Option<&ClinicalTime>) -> String {
        time.map(ClinicalTime::shown).unwrap_or_default()
    }
    pub fn kind(&self, kind: EntryKind) -> String {
        if self.words.is_japanese() { kind.label_ja().to_owned() } else { kind.label_en().to_owned() }
    }
    /// States that must be said; the ordinary ones are silent.
    pub fn state(&self, state: EntryState) -> Option<String> {
        let key = match state {
            EntryState::Active | EntryState::Final | EntryState::Planned => return None,
            EntryState::Preliminary => "laboratory-state-preliminary",
            EntryState::Corrected => "laboratory-state-corrected",
            EntryState::Cancelled => "laboratory-state-cancelled",
            EntryState::EnteredInError => "source-state-withdrawn",
            EntryState::Partial => "state-partial",
        };
        Some(self.words.say(key))
    }
    /// Tone and word of a laboratory judgement.
    pub fn judged(&self, flagging: Flagging) -> (Tone, String) {
        match flagging {
            Flagging::CriticalHigh | Flagging::High => (Tone::High, flagging.mark().to_owned()),
            Flagging::CriticalLow | Flagging::Low => (Tone::Low, flagging.mark().to_owned()),
            Flagging::Abnormal => (Tone::Danger, self.words.say("laboratory-flag-abnormal")),
            Flagging::Normal | Flagging::NotSaid => (Tone::Plain, String::new()),
        }
    }
}

/// Day and time of day, the latter only where it was sent.
pub fn day_and_time(time: Option<&ClinicalTime>) -> (String, Option<String>) {
    let Some(time) = time else { return (String::new(), None) };
    match time.start() {
        Some(start) if time.precision() >= Precision::Minute => {
            (dates::short(start.date()), Some(format!("{}:{:02}", start.hour(), start.minute())))
        }
        _ => (time.shown(), None),
    }
}

/// A short address of a series: the analyte's name stays out of addresses and their logs.
pub fn series_address(key: &SeriesKey) -> String {
    // FNV-1a, 64 bits: a name, not a secret.
    let hash = key
        .id()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}
