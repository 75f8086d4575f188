//! Values that a record says thousands of times over, kept once.
//!
//! A patient's record names the same analyte, unit, drug, ward and doctor again and again. [`Shared`] is such a value
//! behind one counted pointer; in a projection's row each distinct one is written once, in a table before everything
//! else, and wherever it stands there is its number (see [`encode`]). A row of 5,000 entries becomes several times
//! smaller and is read with few allocations. Everywhere else, in the rows of messages too, the value stands in full.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A value of which many copies are one. Reading goes straight to the value; changing one copy leaves the others.
pub struct Shared<T: Blank>(Option<Arc<T>>);

/// A value that can say nothing at all; a shared one that does takes no memory.
pub trait Blank: Clone + Eq + Hash + Serialize + DeserializeOwned + 'static {
    fn blank() -> &'static Self;
    /// Its own table among those of a row.
    #[doc(hidden)]
    fn table(tables: &mut Tables) -> &mut Table<Self>;
}

impl<T: Blank> Shared<T> {
    pub(crate) fn holding(value: T) -> Self {
        Self(Some(Arc::new(value)))
    }
    pub(crate) fn take(self) -> T {
        self.0.map_or_else(|| T::blank().clone(), Arc::unwrap_or_clone)
    }
    /// Where the value lies in memory: as long as both are there, two with one address are one value. Says nothing of
    /// two that lie apart.
    pub fn address(&self) -> usize {
        self.0.as_ref().map_or(0, |value| Arc::as_ptr(value).addr())
    }
    /// The same value at the same place in memory; `false` says nothing.
    fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        }
    }
}

impl<T: Blank> Deref for Shared<T> {
    type Target = T;
    fn deref(&self) -> &T {
        match &self.0 {
            Some(value) => value,
            None => T::blank(),
        }
    }
}

impl<T: Blank> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(self.0.get_or_insert_with(|| Arc::new(T::blank().clone())))
    }
}

impl<T: Blank> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
impl<T: Blank> Default for Shared<T> {
    fn default() -> Self {
        Self(None)
    }
}
impl<T: Blank> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other) || **self == **other
    }
}
impl<T: Blank> Eq for Shared<T> {}
impl<T: Blank> Hash for Shared<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}
impl<T: Blank + Ord> PartialOrd for Shared<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T: Blank + Ord> Ord for Shared<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (**self).cmp(&**other)
    }
}
impl<T: Blank + fmt::Debug> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// The distinct values of one type in one row, by number: 0 is the blank one and stands in no table.
#[derive(Debug)]
pub struct Table<T: Blank> {
    numbers: HashMap<Shared<T>, u32>,
    values: Vec<Shared<T>>,
}

impl<T: Blank> Default for Table<T> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), values: Vec::new() }
    }
}

impl<T: Blank> Table<T> {
    /// The number of a value, given to it when it is seen for the first time.
    fn number(&mut self, value: &Shared<T>) -> u32 {
        if **value == *T::blank() {
            return 0;
        }
        if let Some(known) = self.numbers.get(value) {
            return *known;
        }
        self.values.push(value.clone());
        // A row of four thousand million distinct values fits into no memory.
        let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.numbers.insert(value.clone(), number);
        number
    }
    fn value(&self, number: u32) -> Option<Shared<T>> {
        match number.checked_sub(1) {
            None => Some(Shared::default()),
            Some(place) => self.values.get(place as usize).cloned(),
        }
    }
}

/// All tables of a row.
#[derive(Debug, Default)]
pub struct Tables {
    pub(crate) codes: Table<crate::code::CodeParts>,
    pub(crate) coded: Table<crate::code::CodedParts>,
    pub(crate) staff: Table<crate::person::StaffParts>,
}

/// Which way a row with tables is going through this thread.
enum Way {
    Writing(Tables),
    Reading(Tables),
}

thread_local! {
    /// Serde hands nothing down to a field: what a number stands for is kept here while one row is written or read.
    static ROW: RefCell<Option<Way>> = const { RefCell::new(None) };
}

/// Ends the row's way whatever happens to it.
struct OneRow;

impl OneRow {
    fn begin(way: Way) -> Self {
        ROW.replace(Some(way));
        Self
    }
    /// What was gathered by writing.
    fn gathered<T>(&self, part: impl FnOnce(&mut Tables) -> T) -> Option<T> {
        ROW.with_borrow_mut(|row| match row {
            Some(Way::Writing(tables)) => Some(part(tables)),
            _ => None,
        })
    }
}

impl Drop for OneRow {
    fn drop(&mut self) {
        ROW.replace(None);
    }
}

impl<T: Blank> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let number = ROW.with_borrow_mut(|row| match row {
            Some(Way::Writing(tables)) => Some(T::table(tables).number(self)),
            _ => None,
        });
        match number {
            Some(number) => to.serialize_u32(number),
            None => (**self).serialize(to),
        }
    }
}

impl<'de, T: Blank> Deserialize<'de> for Shared<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        if !ROW.with_borrow(|row| matches!(row, Some(Way::Reading(_)))) {
            return T::deserialize(from).map(Self::holding);
        }
        let number = u32::deserialize(from)?;
        let value = ROW.with_borrow_mut(|row| match row {
            Some(Way::Reading(tables)) => T::table(tables).value(number),
            _ => None,
        });
        value.ok_or_else(|| D::Error::custom("a number without a value"))
    }
}

/// The values of a table, each in full.
struct InFull<'a, T: Blank>(&'a [Shared<T>]);

impl<T: Blank> Serialize for InFull<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().map(|value| &**value))
    }
}

/// `value` with its tables before it: codes, coded values (which name codes by number), staff, then the value.
pub(crate) fn encode<V: Serialize>(value: &V, into: Vec<u8>) -> postcard::Result<Vec<u8>> {
    let row = OneRow::begin(Way::Writing(Tables::default()));
    let body = postcard::to_allocvec(value)?;
    let (coded, staff) = row
        .gathered(|tables| (std::mem::take(&mut tables.coded.values), std::mem::take(&mut tables.staff.values)))
        .unwrap_or_default();
    // Coded values gather the codes that only stand inside them.
    let coded = postcard::to_allocvec(&InFull(&coded))?;
    let staff = postcard::to_allocvec(&InFull(&staff))?;
    let codes = row.gathered(|tables| std::mem::take(&mut tables.codes.values)).unwrap_or_default();
    drop(row);
    let mut into = postcard::to_extend(&InFull(&codes), into)?;
    into.reserve(coded.len() + staff.len() + body.len());
    into.extend_from_slice(&coded);
    into.extend_from_slice(&staff);
    into.extend_from_slice(&body);
    Ok(into)
}

pub(crate) fn decode<V: DeserializeOwned>(bytes: &[u8]) -> postcard::Result<V> {
    fn table<T: Blank>(values: Vec<T>) -> Table<T> {
        Table { values: values.into_iter().map(Shared::holding).collect(), ..Table::default() }
    }
    let (codes, rest) = postcard::take_from_bytes(bytes)?;
    let tables = Tables { codes: table(codes), ..Tables::default() };
    let row = OneRow::begin(Way::Reading(tables));
    let (coded, rest) = postcard::take_from_bytes(rest)?;
    let (staff, rest) = postcard::take_from_bytes(rest)?;
    ROW.with_borrow_mut(|way| {
        if let Some(Way::Reading(tables)) = way {
            (tables.coded, tables.staff) = (table(coded), table(staff));
        }
    });
    let value = postcard::from_bytes(rest);
    drop(row);
    value
}
