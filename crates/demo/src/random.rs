//! The region's dice: small, fast, and the same for the same seed on every machine.
//!
//! Separate from `kernel::Entropy` since hundreds of millions of draws are wanted for large regions and each patient
//! needs a stream of his own, so that patients can be written in any order and by several threads. Never for secrets.

/// A stream of numbers (SplitMix64).
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A well-spread number made from a text; stable over releases, since codes of fictional products hang on it.
pub fn spread(text: &str) -> u64 {
    let folded = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    mix(folded)
}

impl Random {
    /// The stream named by `seed` and `path` (for example patient number, then chart number).
    pub fn of(seed: u64, path: &[u64]) -> Self {
        let state =
            path.iter().fold(mix(seed ^ 0x5245_4e4b_4549), |s, p| mix(s ^ p.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        Self { state }
    }
    pub fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }
    /// A number in `0..bound`; 0 when `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.draw()) * (bound as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }
    /// A whole number in `low..=high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = usize::try_from(high.saturating_sub(low).saturating_add(1)).unwrap_or(0);
        low + i64::try_from(self.below(span)).unwrap_or(0)
    }
    /// Evenly spread in `0.0..1.0`.
    pub fn unit(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1_u64 << 53) as f64
    }
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }
    /// Bell-shaped around 0 with a spread of about 1 (sum of four even draws).
    pub fn bell(&mut self) -> f64 {
        let sum: f64 = (0..4).map(|_| self.unit()).sum();
        (sum - 2.0) * 1.732
    }
    /// One of `items`; `None` only when there is none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let at = self.below(items.len());
        items.get(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_path_gives_the_same_stream_and_another_path_another() {
        let draw = |path: &[u64]| Random::of(7, path).draw();
        assert_eq!(draw(&[1, 2]), draw(&[1, 2]));
        assert_ne!(draw(&[1, 2]), draw(&[2, 1]));
        assert_ne!(Random::of(8, &[1, 2]).draw(), draw(&[1, 2]));
    }

    #[test]
    fn draws_stay_inside_their_bounds() {
        let mut dice = Random::of(1, &[]);
        for _ in 0..10_000 {
            assert!((-3..=4).contains(&dice.between(-3, 4)));
            assert!(dice.below(5) < 5);
            assert!((0.0..1.0).contains(&dice.unit()));
            assert!(dice.bell().abs() < 3.5);
        }
        assert_eq!(dice.below(0), 0);
    }
}
