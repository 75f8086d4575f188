//! The console entrance: a Unix socket that only the owner of the installation may open.
//!
//! Separate from the network listeners because trust is the file's permission here, not a certificate: the socket is
//! made inside a private folder and moved to its name only when its mode is 0600, and the caller's user id must be
//! that of the socket's owner or root.

use crate::answer::Desk;
use crate::connection::{Places, Protocol, serve};
use crate::counters::{Counters, Counts};
use crate::entrance::{ConnectionFacts, ConnectionId, Entrance, Peer};
use crate::error::NetError;
use crate::rules::Rules;
use axum::Router;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Settings of the console.
#[derive(Debug, Clone)]
pub struct Console {
    /// Name of the socket; at most about 100 bytes, as the operating system allows.
    pub path: PathBuf,
    pub rules: Rules,
}

/// The open console. The socket's name is removed when it closes.
#[derive(Debug)]
pub struct RunningConsole {
    path: PathBuf,
    counters: Arc<Counters>,
    closing: watch::Sender<bool>,
    door: JoinSet<()>,
}

impl Console {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        // Commands of the console may run long (an import); its callers are the owner's own.
        let day = Duration::from_secs(24 * 3600);
        let rules = Rules { request: day, idle: day, without_request: day, ..Rules::default() };
        Self { path: path.into(), rules }
    }

    /// Binds and serves `router`. A socket left behind by a process that is gone is replaced; one that answers is
    /// not ([`NetError::ConsoleInUse`]).
    pub async fn open(self, router: Router) -> Result<RunningConsole, NetError> {
        if UnixStream::connect(&self.path).await.is_ok() {
            return Err(NetError::ConsoleInUse { path: self.path });
        }
        let failed = |source| NetError::Bind { address: self.path.display().to_string(), source };
        let (socket, owner) = bind_privately(&self.path).map_err(failed)?;
        let counters = Arc::new(Counters::default());
        let (closing, closed) = watch::channel(false);
        let places = Places::new(self.rules.connections, self.rules.connections);
        let desk = Arc::new(Desk { router, rules: self.rules, hosts: None, counters: counters.clone() });
        let mut door = JoinSet::new();
        door.spawn(stand(socket, owner, desk, places, closed));
        Ok(RunningConsole { path: self.path, counters, closing, door })
    }
}

impl RunningConsole {
    pub fn path(&self) -> &Path {
        &self.path
    }
    pub fn counts(&self) -> Counts {
        self.counters.read()
    }
    /// Takes no more callers, lets running requests end (at most `Rules::closing`) and removes the socket's name.
    pub async fn close(mut self) {
        let _nobody_left = self.closing.send(true);
        while self.door.join_next().await.is_some() {}
    }
}

impl Drop for RunningConsole {
    fn drop(&mut self) {
        // Gone already is as good.
        let _removed = std::fs::remove_file(&self.path);
    }
}

/// The bound socket and its owner's user id.
fn bind_privately(path: &Path) -> std::io::Result<(UnixListener, u32)> {
    let missing = || std::io::Error::new(std::io::ErrorKind::InvalidInput, "the socket needs a folder and a name");
    let (folder, name) = (path.parent().ok_or_else(missing)?, path.file_name().ok_or_else(missing)?);
    let mut private_name = std::ffi::OsString::from(".");
    private_name.push(name);
    private_name.push(".new");
    let private = folder.join(private_name);
    if private.exists() {
        std::fs::remove_dir_all(&private)?;
    }
    std::fs::DirBuilder::new().mode(0o700).create(&private)?;
    let made = private.join("s");
    let bound = UnixListener::bind(&made).and_then(|socket| {
        std::fs::set_permissions(&made, std::fs::Permissions::from_mode(0o600))?;
        let owner = std::fs::metadata(&made)?.uid();
        std::fs::rename(&made, path)?;
        Ok((socket, owner))
    });
    std::fs::remove_dir_all(&private)?;
    bound
}

async fn stand(socket: UnixListener, owner: u32, desk: Arc<Desk>, places: Places, mut closing: watch::Receiver<bool>) {
    let mut callers = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = socket.accept() => accepted,
            Some(_left) = callers.join_next() => continue,
            _closing = closing.wait_for(|closing| *closing) => break,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Some(uid) = stream.peer_cred().ok().map(|caller| caller.uid()).filter(|uid| *uid == owner || *uid == 0)
        else {
            Counters::add(&desk.counters.handshake_failed);
            continue;
        };
        let Some(place) = places.take(None) else {
            Counters::add(&desk.counters.too_many);
            continue;
        };
        Counters::add(&desk.counters.accepted);
        let facts = ConnectionFacts {
            entrance: Entrance::Console,
            peer: Peer::Local { uid },
            tls_version: None,
            client_chain: None,
            connection_id: ConnectionId::next(),
            asked_name: None,
            on_tls12_port: false,
        };
        callers.spawn(serve(stream, Protocol::Http1, facts, desk.clone(), place, closing.clone()));
    }
    drop(socket);
    while callers.join_next().await.is_some() {}
}
