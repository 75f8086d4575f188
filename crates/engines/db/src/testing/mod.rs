//! Databases for tests: the same test runs on a fresh SQLite file and on a fresh PostgreSQL database.
//!
//! ```ignore
//! for engine in Engine::BOTH {
//!     let test = renkei_db::testing::open(engine).await;
//!     test.act(…).await?;
//! }
//! ```
//! PostgreSQL is the real server of the distribution's package, started by the first test that needs it. When it is
//! not installed the test fails and says what to install; nothing is skipped silently.
#![allow(clippy::panic, clippy::expect_used, reason = "test support: a broken set-up must stop the test loudly")]

mod cluster;

pub use cluster::OwnServer;

use crate::{Database, Engine, Settings};
use std::ops::Deref;
use std::path::{Path, PathBuf};

impl Engine {
    /// Both engines, for loops of tests.
    pub const BOTH: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

/// An open database that disappears when dropped.
#[derive(Debug)]
pub struct TestDatabase {
    database: Database,
    settings: Settings,
    folder: tempfile::TempDir,
    _postgres: Option<cluster::CreatedDatabase>,
}

/// A fresh, empty database of `engine`.
pub async fn open(engine: Engine) -> TestDatabase {
    let folder = tempfile::Builder::new().prefix("renkei-test-").tempdir().expect("a temporary folder");
    let (settings, created) = match engine {
        Engine::Sqlite => (Settings::sqlite(folder.path().join("renkei.db")), None),
        Engine::Postgres => {
            let created = tokio::task::spawn_blocking(cluster::create_database).await.expect("the cluster's starter");
            let mut settings = Settings::postgres(created.url());
            settings.readers = 6;
            (settings, Some(created))
        }
    };
    let database = Database::open(settings.clone()).await.expect("the test database opens");
    TestDatabase { database, settings, folder, _postgres: created }
}

/// A fresh PostgreSQL database on a server of its own, for tests that stop and start it.
pub async fn open_on_own_server() -> (TestDatabase, OwnServer) {
    let folder = tempfile::Builder::new().prefix("renkei-test-").tempdir().expect("a temporary folder");
    let (server, created) = tokio::task::spawn_blocking(OwnServer::create).await.expect("the server's starter");
    let mut settings = Settings::postgres(created.url());
    settings.readers = 6;
    let database = Database::open(settings.clone()).await.expect("the test database opens");
    (TestDatabase { database, settings, folder, _postgres: Some(created) }, server)
}

impl TestDatabase {
    pub fn database(&self) -> Database {
        self.database.clone()
    }
    /// How it was opened; a second node opens the same PostgreSQL database with it.
    pub fn settings(&self) -> Settings {
        self.settings.clone()
    }
    /// A folder of this test alone, removed with it (on SQLite the database lies in it).
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
    /// The SQLite file; `None` on PostgreSQL.
    pub fn file(&self) -> Option<PathBuf> {
        (self.database.engine() == Engine::Sqlite).then(|| self.folder.path().join("renkei.db"))
    }
    /// Address in the form of [`Settings::parse`], for a child process that opens the same database.
    pub fn address(&self) -> String {
        match &self.settings.place {
            crate::settings::Place::Sqlite { file } => format!("sqlite:{}", file.display()),
            crate::settings::Place::Postgres { url } => url.clone(),
        }
    }
    /// Closes it and opens it again, as a restart would.
    pub async fn reopen(&mut self) {
        self.database.close().await.expect("the test database closes");
        self.database = Database::open(self.settings.clone()).await.expect("the test database opens again");
    }
}

impl Deref for TestDatabase {
    type Target = Database;
    fn deref(&self) -> &Database {
        &self.database
    }
}
