//! The lease, the limits of the queue and reading a copied file: matters of SQLite alone.

use crate::acts::{count, with_counter, write};
use futures::future::BoxFuture;
use renkei_db::sea_orm::ConnectionTrait;
use renkei_db::{Database, Engine, Error, Isolation, Settings};
use renkei_kernel::limits::WRITER_QUEUE_MAX;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;

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
    let gate = Arc::new(Semaphore::new(0));
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
    let gate = Arc::new(Semaphore::new(0));
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

/// Case 13 of the attack list: a full disk gives no acknowledgement, and the writer goes on when there is room again.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_acts_and_keeps_what_was_acknowledged() {
    let test = with_counter(Engine::Sqlite).await;
    let pages = |pages: &'static str| {
        test.act(move |tx| -> BoxFuture<'_, Result<(), Error>> {
            Box::pin(async move {
                tx.execute_unprepared(&format!("PRAGMA max_page_count = {pages}")).await?;
                Ok(())
            })
        })
    };
    let big = |database: Database, id: i32| async move {
        database
            .act(move |tx| -> BoxFuture<'_, Result<(), Error>> {
                Box::pin(async move {
                    let sql = format!("INSERT INTO note (id, word) VALUES ({id}, '{}')", "x".repeat(20_000));
                    tx.execute_unprepared(&sql).await?;
                    Ok(())
                })
            })
            .await
    };
    for together in [false, true] {
        pages("60").await.unwrap();
        let first = if together { 1_000 } else { 0 };
        let mut kept = count(&test).await;
        let mut refused = 0;
        if together {
            let acts: Vec<_> = (first..first + 40).map(|id| tokio::spawn(big(test.database(), id))).collect();
            for act in acts {
                match act.await.unwrap() {
                    Ok(()) => kept += 1,
                    Err(_) => refused += 1,
                }
            }
        } else {
            for id in first..first + 40 {
                match big(test.database(), id).await {
                    Ok(()) => kept += 1,
                    Err(_) => refused += 1,
                }
            }
        }
        assert_eq!(count(&test).await, kept, "together: {together}");
        assert!(refused > 0 || !together, "the disk was full");
        pages("100000").await.unwrap();
        big(test.database(), first + 500).await.unwrap();
        assert_eq!(count(&test).await, kept + 1);
    }
}

/// A person's act does not wait until a hundred slow ones share one commit.
#[tokio::test(flavor = "multi_thread")]
async fn slow_acts_are_committed_a_few_at_a_time() {
    let test = with_counter(Engine::Sqlite).await;
    let began = std::time::Instant::now();
    let acts: Vec<_> = (0..60)
        .map(|id| {
            let database = test.database();
            tokio::spawn(async move {
                database
                    .act(move |tx| -> BoxFuture<'_, Result<(), Error>> {
                        Box::pin(async move {
                            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                            write(tx, id).await
                        })
                    })
                    .await
                    .map(|()| std::time::Instant::now())
            })
        })
        .collect();
    let mut ends = Vec::new();
    for act in acts {
        ends.push(act.await.unwrap().unwrap());
    }
    ends.sort();
    assert!(ends[0] - began < (ends[59] - began) / 4, "the first are answered long before the last");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let test = with_counter(Engine::Sqlite).await;
    for name in ["renkei.db", "renkei.db-wal"] {
        let mode = std::fs::metadata(test.folder().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_a_person_waits_for_goes_before_those_of_an_import() {
    let test = with_counter(Engine::Sqlite).await;
    let slow = |id: i32| {
        let database = test.database();
        tokio::spawn(async move {
            database
                .act(move |tx| -> BoxFuture<'_, Result<(), Error>> {
                    Box::pin(async move {
                        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
                        write(tx, id).await
                    })
                })
                .await
        })
    };
    let import: Vec<_> = (0..20).map(slow).collect();
    tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    test.act_soon(|tx| -> BoxFuture<'_, Result<(), Error>> { Box::pin(write(tx, 100)) }).await.unwrap();
    assert!(count(&test).await < 10, "most of the import still waits");
    for act in import {
        act.await.unwrap().unwrap();
    }
    assert_eq!(count(&test).await, 21);
}

/// An import's act counts as its messages: however many patients are under way, a commit holds no more than the limit.
#[tokio::test(flavor = "multi_thread")]
async fn acts_of_many_share_no_commit_beyond_the_limit() {
    let test = with_counter(Engine::Sqlite).await;
    let (gate, committed) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let (database, pass) = (test.database(), gate.clone());
    let first = tokio::spawn(async move {
        database
            .act(move |_| -> BoxFuture<'_, Result<(), Error>> {
                let pass = pass.clone();
                Box::pin(async move { pass.acquire().await.map(|_| ()).map_err(|_| Error::Closed) })
            })
            .await
    });
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let mut acts = Vec::new();
    for id in 0..4 {
        let (database, committed) = (test.database(), committed.clone());
        acts.push(tokio::spawn(async move {
            database
                .act_of_many(Isolation::Serializable, 60, move |tx| -> BoxFuture<'_, Result<usize, Error>> {
                    let committed = committed.clone();
                    Box::pin(async move {
                        let before = committed.load(Ordering::SeqCst);
                        write(tx, id).await?;
                        tx.after_commit(move || {
                            committed.fetch_add(1, Ordering::SeqCst);
                        });
                        Ok(before)
                    })
                })
                .await
                .unwrap()
        }));
    }
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    gate.add_permits(1);
    first.await.unwrap().unwrap();
    let mut before = Vec::new();
    for act in acts {
        before.push(act.await.unwrap());
    }
    before.sort_unstable();
    assert_eq!(before, [0, 1, 2, 3], "each found those before it committed");
}
