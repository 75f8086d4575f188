//! Files arrive: what comes in, what is refused and leaves nothing, and that order and repetition do not matter.

use crate::on_both;
use renkei_app::receive::Arrived;
use renkei_db::sea_orm::ConnectionTrait as _;
use renkei_store::batches::Counts;
use renkei_testkit::{Engine, Lab, World};

const AOBA: &str = "1710000001";

async fn receive(world: &World, number: &str, files: Vec<Arrived>) -> Counts {
    let import = world.house.import_begin(AOBA).await.unwrap().expect("アオバ内科");
    let counts = world.house.receive_patient(&import, number, files).await.unwrap();
    world.house.import_end(&import, counts).await.unwrap();
    counts
}

/// Values of the laboratory reports a doctor of the clinic sees of ハナ.
async fn seen(world: &World) -> Vec<String> {
    let doctor = world.sign_in("dr-aoba").await;
    let grant = world.open(&doctor, "hana").await;
    let opened = world.house.view_patient(&doctor, grant, "laboratory").await.unwrap();
    let mut values: Vec<String> = opened
        .record
        .each()
        .filter_map(|seen| match &seen.entry.body {
            renkei_records::Body::LaboratoryReport(report) => Some(report),
            _ => None,
        })
        .flat_map(|report| report.groups.iter().flat_map(|group| group.values.iter()))
        .map(|value| value.value.to_string())
        .collect();
    values.sort();
    world.house.close_visit(&doctor, grant).await.unwrap();
    values
}

async fn only_participants_come_in(world: World) {
    let hana = receive(&world, "0000123", vec![Lab::hba1c("0000123", "20261001", 1, "7.8").arrived()]).await;
    let kiyo = Lab::hba1c("0000456", "20261001", 2, "6.1").of("磯部", "キヨ", "19480701").arrived();
    let kiyo = receive(&world, "0000456", vec![kiyo]).await;
    let taro = Lab::hba1c("0000789", "20261001", 3, "98.7654321").of("岬", "タロウ", "20090505").arrived();
    let original = taro.bytes.clone();
    let taro = receive(&world, "0000789", vec![taro]).await;
    assert_eq!((hana.stored, kiyo.stored, taro.stored), (1, 1, 0));
    assert_eq!(taro.refused, 1);
    assert_eq!(world.reasons("record.refused").await, ["consent_absent"]);
    let planted: [&[u8]; 3] = [b"98.7654321", "岬".as_bytes(), &original[..40]];
    for file in world.data_files() {
        let bytes = std::fs::read(&file).unwrap();
        for value in planted {
            assert!(!bytes.windows(value.len()).any(|window| window == value), "a refused value stands in {file:?}");
        }
    }
    for entry in world.trail().await {
        let text = entry.to_string();
        assert!(!text.contains("98.7654321") && !text.contains("0000789"), "a refused value stands in the trail");
    }
}
on_both!(
    /// R-1.6.1: three messages, two participants and one who is none: two stored, one refused, nothing of it kept.
    a_patient_who_is_no_participant_leaves_nothing => super::only_participants_come_in
);

async fn again_and_in_any_order(world: World) {
    let old = Lab::hba1c("0000123", "20261001", 1, "7.8");
    let mut newer = Lab::hba1c("0000123", "20261001", 1, "7.6");
    newer.value = "7.6".to_owned();
    let mut newer_file = newer.arrived();
    // The corrected message of the same order, sent an hour later.
    newer_file.raw_name = newer_file.raw_name.replace("090000000", "100000000");
    newer_file.name = renkei_ssmix2::FileName::parse(&newer_file.raw_name).ok();
    assert_eq!(receive(&world, "0000123", vec![newer_file.clone()]).await.stored, 1);
    assert_eq!(receive(&world, "0000123", vec![old.clone().flagged('2').arrived()]).await.stored, 1);
    assert_eq!(seen(&world).await, ["7.6"], "the newest counts whatever came first");
    let again = receive(&world, "0000123", vec![newer_file.clone(), old.clone().flagged('2').arrived()]).await;
    assert_eq!((again.stored, again.unchanged), (0, 2));
    assert_eq!(seen(&world).await, ["7.6"]);
    // Deleted at the hospital: every file of the key is renamed to flag 0.
    let mut deleted = newer_file.clone();
    deleted.raw_name = deleted.raw_name.replace("_01_1", "_01_0");
    deleted.name = renkei_ssmix2::FileName::parse(&deleted.raw_name).ok();
    assert_eq!(receive(&world, "0000123", vec![deleted]).await.superseded, 1);
    assert!(seen(&world).await.is_empty(), "what was deleted is not shown");
    // A forgotten volume still holds the file with flag 1: it does not come back to life.
    assert_eq!(receive(&world, "0000123", vec![newer_file]).await.unchanged, 1);
    assert!(seen(&world).await.is_empty());
    let rebuilt = world.house.rebuild_projections().await.unwrap();
    assert_eq!((rebuilt.messages, rebuilt.remapped, rebuilt.differing, rebuilt.damaged), (2, 0, 0, 0), "{rebuilt:?}");
    assert!(world.verify().await.is_ok());
}
on_both!(
    /// R-1.6.1: twice the same changes nothing; a newer version supersedes, a deletion withdraws, in any order.
    order_and_repetition_do_not_matter => super::again_and_in_any_order
);

/// R-1.6.1: refused is not seen: when consent comes the same storage is read again and comes in.
#[tokio::test]
async fn what_was_refused_comes_in_when_consent_comes() {
    let world = World::new().await;
    let file = Lab::hba1c("0000789", "20261001", 3, "6.2").of("岬", "タロウ", "20090505").arrived();
    assert_eq!(receive(&world, "0000789", vec![file.clone()]).await.refused, 1);
    assert_eq!(receive(&world, "0000789", vec![file.clone()]).await.refused, 1);
    assert_eq!(world.count("record.refused").await, 1, "the same refusal is noted once");
    world.load("[[consent]]\nkey = \"taro-consent\"\npatient = \"taro\"\nscope = \"all_regions\"\nhome_region = \"noto-hokubu\"\n").await;
    assert_eq!(receive(&world, "0000789", vec![file]).await.stored, 1);
}

#[tokio::test]
async fn a_message_of_another_person_is_refused() {
    let world = World::new().await;
    // The number is ハナ's, the birth date is not.
    let other_birth = Lab::hba1c("0000123", "20261001", 1, "5.5").of("佐倉", "ハナ", "19600101").arrived();
    // The folder is ハナ's, PID-3 is キヨ's.
    let mut other_number = Lab::hba1c("0000456", "20261001", 2, "5.6").arrived();
    other_number.raw_name = other_number.raw_name.replace("0000456_", "0000123_");
    other_number.name = renkei_ssmix2::FileName::parse(&other_number.raw_name).ok();
    for _ in 0..2 {
        let counts = receive(&world, "0000123", vec![other_birth.clone(), other_number.clone()]).await;
        assert_eq!((counts.stored, counts.refused), (0, 2));
    }
    // Noted once, however often the storage is read.
    assert_eq!(world.reasons("record.refused").await, ["identity_contradiction", "folder_contradiction"]);
}

#[tokio::test]
async fn a_broken_file_is_kept_apart_and_stops_nothing() {
    let world = World::new().await;
    let mut broken = Lab::hba1c("0000123", "20261001", 7, "1.0").arrived();
    broken.bytes = b"\x00\x01".to_vec();
    let files = vec![broken.clone(), Lab::hba1c("0000123", "20261002", 8, "7.1").arrived()];
    let counts = receive(&world, "0000123", files).await;
    assert_eq!((counts.stored, counts.quarantined), (1, 1));
    let again = receive(&world, "0000123", vec![broken]).await;
    assert_eq!(again.unchanged, 1);
}

#[tokio::test]
async fn two_broken_files_of_one_name_are_both_kept() {
    let world = World::new().await;
    let file = |bytes: &[u8]| {
        let mut broken = Lab::hba1c("0000123", "20261001", 7, "1.0").arrived();
        broken.bytes = bytes.to_vec();
        broken
    };
    let both = || vec![file(b"one"), file(b"two"), file(b"two")];
    let first = receive(&world, "0000123", both()).await;
    assert_eq!((first.quarantined, first.unchanged), (2, 1));
    assert_eq!(receive(&world, "0000123", both()).await.unchanged, 3, "none took the other's place");
}

/// R-1.6.1: bytes are kept apart only for an identified participant: what tells another number, another birth date or
/// nobody leaves a hash, a cause and a place.
#[tokio::test]
async fn bytes_of_strangers_are_never_kept() {
    let world = World::new().await;
    let unnamed = |name: &str, mut file: Arrived| {
        (file.raw_name, file.name) = (name.to_owned(), None);
        file
    };
    let stranger = Lab::hba1c("9999999", "20261001", 1, "98.7654321").of("他人", "ヒト", "19700101").arrived();
    let other_birth = Lab::hba1c("0000123", "20261001", 2, "98.7654321").of("佐倉", "ハナ", "19600101").arrived();
    let own = Lab::hba1c("0000123", "20261001", 3, "5.5").arrived();
    let mut cut = stranger.clone();
    // Without its header: no message any more, but still a PID.
    let pid = cut.bytes.windows(4).position(|four| four == b"PID|").unwrap();
    cut.bytes.drain(..pid);
    let mut garbage = own.clone();
    garbage.bytes = b"98.7654321 of somebody".to_vec();
    let mut named = cut.clone();
    (named.raw_name, named.name) = (own.raw_name.clone(), own.name.clone());
    let files = vec![
        unnamed("copy of result.txt", stranger),
        unnamed("copy (2)", other_birth),
        unnamed("copy (3)", cut),
        unnamed("copy (4)", garbage),
        named,
        unnamed("copy (5)", own),
    ];
    for run in 0..2 {
        let counts = receive(&world, "0000123", files.clone()).await;
        assert_eq!((counts.quarantined, counts.unchanged, counts.refused), (1 - run, run, 5), "{counts:?}");
    }
    assert_eq!(
        world.reasons("record.refused").await,
        [
            "folder_contradiction",
            "identity_contradiction",
            "folder_contradiction",
            "unidentified",
            "folder_contradiction"
        ]
    );
    for file in world.data_files() {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(10).any(|window| window == b"98.7654321"), "a stranger's value stands in {file:?}");
    }
}

async fn volumes(world: World) {
    let one: Vec<Arrived> = (1..=120).map(|n| Lab::hba1c("0000123", "20261001", n, "7.8").arrived()).collect();
    // The second volume knows more: one of the records was deleted meanwhile.
    let mut two = one.clone();
    two[5] = Lab::hba1c("0000123", "20261001", 6, "7.8").flagged('0').arrived();
    two.swap(5, 119);
    let both: Vec<Arrived> = one.into_iter().chain(two).collect();
    let counts = receive(&world, "0000123", both.clone()).await;
    assert_eq!((counts.stored, counts.unchanged, counts.superseded), (120, 119, 1));
    assert_eq!(receive(&world, "0000123", both).await.unchanged, 240);
    assert_eq!(seen(&world).await.len(), 119);
}
on_both!(
    /// R-1.6.1: the same file on a second volume is unchanged, however many files the patient has.
    a_second_volume_changes_nothing => super::volumes
);

async fn two_at_once(world: World) {
    let files: Vec<Arrived> = (1..=150).map(|n| Lab::hba1c("0000123", "20261001", n, "7.8").arrived()).collect();
    let (one, two) = tokio::join!(receive(&world, "0000123", files.clone()), receive(&world, "0000123", files));
    assert_eq!((one.stored + two.stored, one.unchanged + two.unchanged), (150, 150));
    assert_eq!(seen(&world).await.len(), 150);
    assert!(world.verify().await.is_ok());
}
on_both!(
    two_imports_at_once_store_each_file_once => super::two_at_once
);

async fn sql(world: &World, statement: impl Into<String>) {
    let statement: std::sync::Arc<str> = statement.into().into();
    world
        .db()
        .act(move |tx| {
            let statement = statement.clone();
            Box::pin(async move {
                tx.execute_unprepared(&statement).await?;
                Ok::<_, renkei_db::Error>(())
            })
        })
        .await
        .unwrap();
}

/// Makes a table refuse the rows of a condition, as a database does that cannot take them.
async fn take_none(world: &World, table: &str, condition: &str) {
    let statement = match world.db().engine() {
        Engine::Sqlite => format!(
            "CREATE TRIGGER no_{table} BEFORE INSERT ON {table} WHEN NEW.{condition} BEGIN SELECT RAISE(ABORT, 'no'); END"
        ),
        Engine::Postgres => {
            format!("ALTER TABLE {table} ADD CONSTRAINT no_{table} CHECK (NOT ({condition})) NOT VALID")
        }
    };
    sql(world, statement).await;
}

async fn one_bad_row(world: World) {
    let mut files: Vec<Arrived> = (1..=120).map(|n| Lab::hba1c("0000123", "20261001", n, "7.8").arrived()).collect();
    files[37].bytes.extend_from_slice(b"NTE|1||a longer file\r");
    let size = files[37].bytes.len();
    assert!(files.iter().filter(|file| file.bytes.len() == size).count() == 1);
    take_none(&world, "messages", &format!("size_bytes = {size}")).await;
    let counts = receive(&world, "0000123", files.clone()).await;
    assert_eq!((counts.stored, counts.quarantined), (119, 1), "{counts:?}");
    assert_eq!(world.reasons("record.quarantined").await, ["not_storable"]);
    assert_eq!(world.count("record.stored").await, 119, "no trail of what was not written");
    assert_eq!(receive(&world, "0000123", files.clone()).await.unchanged, 120);
    // Not even quarantine takes the next one: then it is refused.
    sql(&world, "DELETE FROM quarantine").await;
    take_none(&world, "quarantine", "recorded_at > 0").await;
    for _ in 0..2 {
        let counts = receive(&world, "0000123", files.clone()).await;
        assert_eq!((counts.unchanged, counts.refused), (119, 1), "{counts:?}");
    }
    assert_eq!(world.count("record.refused").await, 1);
}
on_both!(
    /// R-1.6.1: one row the database does not take is found by halving and kept apart; the other 119 come in.
    a_row_that_is_not_taken_stops_nothing => super::one_bad_row
);

#[tokio::test]
async fn an_import_that_failed_makes_no_feed_fresh() {
    let world = World::new().await;
    let import = world.house.import_begin(AOBA).await.unwrap().unwrap();
    let files = vec![Lab::hba1c("0000123", "20261001", 1, "7.8").arrived()];
    let counts = world.house.receive_patient(&import, "0000123", files).await.unwrap();
    world.house.import_failed(&import, counts).await.unwrap();
    assert!(renkei_store::batches::feeds(world.db().reader()).await.unwrap().is_empty());
    assert_eq!(world.reasons("import.ended").await, ["failed"]);
    receive(&world, "0000123", Vec::new()).await;
    assert_eq!(renkei_store::batches::feeds(world.db().reader()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_cancellation_written_as_valid_withdraws() {
    let world = World::new().await;
    assert_eq!(receive(&world, "0000123", vec![Lab::hba1c("0000123", "20261001", 1, "7.8").arrived()]).await.stored, 1);
    let mut cancel = Lab::hba1c("0000123", "20261001", 1, "7.8").arrived();
    cancel.raw_name = cancel.raw_name.replace("090000000", "100000000");
    cancel.name = renkei_ssmix2::FileName::parse(&cancel.raw_name).ok();
    let orc = cancel.bytes.windows(7).position(|seven| seven == b"ORC|SC|").unwrap();
    cancel.bytes[orc + 4..orc + 6].copy_from_slice(b"CA");
    for expected in [(1, 0), (0, 1)] {
        let counts = receive(&world, "0000123", vec![cancel.clone()]).await;
        assert_eq!((counts.stored, counts.unchanged), expected);
        assert!(seen(&world).await.is_empty());
    }
    let deleted = "SELECT COUNT(*) FROM messages WHERE condition = 0";
    assert_eq!(number(&world, deleted).await, 1, "the row says what the record says");
    let rebuilt = world.house.rebuild_projections().await.unwrap();
    assert_eq!((rebuilt.remapped, rebuilt.differing, rebuilt.damaged), (0, 0, 0));
}

async fn number(world: &World, statement: &str) -> i64 {
    let on = world.db().reader();
    let statement = renkei_db::sea_orm::Statement::from_string(on.get_database_backend(), statement);
    on.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

#[tokio::test]
async fn a_large_original_comes_back_byte_for_byte() {
    let world = World::new().await;
    let mut large = Lab::hba1c("0000123", "20261003", 9, "7.0").arrived();
    let comment = "OBX|2|ST|99999^comment^99X||".to_owned() + &"x".repeat(80_000) + "||||||F\r";
    large.bytes.extend_from_slice(comment.as_bytes());
    assert_eq!(receive(&world, "0000123", vec![large]).await.stored, 1);
    let rebuilt = world.house.rebuild_projections().await.unwrap();
    assert_eq!(rebuilt.damaged, 0, "the original was read back from its file");
}

async fn tampered(world: World) {
    let mut large = Lab::hba1c("0000123", "20261003", 3, "7.0").arrived();
    let comment = "OBX|2|ST|99999^comment^99X||".to_owned() + &"x".repeat(80_000) + "||||||F\r";
    large.bytes.extend_from_slice(comment.as_bytes());
    let files = vec![
        Lab::hba1c("0000123", "20261001", 1, "7.8").arrived(),
        Lab::hba1c("0000123", "20261002", 2, "7.9").flagged('2').arrived(),
        large,
    ];
    assert_eq!(receive(&world, "0000123", files).await.stored, 3);
    let rebuild = async || {
        let done = world.house.rebuild_projections().await.unwrap();
        (done.messages, done.remapped, done.differing, done.damaged)
    };
    let before = seen(&world).await;
    let entries = "SELECT COUNT(*) FROM entries WHERE effective_at IS NOT NULL";
    let stored = number(&world, entries).await;
    assert_eq!(rebuild().await, (3, 0, 0, 0));
    // The projection was tampered with.
    sql(&world, format!("UPDATE projections SET sealed = {}", bytes(&world, "0102"))).await;
    assert_eq!(rebuild().await, (3, 0, 1, 0));
    assert_eq!(rebuild().await, (3, 0, 0, 0));
    assert_eq!(seen(&world).await, before);
    // Decoded rows of an older reader that understood less.
    older_reader(&world).await;
    assert!(number(&world, entries).await < stored);
    assert_eq!(rebuild().await, (3, 3, 0, 0), "entries keep their ids: the projection is as it was");
    assert_eq!(rebuild().await, (3, 0, 0, 0));
    assert_eq!((number(&world, entries).await, seen(&world).await), (stored, before.clone()));
    // Originals that do not come back: another one's bytes, and a file that is gone.
    sql(&world, format!("UPDATE messages SET digest_hash = {} WHERE sequence = 1", bytes(&world, "00"))).await;
    for file in world.data_files().iter().filter(|file| file.components().any(|part| part.as_os_str() == "originals")) {
        std::fs::remove_file(file).unwrap();
    }
    assert_eq!(rebuild().await, (3, 0, 0, 2));
    assert_eq!(seen(&world).await, before, "what was decoded once is still there");
}

on_both!(
    /// What is stored is what the originals give: tampering, an older reader and lost originals are found.
    a_rebuild_finds_and_mends_what_is_not_as_its_original => super::tampered
);

/// Bytes as the engine writes them in a statement.
fn bytes(world: &World, hex: &str) -> String {
    match world.db().engine() {
        Engine::Sqlite => format!("x'{hex}'"),
        Engine::Postgres => format!("'\\x{hex}'::bytea"),
    }
}

/// Every decoded row loses the times of its entries, as if a reader had not understood them.
async fn older_reader(world: &World) {
    use renkei_db::sea_orm::Statement;
    let on = world.db().reader();
    let rows = on
        .query_all_raw(Statement::from_string(
            on.get_database_backend(),
            "SELECT chart_id, id, sealed_entries FROM messages",
        ))
        .await
        .unwrap();
    for row in rows {
        let get = |index: usize| row.try_get_by_index::<uuid::Uuid>(index).unwrap();
        let (chart, id) = (get(0), get(1));
        let key = world.house.sealer().key(chart.into()).await.unwrap();
        let sealed: Vec<u8> = row.try_get_by_index(2).unwrap();
        let (kind, version) = (renkei_keys::SealKind::Decoded, renkei_store::charts::MESSAGE_VERSION);
        let mut message = renkei_records::Message::decode(&key.open(id, kind, version, &sealed).unwrap()).unwrap();
        message.entries.iter_mut().for_each(|entry| entry.effective = None);
        let sealed = hex::encode(key.seal(id, kind, version, &message.encode().unwrap()).unwrap());
        let id = match world.db().engine() {
            Engine::Sqlite => bytes(world, &id.simple().to_string()),
            Engine::Postgres => format!("'{id}'"),
        };
        sql(world, format!("UPDATE messages SET sealed_entries = {} WHERE id = {id}", bytes(world, &sealed))).await;
    }
    sql(world, "UPDATE entries SET effective_at = NULL").await;
}
