//! Walks the repository's own sources, leaving out what is built or fetched.

use std::path::{Path, PathBuf};

const LEFT_OUT: [&str; 6] = ["target", "node_modules", "dist", ".git", "fixtures", "demo-data"];

/// All files below `dir` whose name ends with `ending`, in name order.
pub fn files(dir: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![dir.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                if !LEFT_OUT.contains(&name.as_ref()) && !name.starts_with("target-") {
                    waiting.push(path);
                }
            } else if kind.is_file() && name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
