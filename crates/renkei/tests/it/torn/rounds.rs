//! The rounds: copy, act, kill, look, finish, compare.

use super::acts::{acknowledged, child};
use super::kill::{Histogram, Landed, Length, Moments, Running};
use super::look::{keys_open, number, record, rows, told, trail_verifies};
use crate::installation::{Installation, Opened, TRAIL_NAME, files, scratch};
use renkei_db::{Database, Settings};
use renkei_kernel::{ChartId, EntryId, Ids, SystemClock, SystemEntropy};
use renkei_keys::{InstallationKey, SealKind, Sealed, Sealer};
use renkei_ledger::{EventName, SigningKey};
use std::collections::HashSet;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use uuid::Uuid;

/// Rounds of all acts together when nothing else is asked for.
const CYCLES: u32 = 50;

/// How many rounds an act gets: `share` of each fifty.
fn cycles(share: u32) -> u32 {
    let all = std::env::var("RENKEI_TORN_CYCLES").map_or(CYCLES, |text| text.parse().expect("a number of rounds"));
    (all * share).div_ceil(CYCLES)
}

fn seed() -> u64 {
    std::env::var("RENKEI_TORN_SEED").map_or(1954, |text| text.parse().expect("a seed"))
}

/// The rounds of one act.
struct Rounds {
    name: &'static str,
    folder: TempDir,
    base: Installation,
    moments: Moments,
    histogram: Histogram,
    began: Instant,
}

impl Rounds {
    fn new(name: &'static str) -> Self {
        let folder = scratch();
        let base = Installation::make(folder.path());
        let salt = name.bytes().fold(0u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
        let moments = Moments::new(seed() ^ salt << 32);
        Self { name, folder, base, moments, histogram: Histogram::default(), began: Instant::now() }
    }

    /// A fresh copy; the one before it is removed.
    fn copy(&self, round: u32) -> Installation {
        if let Some(before) = round.checked_sub(1) {
            let _ = std::fs::remove_dir_all(self.place(before));
        }
        self.base.copy_to(&self.place(round))
    }

    fn place(&self, round: u32) -> PathBuf {
        self.folder.path().join(format!("round-{round}"))
    }

    /// Says where the kills landed, and fails when none landed inside the act.
    fn end(self, asked: u32) {
        println!(
            "torn: {}: {asked} rounds in {:.1} s: {}",
            self.name,
            self.began.elapsed().as_secs_f64(),
            self.histogram
        );
        assert!(self.histogram.of(Landed::Within) > 0, "no kill landed inside {}: {}", self.name, self.histogram);
    }
}

/// Kills `running`; three rounds of four count their moment from where the act begins (`begun`), so that most kills
/// land inside, and one from the start of the process.
fn kill(
    rounds: &mut Rounds,
    round: u32,
    mut running: Running,
    length: &Length,
    begun: impl FnMut() -> bool,
) -> (Option<ExitStatus>, Duration) {
    let mut since = Instant::now();
    if !round.is_multiple_of(4) {
        running.wait_for(begun);
        since = Instant::now();
    }
    let (ended, took) = running.kill_at(since, rounds.moments.within(length.get()));
    if let Some(status) = ended {
        assert!(status.success(), "{}: the child failed by itself", rounds.name);
    }
    (ended, took)
}

/// The length of an undisturbed act, from where it begins on.
fn measure(mut running: Running, begun: impl FnMut() -> bool) -> Length {
    running.wait_for(begun);
    let since = Instant::now();
    let (status, _) = running.until_it_ends();
    assert!(status.success(), "the undisturbed act failed");
    Length::measured(since.elapsed())
}

/// Kills a child of this test's own binary, which says itself when it begins.
fn kill_child(rounds: &mut Rounds, round: u32, act: &str, copy: &Installation, length: &mut Length) -> Landed {
    let running = Running::start(&mut child(act, copy));
    let (ended, took) = kill(rounds, round, running, length, || !acknowledged(copy).is_empty());
    let lines = acknowledged(copy);
    let landed = match ended {
        Some(_) => Landed::After,
        None if lines.is_empty() => Landed::Before,
        None if lines.last().is_some_and(|line| line == "done") => Landed::Closing,
        None => Landed::Within,
    };
    length.learn(landed, took);
    landed
}

fn measure_child(rounds: &Rounds, act: &str) -> Length {
    let copy = rounds.base.copy_to(&rounds.folder.path().join("measured"));
    measure(Running::start(&mut child(act, &copy)), || !acknowledged(&copy).is_empty())
}

/// Right after a kill, before anything is mended: the program's own verifier finds nothing wrong.
fn verifies_as_it_lies(copy: &Installation) {
    copy.verify();
}

/// R-X-05, R-1.6.1: an import killed anywhere and run again leaves the record of one that was never disturbed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_killed_anywhere_and_run_again_leaves_the_same_record() {
    let (mut rounds, asked) = (Rounds::new("import"), cycles(13));
    let whole = rounds.base.copy_to(&rounds.folder.path().join("whole"));
    let mut length = measure(Running::start(&mut whole.import("storage")), || whole.is_held());
    let opened = whole.open().await;
    let (expected, expected_told) = (record(&whole, &opened).await, told(&opened).await);
    let stored = number(&opened, "SELECT COUNT(*) FROM messages").await;
    opened.close().await;
    for round in 0..asked {
        let copy = rounds.copy(round);
        let running = Running::start(&mut copy.import("storage"));
        let (ended, took) = kill(&mut rounds, round, running, &length, || copy.is_held());
        let landed = match ended {
            Some(_) => Landed::After,
            None => import_landed(&copy, stored).await,
        };
        length.learn(landed, took);
        rounds.histogram.add(landed);
        if round.is_multiple_of(3) {
            verifies_as_it_lies(&copy);
        }
        let (status, _) = Running::start(&mut copy.import("storage")).until_it_ends();
        assert!(status.success(), "round {round} ({landed:?}): the import could not be finished");
        let opened = copy.open().await;
        trail_verifies(&copy, &opened).await;
        keys_open(&opened).await;
        assert_eq!(told(&opened).await, expected_told, "round {round} ({landed:?}): told once of each change");
        let left = record(&copy, &opened).await;
        assert!(left == expected, "round {round} ({landed:?}):\n{}", first_difference(&expected, &left));
        opened.close().await;
    }
    rounds.end(asked);
}

/// Judged by what is durable: a run that began, and how many of its messages are there.
async fn import_landed(copy: &Installation, stored: i64) -> Landed {
    let database = Database::open(Settings::sqlite(copy.database_file()).reading_only()).await.unwrap();
    let count = async |sql: &str| {
        use renkei_db::sea_orm::{ConnectionTrait, Statement};
        let on = database.reader();
        let row = on.query_one_raw(Statement::from_string(on.get_database_backend(), sql)).await.unwrap().unwrap();
        row.try_get_by_index::<i64>(0).unwrap()
    };
    let imports = "SELECT COUNT(*) FROM batches WHERE kind = 3";
    let (begun, ended) = (count(imports).await, count(&format!("{imports} AND finished_at IS NOT NULL")).await);
    let there = count("SELECT COUNT(*) FROM messages").await;
    database.close().await.unwrap();
    assert!(there <= stored, "never more than an undisturbed import stores");
    match (begun, ended) {
        (0, _) => Landed::Before,
        (_, 0) => Landed::Within,
        _ => Landed::Closing,
    }
}

fn first_difference(expected: &str, found: &str) -> String {
    let differing = expected.lines().zip(found.lines()).find(|(one, other)| one != other);
    match differing {
        Some((one, other)) => format!("expected {one}\nfound    {other}"),
        None => format!("{} lines expected, {} found", expected.lines().count(), found.lines().count()),
    }
}

/// R-X-04, R-X-05: waiting records are numbered once each, in their order, however often the numbering is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbering_killed_anywhere_numbers_every_record_once() {
    const WAITING: usize = 1_600;
    let (mut rounds, asked) = (Rounds::new("numbering"), cycles(10));
    let ids = Ids::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
    let waiting = leave_waiting(&rounds.base, &ids, WAITING).await;
    let whole = rounds.base.copy_to(&rounds.folder.path().join("whole"));
    let mut length = measure(Running::start(&mut whole.import("nothing")), || whole.is_held());
    for round in 0..asked {
        let copy = rounds.copy(round);
        let running = Running::start(&mut copy.import("nothing"));
        let (ended, took) = kill(&mut rounds, round, running, &length, || copy.is_held());
        let database = Database::open(Settings::sqlite(copy.database_file()).reading_only()).await.unwrap();
        let left = renkei_ledger::waiting(&database).await.unwrap().count as usize;
        database.close().await.unwrap();
        let landed = match ended {
            Some(_) => Landed::After,
            None if left >= WAITING => Landed::Before,
            None if left > 10 => Landed::Within,
            None => Landed::Closing,
        };
        length.learn(landed, took);
        rounds.histogram.add(landed);
        verifies_as_it_lies(&copy);
        let opened = copy.open().await;
        trail_verifies(&copy, &opened).await;
        let numbered: Vec<Uuid> = rows(&opened, "SELECT event_id FROM trail_entries ORDER BY number")
            .await
            .iter()
            .map(|row| row.try_get_by_index(0).unwrap())
            .filter(|id| waiting.binary_search(id).is_ok())
            .collect();
        assert!(numbered == waiting, "round {round} ({landed:?}): each once and in its order");
        opened.close().await;
    }
    rounds.end(asked);
}

/// Leaves records waiting for their number, as a program does whose power went before it numbered.
async fn leave_waiting(base: &Installation, ids: &Ids, count: usize) -> Vec<Uuid> {
    let database = Database::open(Settings::sqlite(base.database_file())).await.unwrap();
    let ledger = renkei_ledger::Ledger::new(ids.clone(), "renkei/test");
    let events: Arc<Vec<_>> = Arc::new((0..count).map(|_| ledger.event(EventName::JobRan)).collect());
    let mut made: Vec<Uuid> = events.iter().map(|event| event.id().0).collect();
    database
        .act(move |tx| -> renkei_db::BoxFuture<'_, Result<(), renkei_ledger::Error>> {
            let events = events.clone();
            Box::pin(async move {
                for event in events.iter() {
                    renkei_ledger::record_plain(tx, event).await?;
                }
                Ok(())
            })
        })
        .await
        .unwrap();
    database.close().await.unwrap();
    made.sort();
    made
}

/// R-X-04: a checkpoint that was acknowledged lies outside, whole, and the trail still fits it; none is half written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checkpoints_killed_anywhere_are_whole_and_none_is_lost() {
    let (mut rounds, asked) = (Rounds::new("checkpoints"), cycles(7));
    let mut length = measure_child(&rounds, "checkpoints");
    for round in 0..asked {
        let copy = rounds.copy(round);
        let landed = kill_child(&mut rounds, round, "checkpoints", &copy, &mut length);
        rounds.histogram.add(landed);
        verifies_as_it_lies(&copy);
        let lines = acknowledged(&copy);
        let words = |word: &str| {
            lines.iter().filter_map(|line| line.strip_prefix(word)).map(str::to_owned).collect::<Vec<String>>()
        };
        let kept = |copy: &Installation| -> HashSet<u64> {
            let note = |note: Vec<u8>| String::from_utf8(note).unwrap().lines().nth(1).unwrap().parse().unwrap();
            copy.kept_checkpoints().into_iter().map(note).collect()
        };
        let before = kept(&copy);
        for size in words("signed ") {
            assert!(before.contains(&size.parse().unwrap()), "round {round}: checkpoint {size} is not outside");
        }
        let opened = copy.open().await;
        trail_verifies(&copy, &opened).await;
        let events: HashSet<Uuid> = rows(&opened, "SELECT event_id FROM trail_entries")
            .await
            .iter()
            .map(|row| row.try_get_by_index(0).unwrap())
            .collect();
        for id in words("recorded ") {
            assert!(events.contains(&id.parse().unwrap()), "round {round}: an acknowledged record is lost");
        }
        // What was signed and not yet written outside is written at the next start.
        let signed = rows(&opened, "SELECT size FROM trail_checkpoints").await;
        let outside = kept(&copy);
        for row in signed {
            let size: i64 = row.try_get_by_index(0).unwrap();
            assert!(outside.contains(&(size as u64)), "round {round}: checkpoint {size} was never written outside");
        }
        opened.close().await;
    }
    rounds.end(asked);
}

/// R-X-05: a visit that was opened is open after the kill, one that was closed is closed, none is there twice
/// or without its record in the trail.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn visits_killed_anywhere_stand_as_acknowledged_and_as_told() {
    let (mut rounds, asked) = (Rounds::new("visits"), cycles(7));
    let status = rounds.base.import("storage").output().unwrap().status;
    assert!(status.success());
    let mut length = measure_child(&rounds, "visits");
    for round in 0..asked {
        let copy = rounds.copy(round);
        let landed = kill_child(&mut rounds, round, "visits", &copy, &mut length);
        rounds.histogram.add(landed);
        let opened = copy.open().await;
        trail_verifies(&copy, &opened).await;
        visits_stand(&copy, &opened, round).await;
        // The work goes on: the standing visit is found again, or a new one opens.
        record(&copy, &opened).await;
        opened.close().await;
    }
    rounds.end(asked);
}

async fn visits_stand(copy: &Installation, opened: &Opened, round: u32) {
    let ids = async |sql: &str| -> Vec<Uuid> {
        let mut ids: Vec<Uuid> = rows(opened, sql).await.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        ids.sort();
        ids
    };
    let (all, closed) =
        (ids("SELECT id FROM grants").await, ids("SELECT id FROM grants WHERE closed_at IS NOT NULL").await);
    assert!(all.len() - closed.len() <= 1, "round {round}: one visit stands at most");
    let (mut seen, entries) = (Vec::new(), renkei_ledger::testing::all_entries(opened.house.db()).await.unwrap());
    for line in acknowledged(copy) {
        let Some((word, id)) = line.split_once(' ') else { continue };
        let id: Uuid = id.parse().unwrap();
        assert!(all.contains(&id), "round {round}: an acknowledged visit is lost");
        assert!(word != "closed" || closed.contains(&id), "round {round}: a closed visit is open again");
        if word == "seen" {
            seen.push(id.to_string());
        }
    }
    let told = |event: &str, pointer: &str| -> Vec<Uuid> {
        let mut ids: Vec<Uuid> = entries
            .iter()
            .filter(|entry| entry["event"] == event)
            .map(|entry| entry.pointer(pointer).and_then(|id| id.as_str()).unwrap().parse().unwrap())
            .collect();
        ids.sort();
        ids
    };
    assert_eq!(told("grant.opened", "/object/id"), all, "round {round}: each visit is told of once");
    assert_eq!(told("grant.closed", "/object/id"), closed, "round {round}: each closing is told of once");
    for grant in seen {
        let told = entries.iter().filter(|entry| entry["event"] == "access.granted");
        let told = told.filter(|entry| entry["permission"]["grant"] == grant.as_str()).count();
        assert_eq!(told, 1, "round {round}: what was shown is in the trail");
    }
    let answered = ids("SELECT grant_id FROM card_reads WHERE state = 1").await;
    assert_eq!(answered, all, "round {round}: a read that opened has its visit");
}

/// R-X-16, R-X-05: a rotation killed anywhere is taken up at the next start; every key opens what it sealed, and the
/// key that was replaced is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_killed_anywhere_loses_no_key() {
    const CHARTS: usize = 1_400;
    let (mut rounds, asked) = (Rounds::new("rotation"), cycles(6));
    let ids = Ids::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
    let row: EntryId = ids.next();
    let sealed = seal_many(&rounds.base, &ids, row, CHARTS).await;
    let old = std::fs::read(rounds.base.folder.join("keys/installation.key")).unwrap();
    let mut length = measure_child(&rounds, "rotations");
    for round in 0..asked {
        let copy = rounds.copy(round);
        let landed = kill_child(&mut rounds, round, "rotations", &copy, &mut length);
        rounds.histogram.add(landed);
        let keys = copy.folder.join("keys");
        let sealer = Sealer::open(&keys, ids.clone()).await.expect("the keys open after the kill");
        let charts: Vec<ChartId> = sealed.iter().map(|(chart, _)| *chart).collect();
        let opened = sealer.keys(&charts).await.expect("every key opens");
        for (key, (_, value)) in opened.iter().zip(&sealed) {
            assert_eq!(key.open(row, SealKind::Draft, 1, value).unwrap(), b"kept", "round {round}");
        }
        sealer.store().close().await.unwrap();
        drop(sealer);
        for left in ["installation.key.next", "installation.key.replaced"] {
            assert!(!keys.join(left).exists(), "round {round}: the rotation was taken up to its end");
        }
        let rotated = acknowledged(&copy).iter().any(|line| line.starts_with("rotated"));
        let now = InstallationKey::load(&keys).unwrap().fingerprint();
        if rotated {
            for file in files(&keys) {
                let content = std::fs::read(&file).unwrap();
                assert!(!content.windows(old.len()).any(|window| window == old), "the old key stands in {file:?}");
            }
        }
        let house = copy.open().await;
        assert_eq!(InstallationKey::load(&keys).unwrap().fingerprint(), now, "a start rotates nothing");
        trail_verifies(&copy, &house).await;
        house.close().await;
    }
    rounds.end(asked);
}

/// R-X-16, R-X-04: a rotation of the key that signs the trail, killed anywhere, is not begun or is finished by the next
/// start: the trail verifies as it lies and afterwards, by the very first public key and by the newest; every hand-over
/// that was acknowledged stands, is told, and its old private key is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_of_the_trails_key_killed_anywhere_leaves_a_trail_that_verifies() {
    let (mut rounds, asked) = (Rounds::new("trail keys"), cycles(7));
    let first = SigningKey::load(&rounds.base.folder.join("keys"), TRAIL_NAME).unwrap().verifier();
    let old = std::fs::read(rounds.base.folder.join("keys/trail-signing.key")).unwrap();
    let mut length = measure_child(&rounds, "trail-keys");
    for round in 0..asked {
        let copy = rounds.copy(round);
        let landed = kill_child(&mut rounds, round, "trail-keys", &copy, &mut length);
        rounds.histogram.add(landed);
        verifies_as_it_lies(&copy);
        let keys = copy.folder.join("keys");
        let opened = copy.open().await;
        trail_verifies(&copy, &opened).await;
        // Whatever the kill left half done is settled now: another rotation goes as usual.
        opened.house.rotate_trail_key().await.expect("the next rotation");
        trail_verifies(&copy, &opened).await;
        let report = renkei_ledger::verify(opened.house.db(), std::slice::from_ref(&first), &copy.kept_checkpoints())
            .await
            .unwrap();
        assert!(report.is_ok() && report.warnings.is_empty(), "round {round} ({landed:?}): {report:?}");
        let (ring, hand_overs, _) =
            renkei_ledger::signing_keys(opened.house.db(), std::slice::from_ref(&first)).await.unwrap();
        let stands = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            ring.spans().iter().any(|span| span.from.to_string() == words[1] && span.key.to_string() == words[2])
        };
        for line in acknowledged(&copy).iter().filter(|line| line.starts_with("handed ")) {
            assert!(stands(line), "round {round} ({landed:?}): {line} is lost");
        }
        let entries = renkei_ledger::testing::all_entries(opened.house.db()).await.unwrap();
        for hand_over in &hand_overs {
            let told = entries.iter().any(|entry| {
                entry["event"] == "key.destroyed" && entry["detail"]["key"] == hand_over.before.to_string().as_str()
            });
            assert!(told, "round {round} ({landed:?}): the end of the key of {} is not told", hand_over.size());
        }
        opened.close().await;
        for left in ["trail-signing.key.next", "trail-signing.key.replaced", "trail-rotation.begun"] {
            assert!(!keys.join(left).exists(), "round {round} ({landed:?}): {left} is left over");
        }
        for file in files(&keys) {
            let content = std::fs::read(&file).unwrap();
            assert!(!content.windows(old.len()).any(|window| window == old), "the old key stands in {file:?}");
        }
    }
    rounds.end(asked);
}

async fn seal_many(base: &Installation, ids: &Ids, row: EntryId, count: usize) -> Vec<(ChartId, Sealed)> {
    let sealer = Sealer::open(&base.folder.join("keys"), ids.clone()).await.unwrap();
    let charts: Vec<ChartId> = (0..count).map(|_| ids.next()).collect();
    let keys = sealer.ensure_many(&charts).await.unwrap();
    let sealed = charts
        .iter()
        .zip(&keys)
        .map(|(chart, key)| (*chart, key.seal(row, SealKind::Draft, 1, b"kept").unwrap()))
        .collect();
    sealer.store().close().await.unwrap();
    sealed
}
