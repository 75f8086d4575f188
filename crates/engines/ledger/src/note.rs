//! Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature).
//!
//! A checkpoint is three lines (origin, size, root), a blank line and signature lines. A verifier ignores keys it does
//! not know, refuses a note on which a key it knows signed wrongly, and needs at least one good signature.

use crate::tree::Hash;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use renkei_kernel::Entropy;
use renkei_keys::{Secret, create_secret_file, read_secret_file};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Signature lines read in one note; more are refused.
const SIGNATURES_MAX: usize = 64;
const NOTE_BYTES_MAX: usize = 64 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    #[error("it is not text in the form of a signed note")]
    Form,
    #[error("its size line is not a decimal number without leading zeros")]
    Size,
    #[error("its root is not 32 bytes in base64")]
    Root,
    #[error("it belongs to another log")]
    Origin,
    #[error("a signature by a known key is wrong")]
    WrongSignature,
    #[error("no signature is by a known key")]
    NoKnownSignature,
    #[error("the public key is not in the form name+id+key")]
    Key,
    #[error("the key {} signed it outside its time", hex::encode(key))]
    OutOfTurn { key: [u8; 4] },
    #[error("it is no hand-over from one key of the log to the next")]
    NoHandOver,
}

/// How a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    /// Type 01: Ed25519 over the note's text.
    Plain,
    /// Type 04: Ed25519 over a time and the note's text; what witnesses use.
    Cosignature,
}

impl Algorithm {
    fn number(self) -> u8 {
        match self {
            Self::Plain => 1,
            Self::Cosignature => 4,
        }
    }
}

fn key_id(name: &str, algorithm: Algorithm, public: &[u8]) -> [u8; 4] {
    let digest = Sha256::new()
        .chain_update(name.as_bytes())
        .chain_update([b'\n', algorithm.number()])
        .chain_update(public)
        .finalize();
    let mut id = [0; 4];
    id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    id
}

fn name_is_good(name: &str) -> bool {
    !name.is_empty() && !name.contains('+') && !name.chars().any(char::is_whitespace)
}

/// A public key by which notes are checked; written as `name+id+base64(type ‖ key)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    algorithm: Algorithm,
    public: [u8; 32],
}

impl VerifierKey {
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.trim_end_matches('\n').splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key);
        };
        let key = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
        let (number, public) = key.split_first().ok_or(NoteError::Key)?;
        let algorithm = match number {
            1 => Algorithm::Plain,
            4 => Algorithm::Cosignature,
            _ => return Err(NoteError::Key),
        };
        let public: [u8; 32] = public.try_into().map_err(|_| NoteError::Key)?;
        let verifier = Self { name: name.to_owned(), algorithm, public };
        if !name_is_good(name) || hex::encode(verifier.id()) != id {
            return Err(NoteError::Key);
        }
        Ok(verifier)
    }

    /// The log's name: the first line of its checkpoints.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn id(&self) -> [u8; 4] {
        key_id(&self.name, self.algorithm, &self.public)
    }

    /// The key's id as it stands in its written form: eight hexadecimal digits.
    pub fn id_text(&self) -> String {
        hex::encode(self.id())
    }

    /// Whether this key signs a log's own state (and not as a witness).
    pub(crate) fn is_plain(&self) -> bool {
        self.algorithm == Algorithm::Plain
    }

    pub(crate) fn accepts(&self, text: &str, signature: &[u8]) -> bool {
        let public = UnparsedPublicKey::new(&ED25519, &self.public);
        match self.algorithm {
            Algorithm::Plain => public.verify(text.as_bytes(), signature).is_ok(),
            Algorithm::Cosignature => {
                let Some((time, signature)) = signature.split_first_chunk::<8>() else { return false };
                let signed = format!("cosignature/v1\ntime {}\n{text}", u64::from_be_bytes(*time));
                public.verify(signed.as_bytes(), signature).is_ok()
            }
        }
    }
}

impl std::fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut key = vec![self.algorithm.number()];
        key.extend_from_slice(&self.public);
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), STANDARD.encode(key))
    }
}

/// The log's own key.
pub struct SigningKey {
    name: String,
    pair: Ed25519KeyPair,
    /// The keys' folder it was made in or loaded from.
    folder: Option<PathBuf>,
}

const FILE: &str = "trail-signing.key";

impl SigningKey {
    /// `name` is the log's origin, e.g. `renkei.example/trail`: no spaces, no `+`.
    pub fn from_seed(name: &str, seed: &Secret) -> Result<Self, NoteError> {
        if !name_is_good(name) {
            return Err(NoteError::Key);
        }
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.reveal()).map_err(|_| NoteError::Key)?;
        Ok(Self { name: name.to_owned(), pair, folder: None })
    }

    /// Makes `trail-signing.key` (0600) in the keys' folder; never overwrites one.
    pub fn create(folder: &Path, name: &str, entropy: &dyn Entropy) -> Result<Self, crate::Error> {
        Self::create_file(&Self::file(folder), name, entropy)
    }

    pub(crate) fn create_file(path: &Path, name: &str, entropy: &dyn Entropy) -> Result<Self, crate::Error> {
        let seed = Secret::random(entropy);
        let key = Self::from_seed(name, &seed)?;
        create_secret_file(path, seed.reveal())?;
        Ok(Self { folder: path.parent().map(Path::to_owned), ..key })
    }

    /// Loads it; refuses a file that others may read.
    pub fn load(folder: &Path, name: &str) -> Result<Self, crate::Error> {
        Self::load_file(&Self::file(folder), name)
    }

    pub(crate) fn load_file(path: &Path, name: &str) -> Result<Self, crate::Error> {
        let content = read_secret_file(path)?;
        let seed = Secret::from_slice(&content).ok_or(renkei_keys::Error::KeyFileDamaged { path: path.to_owned() })?;
        Ok(Self { folder: path.parent().map(Path::to_owned), ..Self::from_seed(name, &seed)? })
    }

    pub(crate) fn file(folder: &Path) -> PathBuf {
        folder.join(FILE)
    }

    /// Where its file and those of a rotation lie; `None` for a key without a file.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub fn verifier(&self) -> VerifierKey {
        let mut public = [0; 32];
        public.iter_mut().zip(self.pair.public_key().as_ref()).for_each(|(to, from)| *to = *from);
        VerifierKey { name: self.name.clone(), algorithm: Algorithm::Plain, public }
    }

    /// Signs the state of the log.
    pub fn sign(&self, size: u64, root: &Hash) -> Checkpoint {
        let text = checkpoint_text(&self.name, size, root);
        let note = format!("{text}\n{}", self.signature_line(&text));
        Checkpoint { origin: self.name.clone(), size, root: *root, note }
    }

    /// As [`Self::sign`], with further lines (each ended by a newline) as part of what is signed, by `other` as well.
    pub(crate) fn sign_with(&self, other: &Self, size: u64, root: &Hash, further: &str) -> Checkpoint {
        let text = checkpoint_text(&self.name, size, root) + further;
        let note = format!("{text}\n{}{}", self.signature_line(&text), other.signature_line(&text));
        Checkpoint { origin: self.name.clone(), size, root: *root, note }
    }

    fn signature_line(&self, text: &str) -> String {
        let mut blob = self.verifier().id().to_vec();
        blob.extend_from_slice(self.pair.sign(text.as_bytes()).as_ref());
        format!("\u{2014} {} {}\n", self.name, STANDARD.encode(blob))
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.name)
    }
}

fn checkpoint_text(origin: &str, size: u64, root: &Hash) -> String {
    format!("{origin}\n{size}\n{}\n", STANDARD.encode(root))
}

/// A state of the log whose signature was checked (or just made).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    note: String,
}

impl Checkpoint {
    pub fn origin(&self) -> &str {
        &self.origin
    }
    pub fn size(&self) -> u64 {
        self.size
    }
    pub fn root(&self) -> &Hash {
        &self.root
    }
    /// The note as it is kept and handed out.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// Reads a note and checks it by `keys`, of which the first is the log's own and names the origin. The log's own
    /// signature is required; others of `keys` (witnesses) must be right where they are present.
    pub fn read(note: &[u8], keys: &[VerifierKey]) -> Result<Self, NoteError> {
        let (text, signatures) = split_note(note)?;
        let own = keys.first().ok_or(NoteError::NoKnownSignature)?;
        let mut signed_by_log = false;
        for (name, blob) in signatures {
            let Some((id, signature)) = blob.split_first_chunk::<4>() else { return Err(NoteError::Form) };
            for key in keys.iter().filter(|key| key.name == name && key.id() == *id) {
                if !key.accepts(text, signature) {
                    return Err(NoteError::WrongSignature);
                }
                signed_by_log |= key == own;
            }
        }
        if !signed_by_log {
            return Err(NoteError::NoKnownSignature);
        }
        let (origin, size, root) = read_text(text)?;
        if origin != own.name {
            return Err(NoteError::Origin);
        }
        Self::judged(origin, size, root, note)
    }

    /// From the parts of a note whose signatures were judged.
    pub(crate) fn judged(origin: &str, size: u64, root: Hash, note: &[u8]) -> Result<Self, NoteError> {
        let note = String::from_utf8(note.to_vec()).map_err(|_| NoteError::Form)?;
        Ok(Self { origin: origin.to_owned(), size, root, note })
    }
}

pub(crate) type SignatureLine<'n> = (&'n str, Vec<u8>);

/// Text (with its last newline) and signature lines.
pub(crate) fn split_note(note: &[u8]) -> Result<(&str, Vec<SignatureLine<'_>>), NoteError> {
    if note.len() > NOTE_BYTES_MAX {
        return Err(NoteError::Form);
    }
    let note = std::str::from_utf8(note).map_err(|_| NoteError::Form)?;
    if note.chars().any(|c| c.is_control() && c != '\n') || !note.ends_with('\n') {
        return Err(NoteError::Form);
    }
    let at = note.rfind("\n\n").ok_or(NoteError::Form)?;
    let (text, rest) = note.split_at(at + 1);
    let mut signatures = Vec::new();
    let lines = rest.strip_prefix('\n').and_then(|lines| lines.strip_suffix('\n')).ok_or(NoteError::Form)?;
    for line in lines.split('\n') {
        let mut parts = line.strip_prefix("\u{2014} ").ok_or(NoteError::Form)?.split(' ');
        let (Some(name), Some(blob), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Form);
        };
        let blob = STANDARD.decode(blob).map_err(|_| NoteError::Form)?;
        if !name_is_good(name) || blob.len() < 5 || signatures.len() == SIGNATURES_MAX {
            return Err(NoteError::Form);
        }
        signatures.push((name, blob));
    }
    Ok((text, signatures))
}

/// Origin, size and root; extension lines after them are allowed and part of what is signed.
pub(crate) fn read_text(text: &str) -> Result<(&str, u64, Hash), NoteError> {
    let mut lines = text.split('\n');
    let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
        return Err(NoteError::Form);
    };
    if origin.is_empty() {
        return Err(NoteError::Form);
    }
    let plain = !size.is_empty() && size.bytes().all(|b| b.is_ascii_digit()) && (size == "0" || !size.starts_with('0'));
    let size = if plain { size.parse().map_err(|_| NoteError::Size)? } else { return Err(NoteError::Size) };
    let root = STANDARD.decode(root).map_err(|_| NoteError::Root)?.try_into().map_err(|_| NoteError::Root)?;
    Ok((origin, size, root))
}
