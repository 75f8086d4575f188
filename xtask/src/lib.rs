//! Chores that read the repository itself: traceability, and the checks of its own walls (see `tests/it`).

pub mod sources;
pub mod trace;
