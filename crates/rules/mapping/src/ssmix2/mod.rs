//! SS-MIX2: one file of the standard storage becomes one message of the record (guideline, data types and file rules).
//!
//! Separate from reading the file, since a format knows nothing of charts and entries. What a file is *about* (record
//! key, time of the transaction, department, condition) is told by its name; what it *says* by its segments. PID, PV1
//! and EVN beside other content repeat what the ADT files say and stay in the original.

mod allergy;
mod diagnosis;
mod encounter;
mod examination;
mod given;
mod identity;
mod injection;
mod laboratory;
mod leftover;
mod order;
mod prescription;
mod values;

use crate::{Context, Mapped, Unusable};
use jiff::civil::Date;
use renkei_kernel::{Finding, Ids, Severity};
use renkei_records::body::OrderHead;
use renkei_records::code::DEPARTMENT_SYSTEM;
use renkei_records::{
    Body, ClinicalTime, Code, CodedValue, Condition, Entry, EntryKind, EntryState, Message, Precision, RecordKey,
    SourcePlace,
};
use renkei_ssmix2::content;
use renkei_ssmix2::message::refusal;
use renkei_ssmix2::{Content, DataType, FileName, Reading, TypedMessage, Verdict};

/// Reads and maps one file.
///
/// A message of another patient, one that cannot be read, and one that ends in its middle are refused: none of them
/// may stand as a current record. Everything else is mapped whole, with its findings.
pub fn map_file(bytes: &[u8], name: &FileName, context: &Context, ids: &Ids) -> Result<Mapped, Unusable> {
    let reading = renkei_ssmix2::read_file(name, bytes);
    let place = worst_place(&reading);
    let code = reading.code.unwrap_or("message_unreadable");
    match (reading.verdict, reading.message) {
        (Verdict::Accepted | Verdict::AcceptedWithFindings, Some(message)) => {
            Ok(map(&message, reading.findings, name, context, ids))
        }
        (Verdict::Rejected, _) if matches!(code, refusal::PATIENT_MISMATCH | refusal::PATIENT_MISSING) => {
            Err(Unusable::AnotherPatient { place })
        }
        _ => Err(Unusable::Unreadable { code: code.to_owned(), place }),
    }
}

/// Where the worst finding lies; the last one of its kind is the one that ended the reading.
fn worst_place(reading: &Reading) -> String {
    let worst = reading.findings.iter().rev().find(|f| f.severity == Severity::Error).or(reading.findings.last());
    worst.map_or_else(|| "MSH".to_owned(), |finding| finding.place.clone())
}

fn map(typed: &TypedMessage, findings: Vec<Finding>, name: &FileName, context: &Context, ids: &Ids) -> Mapped {
    let mut draft = Draft { typed, care_date: &name.care_date, ids, entries: Vec::new(), findings };
    draft.content();
    leftover::map(&mut draft);
    draft.ask_departments();
    let Draft { mut entries, mut findings, .. } = draft;
    if entries.is_empty() {
        let text = "この電文から記録が一つも得られませんでした。原文は残しました。送信元で内容を確かめてください。";
        findings.push(Finding::warning("message-without-entries", "MSH-9", text));
    }
    if typed.withdraws {
        // What a withdrawal repeats is what it takes back.
        entries.iter_mut().filter(|e| !e.state.is_withdrawn()).for_each(|e| e.state = EntryState::Cancelled);
    }
    let message = Message {
        id: context.message,
        institution: context.institution,
        chart: context.chart,
        key: RecordKey {
            care_date: name.care_date.as_str().into(),
            data_type: name.data_type.as_str().into(),
            order_number: name.order_number.as_str().into(),
        },
        occurred: name.version().into(),
        condition: condition(name, typed.withdraws),
        received_at: context.received_at,
        origin: context.origin,
        department: name.department.as_str().into(),
        entries,
        findings,
    };
    Mapped { message, birth_date: birth_date(typed) }
}

/// The flag of the file name; a withdrawal that was written as valid deletes its record all the same.
fn condition(name: &FileName, withdraws: bool) -> Condition {
    match name.condition {
        renkei_ssmix2::Condition::Valid if withdraws => Condition::Deleted,
        renkei_ssmix2::Condition::Valid => Condition::Valid,
        renkei_ssmix2::Condition::Superseded => Condition::Superseded,
        renkei_ssmix2::Condition::Deleted => Condition::Deleted,
    }
}

fn birth_date(typed: &TypedMessage) -> Option<Date> {
    values::time(typed.patient.birth_date.as_ref())?.date()
}

fn of_head<'a>(head: &'a OrderHead, own: &mut Vec<&'a CodedValue>, all: &'a [CodedValue]) -> &'a [CodedValue] {
    own.push(&head.department);
    all
}

/// A message while its entries are collected.
struct Draft<'m> {
    typed: &'m TypedMessage,
    care_date: &'m str,
    ids: &'m Ids,
    entries: Vec<Entry>,
    findings: Vec<Finding>,
}

impl Draft<'_> {
    fn content(&mut self) {
        let typed = self.typed;
        match &typed.content {
            Content::Demographics(all) => identity::map(self, all),
            Content::Visit => encounter::map(self),
            Content::Allergies(all) => all.iter().for_each(|a| allergy::map(self, a)),
            Content::Diagnoses(all) => all.iter().for_each(|d| diagnosis::map(self, d)),
            Content::Medication(all) => {
                all.allergies.iter().for_each(|a| allergy::map(self, a));
                match typed.data_type {
                    Some(DataType::Omp02 | DataType::Omp12) => injection::map(self, all),
                    _ => prescription::map(self, all),
                }
            }
            Content::Orders(groups) => match typed.data_type {
                Some(DataType::Oml01) => laboratory::map_order(self, groups),
                Some(DataType::Oml11) => laboratory::map_report(self, groups),
                _ => examination::map(self, groups),
            },
            Content::Raw => {}
        }
    }

    fn push(
        &mut self,
        kind: EntryKind,
        effective: Option<ClinicalTime>,
        state: EntryState,
        place: SourcePlace,
        body: Body,
    ) {
        let asked_with = Vec::new();
        self.entries.push(Entry { id: self.ids.next(), kind, effective, state, place, body, asked_with });
    }

    /// Codes of what the entry pushed last says in the words of its comments only.
    fn ask_with(&mut self, codes: impl IntoIterator<Item = Code>) {
        if let Some(entry) = self.entries.last_mut() {
            entry.asked_with.extend(codes);
        }
    }

    /// Every department that orders something in the message is asked for with whatever the message says, since its
    /// entries show words of all its orders. A diagnosis has an order of its own; what an order repeats of the patient
    /// (allergies, insurance) is nothing that its department said.
    fn ask_departments(&mut self) {
        let typed = self.typed;
        let of = |order: &content::Order| values::coded_or_empty(order.department.as_ref());
        let strays = typed.other.iter().filter(|segment| segment.name == "ORC");
        let strays: Vec<CodedValue> = strays.filter_map(|segment| leftover::coded_field(segment, 17)).collect();
        let all: Vec<CodedValue> = match &typed.content {
            Content::Medication(all) => all.groups.iter().map(|group| of(&group.order)).collect(),
            Content::Orders(groups) => groups.iter().filter_map(|group| group.order.as_ref()).map(of).collect(),
            Content::Diagnoses(all) => all.iter().filter_map(|one| one.order.as_ref()).map(of).collect(),
            _ => Vec::new(),
        };
        for entry in &mut self.entries {
            let mut own: Vec<&CodedValue> = Vec::new();
            let of_orders: &[CodedValue] = match &entry.body {
                Body::Diagnosis(d) => {
                    own.push(&d.department);
                    &[]
                }
                Body::Titled(_) if matches!(entry.kind, EntryKind::Contact | EntryKind::Insurance) => continue,
                Body::LaboratoryReport(l) => {
                    own.extend(l.groups.iter().map(|group| &group.head.department));
                    &all
                }
                Body::Prescription(p) => of_head(&p.head, &mut own, &all),
                Body::Dispensing(d) => of_head(&d.head, &mut own, &all),
                Body::InjectionOrder(i) => of_head(&i.head, &mut own, &all),
                Body::InjectionGiven(i) => of_head(&i.head, &mut own, &all),
                Body::LaboratoryOrder(l) => of_head(&l.head, &mut own, &all),
                Body::Titled(t) => of_head(&t.head, &mut own, &all),
                _ => continue,
            };
            let mut codes: Vec<&str> =
                of_orders.iter().chain(&strays).flat_map(|value| &value.codes).map(|code| code.code.as_str()).collect();
            codes.retain(|code| {
                !code.is_empty() && !own.iter().flat_map(|value| &value.codes).any(|known| known.code == *code)
            });
            codes.sort_unstable();
            codes.dedup();
            let codes: Vec<Code> = codes.into_iter().map(|code| Code::new(code, "", DEPARTMENT_SYSTEM)).collect();
            entry.asked_with.extend(codes);
        }
    }

    /// The first time that reaches a day; else the care date of the file name; else whatever the sender wrote.
    fn effective<const N: usize>(&self, candidates: [Option<ClinicalTime>; N]) -> Option<ClinicalTime> {
        let usable = |time: &&ClinicalTime| time.precision() >= Precision::Day;
        let found = candidates.iter().flatten().find(usable).cloned();
        found
            .or_else(|| ClinicalTime::from_field(self.care_date).filter(|t| t.precision() >= Precision::Day))
            .or_else(|| candidates.into_iter().flatten().find(|t| t.precision() > Precision::Text))
    }
}
