//! Starting a child, killing it at a seeded moment, and counting where the kills landed: a test whose kills all come
//! too early or too late proves nothing and fails.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A repeatable stream of moments (SplitMix64).
#[derive(Debug)]
pub struct Moments(u64);

impl Moments {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
    /// A moment within `length`, evenly spread.
    pub fn within(&mut self, length: Duration) -> Duration {
        length.mul_f64((self.next() >> 11) as f64 / (1u64 << 53) as f64)
    }
}

/// Where in the act a kill landed, judged by what the child had made durable, not by the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Landed {
    /// The child had not begun the act.
    Before,
    /// Some of the act was done and some was not.
    Within,
    /// All of the act was done; the child was closing.
    Closing,
    /// The child had ended by itself.
    After,
}

/// How many kills landed where.
#[derive(Debug, Default, Clone, Copy)]
pub struct Histogram {
    counts: [u32; 4],
}

impl Histogram {
    pub fn add(&mut self, landed: Landed) {
        self.counts[landed as usize] += 1;
    }
    pub fn of(&self, landed: Landed) -> u32 {
        self.counts[landed as usize]
    }
}

impl std::fmt::Display for Histogram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [before, within, closing, after] = self.counts;
        write!(f, "before {before}, within {within}, closing {closing}, after {after}")
    }
}

/// The length of an act, learnt as the rounds go: the machine may be slower or faster than at the first measurement.
#[derive(Debug)]
pub struct Length(Duration);

impl Length {
    pub fn measured(length: Duration) -> Self {
        Self(length)
    }
    pub fn get(&self) -> Duration {
        self.0
    }
    /// A child ended by itself after `took`, or was killed before it began.
    pub fn learn(&mut self, landed: Landed, took: Duration) {
        match landed {
            Landed::After => self.0 = (self.0 * 3 + took) / 4,
            Landed::Before if took > self.0 / 2 => self.0 = self.0.mul_f64(1.2),
            _ => {}
        }
    }
}

/// A child that is killed when it is dropped, so that a failing test leaves nobody behind.
#[derive(Debug)]
pub struct Running {
    child: Child,
    began: Instant,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Self { child: child.expect("the child starts"), began: Instant::now() }
    }

    /// Waits until `seen` says yes, the child ends by itself, or a minute is over.
    pub fn wait_for(&mut self, mut seen: impl FnMut() -> bool) {
        while !seen() && self.began.elapsed() < Duration::from_secs(60) {
            if self.child.try_wait().expect("the child is ours").is_some() {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits until `moment` after `since`, kills, and answers how the child ended: `None` when by the kill.
    pub fn kill_at(mut self, since: Instant, moment: Duration) -> (Option<ExitStatus>, Duration) {
        while since.elapsed() < moment {
            if let Some(ended) = self.child.try_wait().expect("the child is ours") {
                return (Some(ended), self.began.elapsed());
            }
            std::thread::sleep((moment - since.elapsed().min(moment)).min(Duration::from_millis(2)));
        }
        self.child.kill().expect("the child is ours");
        let ended = self.child.wait().expect("the child is ours");
        (ended.code().map(|_| ended), since.elapsed())
    }

    /// Waits until the child ends by itself.
    pub fn until_it_ends(mut self) -> (ExitStatus, Duration) {
        let ended = self.child.wait().expect("the child is ours");
        (ended, self.began.elapsed())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn moments_are_repeatable_and_within_their_length() {
    let length = Duration::from_millis(80);
    let (mut one, mut two) = (Moments::new(7), Moments::new(7));
    for _ in 0..1_000 {
        let moment = one.within(length);
        assert!(moment < length);
        assert_eq!(moment, two.within(length));
    }
    assert_ne!(Moments::new(8).within(length), Moments::new(7).within(length));
}
