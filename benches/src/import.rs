//! Import of generated storages with everything on: decode, map, seal, one trail record a message, durable commits of at
//! most a hundred messages, projections. Beside it a raw multi-row insert of the very same rows by rusqlite, as durable
//! and in commits of as many messages; and the same import into PostgreSQL.

use crate::home::{Home, Opened};
use crate::postgres::Cluster;
use crate::report::Report;
use crate::{Outcome, process};
use renkei_demo::region::DEMO_SEED;
use renkei_demo::region::institutions::INSTITUTIONS;
use renkei_demo::{Region, Scale, Summary};
use renkei_kernel::{Clock, SystemClock};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::path::Path;
use std::time::Instant;

/// Messages of one commit, as in `kernel::limits::IMPORT_BATCH_MESSAGES_MAX`.
const MESSAGES_A_COMMIT: usize = renkei_kernel::limits::IMPORT_BATCH_MESSAGES_MAX;
/// Tables that an import fills, in the order in which one message's rows are written.
const TABLES: [&str; 6] = ["messages", "entries", "projections", "trail_entries", "trail_tiles", "trail_checkpoints"];

pub async fn measure(report: &mut Report, patients: usize) -> Outcome<()> {
    let folder = tempfile::Builder::new().prefix("renkei-bench-").tempdir()?;
    let region = Region::new(DEMO_SEED, SystemClock.now());
    let scale = Scale::benchmark(patients);
    let written = region.write_storages(&folder.path().join("storages"), &scale)?;
    report.number("files of the generated storages", written.files as f64, "");
    report.number("bytes a file", written.bytes as f64 / written.files as f64, "");

    let home = Home::make(&folder.path().join("sqlite")).await?;
    let opened = home.open(None).await?;
    opened.house.load_register(&home.register(&region, &scale)?).await?;
    let before = process::processor_seconds(None)?;
    let began = Instant::now();
    let (messages, ours) = import(&opened, &written).await?;
    let used = process::processor_seconds(None)? - before;
    opened.close().await?;
    let numbered = messages as f64 / began.elapsed().as_secs_f64();
    let rows = Rows::read(&home.database())?;
    let total: usize = rows.tables.iter().map(|table| table.rows.len()).sum();
    report.number("rows a message", total as f64 / messages as f64, "");
    report.number("processor time a message", used / messages as f64 * 1e6, "µs");

    let floor = messages as f64 / rows.insert(&folder.path().join("floor.sqlite"), messages)?;
    report.beside("import into SQLite, everything on", ours, "messages/s", "the bar", 1_500.0);
    report.beside("import into SQLite, everything on", ours, "messages/s", "raw insert of the same rows", floor);
    report.beside("… until its last record is numbered and signed", numbered, "messages/s", "the same", floor);

    let cluster = Cluster::start()?;
    let other = Home::make(&folder.path().join("postgresql")).await?;
    let opened = other.open(Some(&cluster.url())).await?;
    opened.house.load_register(&other.register(&region, &scale)?).await?;
    let (_, postgresql) = import(&opened, &written).await?;
    opened.close().await?;
    report.beside("import into PostgreSQL, everything on", postgresql, "messages/s", "ours on SQLite", ours);
    Ok(())
}

/// Imports every storage; answers how many messages came in, and how many a second until all were durable.
async fn import(opened: &Opened, written: &Summary) -> Outcome<(usize, f64)> {
    let began = Instant::now();
    let mut stored = 0;
    for storage in &written.institutions {
        let Some(institution) = INSTITUTIONS.iter().find(|i| i.code == storage.institution) else { continue };
        let roots = std::slice::from_ref(&storage.root);
        let summary = renkei_intake::import_ssmix2(&opened.house, institution.facility, roots, &|_| {}).await?;
        stored += summary.counts.stored;
    }
    let seconds = began.elapsed().as_secs_f64();
    let stored = usize::try_from(stored)?;
    if stored == 0 {
        return Err("nothing was imported".into());
    }
    Ok((stored, stored as f64 / seconds))
}

struct Table {
    name: &'static str,
    /// `CREATE` statements of the table and its indexes.
    made_by: Vec<String>,
    columns: usize,
    rows: Vec<Vec<Value>>,
}

struct Rows {
    tables: Vec<Table>,
}

impl Rows {
    /// What an import left in a database.
    fn read(file: &Path) -> Outcome<Self> {
        let database = Connection::open(file)?;
        let mut tables = Vec::new();
        for name in TABLES {
            let mut made = database
                .prepare("SELECT sql FROM sqlite_master WHERE tbl_name = ?1 AND sql IS NOT NULL ORDER BY type DESC")?;
            let made_by = made.query_map([name], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
            // In the order of the import, not of the key: that is how the rows came.
            let order = match name {
                "messages" => "ORDER BY recorded_at, chart_id, sequence",
                "entries" => "ORDER BY recorded_at, chart_id, message_id, position",
                _ => "",
            };
            let mut all = database.prepare(&format!("SELECT * FROM {name} {order}"))?;
            let columns = all.column_count();
            let rows = all
                .query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?
                .collect::<Result<Vec<Vec<Value>>, _>>()?;
            tables.push(Table { name, made_by, columns, rows });
        }
        Ok(Self { tables })
    }

    /// Inserts all rows into a new file, as durable as ours; answers the seconds it took.
    fn insert(&self, file: &Path, messages: usize) -> Outcome<f64> {
        let mut database = Connection::open(file)?;
        database.pragma_update(None, "journal_mode", "WAL")?;
        database.pragma_update(None, "synchronous", "FULL")?;
        for statement in self.tables.iter().flat_map(|table| &table.made_by) {
            database.execute(statement, [])?;
        }
        let commits = messages.div_ceil(MESSAGES_A_COMMIT);
        let began = Instant::now();
        for commit in 0..commits {
            let tx = database.transaction()?;
            for table in &self.tables {
                // The commit's share of this table.
                let share = |nth: usize| table.rows.len() * nth / commits;
                let rows = table.rows.get(share(commit)..share(commit + 1)).unwrap_or_default();
                if rows.is_empty() {
                    continue;
                }
                let one = format!("({})", vec!["?"; table.columns].join(", "));
                let sql = format!("INSERT INTO {} VALUES {}", table.name, vec![one.as_str(); rows.len()].join(", "));
                tx.prepare_cached(&sql)?.execute(params_from_iter(rows.iter().flatten()))?;
            }
            tx.commit()?;
        }
        Ok(began.elapsed().as_secs_f64())
    }
}
