//! Looks for work that grows faster than its input: every line of every seed, repeated to a size and to four times that
//! size. `cargo run -p renkei-hostile --example growth -- [TARGET…]`. A factor of about four is even growth.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a command of developers")]

use std::collections::BTreeSet;
use std::time::Duration;

const SMALL: usize = 16 * 1024;
const FACTOR: usize = 4;
/// Growth by this factor is reported, where the larger input takes long enough to be measured.
const SUSPICIOUS: f64 = 8.0;
const MEASURABLE: Duration = Duration::from_millis(20);
/// More than this is reported whatever the growth.
const LONG: Duration = Duration::from_secs(1);

/// How a line is repeated.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Copies {
    Same,
    /// Each with its number at the end of every field's first component: nothing is equal to anything.
    Numbered,
}

fn numbered(line: &[u8], number: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len() + 64);
    for (index, field) in line.split(|byte| *byte == b'|').enumerate() {
        if index > 0 {
            out.push(b'|');
        }
        let end = field.iter().position(|byte| matches!(byte, b'^' | b'~' | b'\r' | b'\n')).unwrap_or(field.len());
        out.extend_from_slice(&field[..end]);
        if index > 0 && end > 0 {
            out.extend_from_slice(number.to_string().as_bytes());
        }
        out.extend_from_slice(&field[end..]);
    }
    out
}

fn filled(seed: &[u8], line: &[u8], size: usize, copies: Copies) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    let mut number = 0;
    while bytes.len() < size {
        match copies {
            Copies::Same => bytes.extend_from_slice(line),
            Copies::Numbered => bytes.extend(numbered(line, number)),
        }
        number += 1;
    }
    bytes
}

/// Time of this thread on a processor: what others do on the machine must not count. Linux only.
fn spent() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    Duration::from_nanos(text.split(' ').next().expect("a number").parse().expect("a number"))
}

fn timed(attack: fn(&[u8]), bytes: &[u8]) -> Duration {
    let start = spent();
    attack(bytes);
    spent() - start
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for target in renkei_hostile::TARGETS.iter().filter(|t| wanted.is_empty() || wanted.iter().any(|w| w == t.name)) {
        let (mut seen, mut worst) = (BTreeSet::new(), 0.0_f64);
        for seed in (target.seeds)().iter().filter(|seed| seed.len() < SMALL) {
            let lines = seed.split_inclusive(|byte| matches!(byte, b'\r' | b'\n'));
            let pieces = [b"~", b"^", b"&", b"|", b"\\", b"\r", b"\n", b"[", b"{", b"=", b";", b"0", b"\x30", b"\xff"];
            for line in lines.chain(pieces.iter().map(|piece| piece.as_slice())) {
                for copies in [Copies::Same, Copies::Numbered] {
                    // Lines that begin alike behave alike.
                    let kind = (copies, seed.first().copied(), line.iter().take(4).copied().collect::<Vec<_>>());
                    if !seen.insert(kind) {
                        continue;
                    }
                    let small = timed(target.attack, &filled(seed, line, SMALL, copies));
                    let large = timed(target.attack, &filled(seed, line, SMALL * FACTOR, copies));
                    let growth = large.as_secs_f64() / small.as_secs_f64().max(1e-6);
                    if large > MEASURABLE {
                        worst = worst.max(growth);
                    }
                    if (growth > SUSPICIOUS && large > MEASURABLE) || large > LONG {
                        let shown = String::from_utf8_lossy(line).chars().take(24).collect::<String>();
                        println!("{}: {copies:?} {shown:?} {small:?} -> {large:?} ({growth:.1})", target.name);
                    }
                }
            }
        }
        println!("{}: {} patterns, worst growth {worst:.1}", target.name, seen.len());
    }
}
