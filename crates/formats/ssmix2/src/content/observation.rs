//! OBX: one observed or asked value. The characters stay; a number is read only where the whole value is one.

use renkei_hl7v2::{Coded, Place, Segment, Staff};
use serde::{Deserialize, Serialize};

use crate::context::{Context, coded_or_none, id, staff, text};
use crate::value::{Measured, Time};

/// One OBX.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// OBX-2 as sent; empty in orders.
    pub value_type: String,
    /// OBX-3.
    pub code: Coded,
    /// OBX-4: ties rows together (organism and amount).
    pub sub_id: String,
    /// OBX-5 as text: escapes resolved, nothing else changed; for coded values the text of the code.
    pub value: String,
    /// OBX-5 where it is coded.
    pub coded: Option<Coded>,
    /// OBX-5 where it names a person.
    pub person: Option<Staff>,
    /// OBX-6.
    pub unit: Coded,
    /// OBX-7 as sent.
    pub range: String,
    /// OBX-8.
    pub flags: Vec<String>,
    /// OBX-11: O P F C X D …
    pub status: String,
    /// OBX-14.
    pub observed: Option<Time>,
    /// OBX-16.
    pub observer: Option<Staff>,
    /// OBX-17.
    pub method: Option<Coded>,
    pub comments: Vec<String>,
    pub place: Place,
}

/// Value types whose value is a code.
const CODED_TYPES: [&str; 6] = ["CWE", "CE", "CF", "CNE", "IS", "ZRD"];

impl Observation {
    pub(crate) fn read(segment: &Segment<'_>, context: &mut Context) -> Self {
        let value_type = id(segment, 2);
        let code = context.coded(segment, 3);
        let field = segment.field(5);
        let mut coded = None;
        let mut person = None;
        let value = match value_type.as_str() {
            kind if CODED_TYPES.contains(&kind) => {
                coded = coded_or_none(segment, 5, context);
                let texts: Vec<String> = field.filled().map(|r| Coded::read(&r).text().to_owned()).collect();
                texts.join("\n")
            }
            "XCN" => {
                person = staff(segment, 5);
                person
                    .as_ref()
                    .map(Staff::full_name)
                    .filter(|n| !n.is_empty())
                    .unwrap_or_else(|| field.text().into_owned())
            }
            "TX" | "FT" => field.repetitions().map(|r| r.text().into_owned()).collect::<Vec<_>>().join("\n"),
            "TS" | "DT" | "TM" => id(segment, 5),
            _ => {
                coded = hidden_code(segment, context);
                match &coded {
                    Some(coded) => coded.text().to_owned(),
                    None => field.text().into_owned(),
                }
            }
        };
        let observation = Self {
            code,
            sub_id: id(segment, 4),
            value,
            coded,
            person,
            unit: context.coded(segment, 6),
            range: text(segment, 7),
            flags: segment.field(8).filled().map(|r| r.component(1).id().into_owned()).collect(),
            status: id(segment, 11),
            observed: context.time(segment, 14),
            observer: staff(segment, 16),
            method: coded_or_none(segment, 17, context),
            comments: Vec::new(),
            place: segment.place(0),
            value_type,
        };
        observation.check(segment, context);
        observation
    }

    fn check(&self, segment: &Segment<'_>, context: &mut Context) {
        let place = segment.place(5);
        if self.value_type == "NM" && !self.value.is_empty() && !crate::value::is_number(self.value.trim()) {
            context.warning(
                "value-not-numeric",
                place,
                "数値型（NM）の結果が数値ではありません。文字のまま残しました。",
            );
        }
        if self.value_type == "SN" {
            context.warning(
                "value-type-not-allowed",
                segment.place(2),
                "使えない値の型（SN）です。文字のまま残しました。",
            );
        }
        let bare = |separator: char| segment.field(5).raw().contains(separator);
        let separators = segment.message().separators();
        if self.coded.is_none()
            && matches!(self.value_type.as_str(), "ST" | "TX" | "FT" | "NM")
            && (bare(separators.component) || bare(separators.subcomponent))
        {
            let text = "文章の中に、エスケープされていない区切り文字があります。文字として残しました。";
            context.note("text-with-separators", place, text);
        }
        if has_two_parts(&self.value) && matches!(self.value_type.as_str(), "NM" | "ST") {
            context.note("value-with-two-parts", place, "一つの結果に二つの値があります。分けずに残しました。");
        }
    }

    /// The number and its bound, where the whole value is that and not a code.
    pub fn measured(&self) -> Option<Measured> {
        if self.coded.is_some() || matches!(self.value_type.as_str(), "TS" | "DT" | "TM" | "XCN") {
            None
        } else {
            Measured::parse(&self.value)
        }
    }

    /// The JLAC10 code, wherever it stands.
    pub fn jlac10(&self) -> Option<&str> {
        self.code.of(&JLAC10).map(|t| t.code.as_str()).filter(|c| !c.is_empty())
    }

    /// The name to show: the JLAC10 text, else any.
    pub fn name(&self) -> &str {
        self.code.of(&JLAC10).map(|t| t.text.as_str()).filter(|t| !t.is_empty()).unwrap_or_else(|| self.code.text())
    }

    /// The unit's code as sent, else its text.
    pub fn unit_shown(&self) -> &str {
        let code = self.unit.code();
        if code.is_empty() { self.unit.text() } else { code }
    }

    /// The row was taken back (`X` no result, `D` delete, `W` wrong patient).
    pub fn is_withdrawn(&self) -> bool {
        matches!(self.status.as_str(), "X" | "D" | "W")
    }
}

/// Names under which JLAC10 is met.
pub const JLAC10: [&str; 3] = ["JC10", "JLAC10", "JLAC"];

/// A text value that is really a coded one: component 3 or 6 names a code system.
fn hidden_code(segment: &Segment<'_>, context: &mut Context) -> Option<Coded> {
    let first = segment.field(5).first();
    let system = |n: usize| {
        let name = first.component(n).id();
        let name = renkei_text::code::fold(&name).into_owned();
        name.starts_with("99") || JLAC10.contains(&name.as_str()) || matches!(name.as_str(), "JANIS" | "JSHR002" | "LN")
    };
    if !(system(3) || system(6)) {
        return None;
    }
    context.note("value-coded-in-text", segment.place(5), "文字型の結果にコードがあります。コードとして読みました。");
    Some(Coded::read(&first))
}

/// `1+(100)`, `0.13(0)`: a value followed by another one in brackets.
fn has_two_parts(value: &str) -> bool {
    let Some((front, back)) = value.trim().strip_suffix([')', '）']).and_then(|v| v.split_once(['(', '（'])) else {
        return false;
    };
    let digit = |text: &str| text.chars().any(|c| c.is_ascii_digit());
    digit(front) && digit(back) && front.chars().all(|c| c.is_ascii_digit() || "+-. <>".contains(c))
}

#[cfg(test)]
mod tests {
    use super::has_two_parts;

    #[test]
    fn two_values_in_one_are_noticed() {
        assert!(has_two_parts("1+(100)"));
        assert!(has_two_parts("0.13(0)"));
        assert!(!has_two_parts("(3+)"));
        assert!(!has_two_parts("検体に溶血あり (x10^3)"));
    }
}
