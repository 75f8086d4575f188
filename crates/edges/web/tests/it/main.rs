//! The pages as a reader gets them.

mod rules;
mod scene;
mod snapshots;
