//! A card is laid on a reader: from the request to the use case, with an honest agent.

use crate::scene::{CARD, CARD_HEX, Scene};
use renkei_api::agent::AgentState;
use renkei_api::reader::wire::DeviceState;
use renkei_api::reader::{ProofLevel, ReadOutcome, ReaderHub, ReaderNotice, RequestRefused};
use std::time::Duration;

const LONG: Duration = Duration::from_secs(20);

/// R-8.2.4-ア: a live read of an enrolled reader reaches the use case, once, with its request.
#[tokio::test]
async fn a_card_laid_on_the_reader_answers_the_request() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let agent = scene.agent(reader, 1).await;
    let read = scene.ask(reader);
    assert!(scene.hub.reader_state(reader).waiting);
    agent.hand.lay_card(CARD);
    assert_eq!(scene.hub.wait(read, LONG).await, ReadOutcome::Answered);
    let answers = scene.sink.answers.lock().unwrap().clone();
    assert_eq!(answers.len(), 1);
    assert_eq!((answers[0].reader, answers[0].read), (reader, read));
    assert_eq!(answers[0].card.normal_form(), CARD);
    assert_eq!(answers[0].level, ProofLevel::ReaderSaw);
    assert!(!format!("{answers:?}").contains(CARD_HEX), "the number is in no debug text");
    assert!(!scene.hub.reader_state(reader).waiting);
    assert_eq!(scene.hub.reader_state(reader).drift_seconds, Some(0));
}

#[tokio::test]
async fn a_card_that_already_lies_there_is_read_and_its_removal_is_told() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let agent = scene.agent(reader, 1).await;
    agent.hand.lay("felica", "012e4ce17a3b5c6d");
    scene.until(|| scene.hub.reader_state(reader).device == Some(DeviceState::CardPresent)).await;
    let read = scene.ask(reader);
    assert_eq!(scene.hub.wait(read, LONG).await, ReadOutcome::Answered);
    assert_eq!(scene.sink.cards(), [CARD]);
    agent.hand.remove();
    scene.until(|| scene.hub.reader_state(reader).device == Some(DeviceState::Ready)).await;
    let notices = scene.sink.notices.lock().unwrap().clone();
    assert!(notices.iter().any(|notice| matches!(notice, ReaderNotice::CardRemoved { .. })), "{notices:?}");
}

/// R-8.2.4-ア: a card nobody asked for is not sent anywhere.
#[tokio::test]
async fn without_a_request_a_card_stays_unknown() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let agent = scene.agent(reader, 1).await;
    agent.hand.lay_card(CARD);
    scene.until(|| scene.hub.reader_state(reader).device == Some(DeviceState::CardPresent)).await;
    agent.hand.remove();
    scene.until(|| scene.hub.reader_state(reader).device == Some(DeviceState::Ready)).await;
    assert!(scene.sink.answers.lock().unwrap().is_empty());
    assert!(scene.sink.refused.lock().unwrap().is_empty());
}

#[tokio::test]
async fn no_card_in_time_ends_the_request() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let agent = scene.agent(reader, 1).await;
    let read = scene.ask(reader);
    assert_eq!(scene.hub.wait(read, Duration::from_millis(50)).await, ReadOutcome::StillWaiting);
    scene.clock.advance_seconds(61);
    assert_eq!(scene.hub.wait(read, LONG).await, ReadOutcome::Expired);
    agent.hand.lay_card(CARD);
    scene.until(|| scene.sink.reasons() == ["expired"]).await;
    assert!(scene.sink.answers.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_is_no_identifier_ends_the_request_with_its_reason() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let agent = scene.agent(reader, 1).await;
    for (kind, id, reason) in [
        ("mifare", "08A1B2C3", "card_random"),
        ("mifare", "04A1B2C3", "card_not_unique"),
        ("felica", "", "card_length"),
        ("felica", "01-2E-4C-E1-7A-3B-5C-6D", "card_digits"),
        ("type-b", "11223344", "card_form"),
    ] {
        let read = scene.ask(reader);
        agent.hand.lay(kind, id);
        assert!(matches!(scene.hub.wait(read, LONG).await, ReadOutcome::Unreadable(_)), "{reason}");
        assert_eq!(scene.sink.unreadable_reasons().last(), Some(&reason));
        agent.hand.remove();
    }
    assert!(scene.sink.answers.lock().unwrap().is_empty());
}

#[tokio::test]
async fn two_cards_and_a_card_that_leaves_too_early_are_told_apart() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let agent = scene.agent(reader, 1).await;
    agent.hand.lay_card(CARD);
    agent.hand.lay_card("felica:0122334455667788");
    let read = scene.ask(reader);
    assert!(matches!(scene.hub.wait(read, LONG).await, ReadOutcome::Unreadable(_)));
    agent.hand.remove();
    agent.hand.slow_down(Duration::from_millis(200));
    let read = scene.ask(reader);
    agent.hand.lay_card(CARD);
    tokio::time::sleep(Duration::from_millis(50)).await;
    agent.hand.remove();
    assert!(matches!(scene.hub.wait(read, LONG).await, ReadOutcome::Unreadable(_)));
    assert_eq!(scene.sink.unreadable_reasons(), ["two_cards", "removed"]);
}

/// R-8.2.4-ア: a keyboard-type reader is refused, unless an operator allows it, and then proves nothing.
#[tokio::test]
async fn keyboard_type_reading_is_refused_by_default() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let agent = scene.agent(reader, 1).await;
    let read = scene.ask(reader);
    agent.hand.type_in("felica", CARD_HEX);
    assert!(matches!(scene.hub.wait(read, LONG).await, ReadOutcome::Unreadable(_)));
    assert_eq!(scene.sink.unreadable_reasons(), ["wedge_refused"]);
    assert!(scene.sink.answers.lock().unwrap().is_empty());

    scene.allow_keyboard(reader);
    let read = scene.ask(reader);
    assert_eq!(scene.hub.wait(read, LONG).await, ReadOutcome::Answered);
    assert_eq!(scene.sink.answers.lock().unwrap()[0].level, ProofLevel::Unproven);
}

#[tokio::test]
async fn a_second_request_takes_the_reader_from_the_first() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let agent = scene.agent(reader, 1).await;
    let first = scene.ask(reader);
    let second = scene.ask(reader);
    assert_eq!(scene.hub.wait(first, LONG).await, ReadOutcome::GivenUp);
    agent.hand.lay_card(CARD);
    assert_eq!(scene.hub.wait(second, LONG).await, ReadOutcome::Answered);
    assert_eq!(scene.sink.answers.lock().unwrap()[0].read, second);
}

#[tokio::test]
async fn a_request_given_up_reads_no_card() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let mut agent = scene.agent(reader, 1).await;
    let read = scene.ask(reader);
    agent.state.wait_for(|state| *state == AgentState::Reading).await.unwrap();
    scene.hub.give_up(read);
    agent.state.wait_for(|state| *state == AgentState::Connected).await.unwrap();
    agent.hand.lay_card(CARD);
    scene.until(|| scene.hub.reader_state(reader).device == Some(DeviceState::CardPresent)).await;
    assert_eq!(scene.hub.wait(read, LONG).await, ReadOutcome::GivenUp);
    assert!(scene.sink.answers.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_reader_that_is_away_or_broken_is_not_asked() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let ask = || scene.hub.request_read(reader, scene.ids.next(), crate::scene::day().plus_seconds(60));
    assert_eq!(ask(), Err(RequestRefused::NotConnected));
    let agent = scene.agent(reader, 1).await;
    agent.hand.fault(Some(DeviceState::Absent));
    scene.until(|| scene.hub.reader_state(reader).device == Some(DeviceState::Absent)).await;
    assert_eq!(ask(), Err(RequestRefused::NotWorking));
    agent.hand.fault(None);
    scene.until(|| scene.hub.reader_state(reader).is_ready()).await;
    assert!(ask().is_ok());
    for _ in 0..40 {
        let _one_of_many = ask();
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let again_in = Duration::from_secs(60);
    assert_eq!(ask(), Err(RequestRefused::TooMany { again_in }));
    for turned in [3_600, -7_200] {
        scene.clock.set(scene.ids.now().plus_seconds(turned));
        assert_eq!(ask(), Err(RequestRefused::TooMany { again_in }), "a clock that is set does not end the minute");
    }
    scene.clock.advance_seconds(59);
    assert_eq!(ask(), Err(RequestRefused::TooMany { again_in: Duration::from_secs(1) }));
    scene.clock.advance_seconds(1);
    assert!(ask().is_ok());
}
