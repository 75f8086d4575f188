//! Certificates of the test PKI, good and bad, its lists and its trust folder.

use crate::targets::certificates::{SCENE, trust_toml};
use renkei_testpki::der_out;

pub fn certificate() -> Vec<Vec<u8>> {
    let mut all: Vec<_> = SCENE.issued.iter().map(|issued| issued.cert_der.clone()).collect();
    all.push(renkei_testpki::pem("CERTIFICATE", &SCENE.pki.doctor("Saburo Minato", "D10003").unwrap().cert_der).into());
    all.push(nested(60));
    all.push(renkei_testpki::hcrole::roles(&["Medical Doctor"]));
    all
}

pub fn certificate_chain() -> Vec<Vec<u8>> {
    let framed = |chain: Vec<Vec<u8>>| {
        let mut bytes = Vec::new();
        for piece in chain {
            bytes.extend(u16::try_from(piece.len()).unwrap_or(u16::MAX).to_be_bytes());
            bytes.extend(piece);
        }
        bytes
    };
    SCENE.issued.iter().map(|issued| framed(issued.presented())).collect()
}

pub fn revocation_list() -> Vec<Vec<u8>> {
    SCENE.lists.clone()
}

pub fn trust_settings() -> Vec<Vec<u8>> {
    vec![trust_toml().into_bytes()]
}

pub fn trust_tables() -> Vec<Vec<u8>> {
    [
        renkei_hpki::RoleTable::EMBEDDED.to_owned(),
        renkei_hpki::ProfessionTable::EMBEDDED.to_owned(),
        renkei_testpki::cases::register_tsv(),
    ]
    .map(String::into_bytes)
    .to_vec()
}

/// A DER sequence nested `depth` times, for readers that call themselves.
fn nested(depth: usize) -> Vec<u8> {
    (0..depth).fold(der_out::null(), |inner, _| der_out::seq(&[inner]))
}
