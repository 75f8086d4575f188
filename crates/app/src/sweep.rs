//! Orphans of the blob store: originals that were written before a commit that never came.

use crate::error::AppError;
use crate::house::House;
use renkei_blobs::{BlobAddress, Swept};
use std::collections::HashSet;
use std::time::Duration;

/// Younger files may belong to an act that is under way.
const GRACE: Duration = Duration::from_secs(6 * 3600);

impl House {
    /// Removes large originals that no row names. Run at the start of a service and once a day.
    pub async fn sweep_originals(&self) -> Result<Swept, AppError> {
        let named: HashSet<BlobAddress> = renkei_store::messages::blob_names(self.db().reader())
            .await?
            .iter()
            .filter_map(|name| BlobAddress::from_slice(name))
            .collect();
        Ok(self.blobs().sweep(named, GRACE).await?)
    }
}
