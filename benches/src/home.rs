//! Homes of installations to be measured: folders, keys, trust, register; opened in this process to be filled, or served
//! by the real program to be asked for pages.

use crate::Outcome;
use renkei_app::{House, HouseSettings, Parts};
use renkei_blobs::Blobs;
use renkei_db::{Database, Settings};
use renkei_demo::region::register::register_toml;
use renkei_demo::{Credentials, Region, Scale};
use renkei_hpki::Trust;
use renkei_kernel::{Ids, SystemClock, SystemEntropy};
use renkei_keys::Sealer;
use renkei_ledger::{Ledger, Sequencer, SequencerSettings, SigningKey};
use renkei_testpki::{Authority, TestPki, chain_pem, pem};
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::net::Ipv4Addr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Name of the server's certificate.
pub const SERVER_NAME: &str = "localhost";
/// Name of the trail in its checkpoints; the program opens the same home under it.
const TRAIL_NAME: &str = "renkei.trail/main";

/// A folder that `renkei serve --config HOME/renkei.toml` can run from.
pub struct Home {
    pub folder: PathBuf,
    /// What is known only while the home is made: everybody's certificate, for the register.
    credentials: Option<Credentials>,
    pub roots_pem: Vec<u8>,
    pub cards: Vec<Card>,
}

/// A professional's certificate chain and key, DER; kept beside the home so that it can be used again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Card {
    pub person: String,
    pub institution: usize,
    pub chain: Vec<Vec<u8>>,
    pub key: Vec<u8>,
}

/// File of the cards below a home that is filled.
const CARDS: &str = "cards.json";

/// A home opened in this process.
pub struct Opened {
    pub house: House,
    sequencer: Sequencer,
}

fn private(folder: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

impl Home {
    /// A new home: keys, a test authority's trust folder, server certificate, settings.
    pub async fn make(folder: &Path) -> Outcome<Self> {
        for part in ["", "data", "keys", "checkpoints", "trust", "tls"] {
            private(&folder.join(part))?;
        }
        let ids = Ids::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
        let pki = TestPki::new(&SystemEntropy, ids.now());
        pki.prepare()?;
        let credentials = Credentials::issue(&pki, &SystemEntropy)?;
        pki.write_trust(&folder.join("trust"))?;
        let server = pki.server_certificate(&[SERVER_NAME], &[Ipv4Addr::LOCALHOST.into()])?;
        std::fs::write(folder.join("tls/server.pem"), chain_pem(&server))?;
        let mut key = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(folder.join("tls/server.key"))?;
        key.write_all(pem("PRIVATE KEY", &server.key_der).as_bytes())?;
        let roots_pem = pem("CERTIFICATE", &pki.authority(Authority::Root)?.cert_der).into_bytes();
        Sealer::init(&folder.join("keys"), ids.clone()).await?.store().close().await?;
        SigningKey::create(&folder.join("keys"), TRAIL_NAME, &*ids.entropy())?;
        std::fs::write(folder.join("root.pem"), &roots_pem)?;
        let good = credentials.people.iter().filter(|known| known.person.credential.is_good());
        let cards = good.map(|known| Card {
            person: known.person.code.to_owned(),
            institution: known.person.institution,
            chain: known.issued.presented(),
            key: known.issued.key_der.clone(),
        });
        let cards = cards.collect();
        Ok(Self { folder: folder.to_owned(), credentials: Some(credentials), roots_pem, cards })
    }

    /// Says that the home is filled and may be used again.
    pub fn keep(&self) -> Outcome<()> {
        Ok(std::fs::write(self.folder.join(CARDS), serde_json::to_vec(&self.cards)?)?)
    }

    /// A home that an earlier call filled.
    pub fn kept(folder: &Path) -> Outcome<Option<Self>> {
        let Ok(text) = std::fs::read(folder.join(CARDS)) else { return Ok(None) };
        let roots_pem = std::fs::read(folder.join("root.pem"))?;
        Ok(Some(Self {
            folder: folder.to_owned(),
            credentials: None,
            roots_pem,
            cards: serde_json::from_slice(&text)?,
        }))
    }

    /// The register of a region with everybody's certificate in it.
    pub fn register(&self, region: &Region, scale: &Scale) -> Outcome<String> {
        let credentials = self.credentials.as_ref().ok_or("the register is written once, while the home is made")?;
        let devices = credentials.devices();
        Ok(register_toml(region, scale, credentials.bindings(), &devices, &["127.0.0.0/8"]))
    }

    /// Opens it as the program does, over SQLite in the home or over the PostgreSQL database of that address.
    pub async fn open(&self, postgres: Option<&str>) -> Outcome<Opened> {
        let ids = Ids::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
        let settings = match postgres {
            Some(url) => Settings::postgres(url),
            None => Settings::sqlite(self.folder.join("data/renkei.sqlite")),
        };
        let sealer = Sealer::open(&self.folder.join("keys"), ids.clone()).await?;
        let db = Database::open(settings).await?;
        renkei_ledger::migrate(&db, ids.now()).await?;
        let ledger = Ledger::new(ids.clone(), "renkei/main");
        let key = Arc::new(SigningKey::load(&self.folder.join("keys"), TRAIL_NAME)?);
        let blobs = Blobs::open(&self.folder.join("data/originals"), sealer.clone())?;
        let trust = Trust::load(&self.folder.join("trust"), ids.now())?;
        let settings = SequencerSettings { key, checkpoint_folder: self.folder.join("checkpoints") };
        let sequencer = Sequencer::start(db.clone(), &ledger, settings).await?;
        let parts = Parts { ids, db, sealer, ledger, blobs, trust, settings: HouseSettings::default() };
        Ok(Opened { house: House::open(parts).await?, sequencer })
    }

    /// The SQLite file.
    pub fn database(&self) -> PathBuf {
        self.folder.join("data/renkei.sqlite")
    }

    /// Settings for `renkei serve` with these ports on loopback.
    pub fn write_settings(&self, ports: &Ports) -> Outcome<PathBuf> {
        let entrance = |name: &str, port: u16, more: &str| {
            format!(
                "[entrances.{name}]\naddress = \"127.0.0.1:{port}\"\ncertificate = \"tls/server.pem\"\n\
                 key = \"tls/server.key\"\n{more}\n"
            )
        };
        let professional = format!("hosts = [\"{SERVER_NAME}:{}\"]", ports.professional);
        let text = format!(
            "[database]\nengine = \"sqlite\"\n\n[folders]\ndata = \"data\"\nkeys = \"keys\"\ncheckpoints = \"checkpoints\"\n\
             trust = \"trust\"\n\n[desk]\nname = \"bench\"\nphone = \"0000-00-0000\"\nhours = \"-\"\n\n[entrances]\n\
             console = \"data/console.sock\"\n\n{}{}{}",
            entrance("professional", ports.professional, &professional),
            entrance("machine", ports.machine, ""),
            entrance("patient", ports.patient, ""),
        );
        let file = self.folder.join("renkei.toml");
        std::fs::write(&file, text)?;
        Ok(file)
    }
}

impl Opened {
    /// Numbers what waits and closes the database.
    pub async fn close(self) -> Outcome<()> {
        self.sequencer.stop().await?;
        self.house.db().close().await?;
        self.house.sealer().store().close().await?;
        Ok(())
    }
}

/// Ports of the entrances.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    pub professional: u16,
    pub machine: u16,
    pub patient: u16,
}

impl Ports {
    /// Three that are free now.
    pub fn free() -> Outcome<Self> {
        let listen = || std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let (a, b, c) = (listen()?, listen()?, listen()?);
        Ok(Self {
            professional: a.local_addr()?.port(),
            machine: b.local_addr()?.port(),
            patient: c.local_addr()?.port(),
        })
    }
}
