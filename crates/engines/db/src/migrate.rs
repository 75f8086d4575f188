//! Brings a database to the newest shape, one named migration per transaction.
//!
//! Not sea-orm-migration: its files need a trait implementation each and know nothing of our column diet; this is a
//! table of names and sixty lines. Each caller hands in the whole ordered list (`0001_create_trail`, …); a migrated
//! database equals a fresh one because both ran the same list.

use crate::{Database, Error, Schema};
use futures::future::BoxFuture;
use sea_orm::{ConnectionTrait, Statement};

/// One step. `name` is `NNNN_verb_object` and never changes once released.
#[derive(Clone, Copy)]
pub struct Migration {
    pub name: &'static str,
    pub up: fn(&mut Schema),
}

impl Migration {
    pub const fn new(name: &'static str, up: fn(&mut Schema)) -> Self {
        Self { name, up }
    }
}

impl std::fmt::Debug for Migration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Migration({})", self.name)
    }
}

pub(crate) const TABLE_NAME: &str = "schema_migrations";
const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (area text NOT NULL, name text NOT NULL, \
                     applied_at bigint NOT NULL, PRIMARY KEY (area, name))";

impl Database {
    /// Applies what is missing of `area`'s list, in order, and answers how many ran. `area` keeps lists of different
    /// crates apart. `now` is microseconds, for the record only. Refuses a database that already went further than
    /// the list: it belongs to a newer program.
    pub async fn migrate(
        &self,
        area: &'static str,
        migrations: &'static [Migration],
        now: renkei_kernel::Timestamp,
    ) -> Result<usize, Error> {
        check_names(migrations)?;
        // Two nodes that start together may both try to make the table; PostgreSQL then refuses the second one's
        // catalogue row, and the second attempt finds the table.
        if self.make_migrations_table().await.is_err() {
            self.make_migrations_table().await?;
        }
        let applied = migrations_applied(self, area).await?;
        if let Some(unknown) = applied.iter().find(|name| !migrations.iter().any(|m| m.name == name.as_str())) {
            return Err(Error::Migration {
                name: unknown.clone(),
                reason: "it was applied by a newer program; use that one".to_owned(),
            });
        }
        let mut ran = 0;
        for migration in migrations.iter().filter(|m| !applied.iter().any(|name| name == m.name)) {
            let migration = *migration;
            let did = self
                .act(move |tx| -> BoxFuture<'_, Result<bool, Error>> {
                    Box::pin(async move {
                        let backend = tx.get_database_backend();
                        let claimed = tx
                            .execute_raw(Statement::from_sql_and_values(
                                backend,
                                "INSERT INTO schema_migrations (area, name, applied_at) VALUES ($1, $2, $3) \
                                 ON CONFLICT (area, name) DO NOTHING",
                                [area.into(), migration.name.into(), now.micros().into()],
                            ))
                            .await?;
                        if claimed.rows_affected() == 0 {
                            return Ok(false);
                        }
                        let mut schema = Schema::new(tx.engine());
                        (migration.up)(&mut schema);
                        for statement in schema.statements() {
                            tx.execute_unprepared(&statement).await.map_err(|e| Error::Migration {
                                name: migration.name.to_owned(),
                                reason: crate::Cause::from(e).to_string(),
                            })?;
                        }
                        Ok(true)
                    })
                })
                .await?;
            ran += usize::from(did);
        }
        Ok(ran)
    }

    async fn make_migrations_table(&self) -> Result<(), Error> {
        self.act(|tx| -> BoxFuture<'_, Result<(), Error>> {
            Box::pin(async move {
                tx.execute_unprepared(TABLE).await?;
                Ok(())
            })
        })
        .await
    }
}

/// Names already applied for `area`, in order.
pub async fn migrations_applied(database: &Database, area: &str) -> Result<Vec<String>, Error> {
    let reader = database.reader();
    let rows = reader
        .query_all_raw(Statement::from_sql_and_values(
            reader.get_database_backend(),
            "SELECT name FROM schema_migrations WHERE area = $1 ORDER BY name",
            [area.into()],
        ))
        .await?;
    Ok(rows.iter().map(|row| row.try_get::<String>("", "name")).collect::<Result<_, _>>()?)
}

fn check_names(migrations: &[Migration]) -> Result<(), Error> {
    for (position, migration) in migrations.iter().enumerate() {
        let number = migration.name.split('_').next().and_then(|n| n.parse::<usize>().ok());
        if number != Some(position + 1) || migration.name.len() < 8 {
            return Err(Error::Migration {
                name: migration.name.to_owned(),
                reason: format!("names are NNNN_verb_object and count up; here {:04} is expected", position + 1),
            });
        }
    }
    Ok(())
}
