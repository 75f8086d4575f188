//! The patient as inspection shows him, in single messages and in storages.

use serde_json::{Map, Value, json};

use super::json::{object, state, text};
use crate::content::Patient;

/// What a storage shows of a patient, before counts and lists.
pub(crate) fn brief(patient_id: &str, patient: Option<&Patient>) -> Map<String, Value> {
    let Some(patient) = patient else {
        return object(json!({
            "patient_id": patient_id, "family": null, "given": null, "family_kana": null, "given_kana": null,
            "birth_date": null, "sex": null, "postal": null, "address": null, "phone": null,
        }));
    };
    let address = patient.addresses.first();
    let phone = patient.home_phones.first().or_else(|| patient.work_phones.first());
    object(json!({
        "patient_id": patient_id,
        "family": text(&patient.name.family),
        "given": text(&patient.name.given),
        "family_kana": text(&patient.kana.family),
        "given_kana": text(&patient.kana.given),
        "birth_date": birth_date(patient),
        "sex": text(&patient.sex),
        "postal": address.map_or(Value::Null, |a| text(&a.postal)),
        "address": address.map_or(Value::Null, |a| text(&a.text)),
        "phone": phone.map_or(Value::Null, |p| text(&p.number)),
    }))
}

/// What a message shows: the same, with what `""` and empty fields say.
pub(crate) fn full(patient: &Patient) -> Value {
    let mut all = brief(&patient.patient_id, Some(patient));
    let work = patient.work_phones.first();
    let further = object(json!({
        "birth_date_as_sent": patient.birth_date.as_ref().map_or(Value::Null, |t| text(&t.raw)),
        "address_state": state(patient.address_state),
        "home_phone_state": state(patient.home_phone_state),
        "work_phone": work.map_or(Value::Null, |p| text(&p.number)),
        "work_phone_state": state(patient.work_phone_state),
    }));
    all.extend(further);
    Value::Object(all)
}

fn birth_date(patient: &Patient) -> Value {
    patient.birth_date.as_ref().and_then(|t| t.moment()).map_or(Value::Null, |moment| match moment.day() {
        Some(day) => Value::from(day.to_string()),
        None => Value::from(moment.iso()),
    })
}
