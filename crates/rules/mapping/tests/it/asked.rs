//! Codes of what becomes words or lines come along, so that rights and limits are judged by them (law 6).

use crate::types::bytes;
use crate::{body, map, of_kind};
use renkei_records::views::PatientRecord;
use renkei_records::{Body, Code, EntryKind, Message};

const ORC: &str = "ORC|NW|104||104_01_001|||||20260401090000|||d1^医師^一郎";
const RXE: &str = "RXE||1^薬^HOT9|1||TAB^錠^MR9P";
const OBR: &str = "OBR|1|104||X^院内セット^99Z|||202604010900";
const DG1: &str = "DG1|1||B24^ＨＩＶ病^I10|ＨＩＶ病";
const HIV: &str = "5F560143002305111";

fn message(data_type: &str, kind: &str, segments: &[&str]) -> Message {
    let name = format!("0000123_20260401_{data_type}_000000000000104_20260401090000000_01_1");
    map(&name, &bytes(kind, segments)).unwrap().message
}

fn has(codes: &[Code], code: &str) -> bool {
    codes.iter().any(|c| c.code == code)
}

fn line_codes(body: &Body) -> Vec<Code> {
    let lines = match body {
        Body::Titled(titled) => titled.lines.clone(),
        Body::LaboratoryOrder(order) => order.items.iter().flat_map(|i| i.lines.clone()).collect(),
        Body::InjectionOrder(order) => order.sets.iter().flat_map(|s| s.observations.clone()).collect(),
        other => panic!("{other:?}"),
    };
    lines.into_iter().flat_map(|line| line.code.into_codes()).collect()
}

/// R-X-15: a diagnosis in an order or a result is judged as a diagnosis: an entry of that kind with its code and words.
#[test]
fn a_diagnosis_in_a_message_about_something_else_is_an_entry_of_its_own() {
    let obx = "OBX|1|NM|1^身長^99L||170.0|cm^cm^ISO+|||||F";
    let table: [(&str, &str, Vec<&str>); 6] = [
        ("OML-01", "OML^O33", vec![ORC, OBR, DG1]),
        ("OML-11", "OUL^R22", vec![OBR, ORC, obx, DG1]),
        ("OMG-01", "OMG^O19", vec![ORC, OBR, DG1]),
        ("OMP-01", "RDE^O11", vec![ORC, RXE, DG1]),
        ("ADT-12", "ADT^A04", vec!["PV1|1|O", DG1]),
        ("OML-12", "OUL^R22", vec![obx, DG1]),
    ];
    for (data_type, kind, segments) in table {
        let message = message(data_type, kind, &segments);
        let found = of_kind(&message, EntryKind::Diagnosis);
        assert_eq!(found.len(), 1, "{data_type}");
        let titled = body!(found[0], Titled);
        assert!(titled.lines.iter().any(|l| l.label == "DG1-4" && l.value == "ＨＩＶ病"), "{data_type}");
        assert!(has(&line_codes(&found[0].body), "B24"), "{data_type}");
        for other in message.entries.iter().filter(|e| e.kind != EntryKind::Diagnosis) {
            assert!(!format!("{other:?}").contains("B24"), "{data_type} {:?}", other.kind);
        }
        assert!(message.entries.len() > 1, "{data_type}");
    }
}

#[test]
fn a_diagnosis_code_names_its_system_or_has_that_of_the_field_beside() {
    for (segment, system) in [("DG1|1|I10|B24|ＨＩＶ病", "I10"), ("DG1|1||B24|ＨＩＶ病", "")] {
        let message = message("OMG-01", "OMG^O19", &[ORC, OBR, segment]);
        let codes = line_codes(&of_kind(&message, EntryKind::Diagnosis)[0].body);
        assert!(codes.iter().any(|c| c.code == "B24" && c.system == system), "{segment}: {codes:?}");
    }
}

/// R-X-15: an observation and a component in a prescription are words in its comments; their codes stand beside.
#[test]
fn a_drug_keeps_the_codes_of_what_its_comments_say() {
    let obx = format!("OBX|1|CWE|{HIV}^ＨＩＶ抗体^JC10||B24^ＨＩＶ病^I10||||||F");
    let rxc = "RXC|A|1179017F1018^炭酸リチウム^YJ|1|TAB^錠^MR9P";
    let message = message("OMP-01", "RDE^O11", &[ORC, RXE, rxc, &obx]);
    let drug = &body!(message.entries[0], Prescription).groups[0].drugs[0];
    assert!(drug.comments.iter().any(|c| c.contains("炭酸リチウム")), "{:?}", drug.comments);
    assert_eq!(drug.components[0].codes[0].code, "1179017F1018");
    assert!(has(&drug.asked_with, HIV) && has(&drug.asked_with, "B24"), "{:?}", drug.asked_with);
    assert!(drug.yj().is_none(), "a component is not the drug itself");
}

#[test]
fn coded_values_of_lines_come_with_their_item() {
    let obx = format!("OBX|1|CWE|{HIV}^ＨＩＶ抗体^JC10||B24^ＨＩＶ病^I10||||||F");
    for (data_type, kind) in [("OMG-01", "OMG^O19"), ("OML-01", "OML^O33"), ("OMG-11", "OMI^Z23")] {
        let message = message(data_type, kind, &[ORC, OBR, &obx]);
        let codes = line_codes(&message.entries[0].body);
        assert!(has(&codes, HIV) && has(&codes, "B24"), "{data_type}: {codes:?}");
    }
}

#[test]
fn the_reason_of_a_result_is_kept_with_its_code() {
    let obr = format!("{OBR}{}B24^ＨＩＶ病^I10", "|".repeat(24));
    let message = message("OML-11", "OUL^R22", &[&obr, ORC]);
    let group = &body!(message.entries[0], LaboratoryReport).groups[0];
    assert!(group.comments.iter().any(|c| c.contains("ＨＩＶ病")), "{:?}", group.comments);
    assert!(has(&group.asked_with, "B24"), "{:?}", group.asked_with);
}

/// What belongs to no kind stays words of the order, with the codes that name their system.
#[test]
fn strange_segments_leave_their_codes_with_the_entry_they_join() {
    let message = message("OMP-01", "RDE^O11", &[ORC, RXE, "ZZZ|1|B24^ＨＩＶ病^I10~Z21^^I10|独自の内容"]);
    assert_eq!(message.entries.len(), 1);
    assert!(body!(message.entries[0], Prescription).comments.contains(&"ZZZ-3：独自の内容".to_owned()));
    assert!(has(&message.entries[0].asked_with, "B24") && has(&message.entries[0].asked_with, "Z21"));
}

/// What the hook is told of the departments of each entry: kind, codes.
fn departments(message: &Message) -> Vec<(EntryKind, String)> {
    let mut record =
        PatientRecord::new(vec![(message.institution, message.chart, crate::folded(std::slice::from_ref(message)))]);
    let mut told = Vec::new();
    record.retain(|facts| {
        if !facts.is_part {
            told.push((facts.kind, facts.departments.join(",")));
        }
        true
    });
    assert!(!told.is_empty());
    told
}

/// R-X-15: in an order of several departments each of them is asked, for every entry that the message becomes; what an
/// order repeats of the patient is not the departments'.
#[test]
fn every_department_of_an_order_is_asked() {
    let order = |department: &str, number: u8| {
        format!("ORC|NW|104||104_0{number}_001|||||20260401090000|||d1^医師^一郎|||||{department}")
    };
    let (first, second) = (order("02^内科^HL70069", 1), order("05^精神科^99K", 2));
    let (obr, rxc) = (OBR.replace("OBR|1", "OBR|2"), "RXC|B|500^生理食塩液^HOT9|1|HON^本^MR9P");
    let rxa = "RXA|0|1|20260401|20260401|1^薬^HOT9|1|TAB^錠^MR9P";
    let al1 = "AL1|1|DA^薬^HL70127|100^ペニシリン^99L";
    let stray = "ORC|NW|||||||20260401090000||||||||05^精神科^99K".replace("|||||||2026", "||||||||2026");
    let prb = "PRB|AD|20260401090000|8840001^糖尿病^MDCDX2|P1|||20260401|||E14^^I10";
    let table: [(&str, &str, Vec<&str>, usize); 9] = [
        ("OML-01", "OML^O33", vec![&first, OBR, &second, &obr, DG1], 2),
        ("OML-11", "OUL^R22", vec![OBR, &first, &obr, &second, DG1], 2),
        ("OMG-01", "OMG^O19", vec![&first, OBR, &second, &obr, DG1], 2),
        ("OMD", "OMD^O03", vec![&first, "ODS|D||1^常食^99L", &second, "ODS|D||2^軟食^99L"], 1),
        ("OMP-01", "RDE^O11", vec![&first, RXE, &second, RXE, rxa, DG1, al1], 4),
        ("OMP-11", "RAS^O17", vec![&first, rxa, &second, rxa, DG1], 2),
        ("OMP-02", "RDE^O11", vec![&first, RXE, rxc, &second, RXE, rxc, DG1], 2),
        ("OMP-12", "RAS^O17", vec![&first, rxa, &second, rxa, DG1], 2),
        ("PPR-01", "PPR^ZD1", vec![prb, &first, &stray], 2),
    ];
    for (data_type, kind, segments, entries) in table {
        let message = message(data_type, kind, &segments);
        let told = departments(&message);
        assert_eq!(told.len(), entries, "{data_type} {told:?}");
        for (kind, codes) in told {
            let expected = if kind == EntryKind::Allergy { "01" } else { "01,02,05" };
            assert_eq!(codes, expected, "{data_type} {kind:?}");
        }
    }
    let one = message("OMP-01", "RDE^O11", &[&first, RXE, &first, RXE]);
    assert!(one.entries.iter().all(|entry| entry.asked_with.is_empty()), "what the head says is not kept twice");
}

/// R-X-15: the coded reason of a refused or stopped dose (RXA-18) is words of the entry; its code stands beside.
#[test]
fn the_reason_of_a_refused_dose_is_kept_with_its_code() {
    let rxa = format!("RXA|0|1|20260401|20260401|1^薬^HOT9|1|TAB^錠^MR9P{}B24^ＨＩＶ病^I10||RE", "|".repeat(11));
    for (data_type, kind) in
        [("OMP-11", "RAS^O17"), ("OMP-12", "RAS^O17"), ("OMP-01", "RDE^O11"), ("OMP-02", "RDE^O11")]
    {
        let message = message(data_type, kind, &[ORC, RXE, &rxa]);
        let given =
            message.entries.iter().find(|e| matches!(e.kind, EntryKind::Dispensing | EntryKind::InjectionGiven));
        let given = given.unwrap_or_else(|| panic!("{data_type}"));
        let comments = match &given.body {
            Body::Dispensing(body) => &body.comments,
            Body::InjectionGiven(body) => &body.comments,
            other => panic!("{other:?}"),
        };
        assert!(comments.iter().any(|words| words == "薬 中止・拒否の理由：ＨＩＶ病"), "{data_type} {comments:?}");
        assert!(has(&given.asked_with, "B24"), "{data_type} {:?}", given.asked_with);
    }
}
