//! Names of medicines without the reasons for them (note *5 of the rights matrix).
//!
//! Why somebody takes something stands in free words: comments of order and drug, observations beside them, words of the
//! timing. Codes and amounts stay, and so does what tells whether an order still stands.

use super::patient::PatientRecord;
use crate::body::{Body, Drug, Given, InjectionSet, RpGroup, Timing};
use crate::code::CodedValue;

/// Words without a code: nobody can tell an instruction from a reason in them.
fn without_words(values: &mut Vec<CodedValue>) {
    values.retain(|value| value.first_code().is_some());
    values.iter_mut().for_each(|value| value.original_text.clear());
}

fn of_timings(timings: &mut [Timing]) {
    for timing in timings {
        timing.text.clear();
        without_words(&mut timing.usages);
    }
}

fn of_drug(drug: &mut Drug) {
    drug.comments.clear();
    without_words(&mut drug.instructions);
}

fn of_groups(groups: &mut [RpGroup]) {
    for group in groups {
        of_timings(&mut group.timings);
        group.drugs.iter_mut().for_each(of_drug);
    }
}

fn of_sets(sets: &mut [InjectionSet]) {
    for set in sets {
        of_timings(&mut set.timings);
        set.comments.clear();
        // Lines of the order itself stay: they tell of a set that was stopped.
        set.observations.retain(|line| {
            let of_order = matches!(line.place.segment.as_str(), "ORC" | "RXE" | "RXC");
            // RXE-7 may hold words only.
            of_order && (line.place.field != 7 || line.code.first_code().is_some())
        });
    }
}

fn of_given(given: &mut [Given]) {
    given.iter_mut().for_each(|one| one.notes.clear());
}

impl PatientRecord {
    /// Takes the reasons away from prescriptions, dispensing and injections; everything else stays as it is.
    pub fn omit_reasons(&mut self) {
        for settled in self.charts.iter_mut().flat_map(|chart| &mut chart.entries) {
            match &mut settled.entry.body {
                Body::Prescription(p) => {
                    of_groups(&mut p.groups);
                    p.comments.clear();
                }
                Body::Dispensing(d) => {
                    of_groups(&mut d.groups);
                    of_given(&mut d.given);
                    d.comments.clear();
                }
                Body::InjectionOrder(i) => {
                    of_sets(&mut i.sets);
                    i.comments.clear();
                }
                Body::InjectionGiven(i) => {
                    of_sets(&mut i.sets);
                    of_given(&mut i.given);
                    i.comments.clear();
                }
                _ => {}
            }
        }
    }
}
