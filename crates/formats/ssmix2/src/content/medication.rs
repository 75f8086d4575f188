//! OMP-01, -11, -02, -12: prescriptions and injections, ordered (RDE^O11) and carried out (RAS^O17).
//!
//! One ORC opens a group: in a prescription a drug, in an injection an administration whose drugs are its RXC. Groups of
//! the same RP are printed together; `Medication::rps` puts them together without losing their order.

use std::collections::HashMap;

use renkei_hl7v2::{Coded, Location, Message, Place, Segment, Staff, Triple};
use serde::{Deserialize, Serialize};

use crate::content::allergy::Allergy;
use crate::content::observation::Observation;
use crate::content::order::{Order, Route, Timing};
use crate::context::{Context, coded_or_none, comment, id, location, raw_segment, staff, staff_all, text, texts};
use crate::value::{Quantity, RawSegment, Time};

/// A prescription or injection message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Medication {
    pub groups: Vec<MedicationGroup>,
    /// AL1, as the ordering system knew them.
    pub allergies: Vec<Allergy>,
    /// NTE before the first group.
    pub comments: Vec<String>,
}

/// One ORC with what follows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MedicationGroup {
    pub order: Order,
    /// RXE: in prescriptions the drug, in injections the kind of injection.
    pub item: Option<MedicationItem>,
    pub timings: Vec<Timing>,
    pub routes: Vec<Route>,
    /// RXC: the drugs of an injection.
    pub components: Vec<Component>,
    /// RXA: what was really given.
    pub given: Vec<Given>,
    pub observations: Vec<Observation>,
    pub comments: Vec<String>,
}

/// RXE.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MedicationItem {
    /// RXE-2.
    pub code: Coded,
    /// RXE-3 and -4 in RXE-5. They differ where doses are uneven; `""` does not apply.
    pub dose: Quantity,
    pub dose_max: Quantity,
    /// RXE-6.
    pub form: Option<Coded>,
    /// RXE-7: uneven doses (`V14NNNNN`), first dose, instructions in words.
    pub instructions: Vec<Coded>,
    /// RXE-10 in RXE-11.
    pub total: Quantity,
    /// RXE-13: number of the narcotics licence and name.
    pub narcotic_prescriber: Option<Staff>,
    /// RXE-15.
    pub prescription_number: String,
    /// RXE-19.
    pub daily: Quantity,
    /// RXE-21.
    pub categories: Vec<Coded>,
    /// RXE-22: `H1` an hour.
    pub rate_per: String,
    /// RXE-23 in RXE-24.
    pub rate: Quantity,
    /// RXE-25 in RXE-26.
    pub strength: Quantity,
    /// RXE-27: 21 内服, 22 頓用, 23 外用, 24 自己注射.
    pub administration: Option<Coded>,
    /// RXE-31: YJ, receipt code, generic-name code.
    pub additional: Vec<Coded>,
    /// RXE-42.
    pub delivery: Option<Location>,
    pub place: Place,
}

/// RXC: one drug of a mixture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// `B` base, `A` additive, as sent.
    pub role: String,
    pub drug: Coded,
    pub amount: Quantity,
    /// RXC-5 in RXC-6.
    pub strength: Quantity,
    /// RXC-7.
    pub additional: Vec<Coded>,
    pub place: Place,
}

/// RXA: one drug handed out or given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    pub start: Option<Time>,
    pub end: Option<Time>,
    pub drug: Coded,
    pub amount: Quantity,
    /// RXA-8.
    pub form: Option<Coded>,
    /// RXA-9.
    pub notes: Vec<Coded>,
    /// RXA-10.
    pub performers: Vec<Staff>,
    /// RXA-11.
    pub location: Option<Location>,
    /// RXA-12 as sent.
    pub rate: String,
    /// RXA-13 in RXA-14.
    pub strength: Quantity,
    /// RXA-15.
    pub lots: Vec<String>,
    /// RXA-16.
    pub expiry: Option<Time>,
    /// RXA-18.
    pub refusal_reason: Option<Coded>,
    /// RXA-20: CP PA NA RE.
    pub completion: String,
    /// RXA-22.
    pub entered: Option<Time>,
    pub place: Place,
}

/// Groups that are printed together.
#[derive(Debug, Clone)]
pub struct RpGroup<'m> {
    pub rp: &'m str,
    pub groups: Vec<&'m MedicationGroup>,
}

impl Medication {
    pub(crate) fn read(message: &Message, other: &mut Vec<RawSegment>, context: &mut Context) -> Self {
        let mut all = Self::default();
        for segment in message.segments() {
            match segment.name() {
                "MSH" | "EVN" | "PID" | "PV1" | "PV2" => continue,
                "AL1" => {
                    all.allergies.push(Allergy::read_al1(&segment, context));
                    continue;
                }
                "NTE" if all.groups.is_empty() => {
                    all.comments.extend(comment(&segment));
                    continue;
                }
                "ORC" => {
                    all.groups
                        .push(MedicationGroup { order: Order::read(&segment, context), ..MedicationGroup::default() });
                    continue;
                }
                "RXE" | "RXO" | "RXA" | "TQ1" | "RXR" | "RXC" | "OBX" | "NTE" => {}
                _ => {
                    other.push(raw_segment(&segment));
                    continue;
                }
            }
            all.detail(&segment, context);
        }
        all
    }

    fn detail(&mut self, segment: &Segment<'_>, context: &mut Context) {
        let second_item = segment.is("RXE") && self.groups.last().is_some_and(|g| g.item.is_some());
        if self.groups.is_empty() || second_item {
            let order = self.groups.last().map(|g| g.order.clone()).unwrap_or_default();
            if self.groups.is_empty() {
                context.warning("order-segment-missing", segment.place(0), "オーダのセグメント（ORC）がありません。");
            }
            self.groups.push(MedicationGroup { order, ..MedicationGroup::default() });
        }
        let Some(group) = self.groups.last_mut() else { return };
        match segment.name() {
            "RXE" => group.item = Some(MedicationItem::read(segment, context)),
            "TQ1" => group.timings.push(Timing::read(segment, context)),
            "RXR" => group.routes.push(Route::read(segment, context)),
            "RXC" => group.components.push(Component::read(segment, context)),
            "RXA" => group.given.push(Given::read(segment, context)),
            "OBX" => group.observations.push(Observation::read(segment, context)),
            "NTE" => group.comments.extend(comment(segment)),
            _ => {}
        }
    }

    /// The groups by RP, in the order in which each RP first appears. Groups without a number stand alone.
    pub fn rps(&self) -> Vec<RpGroup<'_>> {
        let mut all: Vec<RpGroup<'_>> = Vec::new();
        let mut places = HashMap::new();
        for group in &self.groups {
            let rp = group.order.rp();
            let place = *places.entry(rp).or_insert(all.len());
            match all.get_mut(place).filter(|_| !rp.is_empty()) {
                Some(known) => known.groups.push(group),
                None => all.push(RpGroup { rp, groups: vec![group] }),
            }
        }
        all
    }
}

impl MedicationItem {
    fn read(segment: &Segment<'_>, context: &mut Context) -> Self {
        Self {
            code: context.coded(segment, 2),
            dose: context.quantity(segment, 3, 5),
            dose_max: context.quantity(segment, 4, 5),
            form: coded_or_none(segment, 6, context),
            instructions: context.coded_all(segment, 7),
            total: context.quantity(segment, 10, 11),
            narcotic_prescriber: staff(segment, 13),
            prescription_number: id(segment, 15),
            daily: context.quantity_with_unit(segment, 19),
            categories: context.coded_all(segment, 21),
            rate_per: id(segment, 22),
            rate: context.quantity(segment, 23, 24),
            strength: context.quantity(segment, 25, 26),
            administration: coded_or_none(segment, 27, context),
            additional: context.coded_all(segment, 31),
            delivery: location(segment, 42),
            place: segment.place(0),
        }
    }

    /// The medicine code: HOT in any length, else any other code sent.
    pub fn medicine(&self) -> Option<&Triple> {
        medicine(&self.code)
    }
}

/// Systems of medicine codes.
pub const MEDICINE_SYSTEMS: [&str; 11] =
    ["HOT9", "HOT09", "HOT7", "HOT07", "HOT11", "HOT13", "HOT", "YJ", "MYAK", "HOT-9", "HOT-13"];

/// The medicine triple of a coded value: one of a known system, else the first with a code.
pub fn medicine(code: &Coded) -> Option<&Triple> {
    code.of(&MEDICINE_SYSTEMS).or_else(|| code.triples.iter().find(|t| !t.code.is_empty()))
}

impl Component {
    fn read(segment: &Segment<'_>, context: &mut Context) -> Self {
        Self {
            role: id(segment, 1),
            drug: context.coded(segment, 2),
            amount: context.quantity(segment, 3, 4),
            strength: context.quantity(segment, 5, 6),
            additional: context.coded_all(segment, 7),
            place: segment.place(0),
        }
    }
}

impl Given {
    fn read(segment: &Segment<'_>, context: &mut Context) -> Self {
        Self {
            start: context.time(segment, 3),
            end: context.time(segment, 4),
            drug: context.coded(segment, 5),
            amount: context.quantity(segment, 6, 7),
            form: coded_or_none(segment, 8, context),
            notes: context.coded_all(segment, 9),
            performers: staff_all(segment, 10),
            location: location(segment, 11),
            rate: text(segment, 12),
            strength: context.quantity(segment, 13, 14),
            lots: texts(segment, 15),
            expiry: context.time(segment, 16),
            refusal_reason: coded_or_none(segment, 18, context),
            completion: id(segment, 20),
            entered: context.time(segment, 22),
            place: segment.place(0),
        }
    }
}
