//! The tree against the reference vectors and against a naive tree, from storage and in memory.

use crate::scene::Scene;
use proptest::prelude::*;
use renkei_db::Engine;
use renkei_ledger::tree::{self, Growing, Hash, consistency_holds, inclusion_holds, leaf_hash, node_hash};
use renkei_ledger::{Error, prove_consistency, prove_event, prove_number};

const ENTRIES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn hash(text: &str) -> Hash {
    hex(text).try_into().unwrap()
}
fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
fn leaves() -> Vec<Hash> {
    ENTRIES.iter().map(|entry| leaf_hash(&hex(entry))).collect()
}

/// The definitions of RFC 6962 section 2.1, word for word and slow.
mod naive {
    use super::*;
    fn split(n: usize) -> usize {
        let mut k = 1;
        while k * 2 < n {
            k *= 2;
        }
        k
    }
    pub fn root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => tree::empty_root(),
            [one] => *one,
            many => {
                let (left, right) = many.split_at(split(many.len()));
                node_hash(&root(left), &root(right))
            }
        }
    }
    pub fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
        if leaves.len() <= 1 {
            return vec![];
        }
        let (left, right) = leaves.split_at(split(leaves.len()));
        let (mut proof, beside) = if index < left.len() {
            (path(index, left), root(right))
        } else {
            (path(index - left.len(), right), root(left))
        };
        proof.push(beside);
        proof
    }
    pub fn consistency(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
        if old == leaves.len() {
            return if whole { vec![] } else { vec![root(leaves)] };
        }
        let (left, right) = leaves.split_at(split(leaves.len()));
        if old <= left.len() {
            let mut proof = consistency(old, left, whole);
            proof.push(root(right));
            proof
        } else {
            let mut proof = consistency(old - left.len(), right, false);
            proof.push(root(left));
            proof
        }
    }
}

#[test]
fn the_reference_roots_come_out() {
    let mut growing = Growing::new();
    assert_eq!(growing.root(), hash(ROOTS[0]));
    for (size, leaf) in leaves().into_iter().enumerate() {
        growing.push(leaf);
        assert_eq!(growing.root(), hash(ROOTS[size + 1]));
        assert_eq!(naive::root(&leaves()[..=size]), hash(ROOTS[size + 1]));
    }
}

#[test]
fn the_reference_proofs_hold_and_no_other_does() {
    let leaf = hash("4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658");
    let path = [
        hash("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
        hash("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
        hash("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ];
    let root = hash(ROOTS[8]);
    assert_eq!(leaf, leaves()[5]);
    assert!(inclusion_holds(&leaf, 5, 8, &path, &root));
    // Case 9: one hash too few, one too many. Case 10: a node passed off as a leaf.
    assert!(!inclusion_holds(&leaf, 5, 8, &path[..2], &root));
    assert!(!inclusion_holds(&leaf, 5, 8, &[path[0], path[1], path[2], path[2]], &root));
    assert!(!inclusion_holds(&leaf, 4, 8, &path, &root));
    let node = node_hash(&path[0], &leaf);
    assert!(!inclusion_holds(&node, 2, 8, &path[1..], &root));
    let consistency = [hash("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"), path[1], path[2]];
    assert!(consistency_holds(6, &hash(ROOTS[6]), 8, &root, &consistency));
    assert!(!consistency_holds(6, &hash(ROOTS[5]), 8, &root, &consistency));
    assert!(!consistency_holds(6, &hash(ROOTS[6]), 8, &root, &consistency[..2]));
}

proptest! {
    #[test]
    fn proofs_of_any_tree_hold_and_bent_ones_do_not(size in 1usize..140, at in any::<prop::sample::Index>(),
                                                    older in any::<prop::sample::Index>(), bit in 0usize..256) {
        let leaves: Vec<Hash> = (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        let mut growing = Growing::new();
        leaves.iter().for_each(|leaf| growing.push(*leaf));
        let root = naive::root(&leaves);
        prop_assert_eq!(growing.root(), root);
        let index = at.index(size);
        let mut path = naive::path(index, &leaves);
        prop_assert!(inclusion_holds(&leaves[index], index as u64, size as u64, &path, &root));
        let old = older.index(size) + 1;
        let old_root = naive::root(&leaves[..old]);
        let mut proof = naive::consistency(old, &leaves, true);
        prop_assert!(consistency_holds(old as u64, &old_root, size as u64, &root, &proof));
        if let Some(first) = path.first_mut() {
            first[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!inclusion_holds(&leaves[index], index as u64, size as u64, &path, &root));
        }
        if let Some(last) = proof.last_mut() {
            last[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!consistency_holds(old as u64, &old_root, size as u64, &root, &proof));
        }
    }
}

/// Proofs read from the stored tiles, over a tree that spans several tiles and two levels.
#[tokio::test(flavor = "multi_thread")]
async fn stored_proofs_hold_over_several_tiles() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.mixed_acts(600).await;
        assert!(matches!(prove_number(&scene.test, 600).await, Err(Error::NoSuchEntry(600))));
        scene.sequencer.stop().await.unwrap();
        let mut leaves = Vec::new();
        for number in 0..600 {
            leaves.push(leaf_hash(&scene.entry(number).await));
        }
        for number in [0, 1, 255, 256, 511, 512, 599] {
            let proof = prove_number(&scene.test, number).await.unwrap();
            assert_eq!(proof.size, 600);
            assert_eq!(proof.path, naive::path(number as usize, &leaves), "{engine:?} {number}");
            let entry = scene.entry(number as i64).await;
            assert!(proof.holds(&entry, &scene.keys()));
            assert!(!proof.holds(b"{}", &scene.keys()));
        }
        for old in [1, 2, 255, 256, 257, 512, 599, 600] {
            let proof = prove_consistency(&scene.test, old, 600).await.unwrap();
            assert_eq!(proof.path, naive::consistency(old as usize, &leaves, true), "{engine:?} {old}");
            assert!(proof.holds());
        }
        assert!(matches!(prove_consistency(&scene.test, 5, 601).await, Err(Error::NoSuchSize(600))));
        let recorded = scene.look(scene.ids.next()).await;
        assert!(prove_event(&scene.test, recorded.event_id()).await.unwrap().is_none());
    }
}
