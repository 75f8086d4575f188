//! A desk: the server's hub over TLS, the agent's program with its settings, a reader with cards laid by hand.

use crate::service::{FIRST, Service};
use crate::virtual_card::{LyingCard, VirtualCard};
use futures::future::BoxFuture;
use renkei_api::reader::hub::Timing;
use renkei_api::reader::{
    CardReadSink, Hub, HubSettings, ReadAnswer, ReadOutcome, ReadRefused, ReadUnreadable, ReaderHub, ReaderKeys,
    ReaderNotice, router,
};
use renkei_kernel::{CardReadId, Clock, Ids, ReaderId, SeededEntropy, SystemClock};
use renkei_net::{Entrance, Identity, Listener, Running};
use renkei_testpki::{Authority, TestPki, chain_pem, pem};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const HOST: &str = "machine.example.jp";
/// Real time that anything may take here; nothing is asserted about how long it took.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Default)]
pub struct Remembered {
    pub answers: Mutex<Vec<ReadAnswer>>,
    pub unreadable: Mutex<Vec<&'static str>>,
    pub notices: Mutex<Vec<ReaderNotice>>,
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
        kept(&self.unreadable, unreadable.reason.code())
    }
    fn refused(&self, refused: ReadRefused) -> BoxFuture<'_, ()> {
        panic!("an honest agent was refused: {refused:?}")
    }
    fn noticed(&self, notice: ReaderNotice) -> BoxFuture<'_, ()> {
        kept(&self.notices, notice)
    }
}

/// One enrolled reader. Keyboards are allowed nowhere: what is answered was read.
#[derive(Default)]
struct Enrolled(Mutex<Option<(ReaderId, [u8; 32])>>);

impl ReaderKeys for Enrolled {
    fn device_key(&self, reader: ReaderId) -> BoxFuture<'_, Option<[u8; 32]>> {
        let key = self.0.lock().unwrap().filter(|(enrolled, _)| *enrolled == reader).map(|(_, key)| key);
        Box::pin(async move { key })
    }
    fn line_fits(&self, _: ReaderId, source: Option<IpAddr>) -> BoxFuture<'_, bool> {
        Box::pin(async move { source == Some(Ipv4Addr::LOCALHOST.into()) })
    }
}

pub struct Desk {
    pub service: Service,
    pub sink: Arc<Remembered>,
    pub reader: ReaderId,
    hub: Arc<Hub>,
    ids: Ids,
    folder: tempfile::TempDir,
    agent: Option<Child>,
    // Closed when the desk goes.
    _entrance: Running,
}

impl Desk {
    /// A desk whose agent uses the first slot of the virtual reader; the service runs, the agent is connected.
    pub async fn open() -> Self {
        let mut desk = Self::prepared(Some(FIRST)).await;
        desk.service.start();
        desk.start_agent();
        desk.until(|desk| desk.hub.reader_state(desk.reader).is_ready(), "the reader is ready").await;
        desk
    }

    /// Enrolled; neither the service nor the agent runs.
    pub async fn prepared(device: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let service = Service::in_folder(folder.path());
        let pki = TestPki::seeded(21, SystemClock.now().plus_seconds(-3_600));
        let ids = Ids::new(Arc::new(SystemClock), Arc::new(SeededEntropy::new(8)));
        let (sink, enrolled) = (Arc::new(Remembered::default()), Arc::new(Enrolled::default()));
        let hub = Hub::new(HubSettings {
            server_name: HOST.to_owned(),
            keys: enrolled.clone(),
            sink: sink.clone(),
            ids: ids.clone(),
            timing: Timing::default(),
        });
        let server = pki.server_certificate(&[HOST], &[]).unwrap();
        let key = pem("PRIVATE KEY", &server.key_der);
        let identity = Identity::from_pem(chain_pem(&server).as_bytes(), key.as_bytes()).unwrap();
        let entrance = Listener::new(Entrance::Machine, (Ipv4Addr::LOCALHOST, 0).into(), identity);
        let entrance = entrance.open(router(hub.clone())).await.unwrap();
        let root = pem("CERTIFICATE", &pki.authority(Authority::Root).unwrap().cert_der);
        std::fs::write(folder.path().join("root.pem"), root).unwrap();

        let reader: ReaderId = ids.next();
        let desk = Self { service, sink, reader, hub, ids, folder, agent: None, _entrance: entrance };
        let address = desk._entrance.address();
        let mut settings =
            format!("server_name = \"{HOST}\"\naddress = \"{address}\"\nroots = \"root.pem\"\nkey = \"device.key\"\n");
        std::fs::write(desk.config(), &settings).unwrap();
        // As the operator does it: the key is made at the desk, its line goes to the register, the reader's id comes
        // back.
        let enrolment = desk.command("enrol");
        assert!(enrolment.status.success(), "{enrolment:?}");
        let text = String::from_utf8(enrolment.stdout).unwrap();
        let digits = text.lines().last().unwrap().split('"').nth(1).unwrap();
        let public = crate::virtual_card::bytes(digits).try_into().unwrap();
        *enrolled.0.lock().unwrap() = Some((reader, public));
        settings.push_str(&format!("reader = \"{reader}\"\n"));
        if let Some(device) = device {
            settings.push_str(&format!("device = \"{device}\"\n"));
        }
        std::fs::write(desk.config(), settings).unwrap();
        desk
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("card-agent.toml")
    }

    fn program(&self, what: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_renkei-card-agent"));
        command.arg("--config").arg(self.config()).arg(what);
        command.env("PCSCLITE_CSOCK_NAME", self.service.socket()).env("RENKEI_LOG", "debug");
        command
    }

    /// Runs a command of the program to its end.
    pub fn command(&self, what: &str) -> Output {
        self.program(what).output().unwrap()
    }
    /// Starts a command whose output is awaited later.
    pub fn begin(&self, what: &str) -> Child {
        self.program(what).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub fn start_agent(&mut self) {
        let log = std::fs::File::create(self.folder.path().join("agent.log")).unwrap();
        self.agent = Some(self.program("run").stderr(log).spawn().unwrap());
    }
    /// Everything the agent said.
    pub fn agent_log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("agent.log")).unwrap()
    }
    /// Asks the agent to end, as a service manager does; whether it ended well.
    pub fn stop_agent(&mut self) -> bool {
        let mut agent = self.agent.take().unwrap();
        assert!(Command::new("kill").arg(agent.id().to_string()).status().unwrap().success());
        agent.wait().unwrap().success()
    }

    pub fn lay(&self, card: VirtualCard) -> LyingCard {
        card.lay(self.service.port)
    }
    /// Lays a card on the second slot.
    pub fn lay_beside(&self, card: VirtualCard) -> LyingCard {
        card.lay(self.service.port + 1)
    }

    /// The page asks for a card.
    pub fn ask(&self) -> CardReadId {
        self.ask_for(60)
    }
    pub fn ask_for(&self, seconds: i64) -> CardReadId {
        let read: CardReadId = self.ids.next();
        self.hub.request_read(self.reader, read, SystemClock.now().plus_seconds(seconds)).unwrap();
        read
    }
    pub fn can_be_asked(&self) -> bool {
        self.hub.request_read(self.reader, self.ids.next(), SystemClock.now().plus_seconds(60)).is_ok()
    }
    pub async fn outcome(&self, read: CardReadId) -> ReadOutcome {
        self.hub.wait(read, PATIENCE).await
    }
    /// How the read of a card ended that is laid now: its normal form, or the word for why not.
    pub async fn read(&self, card: VirtualCard) -> Result<String, String> {
        let (answered, failed) = (self.sink.answers.lock().unwrap().len(), self.sink.unreadable.lock().unwrap().len());
        let left = self.removals();
        let read = self.ask();
        let lying = self.lay(card);
        let outcome = self.outcome(read).await;
        lying.take_away();
        self.until_gone(left).await;
        match (self.sink.answers.lock().unwrap().get(answered), self.sink.unreadable.lock().unwrap().get(failed)) {
            (Some(answer), None) => Ok(answer.card.normal_form()),
            (None, Some(reason)) => Err((*reason).to_owned()),
            _ => Err(format!("{outcome:?}")),
        }
    }

    pub fn device(&self) -> Option<DeviceState> {
        self.hub.reader_state(self.reader).device
    }
    /// Waits (in real time) until something became true.
    pub async fn until(&self, true_yet: impl Fn(&Self) -> bool, what: &str) {
        let waiting = async {
            while !true_yet(self) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let became = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(became.is_ok(), "never: {what}; the agent said:\n{}", self.agent_log());
    }
    pub async fn until_device(&self, state: DeviceState) {
        self.until(|desk| desk.device() == Some(state), &format!("{state:?}")).await;
    }
    /// Waits until the card is gone that was laid when this many had `left`. The reader alone tells nothing: an answer
    /// may be heard before the news that a card came, and then the reader looks as it did before.
    pub async fn until_gone(&self, left: usize) {
        let gone = |desk: &Self| desk.removals() > left && desk.device() == Some(DeviceState::Ready);
        self.until(gone, "the card is gone").await;
    }
    pub fn removals(&self) -> usize {
        let notices = self.sink.notices.lock().unwrap();
        notices.iter().filter(|notice| matches!(notice, ReaderNotice::CardRemoved { .. })).count()
    }
}

pub use renkei_api::reader::wire::DeviceState;

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(mut agent) = self.agent.take() {
            let _already_ended = agent.kill();
            let _ended = agent.wait();
        }
    }
}
