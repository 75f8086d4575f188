//! Numbers with what they are held against.

use crate::Outcome;
use serde::Serialize;
use std::path::Path;

/// One measured number.
#[derive(Debug, Clone, Serialize)]
pub struct Number {
    pub what: String,
    pub value: f64,
    pub unit: &'static str,
    /// What stands beside it (a peer, a floor, a bar), and the ratio of this number to that.
    pub beside: Option<Beside>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Beside {
    pub what: String,
    pub ratio: f64,
}

/// All numbers of one call, with the state of the machine.
#[derive(Debug, Serialize)]
pub struct Report {
    cores: usize,
    load_before: String,
    load_after: String,
    numbers: Vec<Number>,
}

impl Report {
    pub fn begin() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
        let report = Self { cores, load_before: load(), load_after: String::new(), numbers: Vec::new() };
        println!("{cores} cores, load {}", report.load_before);
        report
    }

    /// Prints and keeps a number.
    pub fn number(&mut self, what: impl Into<String>, value: f64, unit: &'static str) {
        self.keep(Number { what: what.into(), value, unit, beside: None });
    }

    /// A number and what it is held against.
    pub fn beside(&mut self, what: impl Into<String>, value: f64, unit: &'static str, other: &str, theirs: f64) {
        let beside = Beside { what: format!("{other}: {}", round(theirs)), ratio: value / theirs };
        self.keep(Number { what: what.into(), value, unit, beside: Some(beside) });
    }

    fn keep(&mut self, number: Number) {
        let beside = number.beside.as_ref().map_or_else(String::new, |b| format!("   × {:.2} of {}", b.ratio, b.what));
        println!("{:<64} {:>12} {}{beside}", number.what, round(number.value), number.unit);
        self.numbers.push(number);
    }

    pub fn end(mut self, json: Option<&Path>) -> Outcome<()> {
        self.load_after = load();
        println!("load {}", self.load_after);
        if let Some(file) = json {
            std::fs::write(file, serde_json::to_vec_pretty(&self)?)?;
        }
        Ok(())
    }
}

fn round(value: f64) -> String {
    if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.3}") }
}

/// Load averages of the last minutes: on a shared machine a number without them says little.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}
