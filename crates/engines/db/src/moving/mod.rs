//! A whole database moved from SQLite to PostgreSQL: every table, every row, byte for byte.
//!
//! Separate from acts, since it is neither short nor repeatable. It holds the source's lease, so that nobody writes
//! there; it reads the source in one transaction and writes the target in one, which nobody else sees until it is
//! committed. A kill at any moment before that leaves the source as it was and the target empty. Rows travel in the
//! engine's own binary form and are read back from the target before the commit: number and keyed digest of each table
//! must be the same on both sides. Memory does not grow with the number of rows.

mod rows;

use crate::lease::Lease;
use crate::settings::{Place, Settings};
use crate::{Cause, Error, sqlite};
use futures::StreamExt as _;
use renkei_kernel::{Category, Problem};
use rows::{Digest, Kind, Shape, Tuples};
use sea_orm::DatabaseConnection;
use sea_orm::sqlx::postgres::PgConnection;
use sea_orm::sqlx::sqlite::SqliteConnection;
use sea_orm::sqlx::{self, Connection as _, Row as _};

/// Bytes sent to the server at once.
const SENT_AT_ONCE_BYTES: usize = 256 * 1024;

/// A keyed hash of one row, given its table and its bytes.
pub type RowHash<'a> = dyn Fn(&str, &[u8]) -> [u8; 32] + Send + Sync + 'a;

/// What was moved of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableMoved {
    pub table: String,
    pub rows: u64,
    pub size_bytes: u64,
    /// Keyed digest over all rows, whatever their order.
    pub digest: [u8; 32],
}

#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum MoveError {
    #[error("the source must be SQLite and the target PostgreSQL")]
    Engines,
    #[error("the target is not empty: table {table}")]
    NotEmpty { table: String },
    #[error("source and target have not the same columns: table {table}")]
    Shape { table: String },
    #[error("what the target holds is not what the source holds: table {table}")]
    Differs { table: String },
    #[error(transparent)]
    Database(#[from] Error),
}

impl From<sqlx::Error> for MoveError {
    fn from(error: sqlx::Error) -> Self {
        let error = sea_orm::DbErr::Exec(sea_orm::RuntimeErr::SqlxError(std::sync::Arc::new(error)));
        Self::Database(Error::Statement(Cause::from(error)))
    }
}

impl Problem for MoveError {
    fn category(&self) -> Category {
        match self {
            Self::Engines => Category::Malformed,
            Self::NotEmpty { .. } => Category::Conflict,
            Self::Shape { .. } => Category::Unexpected,
            Self::Differs { .. } => Category::Stopped,
            Self::Database(error) => error.category(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Engines => "move_engines",
            Self::NotEmpty { .. } => "move_target_not_empty",
            Self::Shape { .. } => "move_shape",
            Self::Differs { .. } => "move_differs",
            Self::Database(error) => error.code(),
        }
    }
}

async fn target_pool(target: &Settings) -> Result<sqlx::PgPool, MoveError> {
    let Place::Postgres { url } = &target.place else { return Err(MoveError::Engines) };
    let connection = crate::postgres::open(url, 2, false).await?;
    Ok(connection.get_postgres_connection_pool().clone())
}

async fn target_tables(connection: &mut PgConnection) -> Result<Vec<String>, MoveError> {
    let sql = "SELECT table_name::text FROM information_schema.tables \
               WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name";
    let rows = sqlx::query(sql).fetch_all(connection).await?;
    Ok(rows.iter().map(|row| row.try_get::<String, _>(0)).collect::<Result<_, _>>()?)
}

/// A move under way: the source is held, nothing is copied yet.
pub struct Moving {
    _lease: Lease,
    source: DatabaseConnection,
    target: sqlx::PgPool,
}

impl std::fmt::Debug for Moving {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Moving")
    }
}

impl Moving {
    /// Takes the source for itself. Refused while another program writes there.
    pub async fn begin(source: &Settings, target: &Settings) -> Result<Self, MoveError> {
        let Place::Sqlite { file } = &source.place else { return Err(MoveError::Engines) };
        let lease = Lease::take(sqlite::folder_of(file), &sqlite::name_of(file))?;
        let target = target_pool(target).await?;
        let source = sqlite::open_reader(file, &source.clone().reading_only()).await?;
        Ok(Self { _lease: lease, source, target })
    }

    /// A table of the target that is not the source's, or that holds rows: a reason not to begin.
    pub async fn occupied(&self) -> Result<Option<String>, MoveError> {
        let mut source = self.source.get_sqlite_connection_pool().acquire().await?;
        let ours = source_tables(&mut source).await?;
        let mut target = self.target.acquire().await?;
        for table in target_tables(&mut target).await? {
            if !ours.contains(&table) || (table != crate::migrate::TABLE_NAME && has_rows(&mut target, &table).await?) {
                return Ok(Some(table));
            }
        }
        Ok(None)
    }

    /// Copies every table and commits. `before_commit` runs when all rows were read back and compared, right before the
    /// commit; when it fails nothing is kept. The target's tables must be there, of the same shape and empty.
    pub async fn copy(
        &self,
        hash: &RowHash<'_>,
        say: &(dyn Fn(&TableMoved) + Send + Sync),
        before_commit: impl FnOnce(&[TableMoved]) -> Result<(), MoveError>,
    ) -> Result<Vec<TableMoved>, MoveError> {
        let mut source = self.source.get_sqlite_connection_pool().acquire().await?;
        let mut reading = source.begin().await?;
        let mut target = self.target.acquire().await?;
        let mut writing = target.begin().await?;
        let shapes = same_shapes(&mut reading, &mut writing).await?;
        let all: Vec<&str> = shapes.iter().map(|shape| shape.table.as_str()).collect();
        let lock = format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", all.join(", "));
        run(&mut writing, &lock).await?;
        for shape in &shapes {
            empty(&mut writing, shape).await?;
        }
        let mut moved = Vec::with_capacity(shapes.len());
        for shape in &shapes {
            let sent = send(&mut reading, &mut writing, shape, hash).await?;
            if read_back(&mut writing, shape, hash).await? != sent {
                return Err(MoveError::Differs { table: shape.table.clone() });
            }
            say(&sent);
            moved.push(sent);
        }
        // Without this the server would plan by tables it still believes to be empty.
        run(&mut writing, "ANALYZE").await?;
        before_commit(&moved)?;
        writing.commit().await?;
        reading.rollback().await?;
        Ok(moved)
    }

    /// Compares both sides without writing: for a move whose commit was not seen.
    pub async fn compare(&self, hash: &RowHash<'_>) -> Result<Vec<TableMoved>, MoveError> {
        let mut source = self.source.get_sqlite_connection_pool().acquire().await?;
        let mut reading = source.begin().await?;
        let mut target = self.target.acquire().await?;
        let mut writing = target.begin().await?;
        let mut compared = Vec::new();
        for shape in same_shapes(&mut reading, &mut writing).await? {
            let mut nowhere = Vec::new();
            let there = source_rows(&mut reading, &shape, hash, &mut nowhere, None).await?;
            if read_back(&mut writing, &shape, hash).await? != there {
                return Err(MoveError::Differs { table: shape.table });
            }
            compared.push(there);
        }
        writing.rollback().await?;
        reading.rollback().await?;
        Ok(compared)
    }

    /// Lets go of both sides.
    pub async fn end(self) -> Result<(), MoveError> {
        self.target.close().await;
        self.source.close_by_ref().await.map_err(Error::from)?;
        Ok(())
    }
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<u64, MoveError> {
    Ok(sqlx::query(sqlx::AssertSqlSafe(sql)).execute(connection).await?.rows_affected())
}

async fn source_tables(source: &mut SqliteConnection) -> Result<Vec<String>, MoveError> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let rows = sqlx::query(sql).fetch_all(source).await?;
    Ok(rows.iter().map(|row| row.try_get::<String, _>(0)).collect::<Result<_, _>>()?)
}

async fn has_rows(target: &mut PgConnection, table: &str) -> Result<bool, MoveError> {
    let sql = format!("SELECT 1 FROM {table} LIMIT 1");
    Ok(sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_optional(target).await?.is_some())
}

/// The tables of both sides, which must be the same, with the same columns.
async fn same_shapes(source: &mut SqliteConnection, target: &mut PgConnection) -> Result<Vec<Shape>, MoveError> {
    let names = source_tables(source).await?;
    let there = target_tables(target).await?;
    if let Some(table) = names.iter().find(|name| !there.contains(name)).or(there.iter().find(|t| !names.contains(t))) {
        return Err(MoveError::Shape { table: table.clone() });
    }
    let mut shapes = Vec::with_capacity(names.len());
    for table in names {
        let columns = sqlx::query("SELECT name FROM pragma_table_info($1) ORDER BY name").bind(&table);
        let rows = columns.fetch_all(&mut *source).await?;
        let ours: Vec<String> = rows.iter().map(|row| row.try_get::<String, _>(0)).collect::<Result<_, _>>()?;
        let sql = "SELECT column_name::text, data_type::text FROM information_schema.columns \
                   WHERE table_schema = current_schema() AND table_name = $1";
        let rows = sqlx::query(sql).bind(&table).fetch_all(&mut *target).await?;
        let mut columns = Vec::with_capacity(rows.len());
        for row in &rows {
            let kind = Kind::of(&row.try_get::<String, _>(1)?);
            let Some(kind) = kind else { return Err(MoveError::Shape { table }) };
            columns.push((row.try_get::<String, _>(0)?, kind));
        }
        columns.sort();
        if columns.iter().map(|(name, _)| name).ne(ours.iter()) {
            return Err(MoveError::Shape { table });
        }
        shapes.push(Shape { table, columns });
    }
    Ok(shapes)
}

/// Refuses a table with rows. The list of migrations is there already and is replaced by the source's own.
async fn empty(target: &mut PgConnection, shape: &Shape) -> Result<(), MoveError> {
    if shape.table == crate::migrate::TABLE_NAME {
        run(target, &format!("DELETE FROM {}", shape.table)).await?;
        return Ok(());
    }
    if has_rows(target, &shape.table).await? {
        return Err(MoveError::NotEmpty { table: shape.table.clone() });
    }
    Ok(())
}

/// Reads a table of the source; its rows go to `copy` whenever enough of them have gathered in `out`.
async fn source_rows(
    source: &mut SqliteConnection,
    shape: &Shape,
    hash: &RowHash<'_>,
    out: &mut Vec<u8>,
    mut copy: Option<&mut sqlx::postgres::PgCopyIn<&mut PgConnection>>,
) -> Result<TableMoved, MoveError> {
    let sql = format!("SELECT {} FROM {}", shape.names(), shape.table);
    let mut rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch(source);
    let mut digest = Digest::default();
    while let Some(row) = rows.next().await {
        let began = out.len();
        shape.write(&row?, out)?;
        let tuple = out.get(began..).unwrap_or_default();
        digest.add(&hash(&shape.table, tuple), tuple.len());
        match &mut copy {
            None => out.clear(),
            Some(copy) if out.len() >= SENT_AT_ONCE_BYTES => {
                copy.send(std::mem::take(out)).await?;
            }
            Some(_) => {}
        }
    }
    Ok(digest.of(&shape.table))
}

async fn send(
    source: &mut SqliteConnection,
    target: &mut PgConnection,
    shape: &Shape,
    hash: &RowHash<'_>,
) -> Result<TableMoved, MoveError> {
    let sql = format!("COPY {} ({}) FROM STDIN (FORMAT binary)", shape.table, shape.names());
    let mut copy = target.copy_in_raw(&sql).await?;
    let mut out = rows::HEAD.to_vec();
    let sent = match source_rows(source, shape, hash, &mut out, Some(&mut copy)).await {
        Ok(sent) => sent,
        Err(error) => {
            copy.abort("the source could not be read").await?;
            return Err(error);
        }
    };
    out.extend_from_slice(&rows::END);
    copy.send(out).await?;
    copy.finish().await?;
    Ok(sent)
}

/// What the target holds of a table, as it says itself.
async fn read_back(target: &mut PgConnection, shape: &Shape, hash: &RowHash<'_>) -> Result<TableMoved, MoveError> {
    let sql = format!("COPY {} ({}) TO STDOUT (FORMAT binary)", shape.table, shape.names());
    let mut stream = target.copy_out_raw(&sql).await?;
    let (mut tuples, mut digest) = (Tuples::default(), Digest::default());
    while let Some(part) = stream.next().await {
        tuples.take(&part?);
        while let Some(tuple) = tuples.next(shape) {
            digest.add(&hash(&shape.table, tuple), tuple.len());
        }
    }
    if !tuples.ended(shape) {
        return Err(MoveError::Differs { table: shape.table.clone() });
    }
    Ok(digest.of(&shape.table))
}
