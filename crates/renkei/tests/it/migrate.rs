//! A filled installation moves from SQLite to PostgreSQL, is killed on the way, and is never in two places; and its
//! operator finds a participant without a card.

use renkei_db::sea_orm::{ConnectionTrait as _, Statement};
use renkei_db::testing::TestDatabase;
use renkei_db::{Database, Engine, Settings};
use renkei_kernel::{Clock as _, SystemClock};
use renkei_testkit::Lab;
use renkei_testpki::{Authority, TestPki};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const CLINIC: &str = "1710000001";

/// An installation made by the program itself, with imports, and an empty database to move to.
struct Houses {
    folder: TempDir,
    target: TestDatabase,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_renkei"));
    command.args(arguments).env("RENKEI_LOG", "error").env_remove("RENKEI_CONFIG");
    command
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

impl Houses {
    async fn filled() -> Self {
        let houses =
            Self { folder: tempfile::tempdir().unwrap(), target: renkei_db::testing::open(Engine::Postgres).await };
        let home = houses.home();
        assert!(command(&["init", text(&home)]).output().unwrap().status.success());
        let pki = TestPki::seeded(20_261_121, SystemClock.now());
        pki.write_trust(&home.join("trust")).unwrap();
        let issuer = pki.authority(Authority::PersonAuth).unwrap().fingerprint();
        let register = include_str!("../../../testkit/src/region.toml").replace("{issuer}", &issuer);
        std::fs::write(home.join("register.toml"), register).unwrap();
        let url = houses.target.address();
        let new = std::fs::read_to_string(home.join("renkei.toml")).unwrap();
        let new = new.replace("engine = \"sqlite\"", &format!("engine = \"postgresql\"\nurl = \"{url}\""));
        std::fs::write(houses.new_settings(), new).unwrap();
        let storage = home.join("storage");
        for order in 1..60 {
            let file = Lab::hba1c("0000123", "20261001", order, "7.8").arrived();
            let place = storage.join("000/012/0000123/20261001/OML-11");
            std::fs::create_dir_all(&place).unwrap();
            std::fs::write(place.join(&file.raw_name), &file.bytes).unwrap();
        }
        houses.done(&["register", "load", text(&home.join("register.toml"))]);
        houses.done(&["import", "ssmix2", "--institution", CLINIC, text(&storage)]);
        houses
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("house")
    }
    fn old_settings(&self) -> PathBuf {
        self.home().join("renkei.toml")
    }
    fn new_settings(&self) -> PathBuf {
        self.home().join("new.toml")
    }
    fn mark(&self) -> PathBuf {
        self.home().join("data/renkei.sqlite.moved")
    }

    fn run(&self, settings: &Path, arguments: &[&str]) -> Output {
        command(arguments).args(["--config", text(settings)]).output().unwrap()
    }
    fn done(&self, arguments: &[&str]) -> Output {
        let end = self.run(&self.old_settings(), arguments);
        assert!(end.status.success(), "{arguments:?} {}", said(&end));
        end
    }
    fn migration(&self) -> Command {
        let mut command = command(&["migrate", "--config", text(&self.old_settings()), "--format", "json"]);
        command.args(["--to", text(&self.new_settings())]);
        command
    }
    fn migrate(&self) -> Output {
        self.migration().output().unwrap()
    }
    fn migrated(&self) -> serde_json::Value {
        let end = self.migrate();
        assert!(end.status.success(), "{}", said(&end));
        serde_json::from_slice(&end.stdout).unwrap()
    }
    fn refused(&self, end: &Output, exit: i32, code: &str) {
        assert_eq!(end.status.code(), Some(exit), "{}", said(end));
        assert!(said(end).contains(code), "{}", said(end));
    }
    fn trail(&self, settings: &Path) -> serde_json::Value {
        let end = self.run(settings, &["ledger", "verify", "--format", "json"]);
        assert!(end.status.success(), "{}", said(&end));
        serde_json::from_slice(&end.stdout).unwrap()
    }

    async fn count(&self, from: &str) -> i64 {
        let reader = self.target.reader();
        let sql = format!("SELECT count(*) AS n FROM {from}");
        let row = reader.query_one_raw(Statement::from_string(reader.get_database_backend(), sql)).await;
        row.unwrap().unwrap().try_get("", "n").unwrap()
    }
    async fn sql(&self, sql: &'static str) {
        self.target
            .act(move |tx| {
                Box::pin(async move {
                    tx.execute_unprepared(sql).await?;
                    Ok::<_, renkei_db::Error>(())
                })
            })
            .await
            .unwrap();
    }
    /// Says that a move is under way, as the program does right before the commit.
    fn say_moving(&self) {
        let mark = std::fs::read_to_string(self.mark()).unwrap();
        assert!(mark.contains("\"moved\""));
        std::fs::write(self.mark(), mark.replace("\"moved\"", "\"moving\"")).unwrap();
    }
}

fn said(end: &Output) -> String {
    format!("{} {}", String::from_utf8_lossy(&end.stdout), String::from_utf8_lossy(&end.stderr))
}

/// R-X-04: everything moves, the trail keeps its root and goes on, and the old place stays shut.
#[tokio::test(flavor = "multi_thread")]
async fn a_house_moves_and_the_old_place_stays_shut() {
    let houses = Houses::filled().await;
    let (old, new) = (houses.old_settings(), houses.new_settings());
    let moved = houses.migrated();
    let messages = moved["tables"].as_array().unwrap().iter().find(|table| table["table"] == "messages").unwrap();
    assert_eq!(messages["rows"], 59);
    let (there, here) = (houses.trail(&new), houses.trail(&old));
    assert_eq!((&there["root"], &there["entries"]), (&here["root"], &here["entries"]));
    assert_eq!((&moved["trail"]["root"], &there["waiting"]), (&here["root"], &serde_json::json!(1)));
    houses.refused(&houses.run(&old, &["rebuild"]), 5, "E409");
    houses.refused(&houses.migrate(), 5, "migrate_moved_before");
    let rebuilt = houses.run(&new, &["rebuild", "--format", "json"]);
    assert!(rebuilt.status.success(), "{}", said(&rebuilt));
    let answer: serde_json::Value = serde_json::from_slice(&rebuilt.stdout).unwrap();
    assert_eq!((&answer["summary"]["differing"], &answer["summary"]["damaged"]), (&0.into(), &0.into()), "{answer}");
    let storage = houses.home().join("storage");
    let again = houses.run(&new, &["import", "ssmix2", "--institution", CLINIC, "--format", "json", text(&storage)]);
    let answer: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!((&answer["summary"]["stored"], &answer["summary"]["unchanged"]), (&0.into(), &59.into()), "{answer}");
    assert!(houses.trail(&new)["entries"].as_u64() > there["entries"].as_u64());
    // Whoever takes the mark away by hand is stopped by the checkpoints, which went on.
    std::fs::remove_file(houses.mark()).unwrap();
    houses.refused(&houses.run(&old, &["rebuild"]), 6, "E503");
}

/// Until the new place was opened for the first time, taking the mark away is the way back.
#[tokio::test(flavor = "multi_thread")]
async fn there_is_a_way_back_until_the_new_place_is_opened() {
    let houses = Houses::filled().await;
    houses.migrated();
    std::fs::remove_file(houses.mark()).unwrap();
    houses.done(&["rebuild"]);
}

/// Killed while it copies: the old house goes on, the new place is empty, and the move may begin again.
#[tokio::test(flavor = "multi_thread")]
async fn a_move_killed_while_it_copies_leaves_the_old_house_as_it_was() {
    let houses = Houses::filled().await;
    let now = SystemClock.now();
    renkei_ledger::migrate(&houses.target, now).await.unwrap();
    let (area, list) = (renkei_store::migrations::AREA, renkei_store::migrations::MIGRATIONS);
    houses.target.migrate(area, list, now).await.unwrap();
    houses.sql("CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NEW; END'").await;
    houses.sql("CREATE TRIGGER linger BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION linger()").await;
    let mut child: Child = houses.migration().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let copying = "pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY messages%'";
    while houses.count(copying).await == 0 {
        assert!(child.try_wait().unwrap().is_none(), "the move ended before it copied");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!houses.mark().exists());
    houses.done(&["rebuild"]);
    houses
        .sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY messages%'")
        .await;
    houses.sql("DROP TRIGGER linger ON messages").await;
    assert_eq!((houses.count("messages").await, houses.count("trail_entries").await), (0, 0));
    houses.migrated();
}

/// Killed around the commit: neither place opens until the command found out what happened.
#[tokio::test(flavor = "multi_thread")]
async fn a_move_killed_around_its_commit_is_settled_by_running_it_again() {
    let houses = Houses::filled().await;
    let (old, new) = (houses.old_settings(), houses.new_settings());
    // Before it: nothing is at the new place.
    let mark = "{\"state\":\"moving\",\"begun\":\"01a200a0-4c75-7000-ac34-ad17854d596d\",\"trail_entries\":1,\"trail_root\":\"00\"}";
    std::fs::write(houses.mark(), mark).unwrap();
    houses.refused(&houses.run(&old, &["rebuild"]), 5, "E409");
    houses.refused(&houses.run(&new, &["rebuild"]), 5, "E409");
    houses.migrated();
    // After it, when the new place was told already, and when it was not yet.
    for told in [true, false] {
        houses.say_moving();
        if !told {
            houses.sql("DELETE FROM trail_waiting").await;
        }
        houses.refused(&houses.run(&old, &["rebuild"]), 5, "E409");
        houses.refused(&houses.run(&new, &["rebuild"]), 5, "E409");
        houses.migrated();
        assert_eq!(houses.count("trail_waiting WHERE name = 'system.moved'").await, 1);
    }
    assert!(houses.run(&new, &["rebuild"]).status.success());
}

/// What was changed at the new place between commit and verification is found; then it is dropped and made again.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_after_the_commit_is_found() {
    let houses = Houses::filled().await;
    houses.migrated();
    houses.say_moving();
    houses.sql("DELETE FROM trail_waiting").await;
    houses.sql("UPDATE messages SET size_bytes = size_bytes + 1").await;
    houses.refused(&houses.migrate(), 6, "migrate_changed_after");
    houses.refused(&houses.run(&houses.new_settings(), &["rebuild"]), 5, "E409");
    houses.sql("DROP SCHEMA public CASCADE").await;
    houses.sql("CREATE SCHEMA public").await;
    houses.migrated();
}

/// A target with something in it, a source in use, other folders, a trail that was bent: nothing is moved.
#[tokio::test(flavor = "multi_thread")]
async fn what_must_not_move_is_refused() {
    let houses = Houses::filled().await;
    houses.sql("CREATE TABLE somebody_elses (n integer)").await;
    houses.refused(&houses.migrate(), 5, "migrate_target_not_empty");
    assert_eq!(houses.count("information_schema.tables WHERE table_schema = 'public'").await, 1);
    houses.sql("DROP TABLE somebody_elses").await;
    let file = houses.home().join("data/renkei.sqlite");
    let user = Database::open(Settings::sqlite(&file)).await.unwrap();
    houses.refused(&houses.migrate(), 5, "data_folder_in_use");
    user.close().await.unwrap();
    let new = std::fs::read_to_string(houses.new_settings()).unwrap();
    std::fs::write(houses.new_settings(), new.replace("keys = \"keys\"", "keys = \"other-keys\"")).unwrap();
    houses.refused(&houses.migrate(), 2, "migrate_folders");
    std::fs::write(houses.new_settings(), new).unwrap();
    let bent = Database::open(Settings::sqlite(&file)).await.unwrap();
    bent.act(|tx| {
        Box::pin(async move {
            tx.execute_unprepared("UPDATE trail_entries SET name = 'access.denied' WHERE number = 1").await?;
            Ok::<_, renkei_db::Error>(())
        })
    })
    .await
    .unwrap();
    bent.close().await.unwrap();
    houses.refused(&houses.migrate(), 6, "trail_unavailable");
    assert!(!houses.mark().exists());
}

/// R-X-18, R-8.2.4-イ: the operator finds a participant by words on standard input; a name alone is refused.
#[tokio::test(flavor = "multi_thread")]
async fn an_operator_finds_a_participant_without_a_name_on_the_command_line() {
    let houses = Houses::filled().await;
    let find = |lines: &str| {
        let mut command = command(&["register", "find", "--config", text(&houses.old_settings())]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let found = find("佐倉 はな\n1954-03-12\n");
    assert!(found.status.success(), "{}", said(&found));
    assert!(String::from_utf8_lossy(&found.stdout).contains("佐倉 ハナ（サクラ ハナ） 1954-03-12 生 女性"));
    houses.refused(&find("佐倉 はな\n"), 2, "E422");
    houses.refused(&find("佐倉 はな\n昭和29年3月12日\n"), 2, "E400");
}
