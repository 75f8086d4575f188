//! Torn power: the program is killed with signal 9 at random moments of what it does, started again, and must then
//! hold the same record as a program that was never disturbed (R-X-05).
//!
//! Six acts: an import, the numbering of the trail, the writing of checkpoints, the opening of visits by card, the
//! rotation of the installation's key, the rotation of the key that signs the trail. Each round copies one prepared
//! installation, lets a child process act on it, kills the child after a seeded delay, looks at what remained, lets the
//! work be finished, and compares.
//!
//! Fifty rounds run with the ordinary tests; `cargo xtask torn --cycles 1000 --seed 7` runs more of them.

mod acts;
pub mod kill;
pub mod look;
mod rounds;
