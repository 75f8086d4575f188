//! How far each institution's data has come: what the database knows (`feeds`) and what a running watch sees.
//!
//! Separate from `receive` since it is asked by people and machines that import nothing: the patient page, the start
//! page, `renkei feeds`, the metrics. Nothing here is about a patient: counts, times, codes, and volumes by number.

use crate::error::AppError;
use crate::facts;
use crate::gate;
use crate::house::House;
use renkei_kernel::{BatchId, InstitutionId, Timestamp};
use renkei_store::batches::{self, BatchKind};
use renkei_store::faulty;
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

/// What a running watch of one institution's storage sees. All times are the wall clock's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WatchState {
    /// Volumes the settings name.
    pub volumes: usize,
    /// Numbers (from 1) of volumes that cannot be reached: gone, not mounted, not readable.
    pub unreachable: Vec<usize>,
    /// When the look that runs now began.
    pub looking_since: Option<Timestamp>,
    /// When a look last ended.
    pub looked_at: Option<Timestamp>,
    /// Everything that lay there at this time is taken in or told as a fault.
    pub reached: Option<Timestamp>,
    /// Files seen but not finished yet: still written, locked, without their final name.
    pub waiting: u64,
    pub oldest_waiting_at: Option<Timestamp>,
    /// Files among the waiting that should be finished long ago.
    pub unfinished: u64,
    /// Newest file seen: the latest time of writing that the storage states.
    pub newest_file_at: Option<Timestamp>,
    /// When a file was last taken in.
    pub taken_at: Option<Timestamp>,
    /// Files taken in since the service began.
    pub taken: u64,
    /// What is wrong now, by code.
    pub faults: Vec<Fault>,
}

/// A kind of fault with how often it stands. `code` is stable and `snake_case`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub code: &'static str,
    pub count: u64,
}

/// How far one institution's data has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeedLag {
    pub institution: InstitutionId,
    /// Name and facility code; empty for one that takes part no longer.
    pub name: String,
    pub code: String,
    /// The record holds everything its storage had at this time.
    pub reached: Option<Timestamp>,
    /// Whole seconds since `reached`.
    pub lag_seconds: Option<i64>,
    pub late: bool,
    /// When something new last came.
    pub last_message_at: Option<Timestamp>,
    /// What the watch sees; `None` when none runs for it here.
    pub watch: Option<WatchState>,
}

/// Files of one institution that could not be used for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IntakeFinding {
    pub institution: InstitutionId,
    pub name: String,
    /// `refused` at the door, or `quarantined` (kept sealed, shown to nobody).
    pub what: &'static str,
    pub code: String,
    /// Segment and field; never a value.
    pub place: String,
    pub count: u64,
}

/// Where running watches write what they see.
#[derive(Debug, Default)]
pub(crate) struct FeedBoard {
    watches: Mutex<HashMap<InstitutionId, WatchState>>,
}

impl FeedBoard {
    fn all(&self) -> HashMap<InstitutionId, WatchState> {
        self.watches.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A source whose data has not come for longer than the setting allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateSource {
    pub name: String,
    /// The record holds everything its storage had at this time; `None` when nothing has come yet.
    pub reached: Option<Timestamp>,
}

impl House {
    /// Those of `institutions` that are late, the one furthest behind first. Whoever asks says of which he may know.
    pub(crate) async fn late_sources(
        &self,
        institutions: &HashSet<InstitutionId>,
        now: Timestamp,
    ) -> Result<Vec<LateSource>, AppError> {
        let mut noted: HashMap<InstitutionId, Option<Timestamp>> = batches::feeds(self.db().reader())
            .await?
            .into_iter()
            .map(|feed| (feed.institution, Some(feed.last_import_at)))
            .collect();
        let watches = self.feed_board().all();
        for watched in watches.keys() {
            noted.entry(*watched).or_default();
        }
        let reached = |(id, noted): (InstitutionId, Option<Timestamp>)| (id, furthest(watches.get(&id), noted, now));
        let mut late: Vec<(InstitutionId, Option<Timestamp>)> = noted
            .into_iter()
            .filter(|(institution, _)| institutions.contains(institution))
            .map(reached)
            .filter(|(_, reached)| self.is_late(*reached, now))
            .collect();
        if late.is_empty() {
            return Ok(Vec::new());
        }
        late.sort_by_key(|(institution, reached)| (*reached, *institution));
        let names = self.institutions(now).await?;
        let named = |(id, reached)| names.get(&id).map(|view| LateSource { name: view.name.clone(), reached });
        Ok(late.into_iter().filter_map(named).collect())
    }

    /// A running watch tells what it sees; `None` when it ends.
    pub fn tell_watch(&self, institution: InstitutionId, state: Option<WatchState>) {
        let mut watches = self.feed_board().watches.lock().unwrap_or_else(PoisonError::into_inner);
        match state {
            Some(state) => watches.insert(institution, state),
            None => watches.remove(&institution),
        };
    }

    /// What the watch of an institution sees.
    pub fn watch_of(&self, institution: InstitutionId) -> Option<WatchState> {
        self.feed_board().watches.lock().unwrap_or_else(PoisonError::into_inner).get(&institution).cloned()
    }

    /// Every institution that sends or is watched, the one furthest behind first.
    pub async fn feed_lags(&self) -> Result<Vec<FeedLag>, AppError> {
        let now = self.now();
        let names = self.institutions(now).await?;
        let mut watches = self.feed_board().all();
        let known = batches::feeds(self.db().reader()).await?;
        let mut rows: Vec<(InstitutionId, Option<Timestamp>, Option<Timestamp>)> =
            known.iter().map(|feed| (feed.institution, Some(feed.last_import_at), feed.last_message_at)).collect();
        let unread: Vec<_> = watches.keys().filter(|id| !known.iter().any(|feed| feed.institution == **id)).collect();
        rows.extend(unread.into_iter().map(|institution| (*institution, None, None)));
        let mut lags: Vec<FeedLag> = rows
            .into_iter()
            .map(|(institution, noted, last_message_at)| {
                let watch = watches.remove(&institution);
                let reached = furthest(watch.as_ref(), noted, now);
                FeedLag {
                    institution,
                    name: names.get(&institution).map(|view| view.name.clone()).unwrap_or_default(),
                    code: names.get(&institution).map(|view| view.code.clone()).unwrap_or_default(),
                    reached,
                    lag_seconds: reached.map(|reached| now.seconds_since(reached).max(0)),
                    late: self.is_late(reached, now),
                    last_message_at,
                    watch,
                }
            })
            .collect();
        lags.sort_by(|a, b| a.reached.cmp(&b.reached).then_with(|| a.code.cmp(&b.code)));
        Ok(lags)
    }

    /// What of institutions' files could not be used: counted by cause and place, never by patient (R-X-17).
    pub async fn intake_findings(&self) -> Result<Vec<IntakeFinding>, AppError> {
        let names = self.institutions(self.now()).await?;
        let faulty = faulty::faulty(self.db().reader()).await?;
        Ok(faulty
            .into_iter()
            .map(|found| IntakeFinding {
                institution: found.institution,
                name: names.get(&found.institution).map(|view| view.name.clone()).unwrap_or_default(),
                what: if found.is_refused { "refused" } else { "quarantined" },
                code: found.cause,
                place: found.place,
                count: found.count,
            })
            .collect())
    }

    /// Until when an institution's data is complete, as one of its own people may know it.
    pub async fn feed_of(&self, institution: InstitutionId) -> Result<Option<FeedLag>, AppError> {
        Ok(self.feed_lags().await?.into_iter().find(|lag| lag.institution == institution))
    }

    pub(crate) fn is_late(&self, reached: Option<Timestamp>, now: Timestamp) -> bool {
        let late_seconds = self.settings().feed_late_hours.saturating_mul(3600);
        reached.is_none_or(|reached| now.seconds_since(reached) > late_seconds)
    }

    /// Notes that everything an institution's storage had at `reached` is in, where no import was needed to know it.
    pub async fn feed_reached(&self, institution: InstitutionId, reached: Timestamp) -> Result<(), AppError> {
        self.db()
            .act(move |tx| Box::pin(async move { Ok(batches::feed_read(tx, institution, None, reached).await?) }))
            .await
    }

    /// The institution with a facility code, when it takes part now.
    pub async fn institution_of_code(&self, facility_code: &str) -> Result<Option<InstitutionId>, AppError> {
        let hash = self.institution_code_hash(facility_code);
        facts::institution_by_code(self.db().reader(), hash, self.now()).await
    }

    /// Whether files of this patient number would be let in now. Asked before a patient who was turned away is read
    /// once more; nothing is read of a storage for it.
    pub async fn door_is_open(&self, institution: InstitutionId, number: &str) -> Result<bool, AppError> {
        let hash = self.chart_number_hash(institution, number);
        Ok(gate::import(self, institution, hash, self.ids().next()).await?.is_ok())
    }

    /// Changes when a register was loaded: whoever was turned away may be at home now.
    pub async fn register_loads(&self) -> Result<u64, AppError> {
        Ok(batches::count(self.db().reader(), BatchKind::RegisterLoad).await?)
    }

    /// Whether a batch stands in the database, and ended. What a watch remembers is worth nothing beside a database
    /// that was put back to an earlier day.
    pub async fn batch_ended(&self, batch: BatchId) -> Result<Option<bool>, AppError> {
        Ok(batches::ended(self.db().reader(), batch).await?)
    }

    /// A keyed mark of something a watch remembers: paths hold patient numbers, so they are kept as this only.
    pub fn feed_mark(&self, parts: &[&[u8]]) -> u64 {
        let hash = self.sealer().lookup_hash("feed.file", parts);
        hash.first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
    }
}

/// Until when the data is complete. What was noted while the clock went ahead is not believed beside a running watch.
pub(crate) fn furthest(watch: Option<&WatchState>, noted: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let seen = watch.and_then(|watch| watch.reached);
    match (seen, noted) {
        (Some(seen), Some(noted)) if noted <= now => Some(seen.max(noted)),
        (seen, noted) => seen.or(noted),
    }
}
