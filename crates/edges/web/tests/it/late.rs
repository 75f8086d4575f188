//! A source that is late is told on the start page too, to whoever knows of it and to nobody else.

use crate::browser::Browser;
use crate::hidden::{Measured, import, measured};
use axum::http::StatusCode;
use renkei_testkit::World;

const AOBA: (&str, &str) = ("1710000001", "0000123");
const SHIRASAGI: (&str, &str) = ("1730000003", "7700001");
/// Longer than a source may be silent, and not yet another day's end.
const SILENT_SECONDS: i64 = 37 * 3_600;

/// Time passes, and the authorities' lists with it.
fn pass(world: &World, seconds: i64) {
    world.clock.advance_seconds(seconds);
    let folder = world.folder.path().join("trust");
    world.pki.write_lists(&folder, world.house.now()).unwrap();
    let trust = world.house.trust().reload(&folder, world.house.now()).unwrap();
    world.house.set_trust(trust);
}

/// R-X-17, R-1.6.1: one quiet line for each late source that the pages of open visits have shown to this session, and
/// for the own institution; none before a page was opened, for another session, or after the visit was closed.
#[tokio::test]
async fn the_start_page_says_which_known_sources_are_late() {
    let world = World::new().await;
    import(&world, AOBA.0, AOBA.1, 1, "7.8").await;
    import(&world, SHIRASAGI.0, SHIRASAGI.1, 2, "6.1").await;
    pass(&world, SILENT_SECONDS);
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    let visit = doctor.open(&world, "hana").await;
    assert!(!doctor.get("/").await.body.contains("まで（遅れ）"), "nothing was shown yet");
    let page = doctor.get(&visit).await;
    assert!(page.body.contains("（遅れ）") && page.body.contains("シラサギ"));
    let start = doctor.get("/").await;
    let lines: Vec<&str> = start.body.lines().filter(|line| line.contains("まで（遅れ）")).collect();
    assert_eq!(lines.len(), 2, "{}", start.body);
    assert!(lines.iter().all(|line| line.contains("2026-11-21 10:00 まで") && !line.contains("tag look")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("シラサギ")));
    let mut colleague = Browser::of(&world, Some("nurse-tsubaki"));
    assert!(!colleague.get("/").await.body.contains("まで（遅れ）"), "who looked at nobody is told of nobody");
    let closed =
        doctor.post(&format!("{visit}/close"), &format!("csrf={}", start.token()), "https://renkei.test").await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER);
    assert!(!doctor.get("/").await.body.contains("まで（遅れ）"));
    let minato = world.institution("minato").await;
    world.house.feed_reached(minato, world.house.now().plus_seconds(-SILENT_SECONDS)).await.unwrap();
    for mut anybody in [doctor, colleague] {
        anybody.post("/language", "language=en&back=/", "https://renkei.test").await;
        let start = anybody.get("/").await;
        assert_eq!(start.body.matches("(late)").count(), 1, "the own institution: {}", start.body);
    }
}

/// R-X-17: what was told is not told any more when it arrives, and a fresh source never was.
#[tokio::test]
async fn a_source_that_comes_again_is_told_no_more() {
    let world = World::new().await;
    import(&world, AOBA.0, AOBA.1, 1, "7.8").await;
    pass(&world, SILENT_SECONDS);
    import(&world, SHIRASAGI.0, SHIRASAGI.1, 2, "6.1").await;
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    let visit = doctor.open(&world, "hana").await;
    doctor.get(&visit).await;
    let told = doctor.get("/").await.body;
    assert_eq!(told.matches("まで（遅れ）").count(), 1, "{told}");
    assert!(!told.contains("シラサギ"));
    import(&world, AOBA.0, AOBA.1, 3, "7.9").await;
    assert!(!doctor.get("/").await.body.contains("まで（遅れ）"));
}

/// The pages of a doctor and the start page after them, when the sources have been silent for long.
async fn told(is_there: bool, hidden_after_a_look: bool, person: &str) -> Vec<Measured> {
    let world = World::new().await;
    import(&world, AOBA.0, AOBA.1, 1, "7.8").await;
    if is_there {
        import(&world, SHIRASAGI.0, SHIRASAGI.1, 2, "9.9").await;
    }
    pass(&world, SILENT_SECONDS);
    let mut browser = Browser::of(&world, Some(person));
    let hide = "[[limit]]\nkey = \"wish\"\npatient = \"hana\"\ninstitution = \"shirasagi\"\ndirection = \"both\"\n";
    let visit;
    if hidden_after_a_look {
        visit = browser.open(&world, "hana").await;
        browser.get(&visit).await;
        assert_eq!(browser.get("/").await.body.matches("まで（遅れ）").count(), if is_there { 2 } else { 1 });
        world.load(hide).await;
        pass(&world, 1);
    } else {
        world.load(hide).await;
        pass(&world, 1);
        visit = browser.open(&world, "hana").await;
    }
    let before = measured("before", &browser.get("/").await);
    let page = measured("page", &browser.get(&visit).await);
    let after = measured("after", &browser.get("/").await);
    assert!(after.body.contains("まで（遅れ）"), "the other source is late and told");
    vec![before, page, after]
}

/// R-X-15: the lag of an institution that the patient hides is not told, also where it was before he hid it: the start
/// page is character for character that of a world in which it never sent anything.
#[tokio::test]
async fn a_hidden_institutions_lag_is_not_told() {
    for person in ["dr-minato", "nurse-tsubaki"] {
        for after_a_look in [false, true] {
            let (hidden, absent) = (told(true, after_a_look, person).await, told(false, after_a_look, person).await);
            assert!(hidden.iter().all(|page| page.status == StatusCode::OK && !page.body.contains("シラサギ")));
            assert_eq!(hidden, absent, "{person} {after_a_look}");
        }
    }
}
