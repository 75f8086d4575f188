//! Regulation and register as they are shipped or made up.

use super::behind;
use renkei_access::rulebook::SHIPPED;
use std::fs;
use std::path::PathBuf;

pub fn regulation_file() -> Vec<Vec<u8>> {
    (0..).zip(SHIPPED).map(|(place, (_, text))| behind(place, text.as_bytes())).collect()
}

pub fn register_file() -> Vec<Vec<u8>> {
    let region = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../testkit/src/region.toml");
    vec![fs::read_to_string(region).unwrap().replace("{issuer}", &"ab".repeat(32)).into_bytes()]
}
