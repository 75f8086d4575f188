//! Every good and bad case of hpki.md section 10, with the verdict that must come of it.
//!
//! One table, so that the verifier's tests, the command line's tests and the walks through the browser speak of the
//! same cases by the same names. `expected` holds words, not types of the verifier: the test PKI knows nothing of it.

mod authorities;
mod crypto;
mod good;
mod names;
mod policy;
mod register;
mod role;
mod time;

use crate::TestPkiError;
use crate::authority::Authority;
use crate::certificate::Issued;
use crate::encode::{chain_pem, pem};
use crate::list::RevocationReason;
use crate::pki::TestPki;
use crate::profile::{Level, Profile};
use renkei_kernel::Timestamp;
use std::path::Path;

/// Which trust folder a case is judged with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrustVariant {
    Good,
    /// The person authority's list is past its next update.
    StaleList,
    /// It is signed with another authority's key.
    ForgedList,
    /// Its file ends in the middle.
    TruncatedList,
    /// It is not there.
    MissingList,
    /// It says it was published tomorrow.
    FutureList,
    /// It is a delta list (a critical extension nobody here understands).
    DeltaList,
    /// The root's list about subordinates is past its next update.
    StaleRootList,
    /// The root's list names the person authority.
    RevokedAuthority,
    /// The operator also configured an authority that is none, and one that its superior does not allow.
    WrongAuthorities,
}

impl TrustVariant {
    pub const ALL: [Self; 10] = [
        Self::Good,
        Self::StaleList,
        Self::ForgedList,
        Self::TruncatedList,
        Self::MissingList,
        Self::FutureList,
        Self::DeltaList,
        Self::StaleRootList,
        Self::RevokedAuthority,
        Self::WrongAuthorities,
    ];

    /// Name of the folder.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Good => "trust",
            Self::StaleList => "trust-stale",
            Self::ForgedList => "trust-forged",
            Self::TruncatedList => "trust-truncated",
            Self::MissingList => "trust-missing",
            Self::FutureList => "trust-future",
            Self::DeltaList => "trust-delta",
            Self::StaleRootList => "trust-stale-root",
            Self::RevokedAuthority => "trust-revoked-authority",
            Self::WrongAuthorities => "trust-wrong-authorities",
        }
    }
}

/// The verdict that must come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// `accept`, `accept-sign` or `reject`.
    pub verdict: &'static str,
    /// Reason word.
    pub reason: &'static str,
    /// Profession word.
    pub role: Option<&'static str>,
}

/// What the register says of a case's holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    As(&'static str),
    Suspended(&'static str),
    /// Registered, but for a certificate of another issuer.
    OtherIssuer(&'static str),
    No,
}

/// One case.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Stable kebab-case name; also the file's stem.
    pub name: &'static str,
    pub expected: Expected,
    pub registered: Registered,
    pub trust: TrustVariant,
    /// `login` or `signature`.
    pub purpose: &'static str,
    /// Whether the holder really has the private key; otherwise only the handshake can refuse.
    pub holds_key: bool,
    make: fn(&TestPki, &str) -> Result<Issued, TestPkiError>,
}

impl Case {
    const fn accepted(
        name: &'static str,
        role: &'static str,
        make: fn(&TestPki, &str) -> Result<Issued, TestPkiError>,
    ) -> Self {
        Self {
            name,
            expected: Expected { verdict: "accept", reason: "ok", role: Some(role) },
            registered: Registered::As(role),
            trust: TrustVariant::Good,
            purpose: "login",
            holds_key: true,
            make,
        }
    }

    /// A bad case of somebody who is registered as a doctor.
    const fn refused(
        name: &'static str,
        reason: &'static str,
        make: fn(&TestPki, &str) -> Result<Issued, TestPkiError>,
    ) -> Self {
        Self {
            name,
            expected: Expected { verdict: "reject", reason, role: None },
            registered: Registered::As("doctor"),
            trust: TrustVariant::Good,
            purpose: "login",
            holds_key: true,
            make,
        }
    }

    const fn registered(mut self, registered: Registered) -> Self {
        self.registered = registered;
        self
    }
    const fn with_trust(mut self, trust: TrustVariant) -> Self {
        self.trust = trust;
        self
    }
    const fn for_signature(mut self) -> Self {
        self.purpose = "signature";
        self
    }

    /// All cases.
    pub fn all() -> Vec<Self> {
        [
            good::CASES,
            time::CASES,
            authorities::CASES,
            policy::CASES,
            role::CASES,
            names::CASES,
            crypto::CASES,
            register::CASES,
        ]
        .concat()
    }

    /// The case of this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|case| case.name == name)
    }

    /// serialNumber of the case's subject: the same in every run.
    pub fn subject_serial(&self) -> String {
        let place = Self::all().iter().position(|case| case.name == self.name).unwrap_or_default();
        format!("Case{place:03}")
    }

    /// Issues the case's certificate. Cases of revocation also mark it as revoked, so make all certificates before
    /// lists are written.
    pub fn issue(&self, pki: &TestPki) -> Result<Issued, TestPkiError> {
        (self.make)(pki, &self.subject_serial())
    }

    /// The case's line of the register, without line end; none for one who is not in it.
    pub fn register_line(&self) -> Option<String> {
        let (profession, status, issuer) = match self.registered {
            Registered::As(profession) => (profession, "active", ""),
            Registered::Suspended(profession) => (profession, "suspended", ""),
            Registered::OtherIssuer(profession) => (profession, "active", "TEST-99-AnotherCA"),
            Registered::No => return None,
        };
        Some(format!("{}\t架空 {}\t{profession}\tH001\t{status}\t{issuer}", self.subject_serial(), self.name))
    }
}

/// A doctor's correct profile, the start of most bad cases.
fn doctor(serial_number: &str) -> Profile {
    Profile::person("Ichiro Minato", serial_number, &["Medical Doctor"], Level::Production)
}

/// The register that goes with all cases.
pub fn register_tsv() -> String {
    let mut text = String::from("serial_number\tname\tprofession\tinstitution\tstatus\tissuer\n");
    for line in Case::all().iter().filter_map(Case::register_line) {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

impl TestPki {
    /// Issues all cases in order.
    pub fn issue_cases(&self) -> Result<Vec<(Case, Issued)>, TestPkiError> {
        Case::all().into_iter().map(|case| case.issue(self).map(|issued| (case, issued))).collect()
    }

    /// Writes everything that another program needs to judge all cases: the trust folders, `register.tsv`,
    /// `cases/<name>.pem` with `<name>.chain.pem`, and `expected.tsv`
    /// (name, trust folder, purpose, verdict, reason, role). All are judged at the PKI's day.
    pub fn write_cases(&self, folder: &Path) -> Result<(), TestPkiError> {
        let cases = folder.join("cases");
        std::fs::create_dir_all(&cases)?;
        let mut expected = String::from("name\ttrust\tpurpose\tverdict\treason\trole\n");
        for (case, issued) in self.issue_cases()? {
            std::fs::write(cases.join(format!("{}.pem", case.name)), pem("CERTIFICATE", &issued.cert_der))?;
            std::fs::write(cases.join(format!("{}.chain.pem", case.name)), chain_pem(&issued))?;
            let Expected { verdict, reason, role } = case.expected;
            let (trust, purpose) = (case.trust.folder(), case.purpose);
            let role = role.unwrap_or_default();
            expected.push_str(&format!("{}\t{trust}\t{purpose}\t{verdict}\t{reason}\t{role}\n", case.name));
        }
        std::fs::write(folder.join("expected.tsv"), expected)?;
        std::fs::write(folder.join("register.tsv"), register_tsv())?;
        TrustVariant::ALL
            .into_iter()
            .try_for_each(|variant| self.write_variant(&folder.join(variant.folder()), variant))
    }

    /// Writes a trust folder with one thing wrong, after what was revoked so far.
    pub fn write_variant(&self, folder: &Path, variant: TrustVariant) -> Result<(), TestPkiError> {
        self.write_trust(folder)?;
        let file = folder.join("auth.crl");
        let mut list = self.list(Authority::PersonAuth, self.at());
        match variant {
            TrustVariant::Good => return Ok(()),
            TrustVariant::StaleList => {
                list.this_update = self.at().plus_days(-5);
                list.next_update = Some(self.at().plus_seconds(-1));
            }
            TrustVariant::ForgedList => {
                list.signed_by = Some(Authority::CopyCatPersonAuth);
                list.revoked.clear();
            }
            TrustVariant::TruncatedList => {
                let mut bytes = self.sign_list(&list)?;
                bytes.truncate(bytes.len() / 2);
                std::fs::write(file, bytes)?;
                return Ok(());
            }
            TrustVariant::MissingList => {
                std::fs::remove_file(file)?;
                return Ok(());
            }
            TrustVariant::FutureList => list.this_update = self.at().plus_days(1),
            TrustVariant::DeltaList => {
                let base = crate::der_out::integer(1);
                list.extensions.push(crate::extension::Extension::new(crate::extension::DELTA_INDICATOR, true, base));
            }
            TrustVariant::StaleRootList => return self.write_root_list(folder, self.at().plus_days(-5), &[]),
            TrustVariant::RevokedAuthority => {
                return self.write_root_list(folder, self.at(), &[Authority::PersonAuth]);
            }
            TrustVariant::WrongAuthorities => return authorities::write_wrong(self, folder),
        }
        std::fs::write(file, self.sign_list(&list)?)?;
        Ok(())
    }

    fn write_root_list(&self, folder: &Path, at: Timestamp, revoked: &[Authority]) -> Result<(), TestPkiError> {
        let mut list = self.list(Authority::Root, at);
        for authority in revoked {
            list.revoked.push(crate::list::Revoked {
                serial: self.authority(*authority)?.serial,
                at: at.plus_seconds(-7_200),
                reason: RevocationReason::CessationOfOperation,
            });
        }
        std::fs::write(folder.join("root.crl"), self.sign_list(&list)?)?;
        Ok(())
    }
}
