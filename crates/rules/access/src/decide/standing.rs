//! Whether the asker stands where he says: entrance, purpose, mode, session, certificate, institution, affiliation.
//!
//! Nothing here speaks of a patient, so these reasons may be told openly.

use crate::facts::Facts;
use crate::operation::{Purpose, SystemMode, Zone};
use crate::question::Question;
use crate::reason::Reason;
use renkei_participation::{AffiliationState, InstitutionState, Role};

/// Entrances at which a role exists at all (roles-and-access, section 3).
fn zones(role: Role) -> &'static [Zone] {
    match role {
        Role::Doctor
        | Role::Dentist
        | Role::Pharmacist
        | Role::Nurse
        | Role::Dietitian
        | Role::Auxiliary
        | Role::Contractor
        | Role::ContactPerson
        | Role::InstitutionOperations
        | Role::SupportHead
        | Role::SupportStaff
        | Role::RemoteMaintenanceHead
        | Role::RemoteMaintenanceStaff => &[Zone::Professional],
        // At the console an operator hands in an institution's storage for it.
        Role::InstitutionSystem => &[Zone::Machine, Zone::Console],
        Role::Patient | Role::Proxy => &[Zone::Patient],
        Role::ProgrammeManager | Role::ImplementationManager | Role::AuditManager | Role::Committee => {
            &[Zone::Governance]
        }
        Role::OperationsManager => &[Zone::Governance, Zone::Professional],
        Role::SystemAdministrator | Role::DeputySystemAdministrator => &[Zone::Professional, Zone::Console],
        Role::Developer | Role::Visitor | Role::NominatingBody | Role::CertificateAuthority => &[],
    }
}

/// Whether the role, and the data asked for, exist behind this entrance.
pub(super) fn zone_fits(question: &Question) -> bool {
    let clinical_behind_governance =
        question.zone == Zone::Governance && question.items.iter().any(|item| item.is_clinical());
    zones(question.asker.role).contains(&question.zone) && !clinical_behind_governance
}

fn purpose_fits(role: Role, purpose: Purpose) -> bool {
    match purpose {
        Purpose::Treatment | Purpose::OpenByCard => role.is_professional(),
        Purpose::Emergency => role.is_user(),
        Purpose::Registration => role == Role::InstitutionSystem,
        Purpose::OwnUse => role.is_patient_side(),
        Purpose::Operation => !role.is_professional() && !role.is_patient_side() && role != Role::InstitutionSystem,
    }
}

/// Adds every reason that lies in the asker's own standing.
pub(super) fn judge(question: &Question, facts: &Facts, against: &mut Vec<Reason>) {
    let role = question.asker.role;
    match facts.mode {
        SystemMode::Normal => {}
        SystemMode::ReadOnly if !question.operation.writes() => {}
        SystemMode::ReadOnly => against.push(Reason::ReadOnlyMode),
        SystemMode::Stopped => against.push(Reason::Stopped),
    }
    if !purpose_fits(role, question.purpose) {
        against.push(Reason::PurposeDenied);
    }
    if !handed_in_at_console(question) {
        judge_session(question, facts, against);
    }
    if role.is_patient_side() {
        return;
    }
    if question.asker.institution.is_some() || works_at_institution(role) {
        judge_institution(question, facts, against);
    }
    if role != Role::InstitutionSystem {
        judge_affiliation(question, facts, against);
    }
}

/// An institution's data taken in at the machine's own console: there is no connection and no certificate to judge;
/// institution, consent and matrix count as ever.
fn handed_in_at_console(question: &Question) -> bool {
    question.asker.role == Role::InstitutionSystem && question.zone == Zone::Console
}

fn works_at_institution(role: Role) -> bool {
    role.is_professional()
        || matches!(
            role,
            Role::Contractor | Role::ContactPerson | Role::InstitutionOperations | Role::InstitutionSystem
        )
}

fn judge_session(question: &Question, facts: &Facts, against: &mut Vec<Reason>) {
    let role = question.asker.role;
    if question.asker.person.is_none() && role != Role::InstitutionSystem {
        against.push(Reason::SessionEnded);
    }
    let Some(session) = facts.session else {
        against.push(Reason::SessionEnded);
        return;
    };
    if !session.valid.contains(question.at) {
        against.push(Reason::SessionEnded);
    }
    // A test certificate never opens a doctor's or pharmacist's account; checked at sign-in and here again.
    let test_refused = session.test_level && matches!(role, Role::Doctor | Role::Pharmacist);
    if !session.credential_valid || question.at > session.credential_not_after || test_refused {
        against.push(Reason::CredentialInvalid);
    }
}

fn judge_institution(question: &Question, facts: &Facts, against: &mut Vec<Reason>) {
    let known = facts.institution.as_ref().filter(|known| Some(known.institution) == question.asker.institution);
    let Some(institution) = known else {
        against.push(Reason::InstitutionAbsent);
        return;
    };
    match institution.state {
        InstitutionState::Active if institution.valid.contains(question.at) => {}
        InstitutionState::Suspended => against.push(Reason::InstitutionSuspended),
        InstitutionState::Active | InstitutionState::Applied | InstitutionState::Withdrawn => {
            against.push(Reason::InstitutionAbsent);
        }
    }
    if !institution.source_matches && !handed_in_at_console(question) {
        against.push(Reason::SourceMismatch);
    }
}

fn judge_affiliation(question: &Question, facts: &Facts, against: &mut Vec<Reason>) {
    let Some(affiliation) = facts.affiliation else {
        against.push(Reason::AffiliationEnded);
        return;
    };
    if affiliation.role != question.asker.role {
        against.push(Reason::RoleDenied);
    }
    let holds = affiliation.institution == question.asker.institution
        && affiliation.state == AffiliationState::Active
        && affiliation.valid.contains(question.at);
    if !holds {
        against.push(Reason::AffiliationEnded);
    }
}
