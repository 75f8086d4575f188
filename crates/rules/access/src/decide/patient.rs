//! What concerns the patient: consent and its scope, the permission that counts, limits.
//!
//! Reasons found here are told outside only as `no_permission` (see [`Reason::public`]).

use crate::decision::Obligation;
use crate::facts::{ConsentFacts, Facts, GrantFacts, GrantKind};
use crate::grants::{GrantRule, Serves};
use crate::operation::{Operation, Purpose};
use crate::question::Question;
use crate::reason::Reason;
use crate::rulebook::InForce;
use crate::scope::ItemScopes;
use renkei_participation::{ConsentScope, ConsentState, Limit, Role};

/// The permission a question rests on.
pub(super) enum Permission<'f> {
    /// Not a question of permission: the patient side, machines, operations.
    NotNeeded,
    Live {
        grant: &'f GrantFacts,
        rule: &'f GrantRule,
    },
    Missing(Reason),
}

impl<'f> Permission<'f> {
    pub(super) fn missing(&self) -> Option<Reason> {
        match self {
            Self::Missing(reason) => Some(*reason),
            Self::NotNeeded | Self::Live { .. } => None,
        }
    }
    pub(super) fn used(&self) -> Option<&'f GrantFacts> {
        match self {
            Self::Live { grant, .. } => Some(grant),
            Self::NotNeeded | Self::Missing(_) => None,
        }
    }
    fn rule(&self) -> Option<&'f GrantRule> {
        match self {
            Self::Live { rule, .. } => Some(rule),
            Self::NotNeeded | Self::Missing(_) => None,
        }
    }
    pub(super) fn is_kind(&self, kind: GrantKind) -> bool {
        self.used().is_some_and(|grant| grant.kind == kind)
    }
    pub(super) fn emergency_view(&self) -> bool {
        self.rule().is_some_and(|rule| rule.emergency_view)
    }
    pub(super) fn forbids(&self, operation: Operation) -> Option<Reason> {
        let rule = self.rule()?;
        (!rule.operations.contains(&operation)).then_some(Reason::EmergencyViewOnly)
    }
    pub(super) fn obligations(&self) -> impl Iterator<Item = Obligation> + 'f {
        self.rule().into_iter().flat_map(|rule| rule.obligations.iter().copied())
    }
}

/// The best permission of the asker's institution: of several live ones one that allows the operation, then one that
/// rests on the patient's own act, then the one that lasts longest.
pub(super) fn permission<'f>(question: &Question, facts: &'f Facts, rules: &'f InForce) -> Permission<'f> {
    if !question.asker.role.is_professional() {
        return Permission::NotNeeded;
    }
    let fits_purpose = |kind: GrantKind| (question.purpose == Purpose::Emergency) == (kind == GrantKind::Unconscious);
    let candidates = || {
        facts
            .grants
            .iter()
            .filter(|grant| Some(grant.institution) == question.asker.institution && fits_purpose(grant.kind))
    };
    let mut undeclared = false;
    let best = candidates()
        .filter(|grant| grant.is_live(question.at))
        .filter_map(|grant| rules.grants.rule(grant.kind).map(|rule| (grant, rule)))
        .filter(|(grant, rule)| match rule.serves {
            Serves::Institution => true,
            Serves::Opener => {
                Some(grant.opened_by) == question.asker.person && rule.opens.contains(&question.asker.role)
            }
        })
        .filter(|(grant, _)| {
            let declared = grant.kind != GrantKind::Disaster || disaster_declared(question, facts);
            undeclared |= !declared;
            declared
        })
        .max_by_key(|(grant, rule)| {
            (rule.operations.contains(&question.operation), std::cmp::Reverse(grant.kind), grant.until)
        });
    match best {
        Some((grant, rule)) => Permission::Live { grant, rule },
        None if undeclared => Permission::Missing(Reason::NoDeclaration),
        None if candidates().any(|grant| grant.is_over(question.at)) => Permission::Missing(Reason::GrantExpired),
        None => Permission::Missing(Reason::NoPermission),
    }
}

fn disaster_declared(question: &Question, facts: &Facts) -> bool {
    let Some(institution) = &facts.institution else { return false };
    facts
        .disaster
        .as_ref()
        .is_some_and(|disaster| disaster.valid.contains(question.at) && disaster.regions.contains(&institution.region))
}

/// Adds the reasons that lie in the patient: consent, its scope, ownership.
pub(super) fn judge(question: &Question, facts: &Facts, against: &mut Vec<Reason>) {
    let role = question.asker.role;
    let concerns_patient = question.items.iter().any(|item| item.is_clinical())
        || matches!(question.purpose, Purpose::OpenByCard | Purpose::Registration | Purpose::OwnUse);
    let Some(patient) = question.patient else {
        if concerns_patient {
            against.push(Reason::NoPermission);
        }
        return;
    };
    match role {
        Role::Patient if question.asker.person != Some(patient) => against.push(Reason::NotOwnData),
        Role::Proxy => {
            let holds = facts.proxy.is_some_and(|p| p.patient == patient && p.valid.contains(question.at));
            if !holds {
                against.push(Reason::ProxyAbsent);
            }
        }
        _ => {}
    }
    if !concerns_patient {
        return;
    }
    let consent = facts.consent.as_ref().filter(|consent| {
        facts.patient_known && consent.state == ConsentState::Active && consent.valid.contains(question.at)
    });
    let Some(consent) = consent else {
        against.push(Reason::ConsentAbsent);
        return;
    };
    // The scope limits who may look across the border, not what a patient's own institution hands in.
    if !role.is_patient_side() && question.purpose != Purpose::Registration {
        let region = facts.institution.as_ref().map(|institution| &institution.region);
        let reached = match consent.scope {
            ConsentScope::AllRegions => true,
            ConsentScope::OwnRegion => region == Some(&consent.home_region),
        };
        if !reached {
            against.push(Reason::ConsentScope);
        }
    }
}

pub(super) fn consent_reason(consent: &ConsentFacts) -> Reason {
    match consent.scope {
        ConsentScope::AllRegions => Reason::ConsentAllRegions,
        ConsentScope::OwnRegion => Reason::ConsentOwnRegion,
    }
}

/// Reasons in favour, the weightiest first.
pub(super) fn permit_reasons(question: &Question, facts: &Facts, permission: &Permission<'_>) -> Vec<Reason> {
    let mut because = Vec::with_capacity(4);
    match question.asker.role {
        Role::Patient => because.push(Reason::OwnData),
        Role::Proxy => because.push(Reason::ProxyOf),
        Role::InstitutionSystem => because.push(Reason::InstitutionRegisters),
        _ => {}
    }
    because.extend(permission.used().map(|grant| match grant.kind {
        GrantKind::Card => Reason::GrantCard,
        GrantKind::Forgotten => Reason::GrantForgotten,
        GrantKind::Unconscious => Reason::GrantUnconscious,
        GrantKind::Disaster => Reason::GrantDisaster,
    }));
    if question.patient.is_some() {
        because.extend(facts.consent.as_ref().map(consent_reason));
    }
    because
}

/// The scope before any item is allowed: who reads, and what the patient keeps back from that reader.
pub(super) fn scope(question: &Question, facts: &Facts, rules: &InForce, overridden: bool) -> ItemScopes {
    let reader = question.asker.institution;
    let mut scope = ItemScopes::nothing(question.at);
    scope.reader_person = question.asker.person;
    scope.reader_institution = reader;
    scope.reading = Some(rules.reading.clone());
    scope.limits_apply = question.asker.role.is_professional() && !overridden;
    if let (Role::Proxy, Some(proxy)) = (question.asker.role, facts.proxy) {
        scope.limits_apply = true;
        scope.hidden_items = proxy.hidden_items;
        return scope;
    }
    for limit in &facts.limits {
        match limit {
            Limit::Item { item, except } => {
                if !reader.is_some_and(|reader| except.contains(&reader)) {
                    scope.hidden_items.insert(*item);
                }
            }
            Limit::Institution { institution, direction } => {
                if direction.limits_reader() && Some(*institution) == reader {
                    scope.only_own_institution = true;
                }
                if direction.limits_source() && Some(*institution) != reader {
                    scope.hidden_institutions.push(*institution);
                }
            }
        }
    }
    scope
}
