//! `cargo xtask torn --cycles 1000 --seed 7`: the program killed at random moments, many more times than the ordinary
//! tests do it. The rounds themselves are scenes of the program (`crates/renkei/tests/it/torn`); this starts them and
//! lets them say where their kills landed. The same seed chooses the same moments; a machine's speed decides what
//! stands there.

use std::process::{Command, ExitStatus};

/// Number of rounds and seed from the command line's words.
pub fn arguments(words: &[&str]) -> Result<(u32, u64), String> {
    let (mut cycles, mut seed) = (1_000, 1954);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        let wrong = |_| format!("{word} needs a number, not {value}");
        match *word {
            "--cycles" => cycles = value.parse().map_err(wrong)?,
            "--seed" => seed = value.parse().map_err(wrong)?,
            other => return Err(format!("{other} is not understood")),
        }
    }
    if cycles == 0 { Err("no round proves nothing".to_owned()) } else { Ok((cycles, seed)) }
}

/// Runs the rounds and answers how they ended.
pub fn run(cycles: u32, seed: u64) -> std::io::Result<ExitStatus> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Command::new(cargo)
        .args(["test", "-p", "renkei", "--test", "it", "torn::rounds", "--", "--nocapture", "--test-threads", "2"])
        .env("RENKEI_TORN_CYCLES", cycles.to_string())
        .env("RENKEI_TORN_SEED", seed.to_string())
        .status()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_and_seed_are_read() {
        assert_eq!(arguments(&[]), Ok((1_000, 1954)));
        assert_eq!(arguments(&["--seed", "7", "--cycles", "50"]), Ok((50, 7)));
        for wrong in [&["--cycles"][..], &["--cycles", "0"], &["--cycles", "many"], &["--rounds", "3"]] {
            assert!(arguments(wrong).is_err(), "{wrong:?}");
        }
    }
}
