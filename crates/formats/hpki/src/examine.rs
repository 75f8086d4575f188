//! The certificate alone: path, validity, revocation, policy, usage, name, key, role (hpki.md sections 4, 5 and 8).
//!
//! Separate from `judge`, which asks the register: a certificate can be perfectly good and still be nobody's here.

use crate::certificate::Certificate;
use crate::extensions::{CRL_SIGN, DIGITAL_SIGNATURE, KEY_CERT_SIGN, NON_REPUDIATION};
use crate::hcrole;
use crate::name::{self, Attribute, COMMON_NAME, COUNTRY, ORGANISATION, SERIAL_NUMBER};
use crate::professions::Level;
use crate::reason::{Reason, Reject};
use crate::roles::{Role, RoleKind};
use crate::signature::PublicKey;
use crate::trust::{Authority, CertificateId, Purpose, Trust};
use renkei_kernel::Timestamp;
use sha2::{Digest, Sha256};

/// What the certificate is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Use {
    /// Sign-in of professionals and auxiliary workers.
    Login,
    /// Signature on a document.
    Signature,
    /// Sign-in of the operating body's own people.
    Staff,
    /// A system, gateway or reader agent at the machine entrance.
    Machine,
}

impl Use {
    /// Authorities that certify for this use.
    pub fn purposes(self) -> &'static [Purpose] {
        match self {
            Self::Login => &[Purpose::PersonAuth, Purpose::OrganisationAuth],
            Self::Signature => &[Purpose::Signing],
            Self::Staff => &[Purpose::Staff],
            Self::Machine => &[Purpose::Machine],
        }
    }
}

/// Who holds a certificate, as far as the certificate says. `Debug` shows no name.
#[derive(Clone, PartialEq, Eq)]
pub struct Holder {
    /// SHA-256 of the issuer's DER name, lower-case hex. With `subject_serial` it is the key that binds to a register.
    pub issuer_sha256: String,
    /// serialNumber of the subject; only machines may have none.
    pub subject_serial: Option<String>,
    /// SHA-256 of the certificate, lower-case hex.
    pub fingerprint_sha256: String,
    pub not_before: Timestamp,
    /// The last instant at which it is valid.
    pub not_after: Timestamp,
    pub common_name: String,
    pub organisation: Option<String>,
    /// Name in kanji from subjectAltName, where the issuer writes one. For display only.
    pub display_name_kanji: Option<String>,
}

impl std::fmt::Debug for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Holder").field("fingerprint_sha256", &self.fingerprint_sha256).finish_non_exhaustive()
    }
}

/// A certificate that is good in itself.
#[derive(Debug, Clone)]
pub struct Examined {
    /// What its authority certifies.
    pub purpose: Purpose,
    pub level: Level,
    /// Dotted OID of its policy, where its authority is bound to policies.
    pub policy: Option<String>,
    /// Roles of a person's certificate: one national qualification, perhaps a manager's post. Empty for the others.
    pub roles: Vec<Role>,
    pub holder: Holder,
    /// For the re-check at each request ([`Trust::is_revoked`]).
    pub id: CertificateId,
    issuer: Vec<u8>,
    issuer_certificate_sha256: String,
}

impl Examined {
    /// SHA-256 of the issuing authority's certificate, lower-case hex: with the subject's serialNumber the identity
    /// that a register binds (section 4).
    pub fn issuer_certificate_sha256(&self) -> &str {
        &self.issuer_certificate_sha256
    }

    /// The national qualification.
    pub fn national_role(&self) -> Option<&Role> {
        self.roles.iter().find(|role| role.kind == RoleKind::National)
    }

    /// Whether a register's words for the issuer mean this certificate's: SHA-256 of the issuer's certificate or of
    /// its name (hex), its common name, or its whole name in either order.
    pub fn is_issued_by(&self, words: &str) -> bool {
        let hex_words: String = words.chars().filter(|c| *c != ':').collect::<String>().to_ascii_lowercase();
        if hex_words == self.issuer_certificate_sha256 || hex_words == self.holder.issuer_sha256 {
            return true;
        }
        let Ok(all) = name::attributes(&self.issuer) else { return false };
        if name::only(&all, COMMON_NAME).and_then(Attribute::text).is_some_and(|common| common == words) {
            return true;
        }
        let displayed = name::display(&self.issuer);
        let squeeze = |text: &str| -> String {
            text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\\' | '"')).collect()
        };
        let mut parts: Vec<String> = displayed.split(", ").map(str::to_owned).collect();
        let forward = squeeze(&displayed);
        parts.reverse();
        let words = squeeze(words.strip_prefix('/').unwrap_or(words));
        words == forward || words == squeeze(&parts.join(",")) || words.replace('/', ",") == forward
    }
}

/// Judges a certificate by itself. `chain`: what was presented, end entity first; the rest is not looked at, since
/// only configured authorities count.
pub fn examine<C: AsRef<[u8]>>(chain: &[C], used_for: Use, at: Timestamp, trust: &Trust) -> Result<Examined, Reject> {
    let der = chain.first().ok_or(Reject::new(Reason::Malformed, "there is no certificate"))?;
    let certificate = Certificate::read(der.as_ref())?;
    let mut furthest = (0, Reject::new(Reason::Chain, "the issuer is not a configured authority"));
    let candidates = trust.authorities().iter().filter(|authority| authority.issuing().subject == certificate.issuer);
    for authority in candidates {
        let by = By { certificate: &certificate, authority, used_for, at, trust };
        match by.examine() {
            Ok(examined) => return Ok(examined),
            Err((step, reject)) if step > furthest.0 => furthest = (step, reject),
            Err(_) => {}
        }
    }
    Err(furthest.1)
}

/// One certificate under one authority.
struct By<'a> {
    certificate: &'a Certificate,
    authority: &'a Authority,
    used_for: Use,
    at: Timestamp,
    trust: &'a Trust,
}

const fn usage(detail: &'static str) -> Reject {
    Reject::new(Reason::KeyUsage, detail)
}
const fn subject(detail: &'static str) -> Reject {
    Reject::new(Reason::Subject, detail)
}

impl By<'_> {
    /// The error carries how many steps were passed, so that of several authorities the nearest one answers.
    fn examine(&self) -> Result<Examined, (u8, Reject)> {
        let step = |number: u8| move |reject: Reject| (number, reject);
        self.authority.check_issued(self.certificate).map_err(step(1))?;
        self.check_purpose().map_err(step(2))?;
        self.check_time().map_err(step(3))?;
        let points = self.certificate.extensions.list_points.as_deref();
        let serial = &self.certificate.serial;
        self.authority.check_revocation(serial, points, self.at).map_err(step(4))?;
        self.authority.check_path(self.at).map_err(step(5))?;
        let (policy, level) = self.policy().map_err(step(6))?;
        self.check_usage().map_err(step(7))?;
        self.check_key().map_err(step(8))?;
        let holder = self.holder().map_err(step(9))?;
        let roles = self.roles().map_err(step(10))?;
        Ok(Examined {
            purpose: self.authority.purpose,
            level,
            policy,
            roles,
            holder,
            id: CertificateId {
                issuer_key_sha256: self.authority.issuing_key_sha256().to_owned(),
                serial: hex::encode(serial),
            },
            issuer: self.certificate.issuer.clone(),
            issuer_certificate_sha256: hex::encode(self.authority.issuing().fingerprint()),
        })
    }

    fn is_person(&self) -> bool {
        matches!(self.authority.purpose, Purpose::PersonAuth | Purpose::Signing)
    }
    fn is_national(&self) -> bool {
        self.is_person() || self.authority.purpose == Purpose::OrganisationAuth
    }

    fn check_purpose(&self) -> Result<(), Reject> {
        if let Some(detail) = self.certificate.extensions.unacceptable {
            return Err(Reject::new(Reason::Extension, detail));
        }
        if self.used_for.purposes().contains(&self.authority.purpose) {
            Ok(())
        } else {
            Err(Reject::new(Reason::Purpose, "its authority certifies for another purpose"))
        }
    }

    fn check_time(&self) -> Result<(), Reject> {
        let now = self.at.seconds();
        if now < self.certificate.not_before {
            Err(Reject::new(Reason::NotYetValid, "its first day has not come"))
        } else if now > self.certificate.not_after {
            Err(Reject::new(Reason::Expired, "its last day is over"))
        } else {
            Ok(())
        }
    }

    /// Exactly one policy, allowed to this authority. The RFC 5280 policy tree is not asked: it is empty for test
    /// certificates below production authorities (hpki.md, fact 5).
    fn policy(&self) -> Result<(Option<String>, Level), Reject> {
        const REFUSED: Reject = Reject::new(Reason::Policy, "not exactly one policy that is allowed to its authority");
        if self.authority.policies.is_empty() && !self.is_national() {
            return Ok((None, Level::Production));
        }
        let Some([policy]) = self.certificate.extensions.policies.as_deref() else { return Err(REFUSED) };
        let allowed = self.authority.policies.iter().find(|allowed| allowed.oid == *policy).ok_or(REFUSED)?;
        Ok((Some(policy.clone()), allowed.level))
    }

    fn check_usage(&self) -> Result<(), Reject> {
        const ANY: &str = "2.5.29.37.0";
        const CLIENT: &str = "1.3.6.1.5.5.7.3.2";
        const MAIL: &str = "1.3.6.1.5.5.7.3.4";
        const DOCUMENTS: &str = "1.3.6.1.5.5.7.3.36";
        let extensions = &self.certificate.extensions;
        if extensions.basic_constraints.is_some_and(|constraints| constraints.authority) {
            return Err(usage("it says that it is an authority"));
        }
        let key_usage = extensions.key_usage.ok_or(usage("it does not say what its key is for"))?;
        if !key_usage.critical {
            return Err(usage("its key usage is not critical"));
        }
        if key_usage.has(KEY_CERT_SIGN) || key_usage.has(CRL_SIGN) {
            return Err(usage("its key may sign certificates or lists"));
        }
        let signing = self.used_for == Use::Signature;
        if !key_usage.has(if signing { NON_REPUDIATION } else { DIGITAL_SIGNATURE }) {
            return Err(if !signing && key_usage.has(NON_REPUDIATION) {
                Reject::new(Reason::Purpose, "its key is for signing documents")
            } else {
                usage("its key is for something else")
            });
        }
        let purposes: &[&str] = if signing { &[ANY, MAIL, DOCUMENTS] } else { &[ANY, CLIENT] };
        match &extensions.extended_key_usage {
            Some(named) if !named.iter().any(|purpose| purposes.contains(&purpose.as_str())) => {
                Err(usage("its extended key usage names something else"))
            }
            _ => Ok(()),
        }
    }

    fn check_key(&self) -> Result<(), Reject> {
        match PublicKey::read(&self.certificate.spki) {
            Ok(PublicKey::Rsa(_)) => Ok(()),
            Ok(_) if self.is_national() => Err(Reject::new(Reason::Algorithm, "its key must be RSA")),
            Ok(_) => Ok(()),
            Err(reject) => Err(Reject::new(Reason::Algorithm, reject.detail)),
        }
    }

    fn holder(&self) -> Result<Holder, Reject> {
        let all = name::attributes(&self.certificate.subject)?;
        if !name::all_clean(&all) {
            return Err(subject("a text of the name has characters that no name has"));
        }
        if self.is_national() && name::only(&all, COUNTRY).and_then(Attribute::text) != Some("JP") {
            return Err(subject("the country is not JP"));
        }
        let common_name = name::only(&all, COMMON_NAME).and_then(Attribute::text);
        let common_name = common_name.ok_or(subject("there must be exactly one common name"))?;
        let length = common_name.chars().count();
        if !(1..=if self.is_person() { 64 } else { 200 }).contains(&length) {
            return Err(subject("the common name is empty or too long"));
        }
        if self.is_person() && !common_name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" -.,'".contains(&byte))
        {
            return Err(subject("a person's common name is in romaji"));
        }
        let certificate = self.certificate;
        Ok(Holder {
            issuer_sha256: hex::encode(Sha256::digest(&certificate.issuer)),
            subject_serial: self.subject_serial(&all)?,
            fingerprint_sha256: hex::encode(certificate.fingerprint()),
            not_before: Timestamp::from_seconds(certificate.not_before),
            not_after: Timestamp(Timestamp::from_seconds(certificate.not_after.saturating_add(1)).micros() - 1),
            common_name: common_name.to_owned(),
            organisation: name::of_kind(&all, ORGANISATION).find_map(Attribute::text).map(str::to_owned),
            display_name_kanji: self.kanji()?,
        })
    }

    fn subject_serial(&self, all: &[Attribute<'_>]) -> Result<Option<String>, Reject> {
        const WRONG: Reject = subject("there must be exactly one serial number of letters, digits and hyphens");
        if self.authority.purpose == Purpose::Machine && name::of_kind(all, SERIAL_NUMBER).next().is_none() {
            return Ok(None);
        }
        let serial = name::only(all, SERIAL_NUMBER).and_then(Attribute::text).ok_or(WRONG)?;
        let good =
            (1..=64).contains(&serial.len()) && serial.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if good { Ok(Some(serial.to_owned())) } else { Err(WRONG) }
    }

    fn kanji(&self) -> Result<Option<String>, Reject> {
        let mut found = None;
        for alternative in &self.certificate.extensions.alternative_names {
            let all = name::attributes(alternative)?;
            if !name::all_clean(&all) {
                return Err(subject("a text of the alternative name has characters that no name has"));
            }
            let common = name::of_kind(&all, COMMON_NAME).find_map(Attribute::text);
            found = found.or(common.map(str::to_owned));
        }
        Ok(found)
    }

    fn roles(&self) -> Result<Vec<Role>, Reject> {
        if !self.is_person() {
            return Ok(Vec::new());
        }
        let value = self.certificate.extensions.directory_attributes.as_deref();
        hcrole::read(value.ok_or(Reject::new(Reason::Role, "no role extension"))?, self.trust.roles())
    }
}
