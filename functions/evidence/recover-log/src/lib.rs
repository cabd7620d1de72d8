//! The operator ends the break of a log: what was anchored is put back, and the log goes on.

mod handler;
mod history;
mod recovery;
mod store;

pub use handler::handle;
pub use recovery::{Recovered, Recovery};

use shared::{
    anchors::AnchorReader, clock::Clock, runtime::Function, settings::LogSettings, tenant::Db, vault::LogVerifiers,
};

/// Everything this function may touch.
pub struct Deps {
    /// Time.
    pub clock: Clock,
    /// The database.
    pub db: Db,
    /// What was signed and cannot be removed.
    pub anchors: AnchorReader,
    /// Who signed it.
    pub verifiers: LogVerifiers,
    /// The first part of every checkpoint.
    pub log: LogSettings,
}

shared::wire!(Deps { clock, db, anchors, verifiers, log });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::invocation("recover-log", handle)
}
