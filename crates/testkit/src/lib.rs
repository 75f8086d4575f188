//! Scenes for tests: a small world with two medical areas, people with certificates, patients with cards, a clock to
//! turn, on either database engine.
//!
//! Everything in it goes through the use cases; nothing is written behind their backs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "scenes fail loudly")]

pub mod logs;
mod messages;
mod world;

pub use messages::Lab;
pub use renkei_db::Engine;
pub use world::{World, refused, tokyo};
