//! `renkei keys rotate`: a new installation key, everything wrapped anew, the old one erased, the trail told.

use crate::commands::{KeysArguments, KeysWhat};
use crate::console;
use crate::jobs::{Answer, Job};
use renkei_app::House;
use renkei_app::keys::KeysRotated;
use std::process::ExitCode;

pub async fn run(arguments: KeysArguments) -> ExitCode {
    match arguments.what {
        KeysWhat::Rotate { place, format } => console::carry_out(&place.config, Job::KeysRotate, format).await,
    }
}

/// The job, by the running server or by the command itself.
pub async fn rotate(house: &House) -> Answer {
    match house.rotate_keys().await {
        Ok(rotated) => {
            let KeysRotated { key_before, key_after, wrapped, .. } = &rotated;
            let wrapped = wrapped.unwrap_or_default();
            let lines = vec![
                format!(
                    "設置の鍵を取り替えました（{key_before} → {key_after}、包み直した鍵 {wrapped} 件）。keys の控えを今とり直し、古い控えは破棄してください。"
                ),
                format!(
                    "the installation key was replaced ({wrapped} keys wrapped anew); copy keys again now and destroy older copies"
                ),
            ];
            Answer::done(lines, rotated)
        }
        Err(error) => Answer::problem(&error),
    }
}
