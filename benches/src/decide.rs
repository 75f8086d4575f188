//! What one decision over every clinical item of a patient costs. The aim is 20 µs, so that each request may ask afresh.

use crate::report::Report;
use renkei_access::{Item, ItemSet, Role, decide};
use std::hint::black_box;
use std::time::{Duration, Instant};

#[allow(clippy::unwrap_used, dead_code, unused_imports, reason = "the scene belongs to the tests of the decision")]
#[path = "../../crates/rules/access/tests/it/scene.rs"]
mod scene;

const ROUNDS: u32 = 20_000;
const RUNS: usize = 7;

pub fn measure(report: &mut Report) {
    let rules = scene::rules();
    let items: Vec<Item> = ItemSet::CLINICAL.iter().collect();
    let scene = scene::Scene::by_card(Role::Doctor).asking(&items);
    assert!(decide(&scene.question, &scene.facts, Some(&rules)).is_permit(), "the scene has to permit");
    // The best of several runs: what the work costs when nothing else runs.
    let best = (0..RUNS).map(|_| {
        let began = Instant::now();
        for _ in 0..ROUNDS {
            black_box(decide(black_box(&scene.question), black_box(&scene.facts), Some(&rules)));
        }
        began.elapsed()
    });
    let best = best.min().unwrap_or(Duration::MAX);
    let micros = best.as_secs_f64() * 1e6 / f64::from(ROUNDS);
    report.beside(format!("decide, all {} clinical items", items.len()), micros, "µs", "the bar", 20.0);
}
