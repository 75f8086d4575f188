//! What an installation holds, written so that two of them can be compared: opened rows without the ids and times that
//! differ from run to run. What cannot be opened fails the scene.

use crate::installation::{Installation, Opened};
use renkei_app::card::{CardAnswer, CardReadOutcome};
use renkei_blobs::BlobAddress;
use renkei_db::sea_orm::{ConnectionTrait, QueryResult, Statement};
use renkei_kernel::{BatchId, EntryId, GrantId, MessageId, Timestamp, Withheld};
use renkei_keys::SealKind;
use renkei_participation::register::Section;
use renkei_records::Message;
use renkei_store::charts::MESSAGE_VERSION;
use std::collections::{BTreeMap, HashSet};
use std::time::Duration;
use uuid::Uuid;

/// Rows of a statement, read-only.
pub async fn rows(opened: &Opened, sql: &str) -> Vec<QueryResult> {
    let on = opened.house.db().reader();
    on.query_all_raw(Statement::from_string(on.get_database_backend(), sql)).await.unwrap()
}

pub async fn number(opened: &Opened, sql: &str) -> i64 {
    rows(opened, sql).await[0].try_get_by_index(0).unwrap()
}

/// A card's number, as its reader sends it.
pub const HANA: &str = "felica:012E4CE17A3B5C6D";

/// Asks for a read at the reception of ミナト総合病院 and lays ハナ's card on the reader.
pub async fn touch(opened: &Opened, session: &renkei_app::session::Session) -> GrantId {
    let house = &opened.house;
    let reader = house.register_id(Section::Reader, "minato-reception").await.unwrap().unwrap().into();
    let read = house.request_card_read(session, reader).await.unwrap();
    let card = Withheld::new(HANA.to_owned());
    house.card_answered(CardAnswer { read, reader, card, level: 1 }).await.unwrap();
    match house.card_read_outcome(session, read).await.unwrap() {
        CardReadOutcome::Opened(grant) => grant,
        other => panic!("the card opened nothing: {other:?}"),
    }
}

/// The whole record: messages with their entries, projections, what was set aside, originals, a patient's view.
pub async fn record(installation: &Installation, opened: &Opened) -> String {
    let mut text = String::new();
    let mut names = messages(opened, &mut text).await;
    let mut lines = Vec::new();
    for (table, columns) in
        [("quarantine", "name_hash, digest_hash, cause, place"), ("refusals", "name_hash, digest_hash, cause, place")]
    {
        for row in rows(opened, &format!("SELECT {columns} FROM {table}")).await {
            let hash = |at: usize| hex::encode(row.try_get_by_index::<Vec<u8>>(at).unwrap());
            let word = |at: usize| row.try_get_by_index::<String>(at).unwrap();
            lines.push(format!("{table} {} {} {} {}\n", hash(0), hash(1), word(2), word(3)));
        }
    }
    lines.sort();
    text.extend(lines);
    text.push_str(&originals(opened).await);
    // Everything made again from the originals is what is stored.
    let rebuilt = opened.house.rebuild_projections().await.unwrap();
    assert_eq!((rebuilt.remapped, rebuilt.differing, rebuilt.damaged), (0, 0, 0), "{rebuilt:?}");
    text.push_str(&format!("rebuilt {rebuilt:?}\n"));
    names.retain(|_, name| !name.is_empty());
    text.push_str(&view(installation, opened, &names).await);
    text
}

/// Messages in their order, opened; answers what each id of this run stands for.
async fn messages(opened: &Opened, text: &mut String) -> BTreeMap<Uuid, String> {
    let mut names = BTreeMap::new();
    let sql = "SELECT m.chart_id, m.id, m.sequence, m.name_hash, m.digest_hash, m.condition, m.occurred, m.size_bytes, \
               m.sealed_entries, m.blob_name IS NULL, p.sequence, \
               (SELECT COUNT(*) FROM entries e WHERE e.chart_id = m.chart_id AND e.message_id = m.id) \
               FROM messages m LEFT JOIN projections p ON p.chart_id = m.chart_id ORDER BY m.chart_id, m.sequence";
    for row in rows(opened, sql).await {
        let id = |at: usize| row.try_get_by_index::<Uuid>(at).unwrap();
        let big = |at: usize| row.try_get_by_index::<i64>(at).unwrap();
        let blob = |at: usize| row.try_get_by_index::<Vec<u8>>(at).unwrap();
        let key = opened.house.sealer().key(id(0).into()).await.expect("the chart's key opens");
        let plain = key.open(id(1), SealKind::Decoded, MESSAGE_VERSION, &blob(8)).expect("a row opens");
        let mut message = Message::decode(&plain).expect("a row is read");
        let name = hex::encode(&blob(3)[..6]);
        names.insert(id(1), format!("message:{name}"));
        for (position, entry) in message.entries.iter_mut().enumerate() {
            names.insert(entry.id.0, format!("entry:{name}/{position}"));
            entry.id = EntryId(Uuid::nil());
        }
        assert_eq!(big(11) as usize, message.entries.len(), "an entry has one clear header");
        message.id = MessageId(Uuid::nil());
        message.origin = BatchId(Uuid::nil());
        message.received_at = Timestamp(0);
        text.push_str(&format!(
            "message {} {} {} {} {} {} {} {} in row {} projected to {} {message:?}\n",
            id(0),
            big(2),
            hex::encode(blob(3)),
            hex::encode(blob(4)),
            big(5),
            big(6),
            big(7),
            names.len(),
            big(9),
            big(10),
        ));
    }
    names
}

/// Large originals: each named one is there; what no row names goes at a sweep.
async fn originals(opened: &Opened) -> String {
    let named: HashSet<BlobAddress> = renkei_store::messages::blob_names(opened.house.db().reader())
        .await
        .unwrap()
        .iter()
        .filter_map(|name| BlobAddress::from_slice(name))
        .collect();
    let count = named.len();
    let swept = opened.house.blobs().sweep(named.clone(), Duration::ZERO).await.unwrap();
    assert_eq!(swept.named as usize, count, "a named original is on disk");
    let again = opened.house.blobs().sweep(named, Duration::ZERO).await.unwrap();
    assert_eq!((again.removed, again.young), (0, 0));
    format!("originals {count}\n")
}

/// ハナ as a doctor of the other area sees her.
async fn view(installation: &Installation, opened: &Opened, names: &BTreeMap<Uuid, String>) -> String {
    let (_token, session) = opened.house.sign_in(&installation.doctor()).await.expect("a session");
    let grant = touch(opened, &session).await;
    let seen = opened.house.view_patient(&session, grant, "summary").await.expect("the record opens");
    let mut text = format!("identity {:?}\nnumbers {:?}\nitems {:?}\n", seen.identity, seen.own_numbers, seen.items);
    let mut lines: Vec<String> =
        seen.record.each().map(|seen| format!("seen {} {:?}\n", names[&seen.entry.id.0], seen.entry.body)).collect();
    lines.sort();
    text.extend(lines);
    opened.house.close_visit(&session, grant).await.unwrap();
    text
}

/// How often each event that tells of a stored change stands in the trail.
pub async fn told(opened: &Opened) -> BTreeMap<String, i64> {
    let sql = "SELECT name, COUNT(*) FROM trail_entries WHERE name IN ('record.stored', 'record.superseded', \
               'record.withdrawn', 'record.quarantined', 'record.refused') GROUP BY name";
    let rows = rows(opened, sql).await;
    rows.iter().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())).collect()
}

/// The trail with everything numbered, against every checkpoint that was kept outside.
pub async fn trail_verifies(installation: &Installation, opened: &Opened) {
    opened.sequencer.flush().await.unwrap().expect("a checkpoint");
    let kept = installation.kept_checkpoints();
    assert!(!kept.is_empty());
    let report = renkei_ledger::verify(opened.house.db(), &[opened.key.verifier()], &kept).await.unwrap();
    assert!(report.is_ok() && report.waiting == 0 && report.covered == report.entries, "{report:?}");
    assert_eq!(report.warnings, vec![], "an undisturbed clock leaves no warning");
}

/// Every key of the key store opens: one for each chart that anything names.
pub async fn keys_open(opened: &Opened) {
    for row in rows(opened, "SELECT DISTINCT chart_id FROM messages").await {
        let chart: Uuid = row.try_get_by_index(0).unwrap();
        opened.house.sealer().key(chart.into()).await.expect("a chart's key opens");
    }
}
