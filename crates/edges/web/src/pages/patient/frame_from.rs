//! The frame of a patient page from the record's summary and what the register and the decision say.

use super::frame::{Feed, Frame, Identity, Tab, TabLink, Warning};
use super::reading::Reading;
use crate::dates;
use crate::parts::Tone;
use renkei_kernel::{InstitutionId, Timestamp};
use renkei_records::views::counts::Section;
use renkei_records::views::identity::IdentityBand;
use renkei_records::views::summary::Summary;
use renkei_records::views::warnings::{Tone as WarningTone, WarningKind};
use renkei_records::{ClinicalTime, EntryKind};

/// What does not stand in the record itself.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// From the register of participants; where it is absent, the newest demographics of the record are shown.
    pub identity: Option<Identity>,
    pub own_number: Option<String>,
    pub consent: Option<String>,
    /// Institution, last import, late.
    pub feeds: Vec<(InstitutionId, Option<Timestamp>, bool)>,
    /// Of these something cannot come in now: a volume is away, a file does not get finished.
    pub held: Vec<InstitutionId>,
    pub why: Vec<String>,
    pub withheld: bool,
    /// Allergies may be seen by this reader.
    pub sees_allergies: bool,
}

impl Tab {
    fn of(section: Section) -> Self {
        match section {
            Section::Summary => Self::Summary,
            Section::Course => Self::Course,
            Section::Medicines => Self::Medicines,
            Section::Laboratory => Self::Laboratory,
            Section::Diagnoses => Self::Diagnoses,
            Section::Encounters => Self::Encounters,
            Section::Orders => Self::Others,
        }
    }
}

/// Kinds shown under その他 beside the orders.
pub const OTHER_KINDS: &[EntryKind] =
    &[EntryKind::Allergy, EntryKind::BodyMeasure, EntryKind::Insurance, EntryKind::Contact];

impl Frame {
    pub fn new(reading: &Reading<'_>, summary: &Summary, around: Around, now: Timestamp, on: Option<Tab>) -> Self {
        let words = reading.words;
        let mut identity = around
            .identity
            .or_else(|| summary.identity.as_ref().map(|band| identity_of(reading, band)))
            .unwrap_or_default();
        identity.own_number = around.own_number;
        identity.consent = around.consent;
        let mut present: Vec<Tab> = summary.counts.sections().into_iter().map(Tab::of).collect();
        if summary.counts.of(OTHER_KINDS) > 0 {
            present.push(Tab::Others);
        }
        let doubled = summary.medicines.current.iter().filter(|m| m.is_ordered_twice()).count();
        Self {
            visit: reading.visit.to_owned(),
            identity,
            warnings: warnings(reading, summary),
            no_allergy_recorded: around.sees_allergies && summary.allergies.is_empty(),
            feeds: around
                .feeds
                .into_iter()
                .map(|(institution, last, late)| Feed {
                    mark: reading.mark(institution),
                    fresh: {
                        let ago =
                            last.map_or_else(|| words.say("patient-feed-none"), |last| dates::ago(words, last, now));
                        let is_held = !late && around.held.contains(&institution);
                        if is_held { ago + &words.say("patient-feed-held") } else { ago }
                    },
                    late,
                })
                .collect(),
            why: around.why,
            withheld: around.withheld,
            tabs: TabLink::row(words, reading.visit, &present, on, &[(Tab::Medicines, doubled)]),
        }
    }
}

fn identity_of(reading: &Reading<'_>, band: &IdentityBand) -> Identity {
    let words = reading.words;
    let birth = band.birth_date.as_ref().and_then(ClinicalTime::date);
    Identity {
        family: band.name.family.clone(),
        given: band.name.given.clone(),
        family_kana: band.name.family_kana.clone(),
        given_kana: band.name.given_kana.clone(),
        sex: words.say(match band.sex.trim() {
            "M" => "patient-sex-male",
            "F" => "patient-sex-female",
            "O" | "A" | "N" => "patient-sex-other",
            _ => "patient-sex-unknown",
        }),
        birth: match birth {
            Some(day) => dates::long(words, day),
            None if band.birth_shown.is_empty() => words.say("patient-birth-unknown"),
            None => band.birth_shown.clone(),
        },
        age: birth.and_then(|day| dates::age(words, day, reading.today)).unwrap_or_default(),
        own_number: None,
        consent: None,
    }
}

fn warnings(reading: &Reading<'_>, summary: &Summary) -> Vec<Warning> {
    let words = reading.words;
    let mut shown: Vec<Warning> = summary
        .warnings
        .iter()
        .map(|warning| Warning {
            tone: match warning.tone {
                WarningTone::Danger => Tone::Danger,
                WarningTone::Caution => Tone::Look,
            },
            kind: words.say(match warning.kind {
                WarningKind::Allergy => "warning-allergy",
                WarningKind::Infection => "warning-infection",
                WarningKind::Kidney => "warning-kidney",
                WarningKind::Anticoagulant => "warning-blood-thinner",
            }),
            text: warning.detail.clone(),
            source: warning.sources.first().map(|at| reading.source(at)),
            marks: reading.marks(&warning.institutions),
        })
        .collect();
    let Some(band) = &summary.identity else { return shown };
    if let Some(first) = band.differing.first() {
        shown.push(Warning {
            tone: Tone::Look,
            kind: words.say("warning-identity"),
            text: words.say("patient-identity-differs"),
            source: Some(reading.source(&band.source)),
            marks: vec![reading.mark(*first)],
        });
    }
    for blood in &band.blood {
        let text =
            [blood.abo.as_str(), blood.rh.as_str()].iter().filter(|t| !t.is_empty()).copied().collect::<Vec<_>>();
        if !text.is_empty() {
            shown.push(Warning {
                tone: Tone::Plain,
                kind: words.say("warning-blood-type"),
                text: text.join(" "),
                source: Some(reading.source(&blood.source)),
                marks: Vec::new(),
            });
        }
    }
    shown
}
