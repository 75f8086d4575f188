//! `renkei migrate --config OLD --to NEW`: the whole house from SQLite to PostgreSQL.
//!
//! NEW is a settings file, so that no password stands on a command line. Only the rows move; originals, keys,
//! checkpoints and trust stay in their folders, which both files must name alike. Order: the trail is verified, the
//! move recorded, everything copied in one transaction and read back, the source marked, the target committed and its
//! trail verified: same entries, same root. Killed before the mark, the old house goes on; killed after it, neither
//! opens until the command ran once more and found out.

use crate::commands::{Format, MigrateArguments};
use crate::moved::{self, Mark, State};
use crate::outcome;
use crate::settings::{Settings, SettingsError};
use crate::wiring::{self, Place, TRAIL_NAME, WiringError};
use renkei_app::moving::note_move_done;
use renkei_db::moving::{MoveError, Moving, TableMoved};
use renkei_db::sea_orm::{ConnectionTrait as _, Statement, Value};
use renkei_db::{Database, Engine};
use renkei_kernel::{Category, EventId, Ids, Problem, SystemClock, SystemEntropy};
use renkei_keys::Sealer;
use renkei_ledger::{Ledger, Report, SigningKey};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("{0} の [database] は {1} でなければなりません。 / the [database] of this file must be {1}.")]
    Engine(PathBuf, &'static str),
    #[error(
        "二つの設定ファイルの [folders] が違います。移るのはデータベースだけです。 / The [folders] of the two settings files differ; only the database moves."
    )]
    Folders,
    #[error(
        "この設置はもう移りました。新しい設定ファイルで運転してください。 / This installation has moved already; run it with the new settings."
    )]
    MovedBefore,
    #[error(
        "移す先のデータベースが空ではありません（{0}）。空のデータベースを用意してください。何も変更していません。 / The target database is not empty ({0}); give an empty one. Nothing was changed."
    )]
    NotEmpty(String),
    #[error(
        "監査証跡に異常があります（{place}）。`renkei ledger verify` で確かめてください。 / The trail is not sound ({place}); see `renkei ledger verify`."
    )]
    Trail { place: &'static str },
    #[error(
        "移したものが元と違います（表 {table}）。元の設置はそのまま使えます。 / What was moved differs from the source (table {table}); the old installation is as it was."
    )]
    Differs { table: String },
    #[error(
        "移した後の確かめで違いが見つかりました（{what}）。移した先のデータベースを消し、もう一度 `renkei migrate` を行ってください。 / The target was found changed after the move ({what}). Drop the target database and run `renkei migrate` again."
    )]
    ChangedAfter { what: String },
    #[error("{0}: 移した印を書けません。 / the mark of the move cannot be written: {1}")]
    Mark(PathBuf, std::io::ErrorKind),
    #[error("データベースを移せません。 / the database cannot be moved: {0}")]
    Moving(MoveError),
    #[error(transparent)]
    Wiring(#[from] WiringError),
}

impl From<MoveError> for MigrateError {
    fn from(error: MoveError) -> Self {
        match error {
            MoveError::NotEmpty { table } => Self::NotEmpty(table),
            MoveError::Differs { table } => Self::Differs { table },
            other => Self::Moving(other),
        }
    }
}

macro_rules! through_wiring {
    ($($error:ty),+) => {$(
        impl From<$error> for MigrateError {
            fn from(error: $error) -> Self {
                Self::Wiring(error.into())
            }
        }
    )+};
}
through_wiring!(renkei_db::Error, renkei_ledger::Error, renkei_keys::Error, renkei_app::AppError);

impl Problem for MigrateError {
    fn category(&self) -> Category {
        match self {
            Self::Settings(_) | Self::Engine(..) | Self::Folders => Category::Malformed,
            Self::MovedBefore | Self::NotEmpty(_) => Category::Conflict,
            Self::Trail { .. } | Self::Differs { .. } | Self::ChangedAfter { .. } | Self::Mark(..) => Category::Stopped,
            Self::Moving(error) => error.category(),
            Self::Wiring(error) => error.category(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Settings(_) => "settings",
            Self::Engine(..) => "migrate_engine",
            Self::Folders => "migrate_folders",
            Self::MovedBefore => "migrate_moved_before",
            Self::NotEmpty(_) => "migrate_target_not_empty",
            Self::Trail { .. } => "trail_unavailable",
            Self::Differs { .. } => "migrate_differs",
            Self::ChangedAfter { .. } => "migrate_changed_after",
            Self::Mark(..) => "migrate_mark",
            Self::Moving(error) => error.code(),
            Self::Wiring(error) => error.code(),
        }
    }
}

pub async fn run(arguments: MigrateArguments) -> ExitCode {
    let began = Instant::now();
    let done = async {
        let house = Houses::of(&Settings::load(&arguments.place.config)?, &Settings::load(&arguments.to)?, &arguments)?;
        house.migrate(arguments.format).await
    };
    let result = done.await.map(|moved| print(&moved, arguments.format, began));
    outcome::of_problem(result)
}

/// What a move did.
struct Done {
    tables: Vec<TableMoved>,
    trail: Report,
}

/// The old place and the new one.
struct Houses {
    old: Place,
    new: Place,
    ids: Ids,
}

impl Houses {
    fn of(old: &Settings, new: &Settings, arguments: &MigrateArguments) -> Result<Self, MigrateError> {
        let (of, to) = (Place::of(old), Place::of(new));
        if of.database.engine() != Engine::Sqlite {
            return Err(MigrateError::Engine(arguments.place.config.clone(), "sqlite"));
        }
        if to.database.engine() != Engine::Postgres {
            return Err(MigrateError::Engine(arguments.to.clone(), "postgresql"));
        }
        if (&of.data, &of.keys, &of.checkpoints) != (&to.data, &to.keys, &to.checkpoints) {
            return Err(MigrateError::Folders);
        }
        Ok(Self { old: of, new: to, ids: Ids::new(Arc::new(SystemClock), Arc::new(SystemEntropy)) })
    }

    async fn migrate(&self, format: Format) -> Result<Done, MigrateError> {
        let data = &self.old.data;
        match self.mark()? {
            None => {}
            Some(mark) if mark.state == State::Moved => return Err(MigrateError::MovedBefore),
            // Killed around the commit: which of the two is the house?
            Some(mark) if self.is_there(&mark).await? => return self.finish(mark, None).await,
            Some(_) => moved::remove(data).map_err(|e| self.no_mark(&e))?,
        }
        self.refuse_strangers().await?;
        let begun = self.record_beginning().await?;
        let moving = Moving::begin(&self.old.database, &self.new.database).await?;
        let before = self.verified(&self.old).await?;
        if !before.is_ok() {
            return Err(MigrateError::Trail { place: "sqlite" });
        }
        self.make_tables().await?;
        let mark = Mark { state: State::Moving, begun, trail_entries: before.entries, trail_root: before.root.clone() };
        let sealer = Sealer::open(&self.old.keys, self.ids.clone()).await?;
        let hash = row_hash(&sealer);
        let mut unmarked = None;
        let copied = moving
            .copy(&hash, &|table| say(table, format), |_| {
                moved::write(data, &mark).map_err(|error| {
                    unmarked = Some(self.no_mark(&error));
                    MoveError::Differs { table: String::new() }
                })
            })
            .await;
        moving.end().await?;
        match (copied, unmarked) {
            (_, Some(unmarked)) => Err(unmarked),
            (Err(error), None) => Err(error.into()),
            (Ok(tables), None) => self.finish(mark, Some(tables)).await,
        }
    }

    /// The commit happened: the target is verified, told of the move, and the source marked for good.
    async fn finish(&self, mut mark: Mark, tables: Option<Vec<TableMoved>>) -> Result<Done, MigrateError> {
        let target = Database::open(self.new.database.clone()).await?;
        let recorded =
            count(&target, "SELECT count(*) AS n FROM trail_waiting WHERE name = 'system.moved'", vec![]).await? > 0;
        let tables = match tables {
            Some(tables) => tables,
            // Compared and recorded before it was killed.
            None if recorded => Vec::new(),
            None => {
                let moving = Moving::begin(&self.old.database, &self.new.database).await?;
                let sealer = Sealer::open(&self.old.keys, self.ids.clone()).await?;
                let compared = moving.compare(&row_hash(&sealer)).await;
                moving.end().await?;
                compared.map_err(|error| match error {
                    MoveError::Differs { table } => MigrateError::ChangedAfter { what: table },
                    other => other.into(),
                })?
            }
        };
        let after = self.verified(&self.new).await?;
        if !after.is_ok() || (after.entries, &after.root) != (mark.trail_entries, &mark.trail_root) {
            return Err(MigrateError::ChangedAfter { what: "trail".to_owned() });
        }
        if !recorded {
            let rows = tables.iter().map(|table| table.rows).sum();
            let ledger = Ledger::new(self.ids.clone(), "renkei/main");
            note_move_done(&target, &ledger, mark.begun, tables.len(), rows).await?;
        }
        target.close().await?;
        mark.state = State::Moved;
        moved::write(&self.old.data, &mark).map_err(|e| self.no_mark(&e))?;
        Ok(Done { tables, trail: after })
    }

    fn mark(&self) -> Result<Option<Mark>, MigrateError> {
        moved::read(&self.old.data).map_err(|error| self.no_mark(&error))
    }

    fn no_mark(&self, error: &std::io::Error) -> MigrateError {
        MigrateError::Mark(moved::file(&self.old.data), error.kind())
    }

    /// A target with anything of somebody else in it is not touched at all; and a source in use is refused here.
    async fn refuse_strangers(&self) -> Result<(), MigrateError> {
        let moving = Moving::begin(&self.old.database, &self.new.database).await?;
        let occupied = moving.occupied().await;
        moving.end().await?;
        occupied?.map_or(Ok(()), |table| Err(MigrateError::NotEmpty(table)))
    }

    /// Opens the old house as it is (which brings its tables to their newest shape and refuses a house in use), notes
    /// the move and closes it, so that every record is numbered and signed.
    async fn record_beginning(&self) -> Result<EventId, MigrateError> {
        let opened = wiring::open(self.old.clone(), self.ids.clone()).await?;
        let begun = opened.house.note_move_begins().await;
        opened.close().await?;
        Ok(begun?)
    }

    /// Makes the target's tables, by the same list of migrations as the source's.
    async fn make_tables(&self) -> Result<(), MigrateError> {
        let target = Database::open(self.new.database.clone()).await?;
        let now = self.ids.now();
        renkei_ledger::migrate(&target, now).await?;
        target.migrate(renkei_store::migrations::AREA, renkei_store::migrations::MIGRATIONS, now).await?;
        Ok(target.close().await?)
    }

    /// Whether the commit of the move that `mark` tells of was made.
    async fn is_there(&self, mark: &Mark) -> Result<bool, MigrateError> {
        let target = Database::open(self.new.database.clone().reading_only()).await?;
        let there = target.tables().await?.iter().any(|table| table == "trail_entries");
        let sql = "SELECT count(*) AS n FROM trail_entries WHERE event_id = $1";
        let found = there && count(&target, sql, vec![mark.begun.0.into()]).await? > 0;
        target.close().await?;
        Ok(found)
    }

    async fn verified(&self, place: &Place) -> Result<Report, MigrateError> {
        let key = SigningKey::load(&place.keys, TRAIL_NAME)?;
        let kept = crate::ledger::kept_checkpoints(&place.checkpoints, None)
            .map_err(|_| MigrateError::Trail { place: "checkpoints" })?;
        let database = Database::open(place.database.clone().reading_only()).await?;
        let report = renkei_ledger::verify(&database, &[key.verifier()], &kept).await?;
        database.close().await?;
        Ok(report)
    }
}

/// Keyed by the installation, so that the digests in a report tell nothing to whoever lacks the keys.
fn row_hash(sealer: &Sealer) -> impl Fn(&str, &[u8]) -> [u8; 32] + Send + Sync + '_ {
    |table, row| sealer.lookup_hash("moved.row", &[table.as_bytes(), row])
}

async fn count(database: &Database, sql: &str, values: Vec<Value>) -> Result<i64, MigrateError> {
    let reader = database.reader();
    let statement = Statement::from_sql_and_values(reader.get_database_backend(), sql, values);
    let row = reader.query_one_raw(statement).await;
    let row = row.map_err(renkei_db::Error::from)?;
    Ok(row.map_or(Ok(0), |row| row.try_get::<i64>("", "n")).map_err(renkei_db::Error::from)?)
}

fn say(table: &TableMoved, format: Format) {
    if format == Format::Text {
        eprintln!("{:<24} {:>10} 行 / rows", table.table, table.rows);
    }
}

fn print(done: &Done, format: Format, began: Instant) {
    let rows: u64 = done.tables.iter().map(|table| table.rows).sum();
    if format == Format::Json {
        let tables: Vec<_> = done
            .tables
            .iter()
            .map(|t| serde_json::json!({ "table": t.table, "rows": t.rows, "size_bytes": t.size_bytes }))
            .collect();
        let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let trail = serde_json::json!({ "entries": done.trail.entries, "root": done.trail.root });
        println!("{}", serde_json::json!({ "rows": rows, "tables": tables, "trail": trail, "ms": ms }));
        return;
    }
    println!("{rows} 行を移し、すべて元と同じであることを確かめました。 / {rows} rows moved and compared");
    println!(
        "監査証跡 {} 件、根は前と同じです。 / trail of {} entries, the same root: {}",
        done.trail.entries, done.trail.entries, done.trail.root
    );
    println!("これからは新しい設定ファイルで運転してください。 / From now on run with the new settings.");
}
