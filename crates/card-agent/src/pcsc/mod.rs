//! Real card readers over PC/SC: pcscd on Linux, the smart card service of Windows, the framework of macOS.
//!
//! Four rooms: `cards` knows bytes and nothing of a service, `choose` knows names, `exchange` talks with one card,
//! `watch` lives with the service as it comes and goes. `PcscReader` joins them behind the agent's `CardReader`.

mod cards;
mod choose;
mod exchange;
mod reader;
mod watch;

pub use choose::{NoReader, choose};
pub use reader::PcscReader;
pub use watch::{Found, list};
