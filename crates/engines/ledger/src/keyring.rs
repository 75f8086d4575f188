//! The keys of one log, one after another, and from which size to which each of them may sign.
//!
//! A hand-over is a checkpoint with one line more, `hand-over OLD NEW`, signed by both keys: the line binds the two
//! public keys to each other and to the size, so whoever trusts one key of the chain can follow it to all others,
//! forwards and backwards, with nothing but these notes. The old key signs up to that size, the new one from there on;
//! a signature outside its key's time makes a note invalid, however good the signature is.

use crate::note::{Checkpoint, NoteError, SigningKey, VerifierKey, read_text, split_note};
use crate::tree::Hash;

/// First word of the line by which both keys name each other.
const LINE: &str = "hand-over";

/// The state of the log at which one key gave way to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    pub before: VerifierKey,
    pub after: VerifierKey,
    checkpoint: Checkpoint,
}

impl HandOver {
    /// Signs the state of the log by both keys.
    pub(crate) fn sign(before: &SigningKey, after: &SigningKey, size: u64, root: &Hash) -> Self {
        let (old, new) = (before.verifier(), after.verifier());
        let checkpoint = before.sign_with(after, size, root, &format!("{LINE} {old} {new}\n"));
        Self { before: old, after: new, checkpoint }
    }

    /// Reads a note and checks that each of the two keys it names signed it. Whether one of them is to be trusted is
    /// another question: [`KeyRing::linked`].
    pub fn read(note: &[u8]) -> Result<Self, NoteError> {
        let (text, signatures) = split_note(note)?;
        let (origin, size, root) = read_text(text)?;
        let mut further = text.lines().skip(3);
        let (Some(line), None) = (further.next(), further.next()) else { return Err(NoteError::NoHandOver) };
        let words: Vec<&str> = line.split(' ').collect();
        let [LINE, before, after] = words[..] else { return Err(NoteError::NoHandOver) };
        let (before, after) = (VerifierKey::parse(before)?, VerifierKey::parse(after)?);
        if before == after || size == 0 || !before.is_plain() || !after.is_plain() {
            return Err(NoteError::NoHandOver);
        }
        for key in [&before, &after] {
            if key.name() != origin {
                return Err(NoteError::Origin);
            }
            let own = |name: &str, blob: &[u8]| name == key.name() && blob.starts_with(&key.id());
            let mut signed = signatures.iter().filter(|(name, blob)| own(name, blob)).peekable();
            if signed.peek().is_none() {
                return Err(NoteError::NoKnownSignature);
            }
            if !signed.all(|(_, blob)| blob.get(4..).is_some_and(|signature| key.accepts(text, signature))) {
                return Err(NoteError::WrongSignature);
            }
        }
        let checkpoint = Checkpoint::judged(origin, size, root, note)?;
        Ok(Self { before, after, checkpoint })
    }

    /// Entries under it; the last of them is the record of the hand-over.
    pub fn size(&self) -> u64 {
        self.checkpoint.size()
    }
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
}

/// One key and the sizes it may sign: `from` to `until`, both included; without an end while it is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySpan {
    pub key: VerifierKey,
    pub from: u64,
    pub until: Option<u64>,
}

impl KeySpan {
    fn covers(&self, size: u64) -> bool {
        self.from <= size && self.until.is_none_or(|until| size <= until)
    }
}

/// See the module's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRing {
    origin: String,
    spans: Vec<KeySpan>,
    /// Known beforehand and not only through hand-overs.
    trusted: Vec<VerifierKey>,
    witnesses: Vec<VerifierKey>,
}

impl KeyRing {
    /// The keys of the log that `trusted` (the first of which names it) belongs to. `hand_overs` are in order; witnesses
    /// stand among `trusted` under names of their own.
    ///
    /// # Errors
    /// [`NoteError::NoHandOver`] when the hand-overs are no chain; [`NoteError::Key`] when no key of the chain is
    /// trusted.
    pub fn linked(trusted: &[VerifierKey], hand_overs: &[HandOver]) -> Result<Self, NoteError> {
        let own = trusted.first().ok_or(NoteError::Key)?;
        let mut spans: Vec<KeySpan> = Vec::with_capacity(hand_overs.len() + 1);
        for hand_over in hand_overs {
            let size = hand_over.size();
            match spans.last_mut() {
                None => spans.push(KeySpan { key: hand_over.before.clone(), from: 0, until: Some(size) }),
                Some(last) if last.key == hand_over.before && last.from < size => last.until = Some(size),
                Some(_) => return Err(NoteError::NoHandOver),
            }
            if spans.iter().any(|span| span.key == hand_over.after) || hand_over.after.name() != own.name() {
                return Err(NoteError::NoHandOver);
            }
            spans.push(KeySpan { key: hand_over.after.clone(), from: size, until: None });
        }
        if spans.is_empty() {
            spans.push(KeySpan { key: own.clone(), from: 0, until: None });
        }
        if !spans.iter().any(|span| trusted.contains(&span.key)) {
            return Err(NoteError::Key);
        }
        let witnesses = trusted.iter().filter(|key| key.name() != own.name() || !key.is_plain()).cloned().collect();
        Ok(Self { origin: own.name().to_owned(), spans, trusted: trusted.to_vec(), witnesses })
    }

    /// When `size` lies in the time of a key that is known only because later keys name it: until which size. What
    /// such a key signed is proved only together with what the hand-over at that size covers.
    pub(crate) fn known_backwards(&self, size: u64) -> Option<u64> {
        let mut signers = self.spans.iter().filter(|span| span.covers(size));
        // A trusted key vouches for those it handed over to, not for those before it.
        let first_trusted =
            self.spans.iter().filter(|span| self.trusted.contains(&span.key)).map(|span| span.from).min();
        let last = signers.next_back()?;
        if first_trusted.is_some_and(|from| from <= last.from) { None } else { last.until }
    }

    /// Oldest first.
    pub fn spans(&self) -> &[KeySpan] {
        &self.spans
    }

    /// Reads a note of this log. At least one of its keys must have signed, and every known key that signed must have
    /// signed rightly and within its time.
    pub fn read(&self, note: &[u8]) -> Result<Checkpoint, NoteError> {
        let (text, signatures) = split_note(note)?;
        let (origin, size, root) = read_text(text)?;
        let (mut signed, mut late) = (false, None);
        for (name, blob) in &signatures {
            let (Some(id), Some(signature)) = (blob.get(..4), blob.get(4..)) else { return Err(NoteError::Form) };
            let named = |key: &VerifierKey| key.name() == *name && key.id() == id;
            for witness in self.witnesses.iter().filter(|key| named(key)) {
                if !witness.accepts(text, signature) {
                    return Err(NoteError::WrongSignature);
                }
            }
            for span in self.spans.iter().filter(|span| named(&span.key)) {
                if !span.key.accepts(text, signature) {
                    return Err(NoteError::WrongSignature);
                }
                signed = true;
                if !span.covers(size) {
                    late = Some(NoteError::OutOfTurn { key: span.key.id() });
                }
            }
        }
        if origin != self.origin {
            return Err(if signed { NoteError::Origin } else { NoteError::NoKnownSignature });
        }
        match late {
            Some(late) => Err(late),
            None if !signed => Err(NoteError::NoKnownSignature),
            None => Checkpoint::judged(origin, size, root, note),
        }
    }

    /// The list for auditors: a line for each key, `FROM UNTIL KEY`, oldest first; `-` while a key is in force.
    pub fn published(&self) -> String {
        let line = |span: &KeySpan| {
            let until = span.until.map_or("-".to_owned(), |until| until.to_string());
            format!("{} {until} {}\n", span.from, span.key)
        };
        self.spans.iter().map(line).collect()
    }
}

/// The keys in a file that an auditor keeps: a public key a line, alone (`trail.pub`) or as the last word of a line of
/// the published list (`trail.keys`). Empty lines and lines that begin with `#` are left out.
pub fn read_verifier_keys(text: &str) -> Result<Vec<VerifierKey>, NoteError> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let keys: Vec<_> =
        lines.map(|line| VerifierKey::parse(line.rsplit(' ').next().unwrap_or(line))).collect::<Result<_, _>>()?;
    if keys.is_empty() { Err(NoteError::Key) } else { Ok(keys) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use renkei_keys::Secret;

    const NAME: &str = "renkei.example/trail";

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed(NAME, &Secret::new([seed; 32])).unwrap()
    }

    fn chain() -> (Vec<SigningKey>, Vec<HandOver>) {
        let keys: Vec<_> = (1..=3).map(key).collect();
        let first = HandOver::sign(&keys[0], &keys[1], 10, &[1; 32]);
        let second = HandOver::sign(&keys[1], &keys[2], 20, &[2; 32]);
        (keys, vec![first, second])
    }

    /// R-X-16: whoever trusts any key of the chain reads what each key signed in its time, and nothing else.
    #[test]
    fn each_key_signs_in_its_time_whichever_of_them_is_trusted() {
        let (keys, hand_overs) = chain();
        for trusted in &keys {
            let ring = KeyRing::linked(&[trusted.verifier()], &hand_overs).unwrap();
            for (at, (from, until)) in [(0, 10), (10, 20), (20, 99)].into_iter().enumerate() {
                for size in [from, until] {
                    let note = keys[at].sign(size.max(1), &[9; 32]);
                    assert_eq!(ring.read(note.note().as_bytes()).unwrap(), note, "key {at} at {size}");
                }
            }
            for (at, size) in [(0, 11), (1, 9), (1, 21), (2, 19)] {
                let refused = ring.read(keys[at].sign(size, &[9; 32]).note().as_bytes());
                assert_eq!(refused, Err(NoteError::OutOfTurn { key: keys[at].verifier().id() }), "key {at} at {size}");
            }
        }
    }

    /// A line of one's own under a good note makes nobody a key of the log: the keys stand in what both signed.
    #[test]
    fn nobody_becomes_a_key_by_adding_a_signature() {
        let (keys, hand_overs) = chain();
        let stranger = key(9);
        assert_eq!(KeyRing::linked(&[stranger.verifier()], &hand_overs), Err(NoteError::Key));
        let honest = keys[2].sign(30, &[3; 32]);
        let added = format!("{}{}", honest.note(), stranger.sign(30, &[3; 32]).note().lines().last().unwrap()) + "\n";
        assert_eq!(HandOver::read(added.as_bytes()), Err(NoteError::NoHandOver));
        let claimed = HandOver::sign(&stranger, &keys[2], 30, &[3; 32]);
        let bent =
            claimed.checkpoint().note().replace(&stranger.verifier().to_string(), &keys[1].verifier().to_string());
        assert_eq!(HandOver::read(bent.as_bytes()), Err(NoteError::NoKnownSignature));
        let forged = [hand_overs.clone(), vec![HandOver::sign(&stranger, &key(8), 40, &[4; 32])]].concat();
        assert_eq!(KeyRing::linked(&[keys[2].verifier()], &forged), Err(NoteError::NoHandOver));
        for (order, why) in [([1, 0], "backwards"), ([0, 0], "twice")] {
            let mixed: Vec<_> = order.map(|at: usize| hand_overs[at].clone()).into();
            assert_eq!(KeyRing::linked(&[keys[1].verifier()], &mixed), Err(NoteError::NoHandOver), "{why}");
        }
    }

    #[test]
    fn what_is_published_is_read_back() {
        let (keys, hand_overs) = chain();
        let ring = KeyRing::linked(&[keys[0].verifier()], &hand_overs).unwrap();
        let text = format!("# keys\n\n{}", ring.published());
        let verifiers: Vec<_> = keys.iter().map(SigningKey::verifier).collect();
        assert_eq!(read_verifier_keys(&text).unwrap(), verifiers);
        assert_eq!(read_verifier_keys(&format!("{}\n", verifiers[0])).unwrap(), verifiers[..1]);
        assert!(text.contains("\n10 20 ") && text.contains("\n20 - "), "{text}");
        assert!(read_verifier_keys("# none\n").is_err() && read_verifier_keys("1 2 nonsense").is_err());
        let read = HandOver::read(hand_overs[0].checkpoint().note().as_bytes()).unwrap();
        assert_eq!(read, hand_overs[0]);
    }
}
