//! What an auditor is handed: notes, proofs, entries.

use renkei_db::Settings;
use renkei_kernel::{EventId, Timestamp};
use renkei_keys::Secret;
use renkei_ledger::tree::{self, Growing, Hash};
use renkei_ledger::{Checkpoint, Found, HandOver, SigningKey, VerifierKey, read_verifier_keys};
use std::sync::LazyLock;

/// The log's key of the fictional region.
pub static KEY: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::from_seed("renkei.example/trail", &Secret::new([7; 32])).unwrap());

/// A note that is believed says, byte for byte, what the key signed first; what is added are other signatures.
pub fn checkpoint(bytes: &[u8]) {
    let keys = [KEY.verifier()];
    if let Ok(read) = Checkpoint::read(bytes, &keys) {
        let ours = KEY.sign(read.size(), read.root());
        let text = ours.note().split("\n\n").next().unwrap();
        assert!(read.note().starts_with(text) && read.origin() == keys[0].name(), "a forged note was believed");
    }
    // The region's key never handed over: a note that says so was not signed by it.
    if let Ok(hand_over) = HandOver::read(bytes) {
        assert!(![&hand_over.before, &hand_over.after].contains(&&keys[0]), "a forged hand-over was believed");
    }
    if let Ok(kept) = read_verifier_keys(&String::from_utf8_lossy(bytes)) {
        assert!(!kept.is_empty());
    }
    if let Ok(key) = VerifierKey::parse(&String::from_utf8_lossy(bytes)) {
        assert_eq!(VerifierKey::parse(&key.to_string()).unwrap(), key);
    }
}

fn leaf(number: u8) -> Hash {
    tree::leaf_hash(&[number])
}

fn root(size: u8) -> Hash {
    let mut growing = Growing::new();
    (0..size).for_each(|number| growing.push(leaf(number)));
    growing.root()
}

/// Proofs made of true hashes in any order: an inclusion that holds tells the truth about the leaf, a consistency that
/// holds tells the truth about the older tree.
pub fn tree_proofs(bytes: &[u8]) {
    let [size, index, claimed, old, proof @ ..] = bytes else { return };
    let size = size % 32 + 1;
    // Leaves, roots of every prefix and of every pair: what somebody who knows the whole log could put into a proof.
    let hashes: Vec<Hash> = (0..size)
        .map(leaf)
        .chain((1..=size).map(root))
        .chain((0..size / 2).map(|pair| tree::node_hash(&leaf(pair * 2), &leaf(pair * 2 + 1))))
        .collect();
    let pick = |choice: &u8| hashes[usize::from(*choice) % hashes.len()];
    let proof: Vec<Hash> = proof.iter().take(64).map(pick).collect();
    let (index, claimed, old) = (index % size, claimed % size, old % (size + 1));
    if tree::inclusion_holds(&leaf(claimed), u64::from(index), u64::from(size), &proof, &root(size)) {
        assert_eq!(claimed, index, "an entry was proved at a number that is not its own");
    }
    let other = root(claimed);
    if tree::consistency_holds(u64::from(old), &other, u64::from(size), &root(size), &proof) {
        assert_eq!(other, root(old), "a tree was proved that never was");
    }
    let wide = u64::from_be_bytes([bytes[0]; 8]);
    let _ = tree::inclusion_holds(&leaf(0), wide.wrapping_sub(1), wide, &proof, &root(1));
    let _ = tree::consistency_holds(wide / 3, &other, wide, &root(size), &proof);
}

/// The database's address in the settings.
pub fn database_address(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = Settings::parse(text);
}

/// A stored entry, damaged or not, is shown as JSON or as nothing.
pub fn trail_entry(bytes: &[u8]) {
    let event = EventId("0190d6a0-0000-7000-8000-000000000002".parse().unwrap());
    let found = Found { number: Some(1), event, at: Timestamp(0), name: String::new(), entry: bytes.to_vec() };
    let shown = found.json();
    if !shown.is_null() {
        let text = serde_json::to_string(&shown).unwrap();
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
    }
}
