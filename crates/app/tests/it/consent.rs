//! Consent: whose it is, how far it reaches, and that its end is at once.

use renkei_app::card::CardReadOutcome;
use renkei_testkit::{World, refused};

/// R-X-21: consent for the own region opens at home and nowhere else; the trail says why.
#[tokio::test]
async fn consent_of_the_own_region_stops_at_the_border() {
    let world = World::new().await;
    let minato = world.sign_in("dr-minato").await;
    let aoba = world.sign_in("dr-aoba").await;
    assert!(matches!(world.touch(&minato, "kiyo").await, CardReadOutcome::Refused(r) if r.code == "card_refused"));
    assert_eq!(world.reasons("card.refused").await, ["consent_scope"]);
    assert!(matches!(world.touch(&aoba, "kiyo").await, CardReadOutcome::Opened(_)));
    assert_eq!(world.count("exchange.crossregion").await, 0);
    world.open(&minato, "hana").await;
    assert_eq!(world.count("exchange.crossregion").await, 1, "a patient of one region treated in the other");
}

/// when consent ends, open visits end with it.
#[tokio::test]
async fn a_withdrawn_consent_closes_an_open_page() {
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    let grant = world.open(&doctor, "hana").await;
    assert!(world.house.view_patient(&doctor, grant, "summary").await.is_ok());
    world.clock.advance_seconds(60);
    world.load("[[end]]\nof = \"hana-consent\"\n").await;
    assert_eq!(refused(world.house.view_patient(&doctor, grant, "summary").await).code, "no_permission");
    assert_eq!(world.reasons("access.denied").await, ["consent_absent"]);
    assert!(world.house.start_page(&doctor).await.unwrap().visits.is_empty());
}

/// a policy that cannot be read denies, says so in the trail, and shows nothing.
#[tokio::test]
async fn an_unreadable_policy_denies() {
    use renkei_db::sea_orm::ConnectionTrait;
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    let grant = world.open(&doctor, "hana").await;
    world
        .db()
        .act(|tx| {
            Box::pin(async move {
                tx.execute_unprepared("ALTER TABLE participation_facts RENAME TO away").await?;
                Ok::<_, renkei_db::Error>(())
            })
        })
        .await
        .unwrap();
    let refusal = refused(world.house.view_patient(&doctor, grant, "summary").await);
    assert_eq!(refusal.code, "policy_unavailable");
    assert_eq!(world.reasons("access.denied").await, ["policy_unavailable"]);
}
