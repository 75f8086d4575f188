//! The extensions of a certificate, each read strictly and none twice (RFC 5280, 4.2).

use crate::der_in::{self, BIT_STRING, BOOLEAN, INTEGER, NotDer, OCTET_STRING, OID, Reader, SEQUENCE, context, single};
use crate::name::{self, dotted};

/// Largest value of subjectDirectoryAttributes that is looked into (hpki.md section 5).
pub const DIRECTORY_ATTRIBUTES_MAX_BYTES: usize = 4 * 1024;

/// Bits of keyUsage, bit 0 of the standard being the highest of the first octet.
pub const DIGITAL_SIGNATURE: u16 = 0x8000;
pub const NON_REPUDIATION: u16 = 0x4000;
pub const KEY_CERT_SIGN: u16 = 0x0400;
pub const CRL_SIGN: u16 = 0x0200;

/// Contents of extension OIDs.
mod oid {
    pub const DIRECTORY_ATTRIBUTES: &[u8] = &[0x55, 0x1d, 9];
    pub const SUBJECT_KEY: &[u8] = &[0x55, 0x1d, 14];
    pub const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
    pub const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 17];
    pub const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
    pub const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];
    pub const DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1d, 31];
    pub const POLICIES: &[u8] = &[0x55, 0x1d, 32];
    pub const POLICY_MAPPINGS: &[u8] = &[0x55, 0x1d, 33];
    pub const AUTHORITY_KEY: &[u8] = &[0x55, 0x1d, 35];
    pub const POLICY_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 36];
    pub const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
    pub const INHIBIT_ANY_POLICY: &[u8] = &[0x55, 0x1d, 54];
}

/// basicConstraints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BasicConstraints {
    pub authority: bool,
    pub path_length: Option<u64>,
}

/// keyUsage with its criticality.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUsage {
    pub critical: bool,
    pub bits: u16,
}

impl KeyUsage {
    pub fn has(self, bit: u16) -> bool {
        self.bits & bit != 0
    }
}

/// What the extensions say. Absent ones are `None`.
#[derive(Debug, Clone, Default)]
pub struct Extensions {
    pub basic_constraints: Option<BasicConstraints>,
    pub key_usage: Option<KeyUsage>,
    /// Dotted purposes of extKeyUsage.
    pub extended_key_usage: Option<Vec<String>>,
    /// Dotted policies.
    pub policies: Option<Vec<String>>,
    pub authority_key: Option<Vec<u8>>,
    pub subject_key: Option<Vec<u8>>,
    /// Whole directory names in cRLDistributionPoints; empty when only addresses stand there.
    pub list_points: Option<Vec<Vec<u8>>>,
    /// Whole directory names in subjectAltName.
    pub alternative_names: Vec<Vec<u8>>,
    pub directory_attributes: Option<Vec<u8>>,
    /// A critical extension that is not understood, policy mappings, or name constraints.
    pub unacceptable: Option<&'static str>,
}

/// One extension as it stands in a certificate, a list or a list entry.
pub struct Raw<'a> {
    pub oid: &'a [u8],
    pub critical: bool,
    pub value: &'a [u8],
}

/// Splits an Extensions element (whole SEQUENCE) and refuses doubles.
pub fn split(extensions: &[u8]) -> Result<Vec<Raw<'_>>, NotDer> {
    let mut reader = single(extensions, SEQUENCE)?.inside();
    if reader.is_empty() {
        return Err(NotDer("empty list of extensions"));
    }
    let mut all: Vec<Raw<'_>> = Vec::new();
    while !reader.is_empty() {
        let mut parts = reader.next(SEQUENCE)?.inside();
        let oid = parts.next(OID)?.content;
        let critical = parts.optional(BOOLEAN)?;
        if critical.is_some_and(|flag| flag.content != [0xff]) {
            return Err(NotDer("a default value is written out"));
        }
        let value = parts.next(OCTET_STRING)?.content;
        parts.end()?;
        if all.iter().any(|earlier| earlier.oid == oid) {
            return Err(NotDer("the same extension twice"));
        }
        all.push(Raw { oid, critical: critical.is_some(), value });
    }
    Ok(all)
}

impl Extensions {
    /// Reads the whole Extensions element of a certificate.
    pub fn read(extensions: &[u8]) -> Result<Self, NotDer> {
        let mut read = Self::default();
        for raw in split(extensions)? {
            read.take(&raw)?;
        }
        Ok(read)
    }

    fn take(&mut self, raw: &Raw<'_>) -> Result<(), NotDer> {
        let value = raw.value;
        match raw.oid {
            // Its own limits apply and its own reason is given, so it is kept as bytes (see `hcrole`).
            oid::DIRECTORY_ATTRIBUTES => self.directory_attributes = Some(value.to_vec()),
            oid::BASIC_CONSTRAINTS => self.basic_constraints = Some(basic_constraints(value)?),
            oid::KEY_USAGE => self.key_usage = Some(KeyUsage { critical: raw.critical, bits: key_usage(value)? }),
            oid::EXTENDED_KEY_USAGE => self.extended_key_usage = Some(purposes(value)?),
            oid::POLICIES => self.policies = Some(policies(value)?),
            oid::AUTHORITY_KEY => self.authority_key = authority_key(value)?,
            oid::SUBJECT_KEY => self.subject_key = Some(single(value, OCTET_STRING)?.content.to_vec()),
            oid::DISTRIBUTION_POINTS => self.list_points = Some(list_points(value)?),
            oid::SUBJECT_ALT_NAME => {
                der_in::check(value)?;
                let names = name::directory_names(single(value, SEQUENCE)?.content)?;
                self.alternative_names = names.into_iter().map(<[u8]>::to_vec).collect();
            }
            oid::POLICY_CONSTRAINTS | oid::INHIBIT_ANY_POLICY => der_in::check(value)?,
            oid::POLICY_MAPPINGS => self.unacceptable = Some("policy mappings are not taken"),
            oid::NAME_CONSTRAINTS => self.unacceptable = Some("name constraints are not taken"),
            _ if raw.critical => self.unacceptable = Some("a critical extension that is not understood"),
            _ => {}
        }
        Ok(())
    }
}

fn basic_constraints(value: &[u8]) -> Result<BasicConstraints, NotDer> {
    der_in::check(value)?;
    let mut parts = single(value, SEQUENCE)?.inside();
    let flag = parts.optional(BOOLEAN)?;
    if flag.is_some_and(|flag| flag.content != [0xff]) {
        return Err(NotDer("a default value is written out"));
    }
    let path_length = parts.optional(INTEGER)?.map(|length| small_unsigned(length.content)).transpose()?;
    parts.end()?;
    Ok(BasicConstraints { authority: flag.is_some(), path_length })
}

/// A non-negative integer below 2^63.
pub fn small_unsigned(content: &[u8]) -> Result<u64, NotDer> {
    match content {
        [first, ..] if *first < 0x80 && content.len() <= 8 => {
            Ok(content.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
        }
        _ => Err(NotDer("a number outside its range")),
    }
}

fn key_usage(value: &[u8]) -> Result<u16, NotDer> {
    der_in::check(value)?;
    match single(value, BIT_STRING)?.content {
        [unused, first] if first >> unused & 1 == 1 => Ok(u16::from(*first) << 8),
        [unused, first, second] if second >> unused & 1 == 1 => Ok(u16::from(*first) << 8 | u16::from(*second)),
        _ => Err(NotDer("key usage is empty or not in its only permitted form")),
    }
}

fn object_identifiers(reader: &mut Reader<'_>) -> Result<Vec<String>, NotDer> {
    let mut all = Vec::new();
    while !reader.is_empty() {
        all.push(dotted(reader.next(OID)?.content).ok_or(NotDer("an object identifier out of range"))?);
    }
    if all.is_empty() { Err(NotDer("an empty list")) } else { Ok(all) }
}

fn purposes(value: &[u8]) -> Result<Vec<String>, NotDer> {
    der_in::check(value)?;
    object_identifiers(&mut single(value, SEQUENCE)?.inside())
}

fn policies(value: &[u8]) -> Result<Vec<String>, NotDer> {
    der_in::check(value)?;
    let mut reader = single(value, SEQUENCE)?.inside();
    let mut all: Vec<String> = Vec::new();
    while !reader.is_empty() {
        let mut parts = reader.next(SEQUENCE)?.inside();
        let policy = dotted(parts.next(OID)?.content).ok_or(NotDer("an object identifier out of range"))?;
        parts.optional(SEQUENCE)?;
        parts.end()?;
        if all.contains(&policy) {
            return Err(NotDer("the same policy twice"));
        }
        all.push(policy);
    }
    if all.is_empty() { Err(NotDer("an empty list")) } else { Ok(all) }
}

/// keyIdentifier of authorityKeyIdentifier; also used for lists.
pub fn authority_key(value: &[u8]) -> Result<Option<Vec<u8>>, NotDer> {
    der_in::check(value)?;
    let mut parts = single(value, SEQUENCE)?.inside();
    let identifier = parts.optional(0x80)?.map(|identifier| identifier.content.to_vec());
    parts.optional(context(1))?;
    parts.optional(0x82)?;
    parts.end()?;
    Ok(identifier)
}

fn list_points(value: &[u8]) -> Result<Vec<Vec<u8>>, NotDer> {
    der_in::check(value)?;
    let mut reader = single(value, SEQUENCE)?.inside();
    let mut all = Vec::new();
    while !reader.is_empty() {
        let mut parts = reader.next(SEQUENCE)?.inside();
        if let Some(point) = parts.optional(context(0))? {
            all.extend(full_names(point.content)?);
        }
    }
    Ok(all)
}

/// Directory names in the fullName of a DistributionPointName.
pub fn full_names(point_name: &[u8]) -> Result<Vec<Vec<u8>>, NotDer> {
    let mut reader = Reader::new(point_name);
    let form = reader.any()?;
    reader.end()?;
    if form.tag != context(0) {
        return Err(NotDer("a list's place relative to its issuer is not taken"));
    }
    Ok(name::directory_names(form.content)?.into_iter().map(<[u8]>::to_vec).collect())
}
