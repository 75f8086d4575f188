//! `renkei demo`: the fictional region, its page at once and its records within seconds.
//!
//! The same house, the same entrances, the same import as `renkei serve`; what differs is what stands around it: a test
//! PKI made as needed, storages written by a seeded generator, pretend readers behind real agents, a clock to turn, and
//! the loopback page on which a visitor chooses who to be. Nothing of it is linked when the feature `demo` is off.

mod rest;

use crate::commands::{DemoArguments, Format};
use crate::production::{self, DEMONSTRATION_MARK};
use crate::serve::{Doors, reload_trust_anew};
use crate::settings::{self, Settings};
use crate::stop::AskedToStop;
use crate::wiring::{self, Place};
use crate::{init, operation, outcome};
use renkei_app::House;
use renkei_app::instance::InstanceKind;
use renkei_db::{Database, Engine};
use renkei_demo::chooser::{Chooser, Settings as ChooserSettings};
use renkei_demo::filling::Part;
use renkei_demo::places::Addresses;
use renkei_demo::reader::{Agents, Way};
use renkei_demo::region::register::{base_toml, patients_toml};
use renkei_demo::{CardTable, Credentials, Filling, Region, Scale, Summary};
use renkei_kernel::{Category, Clock, Ids, SettableClock, SystemClock, SystemEntropy, Timestamp};
use renkei_net::client::{Client, ClientSettings};
use renkei_participation::register::Section;
use renkei_testpki::{Authority, Issued, TestPki, chain_pem, pem};
use rest::{Coming, Rest};
use std::error::Error;
use std::fmt::Display;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

type Failure = Box<dyn Error + Send + Sync>;

/// The region is the same for everybody.
const SEED: u64 = 1954;
/// Marks a folder as one that a demonstration made and may make anew.
const MARK: &str = DEMONSTRATION_MARK;
const SERVER_NAME: &str = "localhost";

pub async fn run(arguments: DemoArguments) -> ExitCode {
    if let Some(text) = production::refusal(arguments.data.as_deref()) {
        return outcome::refused(Category::NotAllowed, "production_instance", &text);
    }
    match demonstrate(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => outcome::of::<(), _>(Err(error)),
    }
}

/// Milliseconds since the start at which each part of it was done.
struct Phases(Instant, serde_json::Map<String, serde_json::Value>);

impl Phases {
    fn begin() -> Self {
        Self(Instant::now(), serde_json::Map::new())
    }
    fn millis(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
    fn done(&mut self, phase: &str) {
        let now = self.millis();
        self.1.insert(phase.to_owned(), now.into());
    }
}

/// The page stands as soon as the first patients are whole; everybody else comes in behind it (`rest`).
async fn demonstrate(arguments: &DemoArguments) -> Result<(), Failure> {
    let mut phases = Phases::begin();
    let stop = AskedToStop::listen()?;
    let folder = folder(arguments.data.as_deref())?;
    let clock = Arc::new(SettableClock::running(SystemClock.now()));
    let ids = Ids::new(clock.clone(), Arc::new(SystemEntropy));
    let region = Region::new(SEED, clock.now());
    let [first, ..] = Part::in_order(&Scale::DEMO);
    let mut settings = settings_of(&folder);
    if let Some(file) = &arguments.database {
        settings.database = Settings::database_alone(file)?;
    }
    let place = Place { kind: InstanceKind::Demonstration, ..Place::of(&settings) };
    refuse_a_used_database(&place).await?;
    let (made, written, ()) =
        tokio::try_join!(make_pki(&folder, clock.now()), write_first(&folder, &region, &first), async {
            Ok(wiring::make_keys(&settings.folders.keys, &ids).await?)
        })?;
    phases.done("keys_certificates_and_first_files");
    let opened = wiring::open(place, ids).await?;
    phases.done("house_open");
    let credentials = &made.credentials;
    let mut register = base_toml(&Scale::DEMO, credentials.bindings(), &credentials.devices(), &["127.0.0.0/8"]);
    register.push_str(&patients_toml(&region, &first));
    opened.house.load_register(&register).await?;
    phases.done("registered");
    let filling = Filling::begin(region.count(&Scale::DEMO));
    rest::import(&opened.house, &filling, 0, &written).await?;
    filling.are_in(first.codes(&region));
    phases.done("first_patients_imported");
    let doors = Doors::open(&opened.house, &settings, true).await?;
    let cards = CardTable::default();
    let agents = agents(&opened.house, &doors, &made, &cards, clock.clone()).await?;
    let trust = settings.folders.trust.clone();
    let (house, pki) = (opened.house.clone(), made.pki.clone());
    let turned = Arc::new(move |now: Timestamp| {
        if let Err(error) = pki.write_lists(&trust, now) {
            tracing::error!(error = %error, "revocation lists of the turned day were not written");
        }
        reload_trust_anew(&house, &trust);
    });
    let chooser = ChooserSettings {
        region,
        scale: Scale::DEMO,
        entrance: doors.professional.address(),
        server_name: SERVER_NAME.to_owned(),
        roots_pem: made.roots_pem.clone(),
        clock: clock.clone(),
        cards,
        filling: filling.clone(),
        turned,
    };
    let (address, page) = Chooser::open(chooser, &made.credentials, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let addresses = Addresses {
        chooser: format!("http://{address}"),
        professional: format!("https://{SERVER_NAME}:{}", doors.professional.address().port()),
        machine: format!("https://{SERVER_NAME}:{}", doors.machine.address().port()),
        patient: format!("https://{SERVER_NAME}:{}", doors.patient.address().port()),
    };
    phases.done("entrances_open");
    agents.all_connected(Duration::from_secs(5)).await;
    phases.done("readers_connected");
    let telling = Telling { arguments, chooser: addresses.chooser.clone(), filling: filling.clone() };
    telling.ready(&phases);
    let mut rest = Rest::begin(Coming {
        house: opened.house.clone(),
        region,
        folder: folder.clone(),
        filling,
        first_files: written.files,
        made,
        addresses,
    });
    let ended = until_the_end(&telling, &mut rest, &opened.house, &phases, stop).await;
    page.abort();
    rest.stop().await;
    agents.stop().await;
    doors.close(opened).await?;
    if arguments.data.is_none() {
        std::fs::remove_dir_all(&folder)?;
    }
    ended
}

/// Until the visitor ends it, or the rest of the region could not come in: half a region is not left standing.
async fn until_the_end(
    telling: &Telling<'_>,
    rest: &mut Rest,
    house: &House,
    phases: &Phases,
    stop: AskedToStop,
) -> Result<(), Failure> {
    let mut asked = pin!(stop.come());
    tokio::select! {
        () = &mut asked => return Ok(()),
        all_in = rest.is_in() => all_in?,
    }
    let entries = renkei_store::messages::entries_counted(house.db().reader()).await?;
    telling.complete(entries, phases);
    asked.await;
    Ok(())
}

/// What standard output says: a line when the page stands, one when everything is in. Nothing else goes there; the
/// first is, or begins with, the address.
struct Telling<'a> {
    arguments: &'a DemoArguments,
    chooser: String,
    filling: Filling,
}

impl Telling<'_> {
    fn ready(&self, phases: &Phases) {
        let (progress, ready_ms) = (self.filling.progress(), phases.millis());
        if self.arguments.format == Format::Json {
            let line = serde_json::json!({
                "state": "ready", "address": self.chooser, "patients": progress.patients,
                "patients_in": progress.patients_in, "files_in": progress.files_in, "ready_ms": ready_ms,
                "phases_ms": phases.1,
            });
            say(&line);
            return;
        }
        say(&self.chooser);
        say(&format_args!(
            "体験版を開けます（{:.1} 秒）。上の住所をブラウザーで開いてください。佐倉 ハナさんなど {} 人の記録がそろっています。ほかの患者は取り込み中です。",
            ready_ms as f64 / 1000.0,
            progress.patients_in
        ));
        say(&"Open the address above; further patients are still coming in. Everybody is fictional. Ctrl-C ends it.");
        if !self.arguments.no_browser {
            // Whether a browser is there is the visitor's affair; the address stands above.
            let _opened = std::process::Command::new("xdg-open")
                .arg(&self.chooser)
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null())
                .spawn();
        }
    }

    fn complete(&self, entries: u64, phases: &Phases) {
        let (progress, complete_ms) = (self.filling.progress(), phases.millis());
        if self.arguments.format == Format::Json {
            let line = serde_json::json!({
                "state": "complete", "address": self.chooser, "patients": progress.patients,
                "files": progress.files_in, "entries": entries, "complete_ms": complete_ms,
            });
            say(&line);
            return;
        }
        say(&format_args!(
            "体験版: 患者 {} 人・記載 {entries} 件がそろいました（{:.1} 秒）。 / All records are in.",
            progress.patients,
            complete_ms as f64 / 1000.0
        ));
    }
}

/// A line for whoever still reads. Who wanted the address only may have closed the pipe; the demonstration goes on.
fn say(line: &dyn Display) {
    let _closed = writeln!(std::io::stdout().lock(), "{line}");
}

/// A folder for this demonstration: named and empty (or an earlier demonstration's, made anew), or a temporary one.
fn folder(named: Option<&Path>) -> std::io::Result<PathBuf> {
    let folder = match named {
        Some(folder) => folder.to_path_buf(),
        None => std::env::temp_dir().join(format!("renkei-demo-{}", std::process::id())),
    };
    if folder.exists() && std::fs::read_dir(&folder)?.next().is_some() {
        if !folder.join(MARK).exists() {
            return Err(std::io::Error::new(
                std::io::ErrorKind::AlreadyExists,
                "このフォルダには別のものがあります。空のフォルダを指定してください / the folder holds something else; name an empty one",
            ));
        }
        // Another demonstration may live there.
        if [folder.join("data/renkei.sqlite"), folder.join("keys/keys.db")].iter().any(|file| renkei_db::in_use(file)) {
            return Err(std::io::Error::new(
                std::io::ErrorKind::ResourceBusy,
                "ほかの Renkei がこのフォルダを使っています。そちらを止めるか、別のフォルダを指定してください / another Renkei already uses this folder; stop it or name another one",
            ));
        }
        std::fs::remove_dir_all(&folder)?;
    }
    for part in ["", "data", "keys", "checkpoints", "trust", "tls", "storages"] {
        init::private_folder(&folder.join(part))?;
    }
    std::fs::write(folder.join(MARK), "made by renkei demo\n")?;
    folder.canonicalize()
}

/// Authorities, people's certificates and the entrances' own.
struct Made {
    pki: Arc<TestPki>,
    credentials: Credentials,
    roots_pem: Vec<u8>,
}

/// Keys of these are made, on all processors at once: making one is the slow part of a certificate.
const KEYS: [&str; 2] = ["people", "servers"];

async fn make_pki(folder: &Path, now: Timestamp) -> Result<Arc<Made>, Failure> {
    let folder = folder.to_path_buf();
    let made = tokio::task::spawn_blocking(move || -> Result<Made, Failure> {
        let pki = TestPki::new(&SystemEntropy, now);
        let names: Vec<_> = Authority::TRUSTED.iter().map(|authority| authority.label()).chain(KEYS).collect();
        pki.keys().prepare(&names)?;
        let credentials = Credentials::issue(&pki, &SystemEntropy)?;
        pki.write_trust(&folder.join("trust"))?;
        let server = pki.server_certificate(&[SERVER_NAME], &[Ipv4Addr::LOCALHOST.into()])?;
        write_server(&folder.join("tls"), &server)?;
        let root = pki.authority(Authority::Root)?;
        let roots_pem = pem("CERTIFICATE", &root.cert_der).into_bytes();
        std::fs::write(folder.join("root.pem"), &roots_pem)?;
        Ok(Made { pki: Arc::new(pki), credentials, roots_pem })
    });
    Ok(Arc::new(made.await??))
}

fn write_server(folder: &Path, server: &Issued) -> std::io::Result<()> {
    std::fs::write(folder.join("server.pem"), chain_pem(server))?;
    // The listener refuses a key that others can read.
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut key =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.join("server.key"))?;
    key.write_all(pem("PRIVATE KEY", &server.key_der).as_bytes())
}

async fn write_first(folder: &Path, region: &Region, first: &Part) -> Result<Summary, Failure> {
    let (folder, region, first) = (rest::volume(folder, 0), *region, first.clone());
    let written = move || region.write_part(&folder, &Scale::DEMO, &first, &AtomicBool::new(false));
    Ok(tokio::task::spawn_blocking(written).await??)
}

/// Invented people never come into a database that holds anything (R-X-19). A folder's SQLite is made anew with it.
async fn refuse_a_used_database(place: &Place) -> Result<(), Failure> {
    if place.database.engine() == Engine::Postgres {
        let database = Database::open(place.database.clone().reading_only()).await?;
        let tables = database.tables().await?;
        database.close().await?;
        if !tables.is_empty() {
            return Err("体験版には空のデータベースを指定してください。何も変更していません。 / \
                        The demonstration wants an empty database; nothing was changed"
                .into());
        }
    }
    Ok(())
}

/// A loopback port that was free a moment ago: the page without a certificate names this one, so it must be known before
/// the entrance opens. Without one there is no entrance for older cards.
fn known_free_port() -> Option<SocketAddr> {
    std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|taken| taken.local_addr()).ok()
}

/// The ordinary settings, with free ports on loopback.
fn settings_of(folder: &Path) -> Settings {
    let (certificate, key) = (folder.join("tls/server.pem"), folder.join("tls/server.key"));
    let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let plain = || settings::Plain { address: free, certificate: certificate.clone(), key: key.clone(), hosts: None };
    Settings {
        feeds: Vec::new(),
        database: settings::Database::Sqlite,
        folders: settings::Folders {
            data: folder.join("data"),
            keys: folder.join("keys"),
            checkpoints: folder.join("checkpoints"),
            trust: folder.join("trust"),
        },
        desk: settings::Desk {
            name: "体験版サポートセンター".to_owned(),
            phone: "0000-00-0000".to_owned(),
            hours: "平日 9:00–17:00".to_owned(),
        },
        entrances: settings::Entrances {
            professional: settings::Professional {
                address: free,
                certificate: certificate.clone(),
                key: key.clone(),
                tls12_only: false,
                tls12_address: known_free_port(),
                hosts: vec![SERVER_NAME.to_owned()],
            },
            machine: plain(),
            patient: plain(),
            console: folder.join("data/console.sock"),
        },
        pages: settings::Pages::default(),
        retention: operation::Retention::default(),
        logs: operation::Logs::default(),
        doctor: operation::Thresholds::default(),
        monitoring: operation::Monitoring::default(),
    }
}

async fn agents(
    house: &House,
    doors: &Doors,
    made: &Made,
    cards: &CardTable,
    clock: Arc<SettableClock>,
) -> Result<Agents, Failure> {
    let clock: Arc<dyn Clock> = clock;
    let way = Way {
        address: doors.machine.address().to_string(),
        server_name: SERVER_NAME.to_owned(),
        client: Client::new(ClientSettings::trusting(made.roots_pem.clone()).living_at(clock.clone()))?,
        clock,
    };
    let mut readers = Vec::new();
    for reader in &made.credentials.readers {
        if let Some(id) = house.register_id(Section::Reader, reader.reader).await? {
            readers.push((id.into(), reader.clone()));
        }
    }
    Ok(Agents::start(&way, cards, readers)?)
}
