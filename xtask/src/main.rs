//! The project's own chores: `cargo xtask trace` writes the traceability table.

use std::path::Path;
use std::process::ExitCode;
use xtask::trace;

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
        _ => {
            eprintln!(
                "usage: cargo xtask trace RESULT…   (JUnit files of the test run, JSON files of the browser walks)"
            );
            ExitCode::from(2)
        }
    }
}
