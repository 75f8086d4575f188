//! Many rows in one statement: the same rows on both engines, whatever they hold.

use renkei_db::sea_orm::prelude::Uuid;
use renkei_db::sea_orm::{ConnectionTrait, Statement, Value};
use renkei_db::testing::{TestDatabase, open};
use renkei_db::{BoxFuture, Column, Engine, Error, Holds, Migration, Schema};
use renkei_kernel::Timestamp;

static MIGRATIONS: [Migration; 1] = [Migration::new("0001_create_rows", |schema: &mut Schema| {
    schema.table("many_rows", |t| {
        t.id("id").bytes("hash").big("size").int("place").small("kind").text("word");
        t.id_or_null("other").bytes_or_null("sealed").big_or_null("at");
        t.key(&["id"]);
    });
})];

const COLUMNS: &[Column] = &[
    Column::new("id", Holds::Id),
    Column::new("hash", Holds::Bytes),
    Column::new("size", Holds::Big),
    Column::new("place", Holds::Int),
    Column::new("kind", Holds::Small),
    Column::new("word", Holds::Text),
    Column::new("other", Holds::IdOrNull),
    Column::new("sealed", Holds::BytesOrNull),
    Column::new("at", Holds::BigOrNull),
];

type Read = (Uuid, Vec<u8>, i64, i32, i16, String, Option<Uuid>, Option<Vec<u8>>, Option<i64>);

fn given(number: u128, other: Option<Uuid>, sealed: Option<Vec<u8>>, at: Option<i64>) -> Read {
    let small = i16::try_from(number % 7).unwrap();
    let word = format!("語 \" ' {{}}, \\ {number}");
    (Uuid::from_u128(number), vec![0, 0xFF, 7], i64::MAX, i32::MIN, small, word, other, sealed, at)
}

async fn put(test: &TestDatabase, rows: Vec<Read>) -> Result<(), Error> {
    test.act(move |tx| -> BoxFuture<'_, Result<(), Error>> {
        let rows = rows
            .iter()
            .cloned()
            .map(|(a, b, c, d, e, f, g, h, i)| -> Vec<Value> {
                vec![a.into(), b.into(), c.into(), d.into(), e.into(), f.into(), g.into(), h.into(), i.into()]
            })
            .collect();
        Box::pin(async move { Ok(tx.insert_rows("many_rows", COLUMNS, rows).await?) })
    })
    .await
}

async fn read(test: &TestDatabase) -> Vec<Read> {
    let reader = test.reader();
    let sql = "SELECT id, hash, size, place, kind, word, other, sealed, at FROM many_rows ORDER BY id";
    let rows = reader.query_all_raw(Statement::from_string(reader.get_database_backend(), sql)).await.unwrap();
    let one = |row: &renkei_db::sea_orm::QueryResult| -> Read {
        (
            row.try_get("", "id").unwrap(),
            row.try_get("", "hash").unwrap(),
            row.try_get("", "size").unwrap(),
            row.try_get("", "place").unwrap(),
            row.try_get("", "kind").unwrap(),
            row.try_get("", "word").unwrap(),
            row.try_get("", "other").unwrap(),
            row.try_get("", "sealed").unwrap(),
            row.try_get("", "at").unwrap(),
        )
    };
    rows.iter().map(one).collect()
}

async fn fresh(engine: Engine) -> TestDatabase {
    let test = open(engine).await;
    test.migrate("bulk", &MIGRATIONS, Timestamp(0)).await.unwrap();
    test
}

/// Also what stands for NULL on the way to PostgreSQL arrives as what it is.
#[tokio::test(flavor = "multi_thread")]
async fn rows_come_back_as_they_were_given() {
    for engine in Engine::BOTH {
        let test = fresh(engine).await;
        let rows = vec![
            given(1, None, None, None),
            given(2, Some(Uuid::from_u128(9)), Some(vec![1]), Some(0)),
            given(3, None, Some(vec![0, 0]), Some(-1)),
        ];
        put(&test, rows.clone()).await.unwrap();
        assert_eq!(read(&test).await, rows, "{engine:?}");
        let odd = vec![given(4, Some(Uuid::nil()), Some(Vec::new()), Some(i64::MIN)), given(5, None, None, None)];
        put(&test, odd.clone()).await.unwrap();
        assert_eq!(read(&test).await[3..], odd, "{engine:?}");
        put(&test, Vec::new()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_rows_than_a_statement_takes_are_all_there() {
    for engine in Engine::BOTH {
        let test = fresh(engine).await;
        let rows: Vec<_> = (1..=2_345).map(|n| given(n, None, Some(vec![1; 40]), Some(n as i64))).collect();
        put(&test, rows.clone()).await.unwrap();
        assert_eq!(read(&test).await, rows, "{engine:?}");
    }
}

/// Statements exist for few numbers of rows; every number arrives whole and in order.
#[tokio::test(flavor = "multi_thread")]
async fn every_number_of_rows_arrives() {
    let test = fresh(Engine::Sqlite).await;
    let mut all = Vec::new();
    for (nth, count) in [1, 2, 15, 16, 17, 31, 33, 100, 127, 128, 129, 145, 300].into_iter().enumerate() {
        let rows: Vec<_> =
            (1..=count).map(|n| given(nth as u128 * 1_000 + n, None, Some(vec![7]), Some(n as i64))).collect();
        put(&test, rows.clone()).await.unwrap();
        all.extend(rows);
    }
    assert_eq!(read(&test).await, all);
}

/// One row that is there already takes the whole act back, and is told as such.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_there_already_is_told() {
    for engine in Engine::BOTH {
        let test = fresh(engine).await;
        put(&test, vec![given(7, None, None, None)]).await.unwrap();
        let end = put(&test, vec![given(6, None, None, None), given(7, None, None, None)]).await;
        assert!(end.as_ref().is_err_and(Error::is_duplicate), "{engine:?} {end:?}");
        assert_eq!(read(&test).await.len(), 1, "{engine:?}");
    }
}
