//! Chores that read the repository itself: traceability, personal data in logs, and the checks of its own walls (see
//! `tests/it`).

pub mod leaks;
pub mod sources;
pub mod torn;
pub mod trace;
