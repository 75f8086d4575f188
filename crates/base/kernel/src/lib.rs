//! The ground everything stands on: typed ids, time, randomness, problems, findings, limits.
//!
//! Nothing here knows of medicine, databases or the network. Time, ids and randomness are handed in from here and
//! from nowhere else, so that every rule can be tested at any instant (R-X-03).

pub mod clock;
pub mod entropy;
pub mod era;
pub mod finding;
pub mod ids;
pub mod limits;
pub mod logs;
pub mod problem;
pub mod source;
pub mod withheld;

pub use clock::{Clock, SettableClock, Steady, SystemClock, Timestamp};
pub use entropy::{Entropy, Ids, SeededEntropy, SystemEntropy};
pub use finding::{Finding, Severity};
pub use ids::*;
pub use problem::{Category, Problem};
pub use source::source_of;
pub use withheld::Withheld;
