//! The fictional region of `renkei demo` and of the benchmarks: people, institutions, courses of illness written as real
//! SS-MIX2 storages, and the page on which a visitor chooses who to be.
//!
//! Nothing of it is trusted or linked by `renkei serve`; release packages are built without it.

pub mod cards;
pub mod chooser;
pub mod courses;
pub mod credentials;
pub mod filling;
pub mod places;
mod problems;
pub mod random;
pub mod reader;
pub mod region;
pub mod render;
pub mod samples;
pub mod storage;

pub use cards::CardTable;
pub use chooser::Chooser;
pub use courses::Scale;
pub use credentials::Credentials;
pub use filling::Filling;
pub use region::Region;
pub use storage::{Summary, WriteError};
