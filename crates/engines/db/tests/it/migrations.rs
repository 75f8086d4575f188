//! Migrations: in order, once, and the same in the end whether run at once or one by one.

use renkei_db::sea_orm::{ConnectionTrait, Statement, Value};
use renkei_db::testing::open;
use renkei_db::{Database, Engine, Error, Migration, Schema, migrations_applied};
use renkei_kernel::{Ids, PersonId, SeededEntropy, SettableClock, Timestamp};
use std::sync::Arc;

fn first(schema: &mut Schema) {
    schema.table("things", |t| {
        t.id("thing_id").bytes("sealed").micros("made_at").small("kind").int("version").flag("current");
        t.text("word").big_or_null("size_bytes");
        t.key(&["thing_id"]).index(&["made_at"]).unique(&["word"]);
    });
}
fn second(schema: &mut Schema) {
    schema.table("parts", |t| {
        t.id("thing_id").int("position").text_or_null("note");
        t.key(&["thing_id", "position"]).clustered();
        t.references(&["thing_id"], "things", &["thing_id"]);
    });
    schema.add_columns("things", |t| {
        t.id_or_null("batch_id").bytes_or_null("hash");
    });
}
fn broken(schema: &mut Schema) {
    schema.table("half", |t| {
        t.id("half_id").key(&["half_id"]);
    });
    schema.sql("INSERT INTO nowhere VALUES (1)");
}

static TWO: [Migration; 2] = [Migration::new("0001_create_things", first), Migration::new("0002_create_parts", second)];
static ONE: [Migration; 1] = [Migration::new("0001_create_things", first)];
static BROKEN: [Migration; 3] = [
    Migration::new("0001_create_things", first),
    Migration::new("0002_create_parts", second),
    Migration::new("0003_create_half", broken),
];
static MISNAMED: [Migration; 1] = [Migration::new("0002_create_things", first)];

const NOW: Timestamp = Timestamp(1_767_225_600_000_000);

async fn shape(database: &Database) -> Vec<String> {
    let sql = match database.engine() {
        Engine::Sqlite => "SELECT name || ' ' || sql AS line FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name",
        Engine::Postgres => {
            "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS line \
             FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
        }
    };
    let reader = database.reader();
    let rows = reader.query_all_raw(Statement::from_string(reader.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get::<String>("", "line").unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migrated_database_equals_a_fresh_one() {
    for engine in Engine::BOTH {
        let (fresh, grown) = (open(engine).await, open(engine).await);
        assert_eq!(fresh.migrate("test", &TWO, NOW).await.unwrap(), 2);
        assert_eq!(grown.migrate("test", &ONE, NOW).await.unwrap(), 1);
        assert_eq!(grown.migrate("test", &TWO, NOW).await.unwrap(), 1);
        assert_eq!(grown.migrate("test", &TWO, NOW).await.unwrap(), 0);
        assert_eq!(shape(&fresh).await, shape(&grown).await, "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_fails_leaves_nothing_of_itself() {
    for engine in Engine::BOTH {
        let test = open(engine).await;
        let error = test.migrate("test", &BROKEN, NOW).await.unwrap_err();
        assert!(matches!(error, Error::Migration { ref name, .. } if name == "0003_create_half"), "{error}");
        assert_eq!(migrations_applied(&test, "test").await.unwrap().len(), 2, "{engine:?}");
        assert!(!shape(&test).await.iter().any(|line| line.starts_with("half")), "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_program_refuses_a_newer_database_and_wrong_numbers() {
    for engine in Engine::BOTH {
        let test = open(engine).await;
        test.migrate("test", &TWO, NOW).await.unwrap();
        assert!(matches!(test.migrate("test", &ONE, NOW).await, Err(Error::Migration { .. })), "{engine:?}");
        assert!(matches!(test.migrate("other", &MISNAMED, NOW).await, Err(Error::Migration { .. })), "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_start_together_migrate_once() {
    let test = open(Engine::Postgres).await;
    let other = Database::open(test.settings()).await.unwrap();
    let (a, b) = tokio::join!(test.migrate("test", &TWO, NOW), other.migrate("test", &TWO, NOW));
    assert_eq!(a.unwrap() + b.unwrap(), 2);
    other.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_column_word_carries_its_rust_type_there_and_back() {
    for engine in Engine::BOTH {
        let test = open(engine).await;
        test.migrate("test", &TWO, NOW).await.unwrap();
        let ids = Ids::new(Arc::new(SettableClock::frozen(NOW)), Arc::new(SeededEntropy::new(1)));
        let id = ids.next::<PersonId>().0;
        test.act(move |tx| -> renkei_db::BoxFuture<'_, Result<(), Error>> {
            Box::pin(async move {
                let values: Vec<Value> = vec![
                    id.into(),
                    vec![0u8, 255, 1].into(),
                    NOW.micros().into(),
                    3i16.into(),
                    4i32.into(),
                    true.into(),
                    "言葉".into(),
                    None::<i64>.into(),
                    None::<renkei_db::sea_orm::prelude::Uuid>.into(),
                ];
                tx.execute_raw(Statement::from_sql_and_values(
                    tx.get_database_backend(),
                    "INSERT INTO things (thing_id, sealed, made_at, kind, version, current, word, size_bytes, batch_id) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                    values,
                ))
                .await?;
                Ok(())
            })
        })
        .await
        .unwrap();
        let reader = test.reader();
        let row = reader
            .query_one_raw(Statement::from_sql_and_values(
                reader.get_database_backend(),
                "SELECT * FROM things WHERE thing_id = $1",
                [id.into()],
            ))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.try_get::<renkei_db::sea_orm::prelude::Uuid>("", "thing_id").unwrap(), id);
        assert_eq!(row.try_get::<Vec<u8>>("", "sealed").unwrap(), vec![0, 255, 1]);
        assert_eq!(row.try_get::<i64>("", "made_at").unwrap(), NOW.micros());
        assert_eq!(row.try_get::<i16>("", "kind").unwrap(), 3);
        assert_eq!(row.try_get::<i32>("", "version").unwrap(), 4);
        assert!(row.try_get::<bool>("", "current").unwrap());
        assert_eq!(row.try_get::<String>("", "word").unwrap(), "言葉");
        assert_eq!(row.try_get::<Option<i64>>("", "size_bytes").unwrap(), None);
    }
}
