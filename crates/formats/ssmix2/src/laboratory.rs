//! Findings about laboratory codes: JLAC10 missing, of a strange length, or standing at the group instead of the value.

use crate::content::{Content, Observation};
use crate::context::Context;
use crate::data_type::DataType;

/// With result identification, and without it.
const JLAC10_LENGTHS: [usize; 2] = [17, 15];

pub(crate) fn check(content: &Content, data_type: Option<DataType>, context: &mut Context) {
    let observations: Vec<&Observation> = match (content, data_type) {
        (Content::Orders(groups), Some(DataType::Oml11)) => groups.iter().flat_map(|g| g.all_observations()).collect(),
        (Content::Demographics(all), _) => all.observations.iter().collect(),
        _ => return,
    };
    for observation in observations {
        let place = observation.place.field(3);
        match observation.jlac10() {
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
}
