//! Reading what institutions deliver and handing it to `app::receive`; decides nothing about it.

mod ssmix2;
pub mod watch;

pub use ssmix2::{ImportError, ImportSummary, Progress, import_ssmix2};
