//! `renkei serve`: opens the house and its entrances, and closes them in order.

use crate::commands::ServeArguments;
use crate::settings::{Plain, Settings};
use crate::wiring::{self, Opened, Place, WiringError};
use crate::{console, outcome, readers};
use renkei_app::House;
use renkei_hpki::Purpose;
use renkei_kernel::{Category, Ids, Problem, SystemClock, SystemEntropy};
use renkei_net::{ClientCertificates, Console, Entrance, Identity, Listener, NetError, RootHints, Running, RunningConsole, Versions};
use renkei_web::{Desk, WebSettings};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// How often the trust folder is looked at: a new revocation list ends sessions within a minute (hpki.md section 7).
const TRUST_LOOKED_AT_EVERY: Duration = Duration::from_secs(30);

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Wiring(#[from] WiringError),
    #[error("入口を開けません。 / an entrance cannot be opened: {0}")]
    Net(#[from] NetError),
}

impl Problem for ServeError {
    fn category(&self) -> Category {
        match self {
            Self::Wiring(error) => error.category(),
            Self::Net(_) => Category::Stopped,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Wiring(error) => error.code(),
            Self::Net(_) => "entrance_unavailable",
        }
    }
}

pub async fn run(arguments: ServeArguments) -> ExitCode {
    let settings = match Settings::load(&arguments.place.config) {
        Ok(settings) => settings,
        Err(error) => return outcome::refused(Category::Malformed, "settings", &error),
    };
    outcome::of_problem(serve(&settings).await)
}

async fn serve(settings: &Settings) -> Result<(), ServeError> {
    let ids = Ids::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
    let opened = wiring::open(Place::of(settings), ids).await?;
    let doors = Doors::open(&opened.house, settings).await?;
    tracing::info!(
        professional = %doors.professional.address(), machine = %doors.machine.address(),
        patient = %doors.patient.address(), "Renkei is ready"
    );
    until_asked_to_stop().await;
    doors.close(opened).await
}

/// The open entrances.
pub struct Doors {
    pub professional: Running,
    pub machine: Running,
    pub patient: Running,
    console: RunningConsole,
    trust: tokio::task::JoinHandle<()>,
    hub: Arc<renkei_api::reader::Hub>,
}

impl Doors {
    /// Opens all entrances of a house.
    pub async fn open(house: &House, settings: &Settings) -> Result<Self, ServeError> {
        let doors = &settings.entrances;
        let server_name = doors.professional.hosts.first().and_then(|host| host.split(':').next()).unwrap_or("localhost");
        let hub = readers::connect(house, server_name);
        let trust = house.trust();
        let roots = trust.subject_names(&[Purpose::PersonAuth, Purpose::OrganisationAuth]);
        let identity = Identity::from_files(&doors.professional.certificate, &doors.professional.key)?;
        let mut professional = Listener::new(Entrance::Professional, doors.professional.address, identity);
        professional.client_certificates = ClientCertificates::Requested(RootHints::from_names(roots));
        professional.tls12_address = doors.professional.tls12_address;
        if doors.professional.tls12_only {
            professional.versions = Versions::Tls12Only;
        }
        let web = WebSettings {
            desk: Desk {
                name: settings.desk.name.clone(),
                phone: settings.desk.phone.clone(),
                hours: settings.desk.hours.clone(),
            },
            hosts: doors.professional.hosts.clone(),
            tls12_port: doors.professional.tls12_address.map(|address| address.port()),
        };
        let professional = professional.open(renkei_web::professional(house.clone(), web.clone())).await?;
        let machine_router = renkei_api::reader::router(hub.clone()).merge(renkei_api::health::router());
        let machine = plain(Entrance::Machine, &doors.machine)?.open(machine_router).await?;
        let patient = plain(Entrance::Patient, &doors.patient)?.open(renkei_web::patient(house.clone(), web)).await?;
        let console = Console::new(&doors.console).open(console::router(house.clone())).await?;
        let trust = tokio::spawn(watch_trust(house.clone(), settings.folders.trust.clone()));
        Ok(Self { professional, machine, patient, console, trust, hub })
    }

    /// Lets running requests end, then closes the house.
    pub async fn close(self, opened: Opened) -> Result<(), ServeError> {
        self.trust.abort();
        self.hub.close();
        self.professional.close().await;
        self.machine.close().await;
        self.patient.close().await;
        self.console.close().await;
        opened.close().await?;
        Ok(())
    }
}

fn plain(entrance: Entrance, door: &Plain) -> Result<Listener, NetError> {
    let identity = Identity::from_files(&door.certificate, &door.key)?;
    Ok(Listener::new(entrance, door.address, identity))
}

/// Reads the trust folder again and again. A folder that cannot be read leaves the lists held so far in force, until
/// they end; then sign-in fails closed.
async fn watch_trust(house: House, folder: PathBuf) {
    loop {
        tokio::time::sleep(TRUST_LOOKED_AT_EVERY).await;
        reload_trust(&house, &folder);
    }
}

/// One look at the trust folder.
pub fn reload_trust(house: &House, folder: &Path) {
    match house.trust().reload(folder, house.now()) {
        Ok(trust) => {
            for finding in trust.findings() {
                tracing::warn!(code = %finding.code, place = %finding.place, "trust folder: {}", finding.message);
            }
            house.set_trust(trust);
        }
        Err(error) => tracing::error!(code = error.code(), "the trust folder was not read: {error}"),
    }
}

async fn until_asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _asked = terminate.recv() => {}
            _interrupted = tokio::signal::ctrl_c() => {}
        },
        Err(_) => {
            let _interrupted = tokio::signal::ctrl_c().await;
        }
    }
}
