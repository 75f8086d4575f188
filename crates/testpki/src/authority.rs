//! The certificate authorities of the test PKI: the honest ones and those that must not be believed.

use crate::extension::{self, Extension};
use crate::name::Name;

pub const PERSON_PRODUCTION: &str = "1.2.392.100495.1.5.1.2.3.1";
pub const PERSON_TEST: &str = "1.2.392.100495.1.5.1.2.0.1";
pub const SIGNING_PRODUCTION: &str = "1.2.392.100495.1.5.1.1.3.1";
pub const SIGNING_TEST: &str = "1.2.392.100495.1.5.1.1.0.1";
pub const ORGANISATION_PRODUCTION: &str = "1.2.392.100495.1.5.1.3.3.1";
pub const ORGANISATION_TEST: &str = "1.2.392.100495.1.5.1.3.0.1";
/// Arcs for documentation (RFC 7229 test policies) for authorities outside the national scheme.
pub const STAFF_POLICY: &str = "1.3.6.1.5.5.7.13.1";
pub const MACHINE_POLICY: &str = "1.3.6.1.5.5.7.13.2";
pub const FOREIGN_POLICY: &str = "1.3.6.1.5.5.7.13.8";
pub const ANY_POLICY: &str = "2.5.29.32.0";

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Authority {
    Root,
    PersonAuth,
    OrganisationAuth,
    Signing,
    Staff,
    Machine,
    /// A root that no trust file names.
    UnrelatedRoot,
    /// Root and subordinate with the names of the honest ones and other keys.
    CopyCatRoot,
    CopyCatPersonAuth,
    /// Issued by the honest root, but with CA:FALSE.
    NotAnAuthority,
    /// An honest subordinate with pathLen 0, and the authority that wrongly stands below it.
    Limited,
    BelowLimited,
    /// A second subordinate, rightly below the person authority.
    Second,
}

impl Authority {
    /// The authorities that the written trust files name, root first.
    pub const TRUSTED: [Self; 6] =
        [Self::Root, Self::PersonAuth, Self::OrganisationAuth, Self::Signing, Self::Staff, Self::Machine];

    /// Name of the authority's key and stem of its files.
    pub fn label(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::PersonAuth => "auth",
            Self::OrganisationAuth => "organisation",
            Self::Signing => "signing",
            Self::Staff => "staff",
            Self::Machine => "machine",
            Self::UnrelatedRoot => "unrelated-root",
            Self::CopyCatRoot => "copy-cat-root",
            Self::CopyCatPersonAuth => "copy-cat-auth",
            Self::NotAnAuthority => "not-an-authority",
            Self::Limited => "limited",
            Self::BelowLimited => "below-limited",
            Self::Second => "second",
        }
    }

    /// Word of `purpose` in the trust file; none for the root and for those that are not written there.
    pub fn purpose(self) -> Option<&'static str> {
        match self {
            Self::PersonAuth => Some("person-auth"),
            Self::OrganisationAuth => Some("organisation-auth"),
            Self::Signing => Some("signing"),
            Self::Staff => Some("staff"),
            Self::Machine => Some("machine"),
            _ => None,
        }
    }

    /// Policies a trust file allows to this authority: (OID, level).
    pub fn allowed_policies(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::PersonAuth => &[(PERSON_PRODUCTION, "production"), (PERSON_TEST, "test")],
            Self::OrganisationAuth => &[(ORGANISATION_PRODUCTION, "production"), (ORGANISATION_TEST, "test")],
            Self::Signing => &[(SIGNING_PRODUCTION, "production"), (SIGNING_TEST, "test")],
            Self::Staff => &[(STAFF_POLICY, "production")],
            Self::Machine => &[(MACHINE_POLICY, "production")],
            _ => &[],
        }
    }

    pub(crate) fn issuer(self) -> Self {
        match self {
            Self::CopyCatPersonAuth | Self::CopyCatRoot => Self::CopyCatRoot,
            Self::UnrelatedRoot => Self::UnrelatedRoot,
            Self::BelowLimited => Self::Limited,
            Self::Second => Self::PersonAuth,
            _ => Self::Root,
        }
    }

    pub(crate) fn name(self) -> Name {
        let root = |name: &str| {
            Name::japan().organisation("Fictional Ministry of Health").unit("Test Policy Bureau").unit(name)
        };
        let subordinate =
            |name: &str| Name::japan().organisation("RENKEI-TEST").unit("RENKEI TEST CA").common_name(name);
        match self {
            Self::Root | Self::CopyCatRoot => root("Renkei Test Root CA"),
            Self::UnrelatedRoot => root("Unrelated Test Root CA"),
            Self::PersonAuth | Self::CopyCatPersonAuth => subordinate("TEST-01-AuthCA-forAuthentication-forIndividual"),
            Self::OrganisationAuth => subordinate("TEST-01-AuthCA-forAuthentication-forOrganization"),
            Self::Signing => subordinate("TEST-01-SignCA-forNonRepudiation"),
            Self::Staff => subordinate("TEST-01-StaffCA"),
            Self::Machine => subordinate("TEST-01-MachineCA"),
            Self::NotAnAuthority => subordinate("TEST-01-NotAnAuthority"),
            Self::Limited => subordinate("TEST-01-LimitedCA"),
            Self::BelowLimited => subordinate("TEST-01-BelowLimitedCA"),
            Self::Second => subordinate("TEST-01-SecondCA"),
        }
    }

    /// The serial number of the authority's own certificate.
    pub(crate) fn serial(self) -> u8 {
        self as u8 + 1
    }

    pub(crate) fn extensions(self) -> Vec<Extension> {
        use extension::{CRL_SIGN, DIGITAL_SIGNATURE, KEY_CERT_SIGN, key_usage};
        if self == Self::NotAnAuthority {
            return vec![key_usage(&[DIGITAL_SIGNATURE])];
        }
        let mut all = vec![
            extension::authority(if self == Self::Limited { Some(0) } else { None }),
            key_usage(&[KEY_CERT_SIGN, CRL_SIGN]),
        ];
        let policy = match self {
            Self::BelowLimited | Self::Limited | Self::CopyCatPersonAuth | Self::Second => Some(PERSON_PRODUCTION),
            _ => self.allowed_policies().first().map(|(oid, _)| *oid),
        };
        // Critical as HPKI has it; not so for the authority of servers, which stock TLS clients must be able to read.
        let critical = self != Self::Machine;
        all.extend(policy.map(|policy| Extension { critical, ..extension::policies(&[policy]) }));
        let list = if self.issuer() == self { "RARL" } else { "SARL" };
        let directory = self.issuer().name().common_name(list);
        all.push(extension::distribution_points(Some(&directory), "http://pki.example.jp/lists/authorities.crl"));
        all
    }
}
