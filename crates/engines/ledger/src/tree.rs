//! The Merkle tree of RFC 6962 (section 2.1): hashes, roots, and proofs checked without the tree.
//!
//! Pure: no storage here. A leaf is hashed with the prefix 00, a node with 01, so a node can never be passed off as a
//! leaf (case 10).

use sha2::{Digest, Sha256};

pub type Hash = [u8; 32];

pub fn leaf_hash(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Root of the tree without entries.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The largest power of two below `size`; `size` is at least 2.
pub(crate) fn split(size: u64) -> u64 {
    1 << (63 - (size - 1).leading_zeros())
}

/// The tree growing from left to right: only the roots of its perfect subtrees are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Growing {
    size: u64,
    /// Roots of perfect subtrees, largest first; one for each bit set in `size`.
    roots: Vec<Hash>,
}

impl Growing {
    pub fn new() -> Self {
        Self::default()
    }
    /// Goes on from a tree of `size` of which only the roots of its perfect subtrees are known, largest first; `None`
    /// unless there is one for each bit set in `size`.
    pub fn resumed(size: u64, roots: Vec<Hash>) -> Option<Self> {
        (roots.len() as u64 == u64::from(size.count_ones())).then_some(Self { size, roots })
    }
    pub fn size(&self) -> u64 {
        self.size
    }
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        let mut bits = self.size;
        while bits & 1 == 1 {
            if let Some(left) = self.roots.pop() {
                hash = node_hash(&left, &hash);
            }
            bits >>= 1;
        }
        self.roots.push(hash);
        self.size += 1;
    }
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        match roots.next() {
            None => empty_root(),
            Some(last) => roots.fold(*last, |right, left| node_hash(left, &right)),
        }
    }
}

/// Checks that the leaf at `index` is in the tree of `size` with `root`. A proof with a hash too many or too few is
/// refused (case 9).
pub fn inclusion_holds(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Checks that the tree of `size` with `root` begins with the tree of `old_size` with `old_root`.
pub fn consistency_holds(old_size: u64, old_root: &Hash, size: u64, root: &Hash, proof: &[Hash]) -> bool {
    if old_size > size {
        return false;
    }
    if old_size == size {
        return proof.is_empty() && old_root == root;
    }
    if old_size == 0 {
        return proof.is_empty() && *old_root == empty_root();
    }
    let mut hashes = proof.iter();
    let (mut node, mut last) = (old_size - 1, size - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    // When the old tree is perfect it is a subtree itself and is not repeated in the proof.
    let seed = if old_size.is_power_of_two() { Some(old_root) } else { hashes.next() };
    let Some(seed) = seed else { return false };
    let (mut old_hash, mut hash) = (*seed, *seed);
    for sibling in hashes {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && old_hash == *old_root && hash == *root
}
