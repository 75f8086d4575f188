//! Findings about laboratory codes: JLAC10 missing, of a strange length, or standing at the group instead of the value.

use crate::content::observation::JLAC10;
use crate::content::{Content, Observation};
use crate::context::Context;
use crate::data_type::DataType;

/// With result identification, and without it.
const JLAC10_LENGTHS: [usize; 2] = [17, 15];

pub(crate) fn check(content: &Content, data_type: Option<DataType>, context: &mut Context) {
    match (content, data_type) {
        (Content::Orders(groups), Some(DataType::Oml11)) => {
            for group in groups {
                let group_code = group.request.as_ref().and_then(|r| r.item.of(&JLAC10)).map(|t| t.code.as_str());
                let of_value = group_code.is_some_and(|code| JLAC10_LENGTHS.contains(&code.chars().count()));
                group.all_observations().for_each(|observation| one(observation, of_value, context));
            }
        }
        (Content::Demographics(all), _) => all.observations.iter().for_each(|o| one(o, false, context)),
        _ => {}
    }
}

/// `in_group`: the group's own code (OBR-4) is a whole JLAC10 code.
fn one(observation: &Observation, in_group: bool, context: &mut Context) {
    let place = observation.place.field(3);
    match observation.jlac10() {
        None if in_group => {
            let text = "標準コード（JLAC10）が結果ではなく検査の単位（OBR-4）にあります。結果には移しませんでした。";
            context.note("laboratory-code-in-group", place, text);
        }
        None => {
            let text = "検査項目に標準コード（JLAC10）がありません。施設のコードのまま残しました。";
            context.note("laboratory-code-not-standard", place, text);
        }
        Some(code) if !JLAC10_LENGTHS.contains(&code.chars().count()) => {
            context.note("jlac10-length", place, "JLAC10コードの桁数が17桁でも15桁でもありません。");
        }
        Some(_) => {}
    }
}
