//! The source of a value from the decoded entry: its file name's parts, its segment, and the characters as sent.

use super::{SourceField, SourcePage};
use crate::dates;
use crate::pages::patient::Frame;
use crate::pages::patient::reading::Reading;
use crate::shell::Shell;
use crate::words::Words;
use renkei_kernel::{EntryId, MessageId};
use renkei_records::amount::Amount;
use renkei_records::body::{Allergy, AllergySource, Body, Diagnosis, Drug, Encounter, Identity, LaboratoryValue, Line};
use renkei_records::views::Seen;
use renkei_records::views::sources::source;
use renkei_records::{ClinicalTime, Code, CodedValue, SegmentName, SourcePlace};

/// The address of a value inside a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceAddress {
    pub message: MessageId,
    pub entry: EntryId,
    pub place: SourcePlace,
}

impl SourceAddress {
    /// Reads the three parts of the address; `None` when one is not of its form.
    pub fn read(message: &str, entry: &str, place: &str) -> Option<Self> {
        let mut parts = place.split('.');
        let segment = SegmentName::new(parts.next()?);
        let mut number = || parts.next()?.parse::<u32>().ok();
        let (index, field, repetition, component) = (number()?, number()?, number()?, number()?);
        let small = |n: u32| u16::try_from(n).ok();
        Some(Self {
            message: message.parse().ok()?,
            entry: entry.parse().ok()?,
            place: SourcePlace {
                segment,
                index,
                field: small(field)?,
                repetition: small(repetition)?,
                component: small(component)?,
            },
        })
    }
}

/// `code^text^system` as triples stand in a message, several of them one after the other.
fn triples(value: &CodedValue) -> String {
    value.codes.iter().map(triple).filter(|t| !t.is_empty()).collect::<Vec<_>>().join("^")
}

fn triple(code: &Code) -> String {
    let parts: [&str; 3] = [&code.code, &code.text, &code.system];
    if parts.iter().all(|part| part.is_empty()) { String::new() } else { parts.join("^") }
}

fn raw(time: &Option<ClinicalTime>) -> &str {
    time.as_ref().map_or("", |time| &time.raw)
}

/// Collects the fields of one segment that hold anything.
struct Fields {
    words: Words,
    asked: SourcePlace,
    at: SourcePlace,
    found: Vec<SourceField>,
}

impl Fields {
    fn of(words: Words, asked: SourcePlace, at: SourcePlace) -> Self {
        Self { words, asked, at, found: Vec::new() }
    }
    fn add(&mut self, field: u16, key: &str, text: impl AsRef<str>) {
        let text = text.as_ref();
        if text.is_empty() {
            return;
        }
        let place = SourcePlace { field, repetition: 0, component: 0, ..self.at };
        self.found.push(SourceField {
            place: place.to_string(),
            meaning: self.words.say(key),
            text: text.to_owned(),
            on: self.asked.field == field,
        });
    }
    fn amount(&mut self, field: u16, unit_field: u16, key: &str, amount: &Amount) {
        self.add(field, key, &amount.raw);
        self.add(unit_field, "source-unit", triple(&amount.unit));
    }
}

fn laboratory(fields: &mut Fields, value: &LaboratoryValue) -> String {
    fields.add(2, "source-value-type", &value.value_type);
    fields.add(3, "laboratory-analyte", triples(&value.code));
    fields.add(4, "source-sub-id", &value.sub_id);
    let coded = value.coded.as_ref().map(triples).unwrap_or_default();
    fields.add(5, "laboratory-value", if coded.is_empty() { value.value.as_str() } else { &coded });
    fields.add(6, "source-unit", triple(&value.unit));
    fields.add(7, "laboratory-range", &value.range);
    fields.add(8, "source-flag", &value.flag);
    fields.add(14, "source-observed", raw(&value.observed));
    for comment in &value.comments {
        fields.add(0, "others-comment", comment);
    }
    format!("{} {} {}", value.name(), value.value, value.unit.shown()).trim().to_owned()
}

fn drug(fields: &mut Fields, drug: &Drug) -> String {
    fields.add(2, "source-drug", triples(&drug.drug));
    fields.amount(3, 5, "source-dose", &drug.dose_min);
    if drug.dose_max.raw != drug.dose_min.raw {
        fields.add(4, "source-dose", &drug.dose_max.raw);
    }
    fields.add(6, "source-form", triples(&drug.form));
    for instruction in &drug.instructions {
        fields.add(7, "source-instruction", triples(instruction));
    }
    fields.amount(10, 11, "source-total", &drug.total);
    fields.add(19, "source-daily", &drug.daily.raw);
    fields.add(27, "source-category", triples(&drug.category));
    for more in &drug.additional {
        fields.add(31, "source-additional", triples(more));
    }
    drug.drug.shown().to_owned()
}

fn diagnosis(fields: &mut Fields, d: &Diagnosis) -> String {
    fields.add(2, "source-action-time", raw(&d.action_time));
    fields.add(3, "source-disease", triples(&d.disease));
    fields.add(4, "source-instance", &d.instance);
    fields.add(7, "source-diagnosed", raw(&d.diagnosed));
    fields.add(9, "source-resolved", raw(&d.resolved));
    fields.add(10, "source-icd10", [triple(&d.icd10), triple(&d.diagnosis_type)].join(" ").trim());
    fields.add(13, "diagnosis-suspected", triple(&d.suspected));
    fields.add(14, "source-outcome", triples(&d.outcome));
    fields.add(16, "source-onset", raw(&d.onset));
    fields.add(17, "source-displayed", &d.displayed);
    fields.add(18, "diagnosis-main", triple(&d.main));
    d.name().to_owned()
}

fn allergy(fields: &mut Fields, a: &Allergy) -> String {
    let severity = 4;
    fields.add(2, "others-allergy-kind", triples(&a.kind));
    fields.add(3, "source-allergen", triples(&a.allergen));
    fields.add(severity, "others-severity", triples(&a.severity));
    fields.add(5, "others-reactions", a.reactions.join(" "));
    if a.source == AllergySource::Iam {
        fields.add(7, "source-instance", &a.identifier);
        fields.add(11, "others-onset", raw(&a.onset));
        fields.add(12, "others-onset", &a.onset_text);
        fields.add(14, "others-informant", &a.informant);
        fields.add(17, "source-state", triples(&a.clinical_status));
    } else {
        fields.add(6, "others-onset", raw(&a.onset));
    }
    a.allergen.shown().to_owned()
}

fn encounter(fields: &mut Fields, e: &Encounter, kind: String) -> String {
    fields.add(2, "source-class", &e.class);
    fields.add(3, "source-location", e.location.shown());
    fields.add(7, "others-doctor", e.attending.shown());
    fields.add(10, "others-department", triples(&e.department));
    fields.add(36, "source-outcome", triples(&e.discharge_disposition));
    fields.add(44, "source-admitted", raw(&e.admitted));
    fields.add(45, "source-discharged", raw(&e.discharged));
    format!("{kind} {}", e.department.shown()).trim().to_owned()
}

fn identity(fields: &mut Fields, i: &Identity) -> String {
    fields.add(3, "patient-own-number", &i.patient_number);
    fields.add(5, "source-name", format!("{} {}", i.name.kanji(), i.name.kana()).trim());
    fields.add(7, "source-birth", raw(&i.birth_date));
    fields.add(8, "source-sex", &i.sex);
    fields.words.say("source-demographics")
}

fn of_lines(words: Words, asked: SourcePlace, lines: &[Line]) -> Vec<SourceField> {
    lines
        .iter()
        .map(|line| SourceField {
            place: line.place.to_string(),
            meaning: if line.label.is_empty() { words.say("source-text") } else { line.label.clone() },
            text: format!("{} {}", line.value, line.unit.shown()).trim().to_owned(),
            on: line.place == asked,
        })
        .collect()
}

/// What was asked for in words, and the fields around it.
fn told(reading: &Reading<'_>, seen: Seen<'_>, asked: SourcePlace) -> (String, Vec<SourceField>) {
    let words = reading.words;
    let kind = reading.kind(seen.kind());
    let same = |place: SourcePlace| place.segment == asked.segment && place.index == asked.index;
    let mut fields = Fields::of(words, asked, asked);
    let title = match &seen.entry.body {
        Body::LaboratoryReport(report) => {
            let value = report.groups.iter().flat_map(|g| &g.values).find(|value| same(value.place));
            value.map_or(kind, |value| laboratory(&mut fields, value))
        }
        Body::Prescription(p) => {
            let found = p.groups.iter().flat_map(|g| &g.drugs).find(|d| same(d.place));
            found.map_or(kind, |found| drug(&mut fields, found))
        }
        Body::Dispensing(p) => {
            let given = p.given.iter().find(|g| same(g.place));
            match (p.groups.iter().flat_map(|g| &g.drugs).find(|d| same(d.place)), given) {
                (Some(found), _) => drug(&mut fields, found),
                (None, Some(given)) => {
                    fields.add(5, "source-drug", triples(&given.drug));
                    fields.amount(6, 7, "source-dose", &given.amount);
                    given.drug.shown().to_owned()
                }
                (None, None) => kind,
            }
        }
        Body::InjectionOrder(i) => match i.sets.iter().flat_map(|s| &s.components).find(|c| same(c.place)) {
            Some(component) => {
                fields.add(2, "source-drug", triples(&component.drug));
                fields.amount(3, 4, "source-dose", &component.amount);
                component.drug.shown().to_owned()
            }
            None => kind,
        },
        Body::InjectionGiven(i) => {
            let component = i.sets.iter().flat_map(|s| &s.components).find(|c| same(c.place));
            match (component, i.given.iter().find(|g| same(g.place))) {
                (Some(component), _) => {
                    fields.add(2, "source-drug", triples(&component.drug));
                    fields.amount(3, 4, "source-dose", &component.amount);
                    component.drug.shown().to_owned()
                }
                (None, Some(given)) => {
                    fields.add(5, "source-drug", triples(&given.drug));
                    fields.amount(6, 7, "source-dose", &given.amount);
                    fields.add(20, "source-state", &given.completion);
                    given.drug.shown().to_owned()
                }
                (None, None) => kind,
            }
        }
        Body::Diagnosis(d) => diagnosis(&mut fields, d),
        Body::Allergy(a) => allergy(&mut fields, a),
        Body::Encounter(e) => encounter(&mut fields, e, kind),
        Body::Identity(i) => identity(&mut fields, i),
        Body::BloodType(b) => {
            fields.add(
                5,
                "warning-blood-type",
                [&b.abo, &b.rh].map(|v| v.as_ref().map(triples).unwrap_or_default()).join(" ").trim(),
            );
            kind
        }
        Body::BodyMeasure(m) => {
            fields.add(3, "laboratory-analyte", triples(&m.item));
            fields.add(5, "laboratory-value", &m.value.raw);
            fields.add(6, "source-unit", triple(&m.value.unit));
            m.item.shown().to_owned()
        }
        Body::Titled(t) => {
            fields.found = of_lines(words, asked, &t.lines);
            t.title.clone()
        }
        Body::LaboratoryOrder(order) => {
            for item in &order.items {
                fields.found.push(SourceField {
                    place: item.place.to_string(),
                    meaning: words.say("laboratory-analyte"),
                    text: triples(&item.item),
                    on: item.place == asked,
                });
            }
            kind
        }
        Body::Contact(_) | Body::Insurance(_) => kind,
    };
    (title, fields.found)
}

impl SourcePage {
    /// `None` when the value is not visible, which is the same as not there.
    pub fn from_records(shell: Shell, frame: Frame, reading: &Reading<'_>, asked: SourceAddress) -> Option<Self> {
        let seen = reading.record.find(asked.entry).filter(|seen| seen.message.id == asked.message)?;
        let facts = source(reading.record, seen.source_at(asked.place))?;
        let (title, mut fields) = told(reading, seen, asked.place);
        if fields.is_empty() {
            fields.push(SourceField {
                place: facts.place.clone(),
                meaning: reading.kind(facts.kind),
                text: title.clone(),
                on: true,
            });
        }
        let words = reading.words;
        let number = words.say("source-patient-number");
        let file =
            [&number, &facts.care_date, &facts.data_type, &facts.order_number, &facts.occurred, &facts.department]
                .map(String::as_str)
                .join("_");
        Some(Self {
            mark: reading.mark(facts.at.institution),
            title: if title.is_empty() { reading.kind(facts.kind) } else { title },
            place: facts.place,
            data_type: format!("{} {}", facts.data_type, reading.kind(facts.kind)),
            file,
            clinical_time: seen.time().map(|time| time.shown()),
            received: dates::stamp(facts.received_at),
            state: reading.state(facts.state),
            fields,
            shell,
            frame,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_not_whole_is_no_address() {
        let id = "0194f0a0-0000-7000-8000-000000000001";
        let read = SourceAddress::read(id, id, "OBX.4.5.1.0").unwrap();
        assert_eq!(read.place.to_string(), "OBX[4]-5[1]");
        for bad in ["OBX.4.5.1", "OBX.x.5.1.0", "", "OBX.4.70000.1.0"] {
            assert_eq!(SourceAddress::read(id, id, bad), None);
        }
        assert_eq!(SourceAddress::read("1", id, "OBX.4.5.1.0"), None);
    }
}
