//! Reading whole samples: the quirks, the generated and the crafted storage, and properties of names.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod crafted;
mod generated;
mod hostile;
mod inspection;
mod names;
mod quirks;
mod robust;
mod storages;
mod typed;

use std::path::{Path, PathBuf};

use renkei_ssmix2::inspect::{Options, inspect_path};
use renkei_ssmix2::{FileName, Reading, Verdict, read_file};
use serde_json::Value;

pub fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path)
}

/// The object `inspect` writes for a path, and its verdict.
pub fn inspected(path: &Path) -> (Value, Verdict) {
    let mut out = Vec::new();
    let verdict = inspect_path(path, &Options::default(), &mut out).unwrap();
    (serde_json::from_slice(&out).unwrap(), verdict)
}

/// Reads a file of a sample storage by its name.
pub fn read_sample(folder: &str, name: &str) -> Reading {
    let parsed = FileName::parse(name).unwrap();
    let path = fixture(folder).join(&parsed.care_date).join(&parsed.data_type).join(name);
    read_file(&parsed, &std::fs::read(path).unwrap())
}

pub fn codes(object: &Value) -> Vec<&str> {
    object["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect()
}
