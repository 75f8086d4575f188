//! Orders, reports and the remaining kinds of a record as titled entries.

use super::{OtherEntry, OtherGroup, OthersPage};
use crate::meanings::department;
use crate::pages::patient::Frame;
use crate::pages::patient::reading::Reading;
use crate::shell::Shell;
use renkei_records::body::Body;
use renkei_records::views::Seen;
use renkei_records::views::orders::{ORDER_KINDS, OrderCard, orders};
use renkei_records::views::summary::Summary;
use renkei_records::views::warnings::AllergyShown;
use renkei_records::{ClinicalTime, EntryKind};

/// Entries of one kind listed one by one.
const SHOWN_MAX: usize = 50;

type Fields = Vec<(String, String)>;

fn push(fields: &mut Fields, label: String, text: impl Into<String>) {
    let text = text.into();
    if !text.trim().is_empty() {
        fields.push((label, text));
    }
}

fn of_card(reading: &Reading<'_>, card: &OrderCard) -> OtherEntry {
    let words = reading.words;
    let mut fields = Fields::new();
    for line in &card.lines {
        push(&mut fields, line.label.clone(), format!("{} {}", line.value, line.unit).trim());
    }
    for finding in &card.findings {
        push(&mut fields, words.say("others-finding"), finding.as_str());
    }
    for comment in &card.comments {
        push(&mut fields, words.say("others-comment"), comment.as_str());
    }
    push(&mut fields, words.say("others-department"), department(reading.words, &card.department));
    push(&mut fields, words.say("others-doctor"), card.doctor.as_str());
    for (role, name) in &card.staff {
        push(&mut fields, role.clone(), name.as_str());
    }
    push(&mut fields, words.say("others-modality"), card.modality.as_str());
    push(&mut fields, words.say("others-accession"), card.accession.as_str());
    OtherEntry {
        mark: reading.mark(card.institution),
        day: reading.time(card.time.as_ref()),
        kind: reading.kind(card.kind),
        title: card.title.clone(),
        state: reading.state(card.state),
        fields,
        source: reading.source(&card.source),
    }
}

pub fn of_allergy(reading: &Reading<'_>, allergy: &AllergyShown) -> Option<OtherEntry> {
    let words = reading.words;
    let mut fields = Fields::new();
    push(&mut fields, words.say("others-allergy-kind"), allergy.kind.as_str());
    push(&mut fields, words.say("others-severity"), allergy.severity.as_str());
    push(&mut fields, words.say("others-reactions"), allergy.reactions.join(words.say("common-list-comma").as_str()));
    push(&mut fields, words.say("others-onset"), allergy.onset.as_str());
    push(&mut fields, words.say("others-informant"), allergy.informant.as_str());
    push(&mut fields, words.say("source-state"), allergy.status.as_str());
    for comment in &allergy.comments {
        push(&mut fields, words.say("others-comment"), comment.as_str());
    }
    Some(OtherEntry {
        mark: reading.mark(*allergy.institutions.first()?),
        day: String::new(),
        kind: allergy.kind.clone(),
        title: allergy.allergen.clone(),
        state: None,
        fields,
        source: reading.source(allergy.sources.first()?),
    })
}

/// Height, weight, insurance, contacts.
fn of_seen(reading: &Reading<'_>, seen: Seen<'_>) -> Option<OtherEntry> {
    let words = reading.words;
    let mut fields = Fields::new();
    let title = match &seen.entry.body {
        Body::BodyMeasure(measure) => {
            let value = measure.coded.as_ref().map_or_else(|| measure.value.shown(), |coded| coded.shown().to_owned());
            push(&mut fields, words.say("laboratory-value"), value.as_str());
            format!("{} {value}", measure.item.shown())
        }
        Body::Insurance(insurance) => {
            push(
                &mut fields,
                words.say("others-insurer"),
                format!("{} {}", insurance.insurer_number, insurance.insurer_name).trim(),
            );
            push(&mut fields, words.say("others-insured"), insurance.insured_numbers.join(" "));
            push(&mut fields, words.say("others-relation"), insurance.relation.shown());
            let period =
                [&insurance.start, &insurance.end].map(|t| t.as_ref().map(ClinicalTime::shown).unwrap_or_default());
            push(
                &mut fields,
                words.say("others-period"),
                period.join(&format!(" {} ", words.until())).trim_matches([' ', '〜', '–']),
            );
            insurance.kind.shown().to_owned()
        }
        Body::Contact(contact) => {
            push(&mut fields, words.say("others-relation"), contact.relation.shown());
            for phone in &contact.phones {
                push(&mut fields, words.say("others-phone"), phone.number.as_str());
            }
            for address in &contact.addresses {
                push(&mut fields, words.say("others-address"), format!("{} {}", address.postal, address.text).trim());
            }
            contact.name.kanji()
        }
        _ => return None,
    };
    Some(OtherEntry {
        mark: reading.mark(seen.institution),
        day: reading.time(seen.time().as_ref()),
        kind: reading.kind(seen.kind()),
        title,
        state: reading.state(seen.entry.state),
        fields,
        source: reading.source(&seen.source()),
    })
}

fn group(heading: String, anchor: String, entries: Vec<OtherEntry>) -> Option<OtherGroup> {
    let total = entries.len();
    (total > 0).then(|| OtherGroup { anchor, heading, entries: entries.into_iter().take(SHOWN_MAX).collect(), total })
}

impl OthersPage {
    pub fn from_records(shell: Shell, frame: Frame, reading: &Reading<'_>, summary: &Summary) -> Self {
        let allergies = summary.allergies.iter().filter_map(|a| of_allergy(reading, a)).collect();
        let mut groups: Vec<OtherGroup> =
            group(reading.words.say("others-allergies"), "allergies".to_owned(), allergies).into_iter().collect();
        // Results before orders: what was found comes before what was asked for.
        let mut kinds = ORDER_KINDS.to_vec();
        // What messages about something else say beside: titled entries of these kinds have no place of their own.
        kinds.extend([EntryKind::Diagnosis, EntryKind::Allergy, EntryKind::Identity]);
        kinds.sort_by_key(|kind| {
            let is_order = matches!(
                kind,
                EntryKind::LaboratoryOrder
                    | EntryKind::RadiologyOrder
                    | EntryKind::EndoscopyOrder
                    | EntryKind::PhysiologyOrder
            );
            (is_order, kind.code())
        });
        for kind in kinds {
            let entries =
                orders(reading.record, &[kind], usize::MAX).iter().map(|card| of_card(reading, card)).collect();
            groups.extend(group(reading.kind(kind), format!("k{}", kind.code()), entries));
        }
        for kind in [EntryKind::BodyMeasure, EntryKind::Insurance, EntryKind::Contact] {
            let mut seen: Vec<Seen<'_>> = reading.record.of(&[kind]).filter(Seen::stands).collect();
            seen.sort_by_cached_key(|s| std::cmp::Reverse(s.date()));
            let mut entries: Vec<OtherEntry> = seen.into_iter().filter_map(|s| of_seen(reading, s)).collect();
            entries.extend(orders(reading.record, &[kind], usize::MAX).iter().map(|card| of_card(reading, card)));
            groups.extend(group(reading.kind(kind), format!("k{}", kind.code()), entries));
        }
        Self { groups, shell, frame }
    }
}
