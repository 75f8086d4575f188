//! Small values as JSON: the characters of the message in `name`, what they mean beside them in `name_normalized`.

use renkei_hl7v2::{Coded, Location, Staff, State, Triple};
use serde_json::{Map, Value, json};

use crate::value::{Quantity, Time};

/// Empty text is null.
pub(crate) fn text(value: &str) -> Value {
    if value.is_empty() { Value::Null } else { Value::from(value) }
}

pub(crate) fn state(state: State) -> Value {
    Value::from(match state {
        State::Set => "set",
        State::Delete => "delete",
        State::Unchanged => "unchanged",
    })
}

/// A time under `name` and `name_normalized`.
pub(crate) fn put_time(object: &mut Map<String, Value>, name: &str, time: Option<&Time>) {
    object.insert(name.to_owned(), time.map_or(Value::Null, |t| text(&t.raw)));
    let normalized = time.and_then(Time::normalized);
    object.insert(format!("{name}_normalized"), normalized.map_or(Value::Null, Value::from));
}

/// An amount under `name`, `name_unit` and `name_normalized` (null where the characters are no number).
pub(crate) fn put_quantity(object: &mut Map<String, Value>, name: &str, quantity: &Quantity) {
    object.insert(name.to_owned(), text(&quantity.raw));
    object.insert(format!("{name}_normalized"), quantity.number().map_or(Value::Null, Value::from));
    object.insert(format!("{name}_unit"), coded_code(&quantity.unit));
}

/// The code sent, else the text.
pub(crate) fn coded_code(coded: &Coded) -> Value {
    text(if coded.code().is_empty() { coded.text() } else { coded.code() })
}

pub(crate) fn triple(triple: Option<&Triple>) -> Value {
    triple.map_or(Value::Null, |t| json!({ "code": text(&t.code), "text": text(&t.text), "system": text(&t.system) }))
}

/// All triples of a coded value, or null.
pub(crate) fn coded(coded: &Coded) -> Value {
    let Some(first) = coded.triples.first() else { return text(&coded.original) };
    let mut value = json!({ "code": text(&first.code), "text": text(&first.text), "system": text(&first.system) });
    if let (Some(object), Some(second)) = (value.as_object_mut(), coded.triples.get(1)) {
        object.insert("alternative".to_owned(), triple(Some(second)));
    }
    value
}

pub(crate) fn coded_list(list: &[Coded]) -> Value {
    Value::Array(list.iter().map(coded).collect())
}

pub(crate) fn staff(staff: Option<&Staff>) -> Value {
    staff.map_or(Value::Null, |s| json!({ "id": text(&s.id), "family": text(&s.family), "given": text(&s.given) }))
}

pub(crate) fn location(location: Option<&Location>) -> Value {
    location.map_or(Value::Null, |l| text(&l.shown()))
}

/// An object from a list of members, in their order.
pub(crate) fn object(members: Value) -> Map<String, Value> {
    match members {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
