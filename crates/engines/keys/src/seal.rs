//! The sealed form: AES-256-GCM with the value's place as associated data.
//!
//! `01 ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. The associated data is domain, owner (chart), row, kind and version, so
//! that a sealed value moved to another chart, row, column or version does not open. Nonces are random; a chart's key
//! seals far fewer than 2³² values in its life.

use crate::{Error, Secret};
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use renkei_kernel::Entropy;

/// A sealed value as it is stored.
pub type Sealed = Vec<u8>;

const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// What a sealed value is. The number is part of what is sealed: never change its meaning, never reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SealKind {
    /// Bytes as they arrived.
    Original = 1,
    /// All decoded entries of one message.
    Decoded = 2,
    /// A chart's rebuildable projection.
    Projection = 3,
    /// A person's identity row.
    Identity = 4,
    /// An entry not yet confirmed.
    Draft = 5,
    /// An original or image in the blob store.
    Blob = 6,
    /// A name, address or other fact of staff and institutions.
    Fact = 7,
    /// A key wrapped by another.
    Key = 8,
    /// Findings and places of an import.
    Findings = 9,
}

/// Where a sealed value lies.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) domain: &'a str,
    pub(crate) owner: &'a [u8; 16],
    pub(crate) row: &'a [u8; 16],
    pub(crate) kind: SealKind,
    pub(crate) version: u32,
}

impl Place<'_> {
    fn associated_data(&self) -> Vec<u8> {
        let mut data = Vec::with_capacity(64);
        data.extend_from_slice(b"renkei.seal.v1\0");
        data.push(u8::try_from(self.domain.len()).unwrap_or(u8::MAX));
        data.extend_from_slice(self.domain.as_bytes());
        data.extend_from_slice(self.owner);
        data.extend_from_slice(self.row);
        data.push(self.kind as u8);
        data.extend_from_slice(&self.version.to_be_bytes());
        data
    }
}

pub(crate) fn seal(key: &Secret, place: Place<'_>, plaintext: &[u8], entropy: &dyn Entropy) -> Result<Sealed, Error> {
    let mut nonce = [0u8; NONCE_BYTES];
    entropy.fill(&mut nonce);
    let body = cipher(key)
        .encrypt(Nonce::from_slice(&nonce), Payload { msg: plaintext, aad: &place.associated_data() })
        .map_err(|_| Error::DoesNotOpen)?;
    let mut sealed = Vec::with_capacity(1 + NONCE_BYTES + body.len());
    sealed.push(FORMAT);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&body);
    Ok(sealed)
}

pub(crate) fn open(key: &Secret, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let (format, rest) = sealed.split_first().ok_or(Error::UnknownFormat)?;
    if *format != FORMAT {
        return Err(Error::UnknownFormat);
    }
    if rest.len() < NONCE_BYTES + TAG_BYTES {
        return Err(Error::DoesNotOpen);
    }
    let (nonce, body) = rest.split_at(NONCE_BYTES);
    cipher(key)
        .decrypt(Nonce::from_slice(nonce), Payload { msg: body, aad: &place.associated_data() })
        .map_err(|_| Error::DoesNotOpen)
}

fn cipher(key: &Secret) -> Aes256Gcm {
    Aes256Gcm::new(key.reveal().into())
}
