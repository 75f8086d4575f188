//! The pages over a real house: certificate, session, card, patient, close — as requests and answers.

use crate::browser::{Answer, Browser};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use renkei_net::{ConnectionFacts, Entrance};
use renkei_testkit::{Lab, World, tokyo};
use renkei_web::WebSettings;
use std::net::SocketAddr;
use tower::ServiceExt;

async fn with_results() -> World {
    let world = World::new().await;
    let import = world.house.import_begin("1710000001").await.unwrap().unwrap();
    let files = vec![
        Lab::hba1c("0000123", "20260801", 1, "7.4").arrived(),
        Lab::hba1c("0000123", "20261001", 2, "7.8").arrived(),
    ];
    let counts = world.house.receive_patient(&import, "0000123", files).await.unwrap();
    world.house.import_end(&import, counts).await.unwrap();
    world
}

/// without a certificate there is a refusal in words, with what to do, whom to call, and a number.
#[tokio::test]
async fn who_shows_no_certificate_reads_why_and_what_to_do() {
    let world = World::new().await;
    let mut nobody = Browser::of(&world, None);
    let answer = nobody.get("/").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    for words in ["E401", "証明書が選ばれていません", "どうすればよいか", "000-0000-0000", "受付番号"]
    {
        assert!(answer.body.contains(words), "{words}");
    }
    assert!(nobody.cookies.iter().all(|(name, _)| name != "__Host-renkei"));
}

/// R-8.2.4-ア: certificate, card, patient; the visit is closed and the page is gone.
#[tokio::test]
async fn a_card_is_touched_and_the_record_opens_until_the_visit_is_closed() {
    let world = with_results().await;
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    let start = doctor.get("/").await;
    assert_eq!(start.status, StatusCode::OK, "{}", start.body);
    assert!(start.body.contains("患者カードをかざしてください") && start.body.contains("湊 一郎"));
    let visit = doctor.open(&world, "hana").await;
    assert!(visit.starts_with("/visits/"));
    let page = doctor.get(&visit).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    for words in ["佐倉", "サクラ", "昭和29年（1954）3月12日", "見られる理由", "患者カードの提示", "アオバ内科", "7.8"]
    {
        assert!(page.body.contains(words), "{words}");
    }
    let start = doctor.get("/").await;
    assert!(start.body.contains("佐倉 ハナ") && start.body.contains(&visit), "the open visit stands on the start page");
    for tab in ["course", "laboratory"] {
        assert_eq!(doctor.get(&format!("{visit}/{tab}")).await.status, StatusCode::OK, "{tab}");
    }
    let laboratory = doctor.get(&format!("{visit}/laboratory")).await;
    let trend = laboratory.body.split("href=\"").find(|rest| rest.contains("?item=")).unwrap();
    let trend = doctor.get(trend.split('#').next().unwrap()).await;
    assert!(trend.body.contains("7.4") && trend.body.contains("<svg class=\"trend\""), "the trend is drawn");
    let source = page
        .body
        .split("href=\"")
        .find(|rest| rest.contains("/source/"))
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let source = doctor.get(&source).await;
    assert!(source.body.contains("OBX[1]-5") && source.body.contains("20261001"), "{}", source.body);

    let closed = doctor.post(&format!("{visit}/close"), &format!("csrf={}", page.token()), "https://renkei.test").await;
    assert_eq!((closed.status, closed.location()), (StatusCode::SEE_OTHER, "/?done=closed"));
    assert!(doctor.get(closed.location()).await.body.contains("診察を終えました"));
    assert_eq!(doctor.get(&visit).await.status, StatusCode::FORBIDDEN);
}

/// the next day, another institution, a number that never was, and no number at all answer the same.
#[tokio::test]
async fn without_a_live_permission_every_patient_address_answers_the_same() {
    let world = with_results().await;
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    let visit = doctor.open(&world, "hana").await;
    let mut other = Browser::of(&world, Some("dr-aoba"));
    other.get("/").await;
    let foreign = other.get(&visit).await;
    let never = other.get("/visits/0194f0a0-0000-7000-8000-00000000abcd").await;
    let nonsense = other.get("/visits/0000123").await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    assert!(foreign.body.contains("許可がありません"));
    let here =
        |answer: &Answer, path: &str| answer.same_for_all().replace(path, "").replace(&path.replace('/', "%2F"), "");
    let expected = here(&foreign, &visit);
    assert_eq!(here(&never, "/visits/0194f0a0-0000-7000-8000-00000000abcd"), expected);
    assert_eq!(here(&nonsense, "/visits/0000123"), expected);

    // The grant ends with the Tokyo day.
    world.clock.set(tokyo("2026-11-22T00:00:01"));
    let mut tomorrow = Browser::of(&world, Some("dr-minato"));
    tomorrow.get("/").await;
    assert_eq!(tomorrow.get(&visit).await.status, StatusCode::FORBIDDEN);
}

/// R-8.2.4-ア: unknown and foreign cards give one and the same answer; R-X-21 hides behind it too.
#[tokio::test]
async fn every_refused_card_reads_the_same() {
    let world = World::new().await;
    let mut answers = Vec::new();
    for patient in ["stranger", "taro"] {
        let mut doctor = Browser::of(&world, Some("dr-minato"));
        let answer = doctor.touch(&world, patient).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{patient}");
        assert!(answer.body.contains("このカードでは記録を開けません"), "{patient}: {}", answer.body);
        assert!(!answer.body.contains("太郎"));
        answers.push(answer.body.len());
    }
    assert_eq!(answers.first(), answers.last());
}

#[tokio::test]
async fn a_form_needs_its_token_and_its_own_host() {
    let world = World::new().await;
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    let token = doctor.get("/").await.token();
    let without = doctor.post("/sign-out", "", "https://renkei.test").await;
    assert_eq!(without.status, StatusCode::FORBIDDEN);
    assert!(without.body.contains("画面が古くなっています"));
    let foreign = doctor.post("/sign-out", &format!("csrf={token}"), "https://evil.example").await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let out = doctor.post("/sign-out", &format!("csrf={token}"), "https://renkei.test").await;
    assert_eq!(out.status, StatusCode::OK);
    assert!(out.body.contains("サインアウトしました") && out.headers.contains_key("clear-site-data"));
    assert!(doctor.cookies.iter().all(|(name, _)| name != "__Host-renkei"));
}

#[tokio::test]
async fn a_page_left_alone_closes_and_does_not_open_again_by_itself() {
    let world = with_results().await;
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    let visit = doctor.open(&world, "hana").await;
    let page = doctor.get(&visit).await;
    assert!(page.body.contains("http-equiv=\"refresh\" content=\"905;url=/idle?back=/visits/"), "it leaves by itself");
    world.clock.advance_seconds(906);
    let idle = doctor.get("/idle").await;
    assert_eq!(idle.status, StatusCode::UNAUTHORIZED);
    assert!(idle.body.contains("しばらく操作がなかった") && !idle.body.contains("佐倉"));
    assert!(doctor.cookies.iter().all(|(name, _)| name != "__Host-renkei"));
}

/// what a page of another site makes a browser ask for, a picture, a frame, a link looked at ahead, begins no
/// session and ends none, and takes no cookie away; a page that somebody opens does begin one.
#[tokio::test]
async fn only_a_page_that_somebody_opens_begins_a_session() {
    let world = World::new().await;
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    assert_eq!(doctor.get("/").await.status, StatusCode::OK);
    let begun = world.count("auth.success").await;
    // Another site's requests carry the certificate and no cookie.
    let mut foreign = Browser::of(&world, Some("dr-minato"));
    let asks = |method: &str, path: &str, said: &[(&str, &str)]| {
        let request = Request::builder().method(method).uri(path);
        said.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    };
    let cross = ("sec-fetch-site", "cross-site");
    let navigates = ("sec-fetch-mode", "navigate");
    let document = ("sec-fetch-dest", "document");
    for (method, path, said) in [
        ("GET", "/", &[cross, ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")][..]),
        ("GET", "/", &[cross, navigates, ("sec-fetch-dest", "iframe")]),
        ("GET", "/", &[cross, ("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")]),
        ("GET", "/", &[cross]),
        ("HEAD", "/", &[]),
        ("GET", "/visits/x", &[cross, navigates, document]),
    ] {
        for _ in 0..3 {
            let answer = foreign.send(asks(method, path, said), String::new()).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path} {said:?}");
            assert!(!answer.headers.contains_key(header::SET_COOKIE), "{method} {path} {said:?}");
        }
    }
    assert_eq!(world.count("auth.success").await, begun);
    assert!(doctor.get("/").await.body.contains("湊 一郎"), "the real session lives on");
    let linked = foreign.send(asks("GET", "/", &[cross, navigates, document]), String::new()).await;
    assert_eq!(linked.status, StatusCode::OK, "a link of another site leads here");
    assert_eq!(world.count("auth.success").await, begun + 1);
}

/// whose session ended because he signed in elsewhere reads so, and not that he signed out.
#[tokio::test]
async fn a_session_ended_by_a_newer_one_says_so() {
    let world = World::new().await;
    let mut windows: Vec<Browser> = (0..3).map(|_| Browser::of(&world, Some("dr-minato"))).collect();
    for window in &mut windows {
        assert_eq!(window.get("/").await.status, StatusCode::OK);
    }
    let first = windows[0].get("/").await;
    assert_eq!(first.status, StatusCode::UNAUTHORIZED);
    assert!(first.body.contains("ほかの端末でサインインした") && !first.body.contains("サインアウトしました"));
}

#[tokio::test]
async fn a_covered_screen_shows_nobody_and_leads_back() {
    let world = with_results().await;
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    let visit = doctor.open(&world, "hana").await;
    let covered = doctor.get(&format!("/cover?back={visit}")).await;
    assert!(covered.body.contains("画面を閉じています") && !covered.body.contains("佐倉"));
    assert!(covered.body.contains(&format!("href=\"{visit}\"")));
    let elsewhere = doctor.get("/cover?back=https://evil.example/").await;
    assert!(!elsewhere.body.contains("evil"));
}

#[tokio::test]
async fn every_answer_carries_the_protecting_headers() {
    let world = World::new().await;
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    for path in ["/", "/visits/x", "/nowhere", "/read/x", "/assets/base.css"] {
        let answer = doctor.get(path).await;
        let policy = answer.headers.get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}");
        for name in ["x-content-type-options", "referrer-policy"] {
            assert!(answer.headers.contains_key(name), "{path}: {name}");
        }
        // The listener's to say: a demonstration on localhost must not say it.
        assert!(!answer.headers.contains_key("strict-transport-security"), "{path}");
        let kept = answer.headers.get(header::CACHE_CONTROL).unwrap();
        assert_eq!(kept == "no-store", !path.starts_with("/assets"), "{path}");
    }
}

#[tokio::test]
async fn the_chosen_language_stays() {
    let world = World::new().await;
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    doctor.get("/").await;
    let chosen = doctor.post("/language", "language=en&back=/", "https://renkei.test").await;
    assert_eq!((chosen.status, chosen.location()), (StatusCode::SEE_OTHER, "/"));
    assert!(doctor.get("/").await.body.contains("Touch the patient card to the reader"));
    let away = doctor.post("/language", "language=ja&back=//evil.example", "https://renkei.test").await;
    assert_eq!(away.location(), "/");
}

/// R-X-02: more than sixty bad requests are refused in words, never with a failure of ours.
#[tokio::test]
async fn bad_requests_are_answered_in_words_and_never_fail() {
    let world = with_results().await;
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    let visit = doctor.open(&world, "hana").await;
    let token = doctor.get("/").await.token();
    let long = "あ".repeat(2_000);
    let mut paths: Vec<String> = [
        "/visits/%00",
        "/visits/%E3%81%82",
        "/read/1",
        "/read/%FF",
        "/x",
        "/visits",
        "/assets/../x",
        "/assets/none.css",
    ]
    .map(str::to_owned)
    .to_vec();
    for query in [
        "?range=9y",
        "?before=2026-99-99",
        "?until=x",
        "?item=%00",
        "?item=%F0%9F%98%80",
        "?range=1m&before=0000-00-00",
        "?range=%EF%BC%91%EF%BD%99",
        "?item=%EF%BC%A8%EF%BD%82%EF%BC%A1%EF%BC%91%EF%BD%83&until=%0D%0A",
        "?until=&until=&range=",
    ] {
        for tab in ["", "/course", "/laboratory", "/medicines", "/unknown"] {
            paths.push(format!("{visit}{tab}{query}"));
        }
    }
    for place in ["x", "OBX.1.5.0", "OBX.99999999999.5.0.0", "%E3%81%82.1.1.1.1", "OBX.1.5.0.0"] {
        paths.push(format!("{visit}/source/0194f0a0-0000-7000-8000-000000000001/1/{place}"));
    }
    for path in paths {
        let answer = doctor.get(&path).await;
        assert!(answer.status.as_u16() < 500, "{path}: {}", answer.status);
        let is_page = answer.body.contains("<html");
        assert!(is_page || path.starts_with("/assets"), "{path}: {} {}", answer.status, answer.body);
    }
    for form in [
        "",
        "reader=",
        "reader=1",
        "reader=%E3%81%82",
        &format!("reader={long}"),
        "reader=0194f0a0-0000-7000-8000-000000000001",
    ] {
        let answer = doctor.post("/read", &format!("csrf={token}&{form}"), "https://renkei.test").await;
        assert!(answer.status.is_client_error() && answer.body.contains("受付番号"), "{form}: {}", answer.status);
    }
    let no_form = doctor.send(Request::post("/read"), "{}".to_owned()).await;
    assert!(no_form.status.is_client_error() && no_form.body.contains("<html"), "{} {}", no_form.status, no_form.body);
}

/// R-6.5.2-イ: the patient entrance greets, and an address of the professionals is nowhere there.
#[tokio::test]
async fn the_patient_entrance_knows_no_professional_address() {
    let settings = WebSettings::default();
    let router = renkei_web::patient(&settings).unwrap();
    let greeting = router.clone().oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(greeting.status(), StatusCode::OK);
    for path in renkei_web::PROFESSIONAL_ADDRESSES {
        let answer = router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let refused = renkei_web::patient_not_found(&settings);
    assert!(refused.headers().contains_key(header::CONTENT_SECURITY_POLICY));
    let body = |answer: axum::response::Response| async { to_bytes(answer.into_body(), 1 << 20).await.unwrap() };
    let one = body(renkei_web::patient_not_found(&settings)).await;
    assert_eq!(one, body(renkei_web::patient_not_found(&settings)).await);
}

/// R-X-02: what a listener cuts off is answered in the same words and with a number.
#[tokio::test]
async fn a_request_that_is_cut_off_is_answered_in_words() {
    let fault_page = renkei_web::fault_page(&WebSettings::default());
    let facts = ConnectionFacts::for_router_tests(Entrance::Professional, SocketAddr::from(([127, 0, 0, 1], 1)), None);
    for (fault, words) in [
        (renkei_net::Fault::Panicked, "こちらの不具合"),
        (renkei_net::Fault::TimedOut, "いまは止まっています"),
        (renkei_net::Fault::BodyTooLarge, "送られた内容を読めませんでした"),
        (renkei_net::Fault::HeadTooLarge, "送られた内容を読めませんでした"),
    ] {
        let answer = fault_page(fault, &facts, "12345-67890");
        assert_eq!(answer.status(), fault.status());
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        let body = String::from_utf8_lossy(&body);
        assert!(body.contains(words) && body.contains("12345-67890"), "{words}");
    }
}
