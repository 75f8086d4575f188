//! The decision: one pure function over the question, the facts and the regulation in force.
//!
//! Order of judging: entrance first, since a right credential at a wrong door is refused before it is looked at; then
//! the person's standing (mode, session, certificate, institution, affiliation); then the patient (permission,
//! consent); then the matrix, item by item. Every failed step adds its reason, and any reason refuses: no fact can
//! outweigh another's refusal.

mod patient;
mod standing;

use crate::condition::Condition;
use crate::decision::{Decision, Obligation, Remedy};
use crate::facts::{Facts, GrantKind};
use crate::matrix::{Column, Right};
use crate::operation::Purpose;
use crate::permit::GrantUse;
use crate::question::Question;
use crate::reason::Reason;
use crate::rulebook::InForce;
use crate::scope::ItemScopes;
use patient::Permission;
use renkei_kernel::Timestamp;
use renkei_participation::{Item, ItemSet, Role};
use std::sync::Arc;

/// Answers a question. `rules` is what is in force at `question.at`; without it, or with facts that could not be
/// loaded, everything is refused as `policy_unavailable`.
pub fn decide(question: &Question, facts: &Facts, rules: Option<&InForce>) -> Decision {
    let Some(rules) = rules.filter(|rules| rules.from <= question.at && question.at <= rules.until) else {
        return refuse(vec![Reason::PolicyUnavailable]);
    };
    if !facts.loaded {
        return refuse(vec![Reason::PolicyUnavailable]);
    }
    if !standing::zone_fits(question) {
        return Decision::Hidden { because: vec![Reason::ZoneDenied] };
    }
    let mut against = Vec::new();
    standing::judge(question, facts, &mut against);
    if question.purpose == Purpose::OpenByCard {
        return open_by_card(question, facts, rules, against);
    }
    let permission = patient::permission(question, facts, rules);
    patient::judge(question, facts, &mut against);
    judge_items(question, facts, rules, permission, against)
}

/// A card was read; may it open a permission of this institution? Nothing is shown by this yet, so the matrix is not
/// asked: who may open is said by the kinds of permission.
fn open_by_card(question: &Question, facts: &Facts, rules: &InForce, mut against: Vec<Reason>) -> Decision {
    let rule = rules.grants.rule(GrantKind::Card);
    if !rule.is_some_and(|rule| rule.opens.contains(&question.asker.role)) {
        against.push(Reason::RoleDenied);
    }
    patient::judge(question, facts, &mut against);
    let (Some(rule), Some(consent), true) = (rule, &facts.consent, against.is_empty()) else {
        return refuse(against);
    };
    let institution_end = facts.institution.as_ref().map_or(Timestamp::MAX, |i| i.valid.last_instant());
    let mut scope = ItemScopes::nothing(question.at);
    scope.items = ItemSet::from(Item::CardsAndGrants);
    // Judged by the tables like any other scope: no entry is of this item, so it shows none.
    scope.reading = Some(rules.reading.clone());
    Decision::Permit {
        because: vec![Reason::GrantPending, patient::consent_reason(consent)],
        obligations: Vec::new(),
        // The permission is the institution's, not the session's: it does not end with who opened it.
        until: rule.until(question.at).min(consent.valid.last_instant()).min(institution_end),
        scope: Arc::new(scope),
        grant: None,
    }
}

fn judge_items(
    question: &Question,
    facts: &Facts,
    rules: &InForce,
    permission: Permission<'_>,
    mut against: Vec<Reason>,
) -> Decision {
    let role = question.asker.role;
    let column = if permission.emergency_view() { Column::UnconsciousView } else { Column::Role(role) };
    let overridden =
        permission.is_kind(GrantKind::Unconscious) && role == Role::Doctor && question.override_reason_given;
    let mut scope = patient::scope(question, facts, rules, overridden);
    let mut item_reasons = Vec::new();
    let mut obligations = Vec::new();
    for item in question.items.iter() {
        let right = rules.matrix.right(column, item, question.operation);
        match judge_cell(question, facts, &permission, item, right, overridden) {
            Ok(right) => {
                scope.items.insert(item);
                if let Some(conditions) = scope.conditions.get_mut(item.index()) {
                    *conditions = right.conditions;
                }
                if let Some(days) = scope.delay_days.get_mut(item.index()) {
                    *days = right.delay_days;
                }
                if right.conditions.contains(Condition::NamesOnly) {
                    obligations.push(Obligation::OmitReasons);
                }
                if right.conditions.contains(Condition::StateOnly) {
                    obligations.push(Obligation::StateOnly);
                }
            }
            // One item that the patient's permission should have covered refuses the whole question: whoever asks for
            // a record without permission must not be served the remainder.
            Err(reason) if reason.depends_on_patient() => against.push(reason),
            Err(reason) => {
                scope.refused.insert(item);
                item_reasons.push(reason);
            }
        }
    }
    if scope.items.is_empty() && against.is_empty() {
        against.extend(item_reasons);
        if against.is_empty() {
            against.push(Reason::MatrixDenied);
        }
    }
    if !against.is_empty() {
        return refuse(against);
    }
    scope.sensitive = rules
        .matrix
        .right(column, Item::Sensitive, question.operation)
        .filter(|right| overridden || !right.conditions.contains(Condition::OverrideWithReason))
        .map(|right| right.conditions);
    let mut because = patient::permit_reasons(question, facts, &permission);
    because.push(Reason::MatrixAllows);
    if overridden {
        because.push(Reason::Overridden);
        obligations.push(Obligation::RecordOverride);
    } else if permission.is_kind(GrantKind::Unconscious) && role == Role::Doctor {
        scope.may_tell_withheld = true;
        obligations.push(Obligation::ShowWithheldNotice);
    }
    obligations.extend(permission.obligations());
    if facts.session.is_some_and(|session| session.test_level) {
        obligations.push(Obligation::MarkTestCertificate);
    }
    obligations.sort_unstable();
    obligations.dedup();
    Decision::Permit {
        because,
        obligations,
        until: until(question, facts, rules, &permission),
        scope: Arc::new(scope),
        grant: permission.used().map(|grant| GrantUse {
            grant: grant.grant,
            kind: grant.kind,
            opened_at: grant.opened_at,
            until: grant.until,
        }),
    }
}

/// Conditions that can be judged now; those of the entries travel with the permit.
fn judge_cell(
    question: &Question,
    facts: &Facts,
    permission: &Permission<'_>,
    item: Item,
    right: Option<Right>,
    overridden: bool,
) -> Result<Right, Reason> {
    let professional_with_patient = question.asker.role.is_professional() && item.is_clinical();
    let Some(right) = right else {
        // Without permission the answer is the same for every item, whatever the matrix says of it.
        return Err(match permission.missing() {
            Some(reason) if professional_with_patient => reason,
            _ => Reason::MatrixDenied,
        });
    };
    if right.conditions.contains(Condition::Permission)
        && professional_with_patient
        && let Some(reason) = permission.missing()
    {
        return Err(reason);
    }
    if let Some(grant_reason) = permission.forbids(question.operation) {
        return Err(grant_reason);
    }
    for condition in right.conditions.iter() {
        let unmet = match condition {
            Condition::LinkedDoctor if !facts.linked_doctor => Some(Reason::DoctorNotLinked),
            Condition::ConfirmerExists if !facts.confirmer_exists => Some(Reason::NoConfirmer),
            Condition::OverrideWithReason if !overridden => Some(Reason::ConditionUnmet),
            Condition::ProxyNarrowed if facts.proxy.is_none_or(|proxy| proxy.hidden_items.contains(item)) => {
                Some(Reason::ConditionUnmet)
            }
            Condition::Delegated
            | Condition::Ticket
            | Condition::ForCase
            | Condition::RoomOnly
            | Condition::TwoPerson
            | Condition::AfterDecision
            | Condition::ReadingPermission
            | Condition::AppointsGiven
                if !facts.fulfilled.contains(condition) =>
            {
                Some(Reason::ConditionUnmet)
            }
            _ => None,
        };
        if let Some(reason) = unmet {
            return Err(reason);
        }
    }
    Ok(right)
}

/// Last instant at which nothing known ends: the permit is asked for again after it.
fn until(question: &Question, facts: &Facts, rules: &InForce, permission: &Permission<'_>) -> Timestamp {
    let mut until = rules.until;
    if let Some(session) = facts.session {
        until = until.min(session.valid.last_instant()).min(session.credential_not_after);
    }
    if let Some(affiliation) = facts.affiliation {
        until = until.min(affiliation.valid.last_instant());
    }
    if let Some(institution) = &facts.institution {
        until = until.min(institution.valid.last_instant());
    }
    if question.patient.is_some() {
        if let Some(consent) = &facts.consent {
            until = until.min(consent.valid.last_instant());
        }
        if let Some(proxy) = facts.proxy {
            until = until.min(proxy.valid.last_instant());
        }
    }
    if let Some(grant) = permission.used() {
        until = until.min(grant.until);
        if let Some(closed) = grant.closed_at {
            until = until.min(Timestamp(closed.0.saturating_sub(1)));
        }
        if grant.kind == GrantKind::Disaster
            && let Some(disaster) = &facts.disaster
        {
            until = until.min(disaster.valid.last_instant());
        }
    }
    until
}

fn refuse(mut because: Vec<Reason>) -> Decision {
    because.sort_unstable();
    because.dedup();
    let remedy = match because.first() {
        Some(Reason::NoPermission | Reason::GrantExpired) => Remedy::ReadCard,
        Some(Reason::SessionEnded) => Remedy::SignInAgain,
        Some(Reason::PolicyUnavailable | Reason::Stopped | Reason::ReadOnlyMode) => Remedy::TryLater,
        Some(Reason::AffiliationEnded | Reason::NoConfirmer | Reason::DoctorNotLinked) => Remedy::AskContractor,
        Some(
            Reason::SourceMismatch
            | Reason::CredentialInvalid
            | Reason::InstitutionSuspended
            | Reason::InstitutionAbsent
            | Reason::ConsentAbsent
            | Reason::ConsentScope,
        ) => Remedy::AskDesk,
        _ => Remedy::None,
    };
    Decision::Refuse { because, remedy }
}
