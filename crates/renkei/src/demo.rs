//! `renkei demo`: the fictional region, ready in seconds.
//!
//! The same house, the same entrances, the same import as `renkei serve`; what differs is what stands around it: a test
//! PKI made as needed, storages written by a seeded generator, pretend readers behind real agents, a clock to turn, and
//! the loopback page on which a visitor chooses who to be. Nothing of it is linked when the feature `demo` is off.

use crate::commands::{DemoArguments, Format};
use crate::production::{self, DEMONSTRATION_MARK};
use crate::serve::{Doors, reload_trust_anew};
use crate::settings::{self, Settings};
use crate::wiring::{self, Place};
use crate::{init, operation, outcome};
use renkei_app::House;
use renkei_app::instance::InstanceKind;
use renkei_db::{Database, Engine};
use renkei_demo::chooser::{Chooser, Settings as ChooserSettings};
use renkei_demo::places::{self, Addresses};
use renkei_demo::reader::{Agents, Way};
use renkei_demo::region::institutions::INSTITUTIONS;
use renkei_demo::region::register::register_toml;
use renkei_demo::{CardTable, Credentials, Region, Scale, Summary};
use renkei_kernel::{Category, Clock, Ids, SettableClock, SystemClock, SystemEntropy, Timestamp};
use renkei_net::client::{Client, ClientSettings};
use renkei_participation::register::Section;
use renkei_testpki::{Issued, TestPki, chain_pem, pem};
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

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

async fn demonstrate(arguments: &DemoArguments) -> Result<(), Box<dyn Error + Send + Sync>> {
    let began = Instant::now();
    let folder = folder(arguments.data.as_deref())?;
    let clock = Arc::new(SettableClock::running(SystemClock.now()));
    let ids = Ids::new(clock.clone(), Arc::new(SystemEntropy));
    let region = Region::new(SEED, clock.now());
    let (made, written) = tokio::try_join!(make_pki(&folder, clock.now()), write_storages(&folder, &region))?;
    let mut settings = settings_of(&folder);
    if let Some(file) = &arguments.database {
        settings.database = Settings::database_alone(file)?;
    }
    refuse_a_used_database(&Place::of(&settings)).await?;
    wiring::make_keys(&settings.folders.keys, &ids).await?;
    let place = Place { kind: InstanceKind::Demonstration, ..Place::of(&settings) };
    let opened = wiring::open(place, ids).await?;
    let bindings = register_toml(
        &region,
        &Scale::DEMO,
        made.credentials.bindings(),
        &made.credentials.devices(),
        &["127.0.0.0/8"],
    );
    opened.house.load_register(&bindings).await?;
    import(&opened.house, &written).await?;
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
        turned,
    };
    let (address, page) = Chooser::open(chooser, &made.credentials, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let addresses = Addresses {
        chooser: format!("http://{address}"),
        professional: format!("https://{SERVER_NAME}:{}", doors.professional.address().port()),
        machine: format!("https://{SERVER_NAME}:{}", doors.machine.address().port()),
        patient: format!("https://{SERVER_NAME}:{}", doors.patient.address().port()),
    };
    places::write(&folder, addresses.clone(), &region, &Scale::DEMO)?;
    agents.all_connected(Duration::from_secs(5)).await;
    announce(arguments, &addresses, &opened.house, &region, began).await?;
    crate::serve::until_asked_to_stop().await;
    page.abort();
    agents.stop().await;
    doors.close(opened).await?;
    if arguments.data.is_none() {
        std::fs::remove_dir_all(&folder)?;
    }
    Ok(())
}

/// The first line printed is the address; nothing else goes to standard output.
async fn announce(
    arguments: &DemoArguments,
    addresses: &Addresses,
    house: &House,
    region: &Region,
    began: Instant,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let ready_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let entries = renkei_store::messages::entries_counted(house.db().reader()).await?;
    let patients = region.count(&Scale::DEMO);
    if arguments.format == Format::Json {
        let line = serde_json::json!({
            "address": addresses.chooser, "patients": patients, "entries": entries, "ready_ms": ready_ms,
        });
        println!("{line}");
    } else {
        println!("{}", addresses.chooser);
        println!(
            "体験版: 患者 {patients} 人・記載 {entries} 件（{:.1} 秒で準備）。上の住所をブラウザーで開いてください。",
            ready_ms as f64 / 1000.0
        );
        println!("Open the address above. Everybody in it is fictional. Ctrl-C ends it.");
    }
    if !arguments.no_browser && arguments.format == Format::Text {
        // Whether a browser is there is the visitor's affair; the address stands above.
        let _opened = std::process::Command::new("xdg-open")
            .arg(&addresses.chooser)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn();
    }
    Ok(())
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

async fn make_pki(folder: &Path, now: Timestamp) -> Result<Made, Box<dyn Error + Send + Sync>> {
    let folder = folder.to_path_buf();
    let made = tokio::task::spawn_blocking(move || -> Result<Made, Box<dyn Error + Send + Sync>> {
        let pki = TestPki::new(&SystemEntropy, now);
        pki.prepare()?;
        let credentials = Credentials::issue(&pki, &SystemEntropy)?;
        pki.write_trust(&folder.join("trust"))?;
        credentials.write_p12(&pki, &folder.join(places::P12_FOLDER))?;
        let server = pki.server_certificate(&[SERVER_NAME], &[Ipv4Addr::LOCALHOST.into()])?;
        write_server(&folder.join("tls"), &server)?;
        let root = pki.authority(renkei_testpki::Authority::Root)?;
        let roots_pem = pem("CERTIFICATE", &root.cert_der).into_bytes();
        std::fs::write(folder.join("root.pem"), &roots_pem)?;
        Ok(Made { pki: Arc::new(pki), credentials, roots_pem })
    });
    made.await?
}

fn write_server(folder: &Path, server: &Issued) -> std::io::Result<()> {
    std::fs::write(folder.join("server.pem"), chain_pem(server))?;
    // The listener refuses a key that others can read.
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut key =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.join("server.key"))?;
    std::io::Write::write_all(&mut key, pem("PRIVATE KEY", &server.key_der).as_bytes())
}

async fn write_storages(folder: &Path, region: &Region) -> Result<Summary, Box<dyn Error + Send + Sync>> {
    let (folder, region) = (folder.join("storages"), *region);
    Ok(tokio::task::spawn_blocking(move || region.write_storages(&folder, &Scale::DEMO)).await??)
}

/// Invented people never come into a database that holds anything (R-X-19). A folder's SQLite is made anew with it.
async fn refuse_a_used_database(place: &Place) -> Result<(), Box<dyn Error + Send + Sync>> {
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

/// The ordinary import, institution by institution.
async fn import(house: &House, written: &Summary) -> Result<(), Box<dyn Error + Send + Sync>> {
    for storage in &written.institutions {
        let Some(institution) = INSTITUTIONS.iter().find(|i| i.code == storage.institution) else { continue };
        renkei_intake::import_ssmix2(house, institution.facility, std::slice::from_ref(&storage.root), &|_| {}).await?;
    }
    Ok(())
}

async fn agents(
    house: &House,
    doors: &Doors,
    made: &Made,
    cards: &CardTable,
    clock: Arc<SettableClock>,
) -> Result<Agents, Box<dyn Error + Send + Sync>> {
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
