//! Prescriptions as they were written: order, RP groups, drugs; dispensings and injections in the same shape.

use super::courses::{dose_shown, last_day_of, shown_all, usages_shown};
use super::patient::{PatientRecord, Seen, SourceRef};
use crate::body::{Body, Component, ComponentRole, Drug, Given, InjectionSet, OrderHead, RpGroup, Timing};
use crate::entry::EntryState;
use crate::kind::EntryKind;
use crate::time::ClinicalTime;
use jiff::civil::Date;
use renkei_kernel::InstitutionId;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrugShown {
    pub name: String,
    pub code: String,
    pub system: String,
    pub dose: String,
    pub total: String,
    pub instructions: Vec<String>,
    /// 主薬, 混注 and the like; empty outside injections.
    pub role: String,
    /// RXA-20 and when, of what was really given.
    pub given: String,
    pub at: Option<ClinicalTime>,
    pub lot: String,
    pub comments: Vec<String>,
    pub state: EntryState,
    pub source: SourceRef,
}

/// Drugs printed together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RpShown {
    pub id: String,
    /// Kind of injection, or empty.
    pub title: String,
    pub usages: Vec<String>,
    /// `14日`, as sent with its unit.
    pub days: String,
    pub count: String,
    pub route: String,
    pub site: String,
    pub start: Option<ClinicalTime>,
    pub end: Option<ClinicalTime>,
    pub last_day: Option<Date>,
    /// `80mL/h`, as sent.
    pub rate: String,
    pub drugs: Vec<DrugShown>,
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrescriptionCard {
    pub kind: EntryKind,
    pub institution: InstitutionId,
    pub time: Option<ClinicalTime>,
    pub state: EntryState,
    pub order_number: String,
    pub prescription_number: String,
    pub department: String,
    pub doctor: String,
    /// `I` or `O`, as sent.
    pub setting: String,
    pub categories: Vec<String>,
    pub groups: Vec<RpShown>,
    pub comments: Vec<String>,
    pub source: SourceRef,
}

fn of_drug(seen: Seen<'_>, drug: &Drug) -> DrugShown {
    let code = drug.drug.standard().or_else(|| drug.drug.first_code());
    DrugShown {
        name: drug.drug.shown().to_owned(),
        code: code.map(|c| c.code.to_string()).unwrap_or_default(),
        system: code.map(|c| c.system.to_string()).unwrap_or_default(),
        dose: dose_shown(&drug.dose_min, &drug.dose_max),
        total: drug.total.shown(),
        instructions: shown_all(&drug.instructions),
        role: String::new(),
        given: String::new(),
        at: None,
        lot: String::new(),
        comments: drug.comments.clone(),
        state: drug.state,
        source: seen.source_at(drug.place),
    }
}

fn of_component(seen: Seen<'_>, component: &Component) -> DrugShown {
    let role = match component.role {
        ComponentRole::Base => "基剤",
        ComponentRole::Additive => "添加",
        ComponentRole::NotSaid => "",
    };
    let as_drug = Drug {
        drug: component.drug.clone(),
        dose_min: component.amount.clone(),
        place: component.place,
        ..Drug::default()
    };
    DrugShown { role: role.to_owned(), ..of_drug(seen, &as_drug) }
}

/// HL7 table 0322 in words; the sender's own code where unknown.
fn completion(code: &str) -> &str {
    match code.trim() {
        "CP" => "完了",
        "PA" => "一部実施",
        "NA" => "実施せず",
        "RE" => "拒否",
        other => other,
    }
}

fn of_given(seen: Seen<'_>, given: &Given) -> DrugShown {
    let as_drug =
        Drug { drug: given.drug.clone(), dose_min: given.amount.clone(), place: given.place, ..Drug::default() };
    DrugShown {
        given: completion(&given.completion).to_owned(),
        at: given.start.clone(),
        lot: given.lot.clone(),
        comments: shown_all(&given.notes),
        state: given.state,
        ..of_drug(seen, &as_drug)
    }
}

fn timed(id: &str, timings: &[Timing]) -> RpShown {
    let first = |pick: fn(&Timing) -> String| timings.iter().map(pick).find(|t| !t.is_empty()).unwrap_or_default();
    RpShown {
        id: id.to_owned(),
        title: String::new(),
        usages: usages_shown(timings),
        days: first(|t| t.duration.shown()),
        count: first(|t| t.as_needed_count.clone()),
        route: first(|t| t.route.shown().to_owned()),
        site: first(|t| t.site.shown().to_owned()),
        start: timings.iter().find_map(|t| t.start.clone()),
        end: timings.iter().rev().find_map(|t| t.end.clone()),
        last_day: timings.iter().rev().find_map(|t| t.end.as_ref().and_then(last_day_of)),
        rate: String::new(),
        drugs: Vec::new(),
        notes: Vec::new(),
    }
}

fn of_rp(seen: Seen<'_>, group: &RpGroup) -> RpShown {
    RpShown { drugs: group.drugs.iter().map(|d| of_drug(seen, d)).collect(), ..timed(&group.id, &group.timings) }
}

fn of_set(seen: Seen<'_>, set: &InjectionSet) -> RpShown {
    let rate = set.rate.shown();
    let mut notes = set.comments.clone();
    notes.extend(set.observations.iter().map(|line| format!("{} {}{}", line.label, line.value, line.unit.shown())));
    RpShown {
        title: set.kind.shown().to_owned(),
        rate: if rate.is_empty() || set.rate_per.is_empty() { rate } else { format!("{rate}/{}", set.rate_per) },
        drugs: set.components.iter().map(|c| of_component(seen, c)).collect(),
        notes,
        ..timed(&set.id, &set.timings)
    }
}

/// Given lines in groups of their ORC-4, beside the order's own groups.
fn of_given_groups(seen: Seen<'_>, given: &[Given]) -> Vec<RpShown> {
    let mut groups: Vec<RpShown> = Vec::new();
    for one in given {
        let drug = of_given(seen, one);
        match groups.iter_mut().find(|g| g.id == one.group) {
            Some(group) => group.drugs.push(drug),
            None => groups.push(RpShown {
                title: "実施".to_owned(),
                route: one.route.shown().to_owned(),
                start: one.start.clone(),
                end: one.end.clone(),
                rate: one.rate.clone(),
                drugs: vec![drug],
                ..timed(&one.group, &[])
            }),
        }
    }
    groups
}

fn card(seen: Seen<'_>, head: &OrderHead, groups: Vec<RpShown>) -> PrescriptionCard {
    PrescriptionCard {
        kind: seen.entry.kind,
        institution: seen.institution,
        time: seen.time(),
        state: seen.entry.state,
        order_number: head.placer_number.to_string(),
        prescription_number: String::new(),
        department: seen.department(&head.department),
        doctor: head.doctor.shown(),
        setting: head.setting.to_string(),
        categories: Vec::new(),
        groups,
        comments: Vec::new(),
        source: seen.source(),
    }
}

fn card_of(seen: Seen<'_>) -> Option<PrescriptionCard> {
    Some(match &seen.entry.body {
        Body::Prescription(p) => PrescriptionCard {
            prescription_number: p.prescription_number.clone(),
            categories: shown_all(&p.categories),
            comments: p.comments.clone(),
            ..card(seen, &p.head, p.groups.iter().map(|g| of_rp(seen, g)).collect())
        },
        Body::Dispensing(p) => {
            let mut groups: Vec<RpShown> = p.groups.iter().map(|g| of_rp(seen, g)).collect();
            groups.extend(of_given_groups(seen, &p.given));
            PrescriptionCard {
                prescription_number: p.prescription_number.clone(),
                categories: shown_all(&p.categories),
                comments: p.comments.clone(),
                ..card(seen, &p.head, groups)
            }
        }
        Body::InjectionOrder(i) => PrescriptionCard {
            categories: shown_all(&i.categories),
            comments: i.comments.clone(),
            ..card(seen, &i.head, i.sets.iter().map(|s| of_set(seen, s)).collect())
        },
        Body::InjectionGiven(i) => {
            let mut groups: Vec<RpShown> = i.sets.iter().map(|s| of_set(seen, s)).collect();
            groups.extend(of_given_groups(seen, &i.given));
            PrescriptionCard {
                categories: shown_all(&i.categories),
                comments: i.comments.clone(),
                ..card(seen, &i.head, groups)
            }
        }
        _ => return None,
    })
}

/// Orders of these kinds (`Prescription`, `Dispensing`, `InjectionOrder`, `InjectionGiven`), newest first, at most
/// `limit`; withdrawn ones stay in the list with their state.
pub fn prescriptions(record: &PatientRecord, kinds: &[EntryKind], limit: usize) -> Vec<PrescriptionCard> {
    let mut seen: Vec<Seen<'_>> = record.of(kinds).collect();
    seen.sort_by_cached_key(|s| (std::cmp::Reverse(s.time().as_ref().and_then(ClinicalTime::start)), s.entry.id));
    seen.into_iter().filter_map(card_of).take(limit).collect()
}
