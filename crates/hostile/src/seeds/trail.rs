//! Notes, proofs and entries of a trail.

use crate::targets::trail::KEY;

pub fn checkpoint() -> Vec<Vec<u8>> {
    vec![
        KEY.sign(0, &renkei_ledger::tree::empty_root()).note().into(),
        KEY.sign(100_000, &[3; 32]).note().into(),
        KEY.verifier().to_string().into_bytes(),
    ]
}

pub fn tree_proofs() -> Vec<Vec<u8>> {
    vec![vec![1, 0, 0, 1, 1], vec![6, 2, 2, 3, 3, 14, 16, 10], vec![7, 7, 7, 4, 6, 17, 10], vec![31, 16, 16, 8]]
}

pub fn trail_entry() -> Vec<Vec<u8>> {
    let entry = r#"{"action":"R","event":"record.viewed","id":"0190d6a0-0000-7000-8000-000000000002","t":"2026-04-01T00:00:00.000000Z","v":1}"#;
    vec![entry.into(), "[".repeat(4_000).into_bytes()]
}

pub fn database_address() -> Vec<Vec<u8>> {
    vec![b"sqlite:data/renkei.db".to_vec(), b"postgres://renkei@localhost/renkei".to_vec()]
}
