//! Certificate and list extensions as finished elements.

use crate::der_out::{bits_unused, boolean, explicit, implicit, integer, octets, oid, seq, tlv, unsigned};
use crate::name::Name;
use std::net::IpAddr;

pub const BASIC_CONSTRAINTS: &str = "2.5.29.19";
pub const KEY_USAGE: &str = "2.5.29.15";
pub const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
pub const CERTIFICATE_POLICIES: &str = "2.5.29.32";
pub const DIRECTORY_ATTRIBUTES: &str = "2.5.29.9";
pub const SUBJECT_ALT_NAME: &str = "2.5.29.17";
pub const AUTHORITY_KEY: &str = "2.5.29.35";
pub const SUBJECT_KEY: &str = "2.5.29.14";
pub const DISTRIBUTION_POINTS: &str = "2.5.29.31";
pub const CRL_NUMBER: &str = "2.5.29.20";
pub const CRL_REASON: &str = "2.5.29.21";
pub const ISSUING_DISTRIBUTION_POINT: &str = "2.5.29.28";
pub const DELTA_INDICATOR: &str = "2.5.29.27";

pub const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
pub const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";

/// Bits of keyUsage by number (RFC 5280, 4.2.1.3).
pub const DIGITAL_SIGNATURE: u8 = 0;
pub const NON_REPUDIATION: u8 = 1;
pub const KEY_ENCIPHERMENT: u8 = 2;
pub const KEY_CERT_SIGN: u8 = 5;
pub const CRL_SIGN: u8 = 6;

/// One extension before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    pub oid: String,
    pub critical: bool,
    /// The DER (or not) inside the OCTET STRING.
    pub value: Vec<u8>,
}

impl Extension {
    pub fn new(oid: &str, critical: bool, value: Vec<u8>) -> Self {
        Self { oid: oid.to_owned(), critical, value }
    }
    pub fn der(&self) -> Vec<u8> {
        let mut parts = vec![oid(&self.oid)];
        if self.critical {
            parts.push(boolean(true));
        }
        parts.push(octets(&self.value));
        seq(&parts)
    }
}

pub fn authority(path_length: Option<u64>) -> Extension {
    let mut parts = vec![boolean(true)];
    parts.extend(path_length.map(integer));
    Extension::new(BASIC_CONSTRAINTS, true, seq(&parts))
}

/// keyUsage with the numbered bits (all below 8), critical.
pub fn key_usage(numbers: &[u8]) -> Extension {
    let byte = numbers.iter().fold(0u8, |byte, number| byte | (0x80 >> number));
    Extension::new(KEY_USAGE, true, bits_unused(byte.trailing_zeros().min(7) as u8, &[byte]))
}

pub fn extended_key_usage(purposes: &[&str]) -> Extension {
    let parts: Vec<_> = purposes.iter().map(|purpose| oid(purpose)).collect();
    Extension::new(EXTENDED_KEY_USAGE, false, seq(&parts))
}

/// Critical, each policy with a CPS qualifier, as the national infrastructure writes them.
pub fn policies(policies: &[&str]) -> Extension {
    let parts: Vec<_> = policies
        .iter()
        .map(|policy| {
            let cps = seq(&[oid("1.3.6.1.5.5.7.2.1"), tlv(0x16, b"http://pki.example.jp/cps/")]);
            seq(&[oid(policy), seq(&[cps])])
        })
        .collect();
    Extension::new(CERTIFICATE_POLICIES, true, seq(&parts))
}

pub fn directory_attributes(value: Vec<u8>) -> Extension {
    Extension::new(DIRECTORY_ATTRIBUTES, false, value)
}

/// subjectAltName with a directory name, where MEDIS keeps the name in kanji.
pub fn directory_name(name: &Name) -> Extension {
    Extension::new(SUBJECT_ALT_NAME, false, seq(&[explicit(4, &name.der())]))
}

/// subjectAltName of a server.
pub fn server_names(dns: &[&str], addresses: &[IpAddr]) -> Extension {
    let mut parts: Vec<_> = dns.iter().map(|name| implicit(2, name.as_bytes())).collect();
    parts.extend(addresses.iter().map(|address| match address {
        IpAddr::V4(v4) => implicit(7, &v4.octets()),
        IpAddr::V6(v6) => implicit(7, &v6.octets()),
    }));
    Extension::new(SUBJECT_ALT_NAME, false, seq(&parts))
}

/// Key identifier, issuer name and serial number of the authority's certificate, as observed.
pub fn authority_key(identifier: &[u8], issuer: &Name, serial: &[u8]) -> Extension {
    let issuer_and_serial = [explicit(1, &explicit(4, &issuer.der())), retag(0x82, &unsigned(serial))].concat();
    let value = seq(&[implicit(0, identifier), issuer_and_serial]);
    Extension::new(AUTHORITY_KEY, false, value)
}

pub fn subject_key(identifier: &[u8]) -> Extension {
    Extension::new(SUBJECT_KEY, false, octets(identifier))
}

fn retag(tag: u8, element: &[u8]) -> Vec<u8> {
    let mut out = element.to_vec();
    if let Some(first) = out.first_mut() {
        *first = tag;
    }
    out
}

fn full_name(general_name: Vec<u8>) -> Vec<u8> {
    explicit(0, &explicit(0, &general_name))
}

/// cRLDistributionPoints with one directory name (if given) and one address, each a point of its own.
pub fn distribution_points(directory: Option<&Name>, address: &str) -> Extension {
    let mut points = Vec::new();
    if let Some(name) = directory {
        points.push(seq(&[full_name(explicit(4, &name.der()))]));
    }
    points.push(seq(&[full_name(implicit(6, address.as_bytes()))]));
    Extension::new(DISTRIBUTION_POINTS, false, seq(&points))
}

/// issuingDistributionPoint of the root's lists: directory name, authority certificates only, critical.
pub fn authority_list_point(directory: &Name) -> Extension {
    let value = seq(&[full_name(explicit(4, &directory.der())), implicit(2, &[0xff])]);
    Extension::new(ISSUING_DISTRIBUTION_POINT, true, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn non_repudiation_only_has_the_observed_bytes() {
        assert_eq!(hex::encode(key_usage(&[NON_REPUDIATION]).value), "03020640");
        assert_eq!(hex::encode(key_usage(&[KEY_CERT_SIGN, CRL_SIGN]).value), "03020106");
    }
}
