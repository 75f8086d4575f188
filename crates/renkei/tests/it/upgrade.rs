//! A newer program over the data of an older one: rows of the first version, written before the codes that only hide were
//! kept, and a trail without the table of hand-overs.
//!
//! The rows in `tests/fixtures/stored-v1` were written by the program as it was before that change (its mapping and its
//! encoding, commit 6c3a4f4's parent), from the messages beside them. Here the same messages are imported by the newer
//! program and every row is then put back to what the older one had stored, under the ids and keys of this installation.

use crate::installation::{AOBA, Installation, Opened, said, scratch};
use crate::torn::look::{rows, touch};
use renkei_app::session::Caller;
use renkei_db::sea_orm::{ConnectionTrait, Statement, Value};
use renkei_db::{BoxFuture, Database, Settings};
use renkei_kernel::{Ids, SystemClock, SystemEntropy};
use renkei_keys::{SealKind, Sealer};
use renkei_records::{ChartRecord, Message};
use renkei_store::charts::{MESSAGE_VERSION, PROJECTION_VERSION};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use uuid::Uuid;

/// Shown to a nurse while the rows are old: they have no room for the codes that hide it.
const SENSITIVE: [&str; 2] = ["脳症", "感染症のため"];
const ORDINARY: [&str; 2] = ["高血圧症", "クレアチニン"];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/stored-v1")
}

fn stored(name: &str) -> Vec<u8> {
    hex::decode(std::fs::read_to_string(fixtures().join(name)).unwrap().trim()).unwrap()
}

/// Writes the fixture's messages as a storage has them and answers their names.
fn storage(root: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(fixtures()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "hl7") {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let parts: Vec<&str> = name.split('_').collect();
            let folder = root.join("000").join("012").join(parts[0]).join(parts[1]).join(parts[2]);
            std::fs::create_dir_all(&folder).unwrap();
            let bytes = std::fs::read_to_string(&path).unwrap().replace('\n', "\r");
            std::fs::write(folder.join(&name), bytes).unwrap();
            names.push(name);
        }
    }
    assert_eq!(names.len(), 4);
    names
}

/// Puts the ids of this installation in the place of those that the older program's run had.
fn with_ids(row: &[u8], ids: &BTreeMap<Uuid, Uuid>) -> Vec<u8> {
    let mut row = row.to_vec();
    for at in 0..row.len().saturating_sub(15) {
        let here = Uuid::from_slice(&row[at..at + 16]).unwrap();
        if let Some(ours) = ids.get(&here) {
            row[at..at + 16].copy_from_slice(ours.as_bytes());
        }
    }
    row
}

async fn write(database: &Database, sql: &str, values: Vec<Value>) {
    let sql = sql.to_owned();
    database
        .act(move |tx| -> BoxFuture<'_, Result<(), renkei_db::Error>> {
            let (sql, values) = (sql.clone(), values.clone());
            Box::pin(async move {
                let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
                assert_eq!(tx.execute_raw(statement).await?.rows_affected(), 1);
                Ok(())
            })
        })
        .await
        .unwrap();
}

/// Every row as the older program had stored it, and its tables without those that came later.
async fn as_the_older_program_left_it(house: &Installation, names: &[String]) {
    let ids = Ids::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
    let sealer = Sealer::open(&house.folder.join("keys"), ids).await.unwrap();
    let database = Database::open(Settings::sqlite(house.database_file())).await.unwrap();
    let on = database.reader();
    let sql = "SELECT chart_id, id, sealed_entries FROM messages ORDER BY sequence";
    let messages = on.query_all_raw(Statement::from_string(on.get_database_backend(), sql)).await.unwrap();
    assert_eq!(messages.len(), names.len());
    let (mut renamed, mut chart) = (BTreeMap::new(), Uuid::nil());
    for row in messages {
        let id = |at: usize| row.try_get_by_index::<Uuid>(at).unwrap();
        chart = id(0);
        let key = sealer.key(chart.into()).await.unwrap();
        let sealed: Vec<u8> = row.try_get_by_index(2).unwrap();
        let now = Message::decode(&key.open(id(1), SealKind::Decoded, MESSAGE_VERSION, &sealed).unwrap()).unwrap();
        let part = format!("_{}_{}_", now.key.data_type, now.key.order_number);
        let name = names.iter().find(|name| name.contains(&part)).unwrap();
        let old = stored(&format!("{name}.row"));
        assert_eq!(old[0], 1, "a row of the first version");
        let then = Message::decode(&old).unwrap();
        assert_eq!(then.entries.len(), now.entries.len());
        renamed.extend([
            (then.id.0, now.id.0),
            (then.institution.0, now.institution.0),
            (then.chart.0, now.chart.0),
            (then.origin.0, now.origin.0),
        ]);
        renamed.extend(then.entries.iter().zip(&now.entries).map(|(then, now)| (then.id.0, now.id.0)));
        let row = with_ids(&old, &renamed);
        assert_eq!(Message::decode(&row).unwrap().id, now.id);
        let sealed = key.seal(id(1), SealKind::Decoded, MESSAGE_VERSION, &row).unwrap();
        write(&database, "UPDATE messages SET sealed_entries = $1 WHERE id = $2", vec![sealed.into(), id(1).into()])
            .await;
    }
    let row = with_ids(&stored("projection.row"), &renamed);
    assert_eq!((row[0], ChartRecord::decode(&row).unwrap().included()), (1, 4));
    let key = sealer.key(chart.into()).await.unwrap();
    let sealed = key.seal(chart, SealKind::Projection, PROJECTION_VERSION, &row).unwrap();
    write(&database, "UPDATE projections SET sealed = $1 WHERE chart_id = $2", vec![sealed.into(), chart.into()]).await;
    write(&database, "DELETE FROM schema_migrations WHERE name = '0002_create_hand_overs'", vec![]).await;
    database
        .act(|tx| -> BoxFuture<'_, Result<(), renkei_db::Error>> {
            Box::pin(async move {
                let drop = Statement::from_string(tx.get_database_backend(), "DROP TABLE trail_hand_overs");
                tx.execute_raw(drop).await?;
                Ok(())
            })
        })
        .await
        .unwrap();
    database.close().await.unwrap();
    sealer.store().close().await.unwrap();
}

/// What somebody is given of ハナ's record: number of entries and all of it as text.
async fn seen(opened: &Opened, caller: &Caller) -> (usize, String) {
    let (_token, session) = opened.house.sign_in(caller).await.unwrap();
    let grant = touch(opened, &session).await;
    let view = opened.house.view_patient(&session, grant, "summary").await.unwrap();
    opened.house.close_visit(&session, grant).await.unwrap();
    (view.record.each().count(), format!("{:?}", view.record))
}

fn has(text: &str, words: &[&str]) -> bool {
    words.iter().all(|word| text.contains(word))
}

fn rebuild(house: &Installation) -> serde_json::Value {
    let done = house.run(&["rebuild"], &["--format", "json"]);
    assert!(done.status.success(), "{}", said(&done));
    serde_json::from_slice::<serde_json::Value>(&done.stdout).unwrap()["summary"].clone()
}

/// R-X-15, R-X-07: data of an older program opens in this one and is read in full; what is hidden is judged by the codes
/// that were kept then, until `renkei rebuild` has read the originals again; afterwards hiding is complete, and the trail
/// verifies at every step.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn data_of_an_older_program_is_read_and_a_rebuild_completes_its_hiding() {
    let folder = scratch();
    let house = Installation::make(folder.path());
    let root = folder.path().join("first-version");
    let names = storage(&root);
    let imported =
        house.run(&["import", "ssmix2"], &["--institution", AOBA, "--format", "json", root.to_str().unwrap()]);
    assert!(imported.status.success(), "{}", said(&imported));
    as_the_older_program_left_it(&house, &names).await;

    // Before the first start: the doctor says that the tables are older, and the verifier reads them as they lie.
    house.verify();
    let doctor = house.run(&["doctor"], &["--format", "json"]);
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("schema_older"), "{}", said(&doctor));

    let opened = house.open().await;
    let (all, text) = seen(&opened, &house.doctor()).await;
    assert!(all == 4 && has(&text, &SENSITIVE) && has(&text, &ORDINARY), "a doctor reads all of it: {text}");
    let (old, text) = seen(&opened, &house.nurse()).await;
    assert!(has(&text, &ORDINARY) && has(&text, &SENSITIVE), "judged by what the rows have: {text}");
    opened.close().await;
    house.verify();

    let told = rebuild(&house);
    assert!(told["remapped"].as_u64().unwrap() >= 2 && told["damaged"] == 0, "{told}");
    assert_eq!(told["differing"], 1, "{told}");
    let opened = house.open().await;
    let (new, text) = seen(&opened, &house.nurse()).await;
    assert!(new < old && has(&text, &ORDINARY), "{new} of {old}: {text}");
    assert!(SENSITIVE.iter().all(|word| !text.contains(word)), "hiding is complete: {text}");
    assert_eq!(seen(&opened, &house.doctor()).await.0, 4);
    // What was read again is stored in the newer form; the rest says the same in the old one.
    let mut newer = 0;
    for row in rows(&opened, "SELECT chart_id, id, sealed_entries FROM messages").await {
        let id = |at: usize| row.try_get_by_index::<Uuid>(at).unwrap();
        let key = opened.house.sealer().key(id(0).into()).await.unwrap();
        let sealed: Vec<u8> = row.try_get_by_index(2).unwrap();
        newer += u64::from(key.open(id(1), SealKind::Decoded, MESSAGE_VERSION, &sealed).unwrap()[0] == 2);
    }
    assert_eq!(told["remapped"], newer);
    opened.house.rotate_trail_key().await.unwrap();
    opened.close().await;
    house.verify();
    let told = rebuild(&house);
    assert_eq!((&told["remapped"], &told["differing"], &told["damaged"]), (&0.into(), &0.into(), &0.into()), "{told}");
}
