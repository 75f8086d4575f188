//! Merging inside one chart, over several standing messages.
//!
//! Versions of one record are settled by `fold`. Three things span records: the newest ADT-00 replaces older ones
//! whole; diagnoses are one by PRB-4 with the newest PRB-2; allergies of AL1 and IAM are one by allergen. This
//! happens *before* access filters anything, so that an older, permitted version of a diagnosis can never come back
//! because the newer one is hidden.

use super::{ChartRecord, MessageFacts, Standing};
use crate::body::{Allergy, AllergyAction, AllergySource, Body, Diagnosis, DiagnosisAction};
use crate::code::folded;
use crate::entry::Entry;
use std::collections::{BTreeMap, HashMap};

/// An entry that stands, with the message it came from (by place in `Settled::messages`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledEntry {
    pub message: usize,
    pub entry: Entry,
}

/// What stands in one chart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settled {
    pub messages: Vec<MessageFacts>,
    pub entries: Vec<SettledEntry>,
}

const DEMOGRAPHICS: &str = "ADT-00";

/// Digits for comparing times of different precision: longer is later when the rest is equal.
fn comparable(raw: &str) -> String {
    raw.chars().filter(char::is_ascii_digit).collect()
}

impl ChartRecord {
    /// Consumes the projection and gives what stands, merged.
    pub fn settle(self) -> Settled {
        let newest_demographics = self
            .standing()
            .filter(|s| s.facts.key.data_type == DEMOGRAPHICS)
            .map(|s| (s.facts.occurred.clone(), s.facts.key.clone()))
            .max();
        let stands = |s: &Standing| {
            s.facts.key.data_type != DEMOGRAPHICS
                || newest_demographics.as_ref().is_some_and(|(o, k)| *o == s.facts.occurred && *k == s.facts.key)
        };
        let mut settled = Settled::default();
        for standing in self.into_standing().filter(|s| stands(s)) {
            let message = settled.messages.len();
            settled.messages.push(standing.facts);
            settled.entries.extend(standing.entries.into_iter().map(|entry| SettledEntry { message, entry }));
        }
        let keep_diagnosis = diagnoses_that_stand(&settled);
        let keep_allergy = allergies_that_stand(&settled);
        let mut index = 0;
        settled.entries.retain(|seen| {
            let at = index;
            index += 1;
            match seen.entry.body {
                Body::Diagnosis(_) => keep_diagnosis.contains(&at),
                Body::Allergy(_) => keep_allergy.contains(&at),
                _ => true,
            }
        });
        settled
    }
}

/// Places of the diagnoses that stand: of each PRB-4 the newest action, unless that one deletes.
fn diagnoses_that_stand(settled: &Settled) -> Vec<usize> {
    let rank = |at: usize, d: &Diagnosis| {
        let message = settled.entries.get(at).and_then(|e| settled.messages.get(e.message));
        let acted = d.action_time.as_ref().map(|t| comparable(&t.raw)).unwrap_or_default();
        (acted, message.map(|m| m.occurred.clone()).unwrap_or_default(), settled.entries.get(at).map(|e| e.entry.id))
    };
    let mut by_instance: HashMap<&str, (usize, &Diagnosis)> = HashMap::new();
    let mut keep = Vec::new();
    for (at, seen) in settled.entries.iter().enumerate() {
        let Body::Diagnosis(diagnosis) = &seen.entry.body else { continue };
        let instance = diagnosis.instance.trim();
        if instance.is_empty() {
            // Without an instance nothing can be merged; a deletion without one says nothing.
            if diagnosis.action != DiagnosisAction::Delete {
                keep.push(at);
            }
            continue;
        }
        let best = by_instance.entry(instance).or_insert((at, diagnosis));
        if rank(at, diagnosis) > rank(best.0, best.1) {
            *best = (at, diagnosis);
        }
    }
    keep.extend(by_instance.values().filter(|(_, d)| d.action != DiagnosisAction::Delete).map(|(at, _)| *at));
    keep.sort_unstable();
    keep
}

/// One allergen with all statements about it.
struct Allergen {
    statements: Vec<usize>,
}

/// Places of the allergy statements that stand: one for each allergen.
///
/// The newest IAM is believed over AL1, because it says more; when it deletes, only an AL1 that came later brings the
/// allergy back. When in doubt the allergy is shown.
fn allergies_that_stand(settled: &Settled) -> Vec<usize> {
    let mut found: Vec<(usize, &Allergy)> = settled
        .entries
        .iter()
        .enumerate()
        .filter_map(|(at, seen)| match &seen.entry.body {
            Body::Allergy(allergy) => Some((at, &**allergy)),
            _ => None,
        })
        .collect();
    // Coded statements first: a statement in words alone then joins the coded one of the same words.
    found.sort_by_key(|(at, a)| (a.allergen.first_code().is_none(), *at));
    let mut allergens: Vec<Allergen> = Vec::new();
    // Where a code or words first stand: thousands of allergens must not be compared with one another.
    let (mut by_code, mut by_words) = (HashMap::new(), HashMap::new());
    for (at, allergy) in &found {
        let (code, _) = allergy.allergen_key();
        let words = folded(allergy.allergen.shown());
        let same_words = if words.is_empty() { None } else { by_words.get(&words).copied() };
        let same_code = if code.code.is_empty() { None } else { by_code.get(&code).copied() };
        let first: Option<usize> = same_words.into_iter().chain(same_code).min();
        match first.and_then(|first| allergens.get_mut(first)) {
            Some(known) => known.statements.push(*at),
            None => {
                by_words.entry(words).or_insert(allergens.len());
                by_code.entry(code).or_insert(allergens.len());
                allergens.push(Allergen { statements: vec![*at] });
            }
        }
    }
    let by_place: BTreeMap<usize, &Allergy> = found.into_iter().collect();
    let mut keep: Vec<usize> = allergens.iter().filter_map(|a| standing_statement(a, &by_place, settled)).collect();
    keep.sort_unstable();
    keep
}

fn standing_statement(allergen: &Allergen, all: &BTreeMap<usize, &Allergy>, settled: &Settled) -> Option<usize> {
    let when = |at: &usize| {
        let seen = settled.entries.get(*at)?;
        Some((settled.messages.get(seen.message)?.occurred.clone(), seen.entry.id))
    };
    let newest = |source: AllergySource| {
        allergen
            .statements
            .iter()
            .filter(|at| all.get(at).is_some_and(|a| a.source == source))
            .max_by_key(|at| when(at))
    };
    let is_deletion = |at: &usize| all.get(at).is_some_and(|a| a.action == AllergyAction::Delete);
    match (newest(AllergySource::Iam), newest(AllergySource::Al1)) {
        (Some(iam), al1) if is_deletion(iam) => al1.filter(|al1| when(al1) > when(iam)).copied(),
        (Some(iam), _) => Some(*iam),
        (None, al1) => al1.copied(),
    }
}
