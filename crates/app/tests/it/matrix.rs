//! The rights matrix is data; a new version begins at its instant, also in open sessions.

use renkei_testkit::{Lab, World, tokyo};

/// version 0 lets dietitians see laboratory results, version 1 does not, from 12:00; one open session reads
/// at 11:59:59 and at 12:00:00.
#[tokio::test]
async fn a_new_matrix_begins_in_an_open_session_at_noon() {
    let world = World::new().await;
    let import = world.house.import_begin("1710000001").await.unwrap().unwrap();
    let file = Lab::hba1c("0000123", "20261001", 1, "7.8").arrived();
    world.house.receive_patient(&import, "0000123", vec![file]).await.unwrap();
    world.clock.set(tokyo("2026-11-21T11:50:00"));
    let shipped = renkei_access::rulebook::SHIPPED.iter().find(|(name, _)| *name == "rights-matrix.toml").unwrap().1;
    let next = next_version(shipped);
    assert_eq!(world.house.apply_regulation(vec![("rights-matrix.toml".to_owned(), next)]).await.unwrap(), 1);
    let dietitian = world.sign_in("dietitian-kaede").await;
    let grant = world.open(&dietitian, "hana").await;
    world.clock.set(tokyo("2026-11-21T11:59:59"));
    let before = world.house.view_patient(&dietitian, grant, "laboratory").await.unwrap();
    assert_eq!((before.record.each().count(), before.why.matrix_version), (1, 0));
    world.clock.set(tokyo("2026-11-21T12:00:00"));
    let after = world.house.view_patient(&dietitian, grant, "laboratory").await.unwrap();
    assert_eq!((after.record.each().count(), after.why.matrix_version), (0, 1));
    assert_eq!(world.count("matrix.enacted").await, 2);
}

/// The shipped matrix as version 1 from noon, without the dietitian's laboratory rows.
fn next_version(shipped: &str) -> String {
    let mut rows = Vec::new();
    for line in shipped.lines() {
        let is_row = line.contains("\"dietitian\"") && line.contains("\"D09\"");
        if is_row {
            continue;
        }
        if line.starts_with("version") {
            rows.push("version = 1".to_owned());
        } else if line.starts_with("valid_from") {
            rows.push("valid_from = 2026-11-21T12:00:00".to_owned());
        } else {
            rows.push(line.to_owned());
        }
    }
    rows.join("\n")
}

/// an unknown item refuses the whole file with its line, and nothing changes.
#[tokio::test]
async fn an_unknown_item_refuses_the_whole_file() {
    let world = World::new().await;
    let shipped = renkei_access::rulebook::SHIPPED.iter().find(|(name, _)| *name == "rights-matrix.toml").unwrap().1;
    let wrong = shipped.replacen("\"D09\"", "\"D99\"", 1).replacen("version = 0", "version = 2", 1);
    let refused = world.house.apply_regulation(vec![("rights-matrix.toml".to_owned(), wrong)]).await;
    assert!(refused.is_err());
    assert_eq!(world.count("matrix.enacted").await, 1, "only the shipped one");
}
