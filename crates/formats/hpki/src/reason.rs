//! Why a certificate was accepted or refused: a closed list of stable words (R-8.1.1, evidence).
//!
//! The word goes into the trail and to the desk. What the person sees at the door is a page chosen by the word; it
//! never says whether somebody else owns the certificate.

use renkei_kernel::{Category, Problem};
use serde::Serialize;

/// Reason of a verdict. The words (`code`) never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// Nothing stands against it.
    Ok,
    /// Not a certificate in strict DER, or larger than allowed.
    Malformed,
    /// No path to a configured authority: unknown issuer, wrong signature, an authority that may not be one.
    Chain,
    /// Algorithm or key too weak, or of a kind not taken here.
    Algorithm,
    Expired,
    NotYetValid,
    Revoked,
    /// No revocation list of an authority on the path.
    CrlMissing,
    /// The newest list is past its nextUpdate, or older than one already seen.
    CrlStale,
    /// The list's signature is not its authority's.
    CrlForged,
    /// The list cannot be read: truncated, not DER, too large.
    CrlMalformed,
    /// The list says it was published in the future.
    CrlNotYetValid,
    /// A list of a kind not taken: delta, indirect, by reasons, unknown critical extension.
    CrlUnsupported,
    /// An unknown critical extension, or one not allowed here.
    Extension,
    /// A certificate for another purpose, e.g. a signing certificate at sign-in.
    Purpose,
    /// Its policy is absent, ambiguous or not allowed to its authority.
    Policy,
    /// Key usage, extended key usage or the authority flag do not fit.
    KeyUsage,
    /// The subject's name breaks a rule.
    Subject,
    /// No healthcare role, or one that cannot be read, or not in the table.
    Role,
    /// A test certificate for a profession that must have a real one.
    TestCertNotAllowed,
    /// This profession, at this level, may not sign in on this day.
    ProfessionNotAllowed,
    /// Certificate and register name different professions.
    RoleMismatch,
    /// Nobody in the register has this certificate.
    Unbound,
    /// The person or the institution is not active in the register. Outside it looks like [`Reason::Unbound`].
    Suspended,
}

impl Reason {
    /// All reasons, in order.
    pub const ALL: [Self; 24] = [
        Self::Ok,
        Self::Malformed,
        Self::Chain,
        Self::Algorithm,
        Self::Expired,
        Self::NotYetValid,
        Self::Revoked,
        Self::CrlMissing,
        Self::CrlStale,
        Self::CrlForged,
        Self::CrlMalformed,
        Self::CrlNotYetValid,
        Self::CrlUnsupported,
        Self::Extension,
        Self::Purpose,
        Self::Policy,
        Self::KeyUsage,
        Self::Subject,
        Self::Role,
        Self::TestCertNotAllowed,
        Self::ProfessionNotAllowed,
        Self::RoleMismatch,
        Self::Unbound,
        Self::Suspended,
    ];

    /// The stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Malformed => "malformed",
            Self::Chain => "chain",
            Self::Algorithm => "algorithm",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::Revoked => "revoked",
            Self::CrlMissing => "crl_missing",
            Self::CrlStale => "crl_stale",
            Self::CrlForged => "crl_forged",
            Self::CrlMalformed => "crl_malformed",
            Self::CrlNotYetValid => "crl_not_yet_valid",
            Self::CrlUnsupported => "crl_unsupported",
            Self::Extension => "extension",
            Self::Purpose => "purpose",
            Self::Policy => "policy",
            Self::KeyUsage => "key_usage",
            Self::Subject => "subject",
            Self::Role => "role",
            Self::TestCertNotAllowed => "test_cert_not_allowed",
            Self::ProfessionNotAllowed => "profession_not_allowed",
            Self::RoleMismatch => "role_mismatch",
            Self::Unbound => "unbound",
            Self::Suspended => "suspended",
        }
    }

    /// What may be shown outside: a suspended person answers like an unknown one (hpki.md section 6).
    pub fn outward(self) -> Self {
        if self == Self::Suspended { Self::Unbound } else { self }
    }

    /// Whether the fault lies with the installation's revocation lists and not with the certificate.
    pub fn is_about_lists(self) -> bool {
        matches!(
            self,
            Self::CrlMissing
                | Self::CrlStale
                | Self::CrlForged
                | Self::CrlMalformed
                | Self::CrlNotYetValid
                | Self::CrlUnsupported
        )
    }

    /// One sentence for the person, Japanese: what happened and what to do.
    pub fn sentence_ja(self) -> &'static str {
        match self {
            Self::Ok => "証明書を確認しました。",
            Self::Expired => "証明書の有効期限が切れています。発行元で更新してください。",
            Self::NotYetValid => "証明書の有効期間がまだ始まっていません。開始日以降にお使いください。",
            Self::Revoked => "この証明書は失効しています。発行元にお問い合わせください。",
            Self::TestCertNotAllowed => "テスト用証明書では利用できません。本番用のHPKIカードをお使いください。",
            Self::Purpose => "認証用ではない証明書が選ばれています。認証用の証明書を選び直してください。",
            Self::RoleMismatch => "証明書の資格と登録された職種が一致しません。サポートセンターにご連絡ください。",
            Self::ProfessionNotAllowed => "この資格の証明書では利用できません。サポートセンターにご連絡ください。",
            Self::Unbound | Self::Suspended => {
                "この証明書では利用できません。利用登録についてサポートセンターにご連絡ください。"
            }
            reason if reason.is_about_lists() => {
                "証明書の失効情報を確認できないため、利用を止めています。サポートセンターにご連絡ください。"
            }
            _ => "この証明書は受け付けられません。カードを確かめ、続くときはサポートセンターにご連絡ください。",
        }
    }

    /// The same in English.
    pub fn sentence_en(self) -> &'static str {
        match self {
            Self::Ok => "The certificate was verified.",
            Self::Expired => "The certificate has expired. Please renew it with its issuer.",
            Self::NotYetValid => "The certificate is not valid yet. Please use it from its first day on.",
            Self::Revoked => "This certificate was revoked. Please ask its issuer.",
            Self::TestCertNotAllowed => "A test certificate cannot be used here. Please use your real HPKI card.",
            Self::Purpose => "This is not an authentication certificate. Please choose the one for authentication.",
            Self::RoleMismatch => {
                "The qualification in the certificate is not the registered profession. Please call the support centre."
            }
            Self::ProfessionNotAllowed => {
                "Certificates of this qualification are not accepted here. Please call the support centre."
            }
            Self::Unbound | Self::Suspended => {
                "This certificate cannot be used here. Please ask the support centre about your registration."
            }
            reason if reason.is_about_lists() => {
                "Revocation cannot be checked, so sign-in is stopped. Please call the support centre."
            }
            _ => "This certificate is not accepted. Check the card; if it goes on, please call the support centre.",
        }
    }
}

/// A refusal: the reason and, for operators, which rule it was. Holds nothing of the certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("certificate refused: {}: {detail}", reason.code())]
pub struct Reject {
    pub reason: Reason,
    pub detail: &'static str,
}

impl Reject {
    pub const fn new(reason: Reason, detail: &'static str) -> Self {
        Self { reason, detail }
    }
}

impl From<crate::der_in::NotDer> for Reject {
    fn from(problem: crate::der_in::NotDer) -> Self {
        Self::new(Reason::Malformed, problem.0)
    }
}

impl Problem for Reject {
    fn category(&self) -> Category {
        match self.reason {
            Reason::Malformed
            | Reason::Chain
            | Reason::Algorithm
            | Reason::Expired
            | Reason::NotYetValid
            | Reason::Revoked
            | Reason::Extension
            | Reason::Subject => Category::NotSignedIn,
            _ => Category::NotAllowed,
        }
    }
    fn code(&self) -> &'static str {
        self.reason.code()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_unique_and_the_serialised_form_is_the_word() {
        let words: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(words.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_string(&reason).unwrap(), format!("\"{}\"", reason.code()));
        }
    }
}
