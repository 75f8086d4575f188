//! Nothing without a trail.

use renkei_testkit::{World, refused};

/// R-X-04: each look, refusal, sign-in and card read is one event with who, whose, what and why; the trail verifies.
#[tokio::test]
async fn a_visit_leaves_its_whole_trail() {
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    let grant = world.open(&doctor, "hana").await;
    world.house.view_patient(&doctor, grant, "laboratory").await.unwrap();
    world.house.close_visit(&doctor, grant).await.unwrap();
    refused(world.house.view_patient(&doctor, grant, "summary").await);
    let names: Vec<String> = world.trail().await.iter().map(|e| e["event"].as_str().unwrap().to_owned()).collect();
    let walk: Vec<&str> = names.iter().map(String::as_str).skip_while(|name| *name != "auth.success").collect();
    assert_eq!(
        walk,
        [
            "auth.success",
            "card.asked",
            "card.read",
            "grant.opened",
            "exchange.crossregion",
            "access.granted",
            "grant.closed",
            "access.denied"
        ]
    );
    let trail = world.trail().await;
    let look = trail.iter().find(|entry| entry["event"] == "access.granted").unwrap();
    let patient = world.patient("hana").await.to_string();
    assert_eq!(look["patient"], patient.as_str());
    assert_eq!(look["actor"]["role"], "doctor");
    assert_eq!(look["permission"]["grant"], grant.to_string().as_str());
    assert!(look["permission"]["because"].as_array().unwrap().iter().any(|reason| reason == "grant_card"));
    assert!(look["permission"]["items"].as_array().unwrap().len() > 20);
    assert_eq!(look["net"]["peer"], "10.17.2.7");
    assert!(world.verify().await.is_ok());
}

/// R-X-04: when the trail cannot be written, nothing is shown and no visit opens.
#[tokio::test]
async fn without_a_trail_nothing_happens() {
    use renkei_db::sea_orm::ConnectionTrait;
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    let grant = world.open(&doctor, "hana").await;
    world
        .db()
        .act(|tx| {
            Box::pin(async move {
                tx.execute_unprepared("ALTER TABLE trail_waiting RENAME TO away").await?;
                Ok::<_, renkei_db::Error>(())
            })
        })
        .await
        .unwrap();
    let failed = world.house.view_patient(&doctor, grant, "summary").await.unwrap_err();
    assert_eq!(renkei_kernel::Problem::category(&failed), renkei_kernel::Category::Stopped);
    assert!(world.house.sign_in(&world.caller("nurse-tsubaki")).await.is_err());
    assert!(world.house.close_visit(&doctor, grant).await.is_err());
}

/// R-F1-4.2B: who, when, whose data, from where and by what right stands in each access; what a role may see differs by
/// duty; what is set up is recorded as well.
#[tokio::test]
async fn the_access_log_says_who_when_whose_and_by_what_right() {
    let world = World::new().await;
    let (doctor, nurse) = (world.sign_in("dr-minato").await, world.sign_in("nurse-tsubaki").await);
    let grant = world.open(&doctor, "hana").await;
    for session in [&doctor, &nurse] {
        world.house.view_patient(session, grant, "summary").await.unwrap();
    }
    let (patient, trail) = (world.patient("hana").await.to_string(), world.trail().await);
    let looks: Vec<_> = trail.iter().filter(|entry| entry["event"] == "access.granted").collect();
    assert_eq!(looks.len(), 2);
    for (look, session) in looks.iter().zip([&doctor, &nurse]) {
        assert_eq!(look["actor"]["id"], session.person.to_string().as_str());
        assert_eq!(look["actor"]["role"], session.role.code());
        assert_eq!(look["actor"]["session"], session.id.to_string().as_str());
        assert_eq!((&look["patient"], &look["net"]["peer"]), (&patient.as_str().into(), &"10.17.2.7".into()));
        assert!(look["t"].as_str().is_some_and(|time| time.starts_with("2026-11-21T")));
        assert!(look["permission"]["matrix"].is_number());
    }
    assert_ne!(looks[0]["permission"]["items"], looks[1]["permission"]["items"], "levels by duty");
    for set_up in ["register.loaded", "matrix.enacted", "regulation.enacted"] {
        assert!(trail.iter().any(|entry| entry["event"] == set_up), "{set_up}");
    }
}
