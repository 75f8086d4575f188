//! `places.json` in the demonstration's folder: where its entrances are, who its people are and where their files lie.
//!
//! For programs that walk through the demonstration; a person reads the chooser.

use crate::courses::Scale;
use crate::credentials::P12_PASSWORD;
use crate::region::Region;
use crate::region::institutions::INSTITUTIONS;
use crate::region::staff::STAFF;
use serde::Serialize;
use std::io;
use std::path::Path;

/// Folder of the `.p12` files below the demonstration's.
pub const P12_FOLDER: &str = "p12";

/// Addresses of a running demonstration, as `https://host:port` and `http://host:port`.
#[derive(Debug, Clone, Serialize)]
pub struct Addresses {
    pub chooser: String,
    pub professional: String,
    pub machine: String,
    pub patient: String,
}

#[derive(Serialize)]
struct Places {
    #[serde(flatten)]
    addresses: Addresses,
    /// Of every `.p12` file.
    password: &'static str,
    people: Vec<Person>,
    institutions: Vec<Place>,
    patients: Vec<Patient>,
}

#[derive(Serialize)]
struct Person {
    key: &'static str,
    name: String,
    profession: &'static str,
    institution: &'static str,
    p12: String,
    /// Whether the entrance lets this certificate in.
    good: bool,
}

#[derive(Serialize)]
struct Place {
    key: &'static str,
    code: &'static str,
    name: &'static str,
    region: &'static str,
    readers: Vec<&'static str>,
}

#[derive(Serialize)]
struct Patient {
    key: String,
    name: String,
    numbers: Vec<(&'static str, String)>,
}

/// Writes the file.
///
/// # Errors
/// When it cannot be written.
pub fn write(folder: &Path, addresses: Addresses, region: &Region, scale: &Scale) -> io::Result<()> {
    let institution = |index: usize| INSTITUTIONS.get(index).map_or("", |i| i.code);
    let places = Places {
        addresses,
        password: P12_PASSWORD,
        people: STAFF
            .iter()
            .map(|s| Person {
                key: s.code,
                name: format!("{} {}", s.family, s.given),
                profession: s.profession.code(),
                institution: institution(s.institution),
                p12: format!("{P12_FOLDER}/{}.p12", s.code),
                good: s.credential.is_good(),
            })
            .collect(),
        institutions: INSTITUTIONS
            .iter()
            .map(|i| Place {
                key: i.code,
                code: i.facility,
                name: i.name,
                region: i.area.code(),
                readers: i.readers.iter().map(|r| r.0).collect(),
            })
            .collect(),
        patients: region
            .participants(scale)
            .map(|p| Patient {
                name: format!("{} {}", p.family, p.given),
                numbers: p.charts.into_iter().map(|c| (institution(c.institution), c.number)).collect(),
                key: p.code,
            })
            .collect(),
    };
    let text = serde_json::to_vec_pretty(&places).map_err(io::Error::other)?;
    std::fs::write(folder.join("places.json"), text)
}
