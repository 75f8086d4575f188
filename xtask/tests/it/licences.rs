//! Licences of everything that is linked: each package must offer one that this project may use, and each direct
//! dependency has its line in `docs/dependencies.md`.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What may be linked into a program under Apache-2.0 and given away. GPL, AGPL, BUSL and SSPL are not here, and
/// neither is what nobody has looked at yet. `BSL-1.0` is the Boost licence, not the Business Source Licence.
const USABLE: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Whether an SPDX expression leaves a choice of usable licences only. The old `A/B` means `A OR B`.
fn usable(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let answer = any_of(&words, &mut at);
    answer && at == words.len()
}

fn any_of(words: &[&str], at: &mut usize) -> bool {
    let mut answer = all_of(words, at);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        answer |= all_of(words, at);
    }
    answer
}

fn all_of(words: &[&str], at: &mut usize) -> bool {
    let mut answer = one(words, at);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        answer &= one(words, at);
    }
    answer
}

fn one(words: &[&str], at: &mut usize) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let inside = any_of(words, at);
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        return inside && closed;
    }
    if words.get(*at) == Some(&"WITH") {
        let exception = words.get(*at + 1).copied().unwrap_or_default();
        *at += 2;
        return USABLE.contains(&format!("{word} WITH {exception}").as_str());
    }
    USABLE.contains(word)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn cargo(arguments: &[&str]) -> Result<Value, String> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--offline"])
        .args(arguments)
        .current_dir(root())
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

/// All packages of the lock file; where those of other platforms were never fetched, the ones of this platform.
fn metadata() -> Value {
    cargo(&[]).unwrap_or_else(|missing| {
        let rustc = Command::new("rustc").arg("-vV").output().unwrap();
        let about = String::from_utf8_lossy(&rustc.stdout).into_owned();
        let host = about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        eprintln!("packages of other platforms are not here and were not looked at: {missing}");
        cargo(&["--filter-platform", host]).unwrap()
    })
}

fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"].as_array().unwrap().iter()
}

#[test]
fn every_package_may_be_given_away_under_our_licence() {
    let metadata = metadata();
    let wrong: Vec<String> = packages(&metadata)
        .filter(|package| !package["license"].as_str().is_some_and(usable))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert!(packages(&metadata).count() > 100, "the list of packages is not the workspace's");
    assert!(wrong.is_empty(), "licences that are not on the list: {wrong:#?}");
}

#[test]
fn a_choice_is_enough_and_a_sum_needs_every_part() {
    for good in ["MIT", "MIT/Apache-2.0", "Apache-2.0 OR GPL-2.0-only", "(MIT OR GPL-3.0) AND Unicode-3.0"] {
        assert!(usable(good), "{good}");
    }
    let bad = [
        "GPL-3.0-only",
        "AGPL-3.0-or-later",
        "BUSL-1.1",
        "MIT AND GPL-2.0-only",
        "GPL-2.0-only WITH Classpath-exception-2.0",
        "(MIT OR Apache-2.0) AND LGPL-2.1-only",
        "(MIT",
        "MIT Apache-2.0",
        "",
    ];
    for bad in bad {
        assert!(!usable(bad), "{bad}");
    }
}

/// Names of the third-party packages that our own manifests name.
fn direct() -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for package in packages(&metadata()).filter(|package| package["source"].is_null()) {
        for dependency in package["dependencies"].as_array().unwrap() {
            if !dependency["source"].is_null() {
                named.insert(dependency["name"].as_str().unwrap().to_owned());
            }
        }
    }
    let fuzz: toml::Table = text(root().join("fuzz/Cargo.toml")).parse().unwrap();
    let fuzz = fuzz["dependencies"].as_table().unwrap();
    named.extend(fuzz.iter().filter(|(_, wanted)| wanted.get("path").is_none()).map(|(name, _)| name.clone()));
    for folder in ["frontend", "e2e"] {
        let manifest: Value = serde_json::from_str(&text(root().join(folder).join("package.json"))).unwrap();
        for section in ["dependencies", "devDependencies"] {
            named.extend(manifest[section].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
        }
    }
    named
}

fn text(path: PathBuf) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn every_direct_dependency_has_its_line_with_a_reason() {
    let page = text(root().join("docs/dependencies.md"));
    let written: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .flat_map(|line| {
            let names = line.split(" | ").next().unwrap_or_default();
            names
                .split('`')
                .filter(|name| !name.trim().is_empty() && name.trim() != "·")
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    let named = direct();
    let missing: Vec<_> = named.difference(&written).collect();
    let gone: Vec<_> = written.difference(&named).collect();
    assert!(missing.is_empty(), "no line in docs/dependencies.md: {missing:?}");
    assert!(gone.is_empty(), "docs/dependencies.md speaks of what nobody depends on: {gone:?}");
}
