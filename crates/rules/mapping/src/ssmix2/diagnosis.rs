//! PPR-01: one diagnosis an entry; several files of one patient are merged by PRB-4 in the record.

use super::order::place_words;
use super::{Draft, values};
use renkei_records::body::{Diagnosis, DiagnosisAction};
use renkei_records::{Body, Code, EntryKind, EntryState};
use renkei_ssmix2::content;

pub fn map(draft: &mut Draft<'_>, from: &content::Diagnosis) {
    let action = action(&from.action);
    let state = match action {
        DiagnosisAction::Delete => EntryState::EnteredInError,
        _ if from.order.as_ref().is_some_and(|order| order.control == "CA") => EntryState::Cancelled,
        _ => EntryState::Active,
    };
    let body = body(from, action);
    let ordered = values::time(from.order.as_ref().and_then(|o| o.ordered.as_ref()));
    let effective = draft.effective([body.diagnosed.clone(), body.onset.clone(), ordered]);
    draft.push(EntryKind::Diagnosis, effective, state, values::place(from.place), Body::Diagnosis(Box::new(body)));
}

fn body(from: &content::Diagnosis, action: DiagnosisAction) -> Diagnosis {
    let order = from.order.as_ref();
    Diagnosis {
        action,
        action_time: values::time(from.action_time.as_ref()),
        disease: values::coded(&from.disease),
        instance: from.instance.clone(),
        diagnosed: values::time(from.diagnosed.as_ref()),
        expected_resolution: values::time(from.expected_resolution.as_ref()),
        resolved: values::time(from.resolved.as_ref()),
        icd10: triple(from, from.icd10()),
        further_icd10: further_icd10(from),
        diagnosis_type: triple(from, from.kind()),
        suspected: values::code(&from.suspected),
        outcome: values::coded_or_empty(from.outcome.as_ref()),
        outcome_time: values::time(from.outcome_time.as_ref()),
        onset: values::time(from.onset.as_ref()),
        displayed: from.displayed.clone(),
        main: values::code(&from.main),
        confidentiality: values::code_or_empty(from.confidentiality.as_ref()),
        prefixes: values::coded_all(&from.prefixes),
        suffixes: values::coded_all(&from.suffixes),
        teeth: from.teeth.iter().map(|tooth| values::coded(&tooth.tooth)).collect(),
        comments: comments(from),
        department: values::coded_or_empty(order.and_then(|o| o.department.as_ref())),
        doctor: values::staff_or_empty(order.and_then(|o| o.doctor.as_ref())),
        setting: order.map(|o| o.setting.clone()).unwrap_or_default(),
    }
}

/// One triple of PRB-10; the version belongs to the first.
fn triple(from: &content::Diagnosis, wanted: Option<&renkei_hl7v2::Triple>) -> Code {
    let all = values::coded(&from.classification);
    let is_wanted = |code: &Code| wanted.is_some_and(|w| w.code == code.code && w.system == code.system);
    all.into_codes().into_iter().find(is_wanted).unwrap_or_default()
}

/// Dagger and asterisk stand beside each other in PRB-10; base names of ZPR may bring codes of their own.
fn further_icd10(from: &content::Diagnosis) -> Vec<Code> {
    let first = triple(from, from.icd10());
    let all =
        std::iter::once(&from.classification).chain(&from.bases).flat_map(|value| values::coded(value).into_codes());
    let mut further: Vec<Code> = all.filter(|code| code.is_icd10() && *code != first).collect();
    further.dedup();
    further
}

/// Comments as sent, then what has no field of its own: other classifications, other base names, insurances.
fn comments(from: &content::Diagnosis) -> Vec<String> {
    let mut all = from.comments.clone();
    let known = [from.icd10(), from.kind()];
    let classified = from.classification.triples.iter().filter(|t| !known.contains(&Some(*t)));
    all.extend(classified.filter_map(|t| {
        values::labelled("分類", [t.code.as_str(), t.text.as_str(), t.system.as_str()].join(" ").trim())
    }));
    let named = |base: &&renkei_hl7v2::Coded| base.triples.iter().any(|t| !from.disease.triples.contains(t));
    let mut bases: Vec<String> = from.bases.iter().filter(named).map(|b| b.text().to_owned()).collect();
    bases.retain(|name| name != from.disease.text() && name != &from.displayed);
    bases.dedup();
    all.extend(bases.iter().filter_map(|name| values::labelled("基本病名", name)));
    all.extend(from.insurances.iter().filter_map(insurance_words));
    all.extend(from.order.iter().flat_map(place_words));
    all
}

/// ZI1: the insurance a diagnosis is treated under.
fn insurance_words(from: &content::Insurance) -> Option<String> {
    let time = |t: &Option<renkei_ssmix2::Time>| t.as_ref().map(|t| t.raw.clone()).unwrap_or_default();
    let period = [time(&from.start), time(&from.end)].join("～");
    let parts = [
        from.plan.text(),
        &from.insurer_number,
        &from.insurer_name,
        &from.insured_numbers.join("・"),
        &from.employer,
        from.plan_type.text(),
        from.relation.text(),
        if period == "～" { "" } else { &period },
    ];
    let filled: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    values::labelled("保険", &filled.join(" "))
}

/// HL7 table 0287.
fn action(code: &str) -> DiagnosisAction {
    match code.trim() {
        "AD" | "" => DiagnosisAction::Add,
        "UP" | "CO" => DiagnosisAction::Update,
        "DE" => DiagnosisAction::Delete,
        _ => DiagnosisAction::Other,
    }
}
