//! A machine entrance with a hub, enrolled readers, a sink that remembers, honest agents and a raw one.

use futures::future::BoxFuture;
use futures::{SinkExt, StreamExt};
use renkei_api::agent::{AgentSettings, AgentState, Backoff, DeviceKey, PretendHandle, PretendReader, run_agent};
use renkei_api::card::IdForm;
use renkei_api::reader::hub::Timing;
use renkei_api::reader::wire::{CardMessage, FromAgent, Means, Nonce, SUBPROTOCOL, Signature, ToAgent, identify_bytes};
use renkei_api::reader::{
    CardReadSink, Hub, HubSettings, PATH, ReadAnswer, ReadRefused, ReadUnreadable, ReaderHub, ReaderKeys, ReaderNotice,
    ReaderSettings, router,
};
use renkei_kernel::{CardReadId, Clock, Ids, ReaderId, SeededEntropy, SettableClock, Timestamp};
use renkei_net::client::{Client, ClientSettings};
use renkei_net::{Entrance, Identity, Listener, Running};
use renkei_testpki::{Authority, TestPki, chain_pem, pem};
use ring::signature::{Ed25519KeyPair, KeyPair};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::ClientRequestBuilder;

pub const HOST: &str = "machine.example.jp";
pub const CARD: &str = "felica:012E4CE17A3B5C6D";
pub const CARD_HEX: &str = "012E4CE17A3B5C6D";

#[derive(Default)]
pub struct Remembered {
    pub answers: Mutex<Vec<ReadAnswer>>,
    pub unreadable: Mutex<Vec<ReadUnreadable>>,
    pub refused: Mutex<Vec<ReadRefused>>,
    pub notices: Mutex<Vec<ReaderNotice>>,
}

impl Remembered {
    pub fn reasons(&self) -> Vec<&'static str> {
        self.refused.lock().unwrap().iter().map(|refused| refused.reason.code()).collect()
    }
    pub fn unreadable_reasons(&self) -> Vec<&'static str> {
        self.unreadable.lock().unwrap().iter().map(|unreadable| unreadable.reason.code()).collect()
    }
    pub fn cards(&self) -> Vec<String> {
        self.answers.lock().unwrap().iter().map(|answer| answer.card.normal_form()).collect()
    }
}

fn kept<T: Send + 'static>(list: &Mutex<Vec<T>>, item: T) -> BoxFuture<'_, ()> {
    list.lock().unwrap().push(item);
    Box::pin(async {})
}

impl CardReadSink for Remembered {
    fn answered(&self, answer: ReadAnswer) -> BoxFuture<'_, ()> {
        kept(&self.answers, answer)
    }
    fn unreadable(&self, unreadable: ReadUnreadable) -> BoxFuture<'_, ()> {
        kept(&self.unreadable, unreadable)
    }
    fn refused(&self, refused: ReadRefused) -> BoxFuture<'_, ()> {
        kept(&self.refused, refused)
    }
    fn noticed(&self, notice: ReaderNotice) -> BoxFuture<'_, ()> {
        kept(&self.notices, notice)
    }
}

#[derive(Default)]
pub struct Enrolled {
    pub keys: Mutex<HashMap<ReaderId, [u8; 32]>>,
    pub settings: Mutex<HashMap<ReaderId, ReaderSettings>>,
    /// Readers whose institution's lines do not hold this machine.
    pub elsewhere: Mutex<Vec<ReaderId>>,
}

impl ReaderKeys for Enrolled {
    fn device_key(&self, reader: ReaderId) -> BoxFuture<'_, Option<[u8; 32]>> {
        let key = self.keys.lock().unwrap().get(&reader).copied();
        Box::pin(async move { key })
    }
    fn line_fits(&self, reader: ReaderId, source: Option<IpAddr>) -> BoxFuture<'_, bool> {
        let here = source == Some(Ipv4Addr::LOCALHOST.into()) && !self.elsewhere.lock().unwrap().contains(&reader);
        Box::pin(async move { here })
    }
    fn settings(&self, reader: ReaderId) -> BoxFuture<'_, ReaderSettings> {
        let settings = self.settings.lock().unwrap().get(&reader).copied().unwrap_or_default();
        Box::pin(async move { settings })
    }
}

pub struct Scene {
    pub clock: Arc<SettableClock>,
    pub ids: Ids,
    pub hub: Arc<Hub>,
    pub sink: Arc<Remembered>,
    pub enrolled: Arc<Enrolled>,
    pub entrance: Running,
    pub client: Client,
}

pub fn day() -> Timestamp {
    Timestamp::from_seconds(1_771_000_000)
}

impl Scene {
    pub async fn new() -> Self {
        Self::with(Entrance::Machine, Timing::default()).await
    }

    pub async fn with(kind: Entrance, timing: Timing) -> Self {
        Self::calling_itself(HOST, kind, timing).await
    }

    pub async fn calling_itself(server_name: &str, kind: Entrance, timing: Timing) -> Self {
        let pki = TestPki::seeded(20, day());
        let clock = Arc::new(SettableClock::frozen(day()));
        let ids = Ids::new(clock.clone(), Arc::new(SeededEntropy::new(8)));
        let (sink, enrolled) = (Arc::new(Remembered::default()), Arc::new(Enrolled::default()));
        let hub = Hub::new(HubSettings {
            server_name: server_name.to_owned(),
            keys: enrolled.clone(),
            sink: sink.clone(),
            ids: ids.clone(),
            timing,
        });
        let server = pki.server_certificate(&[HOST], &[]).unwrap();
        let key = pem("PRIVATE KEY", &server.key_der);
        let identity = Identity::from_pem(chain_pem(&server).as_bytes(), key.as_bytes()).unwrap();
        let entrance = Listener::new(kind, (Ipv4Addr::LOCALHOST, 0).into(), identity);
        let entrance = entrance.open(router(hub.clone())).await.unwrap();
        let root = pem("CERTIFICATE", &pki.authority(Authority::Root).unwrap().cert_der);
        let client = Client::new(ClientSettings::trusting(root).living_at(clock.clone())).unwrap();
        Self { clock, ids, hub, sink, enrolled, entrance, client }
    }

    /// Enrols a reader with the key of this seed.
    pub fn enrol(&self, seed: u8) -> ReaderId {
        let reader: ReaderId = self.ids.next();
        let public = DeviceKey::from_seed(&[seed; 32]).unwrap().public();
        self.enrolled.keys.lock().unwrap().insert(reader, public);
        reader
    }

    pub fn allow_keyboard(&self, reader: ReaderId) {
        let settings = ReaderSettings { keyboard_allowed: true, form: IdForm::default() };
        self.enrolled.settings.lock().unwrap().insert(reader, settings);
    }

    pub fn agent_settings(&self, reader: ReaderId, seed: u8) -> AgentSettings {
        AgentSettings {
            reader,
            key: Arc::new(DeviceKey::from_seed(&[seed; 32]).unwrap()),
            server_name: HOST.to_owned(),
            address: self.entrance.address().to_string(),
            client: self.client.clone(),
            clock: self.clock.clone(),
            version: "0.1.0 test".to_owned(),
            backoff: Backoff { first: Duration::from_millis(20), longest: Duration::from_millis(100) },
        }
    }

    /// An honest agent with a pretended reader, connected.
    pub async fn agent(&self, reader: ReaderId, seed: u8) -> HonestAgent {
        let agent = self.start(self.agent_settings(reader, seed));
        self.until(|| self.hub.reader_state(reader).is_ready()).await;
        agent
    }

    pub fn start(&self, settings: AgentSettings) -> HonestAgent {
        let (device, hand) = PretendReader::new();
        let (state, watched) = watch::channel(AgentState::default());
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(run_agent(settings, Box::new(device), state, stopped));
        HonestAgent { hand, state: watched, stop }
    }

    pub fn ask(&self, reader: ReaderId) -> CardReadId {
        let read: CardReadId = self.ids.next();
        self.hub.request_read(reader, read, self.clock.now().plus_seconds(60)).unwrap();
        read
    }

    /// Waits (in real time) until something became true.
    pub async fn until(&self, mut true_yet: impl FnMut() -> bool) {
        for _ in 0..500 {
            if true_yet() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it never became true");
    }
}

pub struct HonestAgent {
    pub hand: PretendHandle,
    pub state: watch::Receiver<AgentState>,
    pub stop: watch::Sender<bool>,
}

/// A caller that writes what it likes.
pub struct RawAgent {
    socket: WebSocketStream<tokio_rustls::client::TlsStream<TcpStream>>,
    pair: Ed25519KeyPair,
    pub reader: ReaderId,
}

impl RawAgent {
    pub async fn connect(scene: &Scene, reader: ReaderId, seed: u8) -> Option<Self> {
        let stream = scene.client.stream(scene.entrance.address(), HOST).await.unwrap();
        let uri = format!("wss://{HOST}{PATH}").parse().unwrap();
        let request = ClientRequestBuilder::new(uri).with_sub_protocol(SUBPROTOCOL);
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await.ok()?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        assert_eq!(pair.public_key().as_ref().len(), 32);
        Some(Self { socket, pair, reader })
    }

    /// Connects, proves itself, and says that its device is ready.
    pub async fn accepted(scene: &Scene, reader: ReaderId, seed: u8) -> Self {
        let mut agent = Self::connect(scene, reader, seed).await.unwrap();
        let nonce = agent.hello().await;
        agent.identify(HOST, &nonce).await;
        assert!(matches!(agent.next().await, Some(ToAgent::Welcome { .. })));
        agent.send_text(r#"{"type":"device","state":"ready"}"#).await;
        scene.until(|| scene.hub.reader_state(reader).is_ready()).await;
        agent
    }

    pub async fn hello(&mut self) -> Nonce {
        match self.next().await {
            Some(ToAgent::Hello { server, nonce }) => {
                assert_eq!(server, HOST);
                nonce
            }
            other => panic!("no hello: {other:?}"),
        }
    }

    pub async fn identify(&mut self, server: &str, nonce: &Nonce) {
        let signature = self.sign(&identify_bytes(server, nonce, self.reader, "raw"));
        self.send(&FromAgent::Identify { reader: self.reader, version: "raw".to_owned(), signature }).await;
    }

    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.pair.sign(message).as_ref().try_into().unwrap())
    }

    /// A correctly signed answer.
    pub fn answer(&self, read: CardReadId, nonce: Nonce) -> CardMessage {
        self.signed(CardMessage {
            reader: self.reader,
            read,
            means: Means::Contactless,
            kind: "felica".to_owned(),
            id: CARD_HEX.to_owned(),
            nonce,
            time: day().to_rfc3339(),
            signature: Signature([0; 64]),
        })
    }

    pub fn signed(&self, mut message: CardMessage) -> CardMessage {
        message.signature = self.sign(&message.signed_bytes(HOST));
        message
    }

    /// Waits for the order to read.
    pub async fn order(&mut self) -> (CardReadId, Nonce) {
        loop {
            match self.next().await {
                Some(ToAgent::Read { read, nonce, .. }) => return (read, nonce),
                Some(ToAgent::Bye { reason }) => panic!("bye: {reason:?}"),
                Some(_) => {}
                None => panic!("the connection ended"),
            }
        }
    }

    pub async fn send(&mut self, message: &FromAgent) {
        self.send_text(&serde_json::to_string(message).unwrap()).await;
    }
    pub async fn send_text(&mut self, text: &str) {
        // The other side may have left; what it said before is read next.
        let _gone = self.socket.send(Message::text(text)).await;
    }

    pub async fn ping(&mut self) {
        let _gone = self.socket.send(Message::Ping(Vec::new().into())).await;
    }

    /// The next message of the protocol; `None` when the connection ended.
    pub async fn next(&mut self) -> Option<ToAgent> {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(20), self.socket.next()).await;
            match next.expect("nothing was said for a long time") {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(text.as_str()).unwrap()),
                Some(Ok(Message::Close(_))) | Some(Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }
}
