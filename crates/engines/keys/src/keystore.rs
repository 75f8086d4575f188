//! Where wrapped keys lie: an SQLite file of its own in the keys' folder, never inside the data backup.
//!
//! Deleted and replaced wrappings are overwritten (`secure_delete`, no write-ahead log that would keep old pages).
//! A row says which installation key wrapped it, so a rotation can be cut short anywhere and taken up again.

use crate::seal::{self, Place, SealKind};
use crate::secret_file::{erase_what_was_replaced, refuse_if_open, replace_and_erase, touch_private};
use crate::{Error, InstallationKey, Secret, rotation};
use renkei_db::sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use renkei_db::{BoxFuture, Database, Migration, Schema, Settings, Tx};
use renkei_kernel::{ChartId, Entropy, Ids, Timestamp};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use uuid::Uuid;

const FILE: &str = "keys.db";
/// Charts asked for or rewrapped in one statement or one commit.
const CHARTS_AT_ONCE: usize = 500;

/// Names one data key; stays the same when it is wrapped anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId(pub Uuid);

impl From<Uuid> for KeyId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

/// Answer to a question for a key.
#[derive(Debug)]
pub enum Found {
    Key(Secret),
    Destroyed(Timestamp),
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    Active,
    Destroyed { at: Timestamp },
}

/// What may be shown of a key: its name, state and dates (R-X-16 *Keeps*).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRecord {
    pub key: KeyId,
    pub state: KeyState,
    pub made_at: Timestamp,
    pub wrapped_at: Timestamp,
}

/// A destroyed key: ids and time, no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tombstone {
    pub chart: ChartId,
    pub key: KeyId,
    pub destroyed_at: Timestamp,
}

/// The keeper of data keys. The file store is the one for a single writing node; a store for many nodes or a
/// hardware token stands behind the same trait.
pub trait KeyStore: Send + Sync {
    /// Makes keys for those of `charts` that never had one. A destroyed one is not made again.
    fn create<'a>(&'a self, charts: &'a [ChartId]) -> BoxFuture<'a, Result<(), Error>>;
    /// Keys in the order asked.
    fn get<'a>(&'a self, charts: &'a [ChartId]) -> BoxFuture<'a, Result<Vec<Found>, Error>>;
    /// Destroys keys for ever and keeps tombstones; charts that never had a key get one too, so that none is made.
    fn destroy<'a>(&'a self, charts: &'a [ChartId], at: Timestamp) -> BoxFuture<'a, Result<(), Error>>;
    /// State and dates of one chart's key.
    fn record(&self, chart: ChartId) -> BoxFuture<'_, Result<Option<KeyRecord>, Error>>;
    /// All tombstones, oldest first.
    fn tombstones(&self) -> BoxFuture<'_, Result<Vec<Tombstone>, Error>>;
    /// A secret of the installation that stays the same for its life, made at the first call.
    fn root(&self, name: &'static str) -> BoxFuture<'_, Result<Secret, Error>>;
    /// Replaces the installation's key and wraps everything anew; answers how many keys were wrapped.
    fn rotate_installation_key(&self) -> BoxFuture<'_, Result<u64, Error>>;
    /// Names the installation's key in force.
    fn installation_fingerprint(&self) -> [u8; 8];
    /// Notes durably that a rotation begins, before it does; refused while an earlier one is noted.
    fn note_rotation(&self) -> Result<(), Error>;
    /// The key that was to be replaced by a rotation of whose end the trail was not told.
    fn rotation_noted(&self) -> Result<Option<[u8; 8]>, Error>;
    /// The trail was told.
    fn rotation_told(&self) -> Result<(), Error>;
    /// Ends the store's writer and gives its file free.
    fn close(&self) -> BoxFuture<'_, Result<(), Error>>;
}

static MIGRATIONS: [Migration; 1] = [Migration::new("0001_create_keys", |schema: &mut Schema| {
    schema.table("chart_keys", |t| {
        t.id("chart_id").id("key_id").bytes_or_null("wrapped").bytes_or_null("wrapped_by");
        t.micros("made_at").micros("wrapped_at").micros_or_null("destroyed_at");
        t.key(&["chart_id"]).index(&["wrapped_by"]).index(&["destroyed_at"]);
    });
    schema.table("root_keys", |t| {
        t.text("name").id("key_id").bytes("wrapped").bytes("wrapped_by").micros("made_at").micros("wrapped_at");
        t.key(&["name"]);
    });
})];

/// Which installation keys can unwrap, and which one wraps.
#[derive(Clone)]
struct Wrappers {
    current: InstallationKey,
    /// Present while a rotation is under way.
    next: Option<InstallationKey>,
}

/// Acts look here when they run, not when they are handed in: one that waited while a rotation ended must not wrap
/// with the key that has just been erased.
type Shared = Arc<RwLock<Arc<Wrappers>>>;

fn now_valid(shared: &Shared) -> Arc<Wrappers> {
    shared.read().unwrap_or_else(PoisonError::into_inner).clone()
}

fn replace(shared: &Shared, wrappers: Wrappers) {
    *shared.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(wrappers);
}

impl Wrappers {
    fn newest(&self) -> &InstallationKey {
        self.next.as_ref().unwrap_or(&self.current)
    }
    fn by(&self, fingerprint: &[u8]) -> Option<&InstallationKey> {
        [Some(&self.current), self.next.as_ref()].into_iter().flatten().find(|key| key.fingerprint() == fingerprint)
    }
}

/// See the module's text.
pub struct FileKeyStore {
    folder: PathBuf,
    database: Database,
    wrappers: Shared,
    ids: Ids,
}

impl FileKeyStore {
    pub(crate) fn file(folder: &Path) -> PathBuf {
        folder.join(FILE)
    }

    /// Opens the store in `folder`, whose key file must be there, and finishes a rotation that was cut short.
    pub async fn open(folder: &Path, ids: Ids) -> Result<Self, Error> {
        InstallationKey::load(folder)?;
        refuse_if_open(folder)?;
        let file = Self::file(folder);
        touch_private(&file)?;
        // The lease first: another program may be in the middle of a rotation, and its key files are its own affair.
        let database = Database::open(Settings::sqlite(&file).with_secure_delete()).await?;
        erase_what_was_replaced(&InstallationKey::file(folder))?;
        let current = InstallationKey::load(folder)?;
        let next_file = InstallationKey::file_next(folder);
        let next = match InstallationKey::load_file(&next_file) {
            Ok(key) => Some(key),
            Err(Error::KeyFileMissing { .. }) => None,
            // Cut short while it was being made: nothing can be wrapped by it yet.
            Err(Error::KeyFileDamaged { path }) => {
                std::fs::remove_file(&path).map_err(|e| Error::File { path, reason: e.kind() })?;
                None
            }
            Err(other) => return Err(other),
        };
        database.migrate("keys", &MIGRATIONS, ids.now()).await?;
        let unfinished = next.is_some();
        let wrappers = Arc::new(RwLock::new(Arc::new(Wrappers { current, next })));
        let store = Self { folder: folder.to_owned(), database, wrappers, ids };
        store.check_wrappers().await?;
        if unfinished {
            store.finish_rotation().await?;
        }
        Ok(store)
    }

    /// A key file that belongs to another store must be noticed at the start, not at the first patient.
    async fn check_wrappers(&self) -> Result<(), Error> {
        let wrappers = now_valid(&self.wrappers);
        let rows = self
            .rows(
                "SELECT wrapped_by FROM root_keys UNION SELECT DISTINCT wrapped_by FROM chart_keys \
                   WHERE wrapped_by IS NOT NULL",
                vec![],
            )
            .await?;
        for row in rows {
            if wrappers.by(&row.try_get::<Vec<u8>>("", "wrapped_by").map_err(renkei_db::Error::from)?).is_none() {
                return Err(Error::WrongInstallationKey);
            }
        }
        Ok(())
    }

    async fn rows(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, Error> {
        let reader = self.database.reader();
        let statement = Statement::from_sql_and_values(reader.get_database_backend(), sql, values);
        Ok(reader.query_all_raw(statement).await.map_err(renkei_db::Error::from)?)
    }

    fn unwrap(wrappers: &Wrappers, owner: &[u8; 16], row: &KeyRow) -> Result<Secret, Error> {
        let key = wrappers.by(&row.wrapped_by).ok_or(Error::WrongInstallationKey)?;
        let plain = seal::open(key.wrapping(), wrapping_place(owner, &row.key), &row.wrapped)?;
        let plain = zeroize::Zeroizing::new(plain);
        Secret::from_slice(&plain).ok_or(Error::DoesNotOpen)
    }

    async fn get_once(&self, charts: &[ChartId]) -> Result<Vec<Found>, Error> {
        let mut found: HashMap<Uuid, QueryResult> = HashMap::new();
        for some in charts.chunks(CHARTS_AT_ONCE) {
            let sql = format!(
                "SELECT chart_id, key_id, wrapped, wrapped_by, destroyed_at FROM chart_keys WHERE chart_id IN ({})",
                marks(some.len())
            );
            for row in self.rows(&sql, some.iter().map(|chart| chart.0.into()).collect()).await? {
                found.insert(row.try_get("", "chart_id").map_err(renkei_db::Error::from)?, row);
            }
        }
        let wrappers = now_valid(&self.wrappers);
        charts
            .iter()
            .map(|chart| {
                let Some(row) = found.get(&chart.0) else { return Ok(Found::Nothing) };
                match row.try_get::<Option<i64>>("", "destroyed_at").map_err(renkei_db::Error::from)? {
                    Some(at) => Ok(Found::Destroyed(Timestamp(at))),
                    None => Ok(Found::Key(Self::unwrap(&wrappers, chart.as_bytes(), &KeyRow::read(row)?)?)),
                }
            })
            .collect()
    }

    async fn finish_rotation(&self) -> Result<u64, Error> {
        let wrappers = now_valid(&self.wrappers);
        let Some(next) = wrappers.next.clone() else { return Ok(0) };
        let mut wrapped_anew = 0;
        loop {
            let (shared, entropy, now) = (self.wrappers.clone(), self.ids.entropy(), self.ids.now());
            let batch = self
                .database
                .act(move |tx| -> BoxFuture<'_, Result<u64, Error>> {
                    let (wrappers, entropy) = (now_valid(&shared), entropy.clone());
                    Box::pin(async move { rewrap_some(tx, &wrappers, &*entropy, now).await })
                })
                .await?;
            wrapped_anew += batch;
            if batch == 0 {
                break;
            }
        }
        replace_and_erase(&InstallationKey::file(&self.folder), &InstallationKey::file_next(&self.folder))?;
        replace(&self.wrappers, Wrappers { current: next, next: None });
        Ok(wrapped_anew)
    }
}

struct KeyRow {
    key: Uuid,
    wrapped: Vec<u8>,
    wrapped_by: Vec<u8>,
}

impl KeyRow {
    fn read(row: &QueryResult) -> Result<Self, renkei_db::Error> {
        Ok(Self {
            key: row.try_get("", "key_id")?,
            wrapped: row.try_get("", "wrapped")?,
            wrapped_by: row.try_get("", "wrapped_by")?,
        })
    }
}

fn wrapping_place<'a>(owner: &'a [u8; 16], key: &'a Uuid) -> Place<'a> {
    Place { domain: "wrap", owner, row: key.as_bytes(), kind: SealKind::Key, version: 1 }
}

/// A root key's name as an owner: its first sixteen bytes, padded. Names are literals of this program.
fn owner_of_root(name: &str) -> [u8; 16] {
    let mut owner = [0; 16];
    owner.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
    owner
}

async fn execute(tx: &Tx, sql: &str, values: Vec<Value>) -> Result<u64, Error> {
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    Ok(tx.execute_raw(statement).await.map_err(renkei_db::Error::from)?.rows_affected())
}

async fn query(tx: &Tx, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, Error> {
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    Ok(tx.query_all_raw(statement).await.map_err(renkei_db::Error::from)?)
}

/// One commit of a rotation: up to [`CHARTS_AT_ONCE`] charts and all roots. Answers how many it wrapped anew.
async fn rewrap_some(tx: &Tx, wrappers: &Wrappers, entropy: &dyn Entropy, now: Timestamp) -> Result<u64, Error> {
    let newest = wrappers.newest();
    let by = newest.fingerprint().to_vec();
    let mut count = 0;
    let charts = query(
        tx,
        "SELECT chart_id, key_id, wrapped, wrapped_by FROM chart_keys \
         WHERE wrapped_by IS NOT NULL AND wrapped_by <> $1 LIMIT $2",
        vec![by.clone().into(), (CHARTS_AT_ONCE as i64).into()],
    )
    .await?;
    for row in &charts {
        let chart: Uuid = row.try_get("", "chart_id").map_err(renkei_db::Error::from)?;
        let key = KeyRow::read(row)?;
        let secret = FileKeyStore::unwrap(wrappers, chart.as_bytes(), &key)?;
        let place = wrapping_place(chart.as_bytes(), &key.key);
        let wrapped = seal::seal(newest.wrapping(), place, secret.reveal(), entropy)?;
        count += execute(
            tx,
            "UPDATE chart_keys SET wrapped = $1, wrapped_by = $2, wrapped_at = $3 WHERE chart_id = $4",
            vec![wrapped.into(), by.clone().into(), now.micros().into(), chart.into()],
        )
        .await?;
    }
    let roots = query(
        tx,
        "SELECT name, key_id, wrapped, wrapped_by FROM root_keys WHERE wrapped_by <> $1",
        vec![by.clone().into()],
    )
    .await?;
    for row in &roots {
        let name: String = row.try_get("", "name").map_err(renkei_db::Error::from)?;
        let (owner, key) = (owner_of_root(&name), KeyRow::read(row)?);
        let secret = FileKeyStore::unwrap(wrappers, &owner, &key)?;
        let wrapped = seal::seal(newest.wrapping(), wrapping_place(&owner, &key.key), secret.reveal(), entropy)?;
        count += execute(
            tx,
            "UPDATE root_keys SET wrapped = $1, wrapped_by = $2, wrapped_at = $3 WHERE name = $4",
            vec![wrapped.into(), by.clone().into(), now.micros().into(), name.into()],
        )
        .await?;
    }
    Ok(count)
}

fn marks(count: usize) -> String {
    (1..=count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

impl KeyStore for FileKeyStore {
    fn create<'a>(&'a self, charts: &'a [ChartId]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let now = self.ids.now();
            for some in charts.chunks(CHARTS_AT_ONCE) {
                let some: Arc<Vec<(ChartId, KeyId)>> =
                    Arc::new(some.iter().map(|chart| (*chart, self.ids.next())).collect());
                let (shared, entropy) = (self.wrappers.clone(), self.ids.entropy());
                self.database
                    .act(move |tx| -> BoxFuture<'_, Result<(), Error>> {
                        let (some, wrappers, entropy) = (some.clone(), now_valid(&shared), entropy.clone());
                        Box::pin(async move {
                            let newest = wrappers.newest();
                            for (chart, key) in some.iter() {
                                let place = wrapping_place(chart.as_bytes(), &key.0);
                                let secret = Secret::random(&*entropy);
                                let wrapped = seal::seal(newest.wrapping(), place, secret.reveal(), &*entropy)?;
                                execute(
                                    tx,
                                    "INSERT INTO chart_keys (chart_id, key_id, wrapped, wrapped_by, made_at, wrapped_at) \
                                     VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (chart_id) DO NOTHING",
                                    vec![
                                        chart.0.into(),
                                        key.0.into(),
                                        wrapped.into(),
                                        newest.fingerprint().to_vec().into(),
                                        now.micros().into(),
                                    ],
                                )
                                .await?;
                            }
                            Ok(())
                        })
                    })
                    .await?;
            }
            Ok(())
        })
    }

    fn get<'a>(&'a self, charts: &'a [ChartId]) -> BoxFuture<'a, Result<Vec<Found>, Error>> {
        Box::pin(async move {
            match self.get_once(charts).await {
                // A rotation ended between the reading of the rows and of the key that wrapped them.
                Err(Error::WrongInstallationKey) => self.get_once(charts).await,
                other => other,
            }
        })
    }

    fn destroy<'a>(&'a self, charts: &'a [ChartId], at: Timestamp) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let charts: Arc<Vec<(ChartId, KeyId)>> =
                Arc::new(charts.iter().map(|chart| (*chart, self.ids.next())).collect());
            self.database
                .act(move |tx| -> BoxFuture<'_, Result<(), Error>> {
                    let charts = charts.clone();
                    Box::pin(async move {
                        for (chart, key) in charts.iter() {
                            execute(
                                tx,
                                "INSERT INTO chart_keys (chart_id, key_id, made_at, wrapped_at, destroyed_at) \
                                 VALUES ($1, $2, $3, $3, $3) ON CONFLICT (chart_id) DO UPDATE SET wrapped = NULL, \
                                 wrapped_by = NULL, destroyed_at = COALESCE(chart_keys.destroyed_at, excluded.destroyed_at)",
                                vec![chart.0.into(), key.0.into(), at.micros().into()],
                            )
                            .await?;
                        }
                        Ok(())
                    })
                })
                .await
        })
    }

    fn record(&self, chart: ChartId) -> BoxFuture<'_, Result<Option<KeyRecord>, Error>> {
        Box::pin(async move {
            let rows = self
                .rows(
                    "SELECT key_id, made_at, wrapped_at, destroyed_at FROM chart_keys WHERE chart_id = $1",
                    vec![chart.0.into()],
                )
                .await?;
            let Some(row) = rows.first() else { return Ok(None) };
            let read = || -> Result<KeyRecord, renkei_db::Error> {
                Ok(KeyRecord {
                    key: KeyId(row.try_get("", "key_id")?),
                    state: match row.try_get::<Option<i64>>("", "destroyed_at")? {
                        Some(at) => KeyState::Destroyed { at: Timestamp(at) },
                        None => KeyState::Active,
                    },
                    made_at: Timestamp(row.try_get("", "made_at")?),
                    wrapped_at: Timestamp(row.try_get("", "wrapped_at")?),
                })
            };
            Ok(Some(read()?))
        })
    }

    fn tombstones(&self) -> BoxFuture<'_, Result<Vec<Tombstone>, Error>> {
        Box::pin(async move {
            let rows = self
                .rows(
                    "SELECT chart_id, key_id, destroyed_at FROM chart_keys WHERE destroyed_at IS NOT NULL \
                     ORDER BY destroyed_at, chart_id",
                    vec![],
                )
                .await?;
            let read = |row: &QueryResult| -> Result<Tombstone, renkei_db::Error> {
                Ok(Tombstone {
                    chart: ChartId(row.try_get("", "chart_id")?),
                    key: KeyId(row.try_get("", "key_id")?),
                    destroyed_at: Timestamp(row.try_get("", "destroyed_at")?),
                })
            };
            rows.iter().map(|row| Ok(read(row)?)).collect()
        })
    }

    fn root(&self, name: &'static str) -> BoxFuture<'_, Result<Secret, Error>> {
        Box::pin(async move {
            let (shared, entropy, now) = (self.wrappers.clone(), self.ids.entropy(), self.ids.now());
            let id: KeyId = self.ids.next();
            self.database
                .act(move |tx| -> BoxFuture<'_, Result<Secret, Error>> {
                    let (wrappers, entropy) = (now_valid(&shared), entropy.clone());
                    Box::pin(async move {
                        let owner = owner_of_root(name);
                        let (newest, secret) = (wrappers.newest(), Secret::random(&*entropy));
                        let wrapped =
                            seal::seal(newest.wrapping(), wrapping_place(&owner, &id.0), secret.reveal(), &*entropy)?;
                        execute(
                            tx,
                            "INSERT INTO root_keys (name, key_id, wrapped, wrapped_by, made_at, wrapped_at) \
                             VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (name) DO NOTHING",
                            vec![
                                name.into(),
                                id.0.into(),
                                wrapped.into(),
                                newest.fingerprint().to_vec().into(),
                                now.micros().into(),
                            ],
                        )
                        .await?;
                        let rows = query(
                            tx,
                            "SELECT key_id, wrapped, wrapped_by FROM root_keys WHERE name = $1",
                            vec![name.into()],
                        )
                        .await?;
                        let row = rows.first().ok_or(Error::DoesNotOpen)?;
                        FileKeyStore::unwrap(&wrappers, &owner, &KeyRow::read(row)?)
                    })
                })
                .await
        })
    }

    fn rotate_installation_key(&self) -> BoxFuture<'_, Result<u64, Error>> {
        Box::pin(async move {
            let wrappers = now_valid(&self.wrappers);
            if wrappers.next.is_none() {
                let next =
                    InstallationKey::create_file(&InstallationKey::file_next(&self.folder), &*self.ids.entropy())?;
                replace(&self.wrappers, Wrappers { current: wrappers.current.clone(), next: Some(next) });
            }
            self.finish_rotation().await
        })
    }

    fn installation_fingerprint(&self) -> [u8; 8] {
        now_valid(&self.wrappers).current.fingerprint()
    }
    fn note_rotation(&self) -> Result<(), Error> {
        rotation::note(&self.folder, self.installation_fingerprint())
    }
    fn rotation_noted(&self) -> Result<Option<[u8; 8]>, Error> {
        rotation::noted(&self.folder)
    }
    fn rotation_told(&self) -> Result<(), Error> {
        rotation::remove(&self.folder)
    }

    fn close(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move { Ok(self.database.close().await?) })
    }
}
