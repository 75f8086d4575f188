//! Pages for people name tests as their proof: the tests must exist.

use std::path::Path;
use xtask::sources;

/// Names of tests on a page: sentences of four words or more, between backquotes.
fn named(page: &str) -> Vec<&str> {
    page.split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| {
            name.matches('_').count() > 2
                && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        })
        .collect()
}

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::read_to_string(root.join(path)).unwrap()
}

fn code() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let files =
        sources::files(&root.join("crates"), ".rs").into_iter().chain(sources::files(&root.join("xtask"), ".rs"));
    files.map(|file| std::fs::read_to_string(file).unwrap_or_default()).collect()
}

#[test]
fn every_test_that_the_security_pages_name_exists() {
    let code = code();
    for (path, at_least) in
        [("docs/security/README.md", 10), ("docs/security/attacks.md", 60), ("docs/security/trail-cases.md", 20)]
    {
        let page = read(path);
        let named = named(&page);
        let missing: Vec<_> = named.iter().filter(|name| !code.contains(&format!("fn {name}("))).collect();
        assert!(named.len() > at_least, "{path} lost its proofs");
        assert!(missing.is_empty(), "{path} names tests that do not exist: {missing:?}");
    }
}

/// A tick without a test, and a case left open without a reason, are no answer.
#[test]
fn every_attack_is_ticked_with_a_test_or_open_with_a_reason() {
    let page = read("docs/security/attacks.md");
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| what is tried"));
    let (mut ticked, mut open) = (0, 0);
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 3, "{row}");
        match cells[2].chars().next() {
            Some('☑') => assert!(!named(cells[2]).is_empty(), "ticked without a test: {row}"),
            Some('☐') => assert!(cells[2].chars().count() > 20, "open without a reason: {row}"),
            _ => panic!("neither ticked nor open: {row}"),
        }
        if cells[2].starts_with('☑') { ticked += 1 } else { open += 1 }
    }
    assert!(ticked > 80, "{ticked} ticked, {open} open");
}
