//! Opens a house from its settings: keys, database, trail, originals, trust; in this order, and closed in the reverse.

use crate::list_marks::{self, MarksError};
use crate::moved;
use crate::settings::{Database as Engine, Settings};
use renkei_app::instance::{InstanceError, InstanceKind};
use renkei_app::{AppError, House, HouseSettings, Parts};
use renkei_blobs::Blobs;
use renkei_db::Database;
use renkei_hpki::Trust;
use renkei_kernel::logs::OPERATOR;
use renkei_kernel::{Category, Ids, Problem};
use renkei_keys::{Sealer, refuse_if_inside};
use renkei_ledger::{Ledger, Sequencer, SequencerSettings, SigningKey};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Name of the trail in its checkpoints.
pub const TRAIL_NAME: &str = "renkei.trail/main";

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WiringError {
    #[error(
        "ほかの Renkei がこのフォルダを使っています: {}。そちらを止めるか、別の設定ファイルを指定してください。 / another Renkei already uses this folder; stop it or name other settings",
        folder.display()
    )]
    InUse { folder: PathBuf },
    #[error("鍵を開けません。 / the keys cannot be opened: {0}")]
    Keys(renkei_keys::Error),
    #[error("データベースを開けません。 / the database cannot be opened: {0}")]
    Database(renkei_db::Error),
    #[error("監査証跡を開けません。 / the trail cannot be opened: {0}")]
    Ledger(#[from] renkei_ledger::Error),
    #[error("原本の置き場を開けません。 / the originals' folder cannot be opened: {0}")]
    Blobs(#[from] renkei_blobs::Error),
    #[error("信頼リストを読めません。 / the trust list cannot be read: {0}")]
    Trust(#[from] renkei_hpki::TrustError),
    #[error(
        "この設置のデータベースは PostgreSQL へ移りました。新しい設定ファイルで運転してください。 / This installation's database has moved to PostgreSQL; run it with the new settings."
    )]
    Moved,
    #[error(
        "データベースの引っ越しが途中です。`renkei migrate` をもう一度行ってください。 / A move of the database was cut short; run `renkei migrate` again."
    )]
    Moving,
    #[error(transparent)]
    Marks(#[from] MarksError),
    #[error(transparent)]
    Instance(#[from] InstanceError),
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<renkei_db::Error> for WiringError {
    fn from(error: renkei_db::Error) -> Self {
        match error {
            renkei_db::Error::LeaseHeld { folder } => Self::InUse { folder },
            other => Self::Database(other),
        }
    }
}

impl From<renkei_keys::Error> for WiringError {
    fn from(error: renkei_keys::Error) -> Self {
        match error {
            renkei_keys::Error::Store(renkei_db::Error::LeaseHeld { folder }) => Self::InUse { folder },
            other => Self::Keys(other),
        }
    }
}

impl Problem for WiringError {
    fn category(&self) -> Category {
        match self {
            Self::InUse { .. } => Category::Conflict,
            Self::Database(error) => error.category(),
            Self::App(error) => error.category(),
            Self::Moved | Self::Moving => Category::Conflict,
            Self::Trust(error) => error.category(),
            Self::Instance(error) => error.category(),
            _ => Category::Stopped,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::InUse { .. } => "data_folder_in_use",
            Self::Keys(_) => "keys_unavailable",
            Self::Database(error) => error.code(),
            Self::Ledger(_) => "trail_unavailable",
            Self::Blobs(_) => "originals_unavailable",
            Self::Trust(_) => "trust_unusable",
            Self::Moved => "database_moved",
            Self::Moving => "database_moving",
            Self::Marks(error) => error.code(),
            Self::Instance(error) => error.code(),
            Self::App(error) => error.code(),
        }
    }
}

/// Folders and engine of a house.
#[derive(Clone)]
pub struct Place {
    pub database: renkei_db::Settings,
    pub data: PathBuf,
    pub keys: PathBuf,
    pub checkpoints: PathBuf,
    pub trust: PathBuf,
    pub feed_late_hours: i64,
    pub kind: InstanceKind,
}

impl Place {
    pub fn of(settings: &Settings) -> Self {
        let folders = &settings.folders;
        let database = match &settings.database {
            Engine::Sqlite => renkei_db::Settings::sqlite(folders.data.join("renkei.sqlite")),
            Engine::Postgresql { url } => renkei_db::Settings::postgres(url.clone()),
        };
        Self {
            database,
            data: folders.data.clone(),
            keys: folders.keys.clone(),
            checkpoints: folders.checkpoints.clone(),
            trust: folders.trust.clone(),
            feed_late_hours: settings.pages.feed_late_hours,
            kind: InstanceKind::Production,
        }
    }
}

/// A house that is open, with its sequencer running.
pub struct Opened {
    pub house: House,
    pub sequencer: Sequencer,
}

/// Makes the installation's key and the trail's signing key in `folder`. Refuses when they are there.
pub async fn make_keys(folder: &Path, ids: &Ids) -> Result<(), WiringError> {
    let sealer = Sealer::init(folder, ids.clone()).await?;
    // Its writer holds the folder until it has ended; whoever opens the house next must find it free.
    sealer.store().close().await?;
    SigningKey::create(folder, TRAIL_NAME, &*ids.entropy())?;
    Ok(())
}

/// Opens everything. The sequencer refuses a trail older than its kept checkpoints.
pub async fn open(place: Place, ids: Ids) -> Result<Opened, WiringError> {
    refuse_if_inside(&place.keys, &place.data)?;
    refuse_if_moved(&place)?;
    let sealer = Sealer::open(&place.keys, ids.clone()).await?;
    let db = Database::open(place.database).await?;
    renkei_ledger::migrate(&db, ids.now()).await?;
    let ledger = Ledger::new(ids.clone(), "renkei/main");
    let key = Arc::new(SigningKey::load(&place.keys, TRAIL_NAME)?);
    let blobs = Blobs::open(&place.data.join("originals"), sealer.clone())?;
    let trust = Trust::load_after(&place.trust, ids.now(), &list_marks::remembered(&place.data)?)?;
    list_marks::keep(&place.data, trust.marks())?;
    let sequencer =
        Sequencer::start(db.clone(), &ledger, SequencerSettings { key, checkpoint_folder: place.checkpoints }).await?;
    let settings = HouseSettings { feed_late_hours: place.feed_late_hours };
    let house = House::open(Parts { ids, db, sealer, ledger, blobs, trust, settings }).await?;
    house.connect_sequencer(sequencer.orders());
    house.settle_instance(place.kind).await?;
    if let Some(rotated) = house.settle_rotation().await? {
        tracing::warn!(
            target: OPERATOR, { key.before = %rotated.key_before, key.after = %rotated.key_after },
            "途中で止まっていた鍵の交換を片付けました（{:?}）。keys の控えをとり直してください。 / a key rotation that was cut short is settled",
            rotated.end
        );
    }
    house.note_start().await?;
    Ok(Opened { house, sequencer })
}

/// One installation, one database: the old one stays shut after a move, and both while it is not clear which it is.
fn refuse_if_moved(place: &Place) -> Result<(), WiringError> {
    match moved::read(&place.data) {
        Ok(None) => Ok(()),
        Ok(Some(mark)) if mark.state == moved::State::Moving => Err(WiringError::Moving),
        Ok(Some(_)) if place.database.engine() == renkei_db::Engine::Sqlite => Err(WiringError::Moved),
        Ok(Some(_)) => Ok(()),
        Err(_) => Err(WiringError::Moving),
    }
}

impl Opened {
    /// Notes the stop, numbers and seals what waits, closes the database.
    pub async fn close(self) -> Result<(), WiringError> {
        self.house.note_stop().await?;
        self.sequencer.stop().await?;
        self.house.db().close().await?;
        self.house.sealer().store().close().await?;
        Ok(())
    }
}
