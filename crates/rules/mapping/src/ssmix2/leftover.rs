//! What no reader of the data type took: comments of the message, segments of other kinds, whole unknown types.
//!
//! Joins the entry the message is about where that one has room for words, so that hiding the entry hides them too;
//! else it becomes an entry of its own, of the kind its segment belongs to.

use super::{Draft, values};
use renkei_records::body::{Allergy, AllergySource, Line, TitledEntry};
use renkei_records::{Body, ClinicalTime, CodedValue, EntryKind, EntryState, Precision, SourcePlace};
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

fn field(segment: &RawSegment, number: u16) -> Option<&RawField> {
    segment.fields.iter().find(|f| f.place.field == number)
}

fn lines_of(draft: &mut Draft<'_>, lines: Vec<(EntryKind, Vec<Line>)>) {
    let typed = draft.typed;
    let is_unknown_type = typed.data_type.is_none();
    if is_unknown_type {
        let all = lines.into_iter().flat_map(|(_, lines)| lines).collect();
        own_entry(draft, EntryKind::Other, all, typed.comments.clone());
        return;
    }
    if let Some(comments) = room(draft) {
        comments.extend(typed.comments.iter().cloned());
        comments.extend(lines.iter().flat_map(|(_, lines)| lines).map(values::line_in_words));
        return;
    }
    if let Some(Body::Titled(titled)) = draft.entries.first_mut().map(|e| &mut e.body) {
        titled.comments.extend(typed.comments.iter().cloned());
        titled.lines.extend(lines.into_iter().flat_map(|(_, lines)| lines));
        return;
    }
    let mut by_kind: Vec<(EntryKind, Vec<Line>)> = Vec::new();
    for (kind, lines) in lines {
        match by_kind.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, known)) => known.extend(lines),
            None => by_kind.push((kind, lines)),
        }
    }
    if !typed.comments.is_empty() && by_kind.is_empty() {
        by_kind.push((EntryKind::Other, Vec::new()));
    }
    let mut comments = typed.comments.clone();
    for (kind, lines) in by_kind {
        own_entry(draft, kind, lines, std::mem::take(&mut comments));
    }
}

/// The comments of the entry the whole message is about.
fn room<'d>(draft: &'d mut Draft<'_>) -> Option<&'d mut Vec<String>> {
    draft.entries.iter_mut().find_map(|entry| match &mut entry.body {
        Body::Prescription(b) => Some(&mut b.comments),
        Body::Dispensing(b) => Some(&mut b.comments),
        Body::InjectionOrder(b) => Some(&mut b.comments),
        Body::InjectionGiven(b) => Some(&mut b.comments),
        Body::LaboratoryOrder(b) => Some(&mut b.comments),
        Body::LaboratoryReport(b) => Some(&mut b.comments),
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
        let code = coded(name);
        lines.push(Line {
            label: code.shown().to_owned(),
            value: value.text.clone(),
            unit: field(6).map(coded).and_then(|unit| unit.codes.into_iter().next()).unwrap_or_default(),
            status: field(11).map(|f| f.text.clone()).unwrap_or_default(),
            code,
            place: values::place(value.place),
        });
    }
    let rest = segment.fields.iter().filter(|f| !taken.contains(&f.place.field));
    lines.extend(rest.filter_map(|f| {
        let label = format!("{}-{}", segment.name, f.place.field);
        values::line(&label, f.text.as_str(), values::place(f.place))
    }));
    lines
}

/// A field kept as text, read again as up to two triples.
fn coded(field: &RawField) -> CodedValue {
    let parts: Vec<&str> = field.text.split('^').collect();
    let part = |n: usize| parts.get(n).copied().unwrap_or_default();
    let triples = [(0, 1, 2), (3, 4, 5)].map(|(c, t, s)| renkei_records::Code::new(part(c), part(t), part(s)));
    CodedValue::of(triples.into_iter().filter(|code| !code.is_empty()).collect())
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
