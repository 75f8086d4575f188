//! Files of certificates and lists: PEM or DER, told apart by their content.

use crate::der_in::{Reader, SEQUENCE};
use base64::Engine;

/// The DER of every block `-----BEGIN <label>-----` in a PEM file, or the concatenated elements of a DER file.
/// `None` when a block is broken, or the file is neither.
pub fn blocks(file: &[u8], labels: &[&str]) -> Option<Vec<Vec<u8>>> {
    match std::str::from_utf8(file) {
        Ok(text) if text.contains("-----BEGIN ") => pem_blocks(text, labels),
        _ => der_elements(file),
    }
}

fn pem_blocks(text: &str, labels: &[&str]) -> Option<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines().map(str::trim) {
        if let Some(label) = line.strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----")) {
            if open.is_some() {
                return None;
            }
            open = Some((label.to_owned(), String::new()));
        } else if let Some(label) = line.strip_prefix("-----END ").and_then(|rest| rest.strip_suffix("-----")) {
            let (begun, body) = open.take()?;
            if begun != label {
                return None;
            }
            if labels.contains(&label) {
                all.push(base64::engine::general_purpose::STANDARD.decode(body).ok()?);
            }
        } else if let Some((_, body)) = &mut open {
            body.push_str(line);
        }
    }
    if open.is_some() { None } else { Some(all) }
}

fn der_elements(file: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut reader = Reader::new(file);
    let mut all = Vec::new();
    while !reader.is_empty() {
        all.push(reader.next(SEQUENCE).ok()?.whole.to_vec());
    }
    Some(all)
}

/// The certificates of a file.
pub fn certificates(file: &[u8]) -> Option<Vec<Vec<u8>>> {
    blocks(file, &["CERTIFICATE", "X509 CERTIFICATE"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_give_the_same_bytes_and_a_cut_block_gives_nothing() {
        let der = [0x30, 0x03, 0x02, 0x01, 0x05];
        let pem = "text before\n-----BEGIN X509 CRL-----\nMAMCAQU=\n-----END X509 CRL-----\n";
        assert_eq!(blocks(pem.as_bytes(), &["X509 CRL"]), Some(vec![der.to_vec()]));
        assert_eq!(blocks(&der, &["X509 CRL"]), Some(vec![der.to_vec()]));
        assert_eq!(blocks(&pem.as_bytes()[..40], &["X509 CRL"]), None);
        assert_eq!(blocks(&der[..4], &["X509 CRL"]), None);
    }
}
