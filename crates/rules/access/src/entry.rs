//! What a permit must know of an entry (or of one line of it) to say whether it may be shown.

use renkei_kernel::{InstitutionId, PersonId, Timestamp};
use renkei_records::EntryKind;

/// Facts of one entry. Ask per result line where lines differ: a laboratory report is shown when one of its lines is,
/// and each line is asked with its own code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryFacts<'a> {
    pub kind: EntryKind,
    /// The institution in whose chart the entry lies; `None` for the patient's own chart.
    pub institution: Option<InstitutionId>,
    /// The person of this house who wrote it, where known.
    pub author: Option<PersonId>,
    /// ICD-10 codes in it (`F200`, `F20.0`: the dot does not matter).
    pub icd10: &'a [&'a str],
    /// Department code as the institution sent it.
    pub department: Option<&'a str>,
    /// JLAC10 codes in it.
    pub lab_codes: &'a [&'a str],
    /// YJ codes in it.
    pub drug_codes: &'a [&'a str],
    /// Concerns teeth.
    pub dental: bool,
    /// The newest of its kind (of its analyte, for a result line).
    pub is_latest: bool,
    /// The institution a document is addressed to.
    pub addressed_to: Option<InstitutionId>,
    /// When it was recorded here; used for the patient side's delay.
    pub recorded_at: Option<Timestamp>,
}

impl EntryFacts<'_> {
    /// An entry of a kind at an institution about which nothing more is known.
    pub fn plain(kind: EntryKind, institution: InstitutionId) -> Self {
        Self {
            kind,
            institution: Some(institution),
            author: None,
            icd10: &[],
            department: None,
            lab_codes: &[],
            drug_codes: &[],
            dental: false,
            is_latest: true,
            addressed_to: None,
            recorded_at: None,
        }
    }
}
