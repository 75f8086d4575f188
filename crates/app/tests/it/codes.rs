//! Codes decide what somebody may see: which ones, of which system, and what stands beside them.

use renkei_app::receive::Arrived;
use renkei_app::session::Session;
use renkei_records::Body;
use renkei_testkit::World;
use renkei_testpki::{Level, Profile};

/// A message about ハナ at her clinic, as its module would send it.
fn arrived(data_type: &str, kind: &str, order: u32, segments: &[&str]) -> Arrived {
    let header = format!("MSH|^~\\&|HIS|SEND|GW|RCV|20261001090000||{kind}|1|P|2.5||||||UNICODE UTF-8");
    let pid = "PID|1||0000123^^^^PI||佐倉^ハナ^^^^^L^I||19540312|F";
    let mut text = vec![header.as_str(), pid];
    text.extend(segments);
    let day = if data_type == "PPR-01" { "-" } else { "20261001" };
    let raw_name = format!("0000123_{day}_{data_type}_{order:015}_20261001090000000_01_1");
    let name = Some(renkei_ssmix2::FileName::parse(&raw_name).unwrap());
    Arrived { name, raw_name, bytes: (text.join("\r") + "\r").into_bytes() }
}

async fn import(world: &World, files: Vec<Arrived>) {
    let (count, import) = (files.len(), world.house.import_begin("1710000001").await.unwrap().unwrap());
    let counts = world.house.receive_patient(&import, "0000123", files).await.unwrap();
    assert_eq!(counts.stored, i64::try_from(count).unwrap());
    world.house.import_end(&import, counts).await.unwrap();
}

/// Everything of the record that a session is given, on a page and, where it may take one, on paper.
async fn seen(world: &World, session: &Session) -> (usize, String) {
    let grant = world.open(session, "hana").await;
    let opened = world.house.view_patient(session, grant, "summary").await.unwrap();
    let mut all = format!("{:?}", opened.record);
    if let Ok(paper) = world.house.patient_for_paper(session, grant).await {
        all += &format!("{:?}", paper.record);
    }
    (opened.record.each().count(), all)
}

const ORC: &str = "ORC|NW|104||104_01_001|||||20261001090000|||d1^医師^一郎";
const TQ1: &str = "TQ1|1||1011000400000000^１日１回^JAMISDP01|||14^D|20261001";

/// R-X-15: dagger and asterisk, other spellings of the system and the disease's own code hide like the first code.
#[tokio::test]
async fn a_sensitive_icd10_code_hides_a_diagnosis_wherever_it_stands() {
    let world = World::new().await;
    let diagnosis = |n: u32, prb3: &str, prb10: &str| {
        arrived("PPR-01", "PPR^ZD1", n, &[&format!("PRB|AD|20261001|{prb3}|{n}|||20261001|||{prb10}")])
    };
    let hidden = [
        ("1^脳症^99D", "G059^^I10^B220^ＨＩＶ脳症^I10"),
        ("2^感染症^99D", "B24^^ICD10-2013"),
        ("3^感染症^99D", "B24^^i10"),
        ("4^感染症^99D", "Ｂ２４^^Ｉ１０"),
        ("B24^感染症^I10", ""),
    ];
    let mut files = Vec::new();
    for (n, (prb3, prb10)) in (1..).zip(hidden) {
        files.push(diagnosis(n, prb3, prb10));
    }
    files.push(diagnosis(9, "9^高血圧症^99D", "I10^^I10"));
    import(&world, files).await;
    let nurse = world.sign_in("nurse-tsubaki").await;
    let (count, text) = seen(&world, &nurse).await;
    assert_eq!(count, 1, "{text}");
    assert!(text.contains("高血圧症") && !text.contains("感染症") && !text.contains("脳症"));
    let doctor = world.sign_in("dr-minato").await;
    assert_eq!(seen(&world, &doctor).await.0, 6);
}

/// R-8.2.1, note *6: a group called creatinine lets no other value of it through to a pharmacist.
#[tokio::test]
async fn a_pharmacist_reads_the_default_values_and_nothing_beside_them() {
    let world = World::new().await;
    let issuer = world.pki.authority(renkei_testpki::Authority::PersonAuth).unwrap().fingerprint();
    world
        .load(&format!(
            "[[person]]\nkey = \"yaku\"\nfamily = \"薬師\"\ngiven = \"みか\"\nfamily_kana = \"ヤクシ\"\ngiven_kana = \"ミカ\"\nfrom = 2014-04-01\n\
             [[affiliation]]\nkey = \"yaku@minato\"\nperson = \"yaku\"\ninstitution = \"minato\"\n\
             role = \"pharmacist\"\nfrom = 2014-04-01\n\
             [[certificate]]\nkey = \"yaku-card\"\nperson = \"yaku\"\nissuer = \"{issuer}\"\n\
             subject_serial = \"TESTP000051\"\nfrom = 2014-04-01\n"
        ))
        .await;
    world.clock.advance_seconds(1);
    let card = Profile::person("Mika Yakushi", "TESTP000051", &["Pharmacist"], Level::Production);
    let caller = world.caller_with(&world.pki.issue(&card).unwrap(), [10, 17, 2, 7].into());
    let pharmacist = world.house.sign_in(&caller).await.unwrap().1;
    let report = [
        "SPM|1|1||023^血清^JC10|||||||||||||20261001083000",
        "OBR|1|104||3C015000002327101^クレアチニン^JC10|||20261001083000",
        "ORC|SC|104||||CM",
        "OBX|1|NM|3C015000002327101^クレアチニン^JC10||1.1|mg/dL|||||F",
        "OBX|2|NM|5C070000002306201^ＣＲＰ^JC10||7.77|mg/dL|||||F",
        "OBX|3|NM|3C015^ＣＲＰ^99X03||6.66|mg/dL|||||F",
    ];
    import(&world, vec![arrived("OML-11", "OUL^R22", 104, &report)]).await;
    let (_, text) = seen(&world, &pharmacist).await;
    assert!(text.contains("\"1.1\"") && !text.contains("7.77") && !text.contains("6.66"), "{text}");
    let doctor = world.sign_in("dr-minato").await;
    assert!(seen(&world, &doctor).await.1.contains("7.77"));
}

/// R-X-15: digits mean what their system says. An ordinary medicine is not lost for its HOT number, one of a class is
/// hidden by its YJ code whatever its system is called, and also where it was given.
#[tokio::test]
async fn a_medicine_is_judged_by_the_code_that_names_its_class() {
    let world = World::new().await;
    let rxe = |code: &str, more: &str| format!("RXE||{code}|1||TAB|||||14|TAB{}{more}", "|".repeat(20));
    let ordered = |n: u32, code: &str, more: &str| arrived("OMP-01", "RDE^O11", n, &[ORC, &rxe(code, more), TQ1]);
    let dispensed = [
        ORC,
        &rxe("105271807^リチウム調剤^HOT9", "1179017F1020^^YJ"),
        TQ1,
        "RXA|0|1|20261001|20261001|105271807^リチウム調剤^HOT9|1",
    ];
    let files = vec![
        ordered(1, "117128501^降圧薬^HOT9", "2171022F2029^^YJ"),
        ordered(2, "1179038^院内の軟膏^99M", ""),
        ordered(3, "105271807^リチウム処方^HOT9", "1179017F1020^^YJ"),
        ordered(4, "1179038F1020^リスペリドン^99M", ""),
        arrived("OMP-11", "RAS^O17", 5, &dispensed),
        // Nothing says its class: it is shown, and was a finding of the import.
        ordered(6, "105271807^番号だけの薬^HOT9", ""),
    ];
    import(&world, files).await;
    let nurse = world.sign_in("nurse-tsubaki").await;
    let (_, text) = seen(&world, &nurse).await;
    for shown in ["降圧薬", "院内の軟膏", "番号だけの薬"] {
        assert!(text.contains(shown), "{shown} {text}");
    }
    for hidden in ["リチウム処方", "リチウム調剤", "リスペリドン"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
}

/// R-8.2.1, note *5: a dietitian reads which medicines, and no words that tell why.
#[tokio::test]
async fn a_dietitian_reads_names_of_medicines_without_reasons() {
    let world = World::new().await;
    let rxe = "RXE||100795402^アムロジピン^HOT9|1||TAB||^不眠につき|||14|TAB";
    let why = ["NTE|1||不眠のため就寝前に", "OBX|1|ST|1^理由^99Z||不眠の訴え||||||F"];
    let given = "RXA|0|1|20261001|20261001|100795402^アムロジピン^HOT9|1|||^不眠時に渡した";
    let files = vec![
        arrived("OMP-01", "RDE^O11", 1, &[ORC, rxe, why[0], TQ1, why[1]]),
        arrived("OMP-11", "RAS^O17", 2, &[ORC, given, why[0]]),
    ];
    import(&world, files).await;
    let doctor = world.sign_in("dr-minato").await;
    let (_, whole) = seen(&world, &doctor).await;
    for words in ["就寝前", "不眠につき", "不眠の訴え", "渡した"] {
        assert!(whole.contains(words), "{words} arrives: {whole}");
    }
    let dietitian = world.sign_in("dietitian-kaede").await;
    let grant = world.open(&dietitian, "hana").await;
    let opened = world.house.view_patient(&dietitian, grant, "medicines").await.unwrap();
    let names =
        opened.record.each().filter(|seen| matches!(seen.entry.body, Body::Prescription(_) | Body::Dispensing(_)));
    assert_eq!(names.count(), 2);
    let (_, text) = seen(&world, &dietitian).await;
    assert!(text.contains("アムロジピン") && !text.contains("不眠"), "{text}");
}
