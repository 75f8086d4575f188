//! What a page's address, form, cookie and headers can be bent to: cross-site forms, planted cookies, injection, caches,
//! open redirects. Each is a line of `docs/security/attacks.md`.

use crate::browser::Browser;
use axum::http::{Request, StatusCode, header};
use renkei_testkit::{Lab, World};

const FORM: &str = "application/x-www-form-urlencoded";

async fn with_values(world: &World) {
    let import = world.house.import_begin("1710000001").await.unwrap().unwrap();
    let mut markup = Lab::hba1c("0000123", "20261001", 2, "<img src=x onerror=alert(1)>");
    markup.flag = '1';
    let files = vec![Lab::hba1c("0000123", "20261002", 1, "7.8").arrived(), markup.arrived()];
    let counts = world.house.receive_patient(&import, "0000123", files).await.unwrap();
    world.house.import_end(&import, counts).await.unwrap();
}

/// R-8.1.1: a form of another site changes nothing, whatever it says of itself, also with the right token; nor does a form
/// of this site with another session's token.
#[tokio::test]
async fn no_form_of_another_site_is_taken() {
    let world = World::new().await;
    with_values(&world).await;
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    let visit = doctor.open(&world, "hana").await;
    let token = doctor.get("/").await.token();
    let mut nurse = Browser::of(&world, Some("nurse-tsubaki"));
    let theirs = nurse.get("/").await.token();
    assert_ne!(token, theirs);
    let close = format!("{visit}/close");
    for path in ["/read", close.as_str(), "/sign-out"] {
        for (name, value, form) in [
            ("origin", "https://evil.example", &token),
            ("origin", "null", &token),
            ("origin", "https://renkei.test.evil.example", &token),
            ("origin", "https://renkei.test:444", &token),
            ("sec-fetch-site", "cross-site", &token),
            ("sec-fetch-site", "same-site", &token),
            ("origin", "https://renkei.test", &theirs),
            ("origin", "https://renkei.test", &String::new()),
            ("origin", "https://renkei.test", &token[..63].to_owned()),
        ] {
            let request = Request::post(path).header(header::CONTENT_TYPE, FORM).header(name, value);
            let answer = doctor.send(request, format!("csrf={form}")).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {name}: {value}");
        }
        // What is no form is none: another type, the token in the address, another method's name in a header.
        for request in [
            Request::post(path).header(header::CONTENT_TYPE, "text/plain"),
            Request::post(path).header(header::CONTENT_TYPE, "application/json"),
            Request::post(format!("{path}?csrf={token}")).header(header::CONTENT_TYPE, FORM),
            Request::get(format!("{path}?csrf={token}")).header("x-http-method-override", "POST"),
        ] {
            let answer = doctor.send(request.header(header::ORIGIN, "https://renkei.test"), String::new()).await;
            assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        }
    }
    assert_eq!(doctor.get(&visit).await.status, StatusCode::OK, "the visit is open and the session lives");
    assert_eq!(world.count("card.asked").await, 1, "nobody asked for a card but the doctor");
}

/// R-8.1.1: a cookie that somebody else chose is never taken over as a session's.
#[tokio::test]
async fn a_planted_cookie_never_becomes_a_session() {
    let world = World::new().await;
    let chosen = "ab".repeat(32);
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    doctor.cookies.push(("__Host-renkei".to_owned(), chosen.clone()));
    assert_eq!(doctor.get("/").await.status, StatusCode::OK);
    let own: Vec<_> = doctor.cookies.iter().filter(|(name, _)| name == "__Host-renkei").collect();
    assert_eq!(own.len(), 1);
    assert_ne!(own[0].1, chosen, "a fresh token");
    // Elsewhere than on the start page a foreign cookie opens nothing and signs nobody in.
    let mut other = Browser::of(&world, Some("dr-minato"));
    other.cookies.push(("__Host-renkei".to_owned(), chosen));
    assert_eq!(other.get("/cover").await.status, StatusCode::UNAUTHORIZED);
    // The nurse's own session in the doctor's browser: another certificate, so it ends.
    let mut nurse = Browser::of(&world, Some("nurse-tsubaki"));
    nurse.get("/").await;
    doctor.cookies.clone_from(&nurse.cookies);
    assert_eq!(doctor.get("/").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(nurse.get("/").await.status, StatusCode::UNAUTHORIZED, "and it serves nobody again");
    assert!(world.reasons("auth.ended").await.contains(&"bound_elsewhere".to_owned()));
}

/// R-X-02: markup in a message, a register and an address is shown as characters and never becomes part of a page; quotes
/// and statements in addresses reach no statement.
#[tokio::test]
async fn what_is_sent_never_becomes_markup_or_a_statement() {
    let world = World::new().await;
    with_values(&world).await;
    world
        .load(
            "[[reader]]\nkey = \"minato-x\"\ninstitution = \"minato\"\nplace = \"<script>alert(2)</script>\"\n\
             device_key = \"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f7075110\"\n",
        )
        .await;
    world.clock.advance_seconds(1);
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    let start = doctor.get("/").await;
    assert!(
        start.body.contains("alert(2)") && !start.body.contains("<script>alert"),
        "the place is shown as characters"
    );
    let visit = doctor.open(&world, "hana").await;
    for attack in [
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
        "%27%20OR%201%3D1%20--",
        "%27%3B%20DROP%20TABLE%20grants%3B--",
        "%7B%7B7*7%7D%7D",
        "..%2F..%2Fetc%2Fpasswd",
        "%0D%0ASet-Cookie%3A%20x%3D1",
        "%E2%80%AE%00",
    ] {
        for address in [
            format!("/{attack}"),
            format!("/visits/{attack}"),
            format!("{visit}/{attack}"),
            format!("{visit}/laboratory?item={attack}&until={attack}&range={attack}"),
            format!("{visit}/course?before={attack}"),
            format!("{visit}/source/{attack}/{attack}/{attack}"),
            format!("/read/{attack}/outcome"),
            format!("/cover?back={attack}"),
            format!("/?done={attack}"),
            format!("/assets/{attack}"),
        ] {
            let answer = doctor.get(&address).await;
            assert!(answer.status.as_u16() < 500, "{address}: {}", answer.status);
            for made in ["<script>alert", "<img src=x", "root:x:"] {
                assert!(!answer.body.contains(made), "{address} became part of the page");
            }
            assert!(
                !answer.headers.iter().any(|(_, value)| value.as_bytes().windows(3).any(|w| w == b"x=1")),
                "{address}"
            );
        }
    }
    for tab in ["", "/laboratory", "/course", "/others"] {
        let page = doctor.get(&format!("{visit}{tab}")).await;
        assert_eq!(page.status, StatusCode::OK, "the tables are there");
        assert!(!page.body.contains("<img src=x"), "{tab}");
    }
}

/// R-X-02: nothing of a patient can be asked for in part, from a cache, or in another's name: every page is made anew, is
/// whole, and may be kept by nobody.
#[tokio::test]
async fn pages_of_patients_are_never_kept_and_never_partial() {
    let world = World::new().await;
    with_values(&world).await;
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    let visit = doctor.open(&world, "hana").await;
    let whole = doctor.get(&visit).await;
    for (name, value) in [
        ("if-none-match", "*"),
        ("if-modified-since", "Sat, 21 Nov 2026 00:00:00 GMT"),
        ("range", "bytes=0-10"),
        ("x-forwarded-for", "10.17.1.7"),
        ("forwarded", "for=10.17.1.7;proto=http"),
        ("x-original-url", "/visits/other"),
        ("x-client-cert", "nobody"),
        ("accept-encoding", "gzip, br"),
    ] {
        let answer = doctor.send(Request::get(&visit).header(name, value), String::new()).await;
        assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, whole.body.len()), "{name}");
        assert_eq!(answer.headers.get(header::CACHE_CONTROL).unwrap(), "no-store", "{name}");
        for kept in [header::ETAG, header::LAST_MODIFIED, header::CONTENT_ENCODING, header::ACCESS_CONTROL_ALLOW_ORIGIN]
        {
            assert!(!answer.headers.contains_key(&kept), "{name}: {kept}");
        }
    }
    // Compression would let a stranger measure a token beside what he sends in; a page is as long as it is.
    let refusal = doctor.get("/visits/x").await;
    assert_eq!(refusal.headers.get(header::CACHE_CONTROL).unwrap(), "no-store");
}

/// R-8.2.4: no address leads out of the house, in whatever spelling another site is named.
#[tokio::test]
async fn no_address_leads_to_another_site() {
    let world = World::new().await;
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    doctor.get("/").await;
    for back in [
        "//evil.example",
        "/\\evil.example",
        "/%09/evil.example",
        "https:evil.example",
        "https:%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "/%0A/evil.example",
        "javascript:alert(1)",
        "%20//evil.example",
        "/%E2%80%8B/evil.example",
    ] {
        let chosen = doctor.post("/language", &format!("language=ja&back={back}"), "https://renkei.test").await;
        assert_eq!((chosen.status, chosen.location()), (StatusCode::SEE_OTHER, "/"), "{back}");
        for page in ["/cover", "/idle"] {
            let covered = doctor.get(&format!("{page}?back={back}")).await;
            assert!(!covered.body.contains("evil") && !covered.body.contains("alert(1)"), "{page}: {back}");
        }
    }
}

/// R-F1-3.3B-2: a window that asks by itself keeps no session alive; the page of an idle one is E401, shows nobody, and what
/// was being done begins again after a new sign-in.
#[tokio::test]
async fn an_idle_session_is_over_for_every_page_and_form() {
    let world = World::new().await;
    with_values(&world).await;
    let mut doctor = Browser::of(&world, Some("dr-minato"));
    let visit = doctor.open(&world, "hana").await;
    let token = doctor.get("/").await.token();
    for _ in 0..3 {
        world.clock.advance_seconds(4 * 60);
        assert_eq!(doctor.get(&format!("/idle?back={visit}")).await.status, StatusCode::OK, "covered, not used");
    }
    world.clock.advance_seconds(3 * 60 + 1);
    let mut second = Browser::of(&world, Some("dr-minato"));
    second.cookies.clone_from(&doctor.cookies);
    let asked = doctor.post("/read", &format!("csrf={token}"), "https://renkei.test").await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    let page = second.get(&visit).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert!(!page.body.contains("佐倉") && !asked.body.contains("佐倉"));
    // Nothing was typed that could be lost: the visit itself goes on for whoever signs in again.
    assert_eq!(doctor.get("/").await.status, StatusCode::OK);
    assert_eq!(doctor.get(&visit).await.status, StatusCode::OK);
}
