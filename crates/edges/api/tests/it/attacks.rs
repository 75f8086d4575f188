//! What must not open anything: replays, foreign readers, wrong signatures, typed numbers.

use crate::scene::{CARD, CARD_HEX, HOST, RawAgent, Scene};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use renkei_api::limits::MESSAGES_MAX;
use renkei_api::reader::hub::Timing;
use renkei_api::reader::wire::{Farewell, FromAgent, Means, Nonce, ToAgent};
use renkei_api::reader::{PATH, ReadOutcome, ReaderHub, ReaderNotice};
use renkei_net::Entrance;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(20);

/// R-8.2.4-ア: a captured message played again at once, or after 61 seconds, is refused as a replay.
#[tokio::test]
async fn a_captured_message_opens_nothing_a_second_time() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let mut agent = RawAgent::accepted(&scene, reader, 1).await;
    scene.ask(reader);
    let (read, nonce) = agent.order().await;
    let captured = FromAgent::Card(agent.answer(read, nonce));
    agent.send(&captured).await;
    assert_eq!(scene.hub.wait(read, LONG).await, ReadOutcome::Answered);
    agent.send(&captured).await;
    scene.until(|| scene.sink.reasons() == ["replay"]).await;
    scene.clock.advance_seconds(61);
    agent.send(&captured).await;
    scene.until(|| scene.sink.reasons() == ["replay", "replay"]).await;
    // Also while a new request waits, and over a new connection of the true device.
    scene.ask(reader);
    agent.order().await;
    agent.send(&captured).await;
    scene.until(|| scene.sink.reasons().len() == 3).await;
    let mut again = RawAgent::accepted(&scene, reader, 1).await;
    again.send(&captured).await;
    scene.until(|| scene.sink.reasons() == ["replay"; 4]).await;
    assert_eq!(scene.sink.cards(), [CARD]);
}

/// R-8.2.4-ア: an answer that was held back for 61 seconds does not count.
#[tokio::test]
async fn an_answer_held_back_too_long_is_refused() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let mut agent = RawAgent::accepted(&scene, reader, 1).await;
    scene.ask(reader);
    let (read, nonce) = agent.order().await;
    let held_back = FromAgent::Card(agent.answer(read, nonce));
    scene.clock.advance_seconds(61);
    agent.send(&held_back).await;
    assert_eq!(scene.hub.wait(read, LONG).await, ReadOutcome::Expired);
    agent.send(&held_back).await;
    scene.until(|| scene.sink.reasons() == ["expired", "replay"]).await;
    assert!(scene.sink.cards().is_empty());
}

#[tokio::test]
async fn sixty_seconds_are_still_in_time() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let mut agent = RawAgent::accepted(&scene, reader, 1).await;
    scene.ask(reader);
    let (read, nonce) = agent.order().await;
    scene.clock.advance_seconds(60);
    let answer = FromAgent::Card(agent.answer(read, nonce));
    agent.send(&answer).await;
    assert_eq!(scene.hub.wait(read, LONG).await, ReadOutcome::Answered);
}

/// R-8.2.4-ア: another reader's nonce, another reader's name and an invented nonce are refused.
#[tokio::test]
async fn a_foreign_reader_answers_for_nobody() {
    let scene = Scene::new().await;
    let (reader, other) = (scene.enrol(1), scene.enrol(2));
    let mut agent = RawAgent::accepted(&scene, reader, 1).await;
    let mut thief = RawAgent::accepted(&scene, other, 2).await;
    scene.ask(reader);
    let (read, nonce) = agent.order().await;
    let with_its_own_name = FromAgent::Card(thief.answer(read, nonce));
    thief.send(&with_its_own_name).await;
    scene.until(|| scene.sink.reasons() == ["foreign"]).await;
    let captured = FromAgent::Card(agent.answer(read, nonce));
    thief.send(&captured).await;
    scene.until(|| scene.sink.reasons() == ["foreign", "foreign"]).await;
    let invented = FromAgent::Card(agent.answer(read, Nonce([9; 32])));
    agent.send(&invented).await;
    scene.until(|| scene.sink.reasons() == ["foreign", "foreign", "replay"]).await;
    assert!(scene.sink.cards().is_empty());
    agent.send(&captured).await;
    assert_eq!(scene.hub.wait(read, LONG).await, ReadOutcome::Answered, "the true answer still counts");
}

/// R-8.2.4-ア: every part of an answer is under the device's signature.
#[tokio::test]
async fn a_changed_part_breaks_the_signature() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let mut agent = RawAgent::accepted(&scene, reader, 1).await;
    scene.ask(reader);
    let (read, nonce) = agent.order().await;
    let honest = agent.answer(read, nonce);
    let mut changed = Vec::new();
    for change in [
        |m: &mut renkei_api::reader::wire::CardMessage| m.id = "0122334455667788".to_owned(),
        |m: &mut renkei_api::reader::wire::CardMessage| m.kind = "mifare".to_owned(),
        |m: &mut renkei_api::reader::wire::CardMessage| m.means = Means::Keyboard,
        |m: &mut renkei_api::reader::wire::CardMessage| m.nonce = Nonce([3; 32]),
        |m: &mut renkei_api::reader::wire::CardMessage| m.time = "2026-02-14T00:00:00Z".to_owned(),
        |m: &mut renkei_api::reader::wire::CardMessage| m.signature.0[0] ^= 1,
    ] {
        let mut message = honest.clone();
        change(&mut message);
        changed.push(message);
    }
    let mut other_read = honest.clone();
    other_read.read = scene.ids.next();
    changed.push(other_read);
    let mut for_another_server = honest.clone();
    for_another_server.signature = agent.sign(&for_another_server.signed_bytes("elsewhere.example.jp"));
    changed.push(for_another_server);
    let expected = changed.len();
    for message in changed {
        agent.send(&FromAgent::Card(message)).await;
    }
    scene.until(|| scene.sink.reasons().len() == expected).await;
    assert!(scene.sink.reasons().iter().all(|reason| *reason == "signature"), "{:?}", scene.sink.reasons());
    assert!(scene.sink.cards().is_empty());
}

#[tokio::test]
async fn a_nonce_belongs_to_its_request() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let mut agent = RawAgent::accepted(&scene, reader, 1).await;
    scene.ask(reader);
    let (read, nonce) = agent.order().await;
    let other = FromAgent::Card(agent.answer(scene.ids.next(), nonce));
    agent.send(&other).await;
    scene.until(|| scene.sink.reasons() == ["wrong_read"]).await;
    assert_eq!(scene.hub.wait(read, Duration::from_millis(50)).await, ReadOutcome::StillWaiting);
}

/// R-8.2.4-ア: there is no function that takes a typed number, by whatever method or address.
#[tokio::test]
async fn a_card_number_cannot_be_typed() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let typed = format!(r#"{{"type":"card","reader":"{reader}","kind":"felica","id":"{CARD_HEX}"}}"#);
    for method in [Method::GET, Method::POST, Method::PUT] {
        for path in [PATH.to_owned(), "/readers".into(), format!("/cards/{CARD}"), format!("{PATH}?id={CARD_HEX}")] {
            let request = Request::builder().method(method.clone()).uri(path).body(Body::from(typed.clone())).unwrap();
            let answer = scene.client.send(scene.entrance.address(), HOST, request).await.unwrap();
            assert!(answer.status() == StatusCode::NOT_FOUND || answer.status() == StatusCode::METHOD_NOT_ALLOWED);
        }
    }
    let mut agent = RawAgent::accepted(&scene, reader, 1).await;
    scene.ask(reader);
    agent.order().await;
    agent.send_text(&typed).await;
    assert_eq!(said_last(&mut agent).await, Some(Farewell::Malformed));
    assert_eq!(scene.sink.reasons(), ["malformed"]);
    assert!(scene.sink.cards().is_empty());
}

#[tokio::test]
async fn who_cannot_prove_its_key_is_sent_away() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let stranger = scene.ids.next();
    for (claimed, seed, server) in [(reader, 2, HOST), (stranger, 1, HOST), (reader, 1, "elsewhere.example.jp")] {
        let mut agent = RawAgent::connect(&scene, claimed, seed).await.unwrap();
        let nonce = agent.hello().await;
        agent.identify(server, &nonce).await;
        assert_eq!(said_last(&mut agent).await, Some(Farewell::NotAccepted), "the same word for all");
    }
    // A proof for another connection's nonce proves nothing here.
    let mut agent = RawAgent::connect(&scene, reader, 1).await.unwrap();
    agent.hello().await;
    agent.identify(HOST, &Nonce([1; 32])).await;
    assert_eq!(said_last(&mut agent).await, Some(Farewell::NotAccepted));
    assert!(!scene.hub.reader_state(reader).is_connected());
    let attempts = |scene: &Scene| -> Vec<u64> {
        let notices = scene.sink.notices.lock().unwrap();
        let attempts = |notice: &ReaderNotice| match notice {
            ReaderNotice::ClaimRefused { attempts, .. } => *attempts,
            other => panic!("{other:?}"),
        };
        notices.iter().map(attempts).collect()
    };
    assert_eq!(attempts(&scene), [1], "one notice a minute");
    scene.clock.advance_seconds(60);
    let mut agent = RawAgent::connect(&scene, reader, 2).await.unwrap();
    let nonce = agent.hello().await;
    agent.identify(HOST, &nonce).await;
    assert_eq!(said_last(&mut agent).await, Some(Farewell::NotAccepted));
    assert_eq!(attempts(&scene), [1, 4], "with the number of those before");
}

#[tokio::test]
async fn who_says_nothing_or_something_else_first_is_sent_away() {
    let timing = Timing { identify_within: Duration::from_millis(200), ..Timing::default() };
    let scene = Scene::with(Entrance::Machine, timing).await;
    let reader = scene.enrol(1);
    let mut silent = RawAgent::connect(&scene, reader, 1).await.unwrap();
    silent.hello().await;
    assert_eq!(said_last(&mut silent).await, Some(Farewell::NotAccepted));
    let mut hasty = RawAgent::connect(&scene, reader, 1).await.unwrap();
    let nonce = hasty.hello().await;
    let card = FromAgent::Card(hasty.answer(scene.ids.next(), nonce));
    hasty.send(&card).await;
    assert_eq!(said_last(&mut hasty).await, Some(Farewell::NotAccepted));
    assert!(scene.sink.cards().is_empty());
}

#[tokio::test]
async fn a_reader_whose_enrolment_ended_is_out_at_its_next_answer() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let mut agent = RawAgent::accepted(&scene, reader, 1).await;
    scene.ask(reader);
    let (read, nonce) = agent.order().await;
    scene.enrolled.keys.lock().unwrap().clear();
    let answer = FromAgent::Card(agent.answer(read, nonce));
    agent.send(&answer).await;
    assert_eq!(said_last(&mut agent).await, Some(Farewell::NotAccepted));
    assert_eq!(scene.sink.reasons(), ["not_enrolled"]);
    assert!(scene.sink.cards().is_empty());
}

/// R-6.5.2-ア: the right device key on a line that is not the institution's: sent away with the same word as a wrong key,
/// and out at the next answer when the line is taken away later.
#[tokio::test]
async fn a_device_key_from_another_line_is_sent_away() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    scene.enrolled.elsewhere.lock().unwrap().push(reader);
    let mut stolen = RawAgent::connect(&scene, reader, 1).await.unwrap();
    let nonce = stolen.hello().await;
    stolen.identify(HOST, &nonce).await;
    assert_eq!(said_last(&mut stolen).await, Some(Farewell::NotAccepted));
    assert!(!scene.hub.reader_state(reader).is_connected());
    scene.enrolled.elsewhere.lock().unwrap().clear();

    let mut agent = RawAgent::accepted(&scene, reader, 1).await;
    scene.ask(reader);
    let (read, nonce) = agent.order().await;
    scene.enrolled.elsewhere.lock().unwrap().push(reader);
    let answer = FromAgent::Card(agent.answer(read, nonce));
    agent.send(&answer).await;
    assert_eq!(said_last(&mut agent).await, Some(Farewell::NotAccepted));
    assert_eq!(scene.sink.reasons(), ["source_mismatch"]);
    assert!(scene.sink.cards().is_empty());
}

#[tokio::test]
async fn large_and_many_messages_end_the_connection() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let mut large = RawAgent::accepted(&scene, reader, 1).await;
    large.send_text(&" ".repeat(5_000)).await;
    assert_eq!(said_last(&mut large).await, None, "cut without a word");
    scene.until(|| !scene.hub.reader_state(reader).is_connected()).await;
    let mut many = RawAgent::accepted(&scene, reader, 1).await;
    for _ in 0..=MESSAGES_MAX {
        many.send_text(r#"{"type":"removed"}"#).await;
    }
    assert_eq!(said_last(&mut many).await, Some(Farewell::TooMany));
    assert_eq!(scene.sink.reasons(), ["too_many"]);
    // Coming back does not start the count anew.
    let mut again = RawAgent::connect(&scene, reader, 1).await.unwrap();
    let nonce = again.hello().await;
    again.identify(HOST, &nonce).await;
    again.send_text(r#"{"type":"removed"}"#).await;
    assert_eq!(said_last(&mut again).await, Some(Farewell::TooMany));
}

/// R-6.5.2-ア: the agents' address exists at the machine entrance only, and not for web pages.
#[tokio::test]
async fn the_protocol_lives_at_the_machine_entrance_only() {
    for kind in [Entrance::Professional, Entrance::Patient] {
        let scene = Scene::with(kind, Timing::default()).await;
        let reader = scene.enrol(1);
        assert!(RawAgent::connect(&scene, reader, 1).await.is_none(), "{kind}");
    }
    let scene = Scene::new().await;
    let request = Request::get(PATH)
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("Origin", "https://elsewhere.example.jp")
        .body(Body::empty())
        .unwrap();
    let answer = scene.client.send(scene.entrance.address(), HOST, request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

async fn said_last(agent: &mut RawAgent) -> Option<Farewell> {
    while let Some(message) = agent.next().await {
        if let ToAgent::Bye { reason } = message {
            return Some(reason);
        }
    }
    None
}
