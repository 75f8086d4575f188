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
    for file in sources::files(&root.join("crates/renkei/src"), ".rs") {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        if text.contains("renkei_demo") {
            assert!(name == "demo.rs", "{name} names the demonstration");
        }
    }
}
