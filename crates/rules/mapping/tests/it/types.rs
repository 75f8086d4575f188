//! One message of each of the 26 data types, and what the samples do not have: nothing of it may get lost.

use crate::{body, map, of_kind};
use renkei_records::body::{Line, ResultStatus};
use renkei_records::{EntryKind, EntryState, Message};
use renkei_ssmix2::DataType;

/// A message in UTF-8, of patient 0000123.
pub fn bytes(kind: &str, segments: &[&str]) -> Vec<u8> {
    let header = format!("MSH|^~\\&|HIS|SEND|GW|RCV|20260401090000||{kind}|1|P|2.5||||||UNICODE UTF-8");
    let pid = "PID|1||0000123^^^^PI||MIHON^TARO^^^^^L^I||19700405|M";
    let mut text = vec![header.as_str(), pid];
    text.extend(segments);
    (text.join("\r") + "\r").into_bytes()
}

fn message(data_type: &str, kind: &str, segments: &[&str]) -> Message {
    let name = format!("0000123_20260401_{data_type}_000000000000104_20260401090000000_01_1");
    map(&name, &bytes(kind, segments)).unwrap().message
}

/// A segment with the fields named.
fn segment(name: &str, fields: &[(usize, &str)]) -> String {
    let last = fields.iter().map(|(number, _)| *number).max().unwrap_or_default();
    let value = |number| fields.iter().find(|(n, _)| *n == number).map_or("", |(_, value)| value);
    (1..=last).fold(name.to_owned(), |text, number| text + "|" + value(number))
}

fn has_line(lines: &[Line], label: &str, value: &str) -> bool {
    lines.iter().any(|l| l.label == label && l.value == value)
}

const ORC: &str = "ORC|NW|104||104_01_001|||||20260401090000|||d1^医師^一郎";

/// R-A1-4.2: each of the 26 data types arrives as entries of its own kind.
#[test]
fn each_data_type_yields_an_entry_of_its_kind() {
    let (evn, pv1) = ("EVN||20260401||||202604010900", "PV1|1|I|3E");
    let obr = "OBR|1|104||X^検査^99Z|||202604010900";
    let table: &[(DataType, &str, &[&str], EntryKind)] = &[
        (DataType::Adt00, "ADT^A08", &[evn, pv1], EntryKind::Identity),
        (DataType::Adt01, "ADT^A54", &[evn, pv1], EntryKind::AttendingChange),
        (DataType::Adt12, "ADT^A04", &[evn, pv1], EntryKind::Visit),
        (DataType::Adt21, "ADT^A14", &[evn, pv1], EntryKind::AdmissionPlan),
        (DataType::Adt22, "ADT^A01", &[evn, pv1], EntryKind::Admission),
        (DataType::Adt31, "ADT^A21", &[evn, pv1], EntryKind::Leave),
        (DataType::Adt32, "ADT^A22", &[evn, pv1], EntryKind::LeaveReturn),
        (DataType::Adt41, "ADT^A15", &[evn, pv1], EntryKind::TransferPlan),
        (DataType::Adt42, "ADT^A02", &[evn, pv1], EntryKind::Transfer),
        (DataType::Adt51, "ADT^A16", &[evn, pv1], EntryKind::DischargePlan),
        (DataType::Adt52, "ADT^A03", &[evn, pv1], EntryKind::Discharge),
        (DataType::Adt61, "ADT^A60", &[evn, "IAM|1||1^卵^99A|||A"], EntryKind::Allergy),
        (DataType::Ppr01, "PPR^ZD1", &["PRB|AD|20260401|1^咳^99D|1"], EntryKind::Diagnosis),
        (DataType::Omd, "OMD^O03", &[ORC, "ODS|D||1^常食^99X"], EntryKind::Diet),
        (DataType::Omp01, "RDE^O11", &[ORC, "RXE||1^薬^99M|1||TAB"], EntryKind::Prescription),
        (DataType::Omp11, "RAS^O17", &[ORC, "RXA|0|1|20260401|20260401|1^薬^99M|1"], EntryKind::Dispensing),
        (
            DataType::Omp02,
            "RDE^O11",
            &[ORC, "RXE||00^一般^99I02|1||ML", "RXC|B|1^液^99M|1|HON"],
            EntryKind::InjectionOrder,
        ),
        (DataType::Omp12, "RAS^O17", &[ORC, "RXA|0|1|20260401|20260401|1^液^99M|1"], EntryKind::InjectionGiven),
        (DataType::Oml01, "OML^O33", &["SPM|1|||023", ORC, obr], EntryKind::LaboratoryOrder),
        (
            DataType::Oml11,
            "OUL^R22",
            &["SPM|1|||023", obr, "OBX|1|NM|1^値^99L||0.020||||||F"],
            EntryKind::LaboratoryReport,
        ),
        (DataType::Omg01, "OMG^O19", &[ORC, obr], EntryKind::RadiologyOrder),
        (DataType::Omg11, "OMI^Z23", &[ORC, obr], EntryKind::RadiologyReport),
        (DataType::Omg02, "OMG^O19", &[ORC, obr], EntryKind::EndoscopyOrder),
        (DataType::Omg12, "OMI^Z23", &[ORC, obr], EntryKind::EndoscopyReport),
        (DataType::Omg03, "OMG^O19", &[ORC, obr], EntryKind::PhysiologyOrder),
        (DataType::Omg13, "ORU^R01", &[obr], EntryKind::PhysiologyReport),
    ];
    assert_eq!(table.len(), DataType::ALL.len());
    for (data_type, kind, segments, expected) in table {
        let message = message(data_type.code(), kind, segments);
        let kinds: Vec<EntryKind> = message.entries.iter().map(|e| e.kind).collect();
        assert_eq!(kinds, [*expected], "{data_type}");
        let day = message.entries[0].effective.as_ref().and_then(|t| t.date());
        let is_undated = matches!(data_type, DataType::Adt61);
        assert_eq!(day, (!is_undated).then(|| jiff::civil::date(2026, 4, 1)), "{data_type}");
    }
}

#[test]
fn an_endoscopy_keeps_people_times_drugs_scope_and_where_the_images_are() {
    let request = segment(
        "OBR",
        &[
            (1, "1"),
            (2, "104"),
            (4, "LE010^上部消化管内視鏡^LENDO"),
            (7, "202604011000"),
            (8, "202604011030"),
            (13, "胃部不快"),
            (24, "検査室"),
            (25, "F"),
            (31, "^胃痛^99R"),
            (32, "v1^判読^次郎"),
        ],
    );
    let message = message(
        "OMG-12",
        "OMI^Z23^OMI_Z23",
        &[
            ORC,
            "TQ1|1||||||||R^ルーチン^HL70485",
            &request,
            "ZE1|1|RS|LE010^上部消化管内視鏡^LENDO|1||D^検査医^99S|e1^内視^三郎|M^薬剤^99K|620007329^リドカイン^HOT9^5^ML&ミリリットル&MR9P^split",
            "OBX|1|XCN|SCP^術者^99E||e1^内視^三郎||||||F",
            "OBX|2|TS|INS^挿入時刻^99E||20260401100500||||||F",
            "OBX|3|ZRD|DRG^前投薬^99E||620002559^ブスコパン^HOT9||||||F",
            "OBX|4|TX|FND^所見^99E||発赤を認める||||||F",
            "OBX|5|TX|IMP^診断^99E||未確定||||||P",
            "NTE|1||後日説明",
            "ZE2|1|80|200",
            "IPC|A1|P1|1.2.3.4|S1|ES^^DCM",
            "IPC|A2|P1|1.2.3.5||ES^^DCM",
        ],
    );
    let entry = of_kind(&message, EntryKind::EndoscopyReport)[0];
    let body = body!(entry, Titled);
    assert_eq!((body.title.as_str(), entry.state), ("上部消化管内視鏡", EntryState::Final));
    assert_eq!(
        (body.accession.as_str(), body.study_uid.as_str(), body.modality.code.as_str()),
        ("A1", "1.2.3.4", "ES")
    );
    assert_eq!(body.findings, ["所見：発赤を認める"]);
    for (label, value) in [
        ("優先度", "ルーチン"),
        ("検査日時", "202604011000"),
        ("終了日時", "202604011030"),
        ("臨床情報", "胃部不快"),
        ("検査部門", "検査室"),
        ("検査の理由", "胃痛"),
        ("手技", "上部消化管内視鏡"),
        ("回数", "1"),
        ("薬剤", "リドカイン 5"),
        ("薬剤（補足）", "split"),
        ("挿入時刻", "20260401100500"),
        ("前投薬", "ブスコパン"),
        ("前投薬（コード）", "620002559 HOT9"),
        ("診断（中間）", "未確定"),
        ("診断（コメント）", "後日説明"),
        ("手技ステップID", "S1"),
        ("受付番号", "A2"),
        ("検査インスタンスUID", "1.2.3.5"),
    ] {
        assert!(has_line(&body.lines, label, value), "{label} {value} in {:#?}", body.lines);
    }
    assert!(body.lines.iter().any(|l| l.label.starts_with("撮影条件") && l.value == "200"));
    let lidocaine = body.lines.iter().find(|l| l.label == "薬剤").unwrap();
    assert_eq!((lidocaine.unit.text.as_str(), lidocaine.code.codes[0].code.as_str()), ("ミリリットル", "620007329"));
    let people: Vec<(&str, String)> = body.staff.iter().map(|s| (s.role.as_str(), s.staff.shown())).collect();
    assert!(people.contains(&("術者", "内視 三郎".into())), "{people:?}");
    assert!(people.contains(&("検査医", "内視 三郎".into())));
    assert!(people.iter().any(|(role, _)| *role == "判読医"), "{people:?}");
}

#[test]
fn a_culture_keeps_organism_sub_number_and_parent() {
    let message = message(
        "OML-11",
        "OUL^R22^OUL_R22",
        &[
            "SPM|1|S1||061^喀痰^JC10|||||||||||||202604010915|202604011000",
            "NTE|1||検体は少量",
            "OBR|1|104||6B010^培養同定^JC10|||202604010915",
            "ORC|SC|104|||IP",
            "OBX|1|CWE|6B010000006174311^同定菌^JC10|1|1301^S.aureus^JANIS||||||F|||202604030900||t1^検査^技師|M1^培養法^99M",
            "NTE|1||多剤耐性に注意",
            "OBX|2|ST|6B010000006174301^菌量^JC10|1|3+||||||P",
            "OBR|2|104||6C010^薬剤感受性^JC10|||202604010915|||||||||||||||||||6B010000006174311&同定菌&JC10^1^S.aureus",
            "ORC|SC|104|||IP",
            "OBX|1|ST|6C1050000061^セファゾリン^JC10|1|S||||||X",
        ],
    );
    let entry = of_kind(&message, EntryKind::LaboratoryReport)[0];
    let report = body!(entry, LaboratoryReport);
    assert_eq!((entry.state, report.groups.len()), (EntryState::Preliminary, 2));
    let organism = &report.groups[0].values[0];
    assert_eq!((organism.value.as_str(), organism.sub_id.as_str()), ("S.aureus", "1"));
    assert_eq!(organism.coded.as_ref().unwrap().codes[0].code, "1301");
    assert_eq!(organism.comments, ["多剤耐性に注意", "実施者：検査 技師", "方法：培養法"]);
    assert_eq!(report.groups[0].comments, ["検体受領日時：202604011000", "検体のコメント：検体は少量"]);
    let parent = report.groups[1].parent.as_ref().unwrap();
    assert_eq!(
        (parent.code.codes[0].code.as_str(), parent.sub_id.as_str(), parent.value.as_str()),
        ("6B010000006174311", "1", "S.aureus")
    );
    assert_eq!(report.groups[1].values[0].status, ResultStatus::Cancelled);
    assert_eq!(report.groups[1].specimen.id, "S1");
}

#[test]
fn raw_digits_and_signs_of_results_stay() {
    let values = ["0.020", "<0.02", "100<", "1 +", "(3+)", "5.0x10^3", "検体不足"];
    let rows: Vec<String> = values
        .iter()
        .enumerate()
        .map(|(n, v): (usize, &&str)| format!("OBX|{}|ST|{n}^項目^99L||{}||||||F", n + 1, v.replace('^', "\\S\\")))
        .collect();
    let mut segments = vec!["SPM|1|||023", "OBR|1|104||X^検査^99Z"];
    segments.extend(rows.iter().map(String::as_str));
    let message = message("OML-11", "OUL^R22", &segments);
    let report = body!(message.entries[0], LaboratoryReport);
    let found: Vec<&str> = report.groups[0].values.iter().map(|v| v.value.as_str()).collect();
    assert_eq!(found, values);
}

#[test]
fn a_refused_dose_is_withdrawn_and_a_broken_off_one_partial() {
    let (from, until) = ((3, "202604011000"), (4, "202604011100"));
    let given = segment(
        "RXA",
        &[
            from,
            until,
            (5, "1^甲^HOT9"),
            (6, "1"),
            (7, "HON^本^MR9P"),
            (11, "3E"),
            (15, "L1~L2"),
            (16, "20270101"),
            (18, "^副作用^99R"),
            (20, "PA"),
            (22, "202604011105"),
        ],
    );
    let refused = segment("RXA", &[from, until, (5, "2^乙^HOT9"), (6, "1"), (20, "RE")]);
    let message =
        message("OMP-12", "RAS^O17", &[ORC, &given, &refused, "RXR|IV^静脈内^HL70162|77L^左手^99S||^ゆっくり^99M"]);
    let entry = &message.entries[0];
    let body = body!(entry, InjectionGiven);
    let states: Vec<EntryState> = body.given.iter().map(|g| g.state).collect();
    assert_eq!((entry.state, states), (EntryState::Partial, vec![EntryState::Partial, EntryState::Cancelled]));
    assert_eq!(
        (body.given[0].lot.as_str(), body.given[0].expiry.as_ref().unwrap().raw.as_str()),
        ("L1 L2", "20270101")
    );
    for words in
        ["甲 中止・拒否の理由：副作用", "甲 部位：左手", "甲 投与方法：ゆっくり", "実施の登録日時：2026-04-01 11:05"]
    {
        assert!(body.comments.iter().any(|c| c == words), "{words} in {:?}", body.comments);
    }
}

#[test]
fn diagnoses_and_allergies_that_are_taken_back_say_so() {
    let message = message("PPR-01", "PPR^ZD1", &["PRB|DE|20260401|1^咳^99D|7", "ZI1|1|06^組合^JHSD0001|06139999"]);
    assert_eq!(message.entries[0].state, EntryState::EnteredInError);
    assert_eq!(body!(message.entries[0], Diagnosis).comments, ["保険：組合 06139999"]);
    let message = self::message("ADT-61", "ADT^A60", &["EVN||20260401", "IAM|1||1^卵^99A|||D"]);
    assert_eq!(message.entries[0].state, EntryState::Cancelled);
}

#[test]
fn an_unknown_type_is_kept_in_readable_lines() {
    let message = message(
        "OML-12",
        "OUL^R22",
        &["OBX|1|NM|1^身長^99L||170.0|cm^cm^ISO+|||||F", "ZZZ|1|独自の内容", "NTE|1||備考"],
    );
    let entry = of_kind(&message, EntryKind::Other)[0];
    let body = body!(entry, Titled);
    assert!(has_line(&body.lines, "身長", "170.0"));
    assert!(has_line(&body.lines, "ZZZ-2", "独自の内容"));
    assert!(has_line(&body.lines, "NTE-3", "備考"), "{:#?}", body.lines);
    assert_eq!(body.lines[0].unit.code, "cm");
    assert_eq!(entry.effective.as_ref().unwrap().raw, "20260401");
}

#[test]
fn strange_segments_of_known_types_stay_with_what_the_message_is_about() {
    let message = message("OMP-01", "RDE^O11", &[ORC, "RXE||1^薬^99M|1||TAB", "ZZZ|1|独自の内容"]);
    let kinds: Vec<EntryKind> = message.entries.iter().map(|e| e.kind).collect();
    assert_eq!(kinds, [EntryKind::Prescription]);
    assert!(body!(message.entries[0], Prescription).comments.contains(&"ZZZ-2：独自の内容".to_owned()));
    let segments = [
        "PV1|1|O",
        "AL1|1|DA^薬物^HL70127|1^ペニシリン^99X|SV|発疹~発熱|19990101",
        "IN1|1|06^組合^JHSD0001",
        "NTE|1||付き添いあり",
    ];
    let message = self::message("ADT-12", "ADT^A04", &segments);
    let allergy = body!(of_kind(&message, EntryKind::Allergy)[0], Allergy);
    assert_eq!((allergy.allergen.shown(), allergy.reactions.len()), ("ペニシリン", 2));
    let insurance = body!(of_kind(&message, EntryKind::Insurance)[0], Titled);
    assert!(has_line(&insurance.lines, "IN1-2", "06^組合^JHSD0001"), "{:?}", insurance.lines);
    assert!(
        message
            .entries
            .iter()
            .any(|e| matches!(&e.body, renkei_records::Body::Titled(t) if t.comments == ["付き添いあり"]))
    );
}

#[test]
fn drugs_of_one_group_with_different_times_are_printed_apart_and_dispensings_find_them() {
    let rxe = |n: u8| format!("RXE||{n}^薬{n}^HOT9|1||TAB^錠^MR9P|||||14|TAB^錠^MR9P");
    let orc = |n: u8| format!("ORC|NW|104||104_01_{n:03}|||||20260401090000");
    let (a, b, c) = (rxe(1), rxe(2), rxe(3));
    let (oa, ob, oc) = (orc(1), orc(2), orc(3));
    let (week, month) = ("TQ1|1||1&朝食後&99U|||7^d", "TQ1|1||1&朝食後&99U|||28^d");
    let rxa = "RXA|0|1|20260401|20260401|2^薬2^HOT9|1|TAB^錠^MR9P";
    let segments = [&oa, &a, week, &ob, &b, week, rxa, &oc, &c, month];
    let message = message("OMP-11", "RAS^O17", &segments);
    let body = body!(message.entries[0], Dispensing);
    let groups: Vec<(&str, usize)> = body.groups.iter().map(|g| (g.id.as_str(), g.drugs.len())).collect();
    assert_eq!(groups, [("104_01_001", 2), ("104_01_003", 1)]);
    assert_eq!(body.given[0].group, "104_01_001");
}

/// R-X-15: every ICD-10 code of a diagnosis arrives as a code, beside the first, in the base name, and however its
/// system is spelled; a code that is asked is not repeated as words alone.
#[test]
fn every_icd10_code_of_a_diagnosis_arrives_as_a_code() {
    let codes = |prb3: &str, prb10: &str, zpr: &str| {
        let prb = segment("PRB", &[(1, "AD"), (2, "20260401"), (3, prb3), (4, "1"), (10, prb10)]);
        let found = message("PPR-01", "PPR^ZD1", &[&prb, zpr]);
        let diagnosis = body!(of_kind(&found, EntryKind::Diagnosis)[0], Diagnosis);
        diagnosis.icd10_codes().map(|c| c.code.to_string()).collect::<Vec<_>>()
    };
    let local = "1^病名^99D";
    assert_eq!(codes(local, "G059^^I10^B220^ＨＩＶ脳症^I10", "ZPR|"), ["G059", "B220"]);
    for system in ["ICD10-2013", "i10", "ＩＣＤ１０"] {
        assert_eq!(codes(local, &format!("B24^^{system}"), "ZPR|"), ["B24"], "{system}");
    }
    assert_eq!(codes("B24^病名^I10", "", "ZPR|"), ["B24"]);
    assert_eq!(
        codes(local, "R509^^I10", "ZPR|8002^の疑い^I10|B23^病名^I10|A51^後^i10"),
        ["R509", "B23", "8002", "A51"]
    );
}

/// What was given carries one code; those of the order beside it belong to the same medicine.
#[test]
fn what_was_given_carries_the_further_codes_of_its_order() {
    let rxe = segment("RXE", &[(2, "105271807^炭酸リチウム^HOT9"), (31, "1179017F1020^炭酸リチウム^YJ")]);
    let rxa = |code: &str| format!("RXA|0|1|20260401|20260401|{code}^薬^HOT9|1");
    let given = |code: &str| {
        let found = message("OMP-11", "RAS^O17", &[ORC, &rxe, &rxa(code)]);
        body!(of_kind(&found, EntryKind::Dispensing)[0], Dispensing).given[0].yj().map(|c| c.code.to_string())
    };
    assert_eq!(given("105271807").as_deref(), Some("1179017F1020"));
    assert_eq!(given("100000001"), None);
}

/// A medicine without a code of its class is told at intake; the order's code serves what was given too.
#[test]
fn a_medicine_that_cannot_be_judged_by_its_code_is_a_finding() {
    let notes = |data_type: &str, kind: &str, segments: &[&str]| {
        let found = message(data_type, kind, segments);
        found.findings.iter().filter(|f| f.code == "medicine-code-without-class").count()
    };
    let rxe = |code: &str| segment("RXE", &[(2, code)]);
    let [hot, yj, local] = ["105271807^薬^HOT9", "1179017F1020^薬^YJ", "1179017F1020^薬^99M"]
        .map(|code| notes("OMP-01", "RDE^O11", &[ORC, &rxe(code)]));
    assert_eq!((hot, yj, local), (1, 0, 0));
    let both = segment("RXE", &[(2, "105271807^薬^HOT9"), (31, "1179017F1020^薬^MYAK")]);
    let given = "RXA|0|1|20260401|20260401|105271807^薬^HOT9|1";
    assert_eq!(notes("OMP-11", "RAS^O17", &[ORC, &both, given]), 0);
    assert_eq!(notes("OMP-11", "RAS^O17", &[ORC, given]), 1);
    let set = [ORC, "RXE||00^一般^99I02|1||ML", "RXC|B|105271807^液^HOT9|1|HON", "RXC|A|3311401A1020^液^YJ|1|HON"];
    assert_eq!(notes("OMP-02", "RDE^O11", &set), 1);
}
