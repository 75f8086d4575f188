//! Connections: coming, going, being replaced, being lost.

use crate::scene::{CARD, RawAgent, Scene, day};
use renkei_api::agent::{AgentEnd, AgentState};
use renkei_api::reader::hub::Timing;
use renkei_api::reader::wire::{Farewell, ToAgent};
use renkei_api::reader::{ReadOutcome, ReaderHub, ReaderNotice};
use renkei_net::Entrance;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn the_state_of_a_connection_can_be_asked_for() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    assert_eq!(scene.hub.reader_state(reader).last_seen, None);
    let agent = scene.agent(reader, 1).await;
    let state = scene.hub.reader_state(reader);
    assert_eq!((state.connected_since, state.last_seen), (Some(day()), Some(day())));
    assert_eq!(state.version.as_deref(), Some("0.1.0 test"));
    assert_eq!(scene.hub.connected(), [reader]);
    agent.stop.send(true).unwrap();
    scene.until(|| !scene.hub.reader_state(reader).is_connected()).await;
    assert_eq!(scene.hub.reader_state(reader).last_seen, Some(day()));
    let notices = scene.sink.notices.lock().unwrap().clone();
    assert!(matches!(notices.first(), Some(ReaderNotice::Connected { replaced: false, .. })));
    assert!(matches!(notices.last(), Some(ReaderNotice::Disconnected { .. })));
}

#[tokio::test]
async fn a_newer_connection_of_the_same_reader_replaces_the_older() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let mut older = RawAgent::accepted(&scene, reader, 1).await;
    let read = scene.ask(reader);
    let (_, old_nonce) = older.order().await;
    let mut newer = RawAgent::accepted(&scene, reader, 1).await;
    let last = loop {
        match older.next().await {
            Some(ToAgent::Bye { reason }) => break Some(reason),
            Some(_) => {}
            None => break None,
        }
    };
    assert_eq!(last, Some(Farewell::Replaced));
    // The read that waits is asked for again, with another nonce.
    let (again, new_nonce) = newer.order().await;
    assert_eq!(again, read);
    assert_ne!(old_nonce, new_nonce);
    let answer = renkei_api::reader::wire::FromAgent::Card(newer.answer(read, new_nonce));
    newer.send(&answer).await;
    assert_eq!(scene.hub.wait(read, LONG).await, ReadOutcome::Answered);
    assert!(scene.hub.reader_state(reader).is_connected(), "the older one's end does not take the newer one along");
}

#[tokio::test]
async fn an_agent_comes_back_by_itself_and_finishes_the_read() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let agent = scene.agent(reader, 1).await;
    let read = scene.ask(reader);
    scene.hub.close();
    scene.until(|| scene.hub.reader_state(reader).is_ready()).await;
    agent.hand.lay_card(CARD);
    assert_eq!(scene.hub.wait(read, LONG).await, ReadOutcome::Answered);
    assert_eq!(scene.sink.cards(), [CARD]);
}

#[tokio::test]
async fn an_agent_without_enrolment_keeps_trying_and_is_let_in_once_enrolled() {
    let scene = Scene::new().await;
    let reader = scene.ids.next();
    let mut agent = scene.start(scene.agent_settings(reader, 1));
    let refused = AgentState::Waiting(AgentEnd::Told(Farewell::NotAccepted));
    agent.state.wait_for(|state| *state == refused).await.unwrap();
    let public = renkei_api::agent::DeviceKey::from_seed(&[1; 32]).unwrap().public();
    scene.enrolled.keys.lock().unwrap().insert(reader, public);
    agent.state.wait_for(|state| *state == AgentState::Connected).await.unwrap();
}

#[tokio::test]
async fn an_agent_signs_for_no_other_server() {
    // The certificate bears the right name, but the server asks for a proof to be used elsewhere.
    let scene = Scene::calling_itself("elsewhere.example.jp", Entrance::Machine, Timing::default()).await;
    let reader = scene.enrol(1);
    let mut agent = scene.start(scene.agent_settings(reader, 1));
    let not_ours = AgentState::Waiting(AgentEnd::NotOurServer);
    agent.state.wait_for(|state| *state == not_ours).await.unwrap();
    assert!(!scene.hub.reader_state(reader).is_connected());
}

#[tokio::test]
async fn an_agent_talks_to_no_server_with_another_certificate() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let mut settings = scene.agent_settings(reader, 1);
    settings.server_name = "elsewhere.example.jp".to_owned();
    let mut agent = scene.start(settings);
    let unreachable = AgentState::Waiting(AgentEnd::Unreachable);
    agent.state.wait_for(|state| *state == unreachable).await.unwrap();
    assert!(!scene.hub.reader_state(reader).is_connected());
}

#[tokio::test]
async fn a_connection_that_went_silent_is_given_up() {
    let short = Duration::from_millis(100);
    let timing = Timing { heartbeat: short, silence: short * 3, ..Timing::default() };
    let scene = Scene::with(Entrance::Machine, timing).await;
    let reader = scene.enrol(1);
    // This one never reads, so it answers no heartbeat.
    let _asleep = RawAgent::accepted(&scene, reader, 1).await;
    scene.until(|| !scene.hub.reader_state(reader).is_connected()).await;
}

#[tokio::test]
async fn heartbeats_keep_a_quiet_connection() {
    let short = Duration::from_millis(100);
    // Many heartbeats fit into the silence, so that one that a busy machine sends late cuts nothing.
    let silence = short * 20;
    let timing = Timing { heartbeat: short, silence, ..Timing::default() };
    let scene = Scene::with(Entrance::Machine, timing).await;
    let reader = scene.enrol(1);
    let _agent = scene.agent(reader, 1).await;
    let since = scene.hub.reader_state(reader).connected_since;
    tokio::time::sleep(silence * 2).await;
    assert_eq!(scene.hub.reader_state(reader).connected_since, since);
    let connected =
        scene.sink.notices.lock().unwrap().iter().filter(|n| matches!(n, ReaderNotice::Connected { .. })).count();
    assert_eq!(connected, 1);
}
