//! The chooser in front of a real TLS entrance that tells what it sees of its callers.

use crate::support::{SEED, noon, region};
use axum::body::Body;
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::{get, post};
use axum::{Extension, Router};
use renkei_demo::chooser::{Chooser, Settings};
use renkei_demo::{CardTable, Credentials, Filling, Scale};
use renkei_kernel::{SeededEntropy, SettableClock, Timestamp};
use renkei_net::client::{Connection, body_text};
use renkei_net::{ClientCertificates, ConnectionFacts, Entrance, Identity, Listener, Running};
use renkei_testpki::{Authority, TestPki, pem};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::net::TcpStream;

struct World {
    address: SocketAddr,
    entrance: Running,
    cards: CardTable,
    clock: Arc<SettableClock>,
    turned: Arc<AtomicI64>,
}

fn pki() -> &'static TestPki {
    static PKI: OnceLock<TestPki> = OnceLock::new();
    PKI.get_or_init(|| TestPki::seeded(77, noon()))
}

fn seen(facts: &ConnectionFacts, headers: &HeaderMap) -> String {
    let certificate = facts.client_certificate().map_or("none".to_owned(), |der| {
        let at = der.windows(7).position(|w| w == b"MINATO ").map_or(0, |_| 1);
        format!("shown{at}")
    });
    let header = |name: header::HeaderName| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("-").to_owned();
    format!(
        "certificate={certificate} cookie={} host={} origin={} referer={}",
        header(header::COOKIE),
        header(header::HOST),
        header(header::ORIGIN),
        header(header::REFERER)
    )
}

async fn start(Extension(facts): Extension<ConnectionFacts>, headers: HeaderMap) -> Response<Body> {
    let page = format!("<html><head><title>t</title></head><body><p>{}</p></body></html>", seen(&facts, &headers));
    ([(header::SET_COOKIE, "__Host-session=abc; Path=/; Secure; HttpOnly; SameSite=Strict")], Html(page))
        .into_response()
}

async fn sent(Extension(facts): Extension<ConnectionFacts>, headers: HeaderMap, body: String) -> String {
    format!("{} body={body}", seen(&facts, &headers))
}

async fn world() -> World {
    world_with(Filling::done()).await
}

async fn world_with(filling: Filling) -> World {
    let region = region(SEED);
    let scale = Scale { patients: 20, ..Scale::DEMO };
    let credentials = Credentials::issue(pki(), &SeededEntropy::new(1)).unwrap();
    let server = pki().server_certificate(&["renkei.localhost"], &[]).unwrap();
    let identity = Identity::from_der(server.presented(), server.key_der.clone()).unwrap();
    let router = Router::new()
        .route("/", get(start))
        .route("/away", get(|| async { Redirect::to("/elsewhere?x=1") }))
        .route("/send", post(sent))
        .route("/plain", get(|| async { "<body>plain" }));
    let clock = Arc::new(SettableClock::frozen(noon()));
    let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let listener = Listener {
        client_certificates: ClientCertificates::Requested(renkei_net::RootHints::none()),
        ..Listener::new(Entrance::Professional, loopback, identity)
    };
    let entrance = listener.open(router).await.unwrap();
    let turned = Arc::new(AtomicI64::new(0));
    let cards = CardTable::default();
    let settings = Settings {
        region,
        scale,
        entrance: entrance.address(),
        server_name: "renkei.localhost".into(),
        roots_pem: pem("CERTIFICATE", &pki().authority(Authority::Root).unwrap().cert_der).into_bytes(),
        clock: clock.clone(),
        cards: cards.clone(),
        filling,
        turned: Arc::new({
            let turned = turned.clone();
            move |at: Timestamp| turned.store(at.seconds(), Ordering::SeqCst)
        }),
    };
    let (address, _task) = Chooser::open(settings, &credentials, loopback).await.unwrap();
    World { address, entrance, cards, clock, turned }
}

impl World {
    async fn send(&self, name: &str, request: Request<Body>) -> Response<Body> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let host = format!("{name}:{}", self.address.port());
        Connection::over(stream, &host).await.unwrap().send(request).await.unwrap()
    }
    async fn get(&self, name: &str, path: &str) -> (StatusCode, String) {
        let answer = self.send(name, Request::get(path).body(Body::empty()).unwrap()).await;
        (answer.status(), body_text(answer).await.unwrap())
    }
    async fn post(&self, name: &str, path: &str, body: &str, origin: Option<&str>) -> Response<Body> {
        let own = format!("http://{name}:{}", self.address.port());
        let mut request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::REFERER, format!("{own}/patient?tab=x"));
        request = match origin {
            Some("own") => request.header(header::ORIGIN, &own),
            Some(other) => request.header(header::ORIGIN, other),
            None => request,
        };
        self.send(name, request.body(Body::from(body.to_owned())).unwrap()).await
    }
}

#[tokio::test]
async fn the_first_page_shows_everybody_and_says_that_it_is_a_demonstration() {
    let world = world().await;
    let (status, page) = world.get("127.0.0.1", "/").await;
    assert_eq!(status, StatusCode::OK);
    for text in [
        "体験版",
        "湊 一郎",
        "アオバ内科",
        "歯科医師",
        "断られる例",
        "佐倉 ハナ",
        "令和8年（2026）11月21日（土） 12:00",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(page.contains(&format!("http://minato-ichiro.localhost:{}/", world.address.port())));
    assert!(!page.contains("<script") && !page.contains("style=") && !page.contains(" on"));
    let (status, page) = world.get("localhost", "/patients?q=%E4%BD%90%E5%80%89").await;
    assert!(status.is_success() && page.contains("1人") && page.contains("昭和29年（1954）3月12日"));
}

#[tokio::test]
async fn a_person_is_seen_by_the_entrance_with_her_certificate_and_cookies_stay_here() {
    let world = world().await;
    let answer = world.send("minato-ichiro.localhost", Request::get("/").body(Body::empty()).unwrap()).await;
    assert!(!answer.headers().contains_key(header::SET_COOKIE));
    let page = body_text(answer).await.unwrap();
    let host = format!("host=renkei.localhost:{}", world.entrance.address().port());
    assert!(page.contains("certificate=shown1 cookie=-") && page.contains(&host), "{page}");
    assert!(page.contains("いま <b>湊 一郎</b>（医師）ミナト総合病院") && page.contains("体験版"));
    let (_, again) = world.get("minato-ichiro.localhost", "/").await;
    assert!(again.contains("cookie=__Host-session=abc"));
    let (_, other) = world.get("aoba-makoto.localhost", "/").await;
    assert!(other.contains("certificate=shown0 cookie=-"), "another person, another jar");
    let (_, nobody) = world.get("nobody.localhost", "/").await;
    assert!(nobody.contains("certificate=none") && nobody.contains("証明書なし"));
    let (_, plain) = world.get("aoba-makoto.localhost", "/plain").await;
    assert_eq!(plain, "<body>plain", "only pages get the bar");
}

#[tokio::test]
async fn forms_reach_the_entrance_as_from_its_own_page_and_foreign_ones_do_not() {
    let world = world().await;
    let answer = world.post("aoba-makoto.localhost", "/send", "a=b", Some("own")).await;
    let text = body_text(answer).await.unwrap();
    let authority = format!("https://renkei.localhost:{}", world.entrance.address().port());
    assert!(text.contains(&format!("origin={authority} referer={authority}/patient?tab=x body=a=b")), "{text}");
    for foreign in [None, Some("http://evil.example"), Some("null")] {
        let answer = world.post("aoba-makoto.localhost", "/send", "a=b", foreign).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    }
    let answer = world.send("aoba-makoto.localhost", Request::get("/away").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.headers()[header::LOCATION], "/elsewhere?x=1");
}

#[tokio::test]
async fn names_that_are_not_ours_get_nothing() {
    let world = world().await;
    for name in ["evil.example", "stranger.localhost", "10.0.0.1"] {
        assert_eq!(world.get(name, "/").await.0, StatusCode::NOT_FOUND, "{name}");
    }
}

#[tokio::test]
async fn cards_are_laid_from_both_pages_and_taken_away() {
    let world = world().await;
    let answer = world.post("127.0.0.1", "/card", "reader=minato-1&patient=sakura-hana", Some("own")).await;
    assert_eq!(answer.headers()[header::LOCATION], "/?done=card");
    assert!(world.cards.on("minato-1").unwrap().id.starts_with("felica:"));
    let answer = world.post("minato-ichiro.localhost", "/.demo/card", "reader=minato-1&patient=", Some("own")).await;
    assert_eq!(answer.headers()[header::LOCATION], "/patient?tab=x");
    assert_eq!(world.cards.on("minato-1"), None);
    world.post("127.0.0.1", "/card", "institution=aoba&patient=sakura-hana", Some("own")).await;
    assert!(world.cards.on("aoba-1").is_some());
    assert!(world.post("127.0.0.1", "/card/away", "", Some("own")).await.status().is_redirection());
    assert_eq!(world.cards.on("aoba-1"), None);
    for wrong in [
        "reader=minato-1&patient=iwase-shigeru",
        "reader=nowhere&patient=sakura-hana",
        "reader=minato-1&patient=unknown",
    ] {
        let answer = world.post("127.0.0.1", "/card", wrong, Some("own")).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{wrong}: no card, no reader, nobody");
    }
}

#[tokio::test]
async fn the_clock_is_turned_within_a_year_and_everybody_hears_of_it() {
    let world = world().await;
    let turn = |body: &'static str| {
        let world = &world;
        async move { world.post("127.0.0.1", "/clock", body, Some("own")).await.status() }
    };
    use renkei_kernel::Clock;
    assert_eq!(turn("turn=hour").await, StatusCode::SEE_OTHER);
    assert_eq!(world.clock.now(), noon().plus_seconds(3_600));
    assert_eq!(world.turned.load(Ordering::SeqCst), world.clock.now().seconds());
    assert_eq!(turn("turn=day").await, StatusCode::SEE_OTHER);
    assert_eq!(world.clock.now().to_rfc3339(), "2026-11-22T00:00:00.000000Z");
    assert_eq!(turn("turn=set&at=2026-11-21T10%3A00").await, StatusCode::SEE_OTHER);
    assert_eq!(world.clock.now().to_rfc3339(), "2026-11-21T01:00:00.000000Z");
    assert_eq!(turn("at=2026-11-21T10%3A30%3A00%2B09%3A00").await, StatusCode::SEE_OTHER);
    assert_eq!(world.clock.now().to_rfc3339(), "2026-11-21T01:30:00.000000Z");
    assert_eq!(turn("turn=set&at=2020-01-01T10%3A00").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(turn("turn=nonsense").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(turn("turn=set&at=2031-01-01T10%3A00").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(turn("turn=set&at=2026-11-25T10%3A00").await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_page_opens_on_loopback_only() {
    let world = world().await;
    drop(world);
    let credentials = Credentials::issue(pki(), &SeededEntropy::new(1)).unwrap();
    let settings = Settings {
        region: region(SEED),
        scale: Scale::TINY,
        entrance: SocketAddr::from((Ipv4Addr::LOCALHOST, 1)),
        server_name: "renkei.localhost".into(),
        roots_pem: pem("CERTIFICATE", &pki().authority(Authority::Root).unwrap().cert_der).into_bytes(),
        clock: Arc::new(SettableClock::frozen(noon())),
        cards: CardTable::default(),
        filling: Filling::done(),
        turned: Arc::new(|_| {}),
    };
    assert!(Chooser::open(settings, &credentials, SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))).await.is_err());
}

/// R-X-19: the page stands before all records do. It says so, lays the cards of those only whose records are whole, and
/// every page behind it says that more is coming; when everything is in, nothing of that is left.
#[tokio::test]
async fn until_all_records_are_in_every_page_says_so_and_nobody_opens_half_a_record() {
    let filling = Filling::begin(27);
    filling.took_in(0, "minato", 366);
    filling.are_in(["sakura-hana".to_owned()]);
    let world = world_with(filling.clone()).await;
    let said = "366 ファイル、患者 1 / 27 人";
    for (name, path) in [("127.0.0.1", "/"), ("127.0.0.1", "/patients"), ("minato-ichiro.localhost", "/")] {
        let (status, page) = world.get(name, path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(page.contains(said), "{path}: {page}");
    }
    let (_, page) = world.get("127.0.0.1", "/").await;
    assert!(
        page.contains("<option value=\"misaki-taro\" disabled>") && page.contains("<option value=\"sakura-hana\">")
    );
    let (_, list) = world.get("127.0.0.1", "/patients").await;
    assert_eq!(list.matches("name=\"patient\"").count(), 1, "one card can be laid");
    let (_, state) = world.get("127.0.0.1", "/state").await;
    assert!(state.contains("\"complete\":false") && state.contains("\"files\":null"), "{state}");
    for (name, path) in [("127.0.0.1", "/card"), ("minato-ichiro.localhost", "/.demo/card")] {
        let not_yet = world.post(name, path, "reader=minato-1&patient=misaki-taro", Some("own")).await;
        assert_eq!(not_yet.status(), StatusCode::CONFLICT, "{name}");
        assert!(body_text(not_yet).await.unwrap().contains("まだ取り込んでいる途中です"));
        assert_eq!(world.cards.on("minato-1"), None);
    }
    let laid = world.post("127.0.0.1", "/card", "reader=minato-1&patient=sakura-hana", Some("own")).await;
    assert_eq!(laid.status(), StatusCode::SEE_OTHER);
    filling.are_in(["misaki-taro".to_owned()]);
    let laid = world.post("127.0.0.1", "/card", "reader=minato-2&patient=misaki-taro", Some("own")).await;
    assert_eq!(laid.status(), StatusCode::SEE_OTHER, "each record opens when it is whole");
    filling.finish();
    for (name, path) in [("127.0.0.1", "/"), ("127.0.0.1", "/patients"), ("minato-ichiro.localhost", "/")] {
        let (_, page) = world.get(name, path).await;
        assert!(!page.contains("取り込") && !page.contains("demo-filling"), "{path}");
    }
    let (_, state) = world.get("127.0.0.1", "/state").await;
    assert!(state.contains("\"complete\":true"), "{state}");
}
