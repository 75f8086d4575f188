//! How many messages a second one core reads, and how fast a storage is inspected: `cargo bench -p renkei-ssmix2`.
//!
//! A plain harness: the numbers are read by people and go into the closing notes, not into a gate.

use std::hint::black_box;
use std::io;
use std::path::Path;
use std::time::Instant;

use renkei_hl7v2::Message;
use renkei_ssmix2::inspect::{Options, inspect_path};
use renkei_ssmix2::storage::Storage;
use renkei_ssmix2::{FileName, read_file};

/// Rounds over the sample storage.
const ROUNDS: usize = 200;

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/generated");
    let mut files: Vec<(FileName, Vec<u8>)> = Vec::new();
    for patient in Storage::new([root.clone()]).patients().flatten() {
        for entry in patient.files().flatten() {
            if let Ok(name) = entry.parsed {
                files.push((name, std::fs::read(&entry.path)?));
            }
        }
    }
    let bytes: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    println!("{} messages, {} bytes on average", files.len(), bytes / files.len().max(1));
    measure("decode and split", files.len(), || {
        for (_, bytes) in &files {
            let _ = black_box(Message::read(black_box(bytes)));
        }
    });
    measure("read as its data type", files.len(), || {
        for (name, bytes) in &files {
            let _ = black_box(read_file(name, black_box(bytes)));
        }
    });
    let target = std::env::args().nth(1).filter(|a| !a.starts_with('-')).map_or(root, Into::into);
    let started = Instant::now();
    let mut sink = Counted(0);
    let verdict = inspect_path(&target, &Options::default(), &mut sink)?;
    println!("inspect: {:.3} s, {} bytes of JSON, {}", started.elapsed().as_secs_f64(), sink.0, verdict.as_str());
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default());
    }
    Ok(())
}

fn measure(what: &str, messages: usize, mut round: impl FnMut()) {
    round();
    let started = Instant::now();
    for _ in 0..ROUNDS {
        round();
    }
    let count = (messages * ROUNDS) as f64;
    println!("{what}: {:.0} messages/s", count / started.elapsed().as_secs_f64());
}

/// Swallows what is written and counts it.
struct Counted(usize);

impl io::Write for Counted {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.0 += buffer.len();
        Ok(buffer.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
