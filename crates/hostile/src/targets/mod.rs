//! The bodies, by what they attack.

pub mod certificates;
pub mod edges;
pub mod files;
pub mod messages;
pub mod text;
pub mod trail;
