//! What an act promises, on both engines.

use futures::future::BoxFuture;
use renkei_db::sea_orm::{ConnectionTrait, Statement};
use renkei_db::testing::{TestDatabase, open};
use renkei_db::{Database, Engine, Error, Tx};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub async fn with_counter(engine: Engine) -> TestDatabase {
    let test = open(engine).await;
    test.act(|tx| -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            tx.execute_unprepared("CREATE TABLE note (id integer NOT NULL PRIMARY KEY, word text NOT NULL)").await?;
            tx.execute_unprepared("CREATE TABLE counter (id integer NOT NULL PRIMARY KEY, n bigint NOT NULL)").await?;
            tx.execute_unprepared("INSERT INTO counter VALUES (1, 0)").await?;
            Ok(())
        })
    })
    .await
    .unwrap();
    test
}

pub async fn write(tx: &Tx, id: i32) -> Result<(), Error> {
    tx.execute_raw(Statement::from_sql_and_values(
        tx.get_database_backend(),
        "INSERT INTO note (id, word) VALUES ($1, $2)",
        [id.into(), format!("word {id}").into()],
    ))
    .await?;
    Ok(())
}

pub async fn count(database: &Database) -> i64 {
    let row = database
        .reader()
        .query_one_raw(Statement::from_string(
            database.reader().get_database_backend(),
            "SELECT COUNT(*) AS n FROM note",
        ))
        .await
        .unwrap()
        .unwrap();
    row.try_get::<i64>("", "n").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_that_returns_is_there_for_readers() {
    for engine in Engine::BOTH {
        let test = with_counter(engine).await;
        let answer = test
            .act(|tx| -> BoxFuture<'_, Result<i32, Error>> {
                Box::pin(async move {
                    write(tx, 1).await?;
                    Ok(7)
                })
            })
            .await;
        assert_eq!(answer.unwrap(), 7);
        assert_eq!(count(&test).await, 1, "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_that_fails_leaves_nothing_and_disturbs_nobody() {
    for engine in Engine::BOTH {
        let test = with_counter(engine).await;
        let mut acts = Vec::new();
        for id in 0..300 {
            let database = test.database();
            acts.push(tokio::spawn(async move {
                database
                    .act(move |tx| -> BoxFuture<'_, Result<(), Error>> {
                        Box::pin(async move {
                            write(tx, id).await?;
                            if id % 3 == 0 { Err(Error::Closed) } else { Ok(()) }
                        })
                    })
                    .await
            }));
        }
        for (id, act) in acts.into_iter().enumerate() {
            assert_eq!(act.await.unwrap().is_err(), id % 3 == 0, "{engine:?} {id}");
        }
        assert_eq!(count(&test).await, 200, "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_that_panics_is_an_error_and_the_writer_goes_on() {
    for engine in Engine::BOTH {
        let test = with_counter(engine).await;
        let end = test
            .act(|tx| -> BoxFuture<'_, Result<(), Error>> {
                Box::pin(async move {
                    write(tx, 1).await?;
                    panic!("on purpose")
                })
            })
            .await;
        assert!(matches!(end, Err(Error::ActPanicked)), "{engine:?} {end:?}");
        assert_eq!(count(&test).await, 0);
        test.act(|tx| -> BoxFuture<'_, Result<(), Error>> { Box::pin(write(tx, 2)) }).await.unwrap();
        assert_eq!(count(&test).await, 1, "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_cannot_keep_going_after_a_failed_statement() {
    for engine in Engine::BOTH {
        let test = with_counter(engine).await;
        let end = test
            .act(|tx| -> BoxFuture<'_, Result<(), Error>> {
                Box::pin(async move {
                    write(tx, 1).await?;
                    let _ = write(tx, 1).await;
                    Ok(())
                })
            })
            .await;
        assert!(matches!(end, Err(Error::WentOnAfterFailure)), "{engine:?} {end:?}");
        assert_eq!(count(&test).await, 0, "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_is_told_apart_and_its_values_are_not_in_the_text() {
    for engine in Engine::BOTH {
        let test = with_counter(engine).await;
        let end = test
            .act(|tx| -> BoxFuture<'_, Result<(), Error>> {
                Box::pin(async move {
                    write(tx, 77_777).await?;
                    write(tx, 77_777).await
                })
            })
            .await;
        let error = end.unwrap_err();
        assert!(error.is_duplicate(), "{engine:?}");
        assert!(!format!("{error} {error:?}").contains("77777"), "{error} {error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_that_read_and_write_the_same_row_lose_no_step() {
    for engine in Engine::BOTH {
        let test = with_counter(engine).await;
        let mut acts = Vec::new();
        for _ in 0..40 {
            let database = test.database();
            acts.push(tokio::spawn(async move {
                database
                    .act(|tx| -> BoxFuture<'_, Result<(), Error>> {
                        Box::pin(async move {
                            let backend = tx.get_database_backend();
                            let row = tx
                                .query_one_raw(Statement::from_string(backend, "SELECT n FROM counter WHERE id = 1"))
                                .await?;
                            let n = row.unwrap().try_get::<i64>("", "n")?;
                            tx.execute_raw(Statement::from_sql_and_values(
                                backend,
                                "UPDATE counter SET n = $1 WHERE id = 1",
                                [(n + 1).into()],
                            ))
                            .await?;
                            Ok(())
                        })
                    })
                    .await
            }));
        }
        let mut kept = 0;
        for act in acts {
            match act.await.unwrap() {
                Ok(()) => kept += 1,
                Err(Error::TooContended { .. }) => {}
                Err(other) => panic!("{engine:?} {other}"),
            }
        }
        let row = test
            .reader()
            .query_one_raw(Statement::from_string(
                test.reader().get_database_backend(),
                "SELECT n FROM counter WHERE id = 1",
            ))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.try_get::<i64>("", "n").unwrap(), kept, "{engine:?}");
        assert!(kept > 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_run_after_the_commit_and_only_then() {
    for engine in Engine::BOTH {
        let test = with_counter(engine).await;
        let ran = Arc::new(AtomicUsize::new(0));
        for fails in [true, false] {
            let seen = ran.clone();
            let _ = test
                .act(move |tx| -> BoxFuture<'_, Result<(), Error>> {
                    let seen = seen.clone();
                    Box::pin(async move {
                        tx.after_commit(move || {
                            seen.fetch_add(1, Ordering::SeqCst);
                        });
                        if fails { Err(Error::Closed) } else { Ok(()) }
                    })
                })
                .await;
        }
        assert_eq!(ran.load(Ordering::SeqCst), 1, "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_cannot_write() {
    for engine in Engine::BOTH {
        let test = with_counter(engine).await;
        assert!(test.reader().execute_unprepared("DELETE FROM counter").await.is_err(), "{engine:?}");
        let snapshot = test.snapshot().await.unwrap();
        assert!(snapshot.execute_unprepared("DELETE FROM counter").await.is_err(), "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_does_not_move() {
    for engine in Engine::BOTH {
        let test = with_counter(engine).await;
        let snapshot = test.snapshot().await.unwrap();
        let ask = || Statement::from_string(test.reader().get_database_backend(), "SELECT COUNT(*) AS n FROM note");
        let before = snapshot.query_one_raw(ask()).await.unwrap().unwrap().try_get::<i64>("", "n").unwrap();
        test.act(|tx| -> BoxFuture<'_, Result<(), Error>> { Box::pin(write(tx, 2)) }).await.unwrap();
        let after = snapshot.query_one_raw(ask()).await.unwrap().unwrap().try_get::<i64>("", "n").unwrap();
        assert_eq!((before, after), (0, 0), "{engine:?}");
        assert_eq!(count(&test).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_closing_acts_are_refused() {
    for engine in Engine::BOTH {
        let test = with_counter(engine).await;
        test.close().await.unwrap();
        let end = test.act(|tx| -> BoxFuture<'_, Result<(), Error>> { Box::pin(write(tx, 2)) }).await;
        assert!(end.is_err(), "{engine:?}");
    }
}
