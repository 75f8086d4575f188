//! What an end-entity certificate shall say. Constructors give correct profiles; the builder methods bend them.

use crate::authority::{self, Authority};
use crate::extension::{self, Extension};
use crate::hcrole;
use crate::keys::{KeyKind, SignatureKind};
use crate::name::Name;
use renkei_kernel::Timestamp;
use std::net::IpAddr;

/// Level of a policy: real cards, or the test cards that some professions use (regulation 8.1(2)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Production,
    Test,
}

/// A certificate to be issued.
#[derive(Debug, Clone)]
pub struct Profile {
    pub issuer: Authority,
    pub subject: Name,
    /// Serial number of the certificate; drawn by counting up when absent.
    pub serial: Option<Vec<u8>>,
    /// Start; 30 days before the PKI's day when absent.
    pub not_before: Option<Timestamp>,
    /// End; four years after the PKI's day when absent.
    pub not_after: Option<Timestamp>,
    /// Name of the key. People share one unless told otherwise, since making keys is slow.
    pub key: String,
    pub key_kind: KeyKind,
    pub signature: SignatureKind,
    /// Extensions without the key identifiers, which follow from keys.
    pub extensions: Vec<Extension>,
    /// Leave false to get authorityKeyIdentifier and cRLDistributionPoints of the issuer.
    pub bare: bool,
}

impl Profile {
    fn new(issuer: Authority, subject: Name, extensions: Vec<Extension>) -> Self {
        Self {
            issuer,
            subject,
            serial: None,
            not_before: None,
            not_after: None,
            key: "people".to_owned(),
            key_kind: KeyKind::Rsa2048,
            signature: SignatureKind::RsaSha256,
            extensions,
            bare: false,
        }
    }

    /// A person's authentication certificate. `name` in romaji, given name first; `serial_number` of the subject.
    pub fn person(name: &str, serial_number: &str, roles: &[&str], level: Level) -> Self {
        let policy = match level {
            Level::Production => authority::PERSON_PRODUCTION,
            Level::Test => authority::PERSON_TEST,
        };
        Self::new(
            Authority::PersonAuth,
            Name::japan().common_name(name).serial_number(serial_number),
            vec![
                extension::key_usage(&[extension::DIGITAL_SIGNATURE]),
                extension::policies(&[policy]),
                extension::directory_attributes(hcrole::roles(roles)),
            ],
        )
    }

    /// A person's certificate for signing documents.
    pub fn signing(name: &str, serial_number: &str, roles: &[&str], level: Level) -> Self {
        let policy = match level {
            Level::Production => authority::SIGNING_PRODUCTION,
            Level::Test => authority::SIGNING_TEST,
        };
        let mut profile = Self::person(name, serial_number, roles, level)
            .replace(extension::key_usage(&[extension::NON_REPUDIATION]))
            .replace(extension::policies(&[policy]));
        profile.issuer = Authority::Signing;
        profile
    }

    /// An institution's authentication certificate, carried by its auxiliary workers' cards.
    pub fn organisation(name: &str, serial_number: &str) -> Self {
        Self::new(
            Authority::OrganisationAuth,
            Name::japan().organisation(name).common_name(name).serial_number(serial_number),
            vec![
                extension::key_usage(&[extension::DIGITAL_SIGNATURE]),
                extension::policies(&[authority::ORGANISATION_PRODUCTION]),
            ],
        )
    }

    /// A member of the operating body (desk, administration).
    pub fn staff(name: &str, serial_number: &str) -> Self {
        Self::new(
            Authority::Staff,
            Name::japan().organisation("RENKEI-TEST").common_name(name).serial_number(serial_number),
            vec![
                extension::key_usage(&[extension::DIGITAL_SIGNATURE]),
                extension::extended_key_usage(&[extension::CLIENT_AUTH]),
                extension::policies(&[authority::STAFF_POLICY]),
            ],
        )
    }

    /// A device or system that calls the machine entrance.
    pub fn machine(name: &str, serial_number: &str) -> Self {
        let mut profile = Self::new(
            Authority::Machine,
            Name::japan().organisation("RENKEI-TEST").common_name(name).serial_number(serial_number),
            vec![
                extension::key_usage(&[extension::DIGITAL_SIGNATURE]),
                extension::extended_key_usage(&[extension::CLIENT_AUTH]),
                extension::policies(&[authority::MACHINE_POLICY]),
            ],
        );
        profile.key = "machines".to_owned();
        profile
    }

    /// A TLS server of this installation.
    pub fn server(dns: &[&str], addresses: &[IpAddr]) -> Self {
        let name = dns.first().copied().unwrap_or("server");
        let usage = extension::key_usage(&[extension::DIGITAL_SIGNATURE, extension::KEY_ENCIPHERMENT]);
        let mut profile = Self::new(
            Authority::Machine,
            Name::japan().organisation("RENKEI-TEST").common_name(name),
            vec![
                usage,
                extension::extended_key_usage(&[extension::SERVER_AUTH]),
                extension::server_names(dns, addresses),
            ],
        );
        profile.key = "servers".to_owned();
        profile
    }

    /// Adds the name in kanji where MEDIS writes it: a directory name in subjectAltName.
    pub fn kanji(self, name: &str) -> Self {
        let directory = Name::japan().common_name(name);
        self.with(extension::directory_name(&directory))
    }

    pub fn by(mut self, issuer: Authority) -> Self {
        self.issuer = issuer;
        self
    }
    pub fn key(mut self, name: &str) -> Self {
        self.key = name.to_owned();
        self
    }
    pub fn valid(mut self, not_before: Timestamp, not_after: Timestamp) -> Self {
        self.not_before = Some(not_before);
        self.not_after = Some(not_after);
        self
    }
    pub fn subject(mut self, subject: Name) -> Self {
        self.subject = subject;
        self
    }
    /// Adds an extension at the end, whether or not one of its kind is there.
    pub fn with(mut self, extension: Extension) -> Self {
        self.extensions.push(extension);
        self
    }
    /// Removes every extension of a kind.
    pub fn without(mut self, oid: &str) -> Self {
        self.extensions.retain(|extension| extension.oid != oid);
        self
    }
    /// Puts an extension in the place of its kind.
    pub fn replace(self, extension: Extension) -> Self {
        let oid = extension.oid.clone();
        self.without(&oid).with(extension)
    }
}
