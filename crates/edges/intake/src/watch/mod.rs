//! Watched storages as a service: what institutions put into their folders comes into the record while `renkei serve`
//! runs (R-1.6.1, R-X-17; ssmix2.md sections 1.6 and 3).
//!
//! One task for each institution, so that a share that hangs holds nobody else up; a bounded number of patients of all
//! of them is received at once, and the pages' acts go before an import's in the writer's queue.

mod list;
mod look;
mod memory;
mod patience;
mod take;
mod transactions;

pub use look::{Looked, Watch};

use renkei_app::{AppError, House};
use renkei_kernel::Problem as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// Patients of all institutions received at once.
const PATIENTS_AT_ONCE: usize = 4;
/// How long a stop waits for what is under way.
const STOP_AFTER: Duration = Duration::from_secs(20);

/// One institution's storage, as the settings name it.
#[derive(Debug, Clone)]
pub struct Watched {
    pub facility_code: String,
    /// Roots of the standard storage; several volumes are one storage.
    pub volumes: Vec<PathBuf>,
    /// Root of the transaction storage, where the gateway writes one.
    pub transactions: Option<PathBuf>,
    /// Between two looks.
    pub period: Duration,
    /// A file that did not change for so long is finished.
    pub quiet: Duration,
    /// A file that is not finished after so long is a fault.
    pub unfinished: Duration,
    /// With transactions: between two looks over everything.
    pub whole_look: Duration,
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WatchError {
    #[error("no participating institution has this facility code")]
    InstitutionUnknown,
    #[error("the memory of a watch cannot be opened: {0}")]
    Memory(#[from] std::io::Error),
    #[error(transparent)]
    App(#[from] AppError),
}

impl WatchError {
    fn code(&self) -> &'static str {
        match self {
            Self::InstitutionUnknown => "institution_unknown",
            Self::Memory(_) => "memory_unavailable",
            Self::App(error) => error.code(),
        }
    }
}

/// Whether the service was asked to stop.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// One that is never asked: for a single look.
    pub fn never() -> Self {
        Self(watch::channel(false).1)
    }
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }
    /// Waits for `pause`, or until asked; tells whether it was asked.
    async fn pause(&mut self, pause: Duration) -> bool {
        // A sender that is gone asks as well.
        tokio::time::timeout(pause, self.0.wait_for(|asked| *asked)).await.is_ok()
    }
}

/// The running watches.
#[derive(Debug)]
pub struct Watches {
    asked: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Watches {
    /// Starts a watch for each storage; `folder` holds what they remember.
    pub fn start(house: &House, storages: Vec<Watched>, folder: &Path) -> Self {
        let (asked, stop) = watch::channel(false);
        let places = Arc::new(Semaphore::new(PATIENTS_AT_ONCE));
        let mut tasks = JoinSet::new();
        for watched in storages {
            let kept = Kept {
                house: house.clone(),
                watched,
                folder: folder.to_path_buf(),
                places: places.clone(),
                stop: Stop(stop.clone()),
            };
            tasks.spawn(kept.keep());
        }
        Self { asked, tasks }
    }

    /// Lets every watch finish the patients it has under way. A share that hangs is left behind.
    pub async fn stop(mut self) {
        let _nobody_listens = self.asked.send(true);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_AFTER, all).await.is_err() {
            tracing::warn!(left = self.tasks.len(), "a watched storage did not answer and was left");
        }
    }
}

struct Kept {
    house: House,
    watched: Watched,
    folder: PathBuf,
    places: Arc<Semaphore>,
    stop: Stop,
}

impl Kept {
    /// Looks again and again; a look that breaks is followed by the next.
    async fn keep(mut self) {
        let began = Instant::now();
        let mut last_code = None;
        loop {
            let mut running = JoinSet::new();
            running.spawn(run(
                self.house.clone(),
                self.watched.clone(),
                self.folder.clone(),
                self.places.clone(),
                self.stop.clone(),
                began,
            ));
            let code = match running.join_next().await {
                Some(Ok(Ok(()))) | None => return,
                Some(Ok(Err(error))) => error.code(),
                Some(Err(_)) => "watch_failed",
            };
            if last_code.replace(code) != Some(code) {
                tracing::error!(code, facility = %self.watched.facility_code, "a storage is not watched for the moment");
            }
            if self.stop.pause(self.watched.period).await {
                return;
            }
        }
    }
}

async fn run(
    house: House,
    watched: Watched,
    folder: PathBuf,
    places: Arc<Semaphore>,
    mut stop: Stop,
    began: Instant,
) -> Result<(), WatchError> {
    let mut watch = Watch::open(&house, watched, &folder).await?;
    loop {
        let looked = watch.look(began.elapsed(), &places, &stop).await?;
        let counts = looked.counts;
        if counts.total() > 0 {
            tracing::info!(
                institution = %watch.institution(), stored = counts.stored, unchanged = counts.unchanged,
                superseded = counts.superseded, refused = counts.refused, quarantined = counts.quarantined,
                "files of a watched storage came in"
            );
        }
        if stop.pause(watch.pause()).await {
            house.tell_watch(watch.institution(), None);
            return Ok(());
        }
    }
}
