//! The committed sample storages, carried inside the program and written out as two further institutions.
//!
//! Origin and facts: `fixtures/ORIGIN.md`. The list of files is made by the build script, so that nothing is forgotten.

use crate::region::institutions::{HIKARI, MIHON};
use crate::region::patients::{Chart, Sex};
use jiff::civil::{Date, date};
use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::Path;

include!(concat!(env!("OUT_DIR"), "/samples.rs"));

/// Files of a sample storage: path below the root, bytes.
pub type Files = &'static [(&'static str, &'static [u8])];

/// The sample storages: institution index and files.
pub fn storages() -> [(usize, Files); 2] {
    [(MIHON, CRAFTED), (HIKARI, GENERATED)]
}

/// A person of the sample storages.
#[derive(Debug, Clone, Copy)]
pub struct SamplePatient {
    /// Key in the register file.
    pub code: &'static str,
    pub institution: usize,
    pub number: &'static str,
    pub family: &'static str,
    pub given: &'static str,
    pub family_kana: &'static str,
    pub given_kana: &'static str,
    pub born: Date,
    pub sex: Sex,
    pub postal: &'static str,
    pub address: &'static str,
}

const fn sample(
    code: &'static str,
    institution: usize,
    number: &'static str,
    name: (&'static str, &'static str, &'static str, &'static str),
    born: Date,
    sex: Sex,
    home: (&'static str, &'static str),
) -> SamplePatient {
    SamplePatient {
        code,
        institution,
        number,
        family: name.0,
        given: name.1,
        family_kana: name.2,
        given_kana: name.3,
        born,
        sex,
        postal: home.0,
        address: home.1,
    }
}

/// Everybody in the sample storages.
pub const PATIENTS: &[SamplePatient] = &[
    sample(
        "mihon-taro",
        MIHON,
        "0000123",
        ("見本", "太郎", "ミホン", "タロウ"),
        date(1970, 4, 5),
        Sex::Male,
        ("422-8033", "静岡県静岡市駿河区見本町１－２－３"),
    ),
    sample(
        "shiken-maki",
        MIHON,
        "AB00123",
        ("試験", "マキ", "シケン", "マキ"),
        date(1985, 12, 31),
        Sex::Female,
        ("105-0001", "東京都港区試験６丁目７番８号　日本ウエストビル９階"),
    ),
    sample(
        "kobayashi-naoki",
        HIKARI,
        "4523268075",
        ("仮小林", "直樹", "カリコバヤシ", "ナオキ"),
        date(2012, 5, 23),
        Sex::Male,
        ("185-0012", "東京都国分寺市本町９９丁目８番１８号"),
    ),
    sample(
        "yamamoto-taichi",
        HIKARI,
        "5072922811",
        ("仮山本", "太一", "カリヤマモト", "タイチ"),
        date(1962, 5, 3),
        Sex::Male,
        ("185-0012", "東京都国分寺市本町９９丁目１番１号"),
    ),
    sample(
        "tanaka-naoko",
        HIKARI,
        "4523262811",
        ("仮田中", "直子", "カリタナカ", "ナオコ"),
        date(1945, 4, 22),
        Sex::Female,
        ("185-0012", "東京都国分寺市本町９９丁目２番１号"),
    ),
    sample(
        "takahashi-jun",
        HIKARI,
        "5072927471",
        ("仮高橋", "淳", "カリタカハシ", "ジュン"),
        date(2023, 5, 28),
        Sex::Male,
        ("185-0012", "東京都国分寺市本町９９丁目３番１号"),
    ),
    sample(
        "kobayashi-taro",
        HIKARI,
        "5072928075",
        ("仮小林", "太郎", "カリコバヤシ", "タロウ"),
        date(1944, 2, 18),
        Sex::Male,
        ("185-0012", "東京都国分寺市本町９９丁目４番１号"),
    ),
];

impl SamplePatient {
    pub fn chart(&self) -> Chart {
        Chart { institution: self.institution, number: self.number.into() }
    }
}

/// Writes the samples below `dir`; answers charts, files and bytes per institution.
pub fn write(dir: &Path) -> io::Result<BTreeMap<usize, (usize, usize, u64)>> {
    let mut counts = BTreeMap::new();
    for (index, files) in storages() {
        let Some(institution) = crate::region::institutions::INSTITUTIONS.get(index) else { continue };
        let root = dir.join(institution.facility);
        let mut folders = HashSet::new();
        let mut bytes = 0;
        for (path, content) in files {
            let target = root.join(path);
            if let Some(folder) = target.parent()
                && folders.insert(folder.to_owned())
            {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(&target, content)?;
            bytes += content.len() as u64;
        }
        let charts = PATIENTS.iter().filter(|p| p.institution == index).count();
        counts.insert(index, (charts, files.len(), bytes));
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_file_is_carried_and_every_number_is_known() {
        let [(_, crafted), (_, generated)] = storages();
        assert_eq!((crafted.len(), generated.len()), (33, 78));
        for (institution, files) in storages() {
            for (path, bytes) in files {
                assert!(bytes.starts_with(b"MSH|"), "{path}");
                let number = path.split('/').nth(2).unwrap();
                assert!(PATIENTS.iter().any(|p| p.institution == institution && p.number == number), "{path}");
            }
        }
    }
}
