//! ADT-12 visits, ADT-01 attending doctor, and the life of an admission: ADT-21, -22, -31, -32, -41, -42, -51, -52,
//! each with its cancellation where the region uses one.
//!
//! The care-date folder follows another field for each event (ssmix2.md section 1.3).

use super::envelope::{Day, Flag, Form, Minute, NO_ORDER, Second, Setting, Sheet, Text, Xcn};
use jiff::civil::DateTime;

/// What happened around a stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    AttendingDoctor,
    Planned { admission: DateTime },
    Admitted { at: DateTime },
    AdmissionCancelled { at: DateTime },
    LeaveStarted { at: DateTime, expected_back: DateTime },
    LeaveEnded { at: DateTime },
    TransferPlanned { at: DateTime, from: (&'static str, &'static str, &'static str) },
    Transferred { at: DateTime, from: (&'static str, &'static str, &'static str) },
    DischargePlanned { at: DateTime },
    Discharged { admitted: DateTime, at: DateTime },
}

impl Stay {
    fn form(self) -> Form {
        let (data_type, message) = match self {
            Self::AttendingDoctor => ("ADT-01", "ADT^A54^ADT_A54"),
            Self::Planned { .. } => ("ADT-21", "ADT^A14^ADT_A05"),
            Self::Admitted { .. } => ("ADT-22", "ADT^A01^ADT_A01"),
            Self::AdmissionCancelled { .. } => ("ADT-22", "ADT^A11^ADT_A09"),
            Self::LeaveStarted { .. } => ("ADT-31", "ADT^A21^ADT_A21"),
            Self::LeaveEnded { .. } => ("ADT-32", "ADT^A22^ADT_A21"),
            Self::TransferPlanned { .. } => ("ADT-41", "ADT^A15^ADT_A15"),
            Self::Transferred { .. } => ("ADT-42", "ADT^A02^ADT_A02"),
            Self::DischargePlanned { .. } => ("ADT-51", "ADT^A16^ADT_A16"),
            Self::Discharged { .. } => ("ADT-52", "ADT^A03^ADT_A03"),
        };
        Form { data_type, message }
    }
    /// The instant whose day names the folder; none for the change of doctor.
    fn care_time(self) -> Option<DateTime> {
        match self {
            Self::AttendingDoctor => None,
            Self::Planned { admission } => Some(admission),
            Self::Admitted { at }
            | Self::AdmissionCancelled { at }
            | Self::LeaveStarted { at, .. }
            | Self::LeaveEnded { at }
            | Self::TransferPlanned { at, .. }
            | Self::Transferred { at, .. }
            | Self::DischargePlanned { at }
            | Self::Discharged { at, .. } => Some(at),
        }
    }
}

const VISIT: Form = Form { data_type: "ADT-12", message: "ADT^A04^ADT_A01" };

/// An outpatient visit, received at `at`.
pub fn visit(sheet: &mut Sheet<'_>, setting: &Setting, at: DateTime) {
    let mut text = sheet.begin(VISIT, at);
    text.segment("EVN").put(2, Second(at)).put(7, sheet.institution.code);
    sheet.pid(&mut text, false, None);
    sheet.pv1(&mut text, setting);
    text.put(44, Minute(at));
    let order = sheet.order_number();
    let key = sheet.key(&order, Some(at.date()), at, setting.department, Flag::Current);
    sheet.file(VISIT, key, text);
}

/// An event of a stay, sent at `sent`.
pub fn stay(sheet: &mut Sheet<'_>, setting: &Setting, event: Stay, sent: DateTime, flag: Flag) {
    let form = event.form();
    let mut text = sheet.begin(form, sent);
    text.segment("EVN").put(2, Second(sent));
    match event {
        Stay::Planned { admission } => {
            text.put(3, Day(admission.date()));
        }
        Stay::AttendingDoctor => {
            text.put(6, Second(sent));
        }
        Stay::LeaveStarted { at, .. } | Stay::LeaveEnded { at } | Stay::Transferred { at, .. } => {
            text.put(6, Second(at));
        }
        Stay::TransferPlanned { at, .. } | Stay::DischargePlanned { at } => {
            text.put(3, Minute(at));
        }
        Stay::Admitted { .. } | Stay::AdmissionCancelled { .. } | Stay::Discharged { .. } => {}
    }
    text.put(7, sheet.institution.code);
    sheet.pid(&mut text, false, None);
    visit_segment(sheet, &mut text, setting, event);
    let department = if event.care_time().is_some() { setting.department } else { "" };
    let key = sheet.key(NO_ORDER, event.care_time().map(|t| t.date()), sent, department, flag);
    sheet.file(form, key, text);
}

fn visit_segment(sheet: &Sheet<'_>, text: &mut Text, setting: &Setting, event: Stay) {
    text.segment("PV1").put(1, "0001").put(2, setting.class()).put(3, setting.location());
    if let Stay::Transferred { from, .. } = event {
        text.put(6, format_args!("{}^{}^{}^^^N", from.0, from.1, from.2));
    }
    text.put(7, Xcn(setting.doctor));
    if !matches!(event, Stay::AttendingDoctor) {
        text.put(10, setting.department);
    }
    match event {
        Stay::Planned { admission } => {
            text.segment("PV2").put(8, Minute(admission));
        }
        Stay::Admitted { at } | Stay::AdmissionCancelled { at } => {
            text.put(17, Xcn(setting.doctor)).put(44, Minute(at));
        }
        Stay::LeaveStarted { expected_back, .. } => {
            text.segment("PV2").put(47, Minute(expected_back));
        }
        Stay::TransferPlanned { at, from } => {
            text.segment("PV2").put(1, format_args!("{}^{}^{}^^^N", from.0, from.1, from.2)).put(8, Minute(at));
        }
        Stay::DischargePlanned { at } => {
            text.segment("PV2").put(9, Minute(at));
        }
        Stay::Discharged { admitted, at } => {
            text.put(17, Xcn(setting.doctor)).put(36, "01").put(44, Minute(admitted)).put(45, Minute(at));
        }
        Stay::AttendingDoctor | Stay::LeaveEnded { .. } | Stay::Transferred { .. } => {}
    }
    let _ = sheet;
}
