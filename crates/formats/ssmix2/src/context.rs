//! Reading fields of a segment into the small values, noting what was irregular on the way.
//!
//! Separate so that every content reader notes the same irregularity under the same code.

use renkei_hl7v2::{Address, Coded, Location, Moment, Phone, Segment, Staff};
use renkei_kernel::{Finding, Severity, limits};

use crate::value::{Quantity, RawField, RawSegment, Time};

/// Collects findings while a message is read.
#[derive(Debug, Default)]
pub struct Context {
    pub findings: Vec<Finding>,
}

impl Context {
    /// Adds a finding. The text must hold no value of the message.
    pub fn add(&mut self, severity: Severity, code: &str, place: impl ToString, text: &str) {
        if self.findings.len() < limits::FINDINGS_LISTED_MAX {
            self.findings.push(Finding::new(code, severity, place.to_string(), text));
        }
    }
    pub fn note(&mut self, code: &str, place: impl ToString, text: &str) {
        self.add(Severity::Note, code, place, text);
    }
    pub fn warning(&mut self, code: &str, place: impl ToString, text: &str) {
        self.add(Severity::Warning, code, place, text);
    }
    pub fn error(&mut self, code: &str, place: impl ToString, text: &str) {
        self.add(Severity::Error, code, place, text);
    }

    /// A time; the first component of a range. `None` for empty and `""`.
    pub fn time(&mut self, segment: &Segment<'_>, number: u16) -> Option<Time> {
        let field = segment.field(number);
        if field.is_empty() || field.is_null() {
            return None;
        }
        let first = field.component(1).id();
        let moment = Moment::parse(&first);
        // Free text may hold carets; then all of it is the text.
        let raw = if moment.is_some() { first.into_owned() } else { field.text().trim().to_owned() };
        let time = Time { raw };
        match moment {
            None => {
                self.warning(
                    "time-unreadable",
                    segment.place(number),
                    "日時として読めない文字を、そのまま残しました。",
                );
            }
            Some(_) if time.raw.get(8..10).is_some_and(|hour| hour >= "24") => {
                self.note("time-hour-24", segment.place(number), "24時以降の時刻です。翌日の時刻として扱います。");
            }
            Some(_) if time.raw.get(8..14) == Some("000000") => {
                self.note("time-zero-filled", segment.place(number), "時刻がすべて0です。日付だけとして扱います。");
            }
            Some(_) => {}
        }
        Some(time)
    }

    /// A time in a field where senders also write words (onset of an allergy).
    pub fn time_or_text(&mut self, segment: &Segment<'_>, number: u16) -> Option<Time> {
        let field = segment.field(number);
        if field.is_empty() || field.is_null() {
            return None;
        }
        let raw = field.text().trim().to_owned();
        if Moment::parse(&raw).is_none() {
            self.note("text-in-date-field", segment.place(number), "日付の欄に文章があります。文章として残しました。");
        }
        Some(Time { raw })
    }

    /// The first repetition as a coded value.
    pub fn coded(&mut self, segment: &Segment<'_>, number: u16) -> Coded {
        let coded = Coded::read(&segment.field(number).first());
        self.check_code(&coded, segment, number);
        coded
    }

    /// All repetitions that say something, as coded values.
    pub fn coded_all(&mut self, segment: &Segment<'_>, number: u16) -> Vec<Coded> {
        let all: Vec<Coded> =
            segment.field(number).filled().map(|r| Coded::read(&r)).filter(|coded| !coded.is_empty()).collect();
        for coded in &all {
            self.check_code(coded, segment, number);
        }
        all
    }

    pub fn check_code(&mut self, coded: &Coded, segment: &Segment<'_>, number: u16) {
        let wide = |text: &str| !text.is_ascii() && renkei_text::code::fold(text) != text;
        if coded.triples.iter().any(|t| wide(&t.code) || wide(&t.system)) {
            self.note(
                "code-full-width",
                segment.place(number),
                "コードまたはコード体系名に全角文字があります。半角として比べます。",
            );
        }
    }

    /// A number with its unit in another field. `""` stays `""`.
    pub fn quantity(&mut self, segment: &Segment<'_>, number: u16, unit: u16) -> Quantity {
        Quantity { raw: amount(segment, number), unit: self.coded(segment, unit) }
    }

    /// A number with its unit behind it in the same field (CQ): `5^d`, `3^TAB&錠&MR9P`.
    pub fn quantity_with_unit(&mut self, segment: &Segment<'_>, number: u16) -> Quantity {
        let unit = Coded::read_component(&segment.field(number).component(2));
        self.check_code(&unit, segment, number);
        Quantity { raw: amount(segment, number), unit }
    }
}

fn amount(segment: &Segment<'_>, number: u16) -> String {
    let field = segment.field(number);
    if field.is_null() { renkei_hl7v2::field::NULL.to_owned() } else { field.id().into_owned() }
}

/// Component 1 of the first repetition as an identifier.
pub fn id(segment: &Segment<'_>, number: u16) -> String {
    segment.field(number).id().into_owned()
}

/// An entity identifier whose own first part may be split by subcomponents.
pub fn entity(segment: &Segment<'_>, number: u16) -> String {
    segment.field(number).component(1).subcomponent(1).id().into_owned()
}

/// The whole field as text.
pub fn text(segment: &Segment<'_>, number: u16) -> String {
    segment.field(number).text().trim_end().to_owned()
}

/// The repetitions of a field, each as text.
pub fn texts(segment: &Segment<'_>, number: u16) -> Vec<String> {
    segment.field(number).filled().map(|r| r.text().into_owned()).filter(|t| !t.trim().is_empty()).collect()
}

pub fn staff(segment: &Segment<'_>, number: u16) -> Option<Staff> {
    Staff::of(&segment.field(number))
}

/// Every different person of a field; a kana repetition of somebody named before is not another person.
pub fn staff_all(segment: &Segment<'_>, number: u16) -> Vec<Staff> {
    let field = segment.field(number);
    field
        .filled()
        .filter(|r| r.component(15).raw() != "P" || field.filled().count() == 1)
        .filter_map(|r| Staff::read(&r))
        .collect()
}

pub fn location(segment: &Segment<'_>, number: u16) -> Option<Location> {
    Location::read(&segment.field(number))
}

pub fn addresses(segment: &Segment<'_>, number: u16) -> Vec<Address> {
    Address::all(&segment.field(number))
}

pub fn phones(segment: &Segment<'_>, number: u16) -> Vec<Phone> {
    Phone::all(&segment.field(number))
}

/// The comment of an NTE: field 3, else whatever the sender put elsewhere.
pub fn comment(segment: &Segment<'_>) -> Option<String> {
    let lines = texts(segment, 3);
    let lines = if lines.is_empty() { texts(segment, 2) } else { lines };
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// A segment no reader understands, kept with every field that says something.
pub fn raw_segment(segment: &Segment<'_>) -> RawSegment {
    let fields = (1..=segment.field_count())
        .filter(|number| !segment.field(*number).is_empty())
        .map(|number| RawField { place: segment.place(number), text: segment.field(number).text().into_owned() })
        .collect();
    RawSegment { name: segment.name().to_owned(), place: segment.place(0), fields }
}

/// A coded value, or nothing.
pub fn coded_or_none(segment: &Segment<'_>, number: u16, context: &mut Context) -> Option<Coded> {
    let coded = context.coded(segment, number);
    (!coded.is_empty()).then_some(coded)
}
