//! `renkei serve`: opens the house and its entrances, and closes them in order.

use crate::commands::ServeArguments;
use crate::feed::Feed;
use crate::monitor::{self, Counted, HouseHealth};
use crate::observe::Metrics;
use crate::settings::{Folders, Plain, Settings};
use crate::stop::AskedToStop;
use crate::wiring::{self, Opened, Place, WiringError};
use crate::{console, list_marks, outcome, readers};
use axum::Router;
use futures::future::BoxFuture;
use renkei_access::Zone;
use renkei_app::House;
use renkei_hpki::Purpose;
use renkei_intake::watch::Watches;
use renkei_kernel::logs::OPERATOR;
use renkei_kernel::{Category, Ids, Problem, SystemClock, SystemEntropy};
use renkei_net::zone::{self, ZoneDenials, ZoneDenied};
use renkei_net::{
    ClientCertificates, Console, Entrance, Hosts, Identity, Listener, NetError, RootHints, Running, RunningConsole,
    RunningMonitor, Versions,
};
use renkei_web::shell::Desk;
use renkei_web::{PROFESSIONAL_ADDRESSES, WebSettings};
use std::path::Path;
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
    #[error(transparent)]
    Words(#[from] renkei_web::WordsIncomplete),
    #[error("停止の合図を受け取れません: {0} / signals cannot be heard")]
    Signals(#[source] std::io::Error),
}

impl Problem for ServeError {
    fn category(&self) -> Category {
        match self {
            Self::Wiring(error) => error.category(),
            Self::Net(_) | Self::Signals(_) => Category::Stopped,
            Self::Words(_) => Category::Unexpected,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Wiring(error) => error.code(),
            Self::Net(_) => "entrance_unavailable",
            Self::Words(_) => "words_incomplete",
            Self::Signals(_) => "signals_unheard",
        }
    }
}

pub async fn run(arguments: ServeArguments) -> ExitCode {
    let settings = match Settings::load(&arguments.place.config) {
        Ok(settings) => settings,
        Err(error) => return outcome::refused(error.category(), error.code(), &error),
    };
    outcome::of_problem(serve(&settings).await)
}

async fn serve(settings: &Settings) -> Result<(), ServeError> {
    let ids = Ids::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
    let opened = wiring::open(Place::of(settings), ids).await?;
    let doors = Doors::open(&opened.house, settings, false).await?;
    let stop = AskedToStop::listen().map_err(ServeError::Signals)?;
    tracing::info!(
        target: OPERATOR, professional = %doors.professional.address(), machine = %doors.machine.address(),
        patient = %doors.patient.address(), "準備ができました。 / Renkei is ready"
    );
    stop.come().await;
    doors.close(opened).await
}

/// The open entrances.
pub struct Doors {
    pub professional: Running,
    pub machine: Running,
    pub patient: Running,
    console: RunningConsole,
    trust: tokio::task::JoinHandle<()>,
    sweep: tokio::task::JoinHandle<()>,
    refusals: tokio::task::JoinHandle<()>,
    monitor: Option<RunningMonitor>,
    hub: Arc<renkei_api::reader::Hub>,
    watches: Watches,
}

impl Doors {
    /// Opens all entrances of a house.
    pub async fn open(house: &House, settings: &Settings, demo: bool) -> Result<Self, ServeError> {
        let doors = &settings.entrances;
        let server_name =
            doors.professional.hosts.first().and_then(|host| host.split(':').next()).unwrap_or("localhost");
        let hub = readers::connect(house, server_name);
        let metrics = Arc::new(Metrics::new(house.now()));
        house.connect_watcher(metrics.clone());
        let trust = house.trust();
        let roots = trust.subject_names(&[Purpose::PersonAuth, Purpose::OrganisationAuth]);
        let identity = Identity::from_files(&doors.professional.certificate, &doors.professional.key)?;
        let mut professional = Listener::new(Entrance::Professional, doors.professional.address, identity);
        professional.hosts = Some(Hosts::named(doors.professional.hosts.iter().map(String::as_str))?);
        professional.client_certificates = ClientCertificates::Requested(RootHints::from_names(roots));
        professional.tls12_address = doors.professional.tls12_address;
        if doors.professional.tls12_only {
            professional.versions = Versions::Tls12Only;
        }
        let web = WebSettings {
            demo,
            desk: Some(Desk {
                name: settings.desk.name.clone(),
                phone: settings.desk.phone.clone(),
                hours: settings.desk.hours.clone(),
            }),
            older_cards: older_cards(settings),
        };
        professional.rules.fault_page = renkei_web::fault_page(&web);
        professional.rules.strict_transport = !demo;
        let pages = metrics.measured("professional", renkei_web::professional(house.clone(), web.clone())?);
        let professional = professional.open(pages).await?;
        let machine_router = renkei_api::reader::router(hub.clone())
            .merge(renkei_api::health::router_of(Arc::new(HouseHealth(house.clone()))));
        let mut machine = plain(Entrance::Machine, &doors.machine)?;
        machine.rules.strict_transport = !demo;
        let machine = machine.open(metrics.measured("machine", machine_router)).await?;
        let mut patient = plain(Entrance::Patient, &doors.patient)?;
        patient.rules.fault_page = renkei_web::fault_page(&web);
        // A demonstration must not bind every other program of this machine's localhost to TLS.
        patient.rules.strict_transport = !demo;
        let patient = patient.open(metrics.measured("patient", patient_router(house, web)?)).await?;
        let counted: Counted = [("professional", &professional), ("machine", &machine), ("patient", &patient)]
            .map(|(name, running)| (name, running.counters()))
            .into();
        let watched = monitor::router(house, &metrics, &counted);
        let console_router = console::router(house.clone()).merge(watched.clone());
        let console = console::rules(Console::new(&doors.console)).open(console_router).await?;
        let monitor = monitor::open(settings.monitoring, watched).await?;
        let refusals = tokio::spawn(monitor::tell_refusals(counted));
        let trust = tokio::spawn(watch_trust(house.clone(), settings.folders.clone()));
        let sweep = tokio::spawn(sweep_daily(house.clone()));
        let storages = settings.feeds.iter().map(Feed::watched).collect();
        let watches = Watches::start(house, storages, &settings.folders.data.join("feeds"));
        Ok(Self { professional, machine, patient, console, trust, sweep, refusals, monitor, hub, watches })
    }

    /// Lets running requests end, then closes the house.
    pub async fn close(self, opened: Opened) -> Result<(), ServeError> {
        self.trust.abort();
        self.sweep.abort();
        self.refusals.abort();
        drop(self.monitor);
        self.hub.close();
        self.professional.close().await;
        self.machine.close().await;
        self.patient.close().await;
        self.console.close().await;
        self.watches.stop().await;
        opened.close().await?;
        Ok(())
    }
}

/// Address of the port for cards with old signatures, as a browser writes it.
fn older_cards(settings: &Settings) -> Option<String> {
    let professional = &settings.entrances.professional;
    let port = professional.tls12_address?.port();
    let host = professional.hosts.first()?.split(':').next()?;
    (port != 0).then(|| format!("https://{host}:{port}/"))
}

/// The patient entrance knows its own few addresses; a professional one asked for here gets the ordinary answer, and
/// the trail a note at most once per source and minute (R-6.5.2-ア).
fn patient_router(house: &House, web: WebSettings) -> Result<Router, ServeError> {
    let router = renkei_web::patient(&web)?;
    let not_found = Arc::new(move || renkei_web::patient_not_found(&web));
    let denials = Arc::new(ZoneNotes(house.clone()));
    Ok(zone::guarded(router, PROFESSIONAL_ADDRESSES, not_found, denials, house.ids().clock()))
}

struct ZoneNotes(House);

impl ZoneDenials for ZoneNotes {
    fn denied(&self, event: ZoneDenied) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if let Err(error) = self.0.note_zone_denied(Zone::Patient, event.source, event.attempts).await {
                tracing::error!(code = error.code(), "a request at the wrong entrance was not noted");
            }
        })
    }
}

fn plain(entrance: Entrance, door: &Plain) -> Result<Listener, NetError> {
    let identity = Identity::from_files(&door.certificate, &door.key)?;
    let mut listener = Listener::new(entrance, door.address, identity);
    if let Some(hosts) = &door.hosts {
        listener.hosts = Some(Hosts::named(hosts.iter().map(String::as_str))?);
    }
    Ok(listener)
}

/// Reads the trust folder again and again. A folder that cannot be read leaves the lists held so far in force, until
/// they end; then sign-in fails closed.
async fn watch_trust(house: House, folders: Folders) {
    loop {
        tokio::time::sleep(TRUST_LOOKED_AT_EVERY).await;
        reload_trust(&house, &folders.trust);
        if let Err(error) = list_marks::keep(&folders.data, house.trust().marks()) {
            tracing::error!(target: OPERATOR, code = error.code(), "{error}");
        }
    }
}

/// Removes orphaned originals at the start and once a day.
async fn sweep_daily(house: House) {
    loop {
        match house.sweep_originals().await {
            Ok(swept) if swept.removed > 0 => {
                tracing::info!(
                    target: OPERATOR, removed = swept.removed,
                    "行き先のない原本 {} 件を片付けました。 / orphaned originals were removed", swept.removed
                )
            }
            Ok(_) => {}
            Err(error) => tracing::error!(code = error.code(), "orphaned originals were not swept"),
        }
        tokio::time::sleep(Duration::from_secs(24 * 3600)).await;
    }
}

/// One look at the trust folder.
pub fn reload_trust(house: &House, folder: &Path) {
    match house.trust().reload(folder, house.now()) {
        Ok(trust) => {
            for finding in trust.findings() {
                tracing::warn!(
                    target: OPERATOR, code = %finding.code, place = %finding.place,
                    "trust フォルダに使えないものがあります。 / trust folder: {}", finding.message
                );
            }
            house.set_trust(trust);
        }
        Err(error) => tracing::error!(
            target: OPERATOR, code = error.code(),
            "trust フォルダを読めません。今の信頼リストを使い続けます。 / the trust folder was not read: {error}"
        ),
    }
}

/// Reads the trust folder as on the first day, forgetting the lists held so far: for a clock that was turned back.
#[cfg(feature = "demo")]
pub fn reload_trust_anew(house: &House, folder: &Path) {
    match renkei_hpki::Trust::load(folder, house.now()) {
        Ok(trust) => house.set_trust(trust),
        Err(error) => tracing::error!(code = error.code(), "the trust folder was not read: {error}"),
    }
}
