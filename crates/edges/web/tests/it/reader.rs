//! What a doctor reads when the reader could not be asked: each cause its own honest words (R-X-02).

use crate::browser::{Answer, Browser};
use axum::http::StatusCode;
use renkei_app::card::NotAsked;
use renkei_testkit::World;
use std::time::Duration;

async fn asked(world: &World, browser: &mut Browser) -> Answer {
    let start = browser.get("/").await;
    let reader = world.reader("minato-reception").await;
    browser.post("/read", &format!("csrf={}&reader={reader}", start.token()), "https://renkei.test").await
}

/// R-X-02, R-8.2.4-ア: asked too often is not *away*: the page says what happened, what to do, and when again, in full
/// minutes that are never too early; away and broken have words of their own.
#[tokio::test]
async fn a_reader_that_cannot_be_asked_says_why_and_when_again() {
    let world = World::new().await;
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    let too_many = NotAsked::TooMany { again_in: Duration::from_secs(42) };
    let table = [
        (too_many, StatusCode::TOO_MANY_REQUESTS, "この読取機への依頼が続きました", Some("10:01")),
        (NotAsked::Away, StatusCode::SERVICE_UNAVAILABLE, "読取機につながりません", None),
        (NotAsked::Faulty, StatusCode::SERVICE_UNAVAILABLE, "読取機が使えない状態です", None),
    ];
    for (reason, status, title, again) in table {
        world.readers.answer(Err(reason));
        let page = asked(&world, &mut doctor).await;
        assert_eq!(page.status, status, "{reason:?}");
        assert!(page.body.contains(title), "{reason:?} {}", page.body);
        let told = page.body.split_once("次に使える時刻</dt><dd><b class=\"num\">").map(|(_, rest)| rest);
        assert_eq!(told.and_then(|rest| rest.split('<').next()), again, "{reason:?}");
    }
    world.readers.answer(Err(too_many));
    doctor.post("/language", "language=en&back=/", "https://renkei.test").await;
    let english = asked(&world, &mut doctor).await;
    assert!(english.body.contains("This reader was asked too often"), "{}", english.body);
    assert!(english.body.contains("Can be used again from</dt><dd><b class=\"num\">10:01"), "{}", english.body);
    world.readers.answer(Ok(()));
    assert_eq!(asked(&world, &mut doctor).await.status, StatusCode::SEE_OTHER);
}

/// R-8.2.4-ア, R-X-02: who guessed too often reads when the ten minutes are over, whatever the cards were.
#[tokio::test]
async fn a_closed_reader_says_when_it_opens() {
    let mut pages = Vec::new();
    for card in ["stranger", "kiyo"] {
        let world = World::new().await;
        let mut doctor = Browser::of(&world, Some("dr-minato"));
        for _ in 0..10 {
            doctor.touch(&world, card).await;
        }
        world.clock.advance_seconds(90);
        let page = asked(&world, &mut doctor).await;
        assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(page.body.contains("次に使える時刻</dt><dd><b class=\"num\">10:11"), "{}", page.body);
        pages.push(page.same_for_all().replace(&page.token(), ""));
    }
    assert_eq!(pages[0], pages[1], "an unknown card and a refused one read the same");
}
