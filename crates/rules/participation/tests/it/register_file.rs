//! What a register file says, and how every error in it is told.

use jiff::civil::date;
use proptest::prelude::*;
use renkei_kernel::{Category, Problem, Timestamp};
use renkei_participation::register::{Known, LimitWish, RegisterFile, RegisterRefused, Section};
use renkei_participation::{CardState, ConsentScope, ConsentState, InstitutionKind, Item, Role};
use std::collections::HashSet;

const REGION: &str = include_str!("../fixtures/region.toml");

fn now() -> Timestamp {
    Timestamp::from_tokyo(date(2014, 7, 1).at(9, 0, 0, 0))
}
fn day(year: i16, month: i8, day: i8) -> Timestamp {
    Timestamp::from_tokyo(date(year, month, day).at(0, 0, 0, 0))
}
fn faults(text: &str) -> Vec<(usize, String, &'static str)> {
    match RegisterFile::parse(text, now()) {
        Ok(_) => Vec::new(),
        Err(refused) => refused.faults.iter().map(|f| (f.line, f.field.clone().unwrap_or_default(), f.code)).collect(),
    }
}
fn codes(text: &str) -> Vec<&'static str> {
    faults(text).into_iter().map(|(_, _, code)| code).collect()
}

/// What earlier loads brought.
#[derive(Default)]
struct Before {
    keys: HashSet<(Section, &'static str)>,
    doctors: HashSet<&'static str>,
}

impl Known for Before {
    fn has(&self, section: Section, key: &str) -> bool {
        self.keys.contains(&(section, key))
    }
    fn has_doctor(&self, institution_key: &str) -> bool {
        self.doctors.contains(institution_key)
    }
}

#[test]
fn the_example_reads_as_written() {
    let file = RegisterFile::parse(REGION, now()).unwrap();
    file.check_against(&Before::default()).unwrap();
    assert_eq!(file.len(), 13);
    let hospital = &file.institutions[1];
    assert_eq!((hospital.key.as_str(), hospital.row.code.as_str()), ("minato", "1710000002"));
    assert_eq!(hospital.row.kinds, [InstitutionKind::Hospital]);
    assert!(hospital.row.sources.iter().any(|range| range.contains("10.17.2.9".parse().unwrap())));
    assert_eq!(hospital.valid.from, day(2014, 4, 1));
    let roles: Vec<Role> = file.affiliations.iter().map(|fact| fact.row.role).collect();
    assert_eq!(roles, [Role::Doctor, Role::Auxiliary]);
    assert_eq!(file.affiliations[1].valid.from.seconds_since(day(2014, 6, 1)), 9 * 3600);
    let patient = &file.patients[0];
    assert_eq!(patient.row.birth_date, date(1942, 11, 3));
    assert_eq!(patient.valid.from, now(), "a fact without a start holds from the load on");
    let consent = &file.consents[0].row;
    assert_eq!((consent.state, consent.scope), (ConsentState::Active, ConsentScope::AllRegions));
    let card = &file.cards[0].row;
    assert_eq!((card.id.normal_form().as_str(), card.state), ("felica:012E4CE17A3B5C6D", CardState::Active));
    assert_eq!(file.charts[0].row.number.as_str(), "0000123456");
    let LimitWish::Item { item, except } = &file.limits[0].row.wish else { panic!("expected an item") };
    assert_eq!((*item, except.as_slice()), (Item::Dental, &["aoba".to_owned()][..]));
    assert_eq!(file.ends[0].to, day(2015, 4, 1), "the last day still belongs to it");
}

/// R-X-02: every wrong field is named with its line, in both languages, and no value is repeated.
#[test]
fn every_wrong_field_is_told_at_once() {
    let text = r#"[[institution]]
key = "a b"
code = "12345678901"
name = ""
kinds = ["spa"]
region = "Noto"
colour = 12
sources = ["10.0.0.1/8"]
from = 2015-04-01
to = 2015-03-01
typo = 1

[[patient]]
key = "p"
family = "山田"
given = 5
family_kana = "やまだ"
given_kana = "山"
birth_date = "1950-01-01"
sex = "X"

[[nobody]]
key = "n"
"#;
    let found = faults(text);
    let expected = [
        (2, "key", "bad-key"),
        (3, "code", "bad-institution-code"),
        (4, "name", "missing"),
        (5, "kinds", "unknown-kind"),
        (6, "region", "bad-region"),
        (7, "colour", "bad-colour"),
        (8, "sources", "bad-range"),
        (10, "to", "empty-period"),
        (11, "typo", "unknown-field"),
        (16, "given", "not-text"),
        (18, "given_kana", "bad-kana"),
        (19, "birth_date", "not-date"),
        (20, "sex", "unknown-sex"),
        (22, "", "unknown-section"),
    ];
    for (line, field, code) in expected {
        assert!(found.contains(&(line, field.to_owned(), code)), "{line} {field} {code} missing in {found:?}");
    }
    let refused = RegisterFile::parse(text, now()).unwrap_err();
    assert_eq!((refused.category(), refused.code()), (Category::Malformed, "register_invalid"));
    let told: String = refused.faults.iter().map(|fault| format!("{fault}\n")).collect();
    assert!(told.contains("18行目 [[patient]] given_kana：全角カタカナで書いてください。"));
    assert!(!told.contains("山田") && !told.contains("12345678901"));
}

#[test]
fn a_syntax_error_is_told_with_its_line_and_nothing_is_taken() {
    let found = faults("[[person]]\nkey = \"a\nfamily = \"b\"\n");
    assert!(found.iter().any(|(line, _, code)| *line == 2 && *code == "syntax"), "{found:?}");
    assert_eq!(codes("version = 1\n"), ["outside-section"]);
}

#[test]
fn keys_are_used_once_but_a_person_may_be_a_patient() {
    let person =
        "[[person]]\nkey = \"x\"\nfamily = \"佐倉\"\ngiven = \"花\"\nfamily_kana = \"サクラ\"\ngiven_kana = \"ハナ\"\n";
    let patient = person.replace("[[person]]", "[[patient]]") + "birth_date = 1950-01-01\nsex = \"F\"\n";
    assert_eq!(codes(&format!("{person}{person}")), ["key-twice"]);
    assert_eq!(codes(&format!("{person}{patient}")), Vec::<&str>::new());
    assert_eq!(codes(&format!("{person}{}", patient.replace("花", "桜"))), ["key-differs"]);
}

fn chart(key: &str, number: &str, period: &str) -> String {
    format!("[[chart]]\nkey = \"{key}\"\ninstitution = \"i\"\nnumber = \"{number}\"\npatient = \"p-{key}\"\n{period}\n")
}

/// R-1.6.1: one patient number of an institution leads to one person at any time.
#[test]
fn a_number_is_never_linked_twice_at_the_same_time() {
    let first = chart("a", "001", "from = 2014-01-01\nto = 2014-12-31");
    assert_eq!(codes(&(first.clone() + &chart("b", "001", "from = 2014-12-31"))), ["chart-number-taken"]);
    assert_eq!(codes(&(first.clone() + &chart("b", "001", "from = 2015-01-01"))), Vec::<&str>::new());
    assert_eq!(codes(&(first + &chart("b", "0001", "from = 2014-01-01"))), Vec::<&str>::new());
    // A long link hides behind a short one: all pairs count.
    let rows = chart("a", "1", "from = 2014-01-01")
        + &chart("b", "1", "from = 2014-02-01\nto = 2014-02-02")
        + &chart("c", "1", "from = 2014-03-01");
    assert_eq!(codes(&rows), ["chart-number-taken", "chart-number-taken"]);
}

fn card(key: &str, patient: &str, id: &str, state: &str) -> String {
    format!("[[card]]\nkey = \"{key}\"\npatient = \"{patient}\"\nid = \"{id}\"\nstate = \"{state}\"\n")
}

/// R-8.2.4-ア: identifiers that prove nothing are refused, one active card a patient, a number never changes hands.
#[test]
fn unusable_and_second_cards_are_refused() {
    assert_eq!(codes(&card("c", "p", "mifare:08A1B2C3", "active")), ["card-random"]);
    assert_eq!(codes(&card("c", "p", "mifare:04A1B2C3", "active")), ["card-not-unique"]);
    assert_eq!(codes(&card("c", "p", "felica:12", "active")), ["bad-card"]);
    assert_eq!(codes(&card("c", "p", "felica:012E4CE17A3B5C6D", "melted")), ["unknown-state"]);
    let (one, two) = ("felica:012E4CE17A3B5C6D", "felica:012E4CE17A3B5C6E");
    assert_eq!(codes(&(card("a", "p", one, "active") + &card("b", "p", two, "active"))), ["second-active-card"]);
    assert_eq!(codes(&(card("a", "p", one, "lost") + &card("b", "p", two, "active"))), Vec::<&str>::new());
    assert_eq!(codes(&(card("a", "p", one, "lost") + &card("b", "q", one, "active"))), ["card-taken"]);
}

/// R-8.1.1: a certificate is bound to one person at a time.
#[test]
fn a_certificate_has_one_owner() {
    let bound = |key: &str, person: &str, period: &str| {
        let issuer = "a".repeat(64);
        format!(
            "[[certificate]]\nkey = \"{key}\"\nperson = \"{person}\"\nissuer = \"{issuer}\"\nsubject_serial = \"S1\"\n{period}\n"
        )
    };
    assert_eq!(codes(&(bound("a", "x", "") + &bound("b", "y", ""))), ["certificate-taken"]);
    assert_eq!(codes(&(bound("a", "x", "") + &bound("b", "x", ""))), Vec::<&str>::new());
    let ended = bound("a", "x", "from = 2014-01-01\nto = 2014-06-30") + &bound("b", "y", "from = 2014-07-01");
    assert_eq!(codes(&ended), Vec::<&str>::new());
    assert_eq!(codes(&bound("a", "x", "fingerprints = [\"00\"]")), ["bad-fingerprint"]);
}

#[test]
fn limits_name_an_item_or_an_institution() {
    let limit = |rest: &str| format!("[[limit]]\nkey = \"l\"\npatient = \"p\"\n{rest}\n");
    assert_eq!(codes(&limit("item = \"D14\"")), Vec::<&str>::new());
    assert_eq!(codes(&limit("institution = \"d\"\ndirection = \"reader\"")), Vec::<&str>::new());
    assert_eq!(codes(&limit("")), ["one-of-item-institution"]);
    assert_eq!(codes(&limit("item = \"D14\"\ninstitution = \"d\"")), ["one-of-item-institution"]);
    assert_eq!(codes(&limit("item = \"G01\"")), ["unknown-item"]);
    assert_eq!(codes(&limit("item = \"D14\"\ndirection = \"both\"")), ["direction-without-institution"]);
    assert_eq!(codes(&limit("institution = \"d\"\nexcept = [\"e\"]")), ["except-without-item"]);
}

#[test]
fn birth_dates_lie_in_the_past() {
    let born = |date: &str| REGION.replace("birth_date = 1942-11-03", &format!("birth_date = {date}"));
    assert_eq!(codes(&born("2014-07-02")), ["birth-in-future"]);
    assert_eq!(codes(&born("1842-11-03")), ["birth-too-early"]);
    assert_eq!(codes(&born("2013-02-29")).first(), Some(&"syntax").or(Some(&"no-such-date")));
}

/// R-8.2.3-b: an auxiliary needs a doctor at the institution who may confirm.
#[test]
fn references_are_checked_against_earlier_loads() {
    let text = r#"[[affiliation]]
key = "x@i"
person = "x"
institution = "i"
role = "auxiliary"

[[end]]
of = "gone"
"#;
    let file = RegisterFile::parse(text, now()).unwrap();
    let check = |before: &Before| -> Vec<(usize, &'static str)> {
        let refused: Result<(), RegisterRefused> = file.check_against(before);
        refused.err().map(|r| r.faults.iter().map(|f| (f.line, f.code)).collect()).unwrap_or_default()
    };
    let mut found = check(&Before::default());
    // Faults of one row stand in no promised order among each other.
    found.sort_unstable();
    let missing = (1, "unknown-key");
    assert_eq!(found, [(1, "no_confirmer_available"), missing, missing, (7, "unknown-key")]);
    let keys = [(Section::Person, "x"), (Section::Institution, "i"), (Section::Card, "gone")];
    let mut before = Before { keys: keys.into_iter().collect(), doctors: HashSet::new() };
    assert_eq!(check(&before), [(1, "no_confirmer_available")]);
    before.doctors.insert("i");
    assert_eq!(check(&before), []);
}

#[test]
fn professionals_need_an_institution_and_managers_none() {
    let row = |role: &str| format!("[[affiliation]]\nkey = \"k\"\nperson = \"x\"\nrole = \"{role}\"\n");
    assert_eq!(codes(&row("doctor")), ["missing"]);
    assert_eq!(codes(&row("operations_manager")), Vec::<&str>::new());
    assert_eq!(codes(&row("wizard")), ["unknown-role"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever bytes a file holds, reading it answers and never panics.
    #[test]
    fn any_text_is_answered(text in "\\PC{0,400}") {
        let _ = RegisterFile::parse(&text, now());
    }

    /// A file cut or garbled anywhere is answered too.
    #[test]
    fn a_garbled_example_is_answered(at in 0..REGION.len(), noise in "[\\[\\]={}\"\n0-9a-z]{0,6}") {
        let at = (0..=at).rev().find(|at| REGION.is_char_boundary(*at)).unwrap_or(0);
        let (head, tail) = REGION.split_at(at);
        let _ = RegisterFile::parse(head, now());
        let _ = RegisterFile::parse(&format!("{head}{noise}{tail}"), now());
    }
}

/// The example of the documentation is the file these tests read.
#[test]
fn the_documented_example_is_the_tested_one() {
    let page = include_str!("../../../../../docs/register-file.md");
    assert!(page.contains(REGION));
}
