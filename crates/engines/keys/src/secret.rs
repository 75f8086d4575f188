//! Thirty-two secret bytes that vanish from memory when dropped, and the derivation of one from another.

use hmac::{Hmac, Mac};
use renkei_kernel::Entropy;
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A key. Never printed, never copied implicitly.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret([u8; 32]);

impl Secret {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn random(entropy: &dyn Entropy) -> Self {
        let mut secret = Self([0; 32]);
        entropy.fill(&mut secret.0);
        secret
    }

    /// `None` unless there are exactly thirty-two bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub fn reveal(&self) -> &[u8; 32] {
        &self.0
    }

    /// Another key for another purpose (HMAC-SHA-256 of the label, as in the expand step of HKDF with one block):
    /// whoever learns a derived key learns nothing of this one or of its siblings.
    pub fn derive(&self, label: &str) -> Self {
        Self(self.mac(&[b"renkei.derive.v1", label.as_bytes()]))
    }

    /// HMAC-SHA-256 over the parts, each preceded by its length, so that no two lists of parts look alike.
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = keyed(&self.0);
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[allow(clippy::expect_used, reason = "HMAC accepts a key of any length; the signature alone is fallible")]
fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    <Hmac<Sha256> as Mac>::new_from_slice(key).expect("any length is a key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        let key = Secret::new([7; 32]);
        assert_ne!(key.mac(&[b"ab", b"c"]), key.mac(&[b"a", b"bc"]));
        assert_ne!(key.mac(&[b"ab"]), key.mac(&[b"ab", b""]));
        assert_ne!(key.derive("a").reveal(), key.derive("b").reveal());
        assert_eq!(format!("{key:?}"), "Secret(…)");
    }
}
