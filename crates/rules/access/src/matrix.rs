//! One enacted version of the rights matrix: role × item × operation → a right with conditions.
//!
//! Immutable once read. Rows keep their printed form for pages, differences and the canonical hash; the answers come
//! from a table indexed by numbers, so that a decision over all items of a patient costs microseconds.

use crate::condition::Conditions;
use crate::operation::Operation;
use renkei_kernel::Timestamp;
use renkei_participation::{Item, ItemSet, Role};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// A column of the matrix: a role, or the view of an unconscious patient, which serves the user professions alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    Role(Role),
    UnconsciousView,
}

impl Column {
    const COUNT: usize = 28;

    fn index(self) -> usize {
        match self {
            Self::Role(role) => usize::from(role.number()),
            Self::UnconsciousView => Self::COUNT - 1,
        }
    }
    pub fn code(self) -> &'static str {
        match self {
            Self::Role(role) => role.code(),
            Self::UnconsciousView => "unconscious_view",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        if code == "unconscious_view" { Some(Self::UnconsciousView) } else { Role::from_code(code).map(Self::Role) }
    }
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Role(role) => role.label_ja(),
            Self::UnconsciousView => "意識のない患者（緊急時）",
        }
    }
}

/// Where a row comes from: the operating regulation, the guideline's table, or our proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    S1,
    S2,
    Proposal,
}

impl Basis {
    pub fn code(self) -> &'static str {
        match self {
            Self::S1 => "S1",
            Self::S2 => "S2",
            Self::Proposal => "proposal",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::S1, Self::S2, Self::Proposal].into_iter().find(|basis| basis.code() == code)
    }
}

/// One row of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixRow {
    pub column: Column,
    pub item: Item,
    /// `None` is the printed dash: no right at all in this cell.
    pub operation: Option<Operation>,
    pub allow: bool,
    pub conditions: Conditions,
    pub delay_days: u8,
    /// References to notes (`*5`) and words of the printed cell.
    pub note: String,
    pub basis: Basis,
}

/// A right found in the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Right {
    pub conditions: Conditions,
    pub delay_days: u8,
}

/// One version, enacted from an instant on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    version: u32,
    valid_from: Timestamp,
    title: String,
    notes: Vec<(String, String)>,
    rows: Vec<MatrixRow>,
    rights: Vec<Option<Right>>,
}

fn slot(column: Column, item: Item, operation: Operation) -> usize {
    (column.index() * Item::SLOTS + item.index()) * Operation::COUNT + operation.index()
}

impl Matrix {
    /// Puts checked rows together; [`crate::load::matrix`] is the way in for files.
    pub fn new(
        version: u32,
        valid_from: Timestamp,
        title: String,
        notes: Vec<(String, String)>,
        mut rows: Vec<MatrixRow>,
    ) -> Self {
        rows.sort_by_key(|row| (row.item, row.column, row.operation));
        let mut rights = vec![None; Column::COUNT * Item::SLOTS * Operation::COUNT];
        for row in rows.iter().filter(|row| row.allow) {
            let Some(operation) = row.operation else { continue };
            if let Some(right) = rights.get_mut(slot(row.column, row.item, operation)) {
                *right = Some(Right { conditions: row.conditions, delay_days: row.delay_days });
            }
        }
        Self { version, valid_from, title, notes, rows, rights }
    }
    pub fn version(&self) -> u32 {
        self.version
    }
    /// First instant at which this version is in force.
    pub fn valid_from(&self) -> Timestamp {
        self.valid_from
    }
    pub fn title(&self) -> &str {
        &self.title
    }
    pub fn notes(&self) -> &[(String, String)] {
        &self.notes
    }
    pub fn rows(&self) -> &[MatrixRow] {
        &self.rows
    }
    /// The right of a column; what is not written is refused.
    pub fn right(&self, column: Column, item: Item, operation: Operation) -> Option<Right> {
        self.rights.get(slot(column, item, operation)).copied().flatten()
    }
    /// Items on which a column has the operation at all.
    pub fn items(&self, column: Column, operation: Operation) -> ItemSet {
        Item::ALL.iter().copied().filter(|item| self.right(column, *item, operation).is_some()).collect()
    }
    /// The same matrix as a further version, with rows changed by `edit`; for proposals and tests.
    #[must_use]
    pub fn revised(&self, version: u32, valid_from: Timestamp, edit: impl Fn(&mut Vec<MatrixRow>)) -> Self {
        let mut rows = self.rows.clone();
        edit(&mut rows);
        Self::new(version, valid_from, self.title.clone(), self.notes.clone(), rows)
    }

    /// Every (column, item) of the two printed tables that has neither a right nor a dash.
    pub fn missing_cells(&self) -> Vec<(Column, Item)> {
        let clinical = CLINICAL_COLUMNS
            .iter()
            .flat_map(|column| Item::ALL.iter().filter(|item| item.is_clinical()).map(move |item| (*column, *item)));
        let governance = GOVERNANCE_COLUMNS
            .iter()
            .flat_map(|column| Item::ALL.iter().filter(|item| !item.is_clinical()).map(move |item| (*column, *item)));
        let stated: std::collections::HashSet<(Column, Item)> =
            self.rows.iter().map(|row| (row.column, row.item)).collect();
        clinical.chain(governance).filter(|cell| !stated.contains(cell)).collect()
    }

    /// Rows sorted and written in one way only: the same rights give the same text, whatever the file looked like.
    /// It is itself a file that reads back as this version, so that an enacted version can be stored as this text.
    pub fn canonical(&self) -> String {
        let mut text = String::new();
        let quoted = |value: &str| format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "[matrix]\nversion = {}\nvalid_from = {}", self.version, self.valid_from.to_rfc3339());
        let _ = writeln!(text, "title = {}", quoted(&self.title));
        for (id, note) in &self.notes {
            let _ = writeln!(text, "[[note]]\nid = {}\ntext = {}", quoted(id), quoted(note));
        }
        let _ = writeln!(text, "[rights]\nrows = [");
        for row in &self.rows {
            let operation = row.operation.map_or("-", Operation::letter);
            let conditions: Vec<String> = row.conditions.iter().map(|condition| quoted(condition.code())).collect();
            let _ = writeln!(
                text,
                "  {{ role = {}, item = {}, op = {}, allow = {}, conditions = [{}], delay_days = {}, note = {}, basis = {} }},",
                quoted(row.column.code()),
                quoted(row.item.code()),
                quoted(operation),
                u8::from(row.allow),
                conditions.join(", "),
                row.delay_days,
                quoted(&row.note),
                quoted(row.basis.code()),
            );
        }
        text.push_str("]\n");
        text
    }
    /// SHA-256 of the canonical form: the name of an enacted version in the trail.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.canonical().as_bytes()).into()
    }
}

/// Columns of the table of clinical and patient data.
pub const CLINICAL_COLUMNS: [Column; 10] = [
    Column::Role(Role::Doctor),
    Column::Role(Role::Dentist),
    Column::Role(Role::Pharmacist),
    Column::Role(Role::Nurse),
    Column::Role(Role::Dietitian),
    Column::Role(Role::Auxiliary),
    Column::Role(Role::Patient),
    Column::Role(Role::Proxy),
    Column::UnconsciousView,
    Column::Role(Role::InstitutionSystem),
];

/// Columns of the table of registration, operation and governance data.
pub const GOVERNANCE_COLUMNS: [Column; 12] = [
    Column::Role(Role::ProgrammeManager),
    Column::Role(Role::ImplementationManager),
    Column::Role(Role::OperationsManager),
    Column::Role(Role::SystemAdministrator),
    Column::Role(Role::DeputySystemAdministrator),
    Column::Role(Role::SupportHead),
    Column::Role(Role::SupportStaff),
    Column::Role(Role::RemoteMaintenanceHead),
    Column::Role(Role::RemoteMaintenanceStaff),
    Column::Role(Role::Contractor),
    Column::Role(Role::ContactPerson),
    Column::Role(Role::AuditManager),
];

/// A right that one version has and another has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub column: Column,
    pub item: Item,
    pub operation: Operation,
    pub before: Option<Right>,
    pub after: Option<Right>,
}

/// What changes from one version to another: the simulation before approval.
pub fn difference(before: &Matrix, after: &Matrix) -> Vec<Change> {
    let columns = CLINICAL_COLUMNS.iter().chain(GOVERNANCE_COLUMNS.iter());
    columns
        .flat_map(|column| Item::ALL.iter().map(move |item| (*column, *item)))
        .flat_map(|(column, item)| Operation::ALL.iter().map(move |operation| (column, item, *operation)))
        .filter_map(|(column, item, operation)| {
            let (old, new) = (before.right(column, item, operation), after.right(column, item, operation));
            (old != new).then_some(Change { column, item, operation, before: old, after: new })
        })
        .collect()
}
