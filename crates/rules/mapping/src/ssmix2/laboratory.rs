//! OML-01 and OML-11: laboratory orders and reports by specimen; values exactly as sent (JAHIS 臨床検査; OUL^R22).

use super::{Draft, examination, order, values};
use renkei_records::body::{
    LaboratoryGroup, LaboratoryOrder, LaboratoryReport, LaboratoryValue, Line, OrderHead, OrderedItem, ParentResult,
    ResultStatus, Specimen,
};
use renkei_records::{Body, EntryKind, EntryState, SourcePlace};
use renkei_ssmix2::content::{self, Observation, OrderGroup};

pub fn map_report(draft: &mut Draft<'_>, groups: &[OrderGroup]) {
    if groups.is_empty() {
        return;
    }
    let body = LaboratoryReport { groups: groups.iter().map(group).collect(), comments: Vec::new() };
    let taken = body.groups.iter().find_map(|g| g.taken().cloned());
    let observed = groups.iter().find_map(|g| values::time(g.collected()));
    let effective = draft.effective([taken, observed]);
    let state = report_state(groups, &body);
    draft.push(EntryKind::LaboratoryReport, effective, state, place(groups), Body::LaboratoryReport(Box::new(body)));
}

pub fn map_order(draft: &mut Draft<'_>, groups: &[OrderGroup]) {
    if groups.is_empty() {
        return;
    }
    let first = groups.iter().find(|g| g.order.is_some()).or(groups.first());
    let mut comments: Vec<String> = Vec::new();
    for group in groups {
        comments.extend(group.comments.iter().cloned());
        comments.extend(group.order.iter().filter_map(order::place_words));
    }
    comments.dedup();
    let body = LaboratoryOrder {
        head: order::head(first.and_then(|g| g.order.as_ref()), first.and_then(|g| g.request.as_ref())),
        items: Vec::new(),
        comments,
    };
    let items = groups.iter().map(|group| item(group, &body.head)).collect();
    let body = LaboratoryOrder { items, ..body };
    let effective = draft.effective([body.head.ordered.clone()]);
    let state = order::state_of_parts(groups.iter().filter_map(|g| g.order.as_ref()).map(order::state));
    draft.push(EntryKind::LaboratoryOrder, effective, state, place(groups), Body::LaboratoryOrder(Box::new(body)));
}

pub fn place(groups: &[OrderGroup]) -> SourcePlace {
    let of_request = groups.iter().find_map(|g| g.request.as_ref()).map(|r| r.place);
    let of_order = || groups.iter().find_map(|g| g.order.as_ref()).and_then(|o| o.place);
    of_request.or_else(of_order).map_or_else(|| SourcePlace::segment("MSH", 1), values::place)
}

/// Preliminary while one value is, corrected when one is; orders without values say it by ORC-5.
fn report_state(groups: &[OrderGroup], body: &LaboratoryReport) -> EntryState {
    let statuses: Vec<ResultStatus> = body.groups.iter().flat_map(|g| &g.values).map(|v| v.status).collect();
    let any = |status| statuses.contains(&status);
    if any(ResultStatus::Preliminary) {
        return EntryState::Preliminary;
    }
    if any(ResultStatus::Corrected) {
        return EntryState::Corrected;
    }
    if any(ResultStatus::Final) {
        return EntryState::Final;
    }
    if any(ResultStatus::Cancelled) && !any(ResultStatus::NotSaid) {
        return EntryState::Cancelled;
    }
    let orders = || groups.iter().filter_map(|g| g.order.as_ref());
    let of_orders = order::state_of_parts(orders().map(order::state));
    if of_orders.is_withdrawn() {
        return of_orders;
    }
    match orders().map(|o| o.status.as_str()).find(|s| !s.is_empty()) {
        Some("CM") => EntryState::Final,
        Some("IP" | "SC" | "A") => EntryState::Preliminary,
        _ => {
            let of_requests = groups.iter().filter_map(|g| g.request.as_ref()).map(|r| r.status.as_str());
            let said =
                of_requests.filter(|s| !s.is_empty()).map(|s| order::state_of_result(s, EntryState::Active)).next();
            said.unwrap_or(EntryState::Active)
        }
    }
}

fn group(from: &OrderGroup) -> LaboratoryGroup {
    let request = from.request.as_ref();
    let place = request.map(|r| r.place).or(from.order.as_ref().and_then(|o| o.place));
    LaboratoryGroup {
        item: request.map(|r| values::coded(&r.item)).unwrap_or_default(),
        specimen: specimen(from.specimen.as_ref()),
        head: order::head(from.order.as_ref(), request),
        collected: values::time(request.and_then(|r| r.start.as_ref())),
        reported: values::time(request.and_then(|r| r.reported.as_ref())),
        parent: request.and_then(|r| r.parent_result.as_ref()).map(|parent| ParentResult {
            code: values::coded(&parent.code),
            sub_id: parent.sub_id.clone(),
            value: parent.value.clone(),
        }),
        comments: group_comments(from),
        values: from.all_observations().map(value).collect(),
        place: place.map(values::place).unwrap_or_default(),
        asked_with: examination::detail_lines(from).into_iter().flat_map(|line| line.code.into_codes()).collect(),
    }
}

fn specimen(from: Option<&content::Specimen>) -> Specimen {
    from.map_or_else(Specimen::default, |s| Specimen {
        id: s.id.as_str().into(),
        kind: values::coded(&s.kind),
        site: values::coded_or_empty(s.site.as_ref()),
        collected: values::time(s.collected.as_ref()),
    })
}

fn value(from: &Observation) -> LaboratoryValue {
    let mut comments = from.comments.clone();
    let observer = from.observer.as_ref().map(|s| values::staff(s).shown()).unwrap_or_default();
    comments.extend(values::labelled("実施者", &observer));
    comments.extend(values::labelled("方法", values::coded_or_empty(from.method.as_ref()).shown()));
    LaboratoryValue {
        code: values::coded(&from.code),
        value_type: from.value_type.as_str().into(),
        value: from.value.as_str().into(),
        coded: from.coded.as_ref().map(values::coded),
        unit: values::code(&from.unit),
        range: from.range.as_str().into(),
        flag: from.flags.join(" ").into(),
        status: ResultStatus::from_code(&from.status),
        sub_id: from.sub_id.as_str().into(),
        observed: values::time(from.observed.as_ref()),
        comments,
        place: values::place(from.place),
    }
}

/// NTE, then in words what a group has no field for.
fn group_comments(from: &OrderGroup) -> Vec<String> {
    let mut all = from.comments.clone();
    // The record's group has fields for collection and report.
    let has_field = |line: &&Line| matches!((line.place.segment.as_str(), line.place.field), ("OBR", 7 | 22 | 26));
    let details = examination::detail_lines(from);
    all.extend(details.iter().filter(|line| !has_field(line)).map(values::line_in_words));
    all.extend(examination::staff(from).iter().filter_map(|s| values::labelled(&s.role, &s.staff.shown())));
    if let Some(order) = &from.order {
        all.extend(order::place_words(order));
        all.extend(values::labelled("親オーダ番号", &order.parent_number));
        let numbers = from.request.iter().flat_map(|request| order::numbers_of_request(order, request));
        all.extend(numbers.map(|line| values::line_in_words(&line)));
    }
    all
}

fn item(from: &OrderGroup, whole: &OrderHead) -> OrderedItem {
    let request = from.request.as_ref();
    let place = request.map(|r| r.place).or(from.order.as_ref().and_then(|o| o.place));
    let timing = from.timings.first();
    let planned = timing.and_then(|t| t.start.as_ref()).or(request.and_then(|r| r.start.as_ref()));
    let specimen = specimen(from.specimen.as_ref());
    let planned = values::time(planned).or_else(|| specimen.collected.clone());
    let mut lines = examination::order_lines(from, whole);
    lines.extend(from.all_observations().flat_map(values::observation_lines));
    let taken = |line: &Line| match (line.place.segment.as_str(), line.place.field) {
        ("OBR", 7) => timing.is_none_or(|t| t.start.is_none()),
        ("TQ1", 7 | 9) => timing.and_then(|t| t.place).is_some_and(|place| place.occurrence == line.place.index),
        _ => false,
    };
    let place_of = place.map(values::place).unwrap_or_default();
    let staff = examination::staff(from);
    lines.extend(staff.into_iter().filter_map(|s| values::line(&s.role, s.staff.shown(), place_of)));
    lines.extend(examination::detail_lines(from).into_iter().filter(|line| !taken(line)));
    OrderedItem {
        item: request.map(|r| values::coded(&r.item)).unwrap_or_default(),
        specimen,
        priority: values::coded_or_empty(timing.and_then(|t| t.priority.as_ref())),
        planned,
        lines,
        place: place.map(values::place).unwrap_or_default(),
    }
}
