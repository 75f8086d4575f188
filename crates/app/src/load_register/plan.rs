//! From what a file states and what stands to what is written: which rows give way, from when, and which end.
//!
//! Nothing here reads or writes. One rule for every change: the new version holds from its start on; what the entry
//! said for the time before stays as it was.

use super::standing::{Standing, key_in_file, kinds_of, period};
use super::wanted::Wanted;
use super::{Keys, LoadRegisterError, LoadSummary};
use crate::codes::{self, CardCodes};
use renkei_kernel::{FactId, Timestamp};
use renkei_participation::register::{RegisterFile, Section};
use renkei_participation::{CardState, Period};
use renkei_store::facts::{Ever, FactKind, KeptKey};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// What happened to a consent, for the trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ConsentChange {
    Given,
    Changed,
    Withdrawn,
}

#[derive(Default)]
pub(super) struct Plan {
    pub write: Vec<Wanted>,
    pub supersede: Vec<FactId>,
    pub ends: Vec<(FactId, Timestamp)>,
    pub keys: Vec<KeptKey>,
    /// Patient and what became of the consent.
    pub consents: Vec<(Uuid, ConsentChange)>,
    pub summary: LoadSummary,
    /// Rows that give way, and from when; from the beginning where they are superseded.
    cut: HashMap<FactId, Timestamp>,
}

impl Plan {
    /// # Errors
    /// [`LoadRegisterError::OtherHolder`] when an entry would go over to somebody else, [`LoadRegisterError::Taken`]
    /// when two entries would hold one thing at a time.
    pub(super) fn make(
        file: &RegisterFile,
        keys: &Keys,
        standing: &Standing,
        wanted: Vec<(Wanted, [u8; 32])>,
        now: Timestamp,
    ) -> Result<Self, LoadRegisterError> {
        let mut plan = Self::default();
        let ends: HashMap<&str, Timestamp> = file.ends.iter().map(|end| (end.of.as_str(), end.to)).collect();
        let mut stated: HashSet<(FactKind, Uuid)> = HashSet::new();
        for (mut want, content) in wanted {
            let rows = standing.of_entry(want.kind, want.id);
            if rows.iter().any(|row| goes_over(&want, row)) {
                let key = key_in_file(&want).to_owned();
                return Err(LoadRegisterError::OtherHolder { section: want.section.code(), key });
            }
            let end = ends.get(key_in_file(&want)).copied();
            let before = keys.find(want.section, &want.key);
            let same = before.is_some_and(|before| before.content_hash == content);
            if same && holds_already(&want, rows, end, now) {
                plan.summary.unchanged += 1;
                continue;
            }
            if same && [end, want.valid.to].into_iter().flatten().all(|to| to > now) {
                // It had ended and begins anew: what was ended stays ended for the time until now.
                want.valid.from = want.valid.from.max(now);
            }
            stated.insert((want.kind, want.id));
            plan.state(want, content, rows, before.is_some(), end, keys);
        }
        plan.end(file, keys, standing, &stated);
        plan.refuse_cards_that_are_over(standing, now)?;
        plan.refuse_taken(standing)?;
        Ok(plan)
    }

    /// A new entry, or a new version of one.
    fn state(
        &mut self,
        mut want: Wanted,
        content: [u8; 32],
        rows: &[Ever],
        known: bool,
        end: Option<Timestamp>,
        keys: &Keys,
    ) {
        let counted = if known { &mut self.summary.changed } else { &mut self.summary.added };
        *counted += 1;
        let key_hash = keys.hash(want.section, &want.key);
        self.keys.push(KeptKey { key_hash, id: want.id, content_hash: content });
        let mut change = if known { ConsentChange::Changed } else { ConsentChange::Given };
        if want.withdrawn {
            change = ConsentChange::Withdrawn;
        }
        let mut from = want.valid.from;
        if let Some(end) = end {
            want.valid.to = Some(want.valid.to.map_or(end, |to| to.min(end)));
            from = from.min(end);
            if want.kind != FactKind::ChartLink {
                self.summary.ended += 1;
            }
            change = ConsentChange::Withdrawn;
        }
        if want.kind == FactKind::Consent {
            self.consents.push((want.subject, change));
        }
        for row in rows {
            self.cut_at(row, from);
        }
        if !want.valid.is_empty() {
            self.write.push(want);
        }
    }

    /// Ends entries that the file ends and does not change.
    fn end(&mut self, file: &RegisterFile, keys: &Keys, standing: &Standing, stated: &HashSet<(FactKind, Uuid)>) {
        for end in &file.ends {
            for section in Section::ALL {
                let Some(key) = keys.find(*section, &end.of) else { continue };
                let mut ended = None;
                for kind in kinds_of(*section).filter(|kind| !stated.contains(&(*kind, key.id))) {
                    for row in standing.of_entry(kind, key.id) {
                        if self.cut_at(row, end.to) {
                            ended = Some(row.fact.subject);
                        }
                    }
                }
                let Some(subject) = ended else { continue };
                self.summary.ended += 1;
                if *section == Section::Consent {
                    self.consents.push((subject, ConsentChange::Withdrawn));
                }
            }
        }
    }

    /// From `at` on a row no longer holds. Answers whether it would have.
    fn cut_at(&mut self, row: &Ever, at: Timestamp) -> bool {
        let held = period(&row.fact);
        if row.superseded || held.to.is_some_and(|to| to <= at) {
            return false;
        }
        if held.from >= at {
            self.supersede.push(row.fact.id);
            self.cut.insert(row.fact.id, held.from);
        } else {
            self.ends.push((row.fact.id, at));
            self.cut.insert(row.fact.id, at);
        }
        true
    }

    /// A card that is lost, replaced or ended stays so for ever: its number opens nothing again, for nobody
    /// (patient-card.md section 4). The patient gets a card with another number.
    fn refuse_cards_that_are_over(&self, standing: &Standing, now: Timestamp) -> Result<(), LoadRegisterError> {
        for want in self.write.iter().filter(|want| want.kind == FactKind::Card) {
            let state = codes::read::<CardCodes>(&want.codes).map(|words| words.state);
            if !matches!(state, Some(CardState::Issued | CardState::Active)) {
                continue;
            }
            let rows = standing.rivals(want);
            let known = rows.iter().filter(|row| !row.superseded && row.fact.valid_from <= now).count();
            let holds = rows.iter().any(|row| !row.superseded && period(&row.fact).contains(now));
            if rows.iter().any(|row| card_is_over(want, row, now)) || (known > 0 && !holds) {
                return Err(LoadRegisterError::CardIsOver { key: key_in_file(want).to_owned() });
            }
        }
        Ok(())
    }

    /// Of cards, patient numbers, certificates, facility codes and consents one holds at a time: an entry that would
    /// meet what remains of another one refuses the whole file. A card number never goes to another patient, also when
    /// its entry was changed or corrected.
    fn refuse_taken(&self, standing: &Standing) -> Result<(), LoadRegisterError> {
        for want in &self.write {
            let meets = standing.rivals(want).iter().filter(|row| row.fact.entry != want.id).any(|row| {
                let for_ever = want.kind == FactKind::Card && row.fact.subject != want.subject;
                let remains = match self.cut.get(&row.fact.id) {
                    Some(at) => Period { from: row.fact.valid_from, to: Some(*at) },
                    None => period(&row.fact),
                };
                for_ever || (!row.superseded && !remains.is_empty() && remains.overlaps(want.valid))
            });
            if meets {
                let key = key_in_file(want).to_owned();
                return Err(LoadRegisterError::Taken { section: want.section.code(), key });
            }
        }
        Ok(())
    }
}

/// Whether a number's rows say that its card is over: it was lost, returned, expired or blocked; another card took its
/// place; or it was ended. What was never more than a mistake in a file (superseded) ends nothing.
fn card_is_over(want: &Wanted, row: &Ever, now: Timestamp) -> bool {
    let held = period(&row.fact);
    if row.superseded || held.is_empty() || held.from > now || row.fact.subject != want.subject {
        return false;
    }
    let state = codes::read::<CardCodes>(&row.fact.codes).map(|words| words.state);
    let usable = |state| matches!(state, CardState::Issued | CardState::Active);
    !state.is_some_and(usable) || row.fact.entry != want.id
}

/// Whether an entry would go over to another patient, person or institution. What hangs on it (results of a chart, the
/// signature of a reader) would go with it, so that takes an explicit end and a new key.
fn goes_over(want: &Wanted, row: &Ever) -> bool {
    let bound = matches!(want.kind, FactKind::Chart | FactKind::ChartLink | FactKind::Reader);
    row.fact.subject != want.subject || (bound && row.fact.object != want.object)
}

/// Whether an entry whose words are the same needs no new version: something of it still holds or will hold, or it
/// ended just when the file says.
fn holds_already(want: &Wanted, rows: &[Ever], end: Option<Timestamp>, now: Timestamp) -> bool {
    let mut known = rows.iter().filter(|row| !row.superseded).map(|row| period(&row.fact).to);
    match end {
        None => known.any(|to| to.is_none_or(|to| to > now) || to == want.valid.to),
        // An end at the load itself never makes anything hold again.
        Some(end) if end == now || end <= want.valid.from => true,
        Some(end) => {
            let end = want.valid.to.map_or(end, |to| to.min(end));
            known.any(|to| to.is_none_or(|to| to >= end))
        }
    }
}
