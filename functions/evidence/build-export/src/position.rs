//! How far a bundle is.

use serde::{Deserialize, Serialize};
use shared::audit::tree::Hash;

use crate::bundle::Slot;

/// What is to be made next.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Position {
    Beginning,
    Log(LogPosition),
    Tables(TablesPosition),
}

/// How far the log is in the bundle.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LogPosition {
    pub(crate) csv: Slot,
    pub(crate) entries: Slot,
    pub(crate) links: Slot,
    /// Number of the next entry.
    pub(crate) next: u64,
    /// Link of the entry before it.
    pub(crate) link: Hash,
}

/// How far the tables are in the bundle.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct TablesPosition {
    /// Which of [`crate::store::Table::ALL`].
    pub(crate) table: usize,
    /// Its members, once they were begun.
    pub(crate) members: Option<TableMembers>,
    /// Key of the last row that was added.
    pub(crate) after: Option<String>,
    pub(crate) rows: u64,
}

/// The members of a table.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct TableMembers {
    pub(crate) csv: Slot,
    pub(crate) json: Slot,
}
