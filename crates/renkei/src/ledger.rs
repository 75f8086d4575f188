//! `renkei ledger verify·prove·export`: the trail checked offline. Reads only; needs the database, the trail's public
//! key (from the signing key in the keys folder) and, to find a cut tail, a checkpoint that was kept elsewhere.

use crate::commands::{Format, LedgerArguments, LedgerWhat, Place as PlaceArgument};
use crate::outcome;
use crate::settings::Settings;
use crate::wiring::{Place, TRAIL_NAME, WiringError};
use renkei_db::Database;
use renkei_kernel::Problem as _;
use renkei_ledger::{Report, SigningKey};
use std::path::Path;
use std::process::ExitCode;

pub async fn run(arguments: LedgerArguments) -> ExitCode {
    match arguments.what {
        LedgerWhat::Verify { place, checkpoint, format } => verify(&place, checkpoint.as_deref(), format).await,
        LedgerWhat::Prove { place, index } => prove(&place, index).await,
    }
}

fn place(argument: &PlaceArgument) -> Result<Place, ExitCode> {
    Settings::load(&argument.config)
        .map(|settings| Place::of(&settings))
        .map_err(|error| outcome::refused(error.category(), error.code(), &error))
}

async fn open(place: &Place) -> Result<(Database, SigningKey), WiringError> {
    let key = SigningKey::load(&place.keys, TRAIL_NAME)?;
    let database = Database::open(place.database.clone().reading_only()).await?;
    Ok((database, key))
}

async fn verify(argument: &PlaceArgument, checkpoint: Option<&Path>, format: Format) -> ExitCode {
    let place = match place(argument) {
        Ok(place) => place,
        Err(exit) => return exit,
    };
    let kept = match kept_checkpoints(&place.checkpoints, checkpoint) {
        Ok(kept) => kept,
        Err(error) => {
            eprintln!("renkei: E400 封印を読めません / a checkpoint cannot be read: {error}");
            return ExitCode::from(2);
        }
    };
    let checked = async {
        let (database, key) = open(&place).await?;
        let report = renkei_ledger::verify(&database, &[key.verifier()], &kept).await?;
        database.close().await?;
        Ok::<Report, WiringError>(report)
    };
    match checked.await {
        Ok(report) => {
            print(&report, format);
            if report.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(5) }
        }
        Err(error) => outcome::of_problem::<(), _>(Err(error)),
    }
}

/// The newest checkpoints of the kept folder (`<day>/<size>.checkpoint`, beside other files), or the one named.
pub fn kept_checkpoints(folder: &Path, named: Option<&Path>) -> std::io::Result<Vec<Vec<u8>>> {
    if let Some(file) = named {
        return Ok(vec![std::fs::read(file)?]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            for entry in std::fs::read_dir(path)? {
                files.push(entry?.path());
            }
        } else {
            files.push(path);
        }
    }
    files.retain(|path| path.extension().is_some_and(|ending| ending == "checkpoint"));
    // `latest.checkpoint` comes after every day.
    files.sort();
    files.iter().rev().take(KEPT_READ_MAX).map(std::fs::read).collect()
}

/// Of the kept folder's checkpoints the newest ones are enough: each covers all before it.
const KEPT_READ_MAX: usize = 64;

fn print(report: &Report, format: Format) {
    if format == Format::Json {
        println!("{}", serde_json::to_string(report).unwrap_or_default());
        return;
    }
    println!(
        "記録 {} 件・採番待ち {} 件・封印 {} 件 / entries {}, waiting {}, checkpoints {}",
        report.entries, report.waiting, report.checkpoints, report.entries, report.waiting, report.checkpoints
    );
    println!("根 / root {}", report.root);
    for fault in &report.faults {
        println!("異常 / fault: {}", fault.text_ja());
    }
    if report.is_ok() {
        println!("改ざんは見つかりませんでした。 / nothing was found changed");
    } else if let Some(first) = report.first_broken {
        println!("最初の異常は {first} 番です。 / the first broken entry is {first}");
    }
}

async fn prove(argument: &PlaceArgument, index: u64) -> ExitCode {
    let place = match place(argument) {
        Ok(place) => place,
        Err(exit) => return exit,
    };
    let proved = async {
        let (database, _) = open(&place).await?;
        let proof = renkei_ledger::prove_number(&database, index).await?;
        database.close().await?;
        Ok::<_, WiringError>(proof)
    };
    outcome::of_problem(proved.await.map(|proof| println!("{}", serde_json::to_string(&proof).unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R-X-16: the public key that lies beside the checkpoints is none, and those of every day are read.
    #[test]
    fn checkpoints_of_every_day_are_read_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| std::fs::write(folder.path().join(name), name).unwrap();
        for day in ["2026-11-21", "2026-11-22"] {
            std::fs::create_dir(folder.path().join(day)).unwrap();
        }
        for name in [
            "trail.pub",
            "latest.checkpoint",
            "2026-11-21/000000000009.checkpoint",
            "2026-11-22/000000000012.checkpoint",
        ] {
            write(name);
        }
        write("2026-11-22/000000000012.tmp");
        let read: Vec<_> =
            kept_checkpoints(folder.path(), None).unwrap().into_iter().map(|f| String::from_utf8(f).unwrap()).collect();
        assert_eq!(
            read,
            ["latest.checkpoint", "2026-11-22/000000000012.checkpoint", "2026-11-21/000000000009.checkpoint"]
        );
        let named =
            kept_checkpoints(folder.path(), Some(&folder.path().join("2026-11-21/000000000009.checkpoint"))).unwrap();
        assert_eq!(named.len(), 1);
    }
}
