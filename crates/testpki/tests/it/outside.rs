//! Files of the test PKI read by programs that know nothing of this one. A missing program is said and skipped.

use renkei_kernel::Timestamp;
use renkei_testpki::{Issued, TestPki, chain_pem, pem};
use std::path::Path;
use std::process::Command;

const AT: Timestamp = Timestamp(1_795_000_000_000_000);

fn run(program: &str, arguments: &[&str], folder: &Path) -> Option<String> {
    let Ok(output) = Command::new(program).args(arguments).current_dir(folder).output() else {
        eprintln!("skipped: {program} is not installed");
        return None;
    };
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?}: {text}");
    Some(text)
}

fn write(folder: &Path, issued: &Issued) {
    std::fs::write(folder.join("leaf.pem"), pem("CERTIFICATE", &issued.cert_der)).unwrap();
    std::fs::write(folder.join("presented.pem"), chain_pem(issued)).unwrap();
}

#[test]
fn openssl_builds_the_path_and_reads_the_lists() {
    let pki = TestPki::seeded(1, AT);
    let folder = tempfile::tempdir().unwrap();
    pki.write_trust(folder.path()).unwrap();
    write(folder.path(), &pki.doctor("Ichiro Minato", "D10001").unwrap());
    let at = AT.seconds().to_string();
    let said = run(
        "openssl",
        &["verify", "-attime", &at, "-CAfile", "root.pem", "-untrusted", "auth.pem", "leaf.pem"],
        folder.path(),
    );
    assert!(said.is_none_or(|said| said.contains("leaf.pem: OK")));
    let list =
        run("openssl", &["crl", "-inform", "DER", "-in", "auth.crl", "-noout", "-CAfile", "auth.pem"], folder.path());
    assert!(list.is_none_or(|said| said.contains("verify OK")));
}

#[test]
fn the_store_of_chromium_imports_the_pkcs12_file() {
    let pki = TestPki::seeded(1, AT);
    let folder = tempfile::tempdir().unwrap();
    let doctor = pki.doctor("Ichiro Minato", "D10001").unwrap();
    std::fs::write(folder.path().join("doctor.p12"), pki.p12(&doctor, "renkei").unwrap()).unwrap();
    if run("certutil", &["-N", "-d", "sql:.", "--empty-password"], folder.path()).is_none() {
        return;
    }
    run("pk12util", &["-i", "doctor.p12", "-d", "sql:.", "-W", "renkei", "-K", ""], folder.path());
    let listed = run("certutil", &["-L", "-d", "sql:."], folder.path()).unwrap();
    assert!(listed.contains("u,u,u"), "{listed}");
}

#[test]
fn one_seed_gives_one_pki() {
    let (a, b) = (TestPki::seeded(1, AT), TestPki::seeded(1, AT));
    assert_eq!(a.doctor("A", "D1").unwrap().cert_der, b.doctor("A", "D1").unwrap().cert_der);
}
