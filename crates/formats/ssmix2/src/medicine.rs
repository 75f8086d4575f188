//! Findings about medicine codes: none that names the therapeutic class.
//!
//! HOT, receipt and house codes number products; only the twelve characters of YJ (and of the price list) begin with the
//! class. Whoever must tell a class of medicines by its code cannot do so without one.

use crate::content::{Content, MedicationGroup};
use crate::context::Context;
use renkei_hl7v2::{Coded, Place, Triple};

const SYSTEMS: [&str; 3] = ["YJ", "MYAK", "YAK"];

pub(crate) fn check(content: &Content, context: &mut Context) {
    let Content::Medication(medication) = content else { return };
    medication.groups.iter().for_each(|group| one(group, context));
}

fn one(group: &MedicationGroup, context: &mut Context) {
    // In injections RXE is the kind of injection and the drugs are RXC.
    let item = group.item.iter().filter(|_| group.components.is_empty());
    let ordered: Vec<(Place, Vec<&Coded>)> = item
        .map(|item| (item.place, std::iter::once(&item.code).chain(&item.additional).collect()))
        .chain(group.components.iter().map(|c| (c.place, std::iter::once(&c.drug).chain(&c.additional).collect())))
        .collect();
    for (place, codes) in &ordered {
        note(place.field(2), codes, context);
    }
    for given in &group.given {
        // What was given has room for one code; the order beside it may say more of the same medicine.
        let same = ordered.iter().filter(|(_, codes)| codes.iter().any(|code| shares_code(code, &given.drug)));
        let codes: Vec<&Coded> = same.flat_map(|(_, codes)| codes.iter().copied()).chain([&given.drug]).collect();
        note(given.place.field(5), &codes, context);
    }
}

fn note(place: Place, codes: &[&Coded], context: &mut Context) {
    if !codes.iter().any(|code| names_class(code)) {
        let text = "薬に薬効を表すコード（YJ）がありません。機微な薬かどうかをコードで判断できません。";
        context.note("medicine-code-without-class", place, text);
    }
}

fn shares_code(one: &Coded, other: &Coded) -> bool {
    let is_in_other = |t: &Triple| other.triples.iter().any(|o| o.code == t.code && o.system == t.system);
    one.triples.iter().any(|t| !t.code.is_empty() && is_in_other(t))
}

/// By the name of the system, or by its shape: seven digits, a letter, four digits.
fn names_class(value: &Coded) -> bool {
    value.triples.iter().any(|triple| {
        let (code, system) = (renkei_text::code::fold(&triple.code), renkei_text::code::fold(&triple.system));
        let shape = |(n, b): (usize, u8)| if n == 7 { b.is_ascii_uppercase() } else { b.is_ascii_digit() };
        let named = SYSTEMS.iter().any(|known| system.starts_with(known));
        !code.is_empty() && (named || (code.len() == 12 && code.bytes().enumerate().all(shape)))
    })
}
