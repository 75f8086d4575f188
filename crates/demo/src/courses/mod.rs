//! Plausible courses of illness across institutions, and how large a region they fill.
//!
//! Fictional throughout: shaped like real ones so that pages, imports and benchmarks meet what they will meet, and no
//! source of medical truth.

pub mod admission;
pub mod analytes;
pub mod conditions;
pub mod drugs;
pub mod follow_up;
pub mod hana;
pub mod levels;
pub mod plan;
pub mod usage;

/// How large a region is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Generated people; the people of the sample storages come on top.
    pub patients: usize,
    /// Years a whole course goes back.
    pub years: f64,
    /// Share of people whose whole course is written; of the others only the last months are (0.0–1.0).
    pub density: f64,
    /// Add the committed sample storages as two further institutions.
    pub samples: bool,
}

impl Scale {
    /// `renkei demo`: with the seven people of the sample storages, 300 in all.
    pub const DEMO: Self = Self { patients: 293, years: 2.0, density: 0.02, samples: true };
    /// A small region for tests.
    pub const TINY: Self = Self { patients: 24, years: 1.5, density: 0.1, samples: false };
    /// A benchmark region of so many people, each with a course of three years.
    pub fn benchmark(patients: usize) -> Self {
        Self { patients, years: 3.0, density: 1.0, samples: false }
    }
}
