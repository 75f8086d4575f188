//! Many rows of one table in one statement.
//!
//! SQLite takes a row list. PostgreSQL would have to read, analyse and plan a statement of hundreds of parameters anew
//! for every number of rows, which costs more than the rows themselves; there each column travels as one array
//! (`unnest`), so that the statement is the same for any number of rows and stays prepared.

use crate::{Engine, Tx};
use sea_orm::sea_query::ArrayType;
use sea_orm::{ConnectionTrait, DbErr, Statement, Value};

/// What a column holds; the words are those of [`crate::Table`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    Id,
    Bytes,
    /// `i64`, also microseconds.
    Big,
    Int,
    Small,
    Text,
    IdOrNull,
    BytesOrNull,
    BigOrNull,
}

/// A column of a table, by its literal name.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub holds: Holds,
}

impl Column {
    pub const fn new(name: &'static str, holds: Holds) -> Self {
        Self { name, holds }
    }
}

/// Rows of one statement of PostgreSQL.
const ROWS_MAX: usize = 1_000;
/// Rows of one statement of SQLite; sixteen columns stay far below the 32,766 values that it takes.
const LIST_ROWS_MAX: usize = 128;
/// Up to as many rows any number has a statement of its own; above it each multiple has one.
const LIST_ROWS_STEP: usize = 16;

/// How many of `left` rows the next statement of SQLite takes. Few numbers only, so that the statements stay prepared:
/// reading one of a hundred rows costs as much as running it.
fn rows_at_once(left: usize) -> usize {
    match left {
        0..=LIST_ROWS_STEP => left,
        LIST_ROWS_MAX.. => LIST_ROWS_MAX,
        _ => left - left % LIST_ROWS_STEP,
    }
}

impl Tx {
    /// Inserts rows whose values stand in the order of `columns`. A row of another length fails.
    pub async fn insert_rows(
        &self,
        table: &'static str,
        columns: &'static [Column],
        rows: Vec<Vec<Value>>,
    ) -> Result<(), DbErr> {
        if rows.iter().any(|row| row.len() != columns.len()) {
            return Err(DbErr::Custom(format!("a row of {table} has another number of columns")));
        }
        let mut rows = rows.into_iter();
        loop {
            let at_once = match self.engine() {
                Engine::Sqlite => rows_at_once(rows.len()),
                Engine::Postgres => ROWS_MAX,
            };
            let part: Vec<Vec<Value>> = rows.by_ref().take(at_once).collect();
            if part.is_empty() {
                return Ok(());
            }
            let as_arrays = self.engine() == Engine::Postgres && !part.iter().any(|row| holds_a_stand_in(columns, row));
            let (sql, values) =
                if as_arrays { arrays(table, columns, part) } else { list(self.engine(), table, columns, part) };
            self.execute_raw(Statement::from_sql_and_values(self.get_database_backend(), sql, values)).await?;
        }
    }
}

fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
}

/// Row by row; the places of the values are marked as the engine names them.
fn list(engine: Engine, table: &str, columns: &[Column], rows: Vec<Vec<Value>>) -> (String, Vec<Value>) {
    let mut sql = format!("INSERT INTO {table} ({}) VALUES ", names(columns));
    let mut next = 0;
    for position in 0..rows.len() {
        sql.push_str(if position == 0 { "(" } else { ", (" });
        for column in 0..columns.len() {
            next += 1;
            sql.push_str(if column == 0 { "" } else { ", " });
            match engine {
                // Without a name: SQLite looks for a named one among all before it, the driver for each once more.
                Engine::Sqlite => sql.push('?'),
                Engine::Postgres => sql.push_str(&format!("${next}")),
            }
        }
        sql.push(')');
    }
    (sql, rows.into_iter().flatten().collect())
}

/// The driver's arrays hold no NULL. In their place stands a value that the column never has, and the statement turns
/// it back.
fn stand_in(holds: Holds) -> Option<(Value, &'static str)> {
    match holds {
        Holds::IdOrNull => {
            Some((Value::from(sea_orm::prelude::Uuid::nil()), "'00000000-0000-0000-0000-000000000000'::uuid"))
        }
        Holds::BytesOrNull => Some((Value::from(Vec::<u8>::new()), "'\\x'::bytea")),
        Holds::BigOrNull => Some((Value::from(i64::MIN), "(-9223372036854775808)::bigint")),
        _ => None,
    }
}

/// A row that really has the value which would stand for NULL goes the other way.
fn holds_a_stand_in(columns: &[Column], row: &[Value]) -> bool {
    columns.iter().zip(row).any(|(column, value)| stand_in(column.holds).is_some_and(|(stands, _)| stands == *value))
}

fn arrays(table: &str, columns: &[Column], rows: Vec<Vec<Value>>) -> (String, Vec<Value>) {
    let (mut chosen, mut given, mut kinds) = (Vec::new(), Vec::new(), Vec::new());
    for (position, column) in columns.iter().enumerate() {
        let (kind, array) = match column.holds {
            Holds::Id | Holds::IdOrNull => ("uuid", ArrayType::Uuid),
            Holds::Bytes | Holds::BytesOrNull => ("bytea", ArrayType::Bytes),
            Holds::Big | Holds::BigOrNull => ("bigint", ArrayType::BigInt),
            Holds::Int => ("integer", ArrayType::Int),
            Holds::Small => ("smallint", ArrayType::SmallInt),
            Holds::Text => ("text", ArrayType::String),
        };
        given.push(format!("${}::{kind}[]", position + 1));
        chosen.push(match stand_in(column.holds) {
            Some((_, written)) => format!("NULLIF(given.{}, {written})", column.name),
            None => format!("given.{}", column.name),
        });
        kinds.push(array);
    }
    let sql = format!(
        "INSERT INTO {table} ({names}) SELECT {} FROM unnest({}) AS given ({names})",
        chosen.join(", "),
        given.join(", "),
        names = names(columns),
    );
    let mut values: Vec<Vec<Value>> = columns.iter().map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        for ((column, value), into) in columns.iter().zip(row).zip(&mut values) {
            let is_null = value == value.as_null();
            into.push(match stand_in(column.holds) {
                Some((stands, _)) if is_null => stands,
                _ => value,
            });
        }
    }
    let values =
        kinds.into_iter().zip(values).map(|(kind, values)| Value::Array(kind, Some(Box::new(values)))).collect();
    (sql, values)
}
