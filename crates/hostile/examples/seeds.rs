//! Writes the seeds of every target into folders for the fuzzer: `cargo run -p renkei-hostile --example seeds -- fuzz/corpus`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a command of developers")]

use std::fs;
use std::path::PathBuf;

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("the folder of the corpora"));
    for target in renkei_hostile::TARGETS {
        let own = folder.join(target.name);
        fs::create_dir_all(&own).unwrap();
        for (index, seed) in (target.seeds)().into_iter().enumerate() {
            fs::write(own.join(format!("seed-{index:03}")), seed).unwrap();
        }
    }
}
