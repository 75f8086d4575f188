//! The pages as a reader gets them.

mod from_records;
mod record;
mod rules;
mod scene;
mod snapshots;
mod walk;
