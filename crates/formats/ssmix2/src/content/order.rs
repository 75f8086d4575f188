//! ORC, TQ1 and RXR: what every order carries – who, when, for how long, by which route.

use renkei_hl7v2::{Address, Coded, Location, Phone, Place, Segment, Staff};
use serde::{Deserialize, Serialize};

use crate::context::{Context, addresses, coded_or_none, entity, id, location, phones, staff, text, texts};
use crate::value::{Quantity, Time};

/// ORC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// ORC-1: NW CA SC PA CH …
    pub control: String,
    /// ORC-2.
    pub placer_number: String,
    /// ORC-3.
    pub filler_number: String,
    /// ORC-4, whole.
    pub group_number: String,
    /// ORC-5: CM IP …
    pub status: String,
    /// ORC-8.
    pub parent_number: String,
    /// ORC-9.
    pub ordered: Option<Time>,
    /// ORC-10.
    pub enterer: Option<Staff>,
    /// ORC-12.
    pub doctor: Option<Staff>,
    /// ORC-13.
    pub location: Option<Location>,
    /// ORC-17.
    pub department: Option<Coded>,
    /// ORC-21.
    pub institution: String,
    /// ORC-22.
    pub institution_address: Option<Address>,
    /// ORC-23.
    pub institution_phone: Option<Phone>,
    /// ORC-29: `I` or `O`.
    pub setting: String,
    pub place: Option<Place>,
}

impl Order {
    pub(crate) fn read(segment: &Segment<'_>, context: &mut Context) -> Self {
        Self {
            control: id(segment, 1),
            placer_number: entity(segment, 2),
            filler_number: entity(segment, 3),
            group_number: entity(segment, 4),
            status: id(segment, 5),
            parent_number: entity(segment, 8),
            ordered: context.time(segment, 9),
            enterer: staff(segment, 10),
            doctor: staff(segment, 12),
            location: location(segment, 13),
            department: coded_or_none(segment, 17, context),
            institution: id(segment, 21),
            institution_address: addresses(segment, 22).into_iter().next(),
            institution_phone: phones(segment, 23).into_iter().next(),
            setting: id(segment, 29),
            place: Some(segment.place(0)),
        }
    }

    /// The order was taken back or stopped.
    pub fn is_cancelled(&self) -> bool {
        matches!(self.control.as_str(), "CA" | "OC" | "CR" | "DC" | "OD" | "DR") || self.status == "CA"
    }

    /// The prescription group inside the order: the part of ORC-4 after the order number and before the administration
    /// number; the whole value where it has another form (`1`, `<order>_<RP>`).
    pub fn rp(&self) -> &str {
        let whole = self.group_number.as_str();
        let after_order = whole.strip_prefix(self.placer_number.as_str()).and_then(|rest| rest.strip_prefix('_'));
        if let Some(rest) = after_order.filter(|_| !self.placer_number.is_empty()) {
            let administration = rest.split_once('_').map_or(0, |(_, number)| number.len() + 1);
            return whole.get(..whole.len() - administration).unwrap_or(whole);
        }
        if whole.matches('_').count() < 2 {
            return whole;
        }
        whole.rsplit_once('_').map_or(whole, |(group, _administration)| group)
    }
}

/// TQ1.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// TQ1-3: usage and its supplements, in order.
    pub usages: Vec<Coded>,
    /// TQ1-4: times of day as sent.
    pub times: Vec<String>,
    /// TQ1-6: `5^d`, `3^D&日&ISO+`.
    pub duration: Quantity,
    /// TQ1-7.
    pub start: Option<Time>,
    /// TQ1-8.
    pub end: Option<Time>,
    /// TQ1-9.
    pub priority: Option<Coded>,
    /// TQ1-10 and TQ1-11.
    pub text: Vec<String>,
    /// TQ1-14: number of doses of an as-needed medicine, as sent.
    pub doses: String,
    pub place: Option<Place>,
}

impl Timing {
    pub(crate) fn read(segment: &Segment<'_>, context: &mut Context) -> Self {
        let mut usages = Vec::new();
        for repetition in segment.field(3).filled() {
            let first = repetition.component(1);
            // The usage is a coded value inside a component; some senders write it with carets all the same.
            let split_by_carets = !first.has_subcomponents() && !repetition.component(3).is_empty();
            let usage = if split_by_carets { Coded::read(&repetition) } else { Coded::read_component(&first) };
            context.check_code(&usage, segment, 3);
            if !usage.is_empty() {
                usages.push(usage);
            }
        }
        Self {
            usages,
            times: texts(segment, 4),
            duration: context.quantity_with_unit(segment, 6),
            start: context.time(segment, 7),
            end: context.time(segment, 8),
            priority: coded_or_none(segment, 9, context),
            text: [text(segment, 10), text(segment, 11)].into_iter().filter(|t| !t.is_empty()).collect(),
            doses: id(segment, 14),
            place: Some(segment.place(0)),
        }
    }

    /// The number of days, when the duration is a whole number of days.
    pub fn days(&self) -> Option<u32> {
        let code = renkei_text::code::fold(self.duration.unit.code()).to_ascii_lowercase();
        let is_day = matches!(code.as_str(), "d" | "day" | "days") || self.duration.unit.text() == "日";
        if is_day { self.duration.raw.parse().ok() } else { None }
    }
}

/// RXR.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// RXR-1.
    pub route: Coded,
    /// RXR-2.
    pub site: Coded,
    /// RXR-3.
    pub device: Coded,
    /// RXR-4.
    pub method: Coded,
    pub place: Option<Place>,
}

impl Route {
    pub(crate) fn read(segment: &Segment<'_>, context: &mut Context) -> Self {
        Self {
            route: context.coded(segment, 1),
            site: context.coded(segment, 2),
            device: context.coded(segment, 3),
            method: context.coded(segment, 4),
            place: Some(segment.place(0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prescription_group_is_the_number_without_the_administration() {
        let rp = |number: &str| Order { group_number: number.to_owned(), ..Order::default() }.rp().to_owned();
        assert_eq!(rp("000000000000101_01_002"), "000000000000101_01");
        assert_eq!(rp("000000000000101_01"), "000000000000101_01");
        assert_eq!(rp("1"), "1");
        assert_eq!(rp(""), "");
        let numbered = Order { placer_number: "A_1".into(), group_number: "A_1_02".into(), ..Order::default() };
        assert_eq!(numbered.rp(), "A_1_02");
    }
}
