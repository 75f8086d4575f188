//! Revocation lists: reading one, and whether it may be believed (hpki.md section 7; RFC 5280, 5 and 6.3).

use crate::certificate::{Certificate, whole_octets};
use crate::der_in::{
    self, BIT_STRING, ENUMERATED, GENERALIZED_TIME, INTEGER, NotDer, Reader, SEQUENCE, UTC_TIME, context, single,
};
use crate::extensions::{self, CRL_SIGN};
use crate::reason::{Reason, Reject};
use crate::signature;
use renkei_kernel::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Largest list that is read.
pub const LIST_MAX_BYTES: u64 = 20 * 1024 * 1024;
/// How long a list without nextUpdate counts as fresh (R-8.1.1, default).
pub const WITHOUT_END_SECONDS: i64 = 24 * 60 * 60;
/// How long before its end a list is an alarm.
pub const ALARM_SECONDS: i64 = 24 * 60 * 60;

const CRL_NUMBER: &[u8] = &[0x55, 0x1d, 20];
const REASON_CODE: &[u8] = &[0x55, 0x1d, 21];
const INVALIDITY_DATE: &[u8] = &[0x55, 0x1d, 24];
const ISSUING_POINT: &[u8] = &[0x55, 0x1d, 28];
const AUTHORITY_KEY: &[u8] = &[0x55, 0x1d, 35];
/// Reason removeFromCRL, which only delta lists may use.
const REMOVE_FROM_LIST: &[u8] = &[8];

/// What part of an authority's certificates a list is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Scope {
    /// Directory names of the issuing distribution point (`… CN=SARL`); empty when the list names none.
    pub points: Vec<Vec<u8>>,
    pub people_only: bool,
    pub authorities_only: bool,
}

/// One list, read but not yet believed.
#[derive(Debug, Clone)]
pub struct RevocationList {
    signed: Vec<u8>,
    signature_algorithm: Vec<u8>,
    signature: Vec<u8>,
    /// Whole name of who issued it.
    pub issuer: Vec<u8>,
    /// Seconds since 1970.
    pub this_update: i64,
    pub next_update: i64,
    /// cRLNumber without leading zeros; absent when the list has none.
    pub number: Option<Vec<u8>>,
    authority_key: Option<Vec<u8>>,
    pub scope: Scope,
    revoked: HashMap<Vec<u8>, i64>,
    /// SHA-256 of the file's DER.
    pub digest: [u8; 32],
}

/// A fault while reading: of the bytes, or of a kind that is not taken.
enum Fault {
    Bytes(NotDer),
    Kind(&'static str),
}

impl From<NotDer> for Fault {
    fn from(problem: NotDer) -> Self {
        Self::Bytes(problem)
    }
}

impl RevocationList {
    /// Reads a list, DER.
    pub fn read(der: &[u8]) -> Result<Self, Reject> {
        if u64::try_from(der.len()).is_ok_and(|size| size > LIST_MAX_BYTES) {
            return Err(Reject::new(Reason::CrlMalformed, "the list is too large"));
        }
        Self::fields(der).map_err(|fault| match fault {
            Fault::Bytes(problem) => Reject::new(Reason::CrlMalformed, problem.0),
            Fault::Kind(detail) => Reject::new(Reason::CrlUnsupported, detail),
        })
    }

    fn fields(der: &[u8]) -> Result<Self, Fault> {
        der_in::check(der)?;
        let mut outer = single(der, SEQUENCE)?.inside();
        let signed = outer.next(SEQUENCE)?;
        let algorithm = outer.next(SEQUENCE)?;
        let signature = whole_octets(&outer.next(BIT_STRING)?)?.to_vec();
        outer.end()?;

        let mut body = signed.inside();
        // Version 1 is the absent number and has no extensions; it says less, not something else.
        let version = body.optional(INTEGER)?;
        if version.is_some_and(|version| version.content != [1]) {
            return Err(Fault::Kind("a list of an unknown version"));
        }
        if body.next(SEQUENCE)?.whole != algorithm.whole {
            return Err(NotDer("two different signature algorithms").into());
        }
        let issuer = body.next(SEQUENCE)?.whole.to_vec();
        let this_update = der_in::seconds(&body.any()?)?;
        let next_update = match body.peek() {
            Some(UTC_TIME | GENERALIZED_TIME) => der_in::seconds(&body.any()?)?,
            _ => this_update.saturating_add(WITHOUT_END_SECONDS),
        };
        let mut list = Self {
            signed: signed.whole.to_vec(),
            signature_algorithm: algorithm.whole.to_vec(),
            signature,
            issuer,
            this_update,
            next_update,
            number: None,
            authority_key: None,
            scope: Scope::default(),
            revoked: HashMap::new(),
            digest: Sha256::digest(der).into(),
        };
        if let Some(entries) = body.optional(SEQUENCE)? {
            list.take_entries(&mut entries.inside())?;
        }
        if let Some(wrapped) = body.optional(context(0))? {
            if version.is_none() {
                return Err(NotDer("extensions in a list of version 1").into());
            }
            list.take_extensions(wrapped.content)?;
        }
        body.end()?;
        Ok(list)
    }

    fn take_entries(&mut self, entries: &mut Reader<'_>) -> Result<(), Fault> {
        while !entries.is_empty() {
            let mut entry = entries.next(SEQUENCE)?.inside();
            let serial = entry.next(INTEGER)?.content;
            let at = der_in::seconds(&entry.any()?)?;
            if let Some(own) = entry.optional(SEQUENCE)? {
                check_entry_extensions(own.whole)?;
            }
            entry.end()?;
            self.revoked.insert(serial.to_vec(), at);
        }
        Ok(())
    }

    fn take_extensions(&mut self, value: &[u8]) -> Result<(), Fault> {
        for raw in extensions::split(value)? {
            match raw.oid {
                CRL_NUMBER => {
                    let number = single(raw.value, INTEGER)?.content;
                    if number.len() > 20 || number.first().is_none_or(|first| *first >= 0x80) {
                        return Err(NotDer("the list's number is out of range").into());
                    }
                    self.number = Some(number.iter().copied().skip_while(|byte| *byte == 0).collect());
                }
                AUTHORITY_KEY => self.authority_key = extensions::authority_key(raw.value)?,
                ISSUING_POINT => self.scope = scope(raw.value)?,
                _ if raw.critical => return Err(Fault::Kind("a critical extension of the list is not understood")),
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether `authority` really issued the list: name, right to sign lists, key, signature.
    pub fn verify(&self, authority: &Certificate) -> Result<(), Reject> {
        const FORGED: Reject = Reject::new(Reason::CrlForged, "the list was not signed by its authority");
        if self.issuer != authority.subject {
            return Err(Reject::new(Reason::CrlMissing, "the list is of another authority"));
        }
        if !authority.extensions.key_usage.is_some_and(|usage| usage.has(CRL_SIGN)) {
            return Err(Reject::new(Reason::CrlForged, "the authority may not sign lists"));
        }
        if let (Some(named), Some(held)) = (&self.authority_key, &authority.extensions.subject_key)
            && named != held
        {
            return Err(FORGED);
        }
        signature::verify(&self.signature_algorithm, &authority.spki, &self.signed, &self.signature).map_err(|_| FORGED)
    }

    /// Whether the list counts at `at`.
    pub fn check_time(&self, at: Timestamp) -> Result<(), Reject> {
        if self.this_update > at.seconds() {
            Err(Reject::new(Reason::CrlNotYetValid, "the list is dated in the future"))
        } else if at.seconds() > self.next_update {
            Err(Reject::new(Reason::CrlStale, "the list is past its next update"))
        } else {
            Ok(())
        }
    }

    /// Whether the list is about certificates with these distribution points. A certificate of an authority asks with
    /// `for_authority`; `points` are the directory names in its cRLDistributionPoints, `None` without the extension.
    pub fn covers(&self, for_authority: bool, points: Option<&[Vec<u8>]>) -> bool {
        if for_authority && self.scope.people_only || !for_authority && self.scope.authorities_only {
            return false;
        }
        if self.scope.points.is_empty() {
            return true;
        }
        match points {
            Some(points) if !points.is_empty() => points.iter().any(|point| self.scope.points.contains(point)),
            // The certificate names no directory entry to compare with. The list about the root itself (RARL) is the
            // one of the national root's two lists that says nothing of its subordinates.
            _ => !self.scope.points.iter().any(|point| is_about_the_root(point)),
        }
    }

    /// Seconds since 1970 of the revocation, if this serial number is listed (certificateHold counts as revoked).
    pub fn revoked_at(&self, serial: &[u8]) -> Option<i64> {
        self.revoked.get(serial).copied()
    }
    pub fn entries(&self) -> usize {
        self.revoked.len()
    }
    /// Order of two lists of one scope: by number, then by date.
    pub fn order(&self) -> (usize, &[u8], i64) {
        let number = self.number.as_deref().unwrap_or_default();
        (number.len(), number, self.this_update)
    }
}

fn is_about_the_root(point: &[u8]) -> bool {
    crate::name::attributes(point).is_ok_and(|all| {
        all.last().is_some_and(|last| last.kind == crate::name::COMMON_NAME && last.text() == Some("RARL"))
    })
}

fn check_entry_extensions(value: &[u8]) -> Result<(), Fault> {
    for raw in extensions::split(value)? {
        match raw.oid {
            REASON_CODE if single(raw.value, ENUMERATED)?.content == REMOVE_FROM_LIST => {
                return Err(Fault::Kind("an entry that only a delta list may have"));
            }
            REASON_CODE => {}
            INVALIDITY_DATE => der_in::check(raw.value)?,
            _ if raw.critical => return Err(Fault::Kind("a critical extension of an entry is not understood")),
            _ => {}
        }
    }
    Ok(())
}

fn scope(value: &[u8]) -> Result<Scope, Fault> {
    der_in::check(value)?;
    let mut parts = single(value, SEQUENCE)?.inside();
    let mut scope = Scope::default();
    if let Some(point) = parts.optional(context(0))? {
        scope.points = extensions::full_names(point.content)?;
    }
    let mut flag = |number: u8| -> Result<bool, NotDer> {
        match parts.optional(0x80 | number)?.map(|flag| flag.content) {
            None => Ok(false),
            Some([0xff]) => Ok(true),
            Some(_) => Err(NotDer("a default value is written out")),
        }
    };
    scope.people_only = flag(1)?;
    scope.authorities_only = flag(2)?;
    let by_reasons_or_indirect = parts.peek().is_some();
    if by_reasons_or_indirect {
        return Err(Fault::Kind("lists by reasons, indirect lists and attribute lists are not taken"));
    }
    if scope.people_only && scope.authorities_only {
        return Err(Fault::Kind("a list about nobody"));
    }
    Ok(scope)
}
