//! A filled house moves from SQLite to PostgreSQL and goes on there.

use renkei_app::moving::note_move_done;
use renkei_app::{House, HouseSettings, Parts};
use renkei_db::moving::{MoveError, Moving, TableMoved};
use renkei_db::sea_orm::ConnectionTrait as _;
use renkei_db::testing::TestDatabase;
use renkei_db::{Database, Engine, Settings};
use renkei_hpki::Trust;
use renkei_kernel::GrantId;
use renkei_ledger::{Sequencer, SequencerSettings, SigningKey};
use renkei_testkit::{Lab, World};
use std::path::PathBuf;
use std::sync::Arc;

/// What was, at the old place.
struct Before {
    world: World,
    file: PathBuf,
    grant: GrantId,
    page: String,
    root: (u64, String),
}

/// Everything of a page that comes from the record, in words.
async fn page(house: &House, session: &renkei_app::session::Session, grant: GrantId) -> String {
    let mut all = String::new();
    for section in ["summary", "laboratory", "medicines"] {
        let opened = house.view_patient(session, grant, section).await.unwrap();
        let mut feeds = opened.feeds;
        feeds.sort_by_key(|feed| feed.institution);
        let entries: Vec<_> = opened.record.each().map(|seen| format!("{:?}", seen.entry)).collect();
        let who = opened.identity.map(|identity| format!("{identity:?}"));
        all.push_str(&format!("{section} {who:?} {:?} {:?} {feeds:?} {entries:?}\n", opened.own_numbers, opened.why));
    }
    assert!(all.contains("7.8"));
    all
}

/// A house with imports, quarantine, refusals, a visit and a trail, closed.
async fn filled() -> (Before, renkei_app::session::Session) {
    let world = World::on(Engine::Sqlite).await;
    let import = world.house.import_begin("1710000001").await.unwrap().unwrap();
    let mut files: Vec<_> = (1..40).map(|order| Lab::hba1c("0000123", "20261001", order, "7.8").arrived()).collect();
    files.push(Lab::hba1c("0000123", "20261002", 41, "7.1").flagged('2').arrived());
    let mut large = Lab::hba1c("0000123", "20261003", 42, "7.0").arrived();
    large.bytes.extend(format!("OBX|2|ST|99999^comment^99X||{}||||||F\r", "x".repeat(80_000)).into_bytes());
    files.push(large);
    let mut broken = Lab::hba1c("0000123", "20261004", 43, "1.0").arrived();
    broken.bytes = b"\0broken".to_vec();
    files.push(broken);
    let counts = world.house.receive_patient(&import, "0000123", files).await.unwrap();
    let stranger = Lab::hba1c("0000789", "20261001", 3, "9.9").of("岬", "タロウ", "20090505").arrived();
    assert_eq!(world.house.receive_patient(&import, "0000789", vec![stranger]).await.unwrap().refused, 1);
    world.house.import_end(&import, counts).await.unwrap();
    let doctor = world.sign_in("dr-minato").await;
    let grant = world.open(&doctor, "hana").await;
    let page = page(&world.house, &doctor, grant).await;
    world.house.note_move_begins().await.unwrap();
    let report = world.verify().await;
    assert!(report.is_ok());
    world.sequencer.stop().await.unwrap();
    world.db().close().await.unwrap();
    let file = world.data_files().into_iter().find(|file| file.ends_with("renkei.db")).unwrap();
    (Before { world, file, grant, page, root: (report.entries, report.root) }, doctor)
}

impl Before {
    /// The tables of the new place, empty.
    async fn target(&self) -> TestDatabase {
        let target = renkei_db::testing::open(Engine::Postgres).await;
        let now = self.world.house.now();
        renkei_ledger::migrate(&target, now).await.unwrap();
        target.migrate(renkei_store::migrations::AREA, renkei_store::migrations::MIGRATIONS, now).await.unwrap();
        target
    }

    async fn copy(&self, target: &TestDatabase) -> Result<Vec<TableMoved>, MoveError> {
        let moving = Moving::begin(&Settings::sqlite(&self.file), &target.settings()).await?;
        let sealer = self.world.house.sealer();
        let hash = |table: &str, row: &[u8]| sealer.lookup_hash("moved.row", &[table.as_bytes(), row]);
        let copied = moving.copy(&hash, &|_| {}, |_| Ok(())).await;
        if copied.is_ok() {
            assert_eq!(moving.compare(&hash).await.unwrap(), copied.clone().unwrap());
        }
        moving.end().await.unwrap();
        copied
    }

    /// Opens the house at the new place, with the old folders.
    async fn open_at(&self, db: Database) -> (House, Sequencer) {
        let house = &self.world.house;
        let folder = self.world.folder.path();
        let key = Arc::new(SigningKey::load(&folder.join("keys"), "renkei.test/trail").unwrap());
        let settings = SequencerSettings { key, checkpoint_folder: folder.join("checkpoints") };
        let sequencer = Sequencer::start(db.clone(), house.ledger(), settings).await.unwrap();
        let new = House::open(Parts {
            ids: house.ids().clone(),
            db,
            sealer: house.sealer().clone(),
            ledger: house.ledger().clone(),
            blobs: house.blobs().clone(),
            trust: Trust::load(&folder.join("trust"), house.now()).unwrap(),
            settings: HouseSettings::default(),
        })
        .await
        .unwrap();
        (new, sequencer)
    }
}

async fn rows(database: &Database, table: &str) -> i64 {
    let reader = database.reader();
    let sql = format!("SELECT count(*) AS n FROM {table}");
    let statement = renkei_db::sea_orm::Statement::from_string(reader.get_database_backend(), sql);
    reader.query_one_raw(statement).await.unwrap().unwrap().try_get("", "n").unwrap()
}

/// R-X-04: every page is the same before and after, the trail goes on from the same root, and the house goes on working.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moved_house_shows_the_same_and_goes_on() {
    let (before, doctor) = filled().await;
    let target = before.target().await;
    let moved = before.copy(&target).await.unwrap();
    for table in ["messages", "entries", "quarantine", "refusals", "sessions", "grants", "search_keys", "trail_entries"]
    {
        let one = moved.iter().find(|one| one.table == table).unwrap();
        assert!(one.rows > 0, "{table}");
        assert_eq!(i64::try_from(one.rows).unwrap(), rows(&target, table).await, "{table}");
    }
    let all: u64 = moved.iter().map(|one| one.rows).sum();
    let begun = renkei_ledger::testing::all_entries(&target).await.unwrap().pop().unwrap();
    assert_eq!((&begun["event"], &begun["detail"]["stage"]), (&"system.moved".into(), &"begun".into()));
    let begun = begun["id"].as_str().unwrap().parse().unwrap();
    note_move_done(&target, before.world.house.ledger(), begun, moved.len(), all).await.unwrap();

    let folder = before.world.folder.path();
    let key = SigningKey::load(&folder.join("keys"), "renkei.test/trail").unwrap();
    let kept = std::fs::read(folder.join("checkpoints/latest.checkpoint")).unwrap();
    let report = renkei_ledger::verify(&target, &[key.verifier()], std::slice::from_ref(&kept)).await.unwrap();
    assert!(report.is_ok(), "{:?}", report.faults);
    assert_eq!((report.entries, report.root), before.root);

    let (house, sequencer) = before.open_at(target.database()).await;
    assert_eq!(page(&house, &doctor, before.grant).await, before.page);
    let rebuilt = house.rebuild_projections().await.unwrap();
    assert_eq!((rebuilt.differing, rebuilt.remapped, rebuilt.damaged), (0, 0, 0));
    // The same storage once more changes nothing; what is new comes in.
    let import = house.import_begin("1710000001").await.unwrap().unwrap();
    let old = Lab::hba1c("0000123", "20261001", 1, "7.8").arrived();
    let new = Lab::hba1c("0000123", "20261101", 99, "6.9").arrived();
    let counts = house.receive_patient(&import, "0000123", vec![old, new]).await.unwrap();
    assert_eq!((counts.unchanged, counts.stored), (1, 1));
    house.import_end(&import, counts).await.unwrap();
    sequencer.flush().await.unwrap();
    let report = renkei_ledger::verify(&target, &[key.verifier()], &[kept]).await.unwrap();
    assert!(report.is_ok() && report.entries > before.root.0, "{:?}", report.faults);
    sequencer.stop().await.unwrap();
}

/// What the target changed on the way is found before anything is kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_arrives_changed_is_found_and_nothing_is_kept() {
    let (before, _) = filled().await;
    let target = before.target().await;
    for sql in [
        "CREATE FUNCTION bend() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN NEW.effective_at := NEW.effective_at + 1; RETURN NEW; END'",
        "CREATE TRIGGER bend BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION bend()",
    ] {
        run(&target, sql).await;
    }
    let end = before.copy(&target).await;
    assert!(matches!(&end, Err(MoveError::Differs { table }) if table == "entries"), "{end:?}");
    assert_eq!((rows(&target, "batches").await, rows(&target, "trail_entries").await), (0, 0));
    run(&target, "DROP TRIGGER bend ON entries").await;
    before.copy(&target).await.unwrap();
}

/// A row that was changed after the commit is found when both sides are compared again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_changed_after_the_move_is_found_by_comparing() {
    let (before, _) = filled().await;
    let target = before.target().await;
    before.copy(&target).await.unwrap();
    run(&target, "UPDATE grants SET until_at = until_at + 1").await;
    let moving = Moving::begin(&Settings::sqlite(&before.file), &target.settings()).await.unwrap();
    let sealer = before.world.house.sealer();
    let hash = |table: &str, row: &[u8]| sealer.lookup_hash("moved.row", &[table.as_bytes(), row]);
    let end = moving.compare(&hash).await;
    assert!(matches!(&end, Err(MoveError::Differs { table }) if table == "grants"), "{end:?}");
    moving.end().await.unwrap();
}

/// A target with rows, or with a table of somebody else, is left as it is; so is a source that is in use.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_empty_or_in_use_is_refused() {
    let (before, _) = filled().await;
    let target = before.target().await;
    run(
        &target,
        "INSERT INTO feeds (institution_id, last_import_at) VALUES ('00000000-0000-7000-8000-000000000001', 5)",
    )
    .await;
    let end = before.copy(&target).await;
    assert!(matches!(&end, Err(MoveError::NotEmpty { table }) if table == "feeds"), "{end:?}");
    run(&target, "DELETE FROM feeds").await;
    run(&target, "CREATE TABLE somebody_elses (n integer)").await;
    let moving = Moving::begin(&Settings::sqlite(&before.file), &target.settings()).await.unwrap();
    assert_eq!(moving.occupied().await.unwrap().as_deref(), Some("somebody_elses"));
    moving.end().await.unwrap();
    let end = before.copy(&target).await;
    assert!(matches!(&end, Err(MoveError::Shape { table }) if table == "somebody_elses"), "{end:?}");
    run(&target, "DROP TABLE somebody_elses").await;
    let user = Database::open(Settings::sqlite(&before.file)).await.unwrap();
    let end = before.copy(&target).await;
    assert!(matches!(&end, Err(MoveError::Database(renkei_db::Error::LeaseHeld { .. }))), "{end:?}");
    user.close().await.unwrap();
    before.copy(&target).await.unwrap();
}

/// What fails right before the commit leaves the target empty, and the move may begin again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_given_up_at_the_last_moment_leaves_nothing() {
    let (before, _) = filled().await;
    let target = before.target().await;
    let moving = Moving::begin(&Settings::sqlite(&before.file), &target.settings()).await.unwrap();
    let end = moving.copy(&|_, _| [7; 32], &|_| {}, |_| Err(MoveError::Engines)).await;
    assert!(matches!(end, Err(MoveError::Engines)));
    moving.end().await.unwrap();
    assert_eq!(rows(&target, "messages").await, 0);
    before.copy(&target).await.unwrap();
}

async fn run(database: &Database, sql: &'static str) {
    database
        .act(move |tx| {
            Box::pin(async move {
                tx.execute_unprepared(sql).await?;
                Ok::<_, renkei_db::Error>(())
            })
        })
        .await
        .unwrap();
}
