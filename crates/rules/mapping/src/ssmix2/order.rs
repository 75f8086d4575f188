//! What every order carries: ORC, TQ1, RXR, and the states that come of them.

use super::values;
use renkei_records::body::{Line, OrderHead, Timing};
use renkei_records::{ClinicalTime, CodedValue, EntryState, SourcePlace};
use renkei_ssmix2::content::{self, Order, Requested, Route};

/// ORC, with the numbers and the doctor of OBR where ORC has none.
pub fn head(order: Option<&Order>, request: Option<&Requested>) -> OrderHead {
    let nothing = Order::default();
    let order = order.unwrap_or(&nothing);
    let number = |first: &str, second: Option<&String>| match (first.is_empty(), second) {
        (true, Some(second)) => second.clone(),
        _ => first.to_owned(),
    };
    let doctor = order.doctor.as_ref().or(request.and_then(|r| r.doctor.as_ref()));
    OrderHead {
        control: order.control.as_str().into(),
        placer_number: number(&order.placer_number, request.map(|r| &r.placer_number)).into(),
        filler_number: number(&order.filler_number, request.map(|r| &r.filler_number)).into(),
        status: order.status.as_str().into(),
        ordered: values::time(order.ordered.as_ref()),
        doctor: values::staff_or_empty(doctor),
        enterer: values::staff_or_empty(order.enterer.as_ref()),
        department: values::coded_or_empty(order.department.as_ref()),
        setting: order.setting.as_str().into(),
        institution_name: order.institution.as_str().into(),
    }
}

fn raw(time: Option<&ClinicalTime>) -> &str {
    time.map_or("", |time| time.raw.as_str())
}

/// What one ORC says differently from the whole order's head, and what the head has no field for.
pub fn differences(own: &Order, whole: &OrderHead) -> Vec<Line> {
    let head = self::head(Some(own), None);
    let place = own.place.map(values::place).unwrap_or_default();
    let mut lines = Vec::new();
    for (label, own, whole, field) in [
        ("オーダ番号", head.placer_number.as_str(), whole.placer_number.as_str(), 2),
        ("実施番号", &head.filler_number, &whole.filler_number, 3),
        ("オーダの状態", &head.status, &whole.status, 5),
        ("親オーダ番号", &own.parent_number, "", 8),
        ("オーダ日時", raw(head.ordered.as_ref()), raw(whole.ordered.as_ref()), 9),
        ("入力者", &head.enterer.shown(), &whole.enterer.shown(), 10),
        ("依頼医", &head.doctor.shown(), &whole.doctor.shown(), 12),
        ("診療科", head.department.shown(), whole.department.shown(), 17),
        ("入外区分", &head.setting, &whole.setting, 29),
    ] {
        let line = values::line(label, own, SourcePlace { field, ..place });
        let code = if field == 17 { head.department.clone() } else { CodedValue::default() };
        lines.extend(line.filter(|_| own != whole).map(|line| Line { code, ..line }));
    }
    lines
}

/// OBR-2 and OBR-3 where they are other numbers than those of the ORC beside them.
pub fn numbers_of_request(order: &Order, request: &Requested) -> Vec<Line> {
    let at = |field| SourcePlace { field, ..values::place(request.place) };
    let mut lines = Vec::new();
    for (label, own, of_order, field) in [
        ("依頼番号（OBR）", &request.placer_number, &order.placer_number, 2),
        ("実施番号（OBR）", &request.filler_number, &order.filler_number, 3),
    ] {
        let is_other = !of_order.is_empty() && own != of_order;
        lines.extend(values::line(label, own.as_str(), at(field)).filter(|_| is_other));
    }
    lines
}

/// The ward of an order in words: a place with a room, or one that says that it is a ward. The department of an
/// outpatient stands in `OrderHead::department` already.
pub fn place_words(order: &Order) -> Option<String> {
    let location = order.location.as_ref().filter(|l| !l.room.is_empty() || l.kind == "N")?;
    values::labelled("病棟・病室", &location.shown())
}

/// ORC-1 and ORC-5: taken back, or stopped on the way.
pub fn state(order: &Order) -> EntryState {
    match order.control.as_str() {
        "CA" | "OC" | "CR" => EntryState::Cancelled,
        // Stopped: a part of it may have been carried out.
        "DC" | "OD" | "DR" => EntryState::Partial,
        _ if order.status == "CA" => EntryState::Cancelled,
        _ if order.status == "DC" => EntryState::Partial,
        _ => EntryState::Active,
    }
}

/// The state of a whole of parts: withdrawn when all are, partial when one is.
pub fn state_of_parts(parts: impl IntoIterator<Item = EntryState>) -> EntryState {
    let mut all_withdrawn = None;
    let mut any_partial = false;
    for part in parts {
        all_withdrawn = Some(all_withdrawn.unwrap_or(true) && part.is_withdrawn());
        any_partial |= part == EntryState::Partial;
    }
    match (all_withdrawn, any_partial) {
        (Some(true), _) => EntryState::Cancelled,
        (_, true) => EntryState::Partial,
        _ => EntryState::Active,
    }
}

/// OBX-11 or OBR-25, HL7 tables 0085 and 0123.
pub fn state_of_result(status: &str, unsaid: EntryState) -> EntryState {
    match status.trim() {
        "P" | "S" | "I" | "R" => EntryState::Preliminary,
        "F" | "U" => EntryState::Final,
        "C" => EntryState::Corrected,
        "X" | "D" | "W" => EntryState::Cancelled,
        _ => unsaid,
    }
}

/// TQ1 with its RXR. One route holds for all times; several go one to each.
pub fn timings(times: &[content::Timing], routes: &[Route]) -> Vec<Timing> {
    let mut all: Vec<Timing> = times.iter().map(timing).collect();
    if let [route] = routes {
        if all.is_empty() {
            all.push(Timing::default());
        }
        all.iter_mut().for_each(|timing| set_route(timing, route));
        return all;
    }
    for (index, route) in routes.iter().enumerate() {
        match all.get_mut(index) {
            Some(timing) => set_route(timing, route),
            None => {
                let mut timing = Timing::default();
                set_route(&mut timing, route);
                all.push(timing);
            }
        }
    }
    all
}

fn timing(from: &content::Timing) -> Timing {
    let mut words = from.text.clone();
    words.extend(values::labelled("時刻", &from.times.join("・")));
    Timing {
        usages: values::coded_all(&from.usages),
        duration: values::amount(&from.duration),
        start: values::time(from.start.as_ref()),
        end: values::time(from.end.as_ref()),
        priority: values::coded_or_empty(from.priority.as_ref()),
        text: words.join("\n"),
        as_needed_count: from.doses.clone(),
        ..Timing::default()
    }
}

fn set_route(timing: &mut Timing, route: &Route) {
    timing.route = values::coded(&route.route);
    timing.site = values::coded(&route.site);
    timing.device = values::coded(&route.device);
    if let Some(method) = values::labelled("投与方法", route.method.text()) {
        timing.text = if timing.text.is_empty() { method } else { format!("{}\n{method}", timing.text) };
    }
}
