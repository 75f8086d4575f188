//! Lists the sample storages under `fixtures/` so that the program carries every one of their files.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { walk(&path, found)? } else { found.push(path) }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let home = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let mut out = String::new();
    for (name, folder) in [("CRAFTED", "fixtures/crafted"), ("GENERATED", "fixtures/generated")] {
        let root = home.join(folder);
        println!("cargo::rerun-if-changed={}", root.display());
        let mut files = Vec::new();
        walk(&root, &mut files)?;
        files.sort();
        writeln!(out, "const {name}: Files = &[")?;
        for file in files {
            let relative = file.strip_prefix(&root)?.to_string_lossy().replace('\\', "/");
            writeln!(out, "    ({relative:?}, include_bytes!({:?})),", file.display().to_string())?;
        }
        writeln!(out, "];")?;
    }
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("samples.rs"), out)?;
    Ok(())
}
