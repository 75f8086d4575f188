//! What the engines use: keys by chart, seals of the installation, keyed hashes for looking up.

use crate::cache::KeyCache;
use crate::keystore::{FileKeyStore, Found, KeyStore};
use crate::seal::{self, Place, SealKind, Sealed};
use crate::{Error, Secret};
use renkei_kernel::limits::KEY_CACHE_MAX;
use renkei_kernel::{ChartId, Entropy, Ids, Timestamp};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

const CHART_DOMAIN: &str = "chart";

/// Cheap to clone; clones share the cache.
#[derive(Clone)]
pub struct Sealer {
    inner: Arc<Inner>,
}

struct Inner {
    store: Arc<dyn KeyStore>,
    cache: Mutex<KeyCache>,
    lookup: Secret,
    installation: Secret,
    entropy: Arc<dyn Entropy>,
}

/// One chart's key, ready to seal and open without further waiting. Hold it for one use case, not longer: it goes on
/// opening after the chart's key was destroyed.
#[derive(Clone)]
pub struct ChartKey {
    chart: ChartId,
    key: Arc<Secret>,
    entropy: Arc<dyn Entropy>,
}

impl ChartKey {
    pub fn chart(&self) -> ChartId {
        self.chart
    }

    fn place<'a>(&'a self, row: &'a Uuid, kind: SealKind, version: u32) -> Place<'a> {
        Place { domain: CHART_DOMAIN, owner: self.chart.as_bytes(), row: row.as_bytes(), kind, version }
    }

    /// Seals `plaintext` for the place (chart, row, kind, version).
    pub fn seal(&self, row: impl Into<Uuid>, kind: SealKind, version: u32, plaintext: &[u8]) -> Result<Sealed, Error> {
        let row = row.into();
        seal::seal(&self.key, self.place(&row, kind, version), plaintext, &*self.entropy)
    }

    /// Opens what was sealed for exactly this place.
    pub fn open(&self, row: impl Into<Uuid>, kind: SealKind, version: u32, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let row = row.into();
        seal::open(&self.key, self.place(&row, kind, version), sealed)
    }
}

impl std::fmt::Debug for ChartKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ChartKey({})", self.chart)
    }
}

impl Sealer {
    /// Makes the installation's key and an empty key store in `folder` (mode 0700), then opens them. A key store that
    /// is there without its key file is not given a new one: nothing in it would ever open again.
    pub async fn init(folder: &Path, ids: Ids) -> Result<Self, Error> {
        let key = crate::InstallationKey::file(folder);
        if FileKeyStore::file(folder).exists() && !key.exists() {
            return Err(Error::KeyFileMissing { path: key });
        }
        crate::InstallationKey::create(folder, &*ids.entropy())?;
        Self::open(folder, ids).await
    }

    /// Opens the keys in `folder`. A rotation that was cut short is finished first.
    pub async fn open(folder: &Path, ids: Ids) -> Result<Self, Error> {
        let store = FileKeyStore::open(folder, ids.clone()).await?;
        Self::with_store(Arc::new(store), ids).await
    }

    /// Over any key store.
    pub async fn with_store(store: Arc<dyn KeyStore>, ids: Ids) -> Result<Self, Error> {
        let lookup = store.root("lookup").await?;
        let installation = store.root("installation").await?;
        let cache = Mutex::new(KeyCache::new(KEY_CACHE_MAX));
        Ok(Self { inner: Arc::new(Inner { store, cache, lookup, installation, entropy: ids.entropy() }) })
    }

    pub fn store(&self) -> &dyn KeyStore {
        &*self.inner.store
    }

    /// The chart's key, made when it has none. Errors with [`Error::Destroyed`] when it was destroyed.
    pub async fn ensure(&self, chart: ChartId) -> Result<ChartKey, Error> {
        let mut keys = self.ensure_many(&[chart]).await?;
        keys.pop().ok_or(Error::NoKey(chart))
    }

    /// As [`Self::ensure`] for many charts in one commit; answers in the order asked.
    pub async fn ensure_many(&self, charts: &[ChartId]) -> Result<Vec<ChartKey>, Error> {
        let missing: Vec<ChartId> = {
            let mut cache = self.cache();
            charts.iter().copied().filter(|chart| cache.get(*chart).is_none()).collect()
        };
        if !missing.is_empty() {
            self.inner.store.create(&missing).await?;
        }
        self.keys(charts).await
    }

    /// The key of a chart that has one.
    pub async fn key(&self, chart: ChartId) -> Result<ChartKey, Error> {
        let mut keys = self.keys(&[chart]).await?;
        keys.pop().ok_or(Error::NoKey(chart))
    }

    /// The keys of charts that all have one, in the order asked.
    pub async fn keys(&self, charts: &[ChartId]) -> Result<Vec<ChartKey>, Error> {
        let mut found: Vec<Option<Arc<Secret>>> = {
            let mut cache = self.cache();
            charts.iter().map(|chart| cache.get(*chart)).collect()
        };
        let missing: Vec<ChartId> =
            charts.iter().zip(&found).filter(|(_, key)| key.is_none()).map(|(chart, _)| *chart).collect();
        if !missing.is_empty() {
            let mut fetched = self.inner.store.get(&missing).await?.into_iter();
            for (chart, slot) in charts.iter().zip(found.iter_mut()).filter(|(_, slot)| slot.is_none()) {
                let key = match fetched.next() {
                    Some(Found::Key(key)) => Arc::new(key),
                    Some(Found::Destroyed(_)) => return Err(Error::Destroyed(*chart)),
                    Some(Found::Nothing) | None => return Err(Error::NoKey(*chart)),
                };
                self.cache().put(*chart, key.clone());
                *slot = Some(key);
            }
        }
        charts
            .iter()
            .zip(found)
            .map(|(chart, key)| {
                let key = key.ok_or(Error::NoKey(*chart))?;
                Ok(ChartKey { chart: *chart, key, entropy: self.inner.entropy.clone() })
            })
            .collect()
    }

    /// Seals one value; for several of a chart take its [`ChartKey`] once.
    pub async fn seal(
        &self,
        chart: ChartId,
        row: impl Into<Uuid>,
        kind: SealKind,
        version: u32,
        plaintext: &[u8],
    ) -> Result<Sealed, Error> {
        let row = row.into();
        self.key(chart).await?.seal(row, kind, version, plaintext)
    }

    /// Opens one value.
    pub async fn open_sealed(
        &self,
        chart: ChartId,
        row: impl Into<Uuid>,
        kind: SealKind,
        version: u32,
        sealed: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let row = row.into();
        self.key(chart).await?.open(row, kind, version, sealed)
    }

    /// Destroys the keys of `charts` for ever; what was sealed under them, wherever it lies, opens no more. Their
    /// tombstones (ids and time, no name) stay. Destroying again changes nothing.
    pub async fn destroy(&self, charts: &[ChartId], at: Timestamp) -> Result<(), Error> {
        self.inner.store.destroy(charts, at).await?;
        let mut cache = self.cache();
        charts.iter().for_each(|chart| cache.forget(*chart));
        Ok(())
    }

    /// Seals a value that belongs to no chart (staff and institution names, sealed columns of registers). `area` is
    /// a literal such as `"institution.name"` and part of the key: areas cannot read each other's values.
    pub fn seal_installation(
        &self,
        area: &'static str,
        row: impl Into<Uuid>,
        version: u32,
        plaintext: &[u8],
    ) -> Result<Sealed, Error> {
        let row = row.into();
        let place = installation_place(area, &row, version);
        seal::seal(&self.inner.installation.derive(area), place, plaintext, &*self.inner.entropy)
    }

    /// Opens what [`Self::seal_installation`] sealed for the same area, row and version.
    pub fn open_installation(
        &self,
        area: &'static str,
        row: impl Into<Uuid>,
        version: u32,
        sealed: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let row = row.into();
        seal::open(&self.inner.installation.derive(area), installation_place(area, &row, version), sealed)
    }

    /// A keyed hash to find something by (patient number of an institution, card id, digest, token, fingerprint)
    /// without storing it. Domains are separate: equal parts give unrelated hashes in different domains.
    pub fn lookup_hash(&self, domain: &'static str, parts: &[&[u8]]) -> [u8; 32] {
        self.inner.lookup.derive(domain).mac(parts)
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, KeyCache> {
        self.inner.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn installation_place<'a>(area: &'a str, row: &'a Uuid, version: u32) -> Place<'a> {
    Place { domain: area, owner: &[0; 16], row: row.as_bytes(), kind: SealKind::Fact, version }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}
