//! The rest of the region comes in while the first pages are looked at already.
//!
//! Part by part: registered, written as storages, imported by the ordinary import; a part's patients can be opened when
//! the last of their files is in. Separate from the start because it outlives it, and because it must end cleanly when
//! the visitor leaves before it is done.

use super::{Failure, Made};
use renkei_app::House;
use renkei_demo::filling::{Filling, Part};
use renkei_demo::places::{self, Addresses};
use renkei_demo::region::institutions::INSTITUTIONS;
use renkei_demo::region::register::patients_toml;
use renkei_demo::{Region, Scale, Summary, WriteError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

/// Folder of a part's storages: each part is a volume of its institutions' storages, so that one is imported while the
/// next is written.
pub fn volume(folder: &Path, part: usize) -> PathBuf {
    folder.join("storages").join(format!("volume{}", part + 1))
}

/// The ordinary import of a part, institution by institution.
pub async fn import(house: &House, filling: &Filling, part: usize, written: &Summary) -> Result<(), Failure> {
    for storage in &written.institutions {
        let Some(institution) = INSTITUTIONS.iter().find(|i| i.code == storage.institution) else { continue };
        let say = |progress: renkei_intake::Progress| filling.took_in(part, storage.institution, progress.files);
        renkei_intake::import_ssmix2(house, institution.facility, std::slice::from_ref(&storage.root), &say).await?;
    }
    Ok(())
}

/// What is needed to bring in the rest.
#[derive(Clone)]
pub struct Coming {
    pub house: House,
    pub region: Region,
    pub folder: PathBuf,
    pub filling: Filling,
    /// Files the first part had.
    pub first_files: usize,
    pub made: Arc<Made>,
    pub addresses: Addresses,
}

/// The running tasks.
pub struct Rest {
    stop: Arc<AtomicBool>,
    writer: JoinHandle<()>,
    importer: JoinHandle<Result<(), Failure>>,
    /// Held while the last files are written: that work goes on when the importer is cancelled.
    last_files: Arc<Mutex<()>>,
}

type Parts = mpsc::Receiver<(usize, Part, Result<Summary, WriteError>)>;

impl Rest {
    /// Begins to write and import all parts but the first.
    pub fn begin(coming: Coming) -> Self {
        let (stop, (tell, written)) = (Arc::new(AtomicBool::new(false)), mpsc::channel(1));
        let (stopped, folder, region) = (stop.clone(), coming.folder.clone(), coming.region);
        let writer = tokio::task::spawn_blocking(move || {
            for (nth, part) in Part::in_order(&Scale::DEMO).into_iter().enumerate().skip(1) {
                let summary = region.write_part(&volume(&folder, nth), &Scale::DEMO, &part, &stopped);
                let failed = summary.is_err();
                if tell.blocking_send((nth, part, summary)).is_err() || failed {
                    return;
                }
            }
        });
        let last_files = Arc::new(Mutex::new(()));
        Self { stop, writer, importer: tokio::spawn(coming.take_in(written, last_files.clone())), last_files }
    }

    /// Waits until everything is in. To be awaited again after it was dropped half-way, not after it answered.
    pub async fn is_in(&mut self) -> Result<(), Failure> {
        (&mut self.importer).await?
    }

    /// Ends what still runs. What came in stays, as after a power cut.
    pub async fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.importer.abort();
        // One that has answered is not asked again. Ended or cancelled, both are the end; the folder may go when nobody
        // writes into it any more.
        if !self.importer.is_finished() {
            let _ended = self.importer.await;
        }
        let _ended = self.writer.await;
        let _written = self.last_files.lock().await;
    }
}

impl Coming {
    async fn take_in(self, mut written: Parts, last_files: Arc<Mutex<()>>) -> Result<(), Failure> {
        let mut files = self.first_files;
        let (last, mut reached) = (Part::in_order(&Scale::DEMO).len() - 1, 0);
        while let Some((nth, part, summary)) = written.recv().await {
            let summary = summary?;
            files += summary.files;
            if nth == last {
                self.filling.written(u64::try_from(files)?);
            }
            self.house.load_register(&patients_toml(&self.region, &part)).await?;
            import(&self.house, &self.filling, nth, &summary).await?;
            self.filling.are_in(part.codes(&self.region));
            reached = nth;
        }
        if reached != last {
            return Err(WriteError::Thread.into());
        }
        // The way past the chooser, where nothing tells that records are still coming, opens when all are there.
        let writing = last_files.lock_owned().await;
        tokio::task::spawn_blocking(move || -> Result<(), Failure> {
            let _writing = writing;
            let Made { pki, credentials, .. } = &*self.made;
            credentials.write_p12(pki, &self.folder.join(places::P12_FOLDER))?;
            places::write(&self.folder, self.addresses, &self.region, &Scale::DEMO)?;
            self.filling.finish();
            Ok(())
        })
        .await?
    }
}
