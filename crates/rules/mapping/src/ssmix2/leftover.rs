//! What no reader of the data type took: comments of the message, segments of other kinds, whole unknown types.
//!
//! What belongs to no kind joins the entry the message is about where that one has room for words, so that hiding the
//! entry hides them too. What belongs to another kind than that entry (a diagnosis in an order) becomes an entry of its
//! own of that kind: rights and limits are judged by kind and code, never by words.

use super::{Draft, values};
use renkei_records::body::{Allergy, AllergySource, Line, TitledEntry};
use renkei_records::code::DEPARTMENT_SYSTEM;
use renkei_records::{Body, ClinicalTime, Code, CodedValue, EntryKind, EntryState, Precision, SourcePlace};
use renkei_ssmix2::value::{RawField, RawSegment};

pub fn map(draft: &mut Draft<'_>) {
    let typed = draft.typed;
    let (allergies, others): (Vec<&RawSegment>, Vec<&RawSegment>) =
        typed.other.iter().partition(|s| s.name == "AL1" && field(s, 3).is_some());
    let lines: Vec<(EntryKind, Vec<Line>)> = others.into_iter().map(|s| (kind(s), lines(s))).collect();
    lines_of(draft, lines);
    allergies.into_iter().for_each(|segment| allergy(draft, segment));
}

/// An allergy is a warning wherever it stands, so AL1 is read even where the data type has no place for it.
fn allergy(draft: &mut Draft<'_>, segment: &RawSegment) {
    let code = |number| field(segment, number).map(coded).unwrap_or_default();
    let words = |number| field(segment, number).map(|f| f.text.as_str()).unwrap_or_default();
    let body = Allergy {
        source: AllergySource::Al1,
        kind: code(2),
        allergen: code(3),
        severity: code(4),
        reactions: words(5).split('~').filter(|r| !r.is_empty()).map(str::to_owned).collect(),
        onset: ClinicalTime::from_field(words(6)),
        comments: segment
            .fields
            .iter()
            .filter(|f| f.place.field > 6)
            .filter_map(|f| values::labelled(&format!("AL1-{}", f.place.field), &f.text))
            .collect(),
        ..Allergy::default()
    };
    let effective = body.onset.clone().filter(|time| time.precision() > Precision::Text);
    let place = values::place(segment.place);
    draft.push(EntryKind::Allergy, effective, EntryState::Active, place, Body::Allergy(Box::new(body)));
}

/// A coded field of a segment that nobody took.
pub fn coded_field(segment: &RawSegment, number: u16) -> Option<CodedValue> {
    field(segment, number).map(coded)
}

fn field(segment: &RawSegment, number: u16) -> Option<&RawField> {
    segment.fields.iter().find(|f| f.place.field == number)
}

fn lines_of(draft: &mut Draft<'_>, lines: Vec<(EntryKind, Vec<Line>)>) {
    let typed = draft.typed;
    let mut comments = typed.comments.clone();
    let (of_no_kind, mut lines): (Vec<_>, Vec<_>) = lines.into_iter().partition(|(kind, _)| *kind == EntryKind::Other);
    if let Some((words, codes)) = room(draft) {
        let own: Vec<Line> = of_no_kind.into_iter().flat_map(|(_, lines)| lines).collect();
        words.append(&mut comments);
        words.extend(own.iter().map(values::line_in_words));
        codes.extend(own.into_iter().flat_map(|line| line.code.into_codes()));
    } else if let Some(Body::Titled(titled)) = draft.entries.first_mut().map(|e| &mut e.body) {
        titled.comments.append(&mut comments);
        titled.lines.extend(of_no_kind.into_iter().flat_map(|(_, lines)| lines));
    } else {
        if typed.data_type.is_none() && of_no_kind.is_empty() {
            own_entry(draft, EntryKind::Other, Vec::new(), std::mem::take(&mut comments));
        }
        lines.splice(..0, of_no_kind);
    }
    let mut by_kind: Vec<(EntryKind, Vec<Line>)> = Vec::new();
    for (kind, lines) in lines {
        match by_kind.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, known)) => known.extend(lines),
            None => by_kind.push((kind, lines)),
        }
    }
    if !comments.is_empty() && by_kind.is_empty() {
        by_kind.push((EntryKind::Other, Vec::new()));
    }
    for (kind, lines) in by_kind {
        own_entry(draft, kind, lines, std::mem::take(&mut comments));
    }
}

/// The comments of the entry the whole message is about, and the codes these are hidden by.
fn room<'d>(draft: &'d mut Draft<'_>) -> Option<(&'d mut Vec<String>, &'d mut Vec<Code>)> {
    draft.entries.iter_mut().find_map(|entry| match &mut entry.body {
        Body::Prescription(b) => Some((&mut b.comments, &mut entry.asked_with)),
        Body::Dispensing(b) => Some((&mut b.comments, &mut entry.asked_with)),
        Body::InjectionOrder(b) => Some((&mut b.comments, &mut entry.asked_with)),
        Body::InjectionGiven(b) => Some((&mut b.comments, &mut entry.asked_with)),
        Body::LaboratoryOrder(b) => Some((&mut b.comments, &mut entry.asked_with)),
        Body::LaboratoryReport(b) => Some((&mut b.comments, &mut entry.asked_with)),
        _ => None,
    })
}

/// What a stray segment is about: access judges it as that.
fn kind(segment: &RawSegment) -> EntryKind {
    match segment.name.as_str() {
        "NK1" => EntryKind::Contact,
        "IN1" | "IN2" | "IN3" | "ZI1" => EntryKind::Insurance,
        "AL1" | "IAM" => EntryKind::Allergy,
        "DG1" | "PRB" | "ZPR" | "ZPD" => EntryKind::Diagnosis,
        "DB1" | "PD1" => EntryKind::Identity,
        _ => EntryKind::Other,
    }
}

/// An observation is read as one; of anything else each field is a line under its address.
fn lines(segment: &RawSegment) -> Vec<Line> {
    let field = |number| field(segment, number);
    let mut lines = Vec::new();
    let mut taken: &[u16] = &[];
    if segment.name == "OBX"
        && let (Some(name), Some(value)) = (field(3), field(5))
    {
        taken = &[1, 2, 3, 5, 6, 11];
        let mut code = coded(name);
        let label = code.shown().to_owned();
        code.codes.extend(codes(value, ""));
        lines.push(Line {
            label,
            value: value.text.clone(),
            unit: field(6).map(coded).and_then(|unit| unit.into_codes().into_iter().next()).unwrap_or_default(),
            status: field(11).map(|f| f.text.clone()).unwrap_or_default(),
            code,
            place: values::place(value.place),
        });
    }
    let rest = segment.fields.iter().filter(|f| !taken.contains(&f.place.field));
    lines.extend(rest.filter_map(|f| {
        let label = format!("{}-{}", segment.name, f.place.field);
        let line = values::line(&label, f.text.as_str(), values::place(f.place))?;
        Some(Line { code: CodedValue::of(codes(f, system_beside(segment, f.place.field))), ..line })
    }));
    lines
}

/// The system of a code that does not name one itself: DG1-2 says it for DG1-3 (HL7 2.5, 6.5.2).
fn system_beside(segment: &RawSegment, number: u16) -> &str {
    match (segment.name.as_str(), number) {
        // A diagnosis code under no name at all is asked for as one all the same, since the entry is a diagnosis.
        ("DG1", 3) => field(segment, 2).map_or("", |f| f.text.trim()),
        ("ORC", 17) => DEPARTMENT_SYSTEM,
        _ => "",
    }
}

/// The codes in a field that name their system, of every repetition; a first code alone has that of `beside`.
fn codes(from: &RawField, beside: &str) -> Vec<Code> {
    let is_diagnosis = from.place.segment() == "DG1" && from.place.field == 3;
    let mut found = Vec::new();
    for repetition in from.text.split('~') {
        for mut code in triples(repetition) {
            if code.system.is_empty() {
                code.system = beside.into();
            }
            if !code.code.is_empty() && (is_diagnosis || !code.system.is_empty()) {
                found.push(code);
            }
        }
    }
    found
}

/// A field kept as text, read again as up to two triples.
fn coded(field: &RawField) -> CodedValue {
    CodedValue::of(triples(&field.text).into_iter().filter(|code| !code.is_empty()).collect())
}

fn triples(text: &str) -> [Code; 2] {
    let parts: Vec<&str> = text.split('^').collect();
    let part = |n: usize| parts.get(n).copied().unwrap_or_default();
    [(0, 1, 2), (3, 4, 5)].map(|(c, t, s)| Code::new(part(c), part(t), part(s)))
}

fn own_entry(draft: &mut Draft<'_>, kind: EntryKind, lines: Vec<Line>, comments: Vec<String>) {
    if lines.is_empty() && comments.is_empty() {
        return;
    }
    let typed = draft.typed;
    let place = lines.first().map_or_else(|| SourcePlace::segment("MSH", 1), |l| SourcePlace { field: 0, ..l.place });
    let title = match typed.data_type {
        Some(data_type) => format!("{}の補足", data_type.label_ja()),
        None => "規格にない種別の記録".to_owned(),
    };
    let titled = TitledEntry { title, lines, comments, ..TitledEntry::default() };
    let effective = draft.effective::<1>([None::<ClinicalTime>]);
    draft.push(kind, effective, EntryState::Active, place, Body::Titled(Box::new(titled)));
}
