//! Randomness and ids, handed in so that a test or the seeded region can repeat them.

use crate::clock::{Clock, Steady, Timestamp};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// A source of random bytes. Keys, tokens and nonces come only from [`SystemEntropy`] outside tests.
pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[allow(
        clippy::disallowed_methods,
        clippy::expect_used,
        reason = "the one place; without randomness nothing may go on"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system's random generator failed; nothing can be sealed safely");
    }
}

/// A repeatable stream for tests and the fictional region (SHA-256 in counter mode). Never used for secrets.
#[derive(Debug)]
pub struct SeededEntropy {
    state: Mutex<(u64, u64)>,
}

impl SeededEntropy {
    pub fn new(seed: u64) -> Self {
        Self { state: Mutex::new((seed, 0)) }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        use sha2::{Digest, Sha256};
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in bytes.chunks_mut(32) {
            let block =
                Sha256::new().chain_update(state.0.to_be_bytes()).chain_update(state.1.to_be_bytes()).finalize();
            state.1 += 1;
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

/// Makes typed ids from the injected clock and randomness.
#[derive(Clone)]
pub struct Ids {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// Milliseconds and counter of the newest id: ids of one maker grow strictly, also within a millisecond and when
    /// the clock steps back (RFC 9562 section 6.2, method 1).
    newest: Arc<Mutex<(u64, u16)>>,
}

/// Largest value of the twelve counting bits after the time.
const COUNTER_MAX: u16 = 0x0FFF;

impl Ids {
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy, newest: Arc::default() }
    }
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
    /// For throttles and windows: elapsed time, whatever the clock is set to.
    pub fn steady(&self) -> Steady {
        self.clock.steady()
    }
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }
    pub fn entropy(&self) -> Arc<dyn Entropy> {
        self.entropy.clone()
    }
    /// A new id of the type asked for: `let id: GrantId = ids.next();`
    pub fn next<T: From<Uuid>>(&self) -> T {
        let mut random = [0u8; 10];
        self.entropy.fill(&mut random);
        let now = u64::try_from(self.clock.now().micros().div_euclid(1000)).unwrap_or(0);
        let (millis, counter) = {
            let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
            *newest = match *newest {
                (millis, _) if now > millis => (now, 0),
                (millis, counter) if counter < COUNTER_MAX => (millis, counter + 1),
                (millis, _) => (millis + 1, 0),
            };
            *newest
        };
        let [high, low] = counter.to_be_bytes();
        random[0] = high;
        random[1] = low;
        T::from(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }
    /// Thirty-two random bytes, for tokens and nonces.
    pub fn token(&self) -> [u8; 32] {
        let mut bytes = [0u8; 32];
        self.entropy.fill(&mut bytes);
        bytes
    }
}

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ids")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GrantId, SettableClock};

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        let make = || {
            let clock = Arc::new(SettableClock::frozen(Timestamp::from_seconds(1_767_225_600)));
            Ids::new(clock, Arc::new(SeededEntropy::new(7)))
        };
        let (a, b) = (make(), make());
        let first: GrantId = a.next();
        assert_eq!(first, b.next());
        assert_ne!(first, a.next());
        assert_eq!(first.0.get_version_num(), 7);
    }

    #[test]
    fn ids_grow_within_a_millisecond_and_when_the_clock_steps_back() {
        let clock = Arc::new(SettableClock::frozen(Timestamp::from_seconds(1_767_225_600)));
        let ids = Ids::new(clock.clone(), Arc::new(SeededEntropy::new(7)));
        let mut before: GrantId = ids.next();
        for step in 0..10_000 {
            if step == 5_000 {
                clock.advance_seconds(-3_600);
            }
            let next: GrantId = ids.next();
            assert!(next > before);
            before = next;
        }
    }
}
