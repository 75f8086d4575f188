//! Time until the program answers, and its memory.

use crate::Outcome;
use crate::home::{Home, Ports, SERVER_NAME};
use crate::process::Running;
use crate::report::Report;
use crate::walk::walk;
use renkei_demo::region::DEMO_SEED;
use renkei_demo::{Region, Scale};
use renkei_kernel::{Clock, SystemClock};
use renkei_net::client::{Client, ClientSettings};
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};

const STARTS: usize = 5;
/// How often the demonstration's memory is read while it is walked through.
const MEMORY_EVERY: Duration = Duration::from_secs(5 * 60);

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

/// The demonstration: ready, and its memory before, during and after some minutes of walks by its own chooser.
async fn demo(report: &mut Report, program: &Path, minutes: u64) -> Outcome<()> {
    let arguments: [&OsStr; 4] = ["demo".as_ref(), "--no-browser".as_ref(), "--format".as_ref(), "json".as_ref()];
    let began = Instant::now();
    let mut demo = Running::start(program, &arguments)?;
    let out = demo.child().stdout.take().ok_or("the demonstration has no output")?;
    let mut lines = BufReader::new(out).lines();
    let (lines, said) = tokio::task::spawn_blocking(move || {
        let line = lines.next();
        (lines, line)
    })
    .await?;
    let ready = began.elapsed().as_secs_f64();
    let said: serde_json::Value = serde_json::from_str(&said.ok_or("the demonstration said nothing")??)?;
    let chooser = said["address"].as_str().ok_or("the demonstration told no address")?;
    let authority = chooser.strip_prefix("http://").ok_or("the chooser's address")?.trim_end_matches('/').to_owned();
    report.beside("demo: ready, first patients whole", ready, "s", "the bar", 1.0);
    for (phase, millis) in said["phases_ms"].as_object().into_iter().flatten() {
        report.number(format!("demo: after the start, {phase}"), millis.as_f64().unwrap_or(f64::NAN) / 1000.0, "s");
    }
    let mut lines = lines;
    let complete = tokio::task::spawn_blocking(move || lines.next()).await?.ok_or("the records did not come in")??;
    let complete: serde_json::Value = serde_json::from_str(&complete)?;
    if complete["state"] != "complete" {
        return Err("the demonstration did not say that it is complete".into());
    }
    report.number("demo: complete, whole region made and imported", began.elapsed().as_secs_f64(), "s");
    let (held, peak) = demo.memory()?;
    report.number("demo: memory when complete", held, "MiB");
    report.number("demo: its peak till then", peak, "MiB");
    let seen = walk(&authority, &demo, Duration::from_secs(minutes * 60), MEMORY_EVERY).await?;
    report.number(format!("demo: visits in {minutes} minutes at three desks"), seen.visits as f64, "visits");
    report.number(format!("demo: pages read in {minutes} minutes"), seen.pages as f64, "pages");
    for (what, times) in &seen.failures {
        report.number(format!("demo: failure: {what}"), *times as f64, "times");
    }
    let (held, peak) = demo.memory()?;
    report.beside(format!("demo: memory after {minutes} minutes of walks"), held, "MiB", "the bar", 150.0);
    report.beside("demo: peak of all its memory", peak, "MiB", "the bar", 150.0);
    demo.stop()?;
    if seen.failed() > 0 || seen.visits == 0 {
        return Err(format!("{} of {} visits failed", seen.failed(), seen.failed() + seen.visits).into());
    }
    Ok(())
}
