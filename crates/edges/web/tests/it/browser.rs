//! A browser as far as a server sees one: certificate, line, cookies; and what it is answered.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use renkei_app::card::CardAnswer;
use renkei_kernel::{CardReadId, Withheld};
use renkei_net::{ConnectionFacts, Entrance};
use renkei_testkit::World;
use renkei_web::WebSettings;
use renkei_web::shell::Desk;
use std::net::{IpAddr, SocketAddr};
use tower::ServiceExt;

/// A browser of one person at the professional entrance.
pub struct Browser {
    pub router: Router,
    pub chain: Option<Vec<Vec<u8>>>,
    pub address: SocketAddr,
    pub cookies: Vec<(String, String)>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }
    /// The body without the number that differs each time.
    pub fn same_for_all(&self) -> String {
        let mut text = self.body.clone();
        while let Some((before, rest)) = text.split_once("reference\">") {
            let after = rest.split_once('<').unwrap().1;
            text = format!("{before}<{after}");
        }
        text
    }
    pub fn token(&self) -> String {
        let rest = self.body.split_once("name=\"csrf\" value=\"").unwrap().1;
        rest.split('"').next().unwrap().to_owned()
    }
}

impl Browser {
    pub fn of(world: &World, person: Option<&str>) -> Self {
        let settings = WebSettings {
            desk: Some(Desk {
                name: "サポートセンター".into(),
                phone: "000-0000-0000".into(),
                hours: "平日 9:00–17:00".into(),
            }),
            ..WebSettings::default()
        };
        let line = match person {
            Some("dr-aoba") => [10, 17, 1, 7],
            _ => [10, 17, 2, 7],
        };
        Self {
            router: renkei_web::professional(world.house.clone(), settings).unwrap(),
            chain: person.map(|person| world.certificate(person).presented()),
            address: SocketAddr::new(IpAddr::from(line), 50_000),
            cookies: Vec::new(),
        }
    }

    pub async fn send(&mut self, request: axum::http::request::Builder, body: String) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = request.header(header::HOST, "renkei.test").body(Body::from(body)).unwrap();
        if !cookies.is_empty() {
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        let facts = ConnectionFacts::for_router_tests(Entrance::Professional, self.address, self.chain.clone());
        request.extensions_mut().insert(facts);
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        for value in headers.get_all(header::SET_COOKIE) {
            let pair = value.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                if name == "__Host-renkei" {
                    renkei_testkit::logs::plant(value);
                }
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        let body = to_bytes(answer.into_body(), 4 << 20).await.unwrap();
        Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), String::new()).await
    }

    pub async fn post(&mut self, path: &str, form: &str, origin: &str) -> Answer {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, origin);
        self.send(request, form.to_owned()).await
    }

    /// Asks for a read at the first reader and lays a card on it; the answer to the waiting browser.
    pub async fn touch(&mut self, world: &World, patient: &str) -> Answer {
        let start = self.get("/").await;
        let reader = start.body.split_once("name=\"reader\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
        let asked = self.post("/read", &format!("csrf={}&reader={reader}", start.token()), "https://renkei.test").await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.body);
        let waiting = self.get(asked.location()).await;
        assert!(waiting.body.contains("/outcome\""), "the page goes on without scripts");
        let read: CardReadId = asked.location().strip_prefix("/read/").unwrap().parse().unwrap();
        let card = Withheld::new(World::card(patient).to_owned());
        world.house.card_answered(CardAnswer { read, reader: reader.parse().unwrap(), card, level: 1 }).await.unwrap();
        self.get(&format!("{}/outcome", asked.location())).await
    }

    pub async fn open(&mut self, world: &World, patient: &str) -> String {
        let opened = self.touch(world, patient).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.body);
        opened.location().to_owned()
    }
}
