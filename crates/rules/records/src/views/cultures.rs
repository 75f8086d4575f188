//! Culture and susceptibility: organisms with their amounts, and what each is susceptible to.
//!
//! A susceptibility belongs to the organism that OBR-26 names by code and sub-ID; what cannot be tied to one is shown
//! as it stands and never lost.

use super::laboratory::shown_value;
use super::patient::{PatientRecord, Seen, SourceRef};
use crate::body::{Body, LaboratoryGroup, LaboratoryReport, LaboratoryValue, ResultStatus};
use crate::time::ClinicalTime;
use renkei_kernel::InstitutionId;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Susceptibility {
    pub drug: String,
    pub drug_code: String,
    /// Value as sent (MIC, zone, S/I/R).
    pub value: String,
    pub unit: String,
    /// OBX-8 as sent.
    pub flag: String,
    pub status: ResultStatus,
    pub source: SourceRef,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organism {
    pub sub_id: String,
    pub name: String,
    pub code: String,
    /// Other values with the same sub-ID, as sent (`2+`, `10^5`).
    pub amounts: Vec<String>,
    pub status: ResultStatus,
    pub susceptibilities: Vec<Susceptibility>,
    pub source: SourceRef,
}

/// One culture of one specimen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Culture {
    pub institution: InstitutionId,
    pub taken: Option<ClinicalTime>,
    pub specimen: String,
    pub item: String,
    pub organisms: Vec<Organism>,
    /// Values without an organism: smears, 陰性, and susceptibilities whose organism is not named.
    pub others: Vec<Susceptibility>,
    pub comments: Vec<String>,
    pub source: SourceRef,
}

fn names_an_organism(value: &LaboratoryValue) -> bool {
    value.coded.as_ref().is_some_and(|coded| coded.codes.iter().any(|c| c.is_of("JANIS")))
}

/// A group with an organism, with a parent result, or wholly of the microbiology field of JLAC10.
pub(super) fn is_culture(group: &LaboratoryGroup) -> bool {
    group.parent.is_some()
        || group.values.iter().any(names_an_organism)
        || (!group.values.is_empty()
            && group.values.iter().all(|v| v.jlac10().is_some_and(|code| code.starts_with('6'))))
}

fn line(seen: Seen<'_>, value: &LaboratoryValue) -> Susceptibility {
    Susceptibility {
        drug: value.name().to_owned(),
        drug_code: value.code.first_code().map(|c| c.code.to_string()).unwrap_or_default(),
        value: shown_value(value),
        unit: value.unit.shown().to_owned(),
        flag: value.flag.to_string(),
        status: value.status,
        source: seen.source_at(value.place),
    }
}

/// The culture of one group that is not itself a susceptibility; and the OBX-3 codes of its organisms.
fn culture<'a>(seen: Seen<'_>, group: &'a LaboratoryGroup) -> (Culture, Vec<(String, &'a LaboratoryValue)>) {
    let mut organisms = Vec::new();
    let mut keys = Vec::new();
    for value in group.values.iter().filter(|v| names_an_organism(v)) {
        let coded = value.coded.as_ref();
        organisms.push(Organism {
            sub_id: value.sub_id.trim().to_owned(),
            name: coded.map(|c| c.shown().to_owned()).unwrap_or_default(),
            code: coded.and_then(|c| c.in_system(&["JANIS"])).map(|c| c.code.to_string()).unwrap_or_default(),
            amounts: Vec::new(),
            status: value.status,
            susceptibilities: Vec::new(),
            source: seen.source_at(value.place),
        });
        keys.push((value.sub_id.trim().to_owned(), value));
    }
    let mut others = Vec::new();
    for value in group.values.iter().filter(|v| !names_an_organism(v)) {
        let sub_id = value.sub_id.trim();
        match organisms.iter_mut().find(|o: &&mut Organism| !sub_id.is_empty() && o.sub_id == sub_id) {
            Some(organism) => organism.amounts.push(shown_value(value)),
            None => others.push(line(seen, value)),
        }
    }
    let culture = Culture {
        institution: seen.institution,
        taken: group.taken().cloned().or_else(|| seen.time()),
        specimen: group.specimen.kind.shown().to_owned(),
        item: group.item.shown().to_owned(),
        organisms,
        others,
        comments: group.comments.clone(),
        source: seen.source_at(group.place),
    };
    (culture, keys)
}

/// Place of the organism that a susceptibility group names: (culture, organism).
fn parent_of(group: &LaboratoryGroup, keys: &[Vec<(String, &LaboratoryValue)>]) -> Option<(usize, usize)> {
    let parent = group.parent.as_ref()?;
    let sub_id = parent.sub_id.trim();
    let code = parent.code.first_code().map(|c| c.code.trim());
    let fits = |key: &(String, &LaboratoryValue)| {
        let same_code = code.is_none_or(|code| key.1.code.codes.iter().any(|c| c.code.trim() == code));
        key.0 == sub_id && same_code
    };
    let mut found = keys.iter().enumerate().flat_map(|(c, of)| of.iter().enumerate().map(move |(o, key)| (c, o, key)));
    let (culture, organism, _) = found.find(|(_, _, key)| fits(key))?;
    Some((culture, organism))
}

fn of_report(seen: Seen<'_>, report: &LaboratoryReport) -> Vec<Culture> {
    let groups: Vec<&LaboratoryGroup> = report.groups.iter().filter(|g| is_culture(g)).collect();
    let (mut cultures, keys): (Vec<Culture>, Vec<_>) =
        groups.iter().filter(|g| g.parent.is_none()).map(|g| culture(seen, g)).unzip();
    for group in groups.iter().filter(|g| g.parent.is_some()) {
        let lines = group.values.iter().map(|v| line(seen, v));
        let organism =
            parent_of(group, &keys).and_then(|(c, o)| cultures.get_mut(c).and_then(|c| c.organisms.get_mut(o)));
        match organism {
            Some(organism) => organism.susceptibilities.extend(lines),
            None => {
                let (mut alone, _) = culture(seen, group);
                // Who the parent is, as far as the message says it.
                if let Some(parent) = group.parent.as_ref().filter(|p| !p.value.is_empty()) {
                    alone.item = format!("{} {}", alone.item, parent.value);
                }
                cultures.push(alone);
            }
        }
    }
    cultures
}

/// Newest first.
pub fn cultures(record: &PatientRecord) -> Vec<Culture> {
    let mut found: Vec<Culture> = record
        .each()
        .filter(Seen::stands)
        .filter_map(|seen| match &seen.entry.body {
            Body::LaboratoryReport(report) => Some(of_report(seen, report)),
            _ => None,
        })
        .flatten()
        .collect();
    found.sort_by_cached_key(|c| (std::cmp::Reverse(c.taken.as_ref().and_then(ClinicalTime::start)), c.source));
    found
}
