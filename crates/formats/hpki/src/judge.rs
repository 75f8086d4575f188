//! The verdict: certificate and register together (regulation 8.1; hpki.md section 6).
//!
//! The role is an intersection. The certificate proves a qualification, the register proves membership; neither
//! alone gives access.

use crate::examine::{Examined, Holder, Use, examine};
use crate::professions::{Level, ProfessionTable};
use crate::reason::{Reason, Reject};
use crate::register::{Register, Row};
use crate::roles::Profession;
use crate::trust::{CertificateId, Purpose, Trust};
use renkei_kernel::Timestamp;
use serde::Serialize;

/// What becomes of the certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Sign-in may go on (card ledger, PIN).
    Accept,
    /// Good for signatures on documents, not for sign-in.
    AcceptSign,
    Reject,
}

/// The verdict on one certificate at one instant.
#[derive(Debug, Clone)]
pub struct Verdict {
    pub outcome: Outcome,
    pub reason: Reason,
    /// Which rule it was, for operators; nothing of the certificate.
    pub detail: &'static str,
    /// The profession both agree on; none for staff and machines, and none with a refusal.
    pub role: Option<Profession>,
    /// Dotted policy, level and holder as soon as the certificate itself is good, also with a refusal.
    pub policy: Option<String>,
    pub level: Option<Level>,
    pub holder: Option<Holder>,
    pub id: Option<CertificateId>,
}

impl Verdict {
    fn refused(reject: Reject) -> Self {
        Self {
            outcome: Outcome::Reject,
            reason: reject.reason,
            detail: reject.detail,
            role: None,
            policy: None,
            level: None,
            holder: None,
            id: None,
        }
    }

    fn on(examined: &Examined, used_for: Use, answer: Result<Option<Profession>, Reject>) -> Self {
        let good = if used_for == Use::Signature { Outcome::AcceptSign } else { Outcome::Accept };
        let mut verdict = Self::refused(answer.err().unwrap_or(Reject::new(Reason::Ok, "")));
        if let Ok(role) = answer {
            verdict.outcome = good;
            verdict.role = role;
        }
        verdict.policy.clone_from(&examined.policy);
        verdict.level = Some(examined.level);
        verdict.holder = Some(examined.holder.clone());
        verdict.id = Some(examined.id.clone());
        verdict
    }

    pub fn is_accepted(&self) -> bool {
        self.outcome != Outcome::Reject
    }
}

/// The whole judgement. With a register the holder must be in it; without one the certificate speaks for itself.
pub fn judge<C: AsRef<[u8]>>(
    chain: &[C],
    used_for: Use,
    at: Timestamp,
    trust: &Trust,
    register: Option<&Register>,
) -> Verdict {
    let examined = match examine(chain, used_for, at, trust) {
        Ok(examined) => examined,
        Err(reject) => return Verdict::refused(reject),
    };
    match register {
        None => Verdict::on(&examined, used_for, certified_profession(&examined, trust.professions(), at)),
        Some(register) => {
            let rows = register.rows(&examined);
            let verdicts =
                rows.iter().map(|row| against_register(&examined, used_for, Some(*row), trust.professions(), at));
            // Several rows may mean one holder (two institutions); any that fits is enough.
            verdicts
                .max_by_key(|verdict| (verdict.is_accepted(), verdict.reason == Reason::Suspended))
                .unwrap_or_else(|| against_register(&examined, used_for, None, trust.professions(), at))
        }
    }
}

/// The second step: what the register says of the holder of a good certificate. `row`: the register's line for
/// (issuer, subject serial number), if there is one.
pub fn against_register(
    examined: &Examined,
    used_for: Use,
    row: Option<Row>,
    professions: &ProfessionTable,
    at: Timestamp,
) -> Verdict {
    Verdict::on(examined, used_for, intersection(examined, row, professions, at))
}

fn intersection(
    examined: &Examined,
    row: Option<Row>,
    professions: &ProfessionTable,
    at: Timestamp,
) -> Result<Option<Profession>, Reject> {
    let certified = certified_profession(examined, professions, at)?;
    let row = row.ok_or(Reject::new(Reason::Unbound, "nobody in the register has this certificate"))?;
    if certified.is_some_and(|certified| certified != row.profession) {
        return Err(Reject::new(Reason::RoleMismatch, "certificate and register name different professions"));
    }
    if !row.active {
        return Err(Reject::new(Reason::Suspended, "the holder or the institution takes no part now"));
    }
    Ok(certified)
}

/// The profession that the certificate proves, if it may be used at its level on that day. Staff and machines have none.
fn certified_profession(
    examined: &Examined,
    professions: &ProfessionTable,
    at: Timestamp,
) -> Result<Option<Profession>, Reject> {
    let profession = match examined.purpose {
        Purpose::Staff | Purpose::Machine => return Ok(None),
        Purpose::OrganisationAuth => Profession::Auxiliary,
        Purpose::PersonAuth | Purpose::Signing => examined
            .national_role()
            .and_then(|role| role.profession)
            .ok_or(Reject::new(Reason::ProfessionNotAllowed, "this qualification does not sign in"))?,
    };
    if professions.allows(profession, examined.level, at) {
        Ok(Some(profession))
    } else if examined.level == Level::Test {
        Err(Reject::new(Reason::TestCertNotAllowed, "a test certificate is not enough for this profession"))
    } else {
        Err(Reject::new(Reason::ProfessionNotAllowed, "not allowed to this profession on this day"))
    }
}
