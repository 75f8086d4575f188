//! The patient pages: one frame (whose record, what can harm, why I see it) around one tab at a time.

pub mod course;
pub mod diagnoses;
pub mod encounters;
pub mod frame;
pub mod frame_from;
pub mod handler;
pub mod laboratory;
pub mod medicines;
pub mod others;
pub mod paper;
pub mod reading;
pub mod summary;

pub use frame::{Feed, Frame, Identity, Tab, TabLink, Warning};
