//! The professional entrance: possession in the handshake, everything else afterwards.

use crate::scene::{Chooser, HOST, LOOPBACK, OldCard, Scene, ask, signing_key, telling};
use renkei_net::client::Client;
use renkei_net::{Entrance, Versions};
use renkei_testpki::extension::Extension;
use renkei_testpki::{KeyKind, Level, Profile};
use rustls::version::{TLS12, TLS13};
use std::sync::Arc;

#[tokio::test]
async fn both_versions_carry_the_chain_of_a_card_with_critical_policies() {
    let scene = Scene::new();
    let doctor = scene.pki.doctor("Ichiro Minato", "D10001").unwrap();
    let entrance = scene.open(Entrance::Professional).await;
    let own = format!("own={}", doctor.cert_der.len());

    let newest = ask(&scene.client(Some(&doctor)), entrance.address()).await;
    assert!(newest.starts_with("entrance=professional version=Some(Tls13) certificates=2 "), "{newest}");
    assert!(newest.contains(&own), "{newest}");

    let settings = scene.settings().showing(crate::scene::identity(&doctor)).speaking(Versions::Tls12Only);
    let older = ask(&Client::new(settings).unwrap(), entrance.address()).await;
    assert!(older.starts_with("entrance=professional version=Some(Tls12) certificates=2 "), "{older}");
    assert!(older.contains(&own), "{older}");
}

#[tokio::test]
async fn who_shows_no_certificate_still_gets_a_page() {
    let scene = Scene::new();
    let entrance = scene.open(Entrance::Professional).await;
    let told = ask(&scene.client(None), entrance.address()).await;
    assert!(told.starts_with("entrance=professional version=Some(Tls13) certificates=0 own=0"), "{told}");
}

#[tokio::test]
async fn a_certificate_without_its_key_ends_the_handshake() {
    let scene = Scene::new();
    let doctor = scene.pki.doctor("Ichiro Minato", "D10001").unwrap();
    let stranger =
        scene.pki.issue(&Profile::person("Jiro Oki", "D10002", &["Medical Doctor"], Level::Production).key("jiro"));
    let stranger = stranger.unwrap();
    let entrance = scene.open(Entrance::Professional).await;
    for version in [&TLS12, &TLS13] {
        let client = scene.odd_client(&[version], Chooser::with(doctor.presented(), signing_key(&stranger)));
        assert!(client.get(entrance.address(), HOST, "/who").await.is_err(), "{version:?}");
    }
    assert_eq!(entrance.counts().handshake_failed, 2);
    assert_eq!(entrance.counts().requests, 0);
}

#[tokio::test]
async fn a_card_of_old_signatures_comes_through_the_second_port() {
    let scene = Scene::new();
    let doctor = scene.pki.doctor("Ichiro Minato", "D10001").unwrap();
    let mut listener = scene.listener(Entrance::Professional);
    listener.tls12_address = Some(LOOPBACK);
    let entrance = listener.open(telling()).await.unwrap();
    let card = Chooser::with(doctor.presented(), Arc::new(OldCard(signing_key(&doctor))));
    let client = scene.odd_client(&[&TLS12, &TLS13], card);

    let silent = ask(&client, entrance.address()).await;
    assert!(silent.starts_with("entrance=professional version=Some(Tls13) certificates=0 "), "{silent}");
    let shown = ask(&client, entrance.tls12_address().unwrap()).await;
    assert!(shown.starts_with("entrance=professional version=Some(Tls12) certificates=2 "), "{shown}");
}

#[tokio::test]
async fn the_switch_to_one_two_only_serves_old_cards_on_the_first_port() {
    let scene = Scene::new();
    let doctor = scene.pki.doctor("Ichiro Minato", "D10001").unwrap();
    let mut listener = scene.listener(Entrance::Professional);
    listener.versions = Versions::Tls12Only;
    let entrance = listener.open(telling()).await.unwrap();
    let card = Chooser::with(doctor.presented(), Arc::new(OldCard(signing_key(&doctor))));
    let told = ask(&scene.odd_client(&[&TLS12, &TLS13], card), entrance.address()).await;
    assert!(told.starts_with("entrance=professional version=Some(Tls12) certificates=2 "), "{told}");
}

#[tokio::test]
async fn browsers_are_told_the_names_of_the_authorities() {
    let scene = Scene::new();
    let doctor = scene.pki.doctor("Ichiro Minato", "D10001").unwrap();
    let entrance = scene.open(Entrance::Professional).await;
    let card = Chooser::with(doctor.presented(), signing_key(&doctor));
    ask(&scene.odd_client(&[&TLS13], card.clone()), entrance.address()).await;
    let hints = card.hints.lock().unwrap().clone();
    let issuer = scene.pki.authority(renkei_testpki::Authority::PersonAuth).unwrap().subject.der();
    assert_eq!(hints.len(), 2);
    assert!(hints.contains(&issuer));
}

#[tokio::test]
async fn a_wrong_certificate_with_the_right_key_is_left_to_the_verdict() {
    let scene = Scene::new();
    let entrance = scene.open(Entrance::Professional).await;
    let base = || Profile::person("Ichiro Minato", "D10001", &["Medical Doctor"], Level::Production);
    let twice = base().with(Extension::new("2.5.29.9", false, vec![0x30, 0x80]));
    let unknown = base().with(Extension::new("1.2.3.4", true, vec![0xFF]));
    let mut curve = base().key("curve");
    curve.key_kind = KeyKind::EcP256;
    for profile in [twice, unknown, curve] {
        let told = ask(&scene.client(Some(&scene.pki.issue(&profile).unwrap())), entrance.address()).await;
        assert!(told.contains("certificates=2"), "{told}");
    }
}

#[tokio::test]
async fn at_most_four_certificates_are_kept_and_oversized_ones_are_not_read() {
    let scene = Scene::new();
    let doctor = scene.pki.doctor("Ichiro Minato", "D10001").unwrap();
    let entrance = scene.open(Entrance::Professional).await;
    let many = doctor.presented().into_iter().cycle().take(9).collect();
    let told = ask(&scene.odd_client(&[&TLS13], Chooser::with(many, signing_key(&doctor))), entrance.address()).await;
    assert!(told.contains("certificates=4"), "{told}");

    let large = Profile::person("Ichiro Minato", "D10001", &["Medical Doctor"], Level::Production)
        .with(Extension::new("1.2.3.4", false, vec![0; 17 * 1024]));
    let large = scene.pki.issue(&large).unwrap();
    assert!(scene.client(Some(&large)).get(entrance.address(), HOST, "/who").await.is_err());

    let beside = vec![doctor.cert_der.clone(), large.cert_der.clone()];
    let told = ask(&scene.odd_client(&[&TLS13], Chooser::with(beside, signing_key(&doctor))), entrance.address()).await;
    assert!(told.contains("certificates=1"), "{told}");
}

#[tokio::test]
async fn every_connection_proves_possession_itself() {
    let scene = Scene::new();
    let doctor = scene.pki.doctor("Ichiro Minato", "D10001").unwrap();
    let entrance = scene.open(Entrance::Professional).await;
    for version in [&TLS12, &TLS13] {
        let card = Chooser::with(doctor.presented(), signing_key(&doctor));
        // A browser that would resume if it were given a ticket.
        let mut config = scene.odd_config(&[version], card.clone());
        config.resumption = rustls::client::Resumption::in_memory_sessions(8);
        let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
        for _ in 0..2 {
            let stream = tokio::net::TcpStream::connect(entrance.address()).await.unwrap();
            let stream = connector.connect(HOST.try_into().unwrap(), stream).await.unwrap();
            assert_eq!(stream.get_ref().1.handshake_kind(), Some(rustls::HandshakeKind::Full));
            let mut connection = renkei_net::client::Connection::over(stream, HOST).await.unwrap();
            let request = axum::http::Request::get("/who").body(axum::body::Body::empty()).unwrap();
            assert!(connection.send(request).await.unwrap().status().is_success());
        }
        assert_eq!(card.asked.load(std::sync::atomic::Ordering::SeqCst), 2, "{version:?}");
    }
}
