//! A look at a keys' folder without changing anything in it: for whoever asks whether an installation can start.
//!
//! Separate from opening, which finishes what was cut short and makes what is missing.

use crate::keystore::FileKeyStore;
use crate::secret_file::refuse_if_open;
use crate::{Error, InstallationKey, rotation};
use renkei_db::sea_orm::{ConnectionTrait, Statement};
use renkei_db::{Database, Settings};
use std::path::Path;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Survey {
    /// Names the installation's key.
    pub fingerprint: [u8; 8],
    /// A rotation was begun and is finished, or told to the trail, by the next start.
    pub rotation_begun: bool,
    /// The key store's file is there.
    pub store: bool,
}

/// Looks at the files alone; may be asked while a program has them open.
///
/// # Errors
/// The installation's key is missing, damaged, or open to others.
pub fn survey(folder: &Path) -> Result<Survey, Error> {
    refuse_if_open(folder)?;
    let key = InstallationKey::load(folder)?;
    let begun = InstallationKey::file_next(folder).exists() || rotation::is_noted(folder);
    Ok(Survey { fingerprint: key.fingerprint(), rotation_begun: begun, store: FileKeyStore::file(folder).exists() })
}

/// Whether the installation's key (or the one that a rotation brings) opens what lies in the key store. Ask only while
/// no program has the store open. `None`: a write was cut off in the middle, which the next start repairs.
///
/// # Errors
/// The store cannot be read; the key belongs to another store.
pub async fn fits(folder: &Path) -> Result<Option<()>, Error> {
    let mut known = vec![InstallationKey::load(folder)?.fingerprint().to_vec()];
    if let Ok(next) = InstallationKey::load_file(&InstallationKey::file_next(folder)) {
        known.push(next.fingerprint().to_vec());
    }
    let file = FileKeyStore::file(folder);
    if folder.join("keys.db-journal").exists() {
        return Ok(None);
    }
    let database = Database::open(Settings::sqlite(&file).reading_only()).await?;
    let on = database.reader();
    let sql = "SELECT wrapped_by FROM root_keys UNION \
               SELECT DISTINCT wrapped_by FROM chart_keys WHERE wrapped_by IS NOT NULL";
    let rows = on.query_all_raw(Statement::from_string(on.get_database_backend(), sql)).await;
    let rows = rows.map_err(renkei_db::Error::from)?;
    for row in &rows {
        let by: Vec<u8> = row.try_get("", "wrapped_by").map_err(renkei_db::Error::from)?;
        if !known.contains(&by) {
            return Err(Error::WrongInstallationKey);
        }
    }
    database.close().await?;
    Ok(Some(()))
}
