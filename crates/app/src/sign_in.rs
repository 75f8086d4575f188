//! Sign-in by certificate: possession was proved in the handshake; the verdict is given here.

use crate::error::{AppError, Refusal};
use crate::events;
use crate::facts;
use crate::house::House;
use crate::session::{Caller, Session, Standing};
use renkei_hpki::{Examined, Level, Use, examine};
use renkei_kernel::limits::{SIGN_IN_REFUSALS_PER_MINUTE_MAX, SIGN_IN_SOURCES_MAX};
use renkei_kernel::{Category, InstitutionId, PersonId, Problem, Steady, Timestamp, Withheld, source_of};
use renkei_participation::{Profession, Role};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::PoisonError;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// Why a sign-in was refused, in the words of the trail, and the certificate's fingerprint where it could be read.
struct NotSignedIn {
    reason: &'static str,
    fingerprint: Option<[u8; 32]>,
}

/// Refused sign-ins of each source (an IPv4 address, an IPv6 network of 64 bits) within the present minute of a steady
/// clock. Whoever has no right can ask as often as the line carries, and every refusal is a record that is kept for
/// years: beyond a number, one more record says that there were more, and the rest is answered without. A certificate
/// that is good is never held up by this.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    began: Steady,
    of: HashMap<Option<IpAddr>, u64>,
    /// Beyond the number of sources that are remembered, all others are one.
    of_others: u64,
}

/// How a refused sign-in is noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counted {
    /// As every refusal.
    Noted,
    /// As the last of this minute: there are too many.
    LastNoted,
    /// Not in the trail.
    Only,
}

impl Refusals {
    fn one_more(&mut self, source: Option<IpAddr>, now: Steady) -> Counted {
        let source = source.map(source_of);
        if now.since(self.began) >= MINUTE {
            *self = Self { began: now, ..Self::default() };
        }
        let known = self.of.len() < SIGN_IN_SOURCES_MAX || self.of.contains_key(&source);
        let count = if known { self.of.entry(source).or_default() } else { &mut self.of_others };
        *count = count.saturating_add(1);
        match (*count).cmp(&SIGN_IN_REFUSALS_PER_MINUTE_MAX) {
            std::cmp::Ordering::Less => Counted::Noted,
            std::cmp::Ordering::Equal => Counted::LastNoted,
            std::cmp::Ordering::Greater => Counted::Only,
        }
    }
}

/// The word people are told. Whoever is not in the register, suspended, or of an institution that takes no part gets
/// one and the same answer (hpki.md section 6).
fn public_word(reason: &'static str) -> &'static str {
    match reason {
        "unbound" | "suspended" | "institution_absent" | "institution_suspended" | "affiliation_ended" => "unbound",
        other => other,
    }
}

/// Nobody in particular: not signed in. A certificate that is good but may not be used: not allowed.
fn category(reason: &str) -> Category {
    match reason {
        "test_cert_not_allowed" | "role_mismatch" | "source_mismatch" | "profession_not_allowed" | "unbound" => {
            Category::NotAllowed
        }
        _ => Category::NotSignedIn,
    }
}

impl House {
    /// Judges the caller's certificate by itself at this instant; the stable reason word when it fails.
    pub(crate) fn examine(&self, caller: &Caller) -> Result<Examined, &'static str> {
        let chain = caller.chain.as_ref().filter(|chain| !chain.is_empty()).ok_or("no_certificate")?;
        examine(chain.as_slice(), Use::Login, self.now(), &self.trust()).map_err(|reject| reject.reason.code())
    }

    /// Whether certificate and register agree on the profession and the level is enough for it on this day.
    pub(crate) fn profession_agrees(&self, examined: &Examined, role: Role, at: Timestamp) -> Result<(), &'static str> {
        let Some(profession) = role.profession() else { return Err("role_mismatch") };
        let row = renkei_hpki::Row { profession: certified(profession), active: true };
        let trust = self.trust();
        let verdict = renkei_hpki::against_register(examined, Use::Login, Some(row), trust.professions(), at);
        if verdict.is_accepted() { Ok(()) } else { Err(verdict.reason.code()) }
    }

    /// Opens a session for the caller's certificate. The answer holds the session's token, to be put into a cookie.
    ///
    /// # Errors
    /// [`AppError::Refused`] with the reason word and the number under which the trail holds the refusal.
    pub async fn sign_in(&self, caller: &Caller) -> Result<(Withheld<String>, Session), AppError> {
        match self.judge_caller(caller).await? {
            Ok((person, institution, standing, examined)) => {
                let test = examined.level == Level::Test;
                self.session_start(person, institution, standing, &examined, test, caller).await
            }
            Err(NotSignedIn { reason, fingerprint }) => {
                let counted = self
                    .sign_in_refusals()
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .one_more(caller.source, self.steady());
                let event = match counted {
                    Counted::Noted => events::auth_failure(self, reason, fingerprint, caller),
                    Counted::LastNoted => events::auth_failure(self, "too_many", fingerprint, caller),
                    Counted::Only => {
                        let refusal = Refusal { category: Category::TooMany, code: "too_many", reference: None };
                        return Err(refusal.into());
                    }
                };
                let reference = renkei_ledger::record_alone(self.db(), event).await?;
                let word = public_word(reason);
                Err(Refusal::new(category(word), word, reference).into())
            }
        }
    }

    async fn judge_caller(
        &self,
        caller: &Caller,
    ) -> Result<Result<(PersonId, InstitutionId, Standing, Examined), NotSignedIn>, AppError> {
        let examined = match self.examine(caller) {
            Ok(examined) => examined,
            Err(reason) => {
                let shown = caller.chain.as_ref().and_then(|chain| chain.first()).map(|der| fingerprint(der));
                return Ok(Err(NotSignedIn { reason, fingerprint: shown }));
            }
        };
        let shown = caller.chain.as_ref().and_then(|chain| chain.first()).map(|der| fingerprint(der));
        let no = |reason| Ok(Err(NotSignedIn { reason, fingerprint: shown }));
        let now = self.now();
        let on = self.db().reader();
        let Some(bound) = facts::binding(on, self.holder_hashes(&examined), now).await? else { return no("unbound") };
        let posts = facts::posts(on, bound.person, now).await?;
        let Some((institution, _)) = self.post_of(&posts, caller.source, now).await? else {
            return no("affiliation_ended");
        };
        match self.standing(bound.person, institution, &examined, caller.source, now).await? {
            Ok(standing) => Ok(Ok((bound.person, institution, standing, examined))),
            Err(reason) => no(reason),
        }
    }

    /// Of several posts the one whose institution's line the caller comes from; else the first, so that the refusal
    /// names the line.
    async fn post_of(
        &self,
        posts: &[(InstitutionId, Role)],
        source: Option<IpAddr>,
        at: Timestamp,
    ) -> Result<Option<(InstitutionId, Role)>, AppError> {
        for post in posts {
            let institution = facts::institution(self.db().reader(), post.0, source, at).await?;
            if institution.is_some_and(|institution| institution.source_matches) {
                return Ok(Some(*post));
            }
        }
        Ok(posts.first().copied())
    }

    /// A function of the professionals was asked for at an entrance where it does not exist; the entrance counts, so
    /// that at most one note comes per source and minute (architecture, section 8).
    pub async fn note_zone_denied(
        &self,
        zone: renkei_access::Zone,
        source: Option<IpAddr>,
        attempts: u64,
    ) -> Result<(), AppError> {
        renkei_ledger::record_alone(self.db(), events::zone_denied(self, zone, source, attempts)).await?;
        Ok(())
    }
}

fn fingerprint(der: &[u8]) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    Sha256::digest(der).into()
}

fn certified(profession: Profession) -> renkei_hpki::Profession {
    match profession {
        Profession::Doctor => renkei_hpki::Profession::Doctor,
        Profession::Dentist => renkei_hpki::Profession::Dentist,
        Profession::Pharmacist => renkei_hpki::Profession::Pharmacist,
        Profession::Nurse => renkei_hpki::Profession::Nurse,
        Profession::Dietitian => renkei_hpki::Profession::Dietitian,
        Profession::Auxiliary => renkei_hpki::Profession::Auxiliary,
    }
}

impl AppError {
    /// The refusal inside, or the failure as one: what a page says.
    pub fn as_refusal(&self) -> Refusal {
        match self {
            Self::Refused(refusal) | Self::NotYet { refusal, .. } => *refusal,
            other => Refusal { category: other.category(), code: other.code(), reference: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R-X-19: somebody who asks from ever new addresses of his network does not fill the trail.
    #[test]
    fn refusals_of_one_ipv6_network_are_counted_together() {
        let mut refusals = Refusals::default();
        let now = Steady::default();
        let from = |n: u64| Some(format!("2001:db8::{n:x}").parse::<IpAddr>().unwrap());
        for n in 1..SIGN_IN_REFUSALS_PER_MINUTE_MAX {
            assert_eq!(refusals.one_more(from(n), now), Counted::Noted);
        }
        assert_eq!(refusals.one_more(from(0xffff), now), Counted::LastNoted);
        assert_eq!(refusals.one_more(from(0x1_0000 - 2), now), Counted::Only);
        let elsewhere = Some("2001:db8:0:1::1".parse::<IpAddr>().unwrap());
        assert_eq!(refusals.one_more(elsewhere, now), Counted::Noted);
    }
}
