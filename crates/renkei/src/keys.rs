//! `renkei keys rotate`: a new installation key, everything wrapped anew, the old one erased, the trail told. With
//! `--trail` a new key that signs the trail's checkpoints.

use crate::commands::{KeysArguments, KeysWhat};
use crate::console;
use crate::jobs::{Answer, Job};
use renkei_app::House;
use renkei_app::keys::KeysRotated;
use std::process::ExitCode;

pub async fn run(arguments: KeysArguments) -> ExitCode {
    match arguments.what {
        KeysWhat::Rotate { place, trail, format } => {
            let job = if trail { Job::TrailKeyRotate } else { Job::KeysRotate };
            console::carry_out(&place.config, job, format).await
        }
    }
}

/// The job for the trail's signing key.
pub async fn rotate_trail(house: &House) -> Answer {
    match house.rotate_trail_key().await {
        Ok(handed) => {
            let (size, key) = (handed.size, &handed.key_after);
            let lines = vec![
                format!(
                    "監査証跡の署名の鍵を取り替えました。{size} 件までは古い鍵、{size} 件からは新しい鍵が有効です（{size} 件の封印には両方が署名しました）。古い秘密の鍵は消しました。keys の控えを今とり直し、古い控えは破棄し、次の公開鍵を監査する方へ渡してください。"
                ),
                format!(
                    "the trail's signing key was replaced: the old one counts up to {size} entries, the new one from there on, both signed that checkpoint; the old private key is destroyed. Copy keys again now, destroy older copies, and give the public key to the auditors"
                ),
                key.clone(),
            ];
            Answer::done(lines, handed)
        }
        Err(error) => Answer::problem(&error),
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
