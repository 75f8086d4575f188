//! The running house: engines, rules in force, clock; handed to every use case.

use crate::card::{AskedFrom, CardReaders};
use crate::error::AppError;
use crate::feeds::FeedBoard;
use crate::guesses::Guesses;
use crate::instance::InstanceKind;
use crate::misuse::Denials;
use crate::regulation::Regulation;
use crate::shown::ShownSources;
use crate::sign_in::Refusals;
use crate::watch::Watcher;

use renkei_blobs::Blobs;
use renkei_db::Database;
use renkei_hpki::{Examined, Trust};
use renkei_kernel::{Ids, InstitutionId, Steady, Timestamp};
use renkei_keys::Sealer;
use renkei_ledger::{Ledger, SequencerOrders};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use tokio::sync::Semaphore;

/// What differs between installations and is not a rule of access.
#[derive(Debug, Clone)]
pub struct HouseSettings {
    /// A feed older than this is shown as late.
    pub feed_late_hours: i64,
}

impl Default for HouseSettings {
    fn default() -> Self {
        Self { feed_late_hours: 36 }
    }
}

/// Everything a house is made of.
pub struct Parts {
    pub ids: Ids,
    pub db: Database,
    pub sealer: Sealer,
    pub ledger: Ledger,
    pub blobs: Blobs,
    pub trust: Trust,
    pub settings: HouseSettings,
}

/// Cheap to clone; clones are the same house.
#[derive(Clone)]
pub struct House {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Fixed,
    trust: RwLock<Arc<Trust>>,
    regulation: RwLock<Arc<Regulation>>,
    /// Loads of registers and regulations that stood in the database when `regulation` was read.
    loads_seen: AtomicU64,
    readers: OnceLock<Arc<dyn CardReaders>>,
    watcher: OnceLock<Arc<dyn Watcher>>,
    sequencer: OnceLock<SequencerOrders>,
    instance: OnceLock<InstanceKind>,
    feeds: FeedBoard,
    /// Held while a register or a regulation is read, checked and written.
    loading: tokio::sync::Mutex<()>,
    /// Imports that decode, seal and fold at this moment: one core fewer than there are, so that what is ready is
    /// written meanwhile and nobody who looks at a patient waits behind a whole storage.
    preparing: Semaphore,
    /// Refusals of signed-in persons, and of sign-ins by source, within the last minutes.
    denials: Mutex<Denials>,
    sign_in_refusals: Mutex<Refusals>,
    /// Where the card reads that wait were asked for from, and which cards were refused lately.
    asked_from: Mutex<AskedFrom>,
    guesses: Mutex<Guesses>,
    shown_sources: Mutex<ShownSources>,
}

struct Fixed {
    ids: Ids,
    db: Database,
    sealer: Sealer,
    ledger: Ledger,
    blobs: Blobs,
    settings: HouseSettings,
}

impl std::fmt::Debug for House {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("House")
    }
}

impl House {
    /// Brings the tables to their newest shape, enacts the shipped regulation where none is enacted, and opens.
    pub async fn open(parts: Parts) -> Result<Self, AppError> {
        let now = parts.ids.now();
        parts.db.migrate(renkei_store::migrations::AREA, renkei_store::migrations::MIGRATIONS, now).await?;
        let house = Self {
            inner: Arc::new(Inner {
                trust: RwLock::new(Arc::new(parts.trust)),
                regulation: RwLock::new(Arc::new(Regulation::none())),
                loads_seen: AtomicU64::new(0),
                readers: OnceLock::new(),
                watcher: OnceLock::new(),
                sequencer: OnceLock::new(),
                instance: OnceLock::new(),
                feeds: FeedBoard::default(),
                loading: tokio::sync::Mutex::new(()),
                preparing: Semaphore::new(std::thread::available_parallelism().map_or(1, |n| n.get().max(2) - 1)),
                denials: Mutex::default(),
                sign_in_refusals: Mutex::default(),
                asked_from: Mutex::default(),
                guesses: Mutex::default(),
                shown_sources: Mutex::default(),
                parts: Fixed {
                    ids: parts.ids,
                    db: parts.db,
                    sealer: parts.sealer,
                    ledger: parts.ledger,
                    blobs: parts.blobs,
                    settings: parts.settings,
                },
            }),
        };
        house.load_regulation().await?;
        if house.regulation().is_empty() {
            house.enact_shipped().await?;
        }
        house.fill_search_keys().await?;
        house.recall_guesses().await?;
        Ok(house)
    }

    pub fn ids(&self) -> &Ids {
        &self.inner.parts.ids
    }
    pub fn now(&self) -> Timestamp {
        self.inner.parts.ids.now()
    }
    /// For throttles and windows: elapsed time, whatever the clock is set to.
    pub(crate) fn steady(&self) -> Steady {
        self.inner.parts.ids.steady()
    }
    pub fn db(&self) -> &Database {
        &self.inner.parts.db
    }
    pub fn sealer(&self) -> &Sealer {
        &self.inner.parts.sealer
    }
    pub fn ledger(&self) -> &Ledger {
        &self.inner.parts.ledger
    }
    pub fn blobs(&self) -> &Blobs {
        &self.inner.parts.blobs
    }
    pub fn settings(&self) -> &HouseSettings {
        &self.inner.parts.settings
    }

    pub(crate) fn denials(&self) -> &Mutex<Denials> {
        &self.inner.denials
    }
    pub(crate) fn sign_in_refusals(&self) -> &Mutex<Refusals> {
        &self.inner.sign_in_refusals
    }
    pub(crate) fn asked_from(&self) -> &Mutex<AskedFrom> {
        &self.inner.asked_from
    }
    pub(crate) fn guesses(&self) -> &Mutex<Guesses> {
        &self.inner.guesses
    }
    pub(crate) fn shown_sources(&self) -> &Mutex<ShownSources> {
        &self.inner.shown_sources
    }
    /// One load of a register or a regulation at a time.
    pub(crate) async fn loading(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.inner.loading.lock().await
    }
    /// Runs an import's work for a processor, off the threads that answer and no more of it at once than
    /// leaves them room. `None` when it panicked.
    pub(crate) async fn prepare<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let _place = self.inner.preparing.acquire().await.ok()?;
        tokio::task::spawn_blocking(work).await.ok()
    }
    /// The trust snapshot of this instant.
    pub fn trust(&self) -> Arc<Trust> {
        self.inner.trust.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
    /// Puts a newer snapshot in force: new revocation lists end sessions at their next request.
    pub fn set_trust(&self, trust: Trust) {
        *self.inner.trust.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(trust);
    }
    /// All enacted definitions; which of them is in force is asked with an instant.
    pub fn regulation(&self) -> Arc<Regulation> {
        self.inner.regulation.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
    pub(crate) fn set_regulation(&self, regulation: Regulation) {
        *self.inner.regulation.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(regulation);
    }
    pub(crate) fn loads_seen(&self) -> &AtomicU64 {
        &self.inner.loads_seen
    }
    /// Connects the readers' hub; once.
    pub fn connect_readers(&self, readers: Arc<dyn CardReaders>) {
        let _ = self.inner.readers.set(readers);
    }
    /// What this installation is, once [`House::settle_instance`] was asked.
    pub fn instance(&self) -> Option<InstanceKind> {
        self.inner.instance.get().copied()
    }
    pub(crate) fn is_instance(&self, kind: InstanceKind) {
        let _ = self.inner.instance.set(kind);
    }
    /// Connects whoever counts; once.
    pub fn connect_watcher(&self, watcher: Arc<dyn Watcher>) {
        let _ = self.inner.watcher.set(watcher);
    }
    /// Connects the trail's sequencer, for what needs a checkpoint now or a new signing key; once.
    pub fn connect_sequencer(&self, sequencer: SequencerOrders) {
        let _ = self.inner.sequencer.set(sequencer);
    }
    pub(crate) fn sequencer(&self) -> Result<&SequencerOrders, AppError> {
        self.inner.sequencer.get().ok_or(AppError::Unreadable("the trail's sequencer"))
    }
    pub(crate) fn watcher(&self) -> Option<&Arc<dyn Watcher>> {
        self.inner.watcher.get()
    }
    pub(crate) fn readers(&self) -> Option<&Arc<dyn CardReaders>> {
        self.inner.readers.get()
    }

    /// Where running watches of storages write what they see.
    pub(crate) fn feed_board(&self) -> &FeedBoard {
        &self.inner.feeds
    }

    /// Under which hashes a certificate's binding may stand: a register names the authority by the SHA-256 of its
    /// certificate, or of its name, which survives a renewal of the authority's certificate.
    pub(crate) fn holder_hashes(&self, examined: &Examined) -> [[u8; 32]; 2] {
        let serial = examined.holder.subject_serial.as_deref().unwrap_or_default();
        [examined.issuer_certificate_sha256(), examined.holder.issuer_sha256.as_str()]
            .map(|issuer| self.holder_lookup(&hex::decode(issuer).unwrap_or_default(), serial))
    }
    pub(crate) fn holder_lookup(&self, issuer_sha256: &[u8], subject_serial: &str) -> [u8; 32] {
        self.sealer().lookup_hash("certificate.holder", &[issuer_sha256, subject_serial.as_bytes()])
    }
    pub(crate) fn institution_code_hash(&self, code: &str) -> [u8; 32] {
        self.sealer().lookup_hash("institution.code", &[code.as_bytes()])
    }
    pub(crate) fn chart_number_hash(&self, institution: InstitutionId, number: &str) -> [u8; 32] {
        self.sealer().lookup_hash("chart.number", &[institution.as_bytes(), number.as_bytes()])
    }
    pub(crate) fn card_hash(&self, normal_form: &str) -> [u8; 32] {
        self.sealer().lookup_hash("card", &[normal_form.as_bytes()])
    }
}

impl House {
    /// Notes that the service began to run (R-X-04).
    pub async fn note_start(&self) -> Result<(), AppError> {
        renkei_ledger::record_alone(self.db(), crate::events::service(self, true)).await?;
        Ok(())
    }
    /// Notes that the service ends.
    pub async fn note_stop(&self) -> Result<(), AppError> {
        renkei_ledger::record_alone(self.db(), crate::events::service(self, false)).await?;
        Ok(())
    }
}
