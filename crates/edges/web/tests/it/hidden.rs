//! What is kept back leaves no trace: a world in which a patient has something hidden, and one in which it never was,
//! answer the same on every page, in both languages: status, headers, length, order, counts, legends, every character.

use crate::browser::{Answer, Browser};
use axum::http::StatusCode;
use renkei_testkit::{Lab, World};

const TABS: [&str; 8] =
    ["", "/course", "/medicines", "/laboratory", "/diagnoses", "/encounters", "/others", "/unheard-of"];
const QUERIES: [&str; 5] = ["", "?range=1m", "?range=1y", "?range=all", "?before=2026-09-01&until=2026-09-01"];

/// Why something is kept back.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Hiding {
    /// The patient hides an institution both ways.
    Institution,
    /// The patient hides laboratory results.
    Item,
    /// The institution stands in the table of what is sensitive.
    SensitiveInstitution,
}

impl Hiding {
    /// Whose message is hidden: facility code, patient number there.
    fn whose(self) -> (&'static str, &'static str) {
        match self {
            Self::Item => ("1710000001", "0000123"),
            Self::Institution | Self::SensitiveInstitution => ("1730000003", "7700001"),
        }
    }
    async fn hide(self, world: &World) {
        match self {
            Self::Institution => {
                let wish = "[[limit]]\nkey = \"wish\"\npatient = \"hana\"\ninstitution = \"shirasagi\"\ndirection = \"both\"\n";
                world.load(wish).await;
            }
            Self::Item => world.load("[[limit]]\nkey = \"wish\"\npatient = \"hana\"\nitem = \"D09\"\n").await,
            Self::SensitiveInstitution => {
                let text = "[sensitive]\nversion = 1\nvalid_from = 2026-11-21T10:01:00+09:00\n[marks]\n\
                    rows = [ { class = \"psychiatric\", institution = \"1730000003\", basis = \"x\" } ]\n";
                world.house.apply_regulation(vec![("sensitive.toml".to_owned(), text.to_owned())]).await.unwrap();
            }
        }
    }
}

pub async fn import(world: &World, code: &str, number: &str, order: u32, value: &str) {
    let import = world.house.import_begin(code).await.unwrap().unwrap();
    let file = Lab::hba1c(number, "20261001", order, value).arrived();
    let counts = world.house.receive_patient(&import, number, vec![file]).await.unwrap();
    assert_eq!(counts.stored, 1);
    world.house.import_end(&import, counts).await.unwrap();
}

/// Address of the value's source behind a visit, if a page shows it.
async fn source_of(browser: &mut Browser, visit: &str, value: &str) -> Option<String> {
    let page = browser.get(&format!("{visit}/laboratory")).await;
    let mut links = page.body.split("href=\"").filter(|rest| rest.contains("/source/"));
    let found = links.find(|rest| rest.split("</a>").next().is_some_and(|text| text.contains(value)));
    found.and_then(|rest| rest.split('"').next()?.split_once("/source/")).map(|(_, address)| address.to_owned())
}

/// Ids, tokens and reference numbers become `#`; everything else stays.
fn without_ids(text: &str) -> String {
    let is_id = |c: char| c.is_ascii_hexdigit() || c == '-';
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_id) {
        let (before, from) = rest.split_at(at);
        let end = from.find(|c: char| !is_id(c)).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        let uuid = word.len() == 36 && word.matches('-').count() == 4;
        let token = word.len() == 64;
        let reference = word.len() == 11 && word.as_bytes()[5] == b'-';
        kept.push_str(before);
        kept.push_str(if uuid || token || reference { "#" } else { word });
        rest = after;
    }
    kept.push_str(rest);
    kept
}

/// One answer as an outsider could measure it.
#[derive(Debug, PartialEq)]
pub struct Measured {
    address: String,
    pub status: StatusCode,
    headers: Vec<(String, String)>,
    bytes: usize,
    pub body: String,
}

pub fn measured(address: &str, answer: &Answer) -> Measured {
    let headers = answer.headers.iter().map(|(name, value)| {
        let value = value.to_str().unwrap();
        (name.to_string(), without_ids(value))
    });
    Measured {
        address: without_ids(address),
        status: answer.status,
        headers: headers.collect(),
        bytes: answer.body.len(),
        body: without_ids(&answer.body),
    }
}

/// Everything that somebody of another institution can ask of the patient. Without `absent` the hidden message is there,
/// and its address comes back; with it there never was one, and the same address but for the message's id is tried.
async fn asked(hiding: Hiding, absent: Option<&str>, person: &str) -> (Vec<Measured>, String) {
    let world = World::new().await;
    let mut browser = Browser::of(&world, Some(person));
    if hiding != Hiding::Item {
        import(&world, "1710000001", "0000123", 1, "7.8").await;
    }
    // The address of what is hidden, known from before it was; in the other world one that never was.
    let mut secret = absent.map(|tail| format!("0194f0a0-0000-7000-8000-00000000abcd{tail}")).unwrap_or_default();
    if absent.is_none() {
        let (code, number) = hiding.whose();
        import(&world, code, number, 2, "9.9").await;
        let mut before = Browser::of(&world, Some("dr-minato"));
        let visit = before.open(&world, "hana").await;
        secret = source_of(&mut before, &visit, "9.9").await.expect("it is shown before it is hidden");
        let token = before.get("/").await.token();
        before.post(&format!("{visit}/close"), &format!("csrf={token}"), "https://renkei.test").await;
        hiding.hide(&world).await;
    }
    world.clock.advance_seconds(120);
    let mut all = Vec::new();
    let touched = browser.touch(&world, "hana").await;
    all.push(measured("touched", &touched));
    let visit = touched.location().to_owned();
    for language in ["ja", "en"] {
        let chosen = format!("language={language}&back=/");
        assert_eq!(browser.post("/language", &chosen, "https://renkei.test").await.status, StatusCode::SEE_OTHER);
        let mut addresses = vec!["/".to_owned(), format!("{visit}/source/{secret}"), "/visits/x".to_owned()];
        for tab in TABS {
            addresses.extend(QUERIES.iter().map(|query| format!("{visit}{tab}{query}")));
        }
        addresses.push(format!("{visit}/laboratory?item=3D046000001920402"));
        for address in addresses {
            let answer = browser.get(&address).await;
            assert!(!answer.body.contains("9.9") && !answer.body.contains("シラサギ"), "{address} shows it");
            all.push(measured(&address, &answer));
        }
    }
    (all, secret.split_once('/').map(|(_, tail)| format!("/{tail}")).unwrap_or_default())
}

async fn leaves_no_trace(hiding: Hiding) {
    for person in ["dr-minato", "nurse-tsubaki", "dietitian-kaede"] {
        if hiding == Hiding::SensitiveInstitution && person == "dr-minato" {
            // The matrix lets a doctor see this class behind a limit of its own; who may not see it are the others.
            continue;
        }
        let (hidden, tail) = asked(hiding, None, person).await;
        let (absent, _) = asked(hiding, Some(&tail), person).await;
        assert!(absent.len() > 80 && absent.iter().filter(|m| m.status == StatusCode::OK).count() > 60);
        assert_eq!(absent.len(), hidden.len());
        for (absent, hidden) in absent.iter().zip(&hidden) {
            if absent != hidden {
                let place = absent.body.bytes().zip(hidden.body.bytes()).take_while(|(a, b)| a == b).count();
                let near = |text: &str| -> String {
                    let from = (0..=place.saturating_sub(80)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
                    text[from..].chars().take(240).collect()
                };
                panic!(
                    "{hiding:?} {person} {}: {} {} bytes / {} {} bytes\n{:?}\n{:?}\nabsent: {}\nhidden: {}",
                    absent.address,
                    absent.status,
                    absent.bytes,
                    hidden.status,
                    hidden.bytes,
                    absent.headers,
                    hidden.headers,
                    near(&absent.body),
                    near(&hidden.body)
                );
            }
        }
    }
}

/// R-X-15: an institution that the patient hides is as if it had never sent anything.
#[tokio::test]
async fn a_hidden_institution_answers_as_an_absent_one() {
    leaves_no_trace(Hiding::Institution).await;
}

/// R-X-15: an item that the patient hides is as if it were empty.
#[tokio::test]
async fn a_hidden_item_answers_as_an_absent_one() {
    leaves_no_trace(Hiding::Item).await;
}

/// R-X-15: what an institution of a sensitive class sent is not there for those who have no right to it.
#[tokio::test]
async fn a_sensitive_institution_answers_as_an_absent_one() {
    leaves_no_trace(Hiding::SensitiveInstitution).await;
}

/// A file of shirasagi about Hana, in the shape of one data type.
async fn import_shape(world: &World, (data_type, kind, segments): &(&str, &str, Vec<&str>)) {
    let number = "7700001";
    let header = format!("MSH|^~\\&|HIS|SEND|GW|RCV|20261001090000||{kind}|1|P|2.5||||||UNICODE UTF-8");
    let person = format!("PID|1||{number}^^^^PI||佐倉^ハナ^^^^^L^I||19540312|F");
    let mut text = vec![header.as_str(), &person];
    text.extend(segments);
    let bytes = (text.join("\r") + "\r").into_bytes();
    let raw_name = format!("{number}_20261001_{data_type}_000000000000104_20261001090000000_01_1");
    let name = renkei_ssmix2::FileName::parse(&raw_name).ok();
    let import = world.house.import_begin("1730000003").await.unwrap().unwrap();
    let file = renkei_app::receive::Arrived { name, raw_name, bytes };
    let counts = world.house.receive_patient(&import, number, vec![file]).await.unwrap();
    assert_eq!(counts.stored, 1, "{data_type}");
    world.house.import_end(&import, counts).await.unwrap();
}

/// Makes a department one of a sensitive class; in force after the clock's next two minutes.
const SENSITIVE_DEPARTMENT: &str = "[sensitive]\nversion = 1\nvalid_from = 2026-11-21T10:01:00+09:00\n[marks]\n\
    rows = [ { class = \"psychiatric\", department = \"05\", basis = \"x\" } ]\n";

/// Every page that one person is shown of the patient after shirasagi sent this, or nothing, under a table of what is
/// sensitive of one's own where there is one.
async fn pages_under(sensitive: Option<&str>, shape: Option<&(&str, &str, Vec<&str>)>, person: &str) -> Vec<Measured> {
    let world = World::new().await;
    if let Some(text) = sensitive {
        world.house.apply_regulation(vec![("sensitive.toml".to_owned(), text.to_owned())]).await.unwrap();
    }
    let mut browser = Browser::of(&world, Some(person));
    import(&world, "1710000001", "0000123", 1, "7.8").await;
    if let Some(shape) = shape {
        import_shape(&world, shape).await;
    }
    world.clock.advance_seconds(120);
    let visit = browser.open(&world, "hana").await;
    let mut all = vec![measured("/", &browser.get("/").await)];
    for tab in TABS {
        for query in ["", "?range=all"] {
            let address = format!("{visit}{tab}{query}");
            all.push(measured(&address, &browser.get(&address).await));
        }
    }
    all
}

async fn pages_of(shape: Option<&(&str, &str, Vec<&str>)>, person: &str) -> Vec<Measured> {
    pages_under(None, shape, person).await
}

/// R-X-15: whatever is sensitive beside something else leaves no trace either: a diagnosis in an order, an observation
/// or a component in a prescription, a line of an order, a result without a value, a coded value, the coded reason of a
/// refused dose.
#[tokio::test]
async fn what_is_sensitive_beside_something_else_answers_as_absent() {
    let orc = "ORC|NW|104||104_01_001|||||20261001090000|||d1^医師^一郎";
    let obr = "OBR|1|104||X^院内セット^99Z|||202610010900";
    let (rxe, tq1) = ("RXE||1^独自薬^99M|1||TAB^錠^MR9P", "TQ1|1||1&朝食後&99U|||7^d|20261001");
    let obx = "OBX|1|ST|5F560143002305111^ひみつ抗体^JC10||ひみつ||||||F";
    let obr_secret = "OBR|1|104||5F560143002305111^ひみつ抗体^JC10|||202610010900|||||||||||||||||||5F560143002305111^ひみつ抗体^JC10&1&x";
    let coded = "OBX|1|CWE|X1^所見^99L||B24^ひみつ病^I10||||||F";
    let rxa = "RXA|0|1|20261001|20261001|1^独自薬^99M|1|TAB^錠^MR9P";
    let refused = format!("{rxa}{}B24^ひみつ病^I10||RE", "|".repeat(11));
    let dg1 = "DG1|1||B24^ひみつ病^I10|ひみつ病";
    let plain_order = ("OML-01", "OML^O33", vec![orc, obr]);
    let table = [
        (("OML-01", "OML^O33", vec![orc, obr, dg1]), Some(&plain_order), "ひみつ病"),
        (("OMP-01", "RDE^O11", vec![orc, rxe, tq1, obx]), None, "独自薬"),
        (("OMP-01", "RDE^O11", vec![orc, rxe, "RXC|A|1179017F1018^ひみつ^YJ|1|TAB^錠^MR9P", tq1]), None, "独自薬"),
        (("OML-01", "OML^O33", vec![orc, obr, obx]), None, "ひみつ"),
        (("OML-11", "OUL^R22", vec![obr_secret, orc, "NTE|1||ひみつ"]), None, "シラサギ"),
        (("OMG-01", "OMG^O19", vec![orc, obr, coded]), None, "ひみつ病"),
        (("OMP-11", "RAS^O17", vec![orc, &refused]), None, "シラサギ"),
        (("OMP-12", "RAS^O17", vec![orc, &refused]), None, "シラサギ"),
    ];
    let mut unshown = Vec::new();
    for (shape, without, word) in table {
        for person in ["nurse-tsubaki", "dietitian-kaede"] {
            let (hidden, absent) = (pages_of(Some(&shape), person).await, pages_of(without, person).await);
            assert!(absent.iter().filter(|page| page.status == StatusCode::OK).count() > 10);
            for (hidden, absent) in hidden.iter().zip(&absent) {
                assert!(!hidden.body.contains("ひみつ"), "{shape:?} {person} {}", hidden.address);
                assert_eq!(hidden, absent, "{shape:?} {person}");
            }
        }
        // A doctor has the right to it: it is there.
        let doctor = pages_of(Some(&shape), "dr-minato").await;
        if !doctor.iter().any(|page| page.body.contains(word)) {
            unshown.push(word);
        }
    }
    assert!(unshown.is_empty(), "{unshown:?}");
}

/// R-X-15: an order of several departments leaves no trace when any of them is of a sensitive class, not only the first.
#[tokio::test]
async fn an_order_of_several_departments_is_hidden_by_each_of_them() {
    let order = |department: &str, number: u8| {
        format!("ORC|NW|104||104_0{number}_001|||||20261001090000|||d1^医師^一郎|||||{department}")
    };
    let (first, second) = (order("02^内科^HL70069", 1), order("05^こころ科^HL70069", 2));
    let obr = |number: u8| format!("OBR|{number}|104||X^独自検査^99Z|||202610010900");
    let (obr1, obr2) = (obr(1), obr(2));
    let (rxe, tq1) = ("RXE||1^独自薬^99M|1||TAB^錠^MR9P", "TQ1|1||1&朝食後&99U|||7^d|20261001");
    let obx = "OBX|1|NM|X1^独自値^99L||5.5|mg/dL^mg/dL^ISO+|||||F";
    let rxa = "RXA|0|1|20261001|20261001|1^独自薬^99M|1|TAB^錠^MR9P";
    let table: [(&str, &str, Vec<&str>); 5] = [
        ("OML-01", "OML^O33", vec![&first, &obr1, &second, &obr2]),
        ("OML-11", "OUL^R22", vec![&obr1, &first, obx, &obr2, &second, obx]),
        ("OMG-01", "OMG^O19", vec![&first, &obr1, &second, &obr2]),
        ("OMP-01", "RDE^O11", vec![&first, rxe, tq1, &second, rxe, tq1]),
        ("OMP-11", "RAS^O17", vec![&first, rxa, &second, rxa]),
    ];
    for person in ["nurse-tsubaki", "dietitian-kaede"] {
        let absent = pages_under(Some(SENSITIVE_DEPARTMENT), None, person).await;
        assert!(absent.iter().filter(|page| page.status == StatusCode::OK).count() > 10);
        for shape in &table {
            let hidden = pages_under(Some(SENSITIVE_DEPARTMENT), Some(shape), person).await;
            for (hidden, absent) in hidden.iter().zip(&absent) {
                assert_eq!(hidden, absent, "{shape:?} {person}");
            }
        }
    }
    // Under another table the same orders are there.
    for shape in &table {
        let shown = pages_of(Some(shape), "dr-minato").await;
        assert!(shown.iter().any(|page| page.body.contains("シラサギ")), "{shape:?}");
    }
}

/// The comparison would be worth nothing if it took everything out.
#[test]
fn ids_are_taken_out_and_nothing_else() {
    let text = "a 0194f0a0-0000-7000-8000-00000000abcd b 2026-10-01 7.8 (3) 12345-ABCDE";
    assert_eq!(without_ids(text), "a # b 2026-10-01 7.8 (3) #");
    assert_ne!(without_ids("2 件"), without_ids("3 件"));
}
