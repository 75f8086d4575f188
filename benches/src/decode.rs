//! SS-MIX2 decode and parse on one core. Peers: `hl7-parser` (Rust) and python-hl7 split messages into segments, fields,
//! repetitions and components as our `Message::read` does; neither knows SS-MIX2's data types, so the typed reading has
//! no peer. `hl7-parser` is handed decoded text (it knows no character sets); python-hl7 decodes ISO-2022-JP first.

use crate::Outcome;
use crate::report::Report;
use renkei_hl7v2::Message;
use renkei_ssmix2::storage::Storage;
use renkei_ssmix2::{FileName, read_file};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Rounds of each measured run; the best of several runs counts (what the work costs when nothing else runs).
const ROUNDS: usize = 60;
const RUNS: usize = 7;

pub fn measure(report: &mut Report) -> Outcome<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/formats/ssmix2/tests/fixtures/generated");
    let mut files: Vec<(FileName, Vec<u8>)> = Vec::new();
    for patient in Storage::new([root.clone()]).patients().flatten() {
        for entry in patient.files().flatten() {
            if let Ok(name) = entry.parsed {
                files.push((name, std::fs::read(&entry.path)?));
            }
        }
    }
    let bytes: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    report.number("messages of the sample mix", files.len() as f64, "");
    report.number("bytes a message", bytes as f64 / files.len() as f64, "");
    let texts: Vec<String> = files.iter().map(|(_, bytes)| text(bytes)).collect();

    let ours = rate(files.len(), || {
        for (_, bytes) in &files {
            let _ = black_box(Message::read(black_box(bytes)));
        }
    });
    let visited = rate(files.len(), || {
        for (_, bytes) in &files {
            if let Ok(message) = Message::read(black_box(bytes)) {
                black_box(components(&message));
            }
        }
    });
    let theirs = rate(texts.len(), || {
        for text in &texts {
            let _ = black_box(hl7_parser::parse_message(black_box(text)));
        }
    });
    let python = python(&root)?;
    report.number("decode and find segments and fields", ours, "messages/s");
    report.beside(
        "decode and split into every component",
        visited,
        "messages/s",
        "hl7-parser 0.3, decoded text",
        theirs,
    );
    report.beside(
        "decode and split into every component",
        visited,
        "messages/s",
        "python-hl7 0.4, with decoding",
        python,
    );
    let typed = rate(files.len(), || {
        for (name, bytes) in &files {
            let _ = black_box(read_file(name, black_box(bytes)));
        }
    });
    report.beside("decode, split and read as its data type", typed, "messages/s", "the bar", 30_000.0);
    report.beside(
        "decode, split and read as its data type",
        typed,
        "messages/s",
        "splitting into every component",
        visited,
    );
    Ok(())
}

fn text(bytes: &[u8]) -> String {
    Message::read(bytes).map_or_else(|_| String::new(), |message| message.text().to_owned())
}

/// Visits what the peers split eagerly: ours finds components when they are asked for.
fn components(message: &Message) -> usize {
    let fields = message.segments().flat_map(|segment| (1..=segment.field_count()).map(move |n| segment.field(n)));
    fields
        .flat_map(|field| field.repetitions())
        .map(|r| r.components().map(|c| black_box(c.raw()).len()).sum::<usize>())
        .sum()
}

fn rate(messages: usize, mut round: impl FnMut()) -> f64 {
    let mut best = Duration::MAX;
    round();
    for _ in 0..RUNS {
        let began = Instant::now();
        for _ in 0..ROUNDS {
            round();
        }
        best = best.min(began.elapsed());
    }
    (messages * ROUNDS) as f64 / best.as_secs_f64()
}

/// The peer in Python, in an environment that `tools/setup.sh bench` makes.
fn python(root: &Path) -> Outcome<f64> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = std::env::var_os("RENKEI_BENCH_PYTHON")
        .map_or_else(|| here.join("../target/bench-python/bin/python"), PathBuf::from);
    let out =
        Command::new(&python).arg(here.join("peers/python_hl7.py")).arg(root).output().map_err(|error| {
            format!("the peer in Python cannot be started ({error}); run `tools/setup.sh bench` first")
        })?;
    if !out.status.success() {
        return Err(format!("the peer in Python failed: {}", String::from_utf8_lossy(&out.stderr)).into());
    }
    Ok(String::from_utf8(out.stdout)?.trim().parse()?)
}
