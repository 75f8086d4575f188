//! Revocation lists, good and bad.

use crate::TestPkiError;
use crate::authority::Authority;
use crate::der_out::{bits, explicit, integer, seq, time, tlv, unsigned};
use crate::extension::{self, Extension};
use crate::keys::{SignatureKind, signature_algorithm};
use crate::pki::TestPki;
use renkei_kernel::Timestamp;

/// Hours between thisUpdate and nextUpdate of the lists observed (hpki.md section 7).
pub const LIST_HOURS: i64 = 96;

/// Why a certificate was revoked (RFC 5280, 5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevocationReason {
    KeyCompromise = 1,
    CessationOfOperation = 5,
    Hold = 6,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    pub serial: Vec<u8>,
    pub at: Timestamp,
    pub reason: RevocationReason,
}

/// A list before it is signed.
#[derive(Debug, Clone)]
pub struct List {
    pub authority: Authority,
    pub number: u64,
    pub this_update: Timestamp,
    pub next_update: Option<Timestamp>,
    pub revoked: Vec<Revoked>,
    /// issuingDistributionPoint and whatever else stands beside number and key identifier.
    pub extensions: Vec<Extension>,
    /// Signed with this authority's key instead (a forged list).
    pub signed_by: Option<Authority>,
}

impl TestPki {
    /// The list of `authority` as of `at`: all that was revoked so far, published an hour ago.
    /// The root's list is the SARL (subordinates only, critical issuing distribution point).
    pub fn list(&self, authority: Authority, at: Timestamp) -> List {
        let this_update = at.plus_seconds(-3_600);
        let extensions = if authority == Authority::Root || authority == Authority::CopyCatRoot {
            vec![extension::authority_list_point(&authority.name().common_name("SARL"))]
        } else {
            Vec::new()
        };
        List {
            authority,
            number: u64::try_from(at.micros()).unwrap_or(1),
            this_update,
            next_update: Some(this_update.plus_seconds(LIST_HOURS * 3_600)),
            revoked: self.revoked(authority),
            extensions,
            signed_by: None,
        }
    }

    /// Signs a list. Output: DER.
    pub fn sign_list(&self, list: &List) -> Result<Vec<u8>, TestPkiError> {
        let algorithm = signature_algorithm(SignatureKind::RsaSha256);
        let issuer = self.authority(list.authority)?;
        let mut fields = vec![integer(1), algorithm.clone(), issuer.subject.der(), time(list.this_update)];
        fields.extend(list.next_update.map(time));
        if !list.revoked.is_empty() {
            let entries: Vec<_> = list.revoked.iter().map(entry).collect();
            fields.push(seq(&entries));
        }
        let mut extensions = vec![
            extension::authority_key(&issuer.key.identifier(), &list.authority.issuer().name(), &issuer.serial).der(),
            Extension::new(extension::CRL_NUMBER, false, integer(list.number)).der(),
        ];
        extensions.extend(list.extensions.iter().map(Extension::der));
        fields.push(explicit(0, &seq(&extensions)));
        let body = seq(&fields);
        let signer = self.authority(list.signed_by.unwrap_or(list.authority))?;
        let signature = signer.key.sign(SignatureKind::RsaSha256, &body)?;
        Ok(seq(&[body, algorithm, bits(&signature)]))
    }
}

fn entry(revoked: &Revoked) -> Vec<u8> {
    let reason = Extension::new(extension::CRL_REASON, false, tlv(0x0a, &[revoked.reason as u8]));
    seq(&[unsigned(&revoked.serial), time(revoked.at), seq(&[reason.der()])])
}
