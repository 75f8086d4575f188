//! How fast the trail is on this machine: `cargo run --release -p renkei-ledger --example trail_speed [ENTRIES] [FOLDER]`.
//!
//! Prints one JSON object: records per second taken in by acts of one record (32 at once) and by batches of 100,
//! numbered and put into the tree, and verified.

use renkei_access::Actor;
use renkei_db::{BoxFuture, Database, Settings};
use renkei_kernel::{Ids, SystemClock, SystemEntropy};
use renkei_ledger::{
    Error, EventName, Ledger, Sequencer, SequencerSettings, SigningKey, record_alone, record_plain, verify,
};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let entries: usize = arguments.next().map_or(Ok(100_000), |n| n.parse())?;
    let folder = arguments.next().map_or_else(|| std::env::temp_dir().join("renkei-trail-speed"), PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    let ids = Ids::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
    let database = Database::open(Settings::sqlite(folder.join("trail.db"))).await?;
    renkei_ledger::migrate(&database, ids.now()).await?;
    let ledger = Ledger::new(ids.clone(), "renkei/speed");
    let event =
        |ledger: &Ledger| ledger.event(EventName::AccessGranted).actor(Actor::Installation).detail("reason", "measure");

    let single = (entries / 10).max(1);
    let began = Instant::now();
    let mut workers = Vec::new();
    for _ in 0..32 {
        let (database, ledger) = (database.clone(), ledger.clone());
        workers.push(tokio::spawn(async move {
            for _ in 0..single.div_ceil(32) {
                record_alone(&database, event(&ledger)).await?;
            }
            Ok::<(), Error>(())
        }));
    }
    for worker in workers {
        worker.await??;
    }
    let singles_per_second = rate(single, began);

    let began = Instant::now();
    for _ in 0..(entries - single) / 100 {
        let events: Arc<Vec<_>> = Arc::new((0..100).map(|_| event(&ledger)).collect());
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
    let batched_per_second = rate(entries - single, began);

    let key = Arc::new(SigningKey::create(&folder.join("keys"), "renkei.example/speed", &SystemEntropy)?);
    let keys = [key.verifier()];
    let settings = SequencerSettings { key, checkpoint_folder: folder.join("checkpoints") };
    let began = Instant::now();
    let sequencer = Sequencer::start(database.clone(), &ledger, settings).await?;
    let numbered = sequencer.stop().await?.map_or(0, |checkpoint| checkpoint.size());
    let numbered_per_second = rate(usize::try_from(numbered)?, began);

    let began = Instant::now();
    let report = verify(&database, &keys, &[]).await?;
    let verified_per_second = rate(usize::try_from(report.entries)?, began);
    println!(
        "{{\"entries\":{},\"ok\":{},\"acts_per_s\":{singles_per_second},\"batched_per_s\":{batched_per_second},\
         \"numbered_per_s\":{numbered_per_second},\"verified_per_s\":{verified_per_second}}}",
        report.entries,
        report.is_ok()
    );
    database.close().await?;
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

fn rate(count: usize, began: Instant) -> u64 {
    (count as f64 / began.elapsed().as_secs_f64()) as u64
}
