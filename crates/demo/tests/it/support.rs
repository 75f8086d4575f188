//! A region written once into a temporary folder.

use renkei_demo::{Region, Scale, Summary};
use renkei_kernel::Timestamp;
use std::path::{Path, PathBuf};

pub const SEED: u64 = renkei_demo::region::DEMO_SEED;

/// Noon of 2026-11-21 in Tokyo.
pub fn noon() -> Timestamp {
    Timestamp::from_tokyo(jiff::civil::date(2026, 11, 21).at(12, 0, 0, 0))
}

pub fn region(seed: u64) -> Region {
    Region::new(seed, noon())
}

/// Writes a region; the folder lives as long as the guard.
pub fn written(seed: u64, scale: &Scale) -> (tempfile::TempDir, Summary) {
    let folder = tempfile::tempdir().unwrap();
    let summary = region(seed).write_storages(folder.path(), scale).unwrap();
    (folder, summary)
}

/// Every file below a folder with its path relative to it, sorted.
pub fn files(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut paths = Vec::new();
    walk(root, &mut paths);
    paths.sort();
    paths.into_iter().map(|p| (p.strip_prefix(root).unwrap().to_owned(), std::fs::read(&p).unwrap())).collect()
}
