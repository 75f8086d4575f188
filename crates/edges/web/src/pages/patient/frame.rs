//! The frame of every patient page: identity band with the recorded warnings, contributing institutions with their
//! freshness, the line that says why this may be seen, and the tabs that have something behind them.

use crate::parts::{Mark, Tone};
use crate::words::Words;

/// The sections of a patient's record, in the order of the tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Summary,
    Course,
    Medicines,
    Laboratory,
    Diagnoses,
    Encounters,
    Others,
}

impl Tab {
    pub const ALL: [Self; 7] = [
        Self::Summary,
        Self::Course,
        Self::Medicines,
        Self::Laboratory,
        Self::Diagnoses,
        Self::Encounters,
        Self::Others,
    ];
    /// The last part of the address; the summary is the address itself.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Summary => "",
            Self::Course => "course",
            Self::Medicines => "medicines",
            Self::Laboratory => "laboratory",
            Self::Diagnoses => "diagnoses",
            Self::Encounters => "encounters",
            Self::Others => "others",
        }
    }
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.slug() == slug)
    }
    pub fn label(self, words: Words) -> String {
        match self {
            Self::Summary => words.say("patient-tab-summary"),
            Self::Course => words.say("patient-tab-course"),
            Self::Medicines => words.say("patient-tab-medicines"),
            Self::Laboratory => words.say("patient-tab-laboratory"),
            Self::Diagnoses => words.say("patient-tab-diagnoses"),
            Self::Encounters => words.say("patient-tab-encounters"),
            Self::Others => words.say("patient-tab-others"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabLink {
    pub label: String,
    pub href: String,
    pub on: bool,
    /// How many things in it want a look.
    pub look: usize,
}

impl TabLink {
    /// Links for `present`, in their fixed order; the summary is always there.
    pub fn row(words: Words, visit: &str, present: &[Tab], on: Option<Tab>, look: &[(Tab, usize)]) -> Vec<Self> {
        Tab::ALL
            .into_iter()
            .filter(|tab| *tab == Tab::Summary || present.contains(tab))
            .map(|tab| Self {
                label: tab.label(words),
                href: if tab == Tab::Summary { visit.to_owned() } else { format!("{visit}/{}", tab.slug()) },
                on: on == Some(tab),
                look: look.iter().find(|(t, _)| *t == tab).map_or(0, |(_, n)| *n),
            })
            .collect()
    }
}

/// A name part with its reading above it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    pub family: String,
    pub given: String,
    pub family_kana: String,
    pub given_kana: String,
    pub sex: String,
    /// Era and western year.
    pub birth: String,
    pub age: String,
    /// This institution's own number of the patient, where it has one.
    pub own_number: Option<String>,
    /// Scope and date of the consent.
    pub consent: Option<String>,
}

/// Something recorded that can harm: shown on every page of the patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub tone: Tone,
    /// The word that goes with the colour: アレルギー.
    pub kind: String,
    pub text: String,
    pub source: Option<String>,
    pub marks: Vec<Mark>,
}

/// One contributing institution and how old its newest data are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    pub mark: Mark,
    pub fresh: String,
    pub late: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// `/visits/{grant}`; the grant's id tells nothing about the patient.
    pub visit: String,
    pub identity: Identity,
    pub warnings: Vec<Warning>,
    /// The allergies group may be seen and holds nothing: said as such, never left to be guessed.
    pub no_allergy_recorded: bool,
    pub feeds: Vec<Feed>,
    /// Reasons of the decision in plain words: card, consent, role and version of the matrix.
    pub why: Vec<String>,
    /// The constant sentence of law 6, only where a rule says so (R-X-15).
    pub withheld: bool,
    pub tabs: Vec<TabLink>,
}
