//! `renkei ledger verify·archive·keys·prove`: the trail checked offline. Reads only; needs the database, one of the trail's
//! public keys (of the signing key in the keys folder, or kept elsewhere) and, to find a cut tail, a checkpoint that was
//! kept elsewhere.

use crate::archive::Wanted;
use crate::commands::{Format, LedgerArguments, LedgerWhat, Place as PlaceArgument};
use crate::outcome;
use crate::settings::Settings;
use crate::wiring::{Place, TRAIL_NAME, WiringError};
use renkei_db::Database;
use renkei_kernel::Problem as _;
use renkei_ledger::{Report, SigningKey, VerifierKey};
use std::path::Path;
use std::process::ExitCode;

pub async fn run(arguments: LedgerArguments) -> ExitCode {
    match arguments.what {
        LedgerWhat::Verify { key: Some(key), archive: Some(folder), format, .. } => match kept_keys(&key) {
            Ok(keys) => crate::archive::verify(&folder, &keys, format),
            Err(exit) => exit,
        },
        LedgerWhat::Verify { place, checkpoint, key, format, .. } => {
            verify(&place, checkpoint.as_deref(), key.as_deref(), format).await
        }
        LedgerWhat::Archive { place, to, before, from, format } => {
            crate::archive::archive(&place, Wanted { to, before, from, format }).await
        }
        LedgerWhat::Keys { place, format } => keys(&place, format).await,
        LedgerWhat::Prove { place, index } => prove(&place, index).await,
    }
}

fn place(argument: &PlaceArgument) -> Result<Place, ExitCode> {
    Settings::load(&argument.config)
        .map(|settings| Place::of(&settings))
        .map_err(|error| outcome::refused(error.category(), error.code(), &error))
}

async fn open(place: &Place) -> Result<(Database, VerifierKey), WiringError> {
    let key = SigningKey::load(&place.keys, TRAIL_NAME)?;
    let database = Database::open(place.database.clone().reading_only()).await?;
    Ok((database, key.verifier()))
}

/// The keys in a file that somebody keeps.
fn kept_keys(file: &Path) -> Result<Vec<VerifierKey>, ExitCode> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string());
    text.and_then(|text| renkei_ledger::read_verifier_keys(&text).map_err(|error| error.to_string())).map_err(|error| {
        eprintln!("renkei: E400 公開鍵を読めません / the public key cannot be read: {error}");
        ExitCode::from(2)
    })
}

async fn verify(argument: &PlaceArgument, checkpoint: Option<&Path>, key: Option<&Path>, format: Format) -> ExitCode {
    let place = match place(argument) {
        Ok(place) => place,
        Err(exit) => return exit,
    };
    let trusted = match key.map(kept_keys).transpose() {
        Ok(trusted) => trusted,
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
        let (database, keys) = match trusted {
            Some(trusted) => (Database::open(place.database.clone().reading_only()).await?, trusted),
            None => {
                let (database, own) = open(&place).await?;
                (database, vec![own])
            }
        };
        let report = renkei_ledger::verify(&database, &keys, &kept).await?;
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

pub fn print(report: &Report, format: Format) {
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
    for warning in &report.warnings {
        println!("注意 / warning: {}", warning.text_ja());
    }
    if report.is_ok() {
        println!("改ざんは見つかりませんでした。 / nothing was found changed");
    } else if let Some(first) = report.first_broken {
        println!("最初の異常は {first} 番です。 / the first broken entry is {first}");
    }
}

/// The list for auditors, as it also lies beside the checkpoints (`trail.keys`).
async fn keys(argument: &PlaceArgument, format: Format) -> ExitCode {
    let place = match place(argument) {
        Ok(place) => place,
        Err(exit) => return exit,
    };
    let listed = async {
        let (database, own) = open(&place).await?;
        let (ring, hand_overs, _since) = renkei_ledger::signing_keys(&database, &[own]).await?;
        database.close().await?;
        Ok::<_, WiringError>((ring, hand_overs))
    };
    outcome::of_problem(listed.await.map(|(ring, hand_overs)| match format {
        Format::Text => print!("{}", ring.published()),
        Format::Json => {
            let span = |span: &renkei_ledger::KeySpan| {
                serde_json::json!({ "from": span.from, "until": span.until, "key": span.key.to_string() })
            };
            let keys: Vec<_> = ring.spans().iter().map(span).collect();
            let notes: Vec<_> = hand_overs.iter().map(|one| one.checkpoint().note()).collect();
            println!("{}", serde_json::json!({ "keys": keys, "hand_overs": notes }));
        }
    }))
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
