//! The small values: each keeps the characters the format kept, in the record's own types.

use renkei_hl7v2 as hl7;
use renkei_records::body::Line;
use renkei_records::{
    Address, Amount, ClinicalTime, Code, CodedValue, Location, PersonName, Phone, SourcePlace, Staff,
};
use renkei_ssmix2::content::Observation;
use renkei_ssmix2::{Quantity, Time};

pub fn place(place: hl7::Place) -> SourcePlace {
    match place.field {
        0 => SourcePlace::segment(place.segment(), place.occurrence),
        field => SourcePlace::field(place.segment(), place.occurrence, field),
    }
}

/// Free text stays free text; an empty field is no time.
pub fn time(time: Option<&Time>) -> Option<ClinicalTime> {
    time.and_then(|time| ClinicalTime::from_field(&time.raw))
}

fn triple(triple: &hl7::Triple) -> Code {
    Code::new(triple.code.as_str(), triple.text.as_str(), triple.system.as_str())
}

/// All triples in the order sent. The version belongs to the first one (CWE.7).
pub fn coded(value: &hl7::Coded) -> CodedValue {
    let mut codes: Vec<Code> = value.triples.iter().map(triple).collect();
    if let Some(first) = codes.first_mut() {
        first.version = value.version.as_str().into();
    }
    CodedValue::with_text(codes, value.original.clone())
}

pub fn coded_or_empty(value: Option<&hl7::Coded>) -> CodedValue {
    value.map(coded).unwrap_or_default()
}

pub fn coded_all(values: &[hl7::Coded]) -> Vec<CodedValue> {
    values.iter().map(coded).collect()
}

/// The triple of a value that has room for one only: of a named system where there is one, else the first; words
/// without a code stay as text.
pub fn code(value: &hl7::Coded) -> Code {
    let first = value.triples.first();
    match value.best() {
        Some(best) if Some(best) == first => triple(best).with_version(value.version.as_str()),
        Some(best) => triple(best),
        None => Code::new("", value.original.as_str(), ""),
    }
}

pub fn code_or_empty(value: Option<&hl7::Coded>) -> Code {
    value.map(code).unwrap_or_default()
}

pub fn amount(quantity: &Quantity) -> Amount {
    Amount::new(quantity.raw.as_str(), code(&quantity.unit))
}

pub fn name(kanji: &hl7::PersonName, kana: &hl7::PersonName) -> PersonName {
    PersonName {
        family: kanji.family.clone(),
        given: kanji.given.clone(),
        family_kana: kana.family.clone(),
        given_kana: kana.given.clone(),
    }
}

pub fn staff(staff: &hl7::Staff) -> Staff {
    let name = PersonName { family: staff.family.clone(), given: staff.given.clone(), ..PersonName::default() };
    Staff::new(staff.id.clone(), name)
}

pub fn staff_or_empty(value: Option<&hl7::Staff>) -> Staff {
    value.map(staff).unwrap_or_default()
}

pub fn location(value: Option<&hl7::Location>) -> Location {
    value.map_or_else(Location::default, |l| Location {
        point_of_care: l.point.clone(),
        room: l.room.clone(),
        bed: l.bed.clone(),
        kind: l.kind.clone(),
    })
}

pub fn addresses(all: &[hl7::Address]) -> Vec<Address> {
    let one = |a: &hl7::Address| Address { postal: a.postal.clone(), text: a.text.clone(), usage: a.kind.clone() };
    all.iter().map(one).collect()
}

/// `usage` is what the field means, for numbers that do not say it themselves.
pub fn phones<'a>(all: &'a [hl7::Phone], usage: &'a str) -> impl Iterator<Item = Phone> + 'a {
    all.iter().map(move |phone| Phone {
        number: phone.number.clone(),
        usage: if phone.r#use.is_empty() { usage.to_owned() } else { phone.r#use.clone() },
        equipment: phone.equipment.clone(),
    })
}

/// OBX-3 and, where it is coded, OBX-5: what an observation is asked by when it is to be hidden.
pub fn asked_codes(observation: &Observation) -> impl Iterator<Item = Code> {
    let all = [coded(&observation.code), coded_or_empty(observation.coded.as_ref())];
    all.into_iter().flat_map(CodedValue::into_codes).filter(|code| !code.code.is_empty())
}

/// An OBX as readable lines: the value, then whatever else was said about it, each thing a line of its own.
pub fn observation_lines(observation: &Observation) -> Vec<Line> {
    let name = observation.name();
    let value_code = coded_or_empty(observation.coded.as_ref());
    let at = place(observation.place);
    let mut code = coded(&observation.code);
    code.codes.extend(value_code.codes.iter().filter(|c| !c.code.is_empty()).cloned());
    let line = |about: &str, value: String, field: u16| Line {
        label: format!("{name}（{about}）"),
        value,
        code: code.clone(),
        place: SourcePlace { field, ..at },
        ..Line::default()
    };
    let value = if observation.value.is_empty() { value_code.shown() } else { observation.value.as_str() };
    // Whoever shows the line without its state must not show what was taken back as if it stood.
    let label = match observation.status.trim() {
        "X" | "D" | "W" => format!("{name}（取消）"),
        "P" | "S" | "I" | "R" => format!("{name}（中間）"),
        _ => name.to_owned(),
    };
    let mut lines = vec![Line {
        label,
        value: value.to_owned(),
        unit: self::code(&observation.unit),
        status: observation.status.clone(),
        ..line("", String::new(), 5)
    }];
    if value_code.codes.iter().any(|c| !c.code.is_empty() && c.code != value) {
        lines.push(line("コード", codes_in_words(&value_code), 5));
    }
    let times = observation.observed.as_ref().map(|t| t.raw.clone());
    let more = [
        ("基準範囲", observation.range.clone(), 7),
        ("判定", observation.flags.join(" "), 8),
        ("日時", times.unwrap_or_default(), 14),
        ("実施者", observation.observer.as_ref().map(|s| staff(s).shown()).unwrap_or_default(), 16),
        ("方法", coded_or_empty(observation.method.as_ref()).shown().to_owned(), 17),
    ];
    lines.extend(
        more.into_iter().filter(|(_, v, _)| !v.trim().is_empty()).map(|(about, v, field)| line(about, v, field)),
    );
    lines.extend(observation.comments.iter().map(|comment| line("コメント", comment.clone(), 0)));
    lines
}

/// `620007329 HOT9`; several divided by a stroke. Texts that are not the first stand with their code.
pub fn codes_in_words(value: &CodedValue) -> String {
    let shown = value.shown();
    let one = |c: &Code| {
        let text = if c.text == shown { "" } else { c.text.as_str() };
        let parts = [c.code.as_str(), text, c.system.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    };
    value.codes.iter().map(one).collect::<Vec<_>>().join(" / ")
}

/// A readable line without code and unit; nothing for an empty value.
pub fn line(label: &str, value: impl Into<String>, place: SourcePlace) -> Option<Line> {
    let value = value.into();
    (!value.trim().is_empty()).then(|| Line { label: label.to_owned(), value, place, ..Line::default() })
}

/// The same words where only comments have room.
pub fn line_in_words(line: &Line) -> String {
    let unit = line.unit.shown();
    format!("{}：{}{}{unit}", line.label, line.value, if unit.is_empty() { "" } else { " " })
}

/// `項目：値`, for words that have no field of their own; nothing for an empty value.
pub fn labelled(label: &str, value: &str) -> Option<String> {
    (!value.trim().is_empty()).then(|| format!("{label}：{value}"))
}
