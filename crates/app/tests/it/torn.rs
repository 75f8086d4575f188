//! The house when something below it gives way: the database goes and comes back, a stranger locks its file, the disk
//! is full, the clock jumps. Nothing is shown or acknowledged that is not durable, and no restart is needed.

use renkei_app::card::{CardAnswer, CardReadOutcome};
use renkei_app::receive::Arrived;
use renkei_app::session::NoSession;
use renkei_db::sea_orm::{ConnectionTrait, Database as Connector};
use renkei_kernel::{Category, Problem, Withheld};
use renkei_testkit::{Engine, Lab, World, refused, tokyo};

const AOBA: &str = "1710000001";

fn labs(count: u32) -> Vec<Arrived> {
    (1..=count).map(|n| Lab::hba1c("0000123", "20261001", n, "7.8").arrived()).collect()
}

const SET_ASIDE: &str = "SELECT (SELECT COUNT(*) FROM quarantine) + (SELECT COUNT(*) FROM refusals)";

/// R-X-05, R-X-04: PostgreSQL stops under a running house and comes back: refused cleanly, then on as before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_goes_and_comes_back_needs_no_restart() {
    let (database, server) = renkei_db::testing::open_on_own_server().await;
    let world = World::over(database).await;
    let doctor = world.sign_in("dr-minato").await;
    let grant = world.open(&doctor, "hana").await;
    world.house.view_patient(&doctor, grant, "summary").await.unwrap();
    let import = world.house.import_begin(AOBA).await.unwrap().unwrap();
    world.house.receive_patient(&import, "0000123", labs(3)).await.unwrap();
    for _ in 0..2 {
        server.stop();
        let failed = world.house.view_patient(&doctor, grant, "summary").await.unwrap_err();
        assert_eq!(failed.category(), Category::Stopped, "{failed}");
        assert!(world.house.sign_in(&world.caller("nurse-tsubaki")).await.is_err());
        let failed = world.house.receive_patient(&import, "0000123", labs(9)).await.unwrap_err();
        assert_eq!(failed.category(), Category::Stopped, "{failed}");
        server.start();
        world.house.view_patient(&doctor, grant, "summary").await.expect("the same house goes on");
    }
    assert_eq!(world.number(SET_ASIDE).await, 0, "no good file was set aside");
    let counts = world.house.receive_patient(&import, "0000123", labs(9)).await.unwrap();
    assert_eq!((counts.stored, counts.unchanged), (6, 3));
    assert_eq!(world.count("access.granted").await, 3, "as many looks in the trail as were shown");
    assert!(world.verify().await.is_ok());
    drop(world);
}

/// R-X-05: somebody opens the SQLite file with another program and locks it: refused, and on as before when it is free.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_locked_by_a_stranger_is_refused_and_needs_no_restart() {
    let world = World::on(Engine::Sqlite).await;
    let doctor = world.sign_in("dr-minato").await;
    let grant = world.open(&doctor, "hana").await;
    let file = world.data_files().into_iter().find(|file| file.ends_with("renkei.db")).unwrap();
    let stranger = Connector::connect(format!("sqlite:{}", file.display())).await.unwrap();
    stranger.execute_unprepared("PRAGMA locking_mode = NORMAL").await.unwrap();
    stranger.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
    let import = async {
        let import = world.house.import_begin(AOBA).await;
        import.map(|_| ()).unwrap_err()
    };
    let (looked, imported) = tokio::join!(world.house.view_patient(&doctor, grant, "summary"), import);
    assert_eq!(looked.unwrap_err().category(), Category::Stopped);
    assert_eq!(imported.category(), Category::Stopped);
    stranger.execute_unprepared("ROLLBACK").await.unwrap();
    stranger.close().await.unwrap();
    world.house.view_patient(&doctor, grant, "summary").await.expect("the same house goes on");
    assert_eq!(world.count("access.granted").await, 1);
    assert!(world.verify().await.is_ok());
}

/// R-X-05: a full disk is no fault of a file: none is set aside, the import ends with an error, and the next
/// one takes them all in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_sets_no_good_file_aside() {
    for pages_left in [2, 12, 40] {
        let world = World::on(Engine::Sqlite).await;
        let import = world.house.import_begin(AOBA).await.unwrap().unwrap();
        let pages = world.number("SELECT page_count FROM pragma_page_count").await + pages_left;
        limit_pages(&world, pages).await;
        let failed = world.house.receive_patient(&import, "0000123", labs(150)).await.unwrap_err();
        assert_eq!(failed.category(), Category::Stopped, "{failed}");
        assert_eq!(world.number(SET_ASIDE).await, 0, "{pages_left} pages left");
        limit_pages(&world, 1_000_000).await;
        let counts = world.house.receive_patient(&import, "0000123", labs(150)).await.unwrap();
        assert_eq!(counts.stored + counts.unchanged, 150);
        assert_eq!(world.number("SELECT COUNT(*) FROM messages").await, 150);
        assert_eq!(world.count("record.stored").await, 150);
        assert!(world.verify().await.is_ok());
    }
}

async fn limit_pages(world: &World, pages: i64) {
    let statement = format!("PRAGMA max_page_count = {pages}");
    world
        .db()
        .act(move |tx| {
            let statement = statement.clone();
            Box::pin(async move {
                tx.execute_unprepared(&statement).await?;
                Ok::<_, renkei_db::Error>(())
            })
        })
        .await
        .unwrap();
}

/// R-X-29: an import that was cut off after storing and before folding is made good by the next run, though that finds
/// nothing new.
#[tokio::test]
async fn what_a_cut_off_import_did_not_fold_in_the_next_one_does() {
    let world = World::new().await;
    let import = world.house.import_begin(AOBA).await.unwrap().unwrap();
    world.house.receive_patient(&import, "0000123", labs(5)).await.unwrap();
    assert_eq!(world.number("SELECT MAX(sequence) FROM projections").await, 5);
    world.sql("DELETE FROM projections").await;
    let counts = world.house.receive_patient(&import, "0000123", labs(5)).await.unwrap();
    assert_eq!((counts.stored, counts.unchanged), (0, 5));
    assert_eq!(world.number("SELECT MAX(sequence) FROM projections").await, 5);
    let rebuilt = world.house.rebuild_projections().await.unwrap();
    assert_eq!(rebuilt.differing, 0);
}

/// a clock set back lengthens no session: its limits cannot be measured any more, so it ends.
#[tokio::test]
async fn a_clock_set_back_ends_the_session() {
    let world = World::new().await;
    let caller = world.caller("dr-minato");
    let (token, _) = world.sign_in_with_token("dr-minato").await;
    world.clock.advance_seconds(-30);
    assert!(world.house.session(token.reveal(), &caller).await.unwrap().is_ok(), "a small correction disturbs nobody");
    world.clock.advance_seconds(-3_600);
    let ended = world.house.session(token.reveal(), &caller).await.unwrap().unwrap_err();
    assert_eq!(ended, NoSession::Ended("clock"));
    assert_eq!(world.reasons("auth.ended").await, ["clock"]);
    world.clock.advance_seconds(3_630);
    assert!(world.house.session(token.reveal(), &caller).await.unwrap().is_err(), "and stays ended");
    world.sign_in("dr-minato").await;
}

/// a clock that jumped forward and came back leaves nothing open that it closed.
#[tokio::test]
async fn a_clock_that_jumps_forward_ends_sessions_and_coming_back_revives_none() {
    let world = World::new().await;
    let caller = world.caller("dr-minato");
    let (token, _) = world.sign_in_with_token("dr-minato").await;
    world.clock.advance_seconds(3 * 3_600);
    let ended = world.house.session(token.reveal(), &caller).await.unwrap().unwrap_err();
    assert_eq!(ended, NoSession::Ended("idle"));
    world.clock.advance_seconds(-3 * 3_600);
    assert!(world.house.session(token.reveal(), &caller).await.unwrap().is_err());
    assert!(world.verify().await.is_ok());
}

/// a visit that was closed stays closed when the clock is set back behind its closing.
#[tokio::test]
async fn a_clock_set_back_opens_no_closed_visit() {
    let world = World::new().await;
    let opening = tokyo("2026-11-21T10:00:00");
    let doctor = world.sign_in("dr-minato").await;
    let grant = world.open(&doctor, "hana").await;
    world.clock.advance_seconds(600);
    world.house.close_visit(&doctor, grant).await.unwrap();
    for back_to in [599, 300, 1] {
        world.clock.set(opening.plus_seconds(back_to));
        let doctor = world.sign_in("dr-minato").await;
        assert_eq!(refused(world.house.view_patient(&doctor, grant, "summary").await).code, "no_permission");
        assert!(world.house.start_page(&doctor).await.unwrap().visits.is_empty());
    }
    assert!(world.verify().await.is_ok());
}

/// a visit does not begin before it was opened, and a day that comes back does not prolong it past its end.
#[tokio::test]
async fn a_clock_set_back_before_a_visit_closes_it_until_its_time() {
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    let grant = world.open(&doctor, "hana").await;
    world.clock.advance_seconds(-3_600);
    let doctor = world.sign_in("dr-minato").await;
    assert_eq!(refused(world.house.view_patient(&doctor, grant, "summary").await).code, "no_permission");
    world.clock.advance_seconds(3_700);
    let doctor = world.sign_in("dr-minato").await;
    assert!(world.house.view_patient(&doctor, grant, "summary").await.is_ok());
    world.clock.set(tokyo("2026-11-22T00:00:00"));
    let doctor = world.sign_in("dr-minato").await;
    assert_eq!(refused(world.house.view_patient(&doctor, grant, "summary").await).code, "no_permission");
}

/// R-8.2.4-ア: a clock set back gives no captured answer a longer life than its sixty seconds.
#[tokio::test]
async fn a_clock_set_back_lengthens_no_nonce() {
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    let reader = world.reader("minato-reception").await;
    let read = world.house.request_card_read(&doctor, reader).await.unwrap();
    world.clock.advance_seconds(-40);
    let outcome = world.house.card_read_outcome(&doctor, read).await.unwrap();
    assert!(!matches!(outcome, CardReadOutcome::Waiting { .. }), "nobody waits for an hour");
    let card = Withheld::new(World::card("hana").to_owned());
    world.house.card_answered(CardAnswer { read, reader, card, level: 1 }).await.unwrap();
    assert!(world.house.start_page(&doctor).await.unwrap().visits.is_empty());
    assert_eq!(world.reasons("card.refused").await, ["replay"]);
    assert_eq!(world.count("grant.opened").await, 0);
}

/// R-X-03, R-X-04: back and forth: the trail goes on, says that its clock was set back, and its checkpoints are taken
/// for what they are.
#[tokio::test]
async fn a_clock_that_jumps_back_and_forth_leaves_a_trail_that_verifies() {
    let world = World::new().await;
    // Within the lists' own time: outside it nobody signs in at all.
    for jump in [7_200, -3_600, 600, -4_200, 20, -20] {
        world.clock.advance_seconds(jump);
        let doctor = world.sign_in("dr-minato").await;
        let grant = world.open(&doctor, "hana").await;
        world.house.view_patient(&doctor, grant, "summary").await.unwrap();
        world.house.close_visit(&doctor, grant).await.unwrap();
        world.sequencer.flush().await.unwrap();
    }
    let report = world.verify().await;
    assert!(report.is_ok(), "{report:?}");
    let stepped = world.trail().await.iter().filter(|e| e["t_quality"]["state"] == "stepped_back").count();
    assert!(stepped >= 10, "{stepped} entries say so");
    assert!(world.house.ledger().clock_behind_seconds() > 0, "and it is an alarm");
}
