//! What one decision over every clinical item of a patient costs:
//! `cargo run --release -p renkei-access --example measure`. The aim is 20 µs, so that each request may ask afresh.

#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "the scene belongs to the tests; a measurement stops where it is wrong"
)]

#[path = "../tests/it/scene.rs"]
mod scene;

use renkei_access::{Item, ItemSet, Role, decide};
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: u32 = 20_000;

fn main() {
    let rules = scene::rules();
    let items: Vec<Item> = ItemSet::CLINICAL.iter().collect();
    let scene = scene::Scene::by_card(Role::Doctor).asking(&items);
    assert!(decide(&scene.question, &scene.facts, Some(&rules)).is_permit(), "the scene has to permit");
    // The best of several runs: what the work costs when nothing else runs.
    let best = (0..7).map(|_| {
        let start = Instant::now();
        for _ in 0..ROUNDS {
            black_box(decide(black_box(&scene.question), black_box(&scene.facts), Some(&rules)));
        }
        start.elapsed()
    });
    let best = best.min().unwrap_or(Duration::MAX);
    println!("decide, {} items: {} ns", items.len(), best.as_nanos() / u128::from(ROUNDS));
}
