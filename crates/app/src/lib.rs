//! Use cases, one module per capability, and the gate.
//!
//! Pages, APIs, commands and jobs call these and nothing below (law 5). Each loads what it decides on, asks the one
//! decision, records, and only then touches data.

pub mod archive_trail;
pub mod card;
pub mod codes;
pub mod error;
mod events;
mod facts;
pub mod feeds;
pub mod find_patient;
mod gate;
mod guesses;
pub mod house;
pub mod instance;
pub mod keys;
pub mod load_register;
mod misuse;
pub mod moving;
pub mod rebuild;
pub mod receive;
pub mod regulation;
pub mod session;
mod shown;
pub mod sign_in;
pub mod start_page;
pub mod sweep;
pub mod view_patient;
pub mod watch;

pub use error::{AppError, Refusal, reference_number};
pub use house::{House, HouseSettings, Parts};
