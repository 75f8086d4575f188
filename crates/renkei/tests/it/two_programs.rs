//! Two programs on one folder: the second is told so plainly and touches nothing; a killed one keeps nobody out.

use crate::installation::{Installation, renkei, said, scratch};
use crate::torn::kill::Running;
use crate::torn::look::trail_verifies;
use renkei_testpki::TestPki;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Writes what `renkei serve` needs beside an installation: certificates of its entrances and free ports.
fn with_entrances(installation: &Installation) {
    let pki = TestPki::seeded(20_261_121, renkei_kernel::Clock::now(&renkei_kernel::SystemClock));
    let server = pki.server_certificate(&["localhost"], &[Ipv4Addr::LOCALHOST.into()]).unwrap();
    let tls = installation.folder.join("tls");
    let mut settings = std::fs::read_to_string(installation.config()).unwrap();
    for (name, port) in [("professional", 8443), ("machine", 8444), ("patient", 8445)] {
        std::fs::write(tls.join(format!("{name}.pem")), renkei_testpki::chain_pem(&server)).unwrap();
        private(&tls.join(format!("{name}.key")), renkei_testpki::pem("PRIVATE KEY", &server.key_der).as_bytes());
        settings = settings
            .replace(&format!("address = \"127.0.0.1:{port}\""), &format!("address = \"127.0.0.1:{}\"", free_port()));
    }
    std::fs::write(installation.config(), settings).unwrap();
}

fn private(path: &Path, content: &[u8]) {
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path).unwrap();
    std::io::Write::write_all(&mut file, content).unwrap();
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// A running `renkei serve`, ready; killed when dropped.
struct Serving(Child);

impl Serving {
    fn start(installation: &Installation) -> Self {
        let mut child = installation
            .command(&["serve"], &[])
            .env("RENKEI_LOG", "info")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut lines, mut heard) = (BufReader::new(child.stderr.take().unwrap()).lines(), String::new());
        loop {
            let Some(line) = lines.next() else { panic!("the server ended: {heard}") };
            let line = line.unwrap();
            heard.push_str(&line);
            if line.contains("is ready") {
                break;
            }
        }
        // Whoever writes to a closed pipe ends; the rest of the log is read and dropped.
        std::thread::spawn(move || lines.for_each(drop));
        Self(child)
    }

    /// Signal 9, as a power cut: no word of farewell, sockets and leases left as they are.
    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    fn alive(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// R-X-05: a second server on the same folder is refused with a sentence; the first goes on, and commands reach it.
/// Killed, it keeps nobody out: neither its lease nor its socket stands in the way of the next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_is_refused_and_a_killed_one_keeps_nobody_out() {
    let folder = scratch();
    let installation = Installation::make(folder.path());
    with_entrances(&installation);
    let mut first = Serving::start(&installation);
    let second = installation.run(&["serve"], &[]);
    assert_eq!(second.status.code(), Some(5), "{}", said(&second));
    let told = String::from_utf8_lossy(&second.stderr);
    assert!(told.contains("E409 data_folder_in_use"), "{told}");
    assert!(told.contains("ほかの Renkei") && told.contains("another Renkei"), "{told}");
    assert!(first.alive());
    // A command on the same folder is carried out by the server that runs.
    let imported = installation.import("storage").output().unwrap();
    assert!(imported.status.success(), "{}", said(&imported));
    installation.verify();
    first.kill();
    assert!(installation.folder.join("data/console.sock").exists(), "a killed server leaves its socket");
    // A command finds nobody behind the socket and opens the folder itself.
    let again = installation.import("storage").output().unwrap();
    assert!(again.status.success(), "{}", said(&again));
    let mut third = Serving::start(&installation);
    assert!(third.alive());
    third.kill();
    let opened = installation.open().await;
    trail_verifies(&installation, &opened).await;
    opened.close().await;
}

/// R-X-05: two commands at once on one folder: one works, the other is refused with a sentence or comes after it; the
/// record is there once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_imports_at_once_are_one_import_and_a_plain_refusal() {
    let folder = scratch();
    let installation = Installation::make(folder.path());
    let first = Running::start(&mut installation.import("storage"));
    let began = Instant::now();
    while !installation.is_held() && began.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(1));
    }
    let second = installation.import("storage").output().unwrap();
    match second.status.code() {
        Some(0) => {}
        Some(5) => assert!(said(&second).contains("data_folder_in_use"), "{}", said(&second)),
        _ => panic!("{}", said(&second)),
    }
    assert!(first.until_it_ends().0.success());
    let opened = installation.open().await;
    trail_verifies(&installation, &opened).await;
    let stored = crate::torn::look::told(&opened).await["record.stored"];
    assert_eq!(stored, crate::torn::look::number(&opened, "SELECT COUNT(*) FROM messages").await);
    opened.close().await;
}

/// R-X-05: a demonstration does not empty the folder in which another one lives.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_demonstration_leaves_the_first_ones_folder_alone() {
    let folder = scratch();
    std::fs::write(folder.path().join(".renkei-demo"), "made by renkei demo\n").unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    // What a running demonstration holds: its database.
    let file = folder.path().join("data/renkei.sqlite");
    let first = renkei_db::Database::open(renkei_db::Settings::sqlite(&file)).await.unwrap();
    let before = crate::installation::files(folder.path());
    let second = renkei(&["demo", "--no-browser", "--data", folder.path().to_str().unwrap()]);
    assert!(!second.status.success(), "{}", said(&second));
    assert!(said(&second).contains("ほかの Renkei"), "{}", said(&second));
    assert_eq!(crate::installation::files(folder.path()), before, "nothing was removed");
    first.close().await.unwrap();
}
