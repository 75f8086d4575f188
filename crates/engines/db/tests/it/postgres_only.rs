//! Lost connections and full queues: matters of PostgreSQL alone.

use crate::acts::{count, with_counter, write};
use futures::future::BoxFuture;
use renkei_db::sea_orm::{ConnectionTrait, Statement};
use renkei_db::{Engine, Error, Isolation};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_cut_in_the_middle_of_an_act_keeps_nothing_and_the_next_act_works() {
    let test = with_counter(Engine::Postgres).await;
    for _ in 0..3 {
        let end = test
            .act(|tx| -> BoxFuture<'_, Result<(), Error>> {
                Box::pin(async move {
                    write(tx, 1).await?;
                    tx.execute_unprepared("SELECT pg_terminate_backend(pg_backend_pid())").await?;
                    Ok(())
                })
            })
            .await;
        assert!(end.is_err());
    }
    assert_eq!(count(&test).await, 0);
    test.act(|tx| -> BoxFuture<'_, Result<(), Error>> { Box::pin(write(tx, 2)) }).await.unwrap();
    assert_eq!(count(&test).await, 1);
}

/// The act is repeated as often as the engine asks for it, and its effect is there once.
#[tokio::test(flavor = "multi_thread")]
async fn an_act_is_repeated_when_the_engine_asks_for_it() {
    let test = with_counter(Engine::Postgres).await;
    let runs = Arc::new(AtomicU32::new(0));
    let seen = runs.clone();
    test.act(move |tx| -> BoxFuture<'_, Result<(), Error>> {
        let seen = seen.clone();
        Box::pin(async move {
            write(tx, 1).await?;
            if seen.fetch_add(1, Ordering::SeqCst) < 3 {
                let raise = "DO $$ BEGIN RAISE EXCEPTION 'met another' USING ERRCODE = '40001'; END $$";
                tx.execute_unprepared(raise).await?;
            }
            Ok(())
        })
    })
    .await
    .unwrap();
    assert_eq!((runs.load(Ordering::SeqCst), count(&test).await), (4, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_that_meets_others_for_ever_is_given_up() {
    let test = with_counter(Engine::Postgres).await;
    let end = test
        .act_as(Isolation::ReadCommitted, |tx| -> BoxFuture<'_, Result<(), Error>> {
            Box::pin(async move {
                let raise = "DO $$ BEGIN RAISE EXCEPTION 'met another' USING ERRCODE = '40P01'; END $$";
                tx.execute_unprepared(raise).await?;
                Ok(())
            })
        })
        .await;
    assert!(matches!(end, Err(Error::TooContended { .. })), "{end:?}");
}

/// Acts that name one chart follow one another, and each sees what the one before it left, without being repeated.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn acts_that_name_one_chart_go_one_after_another() {
    let test = with_counter(Engine::Postgres).await;
    let runs = Arc::new(AtomicU32::new(0));
    let chart = renkei_db::sea_orm::prelude::Uuid::from_u128(7);
    let acts = (0..20).map(|_| {
        let (database, runs) = (test.database(), runs.clone());
        tokio::spawn(async move {
            database
                .act_as(Isolation::ReadCommitted, move |tx| -> BoxFuture<'_, Result<(), Error>> {
                    let runs = runs.clone();
                    Box::pin(async move {
                        runs.fetch_add(1, Ordering::SeqCst);
                        tx.alone_with(chart).await?;
                        let sql = "SELECT count(*) AS n FROM note";
                        let statement = Statement::from_string(tx.get_database_backend(), sql);
                        let row = tx.query_one_raw(statement).await?.ok_or(Error::Closed)?;
                        // Two that saw the same number would write the same row.
                        let there: i64 = row.try_get("", "n")?;
                        write(tx, i32::try_from(there).unwrap()).await
                    })
                })
                .await
        })
    });
    for act in futures::future::join_all(acts).await {
        act.unwrap().unwrap();
    }
    assert_eq!((count(&test).await, runs.load(Ordering::SeqCst)), (20, 20));
}

/// The isolation that an act asked for is the one it has, whatever the server's own settings say.
#[tokio::test(flavor = "multi_thread")]
async fn an_act_has_the_isolation_it_asked_for() {
    let test = with_counter(Engine::Postgres).await;
    for (asked, expected) in [(Isolation::Serializable, "serializable"), (Isolation::ReadCommitted, "read committed")] {
        let found = test
            .act_as(asked, |tx| -> BoxFuture<'_, Result<String, Error>> {
                Box::pin(async move {
                    let sql = "SELECT current_setting('transaction_isolation') AS level, \
                               current_setting('synchronous_commit') AS durable";
                    let row = tx.query_one_raw(Statement::from_string(tx.get_database_backend(), sql)).await?;
                    let row = row.ok_or(Error::Closed)?;
                    assert_eq!(row.try_get::<String>("", "durable")?, "on");
                    Ok(row.try_get("", "level")?)
                })
            })
            .await
            .unwrap();
        assert_eq!(found, expected);
    }
}
