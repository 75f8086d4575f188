//! Law 1: one module mints permits; and `serve` knows nothing of the demonstration.

use std::path::Path;
use xtask::sources;

#[test]
fn only_the_gate_mints_permits() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut callers = Vec::new();
    for file in sources::files(&root.join("crates"), ".rs") {
        let text = std::fs::read_to_string(&file).unwrap();
        // The constructor's own crate defines it and tests it; test folders build permits for scenes.
        let shown = file.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        let code = text.split("#[cfg(test)]").next().unwrap_or(&text);
        if code.contains("minted_by_gate(") && !shown.starts_with("crates/rules/access/") && !shown.contains("/tests/")
        {
            callers.push(shown);
        }
    }
    assert_eq!(callers, ["crates/app/src/gate.rs"], "permits are minted outside the gate");
}

#[test]
fn serve_names_no_type_of_the_demonstration() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let program = root.join("crates/renkei/src");
    let mut naming = Vec::new();
    for file in sources::files(&program, ".rs") {
        let name = file.strip_prefix(&program).unwrap().to_string_lossy().replace('\\', "/");
        if std::fs::read_to_string(&file).unwrap().contains("renkei_demo") {
            naming.push(name);
        }
    }
    naming.sort();
    // The command and its own parts, which the feature `demo` leaves out together.
    assert_eq!(naming, ["demo.rs", "demo/rest.rs"], "these name the demonstration");
}
