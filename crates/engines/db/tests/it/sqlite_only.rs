//! The lease, the limits of the queue and reading a copied file: matters of SQLite alone.

use crate::acts::{count, with_counter, write};
use futures::future::BoxFuture;
use renkei_db::{Database, Engine, Error, Settings};
use renkei_kernel::limits::WRITER_QUEUE_MAX;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn two_programs_never_write_one_folder() {
    let mut test = with_counter(Engine::Sqlite).await;
    let second = Database::open(test.settings()).await;
    assert!(matches!(second, Err(Error::LeaseHeld { .. })), "{second:?}");
    test.reopen().await;
    assert_eq!(count(&test).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_answers_at_once() {
    let test = with_counter(Engine::Sqlite).await;
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let mut acts = Vec::new();
    for id in 0..(WRITER_QUEUE_MAX as i32 + 300) {
        let (database, gate) = (test.database(), gate.clone());
        acts.push(tokio::spawn(async move {
            database
                .act(move |tx| -> BoxFuture<'_, Result<(), Error>> {
                    let gate = gate.clone();
                    Box::pin(async move {
                        let _pass = gate.acquire().await.map_err(|_| Error::Closed)?;
                        write(tx, id).await
                    })
                })
                .await
        }));
    }
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    gate.add_permits(1);
    let (mut kept, mut refused) = (0, 0);
    for act in acts {
        match act.await.unwrap() {
            Ok(()) => kept += 1,
            Err(Error::QueueFull) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(refused > 0);
    assert_eq!(count(&test).await, kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_file_can_be_read_and_not_written() {
    let test = with_counter(Engine::Sqlite).await;
    test.act(|tx| -> BoxFuture<'_, Result<(), Error>> { Box::pin(write(tx, 2)) }).await.unwrap();
    test.close().await.unwrap();
    let copy = test.folder().join("copy.db");
    std::fs::copy(test.file().unwrap(), &copy).unwrap();
    let database = Database::open(Settings::sqlite(&copy).reading_only()).await.unwrap();
    assert_eq!(count(&database).await, 1);
    let end = database.act(|tx| -> BoxFuture<'_, Result<(), Error>> { Box::pin(write(tx, 3)) }).await;
    assert!(matches!(end, Err(Error::ReadOnly)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abandoned_caller_takes_its_waiting_act_with_it() {
    let test = with_counter(Engine::Sqlite).await;
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let (database, pass) = (test.database(), gate.clone());
    let first = tokio::spawn(async move {
        database
            .act(move |tx| -> BoxFuture<'_, Result<(), Error>> {
                let pass = pass.clone();
                Box::pin(async move {
                    let _pass = pass.acquire().await.map_err(|_| Error::Closed)?;
                    write(tx, 1).await
                })
            })
            .await
    });
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let database = test.database();
    let second =
        tokio::spawn(
            async move { database.act(|tx| -> BoxFuture<'_, Result<(), Error>> { Box::pin(write(tx, 2)) }).await },
        );
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    second.abort();
    let _ = second.await;
    gate.add_permits(1);
    first.await.unwrap().unwrap();
    test.act(|tx| -> BoxFuture<'_, Result<(), Error>> { Box::pin(write(tx, 3)) }).await.unwrap();
    assert_eq!(count(&test).await, 2);
}
