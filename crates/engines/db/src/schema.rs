//! Tables in words both engines understand: 16-byte ids, bytes, integers for time, text; no triggers, no sequences.
//!
//! Written by hand rather than through a schema library because the diet is small and each word must mean exactly
//! one column type on each engine. On SQLite tables are STRICT, so that a wrong type fails there as it would on
//! PostgreSQL. Names are literals of the program; nothing from outside ever comes here.

use crate::Engine;

/// Collects the statements of one migration.
#[derive(Debug)]
pub struct Schema {
    engine: Engine,
    statements: Vec<String>,
}

impl Schema {
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine, statements: Vec::new() }
    }

    pub(crate) fn statements(self) -> Vec<String> {
        self.statements
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// A new table. `schema.table("charts", |t| { t.id("chart_id").micros("made_at"); t.key(&["chart_id"]); })`
    pub fn table(&mut self, name: &'static str, columns: impl FnOnce(&mut Table)) -> &mut Self {
        let mut table = Table::new(self.engine, name);
        columns(&mut table);
        self.statements.append(&mut table.statements());
        self
    }

    /// A further index of an existing table.
    pub fn index(&mut self, table: &'static str, columns: &[&str]) -> &mut Self {
        self.statements.push(index_statement(table, columns, false));
        self
    }

    /// A further unique index of an existing table.
    pub fn unique(&mut self, table: &'static str, columns: &[&str]) -> &mut Self {
        self.statements.push(index_statement(table, columns, true));
        self
    }

    /// A further index of an existing table over the rows that have a value in the column: for a column that few rows
    /// fill, so that finding those few does not read all.
    pub fn index_of_filled(&mut self, table: &'static str, column: &str) -> &mut Self {
        let statement = index_statement(table, &[column], false);
        self.statements.push(format!("{statement} WHERE {column} IS NOT NULL"));
        self
    }

    /// Further columns of an existing table; they must be optional (`…_or_null`), as rows are already there.
    pub fn add_columns(&mut self, table: &'static str, columns: impl FnOnce(&mut Table)) -> &mut Self {
        let mut added = Table::new(self.engine, table);
        columns(&mut added);
        for column in added.columns {
            self.statements.push(format!("ALTER TABLE {table} ADD COLUMN {column}"));
        }
        self
    }

    /// A statement that is the same on both engines (data moved by a migration).
    pub fn sql(&mut self, statement: &'static str) -> &mut Self {
        self.statements.push(statement.to_owned());
        self
    }
}

fn index_statement(table: &str, columns: &[&str], unique: bool) -> String {
    let unique_word = if unique { "UNIQUE " } else { "" };
    format!("CREATE {unique_word}INDEX {table}__{} ON {table} ({})", columns.join("__"), columns.join(", "))
}

/// One table being described. Columns are NOT NULL unless the word ends in `_or_null`.
#[derive(Debug)]
pub struct Table {
    engine: Engine,
    name: &'static str,
    columns: Vec<String>,
    constraints: Vec<String>,
    indexes: Vec<String>,
    clustered: bool,
}

macro_rules! column_words {
    ($($(#[$doc:meta])* $word:ident, $word_or_null:ident: $sqlite:literal, $postgres:literal;)+) => {$(
        $(#[$doc])*
        pub fn $word(&mut self, column: &str) -> &mut Self {
            self.column(column, $sqlite, $postgres, " NOT NULL")
        }
        #[doc = concat!("As `", stringify!($word), "`, may be absent.")]
        pub fn $word_or_null(&mut self, column: &str) -> &mut Self {
            self.column(column, $sqlite, $postgres, "")
        }
    )+};
}

impl Table {
    fn new(engine: Engine, name: &'static str) -> Self {
        Self { engine, name, columns: vec![], constraints: vec![], indexes: vec![], clustered: false }
    }

    column_words! {
        /// Sixteen bytes; `sea_orm::prelude::Uuid` in an entity.
        id, id_or_null: "BLOB", "uuid";
        /// Bytes of any length: sealed values, keyed hashes; `Vec<u8>`.
        bytes, bytes_or_null: "BLOB", "bytea";
        /// Microseconds since 1970 in UTC; `i64`.
        micros, micros_or_null: "INTEGER", "bigint";
        /// `i64`.
        big, big_or_null: "INTEGER", "bigint";
        /// `i32`.
        int, int_or_null: "INTEGER", "integer";
        /// `i16`: kinds, states.
        small, small_or_null: "INTEGER", "smallint";
        /// `bool`.
        flag, flag_or_null: "INTEGER", "boolean";
        /// `String`, also JSON.
        text, text_or_null: "TEXT", "text";
    }

    fn column(&mut self, name: &str, sqlite: &str, postgres: &str, null: &str) -> &mut Self {
        let kind = match self.engine {
            Engine::Sqlite => sqlite,
            Engine::Postgres => postgres,
        };
        self.columns.push(format!("{name} {kind}{null}"));
        self
    }

    /// The primary key.
    pub fn key(&mut self, columns: &[&str]) -> &mut Self {
        self.constraints.push(format!("PRIMARY KEY ({})", columns.join(", ")));
        self
    }

    pub fn unique(&mut self, columns: &[&str]) -> &mut Self {
        self.indexes.push(index_statement(self.name, columns, true));
        self
    }

    pub fn index(&mut self, columns: &[&str]) -> &mut Self {
        self.indexes.push(index_statement(self.name, columns, false));
        self
    }

    /// `columns` point to a row of `table`.
    pub fn references(&mut self, columns: &[&str], table: &str, its: &[&str]) -> &mut Self {
        self.constraints.push(format!("FOREIGN KEY ({}) REFERENCES {table} ({})", columns.join(", "), its.join(", ")));
        self
    }

    /// SQLite keeps the rows in the order of the primary key (WITHOUT ROWID): for narrow rows read by key prefix.
    /// Not for rows with large values. PostgreSQL ignores it.
    pub fn clustered(&mut self) -> &mut Self {
        self.clustered = true;
        self
    }

    fn statements(self) -> Vec<String> {
        let mut parts = self.columns;
        parts.extend(self.constraints);
        let options = match (self.engine, self.clustered) {
            (Engine::Postgres, _) => "",
            (Engine::Sqlite, false) => " STRICT",
            (Engine::Sqlite, true) => " STRICT, WITHOUT ROWID",
        };
        let mut statements = vec![format!("CREATE TABLE {} ({}){options}", self.name, parts.join(", "))];
        statements.extend(self.indexes);
        statements
    }
}
