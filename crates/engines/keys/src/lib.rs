//! Sealing: what makes copied storage unreadable and a destroyed chart unreadable for ever (R-X-16).
//!
//! Each chart has a data key; data keys are wrapped by the installation's key and lie in an SQLite file of their own,
//! apart from the data and from its backup. `Sealer` is what the engines use: it fetches a chart's key, seals rows
//! under it with their place as associated data, seals rows of the installation itself, and makes keyed hashes for
//! looking things up without storing them (architecture, section 4 *Keys* and *What is in clear*).

mod cache;
mod error;
mod installation;
mod keystore;
mod rotation;
mod seal;
mod sealer;
mod secret;
mod secret_file;
mod survey;

pub use error::Error;
pub use installation::InstallationKey;
pub use keystore::{FileKeyStore, Found, KeyId, KeyRecord, KeyState, KeyStore, Tombstone};
pub use seal::{SealKind, Sealed};
pub use sealer::{ChartKey, Sealer};
pub use secret::Secret;
pub use secret_file::{
    create_secret_file, erase_secret_file, erase_what_was_replaced, read_secret_file, refuse_if_inside,
    replace_and_erase,
};
pub use survey::{Survey, fits, survey};
