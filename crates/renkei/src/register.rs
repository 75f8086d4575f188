//! `renkei register load FILE`, `find` and `reader KEY`.

use crate::commands::{Format, RegisterArguments, RegisterWhat};
use crate::console;
use crate::jobs::{Job, SoughtWords};
use std::io::{self, BufRead, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub async fn run(arguments: RegisterArguments) -> ExitCode {
    match arguments.what {
        RegisterWhat::Load { place, format, file } => load(&place.config, file, format).await,
        RegisterWhat::Find { place, format } => match asked(&mut std::io::stdin().lock()) {
            Ok(sought) => console::carry_out(&place.config, Job::RegisterFind { sought }, format).await,
            Err(error) => {
                eprintln!("renkei: E400 {error}");
                ExitCode::from(2)
            }
        },
        RegisterWhat::Reader { place, key } => {
            console::carry_out(&place.config, Job::RegisterReader { key }, Format::Text).await
        }
    }
}

async fn load(config: &Path, file: PathBuf, format: Format) -> ExitCode {
    match std::fs::read_to_string(&file) {
        Ok(text) => console::carry_out(config, Job::RegisterLoad { text }, format).await,
        Err(error) => {
            eprintln!("renkei: E400 {} を読めません / cannot be read: {error}", file.display());
            ExitCode::from(2)
        }
    }
}

/// Four lines, of which only the first must say something. A person is told what to write; a pipe is not.
fn asked(input: &mut impl BufRead) -> io::Result<SoughtWords> {
    let told = io::stdin().is_terminal();
    let mut line = |question: &str| {
        if told {
            eprint!("{question}: ");
            io::stderr().flush()?;
        }
        let mut line = String::new();
        input.read_line(&mut line)?;
        Ok::<_, io::Error>(line.trim_end_matches(['\r', '\n']).to_owned())
    };
    Ok(SoughtWords {
        name: line("氏名 / name")?,
        birth_date: line("生年月日 / birth date (1954-03-12)")?,
        phone: line("電話番号（なければ空）/ telephone (may be empty)")?,
        postal_code: line("郵便番号（なければ空）/ postal code (may be empty)")?,
    })
}
