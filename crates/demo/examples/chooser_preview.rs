//! Opens the chooser alone, in front of an entrance that does not answer: for looking at the page. `chooser_preview PORT`.

use renkei_demo::chooser::{Chooser, Settings};
use renkei_demo::{CardTable, Credentials, Filling, Region, Scale};
use renkei_kernel::{Clock, SettableClock, SystemClock, SystemEntropy};
use renkei_testpki::{Authority, TestPki, pem};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).map_or(Ok(0), |p| p.parse())?;
    let now = SystemClock.now();
    let pki = TestPki::new(&SystemEntropy, now);
    let credentials = Credentials::issue(&pki, &SystemEntropy)?;
    let settings = Settings {
        region: Region::new(renkei_demo::region::DEMO_SEED, now),
        scale: Scale::DEMO,
        entrance: SocketAddr::from((Ipv4Addr::LOCALHOST, 9)),
        server_name: "renkei.localhost".into(),
        roots_pem: pem("CERTIFICATE", &pki.authority(Authority::Root)?.cert_der).into_bytes(),
        clock: Arc::new(SettableClock::running(now)),
        cards: CardTable::default(),
        filling: Filling::done(),
        turned: Arc::new(|_| {}),
    };
    let (address, task) = Chooser::open(settings, &credentials, SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    println!("http://{address}/");
    task.await?;
    Ok(())
}
