//! A PC/SC service of the test's own: its configuration, its socket, its ports; ended by its id.
//!
//! It runs in the foreground with a listening socket that is handed over, as a service manager would do it; so it needs
//! no service manager, meets no other service of the machine, and many run side by side. Without the package the tests
//! fail and say what is missing.

use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

const PROGRAM: &str = "/usr/sbin/pcscd";
const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
/// The virtual reader has two slots; PC/SC names them so.
pub const FIRST: &str = "Renkei Test 00 00";
pub const SECOND: &str = "Renkei Test 00 01";

static NEXT: AtomicU16 = AtomicU16::new(0);

pub struct Service {
    folder: PathBuf,
    /// Of the first slot; the second slot has the next one.
    pub port: u16,
    child: Option<Child>,
}

impl Service {
    /// A service that is not yet started, with its own folder below `folder`.
    pub fn in_folder(folder: &Path) -> Self {
        for needed in [PROGRAM, DRIVER] {
            assert!(Path::new(needed).exists(), "{needed} is missing: run tools/setup.sh tests");
        }
        let folder = folder.join("pcsc");
        std::fs::create_dir_all(folder.join("readers")).unwrap();
        std::fs::create_dir_all(folder.join("none")).unwrap();
        let port = free_ports();
        let entry =
            format!("FRIENDLYNAME \"Renkei Test\"\nDEVICENAME /dev/null:{port}\nLIBPATH {DRIVER}\nCHANNELID {port}\n");
        std::fs::write(folder.join("readers/reader.conf"), entry).unwrap();
        Self { folder, port, child: None }
    }

    /// Where clients of this service find it.
    pub fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }
    /// Starts with the virtual reader.
    pub fn start(&mut self) {
        self.start_with("readers");
    }
    /// Starts without any reader.
    pub fn start_without_reader(&mut self) {
        self.start_with("none");
    }

    fn start_with(&mut self, readers: &str) {
        self.stop();
        let listener = OwnedFd::from(UnixListener::bind(self.socket()).unwrap());
        // The service takes its socket as descriptor 3, if the process id named beside it is its own.
        let script = "exec 3<&0 0</dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$@\"";
        let log = std::fs::File::create(self.folder.join("log")).unwrap();
        let child = Command::new("sh")
            .args(["-c", script, "sh", PROGRAM, "--foreground", "--error", "--config"])
            .arg(self.folder.join(readers))
            .stdin(Stdio::from(listener))
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
    }

    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _already_ended = child.kill();
            child.wait().unwrap();
        }
        let _not_there = std::fs::remove_file(self.socket());
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Two neighbouring ports that nobody uses, below those that outgoing connections get.
fn free_ports() -> u16 {
    let ours = (std::process::id() % 1_000) as u16 * 20;
    for _ in 0..500 {
        let port = 10_240 + (ours + NEXT.fetch_add(2, Ordering::SeqCst)) % 20_000;
        let is_free = |port| TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok();
        if is_free(port) && is_free(port + 1) {
            return port;
        }
    }
    panic!("no two free ports");
}
