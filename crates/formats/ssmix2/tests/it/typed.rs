//! Messages the samples do not have: cultures, corrections, comments, endoscopy, planned events, unknown types.

use renkei_ssmix2::content::{Content, Medication, OrderGroup};
use renkei_ssmix2::{DataType, FileName, Reading, TypedMessage, Verdict, read_file, read_message};
use renkei_text::encode_iso2022jp;

const PID: &str = "PID|1||0000123^^^^PI||見本^太郎^^^^^L^I~ミホン^タロウ^^^^^L^P||19700405|M";

fn bytes(kind: &str, segments: &[&str]) -> Vec<u8> {
    let header = format!("MSH|^~\\&|HIS|SEND|GW|RCV|20260401090000||{kind}|1|P|2.5||||||~ISO IR87||ISO 2022-1994");
    let mut text: Vec<&str> = vec![&header, PID];
    text.extend(segments);
    encode_iso2022jp(&(text.join("\r") + "\r")).unwrap()
}

fn reading(kind: &str, data_type: DataType, segments: &[&str]) -> Reading {
    read_message(&bytes(kind, segments), Some(data_type), Some("0000123"))
}

fn message(kind: &str, data_type: DataType, segments: &[&str]) -> TypedMessage {
    reading(kind, data_type, segments).message.unwrap()
}

fn groups(message: TypedMessage) -> Vec<OrderGroup> {
    match message.content {
        Content::Orders(groups) => groups,
        other => panic!("{other:?}"),
    }
}

fn medication(message: TypedMessage) -> Medication {
    match message.content {
        Content::Medication(medication) => *medication,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_culture_ties_organism_amount_and_susceptibility_together() {
    let all = groups(message(
        "OUL^R22^OUL_R22",
        DataType::Oml11,
        &[
            "SPM|1|S1||061^喀痰^JC10|||||||||||||202604010915",
            "OBR|1|104||6B010^培養同定^JC10|||202604010915",
            "ORC|SC|104|||CM",
            "OBX|1|CWE|6B010000006174311^同定菌^JC10|1|1301^S.aureus^JANIS||||||F",
            "OBX|2|ST|6B010000006174301^菌量^JC10|1|3+||||||F",
            "OBR|2|104||6C010^薬剤感受性^JC10|||202604010915|||||||||||||||||||6B010000006174311&同定菌&JC10^1^S.aureus",
            "ORC|SC|104|||CM",
            "OBX|1|ST|6C1050000061^セファゾリン^JC10|1|S||||||F",
        ],
    ));
    assert_eq!(all.len(), 2);
    let organism = &all[0].observations[0];
    assert_eq!(
        (organism.value.as_str(), organism.coded.as_ref().unwrap().of(&["JANIS"]).unwrap().code.as_str()),
        ("S.aureus", "1301")
    );
    assert_eq!((all[0].observations[1].sub_id.as_str(), all[0].observations[1].value.as_str()), ("1", "3+"));
    let parent = all[1].request.as_ref().unwrap().parent_result.as_ref().unwrap();
    assert_eq!(
        (parent.code.code(), parent.sub_id.as_str(), parent.value.as_str()),
        ("6B010000006174311", "1", "S.aureus")
    );
    assert_eq!(all[1].specimen.as_ref().unwrap().id, "S1");
}

#[test]
fn states_of_results_and_comments_stay_where_they_stood() {
    let all = groups(message(
        "OUL^R22^OUL_R22",
        DataType::Oml11,
        &[
            "SPM|1|S1||023^血清^JC10",
            "NTE|1||検体は少量",
            "OBR|1|104||E002^生化学^99O03",
            "NTE|1||至急",
            "ORC|SC|104",
            "NTE|1||再検済み",
            "OBX|1|NM|3A010000002327101^総蛋白^JC10||0.020|g/dL|||||P",
            "NTE|1||溶血~乳び",
            "OBX|2|NM|3A010000002327101^総蛋白^JC10||7.3|g/dL|||||C",
            "OBX|3|NM|3A010000002327101^総蛋白^JC10|||g/dL|||||X",
        ],
    ));
    assert_eq!(all[0].specimen.as_ref().unwrap().comments, ["検体は少量"]);
    assert_eq!(all[0].comments, ["至急", "再検済み"]);
    let rows = &all[0].observations;
    assert_eq!(rows[0].comments, ["溶血\n乳び"]);
    assert_eq!(rows.iter().map(|o| o.status.as_str()).collect::<Vec<_>>(), ["P", "C", "X"]);
    assert_eq!(rows.iter().map(|o| o.is_withdrawn()).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!((rows[0].value.as_str(), rows[0].measured().unwrap().number.as_str()), ("0.020", "0.020"));
    assert_eq!(rows[0].place.to_string(), "OBX");
}

#[test]
fn a_report_without_orders_and_items_without_values_are_read() {
    let all = groups(message(
        "OUL^R22^OUL_R22",
        DataType::Oml11,
        &["OBR|1|104||A^あ^99X", "OBR|2|104||B^い^99X", "OBX|1|ST|L1^項目^99X||陰性||||||F"],
    ));
    assert_eq!(
        all.iter().map(|g| (g.order.is_some(), g.observations.len())).collect::<Vec<_>>(),
        [(false, 0), (false, 1)]
    );
    let shared = groups(message(
        "OML^O33^OML_O33",
        DataType::Oml01,
        &["SPM|1|||023^血清^JC10", "ORC|NW|104", "OBR|1|104||A^あ^99X", "OBR|2|104||B^い^99X"],
    ));
    assert_eq!(
        shared.iter().map(|g| g.order.as_ref().unwrap().placer_number.as_str()).collect::<Vec<_>>(),
        ["104", "104"]
    );
}

#[test]
fn an_endoscopy_has_staff_times_items_and_a_study() {
    let all = groups(message(
        "OMI^Z23^OMI_Z23",
        DataType::Omg12,
        &[
            "ORC|CH|201||||||200|20260401",
            "TQ1|1||||||||R^ルーチン^HL70485",
            "OBR||201||0101^上部消化管^LENDO|||20260401",
            "ZE1|1|RS|0101^上部消化管^LENDO|1||01^術者^99S|ishi01^医師^一郎^^^^^^^L^^^^^I~ishi02^医師^二郎^^^^^^^L^^^^^I|02^薬剤^99I|620000001^キシロカイン^HOT9^5^ML&ミリリットル&MR9P^1",
            "OBX|1|XCN|10^介助者^99E||kan01^看護^花子^^^^^^^L^^^^^I||||||F",
            "OBX|2|TS|11^開始時刻^99E||202604011015||||||F",
            "OBX|3|ZRD|12^使用スコープ^99E||GIF1^スコープ^99D^1^HON&本&MR9P||||||F",
            "ZE2|1|80^kV|200^mA",
            "IPC|A1|P1|1.2.392.1||ES^^DCM",
        ],
    ));
    let done = &all[0].examinations[0];
    assert_eq!(done.staff.iter().map(|s| s.given.as_str()).collect::<Vec<_>>(), ["一郎", "二郎"]);
    let item = &done.items[0];
    assert_eq!(
        (item.code.text(), item.amount.raw.as_str(), item.amount.unit.text(), item.rest.as_str()),
        ("キシロカイン", "5", "ミリリットル", "1")
    );
    let values: Vec<&str> = done.observations.iter().map(|o| o.value.as_str()).collect();
    assert_eq!(values, ["看護　花子", "202604011015", "スコープ"]);
    assert_eq!(done.exposures[0].fields.len(), 3);
    assert_eq!((all[0].images[0].study_uid.as_str(), all[0].images[0].modality.code()), ("1.2.392.1", "ES"));
    assert_eq!(all[0].order.as_ref().unwrap().parent_number, "200");
}

#[test]
fn planned_events_and_cancellations_are_told_apart() {
    for (event, data_type, withdraws) in [
        ("A14", DataType::Adt21, false),
        ("A27", DataType::Adt21, true),
        ("A15", DataType::Adt41, false),
        ("A26", DataType::Adt41, true),
        ("A16", DataType::Adt51, false),
        ("A25", DataType::Adt51, true),
        ("A53", DataType::Adt32, true),
        ("A55", DataType::Adt01, true),
        ("A23", DataType::Adt00, true),
    ] {
        let typed = message(
            &format!("ADT^{event}"),
            data_type,
            &["EVN||20260401", "PV1|1|I|4W^401^2^^^N", "PV2|3E^1^2^^^N|||||||202604101000|202604151000"],
        );
        assert_eq!((typed.withdraws, typed.data_type), (withdraws, Some(data_type)), "{event}");
        let visit = typed.visit.unwrap();
        assert_eq!(visit.expected_discharge.unwrap().raw, "202604151000");
        assert_eq!(visit.pending_location.unwrap().point, "3E");
    }
}

#[test]
fn a_drug_has_all_its_codes_timings_and_comments() {
    let order = medication(message(
        "RDE^O11^RDE_O11",
        DataType::Omp01,
        &[
            "PV1|1|O",
            "AL1|1|DA^薬物^HL70127|1^ペニシリン^99X",
            "NTE|1||一包化",
            "ORC|NW|101||1",
            "RXE||620000001^ファモチジン^HOT9|1||TAB^錠^MR9P|||||10|TAB^錠^MR9P||4-321^医師^一郎||R1||||||OHP^外来処方^MR9P||||5|MG^ｍｇ^MR9P|22^頓用^JHSP0003||||2325003F1015^ファモチジン^YJ",
            "NTE|1||粉砕",
            "TQ1|1||1050110020000000&疼痛時&JAMISDP01||||20260402|20260403|R^^HL70485||1日2回まで|||10",
            "RXR|PO^口^HL70162",
            "ORC|NW|101||1",
            "RXE||620000002^別薬^HOT9|\"\"||\"\"|||||2|HON^本^MR9P",
            "TQ1|1||1013044400000000^１日３回^JAMISDP01|||3^D&日&ISO+",
            "TQ1|2||I1100000&隔日&JAMISDP01",
            "ORC|CA|101||2",
            "RXE||620000003^中止薬^HOT9|1||TAB^錠^MR9P",
        ],
    ));
    assert_eq!((order.comments.as_slice(), order.allergies.len()), (["一包化".to_owned()].as_slice(), 1));
    assert_eq!(order.rps().iter().map(|rp| rp.groups.len()).collect::<Vec<_>>(), [2, 1]);
    let first = &order.groups[0];
    let item = first.item.as_ref().unwrap();
    assert_eq!(item.additional[0].of(&["YJ"]).unwrap().code, "2325003F1015");
    assert_eq!(item.narcotic_prescriber.as_ref().unwrap().id, "4-321");
    assert_eq!((item.strength.raw.as_str(), item.administration.as_ref().unwrap().code()), ("5", "22"));
    assert_eq!(
        (first.timings[0].doses.as_str(), first.timings[0].text.as_slice()),
        ("10", ["1日2回まで".to_owned()].as_slice())
    );
    assert_eq!(first.comments, ["粉砕"]);
    let second = &order.groups[1];
    assert!(second.item.as_ref().unwrap().dose.is_not_applicable());
    assert_eq!(second.timings[0].usages[0].code(), "1013044400000000");
    assert_eq!((second.timings[0].days(), second.timings.len()), (Some(3), 2));
    assert!(order.groups[2].order.is_cancelled());
}

#[test]
fn a_diagnosis_has_modifiers_teeth_insurance_and_comments() {
    let typed = message(
        "PPR^ZD1^PPR_ZD1",
        DataType::Ppr01,
        &[
            "PRB|UP|20260401|20061632^２型糖尿病^MDCDX2|7|||20260401|||O^外来時^JHSD0004^E11^^I10||||||20260401|２型糖尿病の疑い",
            "ZPR|1^急性^MDCDX2~2^左^MDCDX2|20061632^２型糖尿病^MDCDX2|8^の疑い^MDCDX2|||1E3E^の疑い^MDCDX2|要確認",
            "ZPD|1|1036^右下６番^99TTH",
            "ZPD|2|1037^右下７番^99TTH",
            "NTE|1||注記",
            "ZI1|1|06^組合^JHSD0001|06139999",
            "ORC|NW|9|||||||||||||||01^内科^HL70069",
            "PRB|DE|20260401|20061632^２型糖尿病^MDCDX2|8",
        ],
    );
    let Content::Diagnoses(all) = typed.content else { panic!() };
    let first = &all[0];
    assert_eq!((first.icd10().unwrap().code.as_str(), first.kind().unwrap().code.as_str()), ("E11", "O"));
    assert_eq!((first.prefixes.len(), first.suffixes.len(), first.teeth.len()), (2, 2, 2));
    assert_eq!(
        (first.comments.as_slice(), first.insurances.len()),
        (["要確認".to_owned(), "注記".to_owned()].as_slice(), 1)
    );
    assert_eq!(first.order.as_ref().unwrap().department.as_ref().unwrap().text(), "内科");
    assert_eq!(first.name(), "２型糖尿病の疑い");
    assert!(all[1].is_entered_in_error());
}

#[test]
fn values_are_what_their_type_and_characters_say() {
    let all = groups(message(
        "ORU^R01^ORU_R01",
        DataType::Omg13,
        &[
            "OBR|1|107||9A110^心電図^JC10|||20260401",
            "OBX|1|TX|A^所見^99X||一行目~二行目||||||F",
            "OBX|2|ST|B^血液型^99X||A^A型^JSHR002||||||F",
            "OBX|3|ST|C^範囲^99X||10~20||||||F",
            "OBX|4|NM|D^比^99X||10/3||||||F",
            "OBX|5|ST|E^半定量^99X||Ａ&Ｂ^Ｃ||||||F",
        ],
    ));
    let values: Vec<&str> = all[0].observations.iter().map(|o| o.value.as_str()).collect();
    assert_eq!(values, ["一行目\n二行目", "A型", "10~20", "10/3", "Ａ&Ｂ^Ｃ"]);
    assert_eq!(all[0].observations[1].coded.as_ref().unwrap().code(), "A");
}

#[test]
fn another_patient_refuses_the_message_whoever_asks() {
    let refused = read_message(&bytes("ADT^A04^ADT_A01", &["PV1|1|O"]), None, Some("0000124"));
    assert_eq!((refused.verdict, refused.code, refused.message), (Verdict::Rejected, Some("patient_mismatch"), None));
    let two = read_message(&bytes("ADT^A04^ADT_A01", &["PID|1||0000999"]), None, None);
    assert_eq!(two.code, Some("patient_mismatch"));
    let same = read_message(&bytes("ADT^A04^ADT_A01", &[PID, "PV1|1|O"]), None, Some("0000123"));
    assert_eq!(same.data_type(), Some(DataType::Adt12));
}

#[test]
fn a_type_the_guideline_does_not_list_is_kept_whole() {
    let name = FileName::parse("0000123_20260401_OML-12_104_20260401090000000_01_1").unwrap();
    let read = read_file(&name, &bytes("OUL^R22^OUL_R22", &["OBR|1|104||A^あ^99X", "ZZZ|1|何か^x"]));
    assert_eq!(read.verdict, Verdict::AcceptedWithFindings);
    let message = read.message.unwrap();
    assert_eq!((&message.content, message.data_type), (&Content::Raw, None));
    assert_eq!(message.other.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["OBR", "ZZZ"]);
    assert_eq!(message.other[1].fields[1].text, "何か^x");
    assert_eq!(message.other[1].fields[1].place.to_string(), "ZZZ-2");
}

#[test]
fn segments_nobody_expects_are_kept_in_every_type() {
    let typed = message("ADT^A60^ADT_A60", DataType::Adt61, &["IAM|1|DA|1^薬^99X||発疹|D", "ZAL|1|追記"]);
    assert_eq!(typed.other[0].fields[1].text, "追記");
    let Content::Allergies(all) = typed.content else { panic!() };
    assert!(all[0].is_withdrawn());
}

#[test]
fn names_and_dates_of_the_file_are_compared_with_the_message() {
    let name = FileName::parse("0000123_20260402_OMP-01_000000000000999_20260401090000000_01_1").unwrap();
    let read = read_file(&name, &bytes("RDE^O11^RDE_O11", &["ORC|NW|101||1|||||20260401", "RXE||1^薬^HOT9"]));
    let found: Vec<&str> = read.findings.iter().map(|f| f.code.as_str()).collect();
    assert!(found.contains(&"care-date-mismatch") && found.contains(&"order-number-mismatch"), "{found:?}");
}

/// The page of the format names every data type.
#[test]
fn the_documentation_has_a_row_for_each_data_type() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/formats/ssmix2.md");
    let page = std::fs::read_to_string(page).unwrap();
    for data_type in DataType::ALL {
        let row = page.lines().find(|line| line.starts_with(&format!("| {data_type} |")));
        assert!(row.is_some_and(|row| row.matches('|').count() == 6), "{data_type}");
    }
}
