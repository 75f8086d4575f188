//! Where the database is and how it is opened.

use crate::Error;
use std::path::{Path, PathBuf};

/// Which engine stands behind a [`crate::Database`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Address and manner of opening. Made by one of the constructors, then adjusted field by field.
#[derive(Clone)]
pub struct Settings {
    pub(crate) place: Place,
    /// Connections for reading. SQLite: four opened read-only. PostgreSQL: also the number of acts at once.
    pub readers: u32,
    /// SQLite: overwrite what is deleted, and keep no write-ahead log with old pages (for the key store).
    pub secure_delete: bool,
    /// Open for reading only: no lease, no writer, acts answer [`Error::ReadOnly`].
    pub read_only: bool,
}

#[derive(Clone)]
pub(crate) enum Place {
    Sqlite { file: PathBuf },
    Postgres { url: String },
}

impl Settings {
    /// An SQLite file, made when absent. Its folder carries the lease `<file name>.lease`.
    pub fn sqlite(file: impl AsRef<Path>) -> Self {
        Self {
            place: Place::Sqlite { file: file.as_ref().to_owned() },
            readers: 4,
            secure_delete: false,
            read_only: false,
        }
    }

    /// A PostgreSQL database by its `postgres://…` address.
    pub fn postgres(url: impl Into<String>) -> Self {
        Self { place: Place::Postgres { url: url.into() }, readers: 16, secure_delete: false, read_only: false }
    }

    /// `postgres://…`/`postgresql://…` or `sqlite:PATH`; the form of the settings file.
    pub fn parse(address: &str) -> Result<Self, Error> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            Ok(Self::postgres(address))
        } else if let Some(path) = address.strip_prefix("sqlite:") {
            if path.is_empty() || path.starts_with("//") || path.contains('?') {
                return Err(Error::Address("write sqlite:PATH with the path of the file"));
            }
            Ok(Self::sqlite(path))
        } else {
            Err(Error::Address("it starts neither with postgres:// nor with sqlite:"))
        }
    }

    /// Opened for reading only, e.g. a copied file that is to be verified.
    pub fn reading_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Deleted rows are overwritten; meant for the key store.
    pub fn with_secure_delete(mut self) -> Self {
        self.secure_delete = true;
        self
    }

    pub fn engine(&self) -> Engine {
        match self.place {
            Place::Sqlite { .. } => Engine::Sqlite,
            Place::Postgres { .. } => Engine::Postgres,
        }
    }
}

impl std::fmt::Debug for Settings {
    /// The address of a server may hold a password, so it is not printed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.place {
            Place::Sqlite { file } => write!(f, "Settings(sqlite {})", file.display()),
            Place::Postgres { .. } => f.write_str("Settings(postgres)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_its_engine() {
        assert_eq!(Settings::parse("postgres://db/renkei").unwrap().engine(), Engine::Postgres);
        assert_eq!(Settings::parse("sqlite:/var/lib/renkei/renkei.db").unwrap().engine(), Engine::Sqlite);
        for wrong in ["", "mysql://x", "sqlite:", "sqlite::memory:?x=1", "/var/lib/renkei.db"] {
            assert!(Settings::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_password_in_the_address_is_not_printed() {
        let printed = format!("{:?}", Settings::postgres("postgres://renkei:secret@db/renkei"));
        assert!(!printed.contains("secret"));
    }
}
