//! Pages for people name tests as their proof: the tests must exist.

use std::path::Path;
use xtask::sources;

#[test]
fn every_test_that_the_security_page_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = std::fs::read_to_string(root.join("docs/security/README.md")).unwrap();
    let code: String = sources::files(&root.join("crates"), ".rs")
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap_or_default())
        .collect();
    // Names of tests are sentences: three words or more.
    let named: Vec<_> = page
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| {
            name.matches('_').count() > 2 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        })
        .collect();
    let missing: Vec<_> = named.iter().filter(|name| !code.contains(&format!("fn {name}("))).collect();
    assert!(named.len() > 10, "the page lost its proofs");
    assert!(missing.is_empty(), "docs/security/README.md names tests that do not exist: {missing:?}");
}
