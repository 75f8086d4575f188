//! The fictional region: two medical areas, twelve institutions, people of every role, and as many patients as asked.
//!
//! Everything follows from a seed and a day; the same pair gives the same region, byte for byte, on every machine.

pub mod institutions;
pub mod names;
pub mod patients;
pub mod register;
pub mod staff;

use crate::courses::Scale;
use crate::filling::Part;
use crate::samples::{self, SamplePatient};
use crate::storage::{self, Summary, WriteError};
use institutions::{Area, INSTITUTIONS, Institution};
use jiff::civil::Date;
use patients::{Chart, Consent, Patient, Sex, card_of, patient};
use renkei_kernel::Timestamp;
use staff::{STAFF, Staff};
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// The seed of `renkei demo`.
pub const DEMO_SEED: u64 = 1954;

/// A region of one seed, seen on one day.
#[derive(Debug, Clone, Copy)]
pub struct Region {
    seed: u64,
    today: Date,
}

/// A person with what the register needs: a generated one, or one of the sample storages.
#[derive(Debug, Clone)]
pub struct Participant {
    pub code: String,
    pub family: String,
    pub given: String,
    pub family_kana: String,
    pub given_kana: String,
    pub born: Date,
    pub sex: Sex,
    pub postal: String,
    pub address: String,
    pub phone: String,
    pub area: Area,
    pub consent: Consent,
    pub limits: Vec<patients::Limit>,
    pub card: Option<String>,
    pub charts: Vec<Chart>,
}

impl Region {
    pub fn new(seed: u64, now: Timestamp) -> Self {
        Self { seed, today: now.tokyo_date() }
    }
    pub fn seed(&self) -> u64 {
        self.seed
    }
    pub fn today(&self) -> Date {
        self.today
    }
    pub fn institutions(&self) -> &'static [Institution] {
        INSTITUTIONS
    }
    /// Professionals, in the order in which the chooser shows them.
    pub fn people(&self) -> &'static [Staff] {
        STAFF
    }
    /// The generated person of that number.
    pub fn patient(&self, index: usize) -> Patient {
        patient(self.seed, index, self.today)
    }
    /// How many people a region of that scale has.
    pub fn count(&self, scale: &Scale) -> usize {
        scale.patients + if scale.samples { samples::PATIENTS.len() } else { 0 }
    }
    /// Everybody who is or was asked to take part: the generated people, then those of the sample storages.
    pub fn participants(&self, scale: &Scale) -> impl Iterator<Item = Participant> + '_ {
        self.chosen(0..scale.patients, scale.samples)
    }
    /// Those of one part.
    pub fn participants_of<'a>(&'a self, part: &'a Part) -> impl Iterator<Item = Participant> + 'a {
        self.chosen(part.people.iter().copied(), part.samples)
    }
    fn chosen<'a>(
        &'a self,
        people: impl Iterator<Item = usize> + 'a,
        with_samples: bool,
    ) -> impl Iterator<Item = Participant> + 'a {
        let samples = if with_samples { samples::PATIENTS } else { &[] };
        let generated = people.map(|index| Participant::from(self.patient(index)));
        generated.chain(samples.iter().enumerate().map(|(nth, s)| self.sample(nth, s)))
    }
    fn sample(&self, nth: usize, person: &SamplePatient) -> Participant {
        let institution = INSTITUTIONS.get(person.institution);
        Participant {
            code: person.code.into(),
            family: person.family.into(),
            given: person.given.into(),
            family_kana: person.family_kana.into(),
            given_kana: person.given_kana.into(),
            born: person.born,
            sex: person.sex,
            postal: person.postal.into(),
            address: person.address.into(),
            phone: "054-000-0123".into(),
            area: institution.map_or(Area::NotoCentral, |i| i.area),
            consent: Consent::AllRegions { since: jiff::civil::date(2024, 4, 1) },
            limits: Vec::new(),
            card: Some(card_of(self.seed, 1_000_000_000 + nth)),
            charts: vec![person.chart()],
        }
    }
    /// Writes every institution's storage below `dir`.
    ///
    /// # Errors
    /// When a folder or file cannot be written.
    pub fn write_storages(&self, dir: &Path, scale: &Scale) -> Result<Summary, WriteError> {
        storage::write(self, dir, scale)
    }
    /// Writes the storages of one part of its people below `dir`; ends early once `stop` is set.
    ///
    /// # Errors
    /// When a folder or file cannot be written, or it was stopped.
    pub fn write_part(&self, dir: &Path, scale: &Scale, part: &Part, stop: &AtomicBool) -> Result<Summary, WriteError> {
        storage::write_part(self, dir, scale, part, stop)
    }
}

impl From<Patient> for Participant {
    fn from(p: Patient) -> Self {
        Self {
            code: p.code,
            family: p.family,
            given: p.given,
            family_kana: p.family_kana,
            given_kana: p.given_kana,
            born: p.born,
            sex: p.sex,
            postal: p.postal,
            address: p.address,
            phone: p.phone,
            area: p.area,
            consent: p.consent,
            limits: p.limits,
            card: p.card,
            charts: p.charts,
        }
    }
}
