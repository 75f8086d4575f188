//! OMD, OMG-01 to -13: diet, radiology, endoscopy, physiology as a title with readable lines (JJ1017, OMI^Z23, ODS).
//!
//! One file is one order, so it is one entry: the whole order or its parent names it, its children are lines.

use super::{Draft, laboratory, order, values};
use renkei_hl7v2::Coded;
use renkei_records::body::{Line, OrderHead, StaffRole, TitledEntry};
use renkei_records::{Amount, Body, Code, CodedValue, EntryKind, EntryState, SourcePlace};
use renkei_ssmix2::DataType;
use renkei_ssmix2::content::{Diet, Examination, Observation, OrderGroup, Specimen, Timing};
use std::collections::HashSet;

pub fn map(draft: &mut Draft<'_>, groups: &[OrderGroup]) {
    let kind = draft.typed.data_type.map_or(EntryKind::Other, kind);
    if groups.is_empty() {
        return;
    }
    let body = titled(kind, groups);
    let begun = groups.iter().find_map(|g| values::time(g.request.as_ref().and_then(|r| r.start.as_ref())));
    let meal = groups.iter().flat_map(|g| &g.timings).find_map(|t| values::time(t.start.as_ref()));
    let observed = groups.iter().find_map(|g| values::time(g.collected()));
    let ordered = body.head.ordered.clone();
    let effective = match kind {
        EntryKind::Diet => draft.effective([meal, ordered]),
        _ if is_report(kind) => draft.effective([begun, observed, ordered]),
        _ => draft.effective([ordered, begun]),
    };
    let state = state(kind, groups);
    draft.push(kind, effective, state, laboratory::place(groups), Body::Titled(Box::new(body)));
}

fn kind(data_type: DataType) -> EntryKind {
    match data_type {
        DataType::Omd => EntryKind::Diet,
        DataType::Omg01 => EntryKind::RadiologyOrder,
        DataType::Omg11 => EntryKind::RadiologyReport,
        DataType::Omg02 => EntryKind::EndoscopyOrder,
        DataType::Omg12 => EntryKind::EndoscopyReport,
        DataType::Omg03 => EntryKind::PhysiologyOrder,
        DataType::Omg13 => EntryKind::PhysiologyReport,
        _ => EntryKind::Other,
    }
}

fn is_report(kind: EntryKind) -> bool {
    matches!(kind, EntryKind::RadiologyReport | EntryKind::EndoscopyReport | EntryKind::PhysiologyReport)
}

fn state(kind: EntryKind, groups: &[OrderGroup]) -> EntryState {
    let of_orders = order::state_of_parts(groups.iter().filter_map(|g| g.order.as_ref()).map(order::state));
    if !is_report(kind) || of_orders != EntryState::Active {
        return of_orders;
    }
    let statuses = groups.iter().filter_map(|g| g.request.as_ref()).map(|r| r.status.as_str());
    let states: Vec<EntryState> = statuses.map(|s| order::state_of_result(s, EntryState::Active)).collect();
    let of_values = groups.iter().flat_map(OrderGroup::all_observations).map(|o| o.status.as_str());
    let values: Vec<EntryState> = of_values.map(|s| order::state_of_result(s, EntryState::Active)).collect();
    for wanted in [EntryState::Preliminary, EntryState::Corrected, EntryState::Final] {
        if states.contains(&wanted) {
            return wanted;
        }
    }
    if !states.is_empty() && states.iter().all(|s| *s == EntryState::Cancelled) {
        return EntryState::Cancelled;
    }
    [EntryState::Preliminary, EntryState::Corrected, EntryState::Final]
        .into_iter()
        .find(|wanted| values.contains(wanted))
        .unwrap_or(EntryState::Active)
}

fn titled(kind: EntryKind, groups: &[OrderGroup]) -> TitledEntry {
    let main = groups.iter().find(|g| g.request.is_some()).or(groups.first());
    let request = main.and_then(|g| g.request.as_ref());
    let code = request.map(|r| values::coded(&r.item)).unwrap_or_else(|| diet_code(groups));
    let mut entry = TitledEntry {
        title: code.shown().to_owned(),
        code,
        head: order::head(main.and_then(|g| g.order.as_ref()), request),
        ..TitledEntry::default()
    };
    let mut told = HashSet::new();
    for group in groups {
        add_group(&mut entry, group, kind, &mut told);
    }
    entry.comments.dedup();
    let mut named = HashSet::new();
    entry.staff.retain(|one| named.insert((one.role.clone(), one.staff.clone())));
    entry
}

fn diet_code(groups: &[OrderGroup]) -> CodedValue {
    groups.iter().flat_map(|g| &g.diets).find_map(|d| d.diets.first()).map(values::coded).unwrap_or_default()
}

/// A line without its place.
type Said = (String, String, Code, CodedValue);

fn said(line: &Line) -> Said {
    (line.label.clone(), line.value.clone(), line.unit.clone(), line.code.clone())
}

/// Children repeat priority and times of their order: the same words are one line. `told` holds those already said.
fn add_group(entry: &mut TitledEntry, group: &OrderGroup, kind: EntryKind, told: &mut HashSet<Said>) {
    if let Some(request) = &group.request {
        let item = values::coded(&request.item);
        if item != entry.code {
            let place = SourcePlace { field: 4, ..values::place(request.place) };
            entry.lines.extend(named("項目", &item, place));
        }
    }
    let own = order_lines(group, &entry.head);
    entry.lines.extend(own);
    for observation in group.all_observations() {
        add_observation(entry, observation, kind);
    }
    let is_new = |line: &Line| line.place.segment.as_str() == "ZE1" || told.insert(said(line));
    entry.lines.extend(detail_lines(group).into_iter().filter(is_new));
    entry.staff.extend(staff(group));
    for image in &group.images {
        let place = values::place(image.place);
        let is_same =
            |entry: &TitledEntry| entry.study_uid == image.study_uid && entry.accession == image.accession_number;
        if entry.study_uid.is_empty() && entry.accession.is_empty() {
            entry.accession = image.accession_number.clone();
            entry.requested_procedure = image.requested_procedure.clone();
            entry.study_uid = image.study_uid.clone();
            entry.modality = values::code(&image.modality);
        } else if !is_same(entry) {
            entry.lines.extend(values::line("受付番号", image.accession_number.as_str(), place));
            entry.lines.extend(values::line("検査インスタンスUID", image.study_uid.as_str(), place));
            entry.lines.extend(values::line("依頼手技ID", image.requested_procedure.as_str(), place));
            entry.lines.extend(named("モダリティ", &values::coded(&image.modality), place));
        }
        entry.lines.extend(values::line("手技ステップID", image.procedure_step.as_str(), place));
    }
    entry.comments.extend(group.comments.iter().cloned());
    entry.comments.extend(group.order.iter().filter_map(order::place_words));
}

/// Confirmed words of a report are its findings; everything else is lines.
fn add_observation(entry: &mut TitledEntry, observation: &Observation, kind: EntryKind) {
    let is_words = matches!(observation.value_type.as_str(), "TX" | "FT");
    let is_final = matches!(observation.status.as_str(), "F" | "C" | "U" | "");
    if let Some(person) = &observation.person {
        entry.staff.push(StaffRole { role: observation.name().to_owned(), staff: values::staff(person) });
    }
    let mut lines = values::observation_lines(observation);
    if is_report(kind) && is_words && is_final && !observation.value.is_empty() {
        entry.findings.push(match observation.name() {
            "" => observation.value.clone(),
            name => format!("{name}：{}", observation.value),
        });
        // The words moved; the code stays, since hiding goes by codes.
        match lines.first_mut() {
            Some(first) if !values::coded(&observation.code).is_empty() => {
                first.label = format!("{}（コード）", observation.name());
                first.value = values::codes_in_words(&values::coded(&observation.code));
            }
            _ => {
                lines.remove(0);
            }
        }
    }
    entry.lines.extend(lines);
}

/// What a group's own ORC and OBR say differently from the whole order.
pub fn order_lines(group: &OrderGroup, whole: &OrderHead) -> Vec<Line> {
    let mut lines = Vec::new();
    match (&group.order, &group.request) {
        (Some(order), _) => {
            lines.extend(order::differences(order, whole));
            lines.extend(group.request.iter().flat_map(|request| order::numbers_of_request(order, request)));
            let place = order.place.map(values::place).unwrap_or_default();
            lines.extend(values::line("状態", "中止", place).filter(|_| order::state(order).is_withdrawn()));
        }
        (None, Some(request)) => {
            let at = |field| SourcePlace { field, ..values::place(request.place) };
            let placer = values::line("オーダ番号", request.placer_number.as_str(), at(2));
            lines.extend(placer.filter(|l| l.value != whole.placer_number));
            let filler = values::line("実施番号", request.filler_number.as_str(), at(3));
            lines.extend(filler.filter(|l| l.value != whole.filler_number));
            let doctor = values::staff_or_empty(request.doctor.as_ref());
            lines.extend(values::line("依頼医", doctor.shown(), at(16)).filter(|_| doctor != whole.doctor));
        }
        (None, None) => {}
    }
    lines
}

/// A coded value as a line: its words, with the code beside.
pub fn named(label: &str, value: &CodedValue, place: SourcePlace) -> Option<Line> {
    let line = values::line(label, value.shown(), place)?;
    Some(Line { code: value.clone(), ..line })
}

pub fn amount_line(label: &str, amount: &Amount, place: SourcePlace) -> Option<Line> {
    let line = values::line(label, amount.raw.as_str(), place)?;
    Some(Line { unit: amount.unit.clone(), ..line })
}

pub fn named_or_none(label: &str, value: Option<&Coded>, place: SourcePlace) -> Option<Line> {
    named(label, &values::coded(value?), place)
}

/// Everything of a group that is neither its item, its observations nor its people, as lines.
pub fn detail_lines(group: &OrderGroup) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(request) = &group.request {
        let at = |field| SourcePlace { field, ..values::place(request.place) };
        let raw = |time: &Option<renkei_ssmix2::Time>| time.as_ref().map(|t| t.raw.clone()).unwrap_or_default();
        lines.extend(values::line("検査日時", raw(&request.start), at(7)));
        lines.extend(values::line("終了日時", raw(&request.end), at(8)));
        lines.extend(values::line("臨床情報", request.clinical_information.as_str(), at(13)));
        lines.extend(values::line("報告日時", raw(&request.reported), at(22)));
        if order::state_of_result(&request.status, EntryState::Active) == EntryState::Active {
            lines.extend(values::line("報告の状態", request.status.as_str(), at(25)));
        }
        if let Some(parent) = &request.parent_result {
            let code = values::coded(&parent.code);
            let words = [code.shown(), parent.sub_id.as_str(), parent.value.as_str()].join(" ");
            lines.extend(values::line("親となる結果", words.trim(), at(26)).map(|line| Line { code, ..line }));
        }
        lines.extend(values::line("検査部門", request.section.as_str(), at(24)));
        lines.extend(values::line("親オーダ番号", request.parent_number.as_str(), at(29)));
        for reason in &request.reasons {
            lines.extend(named("検査の理由", &values::coded(reason), at(31)));
        }
    }
    group.timings.iter().for_each(|timing| timing_lines(timing, &mut lines));
    group.specimen.iter().for_each(|specimen| specimen_lines(specimen, &mut lines));
    group.examinations.iter().for_each(|examination| examination_lines(examination, &mut lines));
    group.diets.iter().for_each(|diet| diet_lines(diet, &mut lines));
    lines
}

fn timing_lines(timing: &Timing, lines: &mut Vec<Line>) {
    let place = timing.place.map(values::place).unwrap_or_default();
    let at = |field| SourcePlace { field, ..place };
    for usage in &timing.usages {
        lines.extend(named("用法", &values::coded(usage), at(3)));
    }
    lines.extend(values::line("時刻", timing.times.join("・"), at(4)));
    lines.extend(amount_line("期間", &values::amount(&timing.duration), at(6)));
    let raw = |time: &Option<renkei_ssmix2::Time>| time.as_ref().map(|t| t.raw.clone()).unwrap_or_default();
    lines.extend(values::line("開始", raw(&timing.start), at(7)));
    lines.extend(values::line("終了", raw(&timing.end), at(8)));
    lines.extend(named_or_none("優先度", timing.priority.as_ref(), at(9)));
    lines.extend(timing.text.iter().filter_map(|text| values::line("指示", text.as_str(), at(11))));
    lines.extend(values::line("回数", timing.doses.as_str(), at(14)));
}

/// What `Specimen` of the record has no field for; for examinations the specimen as a whole.
fn specimen_lines(specimen: &Specimen, lines: &mut Vec<Line>) {
    let at = |field| SourcePlace { field, ..values::place(specimen.place) };
    lines.extend(amount_line("検体量", &values::amount(&specimen.volume), at(12)));
    lines.extend(values::line("検体の説明", specimen.description.join("\n"), at(14)));
    let received = specimen.received.as_ref().map(|t| t.raw.clone()).unwrap_or_default();
    lines.extend(values::line("検体受領日時", received, at(18)));
    lines.extend(specimen.comments.iter().filter_map(|c| values::line("検体のコメント", c.as_str(), at(0))));
}

fn examination_lines(from: &Examination, lines: &mut Vec<Line>) {
    let at = |field| SourcePlace { field, ..values::place(from.place) };
    let status = from.state.clone();
    let procedure = named("手技", &values::coded(&from.procedure), at(3));
    lines.extend(procedure.map(|line| Line { status, ..line }));
    lines.extend(values::line("回数", from.count.as_str(), at(4)));
    let kind = values::coded_or_empty(from.item_kind.as_ref());
    for item in &from.items {
        let amount = values::amount(&item.amount);
        let code = values::coded(&item.code);
        let label = if kind.is_empty() { "使用した薬剤・器材" } else { kind.shown() };
        let value = [code.shown(), amount.raw.as_str()].join(" ").trim().to_owned();
        lines.extend(values::line(label, value, at(9)).map(|line| Line { code, unit: amount.unit, ..line }));
        lines.extend(values::line(&format!("{label}（補足）"), item.rest.as_str(), at(9)));
    }
    for exposure in &from.exposures {
        for field in &exposure.fields {
            let label = format!("撮影条件 {}-{}", exposure.name, field.place.field);
            lines.extend(values::line(&label, field.text.as_str(), values::place(field.place)));
        }
    }
    lines.extend(from.comments.iter().filter_map(|c| values::line("コメント", c.as_str(), at(0))));
}

fn diet_lines(diet: &Diet, lines: &mut Vec<Line>) {
    let at = |field| SourcePlace { field, ..values::place(diet.place) };
    let label = match diet.kind.as_str() {
        "S" => "補助食",
        "P" => "嗜好",
        "D" | "" => "食事",
        other => other,
    };
    for value in &diet.diets {
        lines.extend(named(label, &values::coded(value), at(3)));
    }
    for period in &diet.periods {
        lines.extend(named("食事の時間帯", &values::coded(period), at(2)));
    }
    lines.extend(diet.texts.iter().filter_map(|text| values::line("食事の指示", text.as_str(), at(4))));
}

/// Everyone a group names beside the orderer in ORC.
pub fn staff(group: &OrderGroup) -> Vec<StaffRole> {
    let mut all = Vec::new();
    let mut add = |role: &str, staff: &renkei_hl7v2::Staff| {
        let staff = values::staff(staff);
        if !staff.is_empty() {
            all.push(StaffRole { role: role.to_owned(), staff });
        }
    };
    if let Some(request) = &group.request {
        let orderer = group.order.as_ref().and_then(|o| o.doctor.as_ref());
        if let Some(doctor) = request.doctor.as_ref().filter(|d| orderer.is_some_and(|o| o != *d)) {
            add("依頼医", doctor);
        }
        request.interpreters.iter().for_each(|s| add("判読医", s));
        request.technicians.iter().for_each(|s| add("検査担当者", s));
    }
    for examination in &group.examinations {
        let kind = values::coded_or_empty(examination.staff_kind.as_ref());
        let role = if kind.is_empty() { "実施者" } else { kind.shown() };
        examination.staff.iter().for_each(|s| add(role, s));
    }
    all
}
