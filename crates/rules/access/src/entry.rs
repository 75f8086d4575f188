//! What a permit must know of an entry (or of one line of it) to say whether it may be shown.

use renkei_kernel::{InstitutionId, PersonId, Timestamp};
use renkei_records::EntryKind;

/// Facts of one entry, or of one part of it. Entries whose parts differ (result lines, drugs) are asked as a whole, with
/// the codes that stand for the whole, and then for each part with its own codes; a part is shown when both are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryFacts<'a> {
    pub kind: EntryKind,
    /// Asked for one part of the entry, with that part's codes.
    pub is_part: bool,
    /// The institution in whose chart the entry lies; `None` for the patient's own chart.
    pub institution: Option<InstitutionId>,
    /// The person of this house who wrote it, where known.
    pub author: Option<PersonId>,
    /// ICD-10 codes in it (`F200`, `F20.0`: the dot does not matter).
    pub icd10: &'a [&'a str],
    /// Department code as the institution sent it.
    pub department: Option<&'a str>,
    /// JLAC10 codes of the value itself; every one of them must be of a kind that is admitted.
    pub own_lab_codes: &'a [&'a str],
    /// JLAC10 codes in it and beside it (its group, its culture); one of a kind that is hidden hides it.
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
            is_part: false,
            institution: Some(institution),
            author: None,
            icd10: &[],
            department: None,
            own_lab_codes: &[],
            lab_codes: &[],
            drug_codes: &[],
            dental: false,
            is_latest: true,
            addressed_to: None,
            recorded_at: None,
        }
    }
}
