//! The project's own chores: `cargo xtask trace` writes the traceability table, `cargo xtask leaks` searches logs for
//! personal data, `cargo xtask torn` kills the program many times.

use std::path::Path;
use std::process::ExitCode;
use xtask::{leaks, torn, trace};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["trace", results @ ..] if !results.is_empty() => match trace::write(root, results) {
            Ok(summary) => {
                println!("{summary}");
                ExitCode::SUCCESS
            }
            Err(problem) => {
                eprintln!("xtask trace: {problem}");
                ExitCode::from(2)
            }
        },
        ["leaks", "--planted", rest @ ..] if rest.len() > 1 => {
            let (registers, logs): (Vec<&str>, Vec<&str>) = rest.iter().partition(|file| file.ends_with(".toml"));
            match leaks::search(root, &registers, &logs) {
                Ok(summary) => {
                    println!("{summary}");
                    ExitCode::SUCCESS
                }
                Err(problem) => {
                    eprintln!("xtask leaks: {problem}");
                    ExitCode::from(2)
                }
            }
        }
        ["torn", words @ ..] => match torn::arguments(words).map(|(cycles, seed)| torn::run(cycles, seed)) {
            Ok(Ok(ended)) if ended.success() => ExitCode::SUCCESS,
            Ok(Ok(_)) => ExitCode::from(1),
            Ok(Err(problem)) => {
                eprintln!("xtask torn: cargo cannot be started: {problem}");
                ExitCode::from(2)
            }
            Err(problem) => {
                eprintln!("xtask torn: {problem}\nusage: cargo xtask torn [--cycles N] [--seed N]");
                ExitCode::from(2)
            }
        },
        _ => {
            eprintln!(
                "usage: cargo xtask trace RESULT…   (JUnit files of the test run, JSON files of the browser walks)\n       cargo xtask leaks --planted REGISTER.toml… LOG…   (files, or folders of them)\n       cargo xtask torn [--cycles N] [--seed N]"
            );
            ExitCode::from(2)
        }
    }
}
