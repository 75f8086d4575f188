//! An operator's day by the guide: init, certificates, trust, register, serve, sign-in, doctor, keys, numbers, trail.

use crate::process::{Answer, Running, Said, free_address, get, get_console, get_plain, renkei, run};
use axum::http::StatusCode;
use renkei_kernel::{Clock, SystemClock};
use renkei_net::Identity;
use renkei_net::client::{Client, ClientSettings};
use renkei_testpki::{Authority, Issued, Level, Profile, TestPki, chain_pem, pem};
use serde_json::Value;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

const REGISTER: &str = include_str!("../../../testkit/src/region.toml");
const DOORS: [&str; 3] = ["professional", "machine", "patient"];

/// An installation made by the guide's commands.
struct Installation {
    _place: tempfile::TempDir,
    home: PathBuf,
    pki: TestPki,
    doors: Vec<SocketAddr>,
    monitor: SocketAddr,
}

impl Installation {
    fn make() -> Self {
        let place = tempfile::tempdir().unwrap();
        let home = place.path().join("renkei");
        assert_eq!(run(&mut renkei(&["init", home.to_str().unwrap()])).exit, 0);
        let pki = TestPki::seeded(19, SystemClock.now());
        pki.write_trust(&home.join("trust")).unwrap();
        let server = pki.server_certificate(&["localhost"], &[]).unwrap();
        let mut text = std::fs::read_to_string(home.join("renkei.toml")).unwrap();
        let mut doors = Vec::new();
        for (number, door) in DOORS.iter().enumerate() {
            std::fs::write(home.join(format!("tls/{door}.pem")), chain_pem(&server)).unwrap();
            let key = home.join(format!("tls/{door}.key"));
            std::fs::write(&key, pem("PRIVATE KEY", &server.key_der)).unwrap();
            std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
            let address = free_address();
            text = text.replace(&format!("127.0.0.1:{}", 8443 + number), &address.to_string());
            doors.push(address);
        }
        let monitor = free_address();
        text = text.replace("# address = \"127.0.0.1:9464\"", &format!("address = \"{monitor}\""));
        // This machine's disk may be as full as it likes.
        text.push_str("\n[doctor]\ndisk_free_mib = 0\ndisk_free_percent = 0\n");
        std::fs::write(home.join("renkei.toml"), text).unwrap();
        let issuer = pki.authority(Authority::PersonAuth).unwrap().fingerprint();
        let register = REGISTER.replace("{issuer}", &issuer).replace("10.17.2.0/24", "127.0.0.0/8");
        std::fs::write(home.join("register.toml"), register).unwrap();
        Self { _place: place, home, pki, doors, monitor }
    }

    fn command(&self, words: &[&str]) -> std::process::Command {
        let mut command = renkei(words);
        command.env("RENKEI_CONFIG", self.home.join("renkei.toml")).current_dir(&self.home);
        command
    }
    fn run(&self, words: &[&str]) -> Said {
        run(&mut self.command(words))
    }
    fn serve(&self) -> Running {
        Running::start(&mut self.command(&["serve"]), "Renkei is ready", true)
    }
    fn doctor(&self) -> (i32, Value) {
        let said = self.run(&["doctor", "--format", "json"]);
        (said.exit, serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{} {}", said.out, said.err)))
    }
    fn roots(&self) -> String {
        pem("CERTIFICATE", &self.pki.authority(Authority::Root).unwrap().cert_der)
    }
    fn doctors_card(&self) -> Issued {
        let profile = Profile::person("Ichiro Minato", "TESTD000021", &["Medical Doctor"], Level::Production);
        self.pki.issue(&profile).unwrap()
    }
    async fn sign_in(&self, card: &Issued) -> Answer {
        let identity = Identity::from_der(card.presented(), card.key_der.clone()).unwrap();
        let client = Client::new(ClientSettings::trusting(self.roots()).showing(identity)).unwrap();
        get(&client, self.doors[0], "localhost", "/").await
    }
    fn trail(&self, event: &str) -> Vec<Value> {
        let settings = renkei_db::Settings::sqlite(self.home.join("data/renkei.sqlite")).reading_only();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            use renkei_db::sea_orm::{ConnectionTrait, Statement};
            let database = renkei_db::Database::open(settings).await.unwrap();
            let on = database.reader();
            let sql = "SELECT entry FROM trail_entries WHERE name = $1 ORDER BY number";
            let statement = Statement::from_sql_and_values(on.get_database_backend(), sql, [event.into()]);
            let rows = on.query_all_raw(statement).await.unwrap();
            rows.iter()
                .map(|row| serde_json::from_slice(&row.try_get::<Vec<u8>>("", "entry").unwrap()).unwrap())
                .collect()
        })
    }
}

fn grades(report: &Value) -> Vec<(&str, &str)> {
    report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (finding["code"].as_str().unwrap(), finding["grade"].as_str().unwrap()))
        .filter(|(_, grade)| *grade != "notice")
        .collect()
}

async fn numbers(house: &Installation) -> String {
    let answer = get_plain(house.monitor, "/metrics").await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.body
}

/// R-X-19, R-X-16: the whole day by the guide's commands; the doctor finds nothing wrong, the key is replaced while a
/// doctor works, and the trail holds all of it.
#[tokio::test(flavor = "multi_thread")]
async fn an_operators_day_by_the_guide() {
    let house = Installation::make();
    let loaded = house.run(&["register", "load", "register.toml"]);
    assert_eq!(loaded.exit, 0, "{}", loaded.err);
    let server = house.serve();
    let card = house.doctors_card();
    let start = house.sign_in(&card).await;
    assert!(start.status == StatusCode::OK && start.has_session(), "{}", start.body);

    let (exit, report) = house.doctor();
    assert_eq!((exit, grades(&report)), (0, vec![]), "{report}");
    assert_eq!(report["checks"].as_array().unwrap().len(), 10);
    let words = house.run(&["doctor"]).out;
    assert!(words.contains("結果: ") && words.contains("faults 0"), "{words}");

    let rotated = house.run(&["keys", "rotate", "--format", "json"]);
    assert_eq!(rotated.exit, 0, "{}", rotated.err);
    let rotated: Value = serde_json::from_str(&rotated.out).unwrap();
    assert!(rotated["summary"]["wrapped"].as_u64().unwrap() > 2, "{rotated}");
    assert!(house.sign_in(&card).await.has_session(), "the house goes on under the new key");

    // The key that signs the trail, while the server runs; whoever kept its first public key goes on verifying.
    let kept = house.home.join("kept.pub");
    std::fs::copy(house.home.join("checkpoints/trail.pub"), &kept).unwrap();
    let old_key = std::fs::read(house.home.join("keys/trail-signing.key")).unwrap();
    let handed = house.run(&["keys", "rotate", "--trail", "--format", "json"]);
    assert_eq!(handed.exit, 0, "{}", handed.err);
    let handed: Value = serde_json::from_str(&handed.out).unwrap();
    let listed = house.run(&["ledger", "keys"]).out;
    assert_eq!(listed, std::fs::read_to_string(house.home.join("checkpoints/trail.keys")).unwrap());
    let new_key = handed["summary"]["key_after"].as_str().unwrap();
    assert!(listed.lines().count() == 2 && listed.trim_end().ends_with(new_key), "{listed}");
    let (exit, report) = house.doctor();
    assert_eq!((exit, grades(&report)), (0, vec![]), "{report}");
    assert!(house.sign_in(&card).await.has_session());

    // The trail so far, outside; never inside the installation's own folders.
    let archives = house.home.parent().unwrap().join("archives");
    let archive = |to: &std::path::Path| house.run(&["ledger", "archive", "--to", to.to_str().unwrap()]);
    let written = archive(&archives);
    assert_eq!(written.exit, 0, "{}", written.err);
    assert!(written.out.contains("データベースからは何も消していません"), "{}", written.out);
    let inside = archive(&house.home.join("data/archives"));
    assert!(inside.exit == 2 && inside.err.contains("E422 archive_inside"), "{} {}", inside.exit, inside.err);

    // Numbers: here and at the console, and at no entrance of people.
    let told = numbers(&house).await;
    for line in [
        "renkei_trail_records_total{event=\"auth.success\",outcome=\"success\"} 3",
        "renkei_trail_records_total{event=\"key.rotated\",outcome=\"success\"} 3",
        "renkei_trail_records_total{event=\"key.destroyed\",outcome=\"success\"} 1",
        "renkei_database_up 1",
        "renkei_rules_in_force 1",
        "renkei_request_seconds_count{entrance=\"professional\",route=\"/\",status=\"2xx\"} 3",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    for planted in ["minato", "TESTD000021", "1710000002", "湊", "127.0.0.1"] {
        assert!(!told.contains(planted), "{planted}");
    }
    for path in ["/health/live", "/health/ready", "/health", "/metrics"] {
        assert_eq!(get_console(&house.home.join("data/console.sock"), path).await.status, StatusCode::OK, "{path}");
        assert_eq!(get_plain(house.monitor, path).await.status, StatusCode::OK, "{path}");
    }
    let stranger = Client::new(ClientSettings::trusting(house.roots())).unwrap();
    for door in &house.doors {
        let refused = get(&stranger, *door, "localhost", "/metrics").await;
        assert!(refused.status.is_client_error() && !refused.body.contains("renkei_"), "{door}");
    }
    assert_eq!(server.stop(), 0);

    let verified = house.run(&["ledger", "verify"]);
    assert_eq!(verified.exit, 0, "{}{}", verified.out, verified.err);
    let verified = house.run(&["ledger", "verify", "--key", kept.to_str().unwrap()]);
    assert_eq!(verified.exit, 0, "{}{}", verified.out, verified.err);
    // Without the server as well; then all of it by somebody who has only the archives and the first public key.
    let written = archive(&archives);
    assert_eq!(written.exit, 0, "{}", written.err);
    let mut alone = renkei(&["ledger", "verify", "--archive", archives.to_str().unwrap(), "--format", "json"]);
    let alone = run(alone.args(["--key", kept.to_str().unwrap()]).current_dir(&archives));
    assert_eq!(alone.exit, 0, "{}{}", alone.out, alone.err);
    let alone: Value = serde_json::from_str(&alone.out).unwrap();
    assert_eq!((&alone["archives"], &alone["span"]["first"]), (&Value::from(2), &Value::from(0)), "{alone}");
    let trail = |event: &'static str| std::thread::scope(|scope| scope.spawn(|| house.trail(event)).join().unwrap());
    let made = trail("instance.initialised");
    assert_eq!((made.len(), &made[0]["detail"]["kind"]), (1, &Value::from("production")));
    let states: Vec<_> =
        trail("key.rotated").iter().map(|e| e["detail"]["state"].as_str().unwrap().to_owned()).collect();
    assert_eq!(states, ["begun", "done", "handed_over"]);
    let archived = trail("log.archived");
    assert_eq!((archived.len(), &archived[1]["detail"]["end"]), (2, &alone["span"]["end"]));
    assert_eq!(archived[0]["detail"]["archive"].as_str().map(str::len), Some(64), "the digest of the whole");
    assert_eq!(trail("ledger.exported").len(), 2, "a read of the trail is itself in the trail");
    // A copy of the keys from before the rotation: the doctor says so, and nothing starts with it.
    let key_file = house.home.join("keys/trail-signing.key");
    let new_key = std::fs::read(&key_file).unwrap();
    std::fs::write(&key_file, old_key).unwrap();
    let (exit, report) = house.doctor();
    assert_eq!((exit, grades(&report)), (6, vec![("trail_key_old", "fault")]), "{report}");
    let refused = house.run(&["rebuild"]);
    assert!(refused.exit != 0 && refused.err.contains("may not sign any more"), "{} {}", refused.exit, refused.err);
    std::fs::write(&key_file, new_key).unwrap();
    assert_eq!(house.doctor().0, 0);
    let logs = std::fs::read_dir(house.home.join("logs")).unwrap().map(|entry| entry.unwrap().path());
    let logs: String = logs.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert!(logs.contains("準備ができました"), "{logs}");
    for personal in ["湊", "TESTD000021", "Minato"] {
        assert!(!logs.contains(personal), "{personal}");
    }
}

/// R-6.5.2-ア, R-X-19: under another name nothing of the system answers at any entrance, not even to a doctor's card
/// with a live session: the session is neither read nor ended, the trail takes nothing, and the numbers count it.
#[tokio::test(flavor = "multi_thread")]
async fn under_another_name_the_system_is_not_there() {
    let house = Installation::make();
    assert_eq!(house.run(&["register", "load", "register.toml"]).exit, 0);
    let server = house.serve();
    let card = house.doctors_card();
    let start = house.sign_in(&card).await;
    let cookie =
        start.headers.get_all("set-cookie").iter().find_map(|cookie| cookie.to_str().unwrap().split(';').next());
    let cookie = cookie.unwrap().to_owned();
    let identity = Identity::from_der(card.presented(), card.key_der.clone()).unwrap();
    let client = Client::new(ClientSettings::trusting(house.roots()).showing(identity)).unwrap();
    let ask = async |door: SocketAddr, host: &str, cookie: Option<&str>| {
        let mut request = axum::http::Request::get("/").header("host", host);
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        let request = request.body(axum::body::Body::empty()).unwrap();
        crate::process::told(client.send(door, "localhost", request).await.unwrap()).await
    };
    let written = |told: &str| -> Vec<String> {
        told.lines().filter(|line| line.starts_with("renkei_trail_records_total")).map(str::to_owned).collect()
    };
    let before = written(&numbers(&house).await);
    let mut bodies = std::collections::BTreeSet::new();
    for door in &house.doors {
        for host in ["renkei.evil.example", "127.0.0.1", "localhost.evil.example:8443"] {
            for cookie in [None, Some(cookie.as_str())] {
                let answer = ask(*door, host, cookie).await;
                assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
                assert!(!answer.headers.contains_key("set-cookie"), "{host}");
                bodies.insert(answer.body);
            }
        }
    }
    assert_eq!(bodies.len(), 1, "the same words at every entrance, for everybody");
    for content in ["サポートセンター", "0000-00-0000", "Renkei", "湊", "<html"] {
        assert!(!bodies.iter().any(|body| body.contains(content)), "{content}");
    }
    let told = numbers(&house).await;
    assert_eq!(written(&told), before, "the trail took nothing");
    for entrance in DOORS {
        let line = format!("renkei_connections_total{{entrance=\"{entrance}\",what=\"misdirected\"}} 6");
        assert!(told.contains(&line), "{line}\n{told}");
    }
    let still = ask(house.doors[0], "localhost:8443", Some(&cookie)).await;
    assert!(still.status == StatusCode::OK && !still.has_session(), "the session lives, and no new one began");
    assert_eq!(server.stop(), 0);
}

/// R-X-19, R-X-05: what is broken is found before and instead of a start: a certificate about to end, a list put back,
/// keys open to others, a retention below the rule, data of a demonstration.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_found_and_refused() {
    let house = Installation::make();
    let (exit, report) = house.doctor();
    assert_eq!((exit, grades(&report)), (0, vec![]), "a new installation is well: {report}");

    // The list of the first start is remembered; an older one put back afterwards is not taken, by whoever starts next.
    house.pki.write_lists(&house.home.join("trust"), house.pki.at().plus_seconds(-3_600)).unwrap();
    let older: Vec<(PathBuf, Vec<u8>)> = lists(&house);
    house.pki.write_lists(&house.home.join("trust"), house.pki.at()).unwrap();
    assert_eq!(house.run(&["register", "load", "register.toml"]).exit, 0);
    for (path, list) in older {
        std::fs::write(path, list).unwrap();
    }
    let (exit, report) = house.doctor();
    assert!(exit == 6 && grades(&report).contains(&("trust_not_taken", "fault")), "{report}");
    {
        let server = house.serve();
        let refused = house.sign_in(&house.doctors_card()).await;
        assert!(refused.status.is_client_error() && !refused.has_session(), "an older list opens no door");
        assert_eq!(server.stop(), 0);
    }
    house.pki.write_lists(&house.home.join("trust"), house.pki.at()).unwrap();

    let ends = house.pki.at().plus_days(5);
    let short = Profile::server(&["localhost"], &[]).valid(house.pki.at().plus_days(-1), ends);
    std::fs::write(house.home.join("tls/patient.pem"), chain_pem(&house.pki.issue(&short).unwrap())).unwrap();
    let (exit, report) = house.doctor();
    assert_eq!((exit, grades(&report)), (5, vec![("certificate_ends", "attention")]), "{report}");

    let key = house.home.join("keys/installation.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (exit, report) = house.doctor();
    assert!(exit == 6 && grades(&report).contains(&("key_open", "fault")), "{report}");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();

    let storage = house.home.join("storage");
    std::fs::create_dir(&storage).unwrap();
    std::fs::write(storage.join(".renkei-demo"), "").unwrap();
    let refused = house.run(&["import", "ssmix2", "--institution", "1710000002", storage.to_str().unwrap()]);
    assert_eq!(refused.exit, 3, "{}", refused.err);
    assert!(refused.err.contains("体験版のデータは取り込めません"), "{}", refused.err);

    let settings = std::fs::read_to_string(house.home.join("renkei.toml")).unwrap();
    std::fs::write(house.home.join("renkei.toml"), settings.replace("trail_years = 5", "trail_years = 3")).unwrap();
    for words in [&["serve"][..], &["ledger", "verify"], &["rebuild"]] {
        let refused = house.run(words);
        assert_eq!(refused.exit, 2, "{words:?} {}", refused.err);
        assert!(refused.err.contains("E422 retention_too_short"), "{}", refused.err);
    }
}

fn lists(house: &Installation) -> Vec<(PathBuf, Vec<u8>)> {
    let files = std::fs::read_dir(house.home.join("trust")).unwrap().map(|entry| entry.unwrap().path());
    let lists = files.filter(|path| path.extension().is_some_and(|ending| ending == "crl"));
    lists.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}
