//! How far the region's records have come into the house, and in which order they come.
//!
//! The page stands before all records do: whoever starts the demonstration wants to see it at once, and the first
//! patient is there at once. Everybody else follows in parts. A patient's card can be laid when all of that patient's
//! files are in, so that nobody opens half a record; until the last part is in, every page says that more is coming.

use crate::courses::Scale;
use crate::region::Region;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

/// People whose records come at once: the patient of the first button, a boy with asthma, a thyroid, a child.
const FIRST: [usize; 4] = [0, 1, 9, 11];
/// The whole cast: everybody whom the short lists of the chooser name.
const CAST: usize = 12;

/// People who come in together, as indexes of the region's generated people; the sample storages come with one part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    pub people: Vec<usize>,
    pub samples: bool,
}

impl Part {
    /// Everybody of a region, in one part.
    pub fn whole(scale: &Scale) -> Self {
        Self { people: (0..scale.patients).collect(), samples: scale.samples }
    }

    /// The parts in which a region comes in: those whom a newcomer meets first, the cast, everybody.
    pub fn in_order(scale: &Scale) -> [Self; 3] {
        let of = |wanted: &dyn Fn(usize) -> bool| (0..scale.patients).filter(|index| wanted(*index)).collect();
        [
            Self { people: of(&|index| FIRST.contains(&index)), samples: false },
            Self { people: of(&|index| index < CAST && !FIRST.contains(&index)), samples: scale.samples },
            Self { people: of(&|index| index >= CAST), samples: false },
        ]
    }

    /// Codes of its people.
    pub fn codes(&self, region: &Region) -> Vec<String> {
        region.participants_of(self).map(|person| person.code).collect()
    }
}

/// What is in now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Progress {
    /// Everything is in.
    pub complete: bool,
    /// Patients whose records are whole, and all there will be.
    pub patients_in: usize,
    pub patients: usize,
    /// Files taken in, and all there are; not known before the last is written.
    pub files_in: u64,
    pub files: Option<u64>,
}

#[derive(Debug, Default)]
struct State {
    complete: bool,
    patients: usize,
    people: BTreeSet<String>,
    /// By part and institution.
    files_in: BTreeMap<(usize, &'static str), u64>,
    files: Option<u64>,
}

/// The state, shared by whoever imports and whoever shows. Cheap to clone; all clones see the same.
#[derive(Debug, Clone)]
pub struct Filling(Arc<RwLock<State>>);

impl Filling {
    /// Nothing is in; `patients` are to come.
    pub fn begin(patients: usize) -> Self {
        Self(Arc::new(RwLock::new(State { patients, ..State::default() })))
    }

    /// Of a house that was filled before.
    pub fn done() -> Self {
        let filling = Self::begin(0);
        filling.finish();
        filling
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// The import of a part's storage at an institution has taken in so many files so far.
    pub fn took_in(&self, part: usize, institution: &'static str, files: u64) {
        self.change(|state| {
            state.files_in.insert((part, institution), files);
        });
    }

    /// All files are written.
    pub fn written(&self, files: u64) {
        self.change(|state| state.files = Some(files));
    }

    /// The whole records of these people are in.
    pub fn are_in(&self, codes: impl IntoIterator<Item = String>) {
        self.change(|state| state.people.extend(codes));
    }

    /// Everybody's are.
    pub fn finish(&self) {
        self.change(|state| state.complete = true);
    }

    /// Whether the whole record of that patient is in.
    pub fn has(&self, code: &str) -> bool {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        state.complete || state.people.contains(code)
    }

    pub fn progress(&self) -> Progress {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Progress {
            complete: state.complete,
            patients_in: if state.complete { state.patients } else { state.people.len() },
            patients: state.patients,
            files_in: state.files_in.values().sum(),
            files: state.files,
        }
    }
}

impl Progress {
    /// `（1,931 / 6,482 ファイル、患者 19 / 300 人）`, or without what is not known yet.
    pub(crate) fn told(&self) -> String {
        let files = match self.files {
            Some(files) => format!("{} / {files} ファイル", self.files_in),
            None => format!("{} ファイル", self.files_in),
        };
        format!("{files}、患者 {} / {} 人", self.patients_in, self.patients)
    }
    /// The same in English.
    pub(crate) fn told_in_english(&self) -> String {
        let files = match self.files {
            Some(files) => format!("{} of {files} files", self.files_in),
            None => format!("{} files", self.files_in),
        };
        format!("{files}, {} of {} patients", self.patients_in, self.patients)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_together_are_everybody_once_and_the_first_button_s_patient_comes_first() {
        let region = Region::new(crate::region::DEMO_SEED, renkei_kernel::Timestamp::from_seconds(1_771_000_000));
        let parts = Part::in_order(&Scale::DEMO);
        let mut all: Vec<usize> = parts.iter().flat_map(|part| part.people.clone()).collect();
        all.sort_unstable();
        assert_eq!(all, Part::whole(&Scale::DEMO).people);
        assert_eq!(parts.iter().filter(|part| part.samples).count(), 1);
        assert!(parts[0].codes(&region).contains(&"sakura-hana".to_owned()));
        let codes: BTreeSet<_> = parts.iter().flat_map(|part| part.codes(&region)).collect();
        assert_eq!(codes.len(), region.count(&Scale::DEMO));
        assert_eq!(Part::in_order(&Scale { patients: 3, samples: false, ..Scale::TINY })[0].people, [0, 1]);
    }

    #[test]
    fn it_tells_what_is_in_and_what_is_to_come() {
        let filling = Filling::begin(300);
        filling.took_in(0, "minato", 4);
        filling.took_in(0, "minato", 10);
        filling.took_in(0, "aoba", 5);
        filling.are_in(["sakura-hana".to_owned()]);
        assert_eq!(filling.progress().told(), "15 ファイル、患者 1 / 300 人");
        filling.took_in(1, "minato", 2);
        filling.written(40);
        assert_eq!(filling.progress().told_in_english(), "17 of 40 files, 1 of 300 patients");
        assert!(filling.has("sakura-hana") && !filling.has("p00100") && !filling.progress().complete);
        filling.finish();
        assert!(filling.has("p00100") && filling.progress().complete);
        assert_eq!(filling.progress().patients_in, 300);
    }
}
