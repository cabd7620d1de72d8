//! Delivers each log to where its organization wants it, each minute, in order and at least once.

mod delivery;
mod handler;
mod page;
mod store;

pub use handler::{stream, sweep};
pub use store::{PAGE_BYTES_MAX, PAGE_MAX};

use shared::{
    clock::Clock, foreign_buckets::ForeignBuckets, outgoing::Outgoing, runtime::Function, tenant::Db, vault::Vault,
};

/// Everything this function may touch.
pub struct Deps {
    /// Time.
    pub clock: Clock,
    /// The database.
    pub db: Db,
    /// Opens the secrets of collectors.
    pub vault: Vault,
    /// Calls collectors.
    pub outgoing: Outgoing,
    /// Writes to buckets.
    pub buckets: ForeignBuckets,
}

shared::wire!(Deps { clock, db, vault, outgoing, buckets });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::schedule("stream-audit-log", sweep)
}
