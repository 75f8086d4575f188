//! The register over time: a change begins at its start, an end ends, nothing goes over to somebody else.

use renkei_app::load_register::{LoadRegisterError, LoadSummary};
use renkei_app::{House, HouseSettings, Parts};
use renkei_hpki::Trust;
use renkei_kernel::{PersonId, Problem};
use renkei_store::facts::{By, FactKind, holding};
use renkei_testkit::{Lab, World, tokyo};

const WISH: &str = "[[limit]]\nkey = \"hana-limit\"\npatient = \"hana\"\nitem = \"D05\"\n";

async fn summary(world: &World, text: &str) -> LoadSummary {
    world.house.load_register(text).await.unwrap_or_else(|error| panic!("{error}"))
}

async fn refused(world: &World, text: &str) -> &'static str {
    match world.house.load_register(text).await {
        Ok(summary) => panic!("was not refused: {summary:?}"),
        Err(error) => error.code(),
    }
}

async fn wishes(world: &World, patient: &str, at: renkei_kernel::Timestamp) -> Vec<String> {
    let patient: PersonId = world.patient(patient).await;
    let found = holding(world.db().reader(), FactKind::Limit, By::Subject(patient.into()), at).await.unwrap();
    found.into_iter().map(|fact| fact.codes).collect()
}

async fn wishes_now(world: &World) -> usize {
    wishes(world, "hana", world.house.now()).await.len()
}

async fn import_one(world: &World) {
    let import = world.house.import_begin("1710000001").await.unwrap().unwrap();
    let file = Lab::hba1c("0000123", "20261001", 1, "7.8").arrived();
    assert_eq!(world.house.receive_patient(&import, "0000123", vec![file]).await.unwrap().stored, 1);
    world.house.import_end(&import, Default::default()).await.unwrap();
}

/// A change with a coming start holds from then on, and until then what held before.
#[tokio::test]
async fn a_change_with_a_coming_start_leaves_today_as_it_is() {
    let world = World::new().await;
    world.load(&format!("{WISH}from = 2026-01-01\n")).await;
    world.load(&format!("{WISH}except = [\"minato\"]\nfrom = 2026-12-01\n")).await;
    let before = wishes(&world, "hana", tokyo("2026-11-30T23:59:59")).await;
    let after = wishes(&world, "hana", tokyo("2026-12-01T00:00:00")).await;
    assert_eq!((before.len(), after.len(), wishes_now(&world).await), (1, 1, 1));
    assert_ne!(before, after);
}

/// A stated past start corrects from then on; the time before keeps what it had, and a restated one corrects it all.
#[tokio::test]
async fn a_change_with_a_past_start_keeps_the_time_before_it() {
    let world = World::new().await;
    world.load(&format!("{WISH}from = 2026-01-01\n")).await;
    world.load(&format!("{WISH}except = [\"minato\"]\nfrom = 2026-06-01\n")).await;
    let (may, june) = (tokyo("2026-05-31T12:00:00"), tokyo("2026-06-01T00:00:00"));
    let first = wishes(&world, "hana", may).await;
    assert_eq!((first.len(), wishes(&world, "hana", june).await.len()), (1, 1));
    assert_ne!(first, wishes(&world, "hana", june).await);
    world.load(&format!("{WISH}except = [\"aoba\"]\nfrom = 2026-01-01\n")).await;
    assert_eq!(wishes(&world, "hana", may).await, wishes(&world, "hana", june).await);
    assert_eq!(wishes(&world, "hana", june).await.len(), 1);
}

/// What was ended and is stated again holds again; the same file once more changes nothing.
#[tokio::test]
async fn a_wish_ended_and_stated_again_holds() {
    let world = World::new().await;
    world.load(WISH).await;
    world.clock.advance_seconds(60);
    assert_eq!(summary(&world, "[[end]]\nof = \"hana-limit\"\n").await.ended, 1);
    assert_eq!(wishes_now(&world).await, 0);
    world.clock.advance_seconds(60);
    assert_eq!(summary(&world, WISH).await.changed, 1);
    assert_eq!(wishes_now(&world).await, 1);
    world.clock.advance_seconds(60);
    assert_eq!(summary(&world, WISH).await, LoadSummary { unchanged: 1, ..LoadSummary::default() });
}

/// a consent withdrawn and stated again, with its old start, does not claim the time in between; with its end
/// beside it in the file it stays withdrawn.
#[tokio::test]
async fn a_consent_stated_again_begins_anew() {
    let world = World::new().await;
    let consent = "[[consent]]\nkey = \"hana-consent\"\npatient = \"hana\"\nscope = \"all_regions\"\n\
                   home_region = \"noto-hokubu\"\nform_serial = \"000123\"\nfrom = 2025-04-01\n";
    let ended = format!("{consent}[[end]]\nof = \"hana-consent\"\nto = 2026-11-21T10:01:00\n");
    let hana = world.patient("hana").await;
    let consents =
        async |at| holding(world.db().reader(), FactKind::Consent, By::Subject(hana.into()), at).await.unwrap().len();
    world.clock.advance_seconds(120);
    assert_eq!(summary(&world, &ended).await.ended, 1);
    let between = world.house.now();
    world.clock.advance_seconds(60);
    assert_eq!(summary(&world, &ended).await, LoadSummary { unchanged: 1, ..LoadSummary::default() });
    assert_eq!(consents(world.house.now()).await, 0);
    assert_eq!(summary(&world, consent).await.changed, 1);
    assert_eq!((consents(between).await, consents(world.house.now()).await), (0, 1));
    assert_eq!(consents(tokyo("2026-01-01T00:00:00")).await, 1);
    assert_eq!(summary(&world, consent).await, LoadSummary { unchanged: 1, ..LoadSummary::default() });
}

/// A file that changes an entry and ends it ends it; once more it changes nothing.
#[tokio::test]
async fn changed_and_ended_in_one_file_is_ended() {
    let world = World::new().await;
    let text = "[[affiliation]]\nkey = \"dr-minato@minato\"\nperson = \"dr-minato\"\ninstitution = \"minato\"\n\
                role = \"doctor\"\ndepartment = \"01\"\n[[end]]\nof = \"dr-minato@minato\"\n";
    assert_eq!(summary(&world, text).await.ended, 1);
    world.clock.advance_seconds(60);
    assert!(world.house.sign_in(&world.caller("dr-minato")).await.is_err(), "the ended doctor signs in");
    assert_eq!(summary(&world, text).await, LoadSummary { unchanged: 1, ..LoadSummary::default() });
    assert!(world.house.sign_in(&world.caller("dr-minato")).await.is_err());
}

/// A new version that begins now and ends on a coming day holds until that day.
#[tokio::test]
async fn changed_with_a_coming_end_holds_until_then() {
    let world = World::new().await;
    world.load(&format!("{WISH}from = 2026-01-01\n")).await;
    world.load(&format!("{WISH}except = [\"minato\"]\n[[end]]\nof = \"hana-limit\"\nto = 2026-11-30\n")).await;
    world.clock.advance_seconds(1);
    assert_eq!(wishes_now(&world).await, 1);
    assert_eq!(wishes(&world, "hana", tokyo("2026-11-30T23:59:59")).await.len(), 1);
    assert_eq!(wishes(&world, "hana", tokyo("2026-12-01T00:00:00")).await.len(), 0);
}

/// An end before an entry's start takes the entry away and leaves no period that runs backwards.
#[tokio::test]
async fn an_end_before_the_start_takes_the_entry_away() {
    let world = World::new().await;
    world.load(&format!("{WISH}from = 2026-12-01\n")).await;
    assert_eq!(summary(&world, "[[end]]\nof = \"hana-limit\"\n").await.ended, 1);
    let hana = world.patient("hana").await;
    let left = renkei_store::facts::history(world.db().reader(), FactKind::Limit, By::Subject(hana.into())).await;
    assert!(left.unwrap().is_empty());
}

/// Results, cards, certificates, consents and readers do not go over to somebody else by a changed row.
#[tokio::test]
async fn an_entry_never_goes_over_to_somebody_else() {
    let world = World::new().await;
    import_one(&world).await;
    world.clock.advance_seconds(60);
    let issuer = world.pki.authority(renkei_testpki::Authority::PersonAuth).unwrap().fingerprint();
    let rows = [
        "[[chart]]\nkey = \"hana@aoba\"\ninstitution = \"aoba\"\nnumber = \"0000123\"\npatient = \"kiyo\"\n".to_owned(),
        "[[chart]]\nkey = \"hana@aoba\"\ninstitution = \"minato\"\nnumber = \"0000123\"\npatient = \"hana\"\n".to_owned(),
        "[[card]]\nkey = \"hana-card\"\npatient = \"kiyo\"\nid = \"felica:012E4CE17A3B5C6D\"\n".to_owned(),
        format!("[[certificate]]\nkey = \"dr-aoba-card\"\nperson = \"nurse-tsubaki\"\nissuer = \"{issuer}\"\nsubject_serial = \"TESTD000022\"\n"),
        "[[consent]]\nkey = \"kiyo-consent\"\npatient = \"taro\"\nscope = \"all_regions\"\nhome_region = \"noto-hokubu\"\n".to_owned(),
        "[[reader]]\nkey = \"aoba-reception\"\ninstitution = \"minato\"\nplace = \"受付\"\n\
         device_key = \"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c\"\n"
            .to_owned(),
    ];
    for row in &rows {
        assert_eq!(refused(&world, row).await, "register_other_holder", "{row}");
    }
    // Also not after an end: that takes a new key. The chart of the new key is an empty one.
    world.load("[[end]]\nof = \"hana@aoba\"\n").await;
    world.clock.advance_seconds(60);
    assert_eq!(refused(&world, &rows[0]).await, "register_other_holder");
    world.load(&rows[0].replace("hana@aoba", "kiyo-0000123@aoba")).await;
    world.clock.advance_seconds(60);
    let doctor = world.sign_in("dr-aoba").await;
    let grant = world.open(&doctor, "kiyo").await;
    let opened = world.house.view_patient(&doctor, grant, "laboratory").await.unwrap();
    assert_eq!(opened.record.each().count(), 0);
}

/// An end and the entry that takes the place may stand in one file.
#[tokio::test]
async fn what_a_file_ends_is_free_in_the_same_file() {
    let world = World::new().await;
    let new = "[[consent]]\nkey = \"hana-consent-2\"\npatient = \"hana\"\nscope = \"own_region\"\nhome_region = \"noto-hokubu\"\n";
    assert_eq!(refused(&world, new).await, "register_taken");
    world.load(&format!("{new}[[end]]\nof = \"hana-consent\"\n")).await;
}

/// A card number never goes to another patient, also not when a change or a correction frees it.
#[tokio::test]
async fn a_card_number_freed_by_a_change_goes_to_nobody_else() {
    let world = World::new().await;
    let changed =
        "[[card]]\nkey = \"hana-card\"\npatient = \"hana\"\nid = \"felica:012E4CE17A3B5C70\"\nfrom = 2025-04-01\n";
    let given = "[[card]]\nkey = \"kiyo-card-2\"\npatient = \"kiyo\"\nid = \"felica:012E4CE17A3B5C6D\"\n";
    assert_eq!(refused(&world, &format!("{changed}{given}")).await, "register_taken");
    world.load(changed).await;
    world.clock.advance_seconds(60);
    assert_eq!(refused(&world, given).await, "register_taken");
    // A facility code in contrast is free from the day its institution has another.
    world
        .load(
            "[[institution]]\nkey = \"aoba\"\ncode = \"1710000009\"\nname = \"アオバ内科\"\nkinds = [\"clinic\"]\n\
             region = \"noto-hokubu\"\nsources = [\"10.17.1.0/24\"]\nfrom = 2026-12-01\n\
             [[institution]]\nkey = \"momo\"\ncode = \"1710000001\"\nname = \"モモ内科\"\nkinds = [\"clinic\"]\n\
             region = \"noto-hokubu\"\nfrom = 2026-12-01\n",
        )
        .await;
    let early = "[[institution]]\nkey = \"kaki\"\ncode = \"1710000001\"\nname = \"カキ内科\"\nkinds = [\"clinic\"]\nregion = \"noto-hokubu\"\nto = 2026-11-30\n";
    assert_eq!(refused(&world, early).await, "register_taken", "until then it is still aoba's");
}

/// the end of a consent stands in the trail under the patient, as its beginning does.
#[tokio::test]
async fn the_end_of_a_consent_stands_in_the_trail() {
    let world = World::new().await;
    assert_eq!(world.count("consent.given").await, 2);
    world.load("[[end]]\nof = \"hana-consent\"\n[[end]]\nof = \"nurse-tsubaki@minato\"\n").await;
    let trail = world.trail().await;
    let hana = world.patient("hana").await.0.to_string();
    let withdrawn: Vec<_> = trail.iter().filter(|entry| entry["event"] == "consent.withdrawn").collect();
    assert_eq!(withdrawn.len(), 1);
    assert!(withdrawn[0].to_string().contains(&hana), "{}", withdrawn[0]);
    let loaded = trail.iter().rfind(|entry| entry["event"] == "register.loaded").unwrap();
    assert_eq!(loaded["detail"]["ended"], 2);
    assert!(world.verify().await.is_ok());
}

/// Two loads of one new file, in one process and in two, leave one set of facts.
async fn two_loads_at_once_do_not_double(world: World) {
    let (a, b) = tokio::join!(world.house.load_register(WISH), world.house.load_register(WISH));
    let mut both = [a.unwrap(), b.unwrap()];
    both.sort_by_key(|summary| summary.added);
    assert_eq!((both[0].unchanged, both[1].added), (1, 1));
    assert_eq!(wishes_now(&world).await, 1);
    let other = second_house(&world).await;
    let text = WISH.replace("hana-limit", "hana-limit-2").replace("D05", "D06");
    let (a, b) = tokio::join!(world.house.load_register(&text), other.load_register(&text));
    for result in [&a, &b] {
        assert!(matches!(result, Ok(_) | Err(LoadRegisterError::Meanwhile)), "{result:?}");
    }
    assert!(a.is_ok() || b.is_ok());
    assert_eq!(wishes_now(&world).await, 2);
}
crate::on_both!(two_loads_at_once => super::two_loads_at_once_do_not_double);

/// Another process over the same database.
async fn second_house(world: &World) -> House {
    let house = &world.house;
    House::open(Parts {
        ids: house.ids().clone(),
        db: world.db().clone(),
        sealer: house.sealer().clone(),
        ledger: house.ledger().clone(),
        blobs: house.blobs().clone(),
        trust: Trust::load(&world.folder.path().join("trust"), world.house.now()).unwrap(),
        settings: HouseSettings::default(),
    })
    .await
    .unwrap()
}

fn psychiatric(code: &str) -> Vec<(String, String)> {
    let text = format!(
        "[sensitive]\nversion = 1\nvalid_from = 2026-11-21T10:01:00+09:00\n[marks]\n\
         rows = [ {{ class = \"psychiatric\", institution = \"{code}\", basis = \"x\" }} ]\n"
    );
    vec![("sensitive.toml".to_owned(), text)]
}

/// R-X-15: everything of an institution in the table of what is sensitive is hidden from who has no right to it.
#[tokio::test]
async fn the_entries_of_a_sensitive_institution_are_hidden() {
    let world = World::new().await;
    import_one(&world).await;
    let nurse = world.sign_in("nurse-tsubaki").await;
    let grant = world.open(&nurse, "hana").await;
    assert_eq!(world.house.view_patient(&nurse, grant, "laboratory").await.unwrap().record.each().count(), 1);
    world.house.apply_regulation(psychiatric("1710000001")).await.unwrap();
    world.clock.advance_seconds(120);
    assert_eq!(world.house.view_patient(&nurse, grant, "laboratory").await.unwrap().record.each().count(), 0);
    // Also after the institution took another code, and in a process started later.
    world
        .load(
            "[[institution]]\nkey = \"aoba\"\ncode = \"1710000009\"\nname = \"アオバ内科\"\nkinds = [\"clinic\"]\n\
             region = \"noto-hokubu\"\nsources = [\"10.17.1.0/24\"]\n",
        )
        .await;
    world.clock.advance_seconds(60);
    let later = second_house(&world).await;
    assert_eq!(later.view_patient(&nurse, grant, "laboratory").await.unwrap().record.each().count(), 0);
}

/// R-X-15: an institution that the table names before the register does is hidden from its first day.
#[tokio::test]
async fn an_institution_registered_after_the_table_is_hidden_too() {
    let world = World::new().await;
    world.house.apply_regulation(psychiatric("1710000077")).await.unwrap();
    world.clock.advance_seconds(120);
    world
        .load(
            "[[institution]]\nkey = \"kokoro\"\ncode = \"1710000077\"\nname = \"ココロ病院\"\nkinds = [\"hospital\"]\n\
             region = \"noto-hokubu\"\n[[chart]]\nkey = \"hana@kokoro\"\ninstitution = \"kokoro\"\nnumber = \"555\"\n\
             patient = \"hana\"\n",
        )
        .await;
    world.clock.advance_seconds(60);
    let import = world.house.import_begin("1710000077").await.unwrap().unwrap();
    let file = Lab::hba1c("555", "20261001", 1, "7.8").arrived();
    assert_eq!(world.house.receive_patient(&import, "555", vec![file]).await.unwrap().stored, 1);
    let nurse = world.sign_in("nurse-tsubaki").await;
    let grant = world.open(&nurse, "hana").await;
    assert_eq!(world.house.view_patient(&nurse, grant, "laboratory").await.unwrap().record.each().count(), 0);
}

/// R-X-15: what one process enacts and registers is hidden by another that runs beside it, at its next decision.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_learns_at_once_what_is_sensitive() {
    let world = World::on(renkei_testkit::Engine::Postgres).await;
    import_one(&world).await;
    let beside = second_house(&world).await;
    let nurse = world.sign_in("nurse-tsubaki").await;
    let grant = world.open(&nurse, "hana").await;
    let seen = async || beside.view_patient(&nurse, grant, "laboratory").await.unwrap().record.each().count();
    assert_eq!(seen().await, 1);
    world.house.apply_regulation(psychiatric("1710000077")).await.unwrap();
    world.clock.advance_seconds(120);
    assert_eq!(seen().await, 1, "the table names an institution that is not there yet");
    // The same clinic takes the code that the table names; only the first process is told.
    world
        .load(
            "[[institution]]\nkey = \"aoba\"\ncode = \"1710000077\"\nname = \"アオバ内科\"\nkinds = [\"clinic\"]\n\
             region = \"noto-hokubu\"\nsources = [\"10.17.1.0/24\"]\n",
        )
        .await;
    world.clock.advance_seconds(60);
    assert_eq!(seen().await, 0);
}

/// A register of many entries loads, changes and ends within one act, whatever the engines allow a statement.
#[tokio::test]
async fn a_long_register_loads_changes_and_ends() {
    let world = World::new().await;
    let rows = |name: &str| -> String {
        let person = |n: usize| {
            format!(
                "[[person]]\nkey = \"p{n}\"\nfamily = \"{name}\"\ngiven = \"一\"\nfamily_kana = \"ヤマ\"\ngiven_kana = \"イチ\"\n"
            )
        };
        (0..LONG).map(person).collect()
    };
    assert_eq!(summary(&world, &rows("山")).await.added, LONG);
    world.clock.advance_seconds(60);
    assert_eq!(summary(&world, &rows("川")).await.changed, LONG);
    world.clock.advance_seconds(60);
    assert_eq!(summary(&world, &rows("川")).await.unchanged, LONG);
    let ends: String = (0..LONG).map(|n| format!("[[end]]\nof = \"p{n}\"\n")).collect();
    assert_eq!(summary(&world, &ends).await.ended, LONG);
}
const LONG: usize = 2_500;
