//! What a patient hid, and what is sensitive, looks as if it were not there.

use renkei_testkit::{Lab, World};

/// R-X-15: a patient hides the dental clinic both ways; its entries vanish from page, legend and feeds, and a stranger
/// to the limit sees no trace of it.
#[tokio::test]
async fn a_hidden_institution_leaves_no_trace() {
    let world = World::new().await;
    for (code, number, order) in [("1710000001", "0000123", 1), ("1730000003", "7700001", 2)] {
        let import = world.house.import_begin(code).await.unwrap().unwrap();
        let file = Lab::hba1c(number, "20261001", order, "7.8").arrived();
        assert_eq!(world.house.receive_patient(&import, number, vec![file]).await.unwrap().stored, 1);
        world.house.import_end(&import, Default::default()).await.unwrap();
    }
    let doctor = world.sign_in("dr-minato").await;
    let grant = world.open(&doctor, "hana").await;
    let before = world.house.view_patient(&doctor, grant, "summary").await.unwrap();
    assert_eq!((before.record.each().count(), before.feeds.len()), (2, 2));
    world.clock.advance_seconds(1);
    world
        .load(
            "[[limit]]\nkey = \"hana-hides\"\npatient = \"hana\"\ninstitution = \"shirasagi\"\ndirection = \"both\"\n",
        )
        .await;
    let after = world.house.view_patient(&doctor, grant, "summary").await.unwrap();
    assert_eq!((after.record.each().count(), after.feeds.len()), (1, 1));
    let hidden = world.institution("shirasagi").await;
    assert!(after.record.contributions().iter().all(|c| c.institution != hidden));
    assert!(after.feeds.iter().all(|feed| feed.institution != hidden));
}

/// R-X-15: a hidden item is absent for everybody but the institution that wrote it.
#[tokio::test]
async fn a_hidden_item_stays_with_its_writer() {
    let world = World::new().await;
    let import = world.house.import_begin("1710000001").await.unwrap().unwrap();
    let file = Lab::hba1c("0000123", "20261001", 1, "7.8").arrived();
    world.house.receive_patient(&import, "0000123", vec![file]).await.unwrap();
    world.load("[[limit]]\nkey = \"hana-lab\"\npatient = \"hana\"\nitem = \"D09\"\n").await;
    world.clock.advance_seconds(1);
    let minato = world.sign_in("dr-minato").await;
    let aoba = world.sign_in("dr-aoba").await;
    let there = world.open(&minato, "hana").await;
    let home = world.open(&aoba, "hana").await;
    assert_eq!(world.house.view_patient(&minato, there, "summary").await.unwrap().record.each().count(), 0);
    assert_eq!(world.house.view_patient(&aoba, home, "summary").await.unwrap().record.each().count(), 1);
}
