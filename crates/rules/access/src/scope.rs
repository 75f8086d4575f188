//! The scope of a permit: which items, under which conditions, and which entries of them.
//!
//! Conditions that depend on an entry cannot be judged before the entry is opened; they travel with the permit and
//! filter the projection. What is not shown must look as if it were not there: no gap, no count, no legend.

use crate::condition::{Condition, Conditions};
use crate::entry::EntryFacts;
use crate::reading::ReadingRules;
use renkei_kernel::{InstitutionId, PersonId, Timestamp};
use renkei_participation::{Item, ItemSet};
use renkei_records::EntryKind;
use std::sync::Arc;

/// What may become of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Shown,
    /// Kept back, and this reader may be told the one constant sentence that something is (R-X-15).
    Withheld,
    /// As if it were not there.
    Absent,
}

/// Items allowed for one operation with the conditions of their cells, seen from one reader.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemScopes {
    pub(crate) items: ItemSet,
    pub(crate) refused: ItemSet,
    pub(crate) conditions: [Conditions; Item::SLOTS],
    pub(crate) delay_days: [u8; Item::SLOTS],
    pub(crate) reader_person: Option<PersonId>,
    pub(crate) reader_institution: Option<InstitutionId>,
    /// Limits apply to professionals, not to the patient.
    pub(crate) limits_apply: bool,
    pub(crate) only_own_institution: bool,
    pub(crate) hidden_items: ItemSet,
    pub(crate) hidden_institutions: Vec<InstitutionId>,
    /// Conditions of the reader's D23 cell; `None` when the matrix gives no right to sensitive entries.
    pub(crate) sensitive: Option<Conditions>,
    pub(crate) may_tell_withheld: bool,
    pub(crate) at: Timestamp,
    /// `None`: every kind of every item, for permits of the installation.
    pub(crate) reading: Option<Arc<ReadingRules>>,
}

impl ItemScopes {
    /// The scope of imports, rebuilds and other work of the installation that shows nothing to anybody.
    pub fn everything(at: Timestamp) -> Self {
        Self { items: ItemSet::all(), limits_apply: false, ..Self::nothing(at) }
    }
    /// The scope of acts that touch no item at all (sign-in, a card read refused).
    pub fn nothing(at: Timestamp) -> Self {
        Self {
            items: ItemSet::EMPTY,
            refused: ItemSet::EMPTY,
            conditions: [Conditions::NONE; Item::SLOTS],
            delay_days: [0; Item::SLOTS],
            reader_person: None,
            reader_institution: None,
            limits_apply: true,
            only_own_institution: false,
            hidden_items: ItemSet::EMPTY,
            hidden_institutions: Vec::new(),
            sensitive: Some(Conditions::NONE),
            may_tell_withheld: false,
            at,
            reading: None,
        }
    }
    /// Items the permit covers.
    pub fn items(&self) -> ItemSet {
        self.items
    }
    /// Items that were asked for and refused.
    pub fn refused(&self) -> ItemSet {
        self.refused
    }
    pub fn conditions(&self, item: Item) -> Conditions {
        self.conditions.get(item.index()).copied().unwrap_or(Conditions::NONE)
    }
    /// Whether a whole kind can be left out without opening anything.
    pub fn covers(&self, kind: EntryKind) -> bool {
        match &self.reading {
            None => !self.items.is_empty(),
            Some(reading) => reading.item_of(kind).is_some_and(|item| self.items.contains(item)),
        }
    }
    /// Record kinds of which at least something may be shown.
    pub fn kinds(&self) -> Vec<EntryKind> {
        EntryKind::ALL.iter().copied().filter(|kind| self.covers(*kind)).collect()
    }
    /// Whether reasons of a prescription may be shown (*5: names without reasons).
    pub fn shows_reasons(&self, kind: EntryKind) -> bool {
        let item = self.reading.as_ref().and_then(|reading| reading.item_of(kind));
        !item.is_some_and(|item| self.conditions(item).contains(Condition::NamesOnly))
    }
    /// Judges one entry.
    pub fn judge(&self, entry: &EntryFacts<'_>) -> Shown {
        let Some(reading) = &self.reading else {
            return if self.items.is_empty() { Shown::Absent } else { Shown::Shown };
        };
        let Some(item) = reading.item_of(entry.kind) else { return Shown::Absent };
        if !self.items.contains(item) {
            return Shown::Absent;
        }
        let conditions = self.conditions(item);
        if !self.cell_admits(conditions, item, entry, reading) {
            return Shown::Absent;
        }
        let own = entry.institution.is_some() && entry.institution == self.reader_institution;
        if !own && self.limits_apply && self.is_limited(item, entry) {
            return self.kept_back();
        }
        if reading.sensitive_class(entry).is_some() {
            let own_act = entry.author.is_some() && entry.author == self.reader_person;
            let admitted = match self.sensitive {
                None => false,
                Some(_) if own_act => true,
                // On ordinary cells ˢ hides whatever is of a sensitive class, whoever may see D23.
                Some(_) if conditions.contains(Condition::Sensitive) => false,
                Some(sensitive) => self.cell_admits(sensitive, item, entry, reading),
            };
            if !admitted {
                return self.kept_back();
            }
            if !own && self.limits_apply && self.hidden_items.contains(Item::Sensitive) {
                return self.kept_back();
            }
        }
        Shown::Shown
    }

    fn kept_back(&self) -> Shown {
        if self.may_tell_withheld { Shown::Withheld } else { Shown::Absent }
    }

    fn is_limited(&self, item: Item, entry: &EntryFacts<'_>) -> bool {
        self.only_own_institution
            || self.hidden_items.contains(item)
            || entry.institution.is_some_and(|institution| self.hidden_institutions.contains(&institution))
    }

    /// Conditions of a cell that speak of the entry.
    fn cell_admits(&self, conditions: Conditions, item: Item, entry: &EntryFacts<'_>, reading: &ReadingRules) -> bool {
        conditions.iter().all(|condition| match condition {
            Condition::OwnEntry => entry.author.is_some() && entry.author == self.reader_person,
            Condition::OwnInstitution => entry.institution.is_some() && entry.institution == self.reader_institution,
            Condition::LatestOnly => entry.is_latest,
            Condition::DentalOnly => entry.dental,
            Condition::AddressedToOwn => entry.addressed_to.is_some() && entry.addressed_to == self.reader_institution,
            Condition::DispensingNeeds => {
                matches!(item, Item::Allergies | Item::Prescriptions | Item::Dispensing | Item::MedicationNotebook)
            }
            // A report as a whole has no code of its own; its lines are asked one by one.
            Condition::DefaultLaboratory if !entry.is_part && entry.own_lab_codes.is_empty() => {
                entry.kind == EntryKind::LaboratoryReport
            }
            // The value's own code alone: what stands beside it may hide a value and must never let one in.
            Condition::DefaultLaboratory => {
                let own = entry.own_lab_codes;
                !own.is_empty() && own.iter().all(|code| reading.is_default_laboratory(code))
            }
            Condition::AfterDelay => {
                let days = self.delay_days.get(item.index()).copied().unwrap_or(0);
                days == 0 || entry.recorded_at.is_some_and(|at| at.plus_days(i64::from(days)) <= self.at)
            }
            // Judged when deciding, or binding whoever shows.
            _ => true,
        })
    }
}
