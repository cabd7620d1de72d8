//! Where a sealed value stands. A value moved to another row, column or table does not open there.

use uuid::Uuid;

/// What deliveries of a stream of the log are signed with.
pub const STREAM_SECRET: Column = Column::new("log_streams", "secret_sealed");
/// What the collector of a stream of the log asks for.
pub const STREAM_TOKEN: Column = Column::new("log_streams", "token_sealed");
/// A driver's document number.
pub const LICENCE_NUMBER: Column = Column::new("visits", "licence_number_sealed");
/// What was read of an identity document.
pub const ID_SCAN_VALUES: Column = Column::new("id_scans", "values_sealed");
/// The front of an identity document; the row is the object's.
pub const DOCUMENT_FRONT: Column = Column::new("id_scan_objects", "front");
/// The back of an identity document; the row is the object's.
pub const DOCUMENT_BACK: Column = Column::new("id_scan_objects", "back");
/// What stands in an entry of the watchlist.
pub const LISTED: Column = Column::new("watchlist_entries", "content_sealed");
/// Words and numbers by which an entry of the watchlist is found.
pub const LISTED_KEY: Column = Column::new("watchlist_keys", "key");
/// Who was asked about on the watchlist; the row is the visit's.
pub const ASKED: Column = Column::new("watchlist_screenings", "asked_sealed");
/// A photo; the row is the object's.
pub const PHOTO: Column = Column::new("visit_objects", "photo");
/// A drawn signature; the row is the object's.
pub const SIGNATURE: Column = Column::new("visit_objects", "signature");

/// A sealed column of a table, or a kind of sealed object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    table: &'static str,
    name: &'static str,
}

impl Column {
    /// Names a sealed column. Both names are part of what is authenticated: renaming one orphans what it sealed.
    #[must_use]
    pub const fn new(table: &'static str, name: &'static str) -> Self {
        Self { table, name }
    }

    /// This column of one row.
    #[must_use]
    pub fn of(self, row: Uuid) -> Place<'static> {
        Place { table: self.table, column: self.name, row: Row::Id(row) }
    }

    pub(super) const fn names(self) -> (&'static str, &'static str) {
        (self.table, self.name)
    }
}

/// Table, column and row of one sealed value.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    table: &'static str,
    column: &'a str,
    row: Row<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Row<'a> {
    Id(Uuid),
    Request(&'a str),
}

impl<'a> Place<'a> {
    /// A value of an audit entry: an entry has no number before it is written, so its request stands for the row.
    pub(super) const fn in_audit(pointer: &'a str, request_id: &'a str) -> Self {
        Self { table: "audit_log", column: pointer, row: Row::Request(request_id) }
    }

    /// Table, column and row as bytes to authenticate.
    pub(super) fn parts(&self) -> [&[u8]; 3] {
        let row = match &self.row {
            Row::Id(id) => id.as_bytes().as_slice(),
            Row::Request(id) => id.as_bytes(),
        };
        [self.table.as_bytes(), self.column.as_bytes(), row]
    }
}
