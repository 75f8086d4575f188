//! Sessions of professionals: opened by a judged certificate, checked again at every request, ended early when
//! anything they rest on ends (login-and-sessions.md section 5; ).

use crate::error::{AppError, Refusal};
use crate::events;
use crate::facts;
use crate::house::House;
use renkei_access::{Asker, SessionFacts};
use renkei_hpki::Examined;
use renkei_kernel::limits::{
    SESSION_ABSOLUTE_SECONDS, SESSION_IDLE_SECONDS, SESSION_IDLE_SHARED_SECONDS, SESSIONS_PER_PERSON_MAX,
};
use renkei_kernel::{Category, InstitutionId, PersonId, SessionId, Timestamp, Withheld};
use renkei_participation::{AffiliationState, InstitutionState, Period, Role};
use renkei_store::sessions::{self, SessionRow};
use std::net::IpAddr;
use std::sync::Arc;

/// Number of the professional entrance in stored sessions; a session serves at no other.
pub const PROFESSIONAL_ENTRANCE: i16 = 1;
/// The idle limit is moved on at most this often, so that a page costs no write.
const SEEN_EVERY_SECONDS: i64 = 60;

/// Where a request comes from, as the listener says; never from a header. `Debug` leaves out the certificates: they hold
/// the person's name.
#[derive(Clone)]
pub struct Caller {
    pub entrance: i16,
    pub source: Option<IpAddr>,
    /// DER certificates whose key the caller proved to hold, its own first.
    pub chain: Option<Arc<Vec<Vec<u8>>>>,
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let certificates = self.chain.as_ref().map_or(0, |chain| chain.len());
        f.debug_struct("Caller")
            .field("entrance", &self.entrance)
            .field("source", &self.source)
            .field("certificates", &certificates)
            .finish()
    }
}

/// A live session at this request: everything it rests on was checked now.
#[derive(Debug, Clone)]
pub struct Session {
    pub id: SessionId,
    pub person: PersonId,
    pub institution: InstitutionId,
    pub role: Role,
    /// Signed in with a test certificate.
    pub test_level: bool,
    pub started_at: Timestamp,
    /// Earlier of idle and absolute end, as of now.
    pub valid_until: Timestamp,
    pub credential_not_after: Timestamp,
    pub source: Option<IpAddr>,
    /// Idle seconds after which it ends: fewer at a terminal that several people use (R-F1-3.3B-2).
    pub idle_seconds: i64,
    /// For forms: bound to the session's token, useless without its cookie.
    pub form_token: Withheld<String>,
    /// The request's caller, to be judged again when a card that was asked for arrives.
    pub(crate) caller: Caller,
}

/// What register, institution and certificate say of a bound person at an instant.
pub(crate) struct Standing {
    pub role: Role,
    pub idle_seconds: i64,
}

/// A stored session judged anew.
pub(crate) struct Judged {
    pub role: Role,
    pub idle_seconds: i64,
    pub examined: Examined,
}

impl Session {
    pub(crate) fn asker(&self) -> Asker {
        Asker {
            person: Some(self.person),
            role: self.role,
            institution: Some(self.institution),
            session: Some(self.id),
        }
    }
    pub(crate) fn facts(&self) -> SessionFacts {
        SessionFacts {
            valid: Period { from: self.started_at, to: Some(self.valid_until) },
            credential_valid: true,
            credential_not_after: self.credential_not_after,
            test_level: self.test_level,
        }
    }
}

/// Why a token opens nothing. All look the same outside but for the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSession {
    /// No such session, or it had ended: sign in again.
    Unknown,
    /// Ended just now, with the reason shown on the page.
    Ended(&'static str),
}

/// SHA-256 of the certificate.
fn fingerprint_of(examined: &Examined) -> [u8; 32] {
    let bytes = hex::decode(&examined.holder.fingerprint_sha256).unwrap_or_default();
    <[u8; 32]>::try_from(bytes).unwrap_or_default()
}

/// The word for a session that had ended before it was asked for, otherwise than by [`TOLD_AGAIN`].
pub const ENDED_OTHERWISE: &str = "ended_otherwise";

/// Ends that are told again to every window that comes later.
const TOLD_AGAIN: [&str; 4] = ["signed_out", "idle", "absolute", "newer_session"];

fn told_again(stored: Option<&str>) -> &'static str {
    TOLD_AGAIN.into_iter().find(|word| stored == Some(word)).unwrap_or(ENDED_OTHERWISE)
}

impl House {
    fn form_token(&self, token: &[u8; 32]) -> Withheld<String> {
        Withheld::new(hex::encode(self.sealer().lookup_hash("session.form", &[token])))
    }
    pub(crate) fn token_hash(&self, token: &[u8]) -> [u8; 32] {
        self.sealer().lookup_hash("session.token", &[token])
    }
    pub(crate) fn fingerprint_hash(&self, fingerprint: &[u8]) -> [u8; 32] {
        self.sealer().lookup_hash("certificate.fingerprint", &[fingerprint])
    }

    /// Opens a session for a person whose certificate was judged. The oldest ends when there are too many.
    pub(crate) async fn session_start(
        &self,
        person: PersonId,
        institution: InstitutionId,
        standing: Standing,
        examined: &Examined,
        test_level: bool,
        caller: &Caller,
    ) -> Result<(Withheld<String>, Session), AppError> {
        let now = self.now();
        let token = self.ids().token();
        let absolute = now.plus_seconds(SESSION_ABSOLUTE_SECONDS);
        let row = SessionRow {
            id: self.ids().next(),
            token_hash: self.token_hash(&token),
            person,
            institution,
            fingerprint_hash: self.fingerprint_hash(&fingerprint_of(examined)),
            entrance: caller.entrance,
            test_level,
            started_at: now,
            last_seen_at: now,
            ends_at: absolute.min(examined.holder.not_after),
            ended_at: None,
            end_reason: None,
        };
        let session = Session {
            id: row.id,
            person,
            institution,
            role: standing.role,
            test_level,
            started_at: now,
            valid_until: row.ends_at.min(now.plus_seconds(standing.idle_seconds)),
            credential_not_after: examined.holder.not_after,
            source: caller.source,
            idle_seconds: standing.idle_seconds,
            form_token: self.form_token(&token),
            caller: caller.clone(),
        };
        let started = events::auth_success(self, &session, &fingerprint_of(examined), caller);
        let (house, caller) = (self.clone(), caller.clone());
        self.db()
            .act(move |tx| {
                let (row, started, house, caller) = (row.clone(), started.clone(), house.clone(), caller.clone());
                Box::pin(async move {
                    let live = sessions::live_of_person(tx.connection(), row.person, row.started_at).await?;
                    let surplus = (live.len() + 1).saturating_sub(SESSIONS_PER_PERSON_MAX);
                    for old in live.iter().take(surplus) {
                        if sessions::end(tx, old.id, row.started_at, "newer_session").await? {
                            let ended = events::session_ended(&house, old, "newer_session", &caller);
                            renkei_ledger::record_plain(tx, &ended).await?;
                        }
                    }
                    sessions::start(tx, &row).await?;
                    renkei_ledger::record_plain(tx, &started).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await?;
        Ok((Withheld::new(hex::encode(token)), session))
    }

    /// The live session of a token, with everything it rests on checked at this instant.
    pub async fn session(&self, token: &str, caller: &Caller) -> Result<Result<Session, NoSession>, AppError> {
        self.session_looked_at(token, caller, true).await
    }

    /// As [`Self::session`], without moving the idle limit on: for pages that a window asks for by itself.
    pub async fn session_untouched(
        &self,
        token: &str,
        caller: &Caller,
    ) -> Result<Result<Session, NoSession>, AppError> {
        self.session_looked_at(token, caller, false).await
    }

    async fn session_looked_at(
        &self,
        token: &str,
        caller: &Caller,
        touch: bool,
    ) -> Result<Result<Session, NoSession>, AppError> {
        let Some(token) = hex::decode(token).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) else {
            return Ok(Err(NoSession::Unknown));
        };
        let now = self.now();
        let on = self.db().reader();
        let Some(row) = sessions::find_by_token(on, self.token_hash(&token)).await? else {
            return Ok(Err(NoSession::Unknown));
        };
        if row.ended_at.is_some() {
            // A second tab meets the same end as the first; it does not begin again by itself.
            return Ok(Err(NoSession::Ended(told_again(row.end_reason.as_deref()))));
        }
        let judged = match self.judge_session(&row, caller, now).await? {
            Ok(judged) => judged,
            Err(reason) => {
                return self.session_end_now(&row, reason, caller).await.map(|()| Err(NoSession::Ended(reason)));
            }
        };
        if touch && now.seconds_since(row.last_seen_at) >= SEEN_EVERY_SECONDS {
            let id = row.id;
            self.db()
                .act(move |tx| Box::pin(async move { sessions::seen(tx, id, now).await.map_err(AppError::from) }))
                .await?;
        }
        Ok(Ok(Session {
            id: row.id,
            person: row.person,
            institution: row.institution,
            role: judged.role,
            test_level: row.test_level,
            started_at: row.started_at,
            valid_until: row.ends_at.min(now.plus_seconds(judged.idle_seconds)),
            credential_not_after: judged.examined.holder.not_after,
            source: caller.source,
            idle_seconds: judged.idle_seconds,
            form_token: self.form_token(&token),
            caller: caller.clone(),
        }))
    }

    /// Everything a stored session rests on, at this instant: its ends, the certificate and its revocation, entrance,
    /// register, line. The word of the trail when it may not go on.
    pub(crate) async fn judge_session(
        &self,
        row: &SessionRow,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<Judged, &'static str>, AppError> {
        let idle = now.seconds_since(row.last_seen_at);
        if now >= row.ends_at {
            return Ok(Err("absolute"));
        }
        if idle >= SESSION_IDLE_SECONDS {
            return Ok(Err("idle"));
        }
        if row.is_after(now) {
            return Ok(Err("clock"));
        }
        let examined = match self.examine(caller) {
            Ok(examined) => examined,
            Err(reason) => return Ok(Err(reason)),
        };
        let fingerprint = self.fingerprint_hash(&fingerprint_of(&examined));
        if row.entrance != caller.entrance || row.fingerprint_hash != fingerprint {
            return Ok(Err("bound_elsewhere"));
        }
        match self.standing(row.person, row.institution, &examined, caller.source, now).await? {
            Ok(standing) if idle >= standing.idle_seconds => Ok(Err("idle")),
            Ok(Standing { role, idle_seconds }) => Ok(Ok(Judged { role, idle_seconds, examined })),
            Err(reason) => Ok(Err(reason)),
        }
    }

    /// What register and institution say of a bound person at this instant; the reason word when they say no.
    pub(crate) async fn standing(
        &self,
        person: PersonId,
        institution: InstitutionId,
        examined: &Examined,
        source: Option<IpAddr>,
        at: Timestamp,
    ) -> Result<Result<Standing, &'static str>, AppError> {
        let on = self.db().reader();
        let bound = facts::binding(on, self.holder_hashes(examined), at).await?;
        let Some(bound) = bound.filter(|bound| bound.person == person) else { return Ok(Err("unbound")) };
        let fingerprint = hex::encode(self.fingerprint_hash(&fingerprint_of(examined)));
        if !bound.fingerprints.is_empty() && !bound.fingerprints.contains(&fingerprint) {
            return Ok(Err("unbound"));
        }
        let Some((house, shared)) = facts::institution_and_terminal(on, institution, source, at).await? else {
            return Ok(Err("institution_absent"));
        };
        if house.state != InstitutionState::Active || !house.valid.contains(at) {
            return Ok(Err("institution_suspended"));
        }
        if !house.source_matches {
            return Ok(Err("source_mismatch"));
        }
        if !facts::person_holds(on, person, at).await? {
            return Ok(Err("affiliation_ended"));
        }
        // One may hold several posts at an institution (a doctor who is its contractor): the one that the certificate
        // proves counts.
        let mut reason = "affiliation_ended";
        for post in facts::affiliations(on, person, institution, at).await? {
            if post.state != AffiliationState::Active || !post.valid.contains(at) || post.role.profession().is_none() {
                continue;
            }
            match self.profession_agrees(examined, post.role, at) {
                Ok(()) => {
                    let idle_seconds = if shared { SESSION_IDLE_SHARED_SECONDS } else { SESSION_IDLE_SECONDS };
                    return Ok(Ok(Standing { role: post.role, idle_seconds }));
                }
                Err(disagrees) => reason = disagrees,
            }
        }
        Ok(Err(reason))
    }

    async fn session_end_now(&self, row: &SessionRow, reason: &'static str, caller: &Caller) -> Result<(), AppError> {
        let (id, now) = (row.id, self.now());
        let event = events::session_ended(self, row, reason, caller);
        self.db()
            .act(move |tx| {
                let event = event.clone();
                Box::pin(async move {
                    if sessions::end(tx, id, now, reason).await? {
                        renkei_ledger::record_plain(tx, &event).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// The person signs out.
    pub async fn sign_out(&self, session: &Session, caller: &Caller) -> Result<(), AppError> {
        let (id, now) = (session.id, self.now());
        let event = events::signed_out(self, session, caller);
        self.db()
            .act(move |tx| {
                let event = event.clone();
                Box::pin(async move {
                    if sessions::end(tx, id, now, "signed_out").await? {
                        renkei_ledger::record_plain(tx, &event).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Checks a form's token: equal in constant time, or a refusal that says to open the page again.
    pub fn form_is_genuine(session: &Session, token: &str) -> Result<(), Refusal> {
        use sha2::{Digest, Sha256};
        // Compared as digests: equal length, and no early end that a clock could see.
        if Sha256::digest(session.form_token.reveal().as_bytes()) == Sha256::digest(token.as_bytes()) {
            Ok(())
        } else {
            Err(Refusal { category: Category::NotAllowed, code: "form_token", reference: None })
        }
    }
}
