//! Arrows run downwards only (architecture, section 2).

use std::collections::BTreeMap;
use std::path::Path;

/// Floor of a package by its folder; a smaller number is lower. Siblings on one floor may know each other only in the
/// order given by the second number.
fn floor(folder: &str) -> Option<(u8, u8)> {
    Some(match folder {
        "crates/base/kernel" => (0, 0),
        "crates/base/text" => (0, 1),
        "crates/formats/hl7v2" => (1, 0),
        "crates/formats/ssmix2" => (1, 1),
        "crates/formats/hpki" => (1, 0),
        "crates/rules/records" => (2, 0),
        "crates/rules/participation" => (2, 0),
        "crates/rules/access" => (2, 1),
        "crates/rules/mapping" => (2, 1),
        "crates/engines/db" => (3, 0),
        "crates/engines/keys" => (3, 1),
        "crates/engines/ledger" => (3, 2),
        "crates/engines/blobs" => (3, 3),
        "crates/engines/store" => (3, 4),
        "crates/app" => (4, 0),
        "crates/edges/net" => (5, 0),
        "crates/edges/api" | "crates/edges/web" | "crates/edges/intake" => (5, 1),
        // For tests and the demonstration; no other room links them.
        "crates/testpki" => (6, 0),
        "crates/demo" => (6, 1),
        "crates/card-agent" | "crates/renkei" => (7, 0),
        "crates/testkit" => (8, 0),
        // Measurements; beside the program, never below it.
        "benches" => (8, 1),
        // Decoders under attack; the fuzzer and tests link it, no other room.
        "crates/hostile" => (8, 2),
        "xtask" => (9, 0),
        _ => return None,
    })
}

fn manifests() -> BTreeMap<String, (String, toml::Table)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let workspace: toml::Table = std::fs::read_to_string(root.join("Cargo.toml")).unwrap().parse().unwrap();
    let members = workspace["workspace"]["members"].as_array().unwrap();
    members
        .iter()
        .map(|member| {
            let folder = member.as_str().unwrap().to_owned();
            let manifest: toml::Table =
                std::fs::read_to_string(root.join(&folder).join("Cargo.toml")).unwrap().parse().unwrap();
            let name = manifest["package"]["name"].as_str().unwrap().to_owned();
            (name, (folder, manifest))
        })
        .collect()
}

#[test]
fn no_arrow_runs_up() {
    let manifests = manifests();
    let mut wrong = Vec::new();
    for (name, (folder, manifest)) in &manifests {
        let from = floor(folder).unwrap_or_else(|| panic!("{folder} stands on no floor"));
        let Some(dependencies) = manifest.get("dependencies").and_then(|d| d.as_table()) else { continue };
        for dependency in dependencies.keys() {
            let Some((below, _)) = manifests.get(dependency) else { continue };
            let to = floor(below).unwrap();
            if to >= from {
                wrong.push(format!("{name} → {dependency}"));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that run up or sideways: {wrong:?}");
}

#[test]
fn only_the_program_links_the_demonstration() {
    for (name, (_, manifest)) in &manifests() {
        let Some(dependencies) = manifest.get("dependencies").and_then(|d| d.as_table()) else { continue };
        if name == "renkei-bench" {
            // Measures with the fictional region; nobody links it.
            continue;
        }
        if let Some(demo) = dependencies.get("renkei-demo") {
            assert_eq!(name, "renkei");
            assert_eq!(
                demo.get("optional").and_then(toml::Value::as_bool),
                Some(true),
                "demo must be an optional feature"
            );
        }
        for room in ["renkei-testkit", "renkei-hostile"] {
            assert!(!dependencies.contains_key(room), "{name} links {room} outside tests");
        }
    }
}
