//! Sealed files for originals too large for a row (architecture, section 4 *Originals*).
//!
//! Separate from `store` because files and rows cannot share a transaction: a file is written, synced, read back and
//! put in its place *before* the commit that names it, so a committed name always has its file; a file whose commit
//! never came is an orphan and is swept. Contents are sealed under the chart's key; names are keyed hashes, so a
//! folder listing tells nothing.

mod error;
mod folder;
mod staged;

pub use error::Error;
pub use folder::{BlobAddress, Blobs, Swept};
pub use staged::Staged;
