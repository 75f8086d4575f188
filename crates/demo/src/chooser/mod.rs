//! The page *choose who you are* and the proxy behind it: how a visitor without cards and readers walks the real walk.
//!
//! One plain-HTTP port on loopback. `127.0.0.1` is the page with people, cards and clock; `CODE.localhost` is the
//! professional entrance as that person sees it. The proxy opens the real TLS door with the person's certificate, so
//! that everything behind it — handshake, verdict, session, trail — is the program as it runs anywhere.

mod bar;
mod guard;
mod html;
mod jar;
mod people;
mod relay;

use crate::cards::{CardTable, LaidCard};
use crate::credentials::Credentials;
use crate::filling::Filling;
use crate::region::Region;
use crate::region::institutions::Area;
use crate::region::patients::Consent;
use crate::region::staff::Staff;
use crate::{Scale, cards};
use axum::body::Body;
use axum::extract::{ConnectInfo, Form, FromRequest, Query, State};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect};
use axum::{Json, Router};
use guard::Host;
use jar::Jar;
use jiff::civil::{Date, DateTime};
use renkei_kernel::{Clock, SettableClock, Timestamp};
use renkei_net::NetError;
use renkei_net::client::{Client, ClientSettings};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;

/// Name of the caller who shows no certificate.
const NOBODY: &str = "nobody";

/// What the chooser is given.
#[derive(Clone)]
pub struct Settings {
    pub region: Region,
    pub scale: Scale,
    /// The professional entrance, and the name its certificate bears.
    pub entrance: SocketAddr,
    pub server_name: String,
    /// PEM of the authority of the entrance's certificate.
    pub roots_pem: Vec<u8>,
    /// The clock of the whole demonstration.
    pub clock: Arc<SettableClock>,
    pub cards: CardTable,
    /// What of the region's records is in.
    pub filling: Filling,
    /// Called after the clock was turned: revocation lists must be as new as the day.
    pub turned: Arc<dyn Fn(Timestamp) + Send + Sync>,
}

/// A person's way into the entrance.
struct Door {
    person: Option<&'static Staff>,
    client: Client,
    jar: Jar,
}

/// A patient whose card can be laid on a reader.
struct Holder {
    code: String,
    name: String,
    kana: String,
    born: Date,
    area: &'static str,
    consent: &'static str,
    card: String,
    /// What this patient is an example of; such patients stand in the short lists.
    featured: Option<&'static str>,
}

/// The running page's state.
pub struct Chooser {
    region: Region,
    entrance: SocketAddr,
    server_name: String,
    clock: Arc<SettableClock>,
    cards: CardTable,
    filling: Filling,
    turned: Arc<dyn Fn(Timestamp) + Send + Sync>,
    doors: BTreeMap<&'static str, Door>,
    holders: Vec<Holder>,
    port: u16,
}

/// Why the page could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChooserError {
    #[error("体験版の人の証明書を使えません。/ a certificate of the demonstration cannot be used")]
    Certificate(#[from] NetError),
    #[error("体験版の画面を開けません。/ the page of the demonstration cannot be opened")]
    Listen(#[from] std::io::Error),
    #[error("体験版の画面はこの機械の中でだけ開けます。/ the page of the demonstration opens on loopback only")]
    NotLoopback,
}

fn featured(code: &str) -> Option<&'static str> {
    Some(match code {
        "sakura-hana" => "72歳・糖尿病と腎臓病（歯科の記録は見せたくない）",
        "misaki-taro" => "17歳・喘息",
        "isobe-kiyo" => "同意は自分の地域だけ",
        "hama-yoshie" => "心療クリニックを隠している",
        "oki-haruko" => "参加をやめた人",
        "funaki-tomekichi" => "83歳・肺と心臓の病気",
        "chidori-setsuko" => "80歳・骨粗鬆症",
        "amino-susumu" => "69歳・糖尿病と腎臓病",
        "fujinami-mayumi" => "55歳・甲状腺",
        "kujirai-takashi" => "77歳・脳梗塞のあと",
        "nijikawa-nagi" => "7歳",
        "mihon-taro" => "手書きの見本データ",
        "kobayashi-naoki" => "生成ツールの見本データ",
        _ => return None,
    })
}

impl Chooser {
    /// Opens the page on `address`, which must be loopback; port 0 takes a free one. Returns the page's address and the
    /// task that serves it; aborting the task closes the page.
    ///
    /// # Errors
    /// When a certificate cannot be used or the port cannot be had.
    pub async fn open(
        settings: Settings,
        credentials: &Credentials,
        address: SocketAddr,
    ) -> Result<(SocketAddr, tokio::task::JoinHandle<()>), ChooserError> {
        if !guard::is_loopback(address) {
            return Err(ChooserError::NotLoopback);
        }
        let listener = TcpListener::bind(address).await?;
        let bound = listener.local_addr()?;
        let chooser = Arc::new(Self::new(settings, credentials, bound.port())?);
        let service = Self::router(chooser).into_make_service_with_connect_info::<SocketAddr>();
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, service).await {
                tracing::error!(error = %error, "the page of the demonstration ended");
            }
        });
        Ok((SocketAddr::from((Ipv4Addr::LOCALHOST, bound.port())), task))
    }

    fn new(settings: Settings, credentials: &Credentials, port: u16) -> Result<Self, NetError> {
        let clock: Arc<dyn Clock> = settings.clock.clone();
        let plain = ClientSettings::trusting(settings.roots_pem).living_at(clock);
        let mut doors = BTreeMap::new();
        doors.insert(NOBODY, Door { person: None, client: Client::new(plain.clone())?, jar: Jar::default() });
        for certificate in &credentials.people {
            let client = Client::new(plain.clone().showing(certificate.identity()?))?;
            let door = Door { person: Some(certificate.person), client, jar: Jar::default() };
            doors.insert(certificate.person.code, door);
        }
        let holders = settings.region.participants(&settings.scale).filter_map(|p| {
            let consent = match p.consent {
                Consent::AllRegions { .. } => "両地域",
                Consent::OwnRegion { .. } => "自分の地域のみ",
                Consent::None => "なし",
                Consent::Withdrawn { .. } => "やめた",
            };
            let area = match p.area {
                Area::NotoNorth => Area::NotoNorth.name(),
                Area::NotoCentral => Area::NotoCentral.name(),
            };
            Some(Holder {
                name: format!("{} {}", p.family, p.given),
                kana: format!("{} {}", p.family_kana, p.given_kana),
                born: p.born,
                area,
                consent,
                card: p.card?,
                featured: featured(&p.code),
                code: p.code,
            })
        });
        Ok(Self {
            region: settings.region,
            entrance: settings.entrance,
            server_name: settings.server_name,
            clock: settings.clock,
            cards: settings.cards,
            filling: settings.filling,
            turned: settings.turned,
            doors,
            holders: holders.collect(),
            port,
        })
    }

    fn router(chooser: Arc<Self>) -> Router {
        Router::new().fallback(enter).with_state(chooser)
    }
    fn now(&self) -> Timestamp {
        self.clock.now()
    }
    fn authority(&self) -> String {
        format!("{}:{}", self.server_name, self.entrance.port())
    }
    fn knows(&self, code: &str) -> bool {
        self.doors.contains_key(code)
    }
    /// Name of the patient whose card lies on the reader.
    fn lying(&self, reader: &str) -> Option<String> {
        let card = self.cards.on(reader)?;
        Some(self.holders.iter().find(|h| h.code == card.patient).map_or(card.patient.clone(), |h| h.name.clone()))
    }
    /// Lays a patient's card on a reader; an empty code takes away what lies there. An institution stands for its
    /// first reader. The card of a patient whose record is not whole yet is not laid: nobody opens half a record.
    fn move_card(&self, form: &CardForm) -> Result<(), NotLaid> {
        let at = self.region.institutions().iter().find(|i| i.code == form.institution).and_then(|i| i.readers.first());
        let reader = if form.reader.is_empty() { at.map_or("", |r| r.0) } else { form.reader.as_str() };
        if form.patient.is_empty() {
            self.cards.take_away(reader);
            return cards::reader(reader).map(drop).ok_or(NotLaid::NoSuch);
        }
        let holder = self.holders.iter().find(|h| h.code == form.patient).ok_or(NotLaid::NoSuch)?;
        if !self.filling.has(&holder.code) {
            return Err(NotLaid::NotYet);
        }
        let card = LaidCard { patient: holder.code.clone(), id: holder.card.clone() };
        if self.cards.lay(reader, card) { Ok(()) } else { Err(NotLaid::NoSuch) }
    }
    /// Turns the clock. False when the wish is not understood or lies farther away than certificates live.
    fn turn(&self, form: &ClockForm) -> bool {
        let now = self.now();
        let wanted = match form.turn.as_str() {
            "hour" => Some(now.plus_seconds(3_600)),
            "day" => now.tokyo_date().tomorrow().ok().map(|d| Timestamp::from_tokyo(d.at(9, 0, 0, 0))),
            _ => form.at.as_deref().and_then(|at| {
                let local = || at.parse::<DateTime>().ok().map(Timestamp::from_tokyo);
                Timestamp::parse_rfc3339(at).or_else(local)
            }),
        };
        let day = self.region.today().at(0, 0, 0, 0);
        let (first, last) = (Timestamp::from_tokyo(day).plus_days(-7), Timestamp::from_tokyo(day).plus_days(366));
        match wanted.filter(|at| (first..=last).contains(at)) {
            Some(at) => {
                self.clock.set(at);
                (self.turned)(at);
                true
            }
            None => false,
        }
    }
}

/// Why a card was not moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NotLaid {
    NoSuch,
    /// The patient's record is still coming in.
    NotYet,
}

impl NotLaid {
    fn status(self) -> StatusCode {
        match self {
            Self::NoSuch => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotYet => StatusCode::CONFLICT,
        }
    }
    fn told(self) -> &'static str {
        match self {
            Self::NoSuch => "このカードまたは読取機はありません。",
            Self::NotYet => {
                "この患者の記録はまだ取り込んでいる途中です。数秒待ってから、もう一度置いてください。 / This patient's record is still coming in; try again in a few seconds."
            }
        }
    }
}

#[derive(Debug, Deserialize)]
struct CardForm {
    #[serde(default)]
    reader: String,
    /// May stand instead of the reader.
    #[serde(default)]
    institution: String,
    #[serde(default)]
    patient: String,
}

#[derive(Debug, Deserialize)]
struct ClockForm {
    #[serde(default)]
    turn: String,
    at: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
}

#[derive(Debug, Default, Deserialize)]
struct Notice {
    #[serde(default)]
    done: String,
}

const STYLE: &str = include_str!("../../assets/demo.css");

fn own(status: StatusCode, page: String) -> Response<Body> {
    let mut answer = (status, Html(page)).into_response();
    guard::headers(answer.headers_mut());
    answer
}

/// The page again, with what could not be done on top.
fn not_done(chooser: &Chooser, status: StatusCode, why: &str) -> Response<Body> {
    own(status, chooser.people_page(Some(why)))
}

fn missing() -> Response<Body> {
    own(StatusCode::NOT_FOUND, html::message("見つかりません", "この画面はありません。"))
}

/// Every request comes through here: first the walls, then the name it came to, then the page.
async fn enter(
    State(chooser): State<Arc<Chooser>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request<Body>,
) -> Response<Body> {
    let host = guard::host(request.headers(), chooser.port);
    let (true, Some(host)) = (guard::is_loopback(peer), host) else { return missing() };
    if !guard::from_own_page(request.method(), request.headers()) {
        let text = "この操作は体験版の画面からだけできます。画面を開き直してください。";
        return own(StatusCode::FORBIDDEN, html::message("受け付けられません", text));
    }
    if request.uri().path() == "/.demo/demo.css" {
        let kind = HeaderValue::from_static("text/css; charset=utf-8");
        return ([(header::CONTENT_TYPE, kind)], STYLE).into_response();
    }
    match host {
        Host::Chooser => at_chooser(&chooser, request).await,
        Host::Person(code) => match chooser.doors.get(code.as_str()) {
            Some(door) => as_person(&chooser, door, request).await,
            None => missing(),
        },
    }
}

async fn at_chooser(chooser: &Chooser, request: Request<Body>) -> Response<Body> {
    let path = request.uri().path().to_owned();
    match (request.method().clone(), path.as_str()) {
        (Method::GET | Method::HEAD, "/") => {
            let notice = Query::<Notice>::try_from_uri(request.uri()).map(|q| q.0.done).unwrap_or_default();
            let notice = match notice.as_str() {
                "card" => Some("カードを置きました。"),
                "clock" => Some("時計を合わせました。"),
                _ => None,
            };
            own(StatusCode::OK, chooser.people_page(notice))
        }
        (Method::GET | Method::HEAD, "/patients") => {
            let search = Query::<Search>::try_from_uri(request.uri()).map(|q| q.0).unwrap_or_default();
            own(StatusCode::OK, chooser.patients_page(&search.q))
        }
        (Method::GET | Method::HEAD, "/state") => {
            let mut answer = Json(chooser.filling.progress()).into_response();
            guard::headers(answer.headers_mut());
            answer
        }
        (Method::POST, "/card") => match moved(chooser, request).await {
            Ok(()) => Redirect::to("/?done=card").into_response(),
            Err(why) => not_done(chooser, why.status(), why.told()),
        },
        (Method::POST, "/start") => {
            let form =
                CardForm { reader: "minato-1".into(), institution: String::new(), patient: "sakura-hana".into() };
            match chooser.move_card(&form) {
                Ok(()) => Redirect::to(&format!("http://minato-ichiro.localhost:{}/", chooser.port)).into_response(),
                Err(why) => not_done(chooser, why.status(), why.told()),
            }
        }
        (Method::POST, "/card/away") => {
            chooser.cards.clear();
            Redirect::to("/").into_response()
        }
        (Method::POST, "/clock") => match Form::<ClockForm>::from_request(request, &()).await {
            Ok(Form(form)) if chooser.turn(&form) => Redirect::to("/?done=clock").into_response(),
            _ => not_done(
                chooser,
                StatusCode::UNPROCESSABLE_ENTITY,
                "時計を合わせられません。体験版の日付の1週間前から1年後までのあいだを選んでください。",
            ),
        },
        (Method::GET, "/favicon.ico") => StatusCode::NO_CONTENT.into_response(),
        _ => missing(),
    }
}

async fn moved(chooser: &Chooser, request: Request<Body>) -> Result<(), NotLaid> {
    let Form(form) = Form::<CardForm>::from_request(request, &()).await.map_err(|_| NotLaid::NoSuch)?;
    chooser.move_card(&form)
}

async fn as_person(chooser: &Chooser, door: &Door, request: Request<Body>) -> Response<Body> {
    if request.method() == Method::POST && request.uri().path() == "/.demo/card" {
        let back = request
            .headers()
            .get(header::REFERER)
            .and_then(|r| r.to_str().ok())
            .and_then(relay::path_of)
            // a second slash would name another host
            .filter(|path| !path.starts_with("//"))
            .unwrap_or("/")
            .to_owned();
        return match moved(chooser, request).await {
            Ok(()) => Redirect::to(&back).into_response(),
            Err(why) => own(why.status(), html::message("置けません", why.told())),
        };
    }
    if request.method() == Method::POST && request.uri().path() == "/.demo/forget" {
        door.jar.clear();
        return Redirect::to("/").into_response();
    }
    if request.uri().path().starts_with("/.demo/") {
        return missing();
    }
    chooser.relay(door, request).await
}
