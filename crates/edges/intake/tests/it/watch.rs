//! Watched storages: each look is made by hand with a time of its own, so that nothing here waits for a clock; the
//! service itself is run once.

use crate::storages::{AOBA, put, put_lab};
use renkei_intake::watch::{Looked, Stop, Watch, Watched, Watches};
use renkei_store::batches;
use renkei_testkit::{Lab, World, tokyo};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::Semaphore;

/// A world with a watched storage of アオバ内科 on two volumes.
struct Scene {
    world: World,
    folder: TempDir,
    watch: Watch,
    seconds: u64,
}

fn watched(folder: &Path, transactions: bool) -> Watched {
    let volumes = vec![folder.join("STD01"), folder.join("STD02")];
    for volume in &volumes {
        fs::create_dir_all(volume).unwrap();
    }
    Watched {
        facility_code: AOBA.to_owned(),
        volumes,
        transactions: transactions.then(|| folder.join("TR")),
        period: Duration::from_secs(30),
        quiet: Duration::from_secs(10),
        unfinished: Duration::from_secs(1_800),
        whole_look: Duration::from_secs(3_600),
    }
}

impl Scene {
    async fn new() -> Self {
        Self::on(World::new().await, false).await
    }
    async fn on(world: World, transactions: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let watched = watched(folder.path(), transactions);
        let watch = Watch::open(&world.house, watched, &folder.path().join("feeds")).await.unwrap();
        Self { world, folder, watch, seconds: 0 }
    }
    fn volume(&self, number: u32) -> PathBuf {
        self.folder.path().join(format!("STD0{number}"))
    }
    /// The next look, `seconds` after the last; our clock goes on as much.
    async fn look_after(&mut self, seconds: u64) -> Looked {
        self.seconds += seconds;
        let now = self.world.house.now();
        self.world.clock.set(now.plus_seconds(i64::try_from(seconds).unwrap()));
        let places = Arc::new(Semaphore::new(4));
        self.watch.look(Duration::from_secs(self.seconds), &places, &Stop::never()).await.unwrap()
    }
    /// Two looks with the quiet time between.
    async fn settled(&mut self) -> Looked {
        self.look_after(30).await;
        self.look_after(30).await
    }
    /// The program is ended and begun again.
    async fn restart(&mut self) {
        let watched = watched(self.folder.path(), false);
        self.watch = Watch::open(&self.world.house, watched, &self.folder.path().join("feeds")).await.unwrap();
    }
    async fn imports(&self) -> usize {
        self.world.count("import.started").await
    }
    /// Messages that count, by the page of a doctor who read the card.
    async fn shown(&self) -> usize {
        let doctor = self.world.sign_in("dr-minato").await;
        let grant = self.world.open(&doctor, "hana").await;
        self.world.house.view_patient(&doctor, grant, "summary").await.unwrap().record.each().count()
    }
}

fn hana(order: u32, value: &str) -> Lab {
    Lab::hba1c("0000123", "20261001", order, value)
}
fn kiyo() -> Lab {
    Lab::hba1c("0000456", "20261001", 1, "6.1").of("磯部", "キヨ", "19480701")
}
fn path_of(root: &Path, lab: &Lab) -> PathBuf {
    let number = &lab.patient_number;
    let folder = root.join(&number[..3]).join(&number[3..6]).join(number).join(&lab.day).join("OML-11");
    folder.join(lab.file_name())
}
fn codes(looked: &Looked) -> Vec<&str> {
    looked.state.faults.iter().map(|fault| fault.code).collect()
}

/// R-1.6.1: what is put into a folder becomes visible; two volumes are one storage; a restart reads nothing twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_lies_on_two_volumes_comes_in_once_and_a_restart_reads_nothing_again() {
    let mut scene = Scene::new().await;
    for order in 1..=3 {
        put_lab(&scene.volume(1), &hana(order, "7.8"));
    }
    put_lab(&scene.volume(2), &hana(4, "7.1"));
    put_lab(&scene.volume(2), &kiyo());
    let first = scene.look_after(0).await;
    assert_eq!((first.counts.total(), first.state.waiting), (0, 5), "nobody knows yet whether they are finished");
    assert_eq!(scene.look_after(5).await.counts.total(), 0, "the quiet time is not over");
    let taken = scene.look_after(5).await;
    assert_eq!((taken.counts.stored, taken.state.waiting, taken.patients), (5, 0, 2));
    assert_eq!(scene.shown().await, 4);
    assert_eq!(scene.settled().await.counts.total(), 0);
    scene.restart().await;
    assert_eq!(scene.settled().await.counts.total(), 0, "what was taken in is remembered");
    put_lab(&scene.volume(1), &hana(9, "6.9"));
    let next = scene.settled().await;
    assert_eq!((next.counts.stored, next.counts.total()), (1, 1), "the new file and no other is read");
    assert_eq!(scene.imports().await, 2, "a look without news is no import");
    assert!(scene.world.verify().await.is_ok());
}

/// ssmix2.md pitfall 25, R-1.6.1: a half-written file is waited for and comes in whole; the record is not said to be
/// complete beyond the time at which the file appeared.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_half_written_file_is_waited_for_and_the_record_says_until_when_it_is_complete() {
    let mut scene = Scene::new().await;
    put_lab(&scene.volume(1), &hana(1, "7.8"));
    scene.settled().await;
    let whole_until = scene.world.house.now();
    assert_eq!(scene.look_after(30).await.state.reached, Some(whole_until.plus_seconds(30)));
    let (lab, bytes) = (hana(2, "7.0"), hana(2, "7.0").bytes());
    let appeared = scene.world.house.now().plus_seconds(30);
    put(&scene.volume(1), "0000123", "20261001", &lab.file_name(), &bytes[..50]);
    for part in bytes[50..].chunks(100) {
        let looked = scene.look_after(30).await;
        assert_eq!((looked.counts.total(), looked.state.waiting), (0, 1));
        assert!(looked.state.reached <= Some(appeared));
        let mut file = fs::OpenOptions::new().append(true).open(path_of(&scene.volume(1), &lab)).unwrap();
        file.write_all(part).unwrap();
    }
    let done = scene.settled().await;
    assert_eq!((done.counts.stored, done.counts.quarantined, done.state.waiting), (1, 0, 0));
    assert_eq!(done.state.reached, Some(scene.world.house.now()));
    let lag = scene.world.house.feed_lags().await.unwrap().remove(0);
    assert_eq!((lag.code.as_str(), lag.lag_seconds, lag.late), (AOBA, Some(0), false));
}

/// R-X-17: a file that never gets finished is told, and holds up neither the others nor the stated time for ever; an
/// empty one is kept apart in the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_never_get_finished_are_told_and_hold_nobody_up() {
    let mut scene = Scene::new().await;
    let growing = path_of(&scene.volume(1), &hana(1, "7.8"));
    put(&scene.volume(1), "0000123", "20261001", &hana(1, "7.8").file_name(), b"MSH");
    put(&scene.volume(1), "0000123", "20261001", &hana(2, "7.8").file_name(), b"");
    put_lab(&scene.volume(1), &hana(3, "6.6"));
    let mut stored = 0;
    let mut last = Looked::default();
    for _ in 0..7 {
        fs::OpenOptions::new().append(true).open(&growing).unwrap().write_all(b"x").unwrap();
        last = scene.look_after(300).await;
        stored += last.counts.stored;
    }
    assert_eq!(stored, 1, "its neighbour is in");
    assert_eq!((codes(&last), last.state.waiting, last.state.unfinished), (vec!["file_never_finished"], 1, 1));
    assert_eq!(last.counts.quarantined, 1, "the empty file is kept apart with its cause");
    assert_eq!(last.state.reached, Some(scene.world.house.now()));
    let doctor = scene.world.sign_in("dr-minato").await;
    let grant = scene.world.open(&doctor, "hana").await;
    let opened = scene.world.house.view_patient(&doctor, grant, "summary").await.unwrap();
    assert!(opened.feeds.iter().all(|feed| feed.held), "the page says that something has not come");
    fs::remove_file(&growing).unwrap();
    assert!(codes(&scene.look_after(30).await).is_empty());
}

/// R-1.6.1: a volume that is not mounted deletes nothing, is told by its number, makes no feed fresher, and is not read
/// again when it is back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_volume_that_vanishes_deletes_nothing_and_is_told() {
    let mut scene = Scene::new().await;
    put_lab(&scene.volume(1), &hana(1, "7.8"));
    put_lab(&scene.volume(2), &hana(2, "7.1"));
    let reached = scene.settled().await.state.reached;
    let away = scene.folder.path().join("away");
    fs::rename(scene.volume(2), &away).unwrap();
    // First no folder at all, then the empty folder on which it would be mounted.
    for empty in [false, true] {
        if empty {
            fs::create_dir(scene.volume(2)).unwrap();
        }
        let looked = scene.look_after(7_200).await;
        assert_eq!((codes(&looked), looked.state.unreachable.as_slice()), (vec!["volume_unreachable"], &[2][..]));
        assert_eq!((looked.counts.total(), looked.state.reached), (0, reached));
    }
    assert_eq!(scene.shown().await, 2);
    put_lab(&scene.volume(1), &hana(3, "7.0"));
    let meanwhile = scene.settled().await;
    assert_eq!((meanwhile.counts.stored, meanwhile.state.reached), (1, reached), "the other volume goes on");
    fs::remove_dir(scene.volume(2)).unwrap();
    fs::rename(&away, scene.volume(2)).unwrap();
    let back = scene.settled().await;
    assert_eq!((back.counts.total(), codes(&back)), (0, vec![]), "nothing of it is read again");
    assert_eq!(back.state.reached, Some(scene.world.house.now()));
}

/// ssmix2.md section 1.6: a change renames the older file, a deletion renames and adds a file; a file that is put in
/// another's place is read too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn renamed_replaced_and_deleted_files_are_followed() {
    let mut scene = Scene::new().await;
    put_lab(&scene.volume(1), &hana(1, "7.8"));
    put_lab(&scene.volume(1), &hana(2, "7.1"));
    scene.settled().await;
    let flagged = |flag| path_of(&scene.folder.path().join("STD01"), &hana(1, "7.8").flagged(flag));
    let (valid, history, deleted) = (flagged('1'), flagged('2'), flagged('0'));
    fs::rename(&valid, &history).unwrap();
    assert_eq!(scene.settled().await.counts.superseded, 1);
    assert_eq!(scene.shown().await, 1);
    fs::rename(&history, &deleted).unwrap();
    assert_eq!(scene.settled().await.counts.superseded, 1);
    fs::write(path_of(&scene.volume(1), &hana(2, "7.1")), hana(2, "9.91").bytes()).unwrap();
    let replaced = scene.settled().await.counts;
    assert_eq!((replaced.stored, replaced.unchanged), (1, 0));
    fs::remove_dir_all(scene.volume(1).join("000")).unwrap();
    put_lab(&scene.volume(1), &kiyo());
    let gone = scene.settled().await;
    assert_eq!((gone.counts.stored, codes(&gone)), (1, vec![]));
    assert_eq!(scene.shown().await, 1, "what is only gone is not deleted");
}

/// R-X-03: our clock is turned back and ahead while files come: nothing is lost, nothing is stored twice, and the stated
/// time follows the clock.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_turned_loses_nothing() {
    let mut scene = Scene::new().await;
    for (order, turned) in [(1, "2026-11-21T12:00"), (2, "2026-11-19T09:00"), (3, "2026-11-21T15:00")] {
        put_lab(&scene.volume(1), &hana(order, "7.8"));
        scene.look_after(30).await;
        scene.world.clock.set(tokyo(turned));
        let looked = scene.look_after(30).await;
        // On another day a folder may be read again; nothing comes in twice by it.
        let counts = looked.counts;
        assert_eq!((counts.stored, counts.total() - counts.unchanged), (1, 1), "{turned}");
        assert_eq!(scene.look_after(60).await.state.reached, Some(scene.world.house.now()), "{turned}");
        let lag = scene.world.house.feed_lags().await.unwrap().remove(0);
        assert_eq!((lag.lag_seconds, lag.late), (Some(0), false), "{turned}");
    }
}

/// R-1.6.1, consent: whoever is not at home here is turned away once, and comes in after the register says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_turned_away_comes_in_when_the_register_says_so() {
    let mut scene = Scene::new().await;
    // A participant of the register whose consent is not there yet.
    let lab = Lab::hba1c("0000789", "20261001", 1, "5.5").of("岬", "タロウ", "20090505");
    put_lab(&scene.volume(1), &lab);
    assert_eq!(scene.settled().await.counts.refused, 1);
    scene.look_after(7_200).await;
    assert_eq!(scene.imports().await, 1, "the door is asked again; the file is not read for it");
    let consent = r#"
[[consent]]
key = "taro-consent"
patient = "taro"
scope = "all_regions"
home_region = "noto-hokubu"
form_serial = "000125"
from = 2025-04-01
"#;
    scene.world.load(consent).await;
    assert_eq!(scene.look_after(30).await.counts.stored, 1);
    assert_eq!(scene.look_after(30).await.counts.total(), 0);
}

/// A database that was put back to an earlier day is noticed: the memory is forgotten, everything is read again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_memory_beside_an_older_database_is_forgotten() {
    let mut scene = Scene::new().await;
    put_lab(&scene.volume(1), &hana(1, "7.8"));
    assert_eq!(scene.settled().await.counts.stored, 1);
    scene.world.sql("DELETE FROM batches WHERE kind = 3").await;
    scene.restart().await;
    assert_eq!(scene.settled().await.counts.unchanged, 1);
}

/// ssmix2.md section 3.1: with the transaction storage as index only the folders it names are looked at in between.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_name_the_folders_that_are_looked_at() {
    let mut scene = Scene::on(World::new().await, true).await;
    let log = scene.folder.path().join("TR/2026/TR_20261121000000000_00001.DAT");
    fs::create_dir_all(log.parent().unwrap()).unwrap();
    fs::write(&log, b"").unwrap();
    put_lab(&scene.volume(1), &hana(1, "7.8"));
    put_lab(&scene.volume(1), &kiyo());
    assert_eq!(scene.look_after(0).await.patients, 2, "the first look is over everything");
    let second = scene.look_after(30).await;
    assert_eq!((second.patients, second.counts.stored), (2, 2), "and those waited for are looked at again");
    assert_eq!(scene.look_after(30).await.patients, 0);
    put_lab(&scene.volume(2), &hana(2, "7.2"));
    let line = |number: &str| format!("#SSMIX,2.00,{AOBA},{number},20261001,OML-11,2,INS,01,20261001090000000\rMSH|\r");
    let lines = [line("0000123"), line("../../etc"), line("9999999"), "#SSMIX,bad\r".to_owned()].concat();
    fs::OpenOptions::new().append(true).open(&log).unwrap().write_all(lines.as_bytes()).unwrap();
    assert_eq!(scene.look_after(30).await.patients, 1);
    assert_eq!(scene.look_after(30).await.counts.stored, 1);
    // What no transaction names is found by the next look over everything.
    put_lab(&scene.volume(2), &kiyo().flagged('2'));
    assert_eq!(scene.look_after(30).await.patients, 0);
    scene.look_after(3_600).await;
    assert_eq!(scene.look_after(30).await.counts.superseded, 1);
}

/// The service: several institutions, one of them with a share that is not there, one unknown; files come in while it
/// runs, the lag is told, and it stops when it is asked to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_takes_in_what_comes_while_it_runs() {
    let (world, folder) = (World::new().await, tempfile::tempdir().unwrap());
    let quick = |code: &str, volume: &str| Watched {
        facility_code: code.to_owned(),
        volumes: vec![folder.path().join(volume)],
        transactions: None,
        period: Duration::from_millis(20),
        quiet: Duration::from_millis(20),
        unfinished: Duration::from_secs(600),
        whole_look: Duration::from_secs(600),
    };
    fs::create_dir(folder.path().join("aoba")).unwrap();
    let storages = vec![quick(AOBA, "aoba"), quick("1710000002", "not-mounted"), quick("9999999999", "nobody")];
    let watches = Watches::start(&world.house, storages, &folder.path().join("feeds"));
    for order in 1..=20 {
        put_lab(&folder.path().join("aoba"), &hana(order, "7.8"));
    }
    let aoba = world.institution("aoba").await;
    let minato = world.institution("minato").await;
    while world.house.watch_of(aoba).is_none_or(|state| state.taken < 20)
        || world.house.watch_of(minato).is_none_or(|state| state.unreachable.is_empty())
    {
        tokio::task::yield_now().await;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let lags = world.house.feed_lags().await.unwrap();
    let first = lags.first().unwrap();
    assert_eq!((first.institution, first.late, first.reached), (minato, true, None), "the one furthest behind first");
    watches.stop().await;
    assert!(world.house.watch_of(aoba).is_none());
    assert_eq!(batches::feeds(world.db().reader()).await.unwrap().len(), 1);
    assert!(world.verify().await.is_ok());
    let told = serde_json::to_string(&lags).unwrap();
    assert!(!told.contains("0000123") && !told.contains("aoba"), "no number and no path");
}
