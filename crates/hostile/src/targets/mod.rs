//! The bodies, by what they attack.

pub mod certificates;
#[cfg(feature = "edges")]
pub mod edges;
pub mod files;
pub mod messages;
pub mod text;
#[cfg(feature = "trail")]
pub mod trail;
