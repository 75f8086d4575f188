//! Each target over its corpus: the seeds, the same seeds cut and bent in fixed ways, and the kept findings of fuzzers.

use renkei_hostile::{TARGETS, Target, target};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn fuzz_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// Findings kept in the repository, by name.
fn kept(name: &str) -> Vec<(String, Vec<u8>)> {
    let Ok(folder) = fs::read_dir(fuzz_folder().join("corpus-seed").join(name)) else { return Vec::new() };
    let mut files: Vec<_> = folder.map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| (file.display().to_string(), fs::read(file).unwrap())).collect()
}

/// Cut at some places, one bit changed at others, doubled, emptied. `places`: at most forty, fewer where many seeds are.
fn bent(seed: &[u8], places: usize) -> impl Iterator<Item = Vec<u8>> {
    let step = (seed.len() / places).max(1);
    let cut = (0..seed.len()).step_by(step).map(|end| seed[..end].to_vec());
    let changed = (0..seed.len()).step_by(step).map(|place| {
        let mut bytes = seed.to_vec();
        bytes[place] ^= 1 << (place % 8);
        bytes
    });
    cut.chain(changed).chain([seed.repeat(2), Vec::new()])
}

fn replay(name: &str) {
    let Target { attack, seeds, .. } = target(name).unwrap();
    let seeds = seeds();
    assert!(!seeds.is_empty(), "{name} begins with nothing");
    for seed in &seeds {
        attack(seed);
        bent(seed, (400 / seeds.len()).clamp(2, 40)).for_each(|bytes| attack(&bytes));
    }
    for (file, bytes) in kept(name) {
        println!("{file}");
        attack(&bytes);
    }
}

macro_rules! replayed {
    ($($name:ident)+) => {
        const REPLAYED: &[&str] = &[$(stringify!($name)),+];
        $(
            #[test]
            fn $name() {
                replay(stringify!($name));
            }
        )+
    };
}

// R-X-19: whatever arrives, reading it ends and says what it was.
replayed! {
    decode_text hl7_message file_name transaction_records read_message map_message stored_rows
    certificate certificate_chain revocation_list trust_settings trust_tables
    regulation_file register_file checkpoint tree_proofs trail_entry database_address
    agent_settings presented_certificate reader_wire card_number request_parts
}

/// Every target has its test, its file for the fuzzer and no folder of findings that nobody replays.
#[test]
fn no_target_is_forgotten() {
    let known: BTreeSet<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(known, REPLAYED.iter().copied().collect());
    let manifest: toml::Table = fs::read_to_string(fuzz_folder().join("Cargo.toml")).unwrap().parse().unwrap();
    let built: BTreeSet<&str> =
        manifest["bin"].as_array().unwrap().iter().map(|bin| bin["name"].as_str().unwrap()).collect();
    assert_eq!(known, built);
    for folder in fs::read_dir(fuzz_folder().join("corpus-seed")).unwrap() {
        let name = folder.unwrap().file_name().into_string().unwrap();
        assert!(known.contains(name.as_str()), "{name} is replayed by no test");
    }
    for name in known {
        let body = fs::read_to_string(fuzz_folder().join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(body.contains(&format!("attack(\"{name}\"")), "{name} runs another target");
    }
}

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

/// The list that a reader ticks names targets and tests that exist.
#[test]
fn the_list_names_what_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let list = fs::read_to_string(root.join("docs/security/hostile-input.md")).unwrap();
    let mut code = String::new();
    sources(&root.join("crates"), &mut code);
    let is_name = |name: &&str| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let named: BTreeSet<&str> = list.split('`').skip(1).step_by(2).filter(is_name).collect();
    for target in TARGETS {
        assert!(named.contains(target.name), "the list says nothing of {}", target.name);
    }
    let tests: Vec<_> = named.iter().filter(|name| name.matches('_').count() > 2).collect();
    let missing: Vec<_> = tests.iter().filter(|name| !code.contains(&format!("fn {name}("))).collect();
    assert!(tests.len() > 30 && missing.is_empty(), "named and not there: {missing:?}");
}
