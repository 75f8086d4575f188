//! Inputs to begin with, made of the project's own fictional samples when asked for.
//!
//! Not kept as files: they would be copies of fixtures and age. Kept as files (`fuzz/corpus-seed`) is only what a
//! fuzzer found.

pub mod certificates;
#[cfg(feature = "edges")]
pub mod edges;
pub mod files;
pub mod messages;
pub mod text;
#[cfg(feature = "trail")]
pub mod trail;

/// One byte that chooses, before the rest.
fn behind(first: u8, rest: &[u8]) -> Vec<u8> {
    [&[first], rest].concat()
}
