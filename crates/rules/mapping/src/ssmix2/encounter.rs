//! ADT-01, -12, -21 to -52: one visit, stay, leave or transfer, planned or done, a message (SS-MIX2 list of data types).

use super::{Draft, values};
use renkei_records::body::Encounter;
use renkei_records::{Body, EntryKind, EntryState, SourcePlace};
use renkei_ssmix2::DataType;
use renkei_ssmix2::content::Visit;

pub fn map(draft: &mut Draft<'_>) {
    let typed = draft.typed;
    let Some(kind) = typed.data_type.and_then(kind) else { return };
    let nothing = Visit::default();
    let visit = typed.visit.as_ref().unwrap_or(&nothing);
    let body = body(visit, typed.header.event.clone());
    let effective = match kind {
        EntryKind::Visit | EntryKind::Admission => draft.effective([body.admitted.clone(), body.occurred.clone()]),
        EntryKind::AdmissionPlan | EntryKind::TransferPlan => {
            draft.effective([body.expected_admission.clone(), body.planned.clone()])
        }
        EntryKind::DischargePlan => draft.effective([body.expected_discharge.clone(), body.planned.clone()]),
        EntryKind::Discharge => draft.effective([body.discharged.clone(), body.occurred.clone()]),
        EntryKind::AttendingChange => draft.effective([body.occurred.clone(), body.recorded.clone()]),
        _ => draft.effective([body.occurred.clone(), body.planned.clone()]),
    };
    let planned = matches!(kind, EntryKind::AdmissionPlan | EntryKind::TransferPlan | EntryKind::DischargePlan);
    let state = if planned { EntryState::Planned } else { EntryState::Active };
    draft.push(kind, effective, state, SourcePlace::segment("PV1", 1), Body::Encounter(Box::new(body)));
}

fn kind(data_type: DataType) -> Option<EntryKind> {
    Some(match data_type {
        DataType::Adt01 => EntryKind::AttendingChange,
        DataType::Adt12 => EntryKind::Visit,
        DataType::Adt21 => EntryKind::AdmissionPlan,
        DataType::Adt22 => EntryKind::Admission,
        DataType::Adt31 => EntryKind::Leave,
        DataType::Adt32 => EntryKind::LeaveReturn,
        DataType::Adt41 => EntryKind::TransferPlan,
        DataType::Adt42 => EntryKind::Transfer,
        DataType::Adt51 => EntryKind::DischargePlan,
        DataType::Adt52 => EntryKind::Discharge,
        _ => return None,
    })
}

fn body(visit: &Visit, event: String) -> Encounter {
    Encounter {
        event,
        class: visit.class.clone(),
        location: values::location(visit.location.as_ref()),
        previous_location: values::location(visit.previous_location.as_ref()),
        department: values::coded_or_empty(visit.department.as_ref()),
        attending: values::staff_or_empty(visit.attending.as_ref()),
        admitting: values::staff_or_empty(visit.admitting.as_ref()),
        discharge_disposition: values::coded_or_empty(visit.disposition.as_ref()),
        admitted: values::time(visit.admitted.as_ref()),
        discharged: values::time(visit.discharged.as_ref()),
        expected_admission: values::time(visit.expected_admission.as_ref()),
        expected_discharge: values::time(visit.expected_discharge.as_ref()),
        expected_return: values::time(visit.expected_return.as_ref()),
        pending_location: values::location(visit.pending_location.as_ref()),
        reason: values::coded_or_empty(visit.reason.as_ref()),
        recorded: values::time(visit.recorded.as_ref()),
        planned: values::time(visit.planned.as_ref()),
        occurred: values::time(visit.occurred.as_ref()),
    }
}
