//! An open-loop load: requests begin when the clock says so, not when the last one ended, and their time counts from
//! then; a server that falls behind is not spared.

use crate::Outcome;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use renkei_net::client::{Client, ClientError, Connection, body_bytes};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

const PAGE_MAX_BYTES: usize = 8 << 20;

/// A signed-in browser with connections kept open.
pub struct Browser {
    client: Client,
    address: SocketAddr,
    server_name: &'static str,
    cookie: String,
    idle: Mutex<Vec<Connection>>,
}

/// Times of one kind of request, milliseconds, in order.
#[derive(Debug, Default, Clone)]
pub struct Times(Vec<f64>);

impl Times {
    pub fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        Self(times)
    }
    pub fn count(&self) -> usize {
        self.0.len()
    }
    /// The time below which this share (0–1) of the requests stayed.
    pub fn share(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        self.0.get((last as f64 * share).round() as usize).copied().unwrap_or(f64::NAN)
    }
}

impl Browser {
    /// Signs in with the client's certificate.
    pub async fn sign_in(client: Client, address: SocketAddr, server_name: &'static str) -> Outcome<Self> {
        let answer = client.get(address, server_name, "/").await?;
        let cookies: Vec<String> = answer
            .headers()
            .get_all(header::SET_COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok()?.split(';').next().map(str::to_owned))
            .collect();
        if answer.status() != StatusCode::OK || cookies.is_empty() {
            return Err(format!("signing in was answered with {}", answer.status()).into());
        }
        Ok(Self { client, address, server_name, cookie: cookies.join("; "), idle: Mutex::default() })
    }

    /// One page to its last byte; answers its size.
    pub async fn page(&self, path: &str) -> Outcome<usize> {
        let waiting = self.idle.lock().await.pop();
        let mut connection = match waiting {
            Some(connection) if !connection.is_closed() => connection,
            _ => self.client.connect(self.address, self.server_name).await?,
        };
        let request = Request::get(path).header(header::COOKIE, &self.cookie).body(Body::empty())?;
        let answer = connection.send(request).await?;
        let status = answer.status();
        let body = body_bytes(answer, PAGE_MAX_BYTES).await.map_err(|error: ClientError| error.to_string())?;
        self.idle.lock().await.push(connection);
        if status == StatusCode::OK { Ok(body.len()) } else { Err(format!("{path} was answered with {status}").into()) }
    }

    /// Opens connections before they are needed, so that no handshake falls into the measurement.
    pub async fn warm(&self, connections: usize) -> Outcome<()> {
        for _ in 0..connections {
            let connection = self.client.connect(self.address, self.server_name).await?;
            self.idle.lock().await.push(connection);
        }
        Ok(())
    }
}

/// What was seen.
pub struct Seen {
    /// (class, milliseconds from the planned start to the last byte)
    pub times: Vec<(usize, f64)>,
    pub failed: usize,
    pub bytes: usize,
    pub seconds: f64,
}

/// `rate` requests a second for so long. `ask` gives the nth request: browser, path, class.
pub async fn run(
    browsers: &[Arc<Browser>],
    rate: u32,
    lasting: Duration,
    ask: impl Fn(usize) -> (usize, String, usize),
) -> Seen {
    let step = Duration::from_secs(1) / rate;
    let count = (lasting.as_secs_f64() * f64::from(rate)) as usize;
    let mut under_way: JoinSet<Result<(usize, f64, usize), String>> = JoinSet::new();
    let began = Instant::now();
    for nth in 0..count {
        let planned = began + step * u32::try_from(nth).unwrap_or(u32::MAX);
        tokio::time::sleep_until(planned.into()).await;
        let (browser, path, class) = ask(nth);
        let Some(browser) = browsers.get(browser % browsers.len()).cloned() else { continue };
        under_way.spawn(async move {
            let bytes = browser.page(&path).await.map_err(|error| error.to_string())?;
            Ok((class, planned.elapsed().as_secs_f64() * 1e3, bytes))
        });
    }
    let mut seen = Seen { times: Vec::with_capacity(count), failed: 0, bytes: 0, seconds: 0.0 };
    while let Some(done) = under_way.join_next().await {
        match done {
            Ok(Ok((class, time, bytes))) => {
                seen.times.push((class, time));
                seen.bytes += bytes;
            }
            Ok(Err(error)) => {
                if seen.failed == 0 {
                    println!("a request failed: {error}");
                }
                seen.failed += 1;
            }
            Err(_) => seen.failed += 1,
        }
    }
    seen.seconds = began.elapsed().as_secs_f64();
    seen
}
