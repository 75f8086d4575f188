//! EVN, PV1 and PV2: the event and the stay or visit it belongs to. Event and care date differ by event, so all stand here.

use renkei_hl7v2::{Coded, Location, Message, Staff};
use serde::{Deserialize, Serialize};

use crate::context::{Context, coded_or_none, id, location, staff};
use crate::value::Time;

/// EVN, PV1 and PV2 of one message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// PV1-2: `I` inpatient, `O` outpatient.
    pub class: String,
    /// PV1-3.
    pub location: Option<Location>,
    /// PV1-6.
    pub previous_location: Option<Location>,
    /// PV1-7.
    pub attending: Option<Staff>,
    /// PV1-10.
    pub department: Option<Coded>,
    /// PV1-17.
    pub admitting: Option<Staff>,
    /// PV1-36.
    pub disposition: Option<Coded>,
    /// PV1-44: admission, or the visit itself.
    pub admitted: Option<Time>,
    /// PV1-45.
    pub discharged: Option<Time>,
    /// PV2-1.
    pub pending_location: Option<Location>,
    /// PV2-8.
    pub expected_admission: Option<Time>,
    /// PV2-9.
    pub expected_discharge: Option<Time>,
    /// PV2-47.
    pub expected_return: Option<Time>,
    /// EVN-2.
    pub recorded: Option<Time>,
    /// EVN-3.
    pub planned: Option<Time>,
    /// EVN-4.
    pub reason: Option<Coded>,
    /// EVN-5.
    pub operator: Option<Staff>,
    /// EVN-6.
    pub occurred: Option<Time>,
    /// EVN-7.
    pub facility: String,
}

impl Visit {
    pub(crate) fn read(message: &Message, context: &mut Context) -> Option<Self> {
        let (pv1, pv2, evn) = (message.segment("PV1"), message.segment("PV2"), message.segment("EVN"));
        if pv1.is_none() && pv2.is_none() && evn.is_none() {
            return None;
        }
        let mut visit = Self::default();
        if let Some(pv1) = pv1 {
            visit.class = id(&pv1, 2);
            visit.location = location(&pv1, 3);
            visit.previous_location = location(&pv1, 6);
            visit.attending = staff(&pv1, 7);
            visit.department = coded_or_none(&pv1, 10, context);
            visit.admitting = staff(&pv1, 17);
            visit.disposition = coded_or_none(&pv1, 36, context);
            visit.admitted = context.time(&pv1, 44);
            visit.discharged = context.time(&pv1, 45);
        }
        if let Some(pv2) = pv2 {
            visit.pending_location = location(&pv2, 1);
            visit.expected_admission = context.time(&pv2, 8);
            visit.expected_discharge = context.time(&pv2, 9);
            visit.expected_return = context.time(&pv2, 47);
        }
        if let Some(evn) = evn {
            visit.recorded = context.time(&evn, 2);
            visit.planned = context.time(&evn, 3);
            visit.reason = coded_or_none(&evn, 4, context);
            visit.operator = staff(&evn, 5);
            visit.occurred = context.time(&evn, 6);
            visit.facility = id(&evn, 7);
        }
        Some(visit)
    }
}
