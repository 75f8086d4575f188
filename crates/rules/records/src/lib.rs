//! The clinical record: kinds, entries, projections and the views made of them.

pub mod kind;

pub use kind::EntryKind;
