//! Every quirk file gives the values, parts and findings that its list asks for.

use serde_json::Value;

use crate::{codes, fixture, inspected};

/// What the list calls a finding, and the code it has here.
fn code_of(meaning: &str) -> &'static str {
    match meaning {
        "substitute character in a name" => "name-substitute-character",
        "charset label does not match the bytes" => "charset-label-mismatch",
        other => panic!("no code is known for {other}"),
    }
}

/// R-A1-4.2: what real senders do differently is read as the list of quirks says.
#[test]
fn every_quirk_is_read_as_expected() {
    let list: Value = serde_json::from_slice(&std::fs::read(fixture("quirks/expected.json")).unwrap()).unwrap();
    let list = list.as_array().unwrap();
    assert_eq!(list.len(), 20);
    for quirk in list {
        let file = quirk["file"].as_str().unwrap();
        let (object, verdict) = inspected(&fixture(&format!("quirks/{file}")));
        assert_eq!(verdict.exit_code(), 0, "{file}");
        let content = &object["content"];
        for (pointer, expected) in quirk["expect"].as_object().unwrap() {
            assert_eq!(content.pointer(pointer), Some(expected), "{file} {pointer}\n{content:#}");
        }
        for (pointer, parts) in quirk.get("expect_contains").and_then(Value::as_object).into_iter().flatten() {
            let value = content.pointer(pointer).and_then(Value::as_str).unwrap();
            for part in parts.as_array().unwrap() {
                assert!(value.contains(part.as_str().unwrap()), "{file} {pointer}: {value}");
            }
        }
        for meaning in quirk.get("expect_findings").and_then(Value::as_array).into_iter().flatten() {
            let code = code_of(meaning.as_str().unwrap());
            assert!(codes(&object).contains(&code), "{file}: {:?}", codes(&object));
        }
    }
}

/// Findings the explanations of the list promise beside its values.
#[test]
fn irregularities_are_reported_under_their_codes() {
    for (file, code) in [
        ("01-cr-fs", "trailing-bytes"),
        ("02-crlf", "line-ends"),
        ("03-lf-noend", "final-terminator-missing"),
        ("05-name-missing-caret", "name-caret-missing"),
        ("07-name-only-family", "name-split-at-space"),
        ("08-halfwidth-kana", "text-half-width-kana"),
        ("09-jis-roman-yen", "text-jis-roman"),
        ("10-nec-row13", "text-vendor-character"),
        ("12-old-kanji-escape", "text-old-kanji-set"),
        ("14-msh18-variants", "charset-label-spelling"),
        ("17-hours-24plus", "time-hour-24"),
        ("18-escapes", "escape-unknown"),
        ("19-obx-multi-and-local", "value-not-numeric"),
        ("19-obx-multi-and-local", "laboratory-code-not-standard"),
    ] {
        let (object, _) = inspected(&fixture(&format!("quirks/{file}.hl7")));
        assert!(codes(&object).contains(&code), "{file}: {:?}", codes(&object));
    }
}

#[test]
fn a_regular_message_has_no_findings_and_is_accepted() {
    let (object, _) = inspected(&fixture("quirks/04-delimiter-bytes.hl7"));
    assert_eq!(codes(&object), Vec::<&str>::new());
    assert_eq!((object["verdict"].as_str(), &object["code"]), (Some("accepted"), &Value::Null));
    let members: Vec<&String> = object.as_object().unwrap().keys().collect();
    assert_eq!(members, ["path", "format", "content", "findings", "code", "verdict"]);
}

#[test]
fn values_keep_their_characters() {
    let (object, _) = inspected(&fixture("quirks/18-escapes.hl7"));
    let value = object["content"]["results"][0]["value"].as_str().unwrap();
    assert_eq!(value, "a|b^c&d~e\\fAg\nhij\\Zxx\\k");
    let (object, _) = inspected(&fixture("quirks/19-obx-multi-and-local.hl7"));
    let results = &object["content"]["results"];
    assert_eq!(results[3]["value"], ">7.5");
    assert_eq!((&results[3]["comparator"], &results[3]["value_normalized"]), (&">".into(), &"7.5".into()));
    assert_eq!(results[1]["unit"], "g/dl");
    assert_eq!(results[2]["place"], "OBX[3]");
}
