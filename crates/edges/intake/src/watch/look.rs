//! One institution's watch: a look walks its volumes, hands on what is finished, remembers it, and tells how far the
//! record has come.
//!
//! Polling is the truth: it works on every share, and a tree of one folder a day, type and patient is beyond what the
//! kernel's notices of changed files can be asked for. Nothing is ever deleted for being absent: a deletion is a file
//! with the flag 0.

use super::list::{Listed, Source};
use super::memory::{Door, Known, Memory};
use super::patience::{Instant, Limits, Patience, Verdict};
use super::take::{Taken, Work};
use super::transactions::{Named, Transactions};
use super::{Stop, WatchError, Watched};
use renkei_app::feeds::{Fault, WatchState};
use renkei_app::receive::Import;
use renkei_app::{AppError, House};
use renkei_kernel::{InstitutionId, Problem as _, Timestamp};
use renkei_store::batches::{self, Counts};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Patients of one institution under way at once.
const PATIENTS_AT_ONCE: usize = 4;
/// Failures one after the other after which a look is given up until the next.
const FAILURES_MAX: u32 = 3;
/// The time reached is written down when it advanced by so much; between, it is known to the running service only.
const NOTED_EVERY_SECONDS: i64 = 60;
/// Every patient's folder is read again once in so many days, whatever sizes and times say: a share that lies about
/// them is found out. The days are spread over the patients.
const READ_AGAIN_DAYS: u32 = 7;

/// The watch of one institution's storage.
pub struct Watch {
    house: House,
    watched: Watched,
    institution: InstitutionId,
    limits: Limits,
    memory: Memory,
    patience: Patience,
    /// Patients with a file that is waited for: looked at between whole looks too.
    awaited: BTreeSet<String>,
    transactions: Option<Transactions>,
    whole_at: Option<Duration>,
    /// Loads of the register, and the hour, when doors were last asked.
    doors: Option<(u64, i64)>,
    noted: Option<Timestamp>,
    state: WatchState,
}

/// What one look did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looked {
    pub counts: Counts,
    pub patients: u64,
    pub state: WatchState,
}

/// What a look gathers on its way.
#[derive(Default)]
struct Gathered {
    counts: Counts,
    patients: u64,
    faults: BTreeMap<&'static str, u64>,
    failures: u32,
    /// Something was not looked at, or did not come in.
    incomplete: bool,
    awaited: BTreeSet<String>,
    newest: Option<Timestamp>,
    import: Option<Import>,
}

impl Gathered {
    fn fault(&mut self, code: &'static str, count: u64) {
        if count > 0 {
            *self.faults.entry(code).or_default() += count;
        }
    }
}

impl Watch {
    /// Opens the watch of an institution with its memory in `folder`.
    pub async fn open(house: &House, watched: Watched, folder: &Path) -> Result<Self, WatchError> {
        let institution =
            house.institution_of_code(&watched.facility_code).await?.ok_or(WatchError::InstitutionUnknown)?;
        let mut memory = Memory::open(&folder.join(format!("{institution}.seen")), institution)?;
        let is_true = match memory.last_batch() {
            None => memory.is_empty(),
            Some((batch, ended)) => house.batch_ended(batch).await?.is_some_and(|known| known || !ended),
        };
        if !is_true {
            tracing::warn!(institution = %institution, "the database is older than the memory of its watch; everything is read again");
            memory.forget()?;
        }
        let feeds = batches::feeds(house.db().reader()).await.map_err(AppError::from)?;
        let noted = feeds.iter().find(|feed| feed.institution == institution).map(|feed| feed.last_import_at);
        Ok(Self {
            house: house.clone(),
            institution,
            limits: Limits { quiet: watched.quiet, unfinished: watched.unfinished },
            memory,
            patience: Patience::default(),
            awaited: BTreeSet::new(),
            transactions: None,
            whole_at: None,
            doors: None,
            noted,
            state: WatchState { volumes: watched.volumes.len(), ..WatchState::default() },
            watched,
        })
    }

    pub fn institution(&self) -> InstitutionId {
        self.institution
    }

    /// When the next look should follow.
    pub fn pause(&self) -> Duration {
        if self.patience.is_empty() {
            self.watched.period
        } else {
            self.watched.period.min(self.watched.quiet.max(Duration::from_secs(1)))
        }
    }

    /// One look. `steady` is the time since the service began; `places` is shared by all watches.
    pub async fn look(&mut self, steady: Duration, places: &Arc<Semaphore>, stop: &Stop) -> Result<Looked, WatchError> {
        let at = Instant { steady, wall: self.house.now() };
        self.state.looking_since = Some(at.wall);
        self.house.tell_watch(self.institution, Some(self.state.clone()));
        let mut gathered = Gathered::default();
        let roots = self.reachable(&mut gathered).await;
        let asks = self.asks_doors(at.wall).await?;
        let (source, whole) = self.source(steady, roots, asks, &mut gathered).await;
        self.patience.look_begins();
        let ended = self.walk(source, at, asks, places, stop, &mut gathered).await;
        if ended && whole && gathered.faults.is_empty() {
            self.patience.whole_look_ends();
        }
        if ended && whole {
            self.whole_at = Some(steady);
        }
        self.awaited = std::mem::take(&mut gathered.awaited);
        self.over(at, ended, gathered).await
    }

    /// The volumes that can be read. One in which something lay once and that is empty now is not mounted.
    async fn reachable(&mut self, gathered: &mut Gathered) -> Vec<PathBuf> {
        let volumes = self.watched.volumes.clone();
        let checked = tokio::task::spawn_blocking(move || {
            let has_something = |root: &PathBuf| std::fs::read_dir(root).ok().map(|mut found| found.next().is_some());
            volumes.into_iter().map(|root| (has_something(&root), root)).collect::<Vec<_>>()
        })
        .await
        .unwrap_or_default();
        let mut reachable = Vec::new();
        self.state.unreachable.clear();
        for (number, (has_something, root)) in (1..).zip(checked) {
            let mark = self.house.feed_mark(&[b"volume", root.as_os_str().as_encoded_bytes()]);
            match has_something {
                Some(true) => {
                    if self.memory.volume_has(mark).is_err() {
                        gathered.fault("memory_not_written", 1);
                    }
                    reachable.push(root);
                }
                Some(false) if !self.memory.had_volume(mark) => reachable.push(root),
                _ => self.state.unreachable.push(number),
            }
        }
        let away = u64::try_from(self.state.unreachable.len()).unwrap_or_default();
        gathered.fault("volume_unreachable", away);
        gathered.incomplete |= reachable.len() < self.watched.volumes.len();
        reachable
    }

    /// Whether those who were turned away are to be asked about again: a register was loaded (`Both`), or an hour is
    /// over and a consent may have begun.
    async fn asks_doors(&mut self, now: Timestamp) -> Result<Asks, WatchError> {
        let loads = self.house.register_loads().await?;
        let hour = now.seconds().div_euclid(3_600);
        let asks = match self.doors {
            None => Asks::All,
            Some((before, _)) if before != loads => Asks::All,
            Some((_, before)) if before != hour => Asks::Closed,
            Some(_) => Asks::None,
        };
        self.doors = Some((loads, hour));
        Ok(asks)
    }

    /// What this look walks: everything, or what the transactions name since the last.
    async fn source(
        &mut self,
        steady: Duration,
        roots: Vec<PathBuf>,
        asks: Asks,
        gathered: &mut Gathered,
    ) -> (Source, bool) {
        if let Some(folder) = self.watched.transactions.clone() {
            let is_due = self.whole_at.is_none_or(|at| steady.saturating_sub(at) >= self.watched.whole_look);
            match self.named(folder).await {
                Ok(mut named) if !is_due && asks == Asks::None => {
                    // Who is named further on is not looked at now.
                    gathered.incomplete |= named.more;
                    named.patients.append(&mut self.awaited);
                    return (Source::named(roots, named.patients), false);
                }
                Ok(_) => {}
                // Everything is looked at until the transactions can be read again.
                Err(_) => gathered.fault("transactions_unreachable", 1),
            }
        }
        (Source::whole(roots), true)
    }

    /// Who is named since the last look. Read beside the runtime: a slow share holds up nobody but its own watch.
    async fn named(&mut self, folder: PathBuf) -> io::Result<Named> {
        let begun = self.transactions.take();
        let read = move || match begun {
            Some(mut transactions) => transactions.patients().map(|named| (transactions, named)),
            None => Transactions::at_the_end(&folder).map(|begun| (begun, Named::default())),
        };
        let (transactions, named) = tokio::task::spawn_blocking(read).await.map_err(io::Error::other)??;
        self.transactions = Some(transactions);
        Ok(named)
    }

    /// Walks to the end, unless it is asked to stop or everything fails.
    async fn walk(
        &mut self,
        source: Source,
        at: Instant,
        asks: Asks,
        places: &Arc<Semaphore>,
        stop: &Stop,
        gathered: &mut Gathered,
    ) -> bool {
        let (mut source, mut under_way) = (Some(source), JoinSet::new());
        let mut ended = false;
        while !ended && !stop.is_asked() && gathered.failures < FAILURES_MAX {
            let Some(mut walking) = source.take() else { break };
            let house = self.house.clone();
            let next = tokio::task::spawn_blocking(move || {
                let listed = walking.next(&house);
                (walking, listed)
            });
            let Ok((walking, (patients, failed, end))) = next.await else { break };
            (source, ended) = (Some(walking), end);
            gathered.fault("folder_unreadable", failed);
            for listed in patients {
                let Some(work) = self.judge(listed, at, asks, gathered).await else { continue };
                let Some(import) = self.import(gathered).await else { break };
                while under_way.len() >= PATIENTS_AT_ONCE {
                    self.one_back(&mut under_way, gathered).await;
                }
                under_way.spawn(work.take(self.house.clone(), import, places.clone()));
                if stop.is_asked() || gathered.failures >= FAILURES_MAX {
                    ended = false;
                    break;
                }
            }
        }
        // What is under way is finished: it is little, and what came in is remembered.
        while !under_way.is_empty() {
            self.one_back(&mut under_way, gathered).await;
        }
        ended && gathered.failures < FAILURES_MAX
    }

    /// What of a patient's folder is to be taken in now.
    async fn judge(&mut self, listed: Listed, at: Instant, asks: Asks, gathered: &mut Gathered) -> Option<Work> {
        gathered.patients += 1;
        gathered.fault("folder_unreadable", listed.unreadable);
        gathered.fault("unexpected_file", listed.unexpected);
        let patient = self.house.feed_mark(&[b"patient", listed.number.as_bytes()]);
        let known = self.memory.get(patient).cloned().unwrap_or_default();
        let today = u32::try_from(at.wall.seconds().div_euclid(86_400)).unwrap_or_default();
        let again = match (known.door, asks) {
            (Door::Closed, Asks::None) | (Door::Refused, Asks::None | Asks::Closed) => false,
            (Door::Closed, _) => self.house.door_is_open(self.institution, &listed.number).await.unwrap_or(false),
            (Door::Refused, Asks::All) => true,
            (Door::Open, _) => is_due(patient, known.read_on, today),
        };
        let (mut kept, mut files, mut waits) = (Vec::new(), Vec::new(), false);
        for file in listed.files {
            gathered.newest = gathered.newest.max(Some(file.stat.written_at()));
            if known.has(file.mark) {
                if again {
                    files.push(file);
                } else {
                    kept.push(file.mark);
                }
                continue;
            }
            match self.patience.judge(file.place, file.stat, file.plain, at, self.limits) {
                Verdict::Take => files.push(file),
                Verdict::Wait => waits = true,
                Verdict::Later => gathered.fault("too_many_waiting", 1),
            }
        }
        if waits {
            gathered.awaited.insert(listed.number.clone());
        }
        if listed.unreadable > 0 || !self.state.unreachable.is_empty() {
            // Not everything is seen: what was taken in before stays known.
            kept.extend_from_slice(&known.files);
        }
        kept.sort_unstable();
        kept.dedup();
        let read_on = if again || known.files.is_empty() { today } else { known.read_on };
        let known = Known { door: known.door, read_on, files: kept.into_boxed_slice() };
        if files.is_empty() {
            self.remember(patient, known, gathered);
            return None;
        }
        Some(Work { number: listed.number, patient, files, known })
    }

    fn remember(&mut self, patient: u64, known: Known, gathered: &mut Gathered) {
        if known.files.is_empty() && self.memory.get(patient).is_none() {
            return;
        }
        if self.memory.put(patient, known).is_err() {
            gathered.fault("memory_not_written", 1);
        }
    }

    /// The batch of this look, begun when there is something to take in.
    async fn import(&mut self, gathered: &mut Gathered) -> Option<Import> {
        if gathered.import.is_none() {
            match self.house.import_begin(&self.watched.facility_code).await {
                Ok(Some(import)) => {
                    if self.memory.batch_began(import.batch).is_err() {
                        gathered.fault("memory_not_written", 1);
                    }
                    gathered.import = Some(import);
                }
                Ok(None) => {
                    gathered.fault("institution_unknown", 1);
                    gathered.failures = FAILURES_MAX;
                }
                Err(error) => {
                    gathered.fault(error.code(), 1);
                    gathered.failures = FAILURES_MAX;
                }
            }
        }
        gathered.import.clone()
    }

    async fn one_back(&mut self, under_way: &mut JoinSet<Taken>, gathered: &mut Gathered) {
        let Some(joined) = under_way.join_next().await else { return };
        let Ok(taken) = joined else {
            gathered.fault("reader_failed", 1);
            gathered.incomplete = true;
            gathered.failures += 1;
            return;
        };
        gathered.counts.add(taken.counts);
        for place in &taken.places {
            self.patience.taken(*place);
        }
        for place in &taken.locked {
            self.patience.locked(*place);
        }
        match taken.failed {
            None => gathered.failures = 0,
            Some(code) => {
                gathered.fault(code, 1);
                gathered.incomplete = true;
                gathered.failures += 1;
            }
        }
        self.remember(taken.patient, taken.known, gathered);
    }

    /// Ends the batch, writes down how far the record has come, and tells it.
    async fn over(&mut self, at: Instant, ended: bool, mut gathered: Gathered) -> Result<Looked, WatchError> {
        let tally = self.patience.tally(at, self.limits);
        gathered.fault("file_never_finished", tally.unfinished - tally.locked);
        gathered.fault("file_unreadable", tally.locked);
        let unseen = ["folder_unreadable", "too_many_waiting"].iter().any(|code| gathered.faults.contains_key(code));
        let complete = ended && !gathered.incomplete && !unseen;
        let reached = complete.then(|| tally.held_at.map_or(at.wall, |held| held.min(at.wall)));
        // Of a storage that is read for the first time nothing is said before it is nearly through.
        let nearly = at.wall.plus_seconds(-i64::try_from(self.limits.unfinished.as_secs()).unwrap_or(i64::MAX));
        let reached = reached.filter(|reached| self.noted.is_some() || *reached >= nearly);
        // Never back to before what was known, unless our clock went ahead then.
        let reached = reached.filter(|reached| self.noted.is_none_or(|noted| noted > at.wall || *reached >= noted));
        match gathered.import.take() {
            Some(import) => {
                self.house.import_reached(&import, gathered.counts, reached).await?;
                if self.memory.batch_ended(import.batch).is_err() {
                    gathered.fault("memory_not_written", 1);
                }
                self.noted = reached.or(self.noted);
                self.state.taken_at = Some(self.house.now());
            }
            None => {
                let told = reached.filter(|reached| {
                    self.noted
                        .is_none_or(|noted| noted > at.wall || reached.seconds_since(noted) >= NOTED_EVERY_SECONDS)
                });
                if let Some(reached) = told {
                    self.house.feed_reached(self.institution, reached).await?;
                    self.noted = Some(reached);
                }
            }
        }
        self.tell_new_faults(&gathered.faults);
        let taken = u64::try_from(gathered.counts.total()).unwrap_or_default();
        let before = std::mem::take(&mut self.state);
        self.state = WatchState {
            looking_since: None,
            looked_at: Some(at.wall),
            reached: reached.or(before.reached),
            waiting: tally.waiting,
            oldest_waiting_at: tally.oldest_at,
            unfinished: tally.unfinished,
            newest_file_at: gathered.newest.max(before.newest_file_at),
            taken: before.taken + taken,
            faults: gathered.faults.into_iter().map(|(code, count)| Fault { code, count }).collect(),
            ..before
        };
        self.house.tell_watch(self.institution, Some(self.state.clone()));
        Ok(Looked { counts: gathered.counts, patients: gathered.patients, state: self.state.clone() })
    }

    /// A fault is logged when it begins and when it is over, without names and paths: they hold patient numbers.
    fn tell_new_faults(&self, faults: &BTreeMap<&'static str, u64>) {
        for (code, count) in faults {
            if !self.state.faults.iter().any(|fault| fault.code == *code) {
                tracing::warn!(institution = %self.institution, code, count, "a watched storage has a fault");
            }
        }
        for fault in self.state.faults.iter().filter(|fault| !faults.contains_key(fault.code)) {
            tracing::info!(institution = %self.institution, code = fault.code, "a fault of a watched storage is over");
        }
    }
}

/// Whose doors are asked about again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    None,
    Closed,
    All,
}

/// Whether today is the day on which a patient's folder is read again.
fn is_due(patient: u64, read_on: u32, today: u32) -> bool {
    read_on != 0
        && read_on != today
        && (today.abs_diff(read_on) >= READ_AGAIN_DAYS
            || u64::from(today).wrapping_add(patient).is_multiple_of(u64::from(READ_AGAIN_DAYS)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_is_read_again_within_the_days_and_not_all_on_one() {
        let mut per_day = [0; 8];
        for patient in 0..700 {
            let day = (1..=READ_AGAIN_DAYS).find(|day| is_due(patient, 20_000, 20_000 + day)).unwrap();
            per_day[usize::try_from(day).unwrap()] += 1;
        }
        assert_eq!(per_day[1..], [100; 7]);
        assert!(!is_due(3, 20_000, 20_000), "once a day at most");
    }
}
