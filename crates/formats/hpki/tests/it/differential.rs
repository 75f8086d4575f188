//! Our path check beside that of OpenSSL: whatever is accepted here, OpenSSL's path check accepts too.
//!
//! The other direction is no failure: a plain path check knows nothing of policies, roles, names and registers, and
//! lets most of the bad cases pass. The test prints how many, as a reminder that "verify OK" of a proxy proves little.

use renkei_kernel::Timestamp;
use renkei_testpki::{Authority, TestPki, TrustVariant, pem};
use std::process::Command;

const AT: Timestamp = Timestamp(1_795_000_000_000_000);

#[test]
fn nothing_is_accepted_that_openssl_refuses() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("skipped: openssl is not installed");
        return;
    }
    let pki = TestPki::seeded(1, AT);
    let folder = tempfile::tempdir().unwrap();
    let mut above = String::new();
    let mut lists = String::new();
    let cases = pki.issue_cases().unwrap();
    for authority in Authority::TRUSTED {
        above.push_str(&pem("CERTIFICATE", &pki.authority(authority).unwrap().cert_der));
        lists.push_str(&pem("X509 CRL", &pki.sign_list(&pki.list(authority, AT)).unwrap()));
    }
    std::fs::write(
        folder.path().join("root.pem"),
        pem("CERTIFICATE", &pki.authority(Authority::Root).unwrap().cert_der),
    )
    .unwrap();
    std::fs::write(folder.path().join("above.pem"), above).unwrap();
    std::fs::write(folder.path().join("lists.pem"), lists).unwrap();
    let (mut bad, mut passed) = (0, 0);
    for (case, issued) in cases.iter().filter(|(case, _)| case.trust == TrustVariant::Good) {
        std::fs::write(folder.path().join("leaf.pem"), pem("CERTIFICATE", &issued.cert_der)).unwrap();
        let at = AT.seconds().to_string();
        let arguments = [
            "verify",
            "-attime",
            &at,
            "-CAfile",
            "root.pem",
            "-untrusted",
            "above.pem",
            "-crl_check",
            "-CRLfile",
            "lists.pem",
            "leaf.pem",
        ];
        let openssl = Command::new("openssl").args(arguments).current_dir(folder.path()).output().unwrap();
        // RFC 5280 (4.1.2.5) counts the second of notAfter as valid; OpenSSL already calls it expired.
        if case.name == "valid-for-the-last-second" {
            continue;
        }
        if case.expected.verdict == "reject" {
            bad += 1;
            passed += usize::from(openssl.status.success());
        } else {
            let said = String::from_utf8_lossy(&openssl.stderr);
            assert!(openssl.status.success(), "{}: {said}", case.name);
        }
    }
    println!("OpenSSL's path check passes {passed} of {bad} bad cases");
    assert!(passed < bad);
}
