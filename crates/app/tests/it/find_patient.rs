//! Finding somebody without a card: who is found, by what, and what stays behind.

use crate::on_both;
use renkei_app::find_patient::{CANDIDATES_MAX, Candidates, FindPatientError, Sought};
use renkei_app::{House, HouseSettings, Parts};
use renkei_db::sea_orm::{ConnectionTrait as _, Statement};
use renkei_hpki::Trust;
use renkei_kernel::{Problem as _, Withheld};
use renkei_testkit::World;

fn sought(name: &str, birth_date: Option<&str>) -> Sought {
    Sought {
        name: Withheld::new(name.to_owned()),
        birth_date: birth_date.map(|date| Withheld::new(date.parse().unwrap())),
        phone: None,
        postal_code: None,
    }
}

async fn find(world: &World, name: &str, birth_date: &str) -> Candidates {
    world.house.find_patient(&sought(name, Some(birth_date))).await.unwrap()
}

async fn refused(world: &World, sought: &Sought) -> (u16, &'static str) {
    match world.house.find_patient(sought).await {
        Err(error) => (error.category().status(), error.code()),
        Ok(found) => panic!("found {}", found.people.len()),
    }
}

/// A consenting patient of the register.
fn patient(key: &str, family: &str, given: &str, birth_date: &str, more: &str) -> String {
    format!(
        "[[patient]]\nkey = \"{key}\"\nfamily = \"{family}\"\ngiven = \"{given}\"\nfamily_kana = \"タカハシ\"\n\
         given_kana = \"ハナコ\"\nbirth_date = {birth_date}\nsex = \"F\"\n{more}\n\
         [[consent]]\nkey = \"{key}-consent\"\npatient = \"{key}\"\nscope = \"all_regions\"\nhome_region = \"noto-hokubu\"\n"
    )
}

async fn old_forms_and_half_width(world: World) {
    world.load(&patient("takahashi", "髙橋", "ﾊﾅｺ", "1960-02-03", "")).await;
    let takahashi = world.patient("takahashi").await;
    for name in ["高橋 はなこ", "髙橋ハナコ", "高橋　ﾊﾅｺ", "たかはし はなこ", "ﾀｶﾊｼ ﾊﾅｺ", "タカハシはなこ"]
    {
        let found = find(&world, name, "1960-02-03").await;
        assert_eq!(found.people.iter().map(|one| one.person).collect::<Vec<_>>(), [takahashi], "{name}");
        assert_eq!(found.people[0].names.full(), "髙橋 ﾊﾅｺ", "shown as it was written");
    }
    assert!(find(&world, "高橋 はなこ", "1960-02-04").await.people.is_empty());
    assert!(find(&world, "高橋 はなえ", "1960-02-03").await.people.is_empty());
    assert!(find(&world, "高橋", "1960-02-03").await.people.is_empty());
}
on_both!(
    /// R-X-18: 髙橋 ﾊﾅｺ is found as 高橋 はなこ with the birth date.
    old_forms_and_half_width_kana_are_found => super::old_forms_and_half_width
);

/// R-8.2.4-イ: a name alone is refused with E422, wildcards and half a name too, and nothing was looked up then.
#[tokio::test]
async fn a_name_alone_finds_nobody() {
    let world = World::new().await;
    assert_eq!(refused(&world, &sought("サトウ", None)).await, (422, "search_too_little"));
    assert_eq!(refused(&world, &sought("佐倉 ハナ", None)).await, (422, "search_too_little"));
    for name in ["", "*", "佐倉%", "佐倉 ハ？", "ハ", "　・"] {
        assert_eq!(refused(&world, &sought(name, Some("1954-03-12"))).await, (422, "search_not_a_name"), "{name}");
    }
    let mut with_little = sought("佐倉 ハナ", None);
    with_little.phone = Some(Withheld::new("054".to_owned()));
    with_little.postal_code = Some(Withheld::new("4".to_owned()));
    assert_eq!(refused(&world, &with_little).await, (422, "search_too_little"));
    // Beside a birth date that fits, what is too short is not passed over either.
    for (phone, postal) in [(Some("1"), None), (None, Some("4")), (Some(""), None)] {
        let mut with_less = sought("佐倉 ハナ", Some("1954-03-12"));
        with_less.phone = phone.map(|text: &str| Withheld::new(text.to_owned()));
        with_less.postal_code = postal.map(|text: &str| Withheld::new(text.to_owned()));
        assert_eq!(refused(&world, &with_less).await, (422, "search_too_little"), "{phone:?} {postal:?}");
    }
    assert_eq!(world.count("patient.searched").await, 0);
    assert_eq!(find(&world, "佐倉 ハナ", "1954-03-12").await.people.len(), 1);
}

/// R-8.2.4-イ: telephone and postal code serve as well, however they are written; and all that is given must fit.
#[tokio::test]
async fn telephone_and_postal_code_find_too() {
    let world = World::new().await;
    let more = "phone = \"054-000-1234\"\npostal = \"420-0000\"\n";
    world.load(&patient("takahashi", "高橋", "花子", "1960-02-03", more)).await;
    let by = |phone: Option<&str>, postal: Option<&str>, birth: Option<&str>| {
        let mut sought = sought("高橋花子", birth);
        sought.phone = phone.map(|text| Withheld::new(text.to_owned()));
        sought.postal_code = postal.map(|text| Withheld::new(text.to_owned()));
        sought
    };
    for (phone, postal, birth, count) in [
        (Some("0540001234"), None, None, 1),
        (Some("０５４（０００）１２３４"), None, None, 1),
        (None, Some("〒420−0000"), None, 1),
        (Some("054-000-1234"), Some("4200000"), Some("1960-02-03"), 1),
        (Some("054-000-1234"), None, Some("1960-02-04"), 0),
        (Some("054-000-1235"), None, None, 0),
    ] {
        let found = world.house.find_patient(&by(phone, postal, birth)).await.unwrap();
        assert_eq!(found.people.len(), count, "{phone:?} {postal:?} {birth:?}");
    }
}

/// R-8.2.4-イ: whoever does not consent, or no longer, looks as if he were not there.
#[tokio::test]
async fn without_an_active_consent_nobody_is_found() {
    let world = World::new().await;
    assert!(find(&world, "岬 タロウ", "2009-05-05").await.people.is_empty(), "never consented");
    assert_eq!(find(&world, "佐倉 ハナ", "1954-03-12").await.people.len(), 1);
    world.load("[[end]]\nof = \"hana-consent\"\n").await;
    world.clock.advance_seconds(60);
    assert!(find(&world, "佐倉 ハナ", "1954-03-12").await.people.is_empty(), "withdrawn");
}

/// R-8.2.4-イ: at most ten are shown, and that there are more is said.
#[tokio::test]
async fn at_most_ten_are_shown() {
    let world = World::new().await;
    let many: String =
        (0..=CANDIDATES_MAX).map(|n| patient(&format!("t{n}"), "高橋", "花子", "1960-02-03", "")).collect();
    world.load(&many).await;
    let found = find(&world, "高橋 花子", "1960-02-03").await;
    assert_eq!((found.people.len(), found.more), (CANDIDATES_MAX, true));
}

/// R-X-04: the search is in the trail, and each one who was shown, under his own id; the name is not.
#[tokio::test]
async fn a_search_and_whom_it_showed_are_in_the_trail() {
    let world = World::new().await;
    find(&world, "佐倉 ハナ", "1954-03-12").await;
    find(&world, "佐倉 ハルミ", "1954-03-12").await;
    let trail = world.trail().await;
    let searches: Vec<_> = trail.iter().filter(|entry| entry["event"] == "patient.searched").collect();
    assert_eq!(searches.len(), 3, "two searches and one who was shown");
    assert_eq!(searches[0]["detail"]["by"][0], "birth_date");
    assert!(searches[0]["detail"]["key"].as_str().unwrap().len() == 64);
    assert_eq!(searches[1]["patient"], world.patient("hana").await.to_string().as_str());
    assert!(searches.iter().all(|entry| !entry.to_string().contains("佐倉") && !entry.to_string().contains("1954")));
    assert!(world.verify().await.is_ok());
}

/// R-X-04: when the trail cannot be written, nobody is found.
#[tokio::test]
async fn without_a_trail_nobody_is_found() {
    let world = World::new().await;
    run(&world, "ALTER TABLE trail_waiting RENAME TO away").await;
    let end = world.house.find_patient(&sought("佐倉 ハナ", Some("1954-03-12"))).await;
    assert!(matches!(&end, Err(FindPatientError::App(_))), "{end:?}");
    assert_eq!(end.unwrap_err().category().status(), 503);
}

/// A changed name is found from then on, and the one before no more.
#[tokio::test]
async fn a_changed_name_is_found_in_place_of_the_old_one() {
    let world = World::new().await;
    world.load(&patient("takahashi", "高橋", "花子", "1960-02-03", "")).await;
    world.clock.advance_seconds(60);
    world.load(&patient("takahashi", "渡邉", "花子", "1960-02-03", "")).await;
    world.clock.advance_seconds(60);
    assert_eq!(find(&world, "渡辺 花子", "1960-02-03").await.people.len(), 1);
    assert!(find(&world, "高橋 花子", "1960-02-03").await.people.is_empty());
}

async fn run(world: &World, sql: &'static str) {
    world
        .db()
        .act(move |tx| {
            Box::pin(async move {
                tx.execute_unprepared(sql).await?;
                Ok::<_, renkei_db::Error>(())
            })
        })
        .await
        .unwrap();
}

async fn started_again(world: &World) -> House {
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

async fn keys(world: &World) -> i64 {
    let reader = world.db().reader();
    let sql = "SELECT count(*) AS n FROM search_keys WHERE version = 1";
    let row = reader.query_one_raw(Statement::from_string(reader.get_database_backend(), sql)).await.unwrap().unwrap();
    row.try_get("", "n").unwrap()
}

async fn an_older_register(world: World) {
    let before = keys(&world).await;
    assert!(before > 0);
    run(
        &world,
        "DELETE FROM search_keys WHERE person_id = (SELECT person_id FROM search_keys ORDER BY person_id DESC LIMIT 1)",
    )
    .await;
    run(&world, "UPDATE search_keys SET version = 0").await;
    assert!(find(&world, "佐倉 ハナ", "1954-03-12").await.people.is_empty());
    let house = started_again(&world).await;
    assert_eq!(keys(&world).await, before);
    assert_eq!(house.find_patient(&sought("佐倉 はな", Some("1954-03-12"))).await.unwrap().people.len(), 1);
    let indexed = world.count("person.indexed").await;
    assert_eq!(indexed, 2, "read and written, each with its record");
    started_again(&world).await;
    assert_eq!(world.count("person.indexed").await, indexed, "once");
}

on_both!(
    /// R-X-18: a register from before there were keys, or with keys of an older folding, gets them at the start.
    a_register_from_before_the_keys_gets_them => super::an_older_register
);
