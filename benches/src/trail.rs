//! The trail: records taken in durably, numbered, put into the tree, verified.

use crate::Outcome;
use crate::report::Report;
use renkei_access::Actor;
use renkei_db::{BoxFuture, Database, Settings};
use renkei_kernel::{Ids, SystemClock, SystemEntropy};
use renkei_ledger::{
    Error, EventName, Ledger, Sequencer, SequencerSettings, SigningKey, record_alone, record_plain, verify,
};
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Acts that wait for the writer at the same time.
const AT_ONCE: usize = 64;
/// Acts of one record each that are measured; the rest comes in batches.
const SINGLE: usize = 40_000;
const BATCH: usize = 100;

pub async fn measure(report: &mut Report, records: usize) -> Outcome<()> {
    let folder = tempfile::Builder::new().prefix("renkei-bench-trail-").tempdir()?;
    let file = folder.path().join("trail.db");
    let ids = Ids::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
    let database = Database::open(Settings::sqlite(&file)).await?;
    renkei_ledger::migrate(&database, ids.now()).await?;
    let ledger = Ledger::new(ids.clone(), "renkei/speed");
    let event =
        |ledger: &Ledger| ledger.event(EventName::AccessGranted).actor(Actor::Installation).detail("reason", "measure");

    let single = SINGLE.min(records / 2).max(AT_ONCE);
    let began = Instant::now();
    let mut workers = Vec::new();
    for _ in 0..AT_ONCE {
        let (database, ledger) = (database.clone(), ledger.clone());
        workers.push(tokio::spawn(async move {
            for _ in 0..single / AT_ONCE {
                record_alone(&database, event(&ledger)).await?;
            }
            Ok::<(), Error>(())
        }));
    }
    for worker in workers {
        worker.await??;
    }
    let alone = rate(single, began);

    let batches = (records - single) / BATCH;
    let began = Instant::now();
    for _ in 0..batches {
        let events: Arc<Vec<_>> = Arc::new((0..BATCH).map(|_| event(&ledger)).collect());
        database
            .act(move |tx| -> BoxFuture<'_, Result<(), Error>> {
                let events = events.clone();
                Box::pin(async move {
                    for event in events.iter() {
                        record_plain(tx, event).await?;
                    }
                    Ok(())
                })
            })
            .await?;
    }
    let batched = rate(batches * BATCH, began);

    let key = Arc::new(SigningKey::create(&folder.path().join("keys"), "renkei.example/speed", &SystemEntropy)?);
    let keys = [key.verifier()];
    let settings = SequencerSettings { key, checkpoint_folder: folder.path().join("checkpoints") };
    let began = Instant::now();
    let sequencer = Sequencer::start(database.clone(), &ledger, settings).await?;
    let numbered = sequencer.stop().await?.map_or(0, |checkpoint| checkpoint.size());
    let numbering = rate(usize::try_from(numbered)?, began);

    let began = Instant::now();
    let verdict = verify(&database, &keys, &[]).await?;
    let verifying = rate(usize::try_from(verdict.entries)?, began);
    if !verdict.is_ok() {
        return Err("the trail of this measurement does not verify".into());
    }
    database.close().await?;

    let (read, write) = (hash_only(&file)?, flushes_only(folder.path(), batches)?);
    report.beside(format!("records, one an act, {AT_ONCE} at once, durable"), alone, "records/s", "the bar", 5_000.0);
    report.beside("records, a hundred an act, durable", batched, "records/s", "the bar", 5_000.0);
    report.beside("records, a hundred an act, durable", batched, "records/s", "append and flush of as much", write);
    report.number("numbered, put into the tree, signed", numbering, "records/s");
    report.beside("verified", verifying, "records/s", "the bar", 100_000.0);
    report.beside("verified", verifying, "records/s", "reading the rows and hashing them once", read);
    report.beside("a million records verified", 1e6 / verifying, "s", "R-X-29", 60.0);
    Ok(())
}

/// Floor of the verifier: every entry is read and hashed once; nothing is compared.
fn hash_only(file: &Path) -> Outcome<f64> {
    let database = Connection::open(file)?;
    let mut all = database.prepare("SELECT entry FROM trail_entries ORDER BY number")?;
    let began = Instant::now();
    let (mut rows, mut count) = (all.query([])?, 0);
    while let Some(row) = rows.next()? {
        let entry = row.get_ref(0)?.as_blob()?;
        std::hint::black_box(Sha256::digest(entry));
        count += 1;
    }
    Ok(rate(count, began))
}

/// Floor of the writer: as many bytes appended to a file, flushed as often.
fn flushes_only(folder: &Path, batches: usize) -> Outcome<f64> {
    use std::io::Write;
    // An entry of this measurement with its row is about this large.
    let batch = vec![0x5a; BATCH * 512];
    let measured = batches.min(2_000);
    let mut file = std::fs::File::create(folder.join("floor"))?;
    let began = Instant::now();
    for _ in 0..measured {
        file.write_all(&batch)?;
        file.sync_data()?;
    }
    Ok(rate(measured * BATCH, began))
}

fn rate(count: usize, began: Instant) -> f64 {
    count as f64 / began.elapsed().as_secs_f64()
}
