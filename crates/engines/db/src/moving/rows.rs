//! Rows in the binary form of PostgreSQL's COPY: a count of fields, then each field's length and bytes; -1 for NULL.
//!
//! The same bytes go out and come back, so that a row that is the same on both sides has the same hash on both.

use super::{MoveError, TableMoved};
use sea_orm::sqlx::Row as _;
use sea_orm::sqlx::sqlite::SqliteRow;

/// What a column holds, by the target's word for it. The source's words are fewer: an id is bytes there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Id,
    Bytes,
    Big,
    Int,
    Small,
    Flag,
    Text,
}

impl Kind {
    pub fn of(word: &str) -> Option<Self> {
        Some(match word {
            "uuid" => Self::Id,
            "bytea" => Self::Bytes,
            "bigint" => Self::Big,
            "integer" => Self::Int,
            "smallint" => Self::Small,
            "boolean" => Self::Flag,
            "text" => Self::Text,
            _ => return None,
        })
    }
}

/// A table and its columns, by name.
pub(super) struct Shape {
    pub table: String,
    pub columns: Vec<(String, Kind)>,
}

/// Signature, flags and extension length.
pub(super) const HEAD: [u8; 19] = *b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
pub(super) const END: [u8; 2] = (-1i16).to_be_bytes();

impl Shape {
    pub fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn wrong(&self) -> MoveError {
        MoveError::Shape { table: self.table.clone() }
    }

    /// Appends a row of the source.
    pub fn write(&self, row: &SqliteRow, out: &mut Vec<u8>) -> Result<(), MoveError> {
        let count = i16::try_from(self.columns.len()).map_err(|_| self.wrong())?;
        out.extend_from_slice(&count.to_be_bytes());
        for (position, (_, kind)) in self.columns.iter().enumerate() {
            let written = match kind {
                Kind::Id | Kind::Bytes => {
                    let value: Option<&[u8]> = row.try_get(position)?;
                    if *kind == Kind::Id && value.is_some_and(|id| id.len() != 16) {
                        return Err(self.wrong());
                    }
                    field(value, out)
                }
                Kind::Text => field(row.try_get::<Option<&str>, _>(position)?.map(str::as_bytes), out),
                Kind::Big | Kind::Int | Kind::Small | Kind::Flag => {
                    let number: Option<i64> = row.try_get(position)?;
                    match number.map(|number| self.number(*kind, number)).transpose()? {
                        None => field(None, out),
                        Some((bytes, length)) => field(bytes.get(8 - length..), out),
                    }
                }
            };
            written.ok_or_else(|| self.wrong())?;
        }
        Ok(())
    }

    /// The number as the last bytes of eight, and how many of them the column takes.
    fn number(&self, kind: Kind, number: i64) -> Result<([u8; 8], usize), MoveError> {
        let length = match kind {
            Kind::Flag => usize::from((0..=1).contains(&number)),
            Kind::Small => i16::try_from(number).map_or(0, |_| 2),
            Kind::Int => i32::try_from(number).map_or(0, |_| 4),
            _ => 8,
        };
        if length == 0 { Err(self.wrong()) } else { Ok((number.to_be_bytes(), length)) }
    }
}

fn field(value: Option<&[u8]>, out: &mut Vec<u8>) -> Option<()> {
    match value {
        None => out.extend_from_slice(&(-1i32).to_be_bytes()),
        Some(bytes) => {
            out.extend_from_slice(&i32::try_from(bytes.len()).ok()?.to_be_bytes());
            out.extend_from_slice(bytes);
        }
    }
    Some(())
}

/// Cuts what the server sends into rows.
#[derive(Default)]
pub(super) struct Tuples {
    gathered: Vec<u8>,
    read: usize,
    begun: bool,
}

impl Tuples {
    pub fn take(&mut self, part: &[u8]) {
        self.gathered.drain(..self.read);
        self.read = 0;
        self.gathered.extend_from_slice(part);
    }

    /// The next whole row; nothing when more must come first, or at the end.
    pub fn next(&mut self, shape: &Shape) -> Option<&[u8]> {
        if !self.begun {
            self.gathered.get(..HEAD.len())?;
            (self.read, self.begun) = (HEAD.len(), true);
        }
        let began = self.read;
        let mut at = began;
        let count = i16::from_be_bytes(self.gathered.get(at..at + 2)?.try_into().ok()?);
        if usize::try_from(count) != Ok(shape.columns.len()) {
            return None;
        }
        at += 2;
        for _ in 0..count {
            let length = i32::from_be_bytes(self.gathered.get(at..at + 4)?.try_into().ok()?);
            at += 4 + usize::try_from(length).unwrap_or(0);
        }
        let tuple = self.gathered.get(began..at)?;
        self.read = at;
        Some(tuple)
    }

    /// Whether the end came after the last row and nothing behind it.
    pub fn ended(&mut self, shape: &Shape) -> bool {
        self.next(shape).is_none() && self.gathered.get(self.read..) == Some(&END)
    }
}

/// Number, size and digest of rows: the sum of their keyed hashes, so that the order does not matter.
#[derive(Default)]
pub(super) struct Digest {
    rows: u64,
    size_bytes: u64,
    sum: [u8; 32],
}

impl Digest {
    pub fn add(&mut self, hash: &[u8; 32], size: usize) {
        self.rows += 1;
        self.size_bytes += size as u64;
        let mut carry = 0u16;
        for (place, byte) in self.sum.iter_mut().zip(hash) {
            let sum = u16::from(*place) + u16::from(*byte) + carry;
            let [over, low] = sum.to_be_bytes();
            (*place, carry) = (low, u16::from(over));
        }
    }

    pub fn of(self, table: &str) -> TableMoved {
        TableMoved { table: table.to_owned(), rows: self.rows, size_bytes: self.size_bytes, digest: self.sum }
    }
}
