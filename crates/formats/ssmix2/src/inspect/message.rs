//! A single message as JSON: what its data type holds, each value with its place.

use serde_json::{Map, Value, json};

use super::json::{coded, coded_code, coded_list, location, object, put_quantity, put_time, staff, text, triple};
use super::patient;
use crate::content::medication::medicine;
use crate::content::{
    Allergy, Content, Demographics, Diagnosis, Given, Insurance, Medication, MedicationGroup, Observation, OrderGroup,
    Timing, Visit,
};
use crate::message::TypedMessage;

/// The `content` of a single message.
pub fn message_content(message: &TypedMessage) -> Value {
    let header = &message.header;
    let visit = message.visit.as_ref();
    let mut all = object(json!({
        "message_type": header.message_type,
        "data_type": message.data_type.map(|t| t.code()),
        "segments": header.segments,
        "patient": patient::full(&message.patient),
        "separators": header.separators,
        "charset": header.charset,
        "control_id": text(&header.control_id),
        "withdraws": message.withdraws,
    }));
    put_time(&mut all, "created", header.created.as_ref());
    all.insert("attending".to_owned(), staff(visit.and_then(|v| v.attending.as_ref())));
    all.insert("visit".to_owned(), visit.map_or(Value::Null, visit_json));
    let mut lists = Lists::default();
    match &message.content {
        Content::Demographics(demographics) => lists.demographics(demographics, &mut all),
        Content::Visit | Content::Raw => {}
        Content::Allergies(list) => lists.allergies.extend(list.iter().map(allergy)),
        Content::Diagnoses(list) => lists.problems.extend(list.iter().map(problem)),
        Content::Medication(medication) => lists.medication(medication),
        Content::Orders(groups) => {
            for group in groups {
                lists.results.extend(group.all_observations().map(|o| observation(o, Some(group))));
                lists.orders.push(order_group(group));
            }
        }
    }
    lists.put(&mut all);
    all.insert("comments".to_owned(), json!(message.comments));
    all.insert("other".to_owned(), json!(message.other));
    Value::Object(all)
}

#[derive(Default)]
struct Lists {
    problems: Vec<Value>,
    allergies: Vec<Value>,
    prescriptions: Vec<Value>,
    injections: Vec<Value>,
    given: Vec<Value>,
    results: Vec<Value>,
    orders: Vec<Value>,
}

impl Lists {
    fn demographics(&mut self, all: &Demographics, out: &mut Map<String, Value>) {
        self.allergies.extend(all.allergies.iter().map(allergy));
        self.results.extend(all.observations.iter().map(|o| observation(o, None)));
        let contacts = all.contacts.iter().map(|c| {
            json!({
                "family": text(&c.name.family), "given": text(&c.name.given),
                "family_kana": text(&c.kana.family), "given_kana": text(&c.kana.given),
                "relation": coded(&c.relation),
                "addresses": c.addresses.iter().map(|a| json!({"postal": text(&a.postal), "address": text(&a.text)})).collect::<Vec<_>>(),
                "phones": c.phones.iter().chain(&c.work_phones).map(|p| text(&p.number)).collect::<Vec<_>>(),
                "employer": text(&c.employer), "place": c.place,
            })
        });
        out.insert("contacts".to_owned(), contacts.collect());
        out.insert("insurances".to_owned(), all.insurances.iter().map(insurance).collect());
        let blood = json!({ "abo": all.abo().map(|o| o.value.clone()), "rh": all.rh().map(|o| o.value.clone()) });
        out.insert("blood_type".to_owned(), blood);
    }

    fn medication(&mut self, all: &Medication) {
        self.allergies.extend(all.allergies.iter().map(allergy));
        for group in &all.groups {
            self.given.extend(group.given.iter().map(given));
            self.results.extend(group.observations.iter().map(|o| observation(o, None)));
            if group.item.is_none() && group.components.is_empty() {
                continue;
            }
            let injection = !group.components.is_empty()
                || group.item.as_ref().is_some_and(|i| i.code.of(&["JHSI0002", "99I02"]).is_some());
            if injection {
                self.injections.push(injection_json(group));
            } else {
                self.prescriptions.push(prescription(group));
            }
        }
    }

    fn put(self, all: &mut Map<String, Value>) {
        for (name, list) in [
            ("problems", self.problems),
            ("allergies", self.allergies),
            ("prescriptions", self.prescriptions),
            ("injections", self.injections),
            ("given", self.given),
            ("results", self.results),
            ("orders", self.orders),
        ] {
            all.insert(name.to_owned(), Value::Array(list));
        }
    }
}

fn visit_json(visit: &Visit) -> Value {
    let mut all = object(json!({
        "class": text(&visit.class),
        "location": location(visit.location.as_ref()),
        "previous_location": location(visit.previous_location.as_ref()),
        "pending_location": location(visit.pending_location.as_ref()),
        "department": visit.department.as_ref().map(coded),
        "admitting": staff(visit.admitting.as_ref()),
        "disposition": visit.disposition.as_ref().map(coded),
        "reason": visit.reason.as_ref().map(coded),
    }));
    for (name, time) in [
        ("admitted", &visit.admitted),
        ("discharged", &visit.discharged),
        ("expected_admission", &visit.expected_admission),
        ("expected_discharge", &visit.expected_discharge),
        ("expected_return", &visit.expected_return),
        ("recorded", &visit.recorded),
        ("planned", &visit.planned),
        ("occurred", &visit.occurred),
    ] {
        put_time(&mut all, name, time.as_ref());
    }
    Value::Object(all)
}

fn allergy(allergy: &Allergy) -> Value {
    let mut all = object(json!({
        "kind": coded(&allergy.kind), "allergen": coded(&allergy.allergen), "severity": coded(&allergy.severity),
        "reactions": allergy.reactions, "action": text(&allergy.action), "onset_text": text(&allergy.onset_text),
        "comments": allergy.comments, "place": allergy.place,
    }));
    put_time(&mut all, "onset", allergy.onset.as_ref());
    Value::Object(all)
}

fn insurance(insurance: &Insurance) -> Value {
    let mut all = object(json!({
        "plan": coded(&insurance.plan), "insurer_number": text(&insurance.insurer_number),
        "insurer_name": text(&insurance.insurer_name), "insured_numbers": insurance.insured_numbers,
        "plan_type": coded(&insurance.plan_type), "relation": coded(&insurance.relation), "place": insurance.place,
    }));
    put_time(&mut all, "start", insurance.start.as_ref());
    put_time(&mut all, "end", insurance.end.as_ref());
    Value::Object(all)
}

fn problem(diagnosis: &Diagnosis) -> Value {
    let mut all = object(json!({
        "name": text(diagnosis.name()), "disease": coded(&diagnosis.disease), "instance": text(&diagnosis.instance),
        "action": text(&diagnosis.action),
        "icd10": diagnosis.icd10().map(|t| t.code.clone()), "icd10_version": text(&diagnosis.classification.version),
        "kind": triple(diagnosis.kind()), "suspected": diagnosis.is_suspected(), "main": diagnosis.is_main(),
        "outcome": diagnosis.outcome.as_ref().map(coded),
        "prefixes": coded_list(&diagnosis.prefixes), "suffixes": coded_list(&diagnosis.suffixes),
        "teeth": diagnosis.teeth.iter().map(|t| coded(&t.tooth)).collect::<Vec<_>>(),
        "insurances": diagnosis.insurances.iter().map(insurance).collect::<Vec<_>>(),
        "comments": diagnosis.comments, "place": diagnosis.place,
    }));
    for (name, time) in [
        ("action_time", &diagnosis.action_time),
        ("diagnosed", &diagnosis.diagnosed),
        ("onset", &diagnosis.onset),
        ("expected_resolution", &diagnosis.expected_resolution),
        ("resolved", &diagnosis.resolved),
        ("outcome_time", &diagnosis.outcome_time),
    ] {
        put_time(&mut all, name, time.as_ref());
    }
    Value::Object(all)
}

/// Members every medication group has.
fn group_head(group: &MedicationGroup) -> Map<String, Value> {
    let order = &group.order;
    let route = group.routes.first();
    let mut all = object(json!({
        "order_number": text(&order.placer_number), "rp": text(order.rp()), "group_number": text(&order.group_number),
        "control": text(&order.control), "doctor": staff(order.doctor.as_ref()),
        "department": order.department.as_ref().map(coded),
        "route": route.map_or(Value::Null, |r| coded(&r.route)), "site": route.map_or(Value::Null, |r| coded(&r.site)),
        "device": route.map_or(Value::Null, |r| coded(&r.device)),
        "comments": group.comments,
    }));
    let timing = group.timings.first();
    let usages: Vec<_> = group.timings.iter().flat_map(|t| t.usages.iter()).collect();
    all.insert("usages".to_owned(), usages.iter().map(|u| coded_code(u)).collect());
    all.insert("usage_texts".to_owned(), usages.iter().map(|u| text(u.text())).collect());
    all.insert("timing_texts".to_owned(), json!(group.timings.iter().flat_map(|t| t.text.iter()).collect::<Vec<_>>()));
    put_time(&mut all, "start", timing.and_then(|t| t.start.as_ref()));
    put_time(&mut all, "end", timing.and_then(|t| t.end.as_ref()));
    all.insert("days".to_owned(), json!(timing.and_then(Timing::days)));
    put_quantity(&mut all, "duration", &timing.map(|t| t.duration.clone()).unwrap_or_default());
    all.insert("doses".to_owned(), text(timing.map_or("", |t| t.doses.as_str())));
    all
}

fn prescription(group: &MedicationGroup) -> Value {
    let mut all = Map::new();
    if let Some(item) = &group.item {
        let medicine = item.medicine();
        all.insert("code".to_owned(), medicine.map_or(Value::Null, |t| text(&t.code)));
        all.insert("name".to_owned(), text(item.code.text()));
        all.insert("system".to_owned(), medicine.map_or(Value::Null, |t| text(&t.system)));
        put_quantity(&mut all, "dose", &item.dose);
        put_quantity(&mut all, "dose_max", &item.dose_max);
        put_quantity(&mut all, "total", &item.total);
        put_quantity(&mut all, "daily", &item.daily);
        all.insert("form".to_owned(), item.form.as_ref().map_or(Value::Null, coded));
        all.insert("instructions".to_owned(), coded_list(&item.instructions));
        all.insert("categories".to_owned(), item.categories.iter().map(coded_code).collect());
        all.insert("administration".to_owned(), item.administration.as_ref().map_or(Value::Null, coded_code));
        all.insert("additional_codes".to_owned(), coded_list(&item.additional));
        all.insert("prescription_number".to_owned(), text(&item.prescription_number));
        all.insert("place".to_owned(), json!(item.place));
    }
    all.extend(group_head(group));
    Value::Object(all)
}

fn injection_json(group: &MedicationGroup) -> Value {
    let mut all = Map::new();
    if let Some(item) = &group.item {
        all.insert("kind".to_owned(), coded(&item.code));
        put_quantity(&mut all, "volume", &item.dose);
        put_quantity(&mut all, "rate", &item.rate);
        all.insert("rate_per".to_owned(), text(&item.rate_per));
        all.insert("instructions".to_owned(), coded_list(&item.instructions));
        all.insert("categories".to_owned(), item.categories.iter().map(coded_code).collect());
        all.insert("place".to_owned(), json!(item.place));
    }
    all.extend(group_head(group));
    let components = group.components.iter().map(|c| {
        let mut one = object(json!({
            "role": text(&c.role),
            "code": medicine(&c.drug).map_or(Value::Null, |t| text(&t.code)),
            "name": text(c.drug.text()),
            "additional_codes": coded_list(&c.additional), "place": c.place,
        }));
        put_quantity(&mut one, "amount", &c.amount);
        Value::Object(one)
    });
    all.insert("components".to_owned(), components.collect());
    Value::Object(all)
}

fn given(given: &Given) -> Value {
    let mut all = object(json!({
        "code": medicine(&given.drug).map_or(Value::Null, |t| text(&t.code)), "name": text(given.drug.text()),
        "completion": text(&given.completion), "notes": coded_list(&given.notes), "rate": text(&given.rate),
        "performers": given.performers.iter().map(|p| staff(Some(p))).collect::<Vec<_>>(),
        "location": location(given.location.as_ref()), "lots": given.lots, "place": given.place,
    }));
    put_quantity(&mut all, "amount", &given.amount);
    for (name, time) in
        [("start", &given.start), ("end", &given.end), ("entered", &given.entered), ("expiry", &given.expiry)]
    {
        put_time(&mut all, name, time.as_ref());
    }
    Value::Object(all)
}

fn observation(observation: &Observation, group: Option<&OrderGroup>) -> Value {
    let measured = observation.measured();
    let mut all = object(json!({
        "jlac10": observation.jlac10(),
        "code": coded(&observation.code),
        "name": text(observation.name()),
        "type": text(&observation.value_type),
        "value": text(&observation.value),
        "value_normalized": measured.as_ref().map(|m| m.number.clone()),
        "comparator": measured.as_ref().and_then(|m| m.comparator).map(|c| c.sign()),
        "value_code": observation.coded.as_ref().map(coded),
        "unit": text(observation.unit_shown()),
        "range": text(&observation.range), "flags": observation.flags, "status": text(&observation.status),
        "sub_id": text(&observation.sub_id), "comments": observation.comments, "place": observation.place,
    }));
    if matches!(observation.value_type.as_str(), "TS" | "DT") {
        let time = crate::value::Time { raw: observation.value.clone() };
        all.insert("value_normalized".to_owned(), time.normalized().map_or(Value::Null, Value::from));
    }
    put_time(&mut all, "observed", observation.observed.as_ref());
    if let Some(group) = group {
        put_time(&mut all, "collected", group.collected());
    }
    Value::Object(all)
}

fn order_group(group: &OrderGroup) -> Value {
    let order = group.order.as_ref();
    let mut all = object(json!({
        "control": order.map_or(Value::Null, |o| text(&o.control)),
        "order_number": order.map_or(Value::Null, |o| text(&o.placer_number)),
        "parent_number": order.map_or(Value::Null, |o| text(&o.parent_number)),
        "status": order.map_or(Value::Null, |o| text(&o.status)),
        "doctor": staff(order.and_then(|o| o.doctor.as_ref())),
        "department": order.and_then(|o| o.department.as_ref()).map(coded),
    }));
    if let Some(request) = &group.request {
        all.insert("item".to_owned(), coded(&request.item));
        all.insert("clinical_information".to_owned(), text(&request.clinical_information));
        let parent = request.parent_result.as_ref();
        let parent =
            parent.map(|p| json!({ "code": coded(&p.code), "sub_id": text(&p.sub_id), "value": text(&p.value) }));
        all.insert("parent_result".to_owned(), json!(parent));
        put_time(&mut all, "start", request.start.as_ref());
        put_time(&mut all, "reported", request.reported.as_ref());
    }
    if let Some(specimen) = &group.specimen {
        let mut one =
            object(json!({ "id": text(&specimen.id), "kind": coded(&specimen.kind), "comments": specimen.comments }));
        put_time(&mut one, "collected", specimen.collected.as_ref());
        all.insert("specimen".to_owned(), Value::Object(one));
    }
    let usages: Vec<Value> = group.timings.iter().flat_map(|t| t.usages.iter().map(coded)).collect();
    all.insert("usages".to_owned(), Value::Array(usages));
    all.insert("priority".to_owned(), json!(group.timings.iter().find_map(|t| t.priority.as_ref()).map(coded)));
    let diets = group
        .diets
        .iter()
        .map(|d| json!({ "kind": text(&d.kind), "diets": coded_list(&d.diets), "texts": d.texts, "place": d.place }));
    all.insert("diets".to_owned(), diets.collect());
    let examinations = group.examinations.iter().map(|e| {
        json!({
            "state": text(&e.state), "procedure": coded(&e.procedure), "count": text(&e.count),
            "staff": e.staff.iter().map(|s| staff(Some(s))).collect::<Vec<_>>(),
            "items": e.items.iter().map(|i| json!({ "code": coded(&i.code), "amount": text(&i.amount.raw), "unit": coded_code(&i.amount.unit) })).collect::<Vec<_>>(),
            "exposures": e.exposures, "place": e.place,
        })
    });
    all.insert("examinations".to_owned(), examinations.collect());
    let images = group.images.iter().map(|i| {
        json!({
            "accession_number": text(&i.accession_number), "requested_procedure": text(&i.requested_procedure),
            "study_uid": text(&i.study_uid), "modality": coded_code(&i.modality), "place": i.place,
        })
    });
    all.insert("images".to_owned(), images.collect());
    all.insert("comments".to_owned(), json!(group.comments));
    Value::Object(all)
}
