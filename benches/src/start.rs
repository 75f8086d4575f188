//! Time until the program answers, and its memory.

use crate::Outcome;
use crate::home::{Home, Ports, SERVER_NAME};
use crate::process::Running;
use crate::report::Report;
use axum::body::Body;
use axum::http::{Method, Request, header};
use renkei_demo::region::DEMO_SEED;
use renkei_demo::{Region, Scale};
use renkei_kernel::{Clock, SystemClock};
use renkei_net::client::{Client, ClientSettings, Connection, body_bytes};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

const STARTS: usize = 5;

pub async fn measure(report: &mut Report, program: &Path, minutes: u64) -> Outcome<()> {
    let folder = tempfile::Builder::new().prefix("renkei-bench-").tempdir()?;
    let home = Home::make(&folder.path().join("home")).await?;
    let opened = home.open(None).await?;
    let region = Region::new(DEMO_SEED, SystemClock.now());
    opened.house.load_register(&home.register(&region, &Scale::benchmark(300))?).await?;
    opened.close().await?;
    let mut best = f64::INFINITY;
    for _ in 0..STARTS {
        let ports = Ports::free()?;
        let settings = home.write_settings(&ports)?;
        let (server, ready) = serve(program, &settings, &home, ports.professional).await?;
        server.stop()?;
        best = best.min(ready);
    }
    report.beside("serve: ready", best, "s", "the bar", 1.0);
    demo(report, program, minutes).await
}

/// Starts `renkei serve` and waits for its first answer; answers the seconds that took.
pub async fn serve(program: &Path, settings: &Path, home: &Home, port: u16) -> Outcome<(Running, f64)> {
    let client = Client::new(ClientSettings::trusting(home.roots_pem.clone()))?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let began = Instant::now();
    let mut server = Running::start(program, &["serve".as_ref(), "--config".as_ref(), settings.as_os_str()])?;
    loop {
        // Without a certificate the entrance answers with a page that says so: it is up.
        if client.get(address, SERVER_NAME, "/").await.is_ok() {
            return Ok((server, began.elapsed().as_secs_f64()));
        }
        if let Some(status) = server.child().try_wait()? {
            return Err(format!("the program ended before it was ready: {status}").into());
        }
        if began.elapsed() > Duration::from_secs(60) {
            return Err("the program was not ready within a minute".into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The demonstration: ready, and its memory after some minutes of walks by its own chooser.
async fn demo(report: &mut Report, program: &Path, minutes: u64) -> Outcome<()> {
    let arguments: [&OsStr; 4] = ["demo".as_ref(), "--no-browser".as_ref(), "--format".as_ref(), "json".as_ref()];
    let began = Instant::now();
    let mut demo = Running::start(program, &arguments)?;
    let out = demo.child().stdout.take().ok_or("the demonstration has no output")?;
    let line = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).map(|_| line)
    })
    .await??;
    let ready = began.elapsed().as_secs_f64();
    let said: serde_json::Value = serde_json::from_str(&line)?;
    let chooser = said["address"].as_str().ok_or("the demonstration told no address")?;
    let authority = chooser.strip_prefix("http://").ok_or("the chooser's address")?.trim_end_matches('/').to_owned();
    report.beside("demo: ready, region made and imported", ready, "s", "the bar", 1.0);
    report.number("demo: memory when ready", demo.memory()?.0, "MiB");
    let pages = walk(&authority, Duration::from_secs(minutes * 60)).await?;
    report.number(format!("demo: pages in {minutes} minutes of walks"), pages as f64, "pages");
    report.beside(format!("demo: memory after {minutes} minutes of walks"), demo.memory()?.0, "MiB", "the bar", 150.0);
    demo.stop()
}

/// People of the demonstration whose cards are touched.
const HOLDERS: [&str; 8] = [
    "sakura-hana",
    "misaki-taro",
    "funaki-tomekichi",
    "chidori-setsuko",
    "amino-susumu",
    "fujinami-mayumi",
    "kujirai-takashi",
    "nijikawa-nagi",
];
/// A desk is no machine: an agent that reports cards much faster than this is sent away for a while.
const BETWEEN_TOUCHES: Duration = Duration::from_secs(10);
const TABS: [&str; 5] = ["", "/course", "/medicines", "/laboratory", "/diagnoses"];

/// One person's browser at the demonstration.
struct Visitor {
    authority: String,
    host: String,
}

struct Page {
    location: Option<String>,
    body: String,
}

impl Visitor {
    async fn ask(&self, path: &str, form: Option<String>) -> Outcome<Page> {
        let stream = TcpStream::connect(&self.authority).await?;
        let mut connection = Connection::over(stream, &self.host).await?;
        let method = if form.is_some() { Method::POST } else { Method::GET };
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, &self.host);
        if form.is_some() {
            request = request
                .header(header::ORIGIN, format!("http://{}", self.host))
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let answer = connection.send(request.body(Body::from(form.unwrap_or_default()))?).await?;
        let location = answer.headers().get(header::LOCATION).and_then(|l| l.to_str().ok()).map(str::to_owned);
        let body = body_bytes(answer, 8 << 20).await.map_err(|error| error.to_string())?;
        Ok(Page { location, body: String::from_utf8_lossy(&body).into_owned() })
    }

    /// Asks for a card read and waits until the visit is open; its address.
    async fn touch(&self) -> Outcome<String> {
        let start = self.ask("/", None).await?.body;
        // The demonstration's own bar has forms too.
        let form = start.split_once("action=\"/read\"").ok_or("no form to read a card")?.1;
        let value = |name: &str| {
            let rest = form.split_once(&format!("name=\"{name}\" value=\""))?.1;
            rest.split('"').next().map(str::to_owned)
        };
        let (csrf, reader) = (value("csrf").ok_or("no token")?, value("reader").ok_or("no reader")?);
        let asked = self.ask("/read", Some(format!("csrf={csrf}&reader={reader}"))).await?;
        let read = asked.location.ok_or("the read was not accepted")?;
        for _ in 0..200 {
            let outcome = self.ask(&format!("{read}/outcome"), None).await?;
            if let Some(visit) = outcome.location.filter(|location| location.contains("/visits/")) {
                let at = visit.find("/visits/").unwrap_or_default();
                return Ok(visit.get(at..).unwrap_or_default().to_owned());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err("the card opened nothing".into())
    }
}

/// A doctor touches the cards of the told people and opens every tab, over and over; answers the pages seen.
async fn walk(authority: &str, lasting: Duration) -> Outcome<usize> {
    let port = authority.rsplit_once(':').ok_or("the chooser's port")?.1;
    let chooser = Visitor { authority: authority.to_owned(), host: authority.to_owned() };
    let doctor = Visitor { authority: authority.to_owned(), host: format!("minato-ichiro.localhost:{port}") };
    let (began, mut pages) = (Instant::now(), 0);
    for holder in HOLDERS.iter().cycle() {
        if began.elapsed() > lasting {
            break;
        }
        chooser.ask("/card", Some(format!("reader=minato-1&patient={holder}"))).await?;
        let (visit, touched) = (doctor.touch().await?, Instant::now());
        while touched.elapsed() < BETWEEN_TOUCHES {
            for tab in TABS {
                let page = doctor.ask(&format!("{visit}{tab}"), None).await?;
                if !page.body.contains("</html>") {
                    return Err("a page of the walk was not a page".into());
                }
                pages += 1;
            }
        }
    }
    Ok(pages)
}
