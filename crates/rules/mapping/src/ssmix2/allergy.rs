//! AL1 and IAM: one allergy an entry, whichever message carries it (HL7 v2.5 chapters 3 and 6; ADT-61).

use super::{Draft, values};
use renkei_records::body::{Allergy, AllergyAction, AllergySource};
use renkei_records::{Body, ClinicalTime, EntryKind, EntryState, Precision};
use renkei_ssmix2::content::{self, allergy};

pub fn map(draft: &mut Draft<'_>, from: &content::Allergy) {
    let action = action(&from.action);
    let state = if action == AllergyAction::Delete { EntryState::Cancelled } else { EntryState::Active };
    let body = body(from, action);
    let is_time = |time: &&ClinicalTime| time.precision() > Precision::Text;
    let effective = [&body.onset, &body.reported, &body.stated_at].into_iter().flatten().find(is_time).cloned();
    draft.push(EntryKind::Allergy, effective, state, values::place(from.place), Body::Allergy(Box::new(body)));
}

fn body(from: &content::Allergy, action: AllergyAction) -> Allergy {
    Allergy {
        source: match from.source {
            allergy::AllergySource::Al1 => AllergySource::Al1,
            allergy::AllergySource::Iam => AllergySource::Iam,
        },
        action,
        kind: values::coded(&from.kind),
        allergen: values::coded(&from.allergen),
        severity: values::coded(&from.severity),
        reactions: from.reactions.clone(),
        identifier: from.identifier.clone(),
        sensitivity: values::coded_or_empty(from.sensitivity.as_ref()),
        onset: values::time(from.onset.as_ref()),
        onset_text: from.onset_text.clone(),
        reported: values::time(from.reported.as_ref()),
        informant: from.informant.clone(),
        clinical_status: values::coded_or_empty(from.clinical_status.as_ref()),
        stated_by: values::staff_or_empty(from.stated_by.as_ref()),
        stated_at: values::time(from.stated_at.as_ref()),
        comments: from.comments.clone(),
    }
}

/// HL7 table 0323; AL1 has no action and states what holds.
fn action(code: &str) -> AllergyAction {
    match code.trim() {
        "" | "A" => AllergyAction::Add,
        "U" => AllergyAction::Update,
        "D" => AllergyAction::Delete,
        _ => AllergyAction::Other,
    }
}
