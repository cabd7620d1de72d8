//! Signs the state of each log, each minute and on request, and anchors it in a bucket from which it cannot be removed.

mod breaking;
mod handler;
mod log;
mod seal;
mod store;

pub use handler::{consume, sweep};
pub use seal::STEP;

use shared::{
    anchors::Anchors, clock::Clock, runtime::Function, settings::LogSettings, tenant::Db, vault::LogSigners,
    wiring::OperatorSlug,
};

/// Everything this function may touch.
pub struct Deps {
    /// Time.
    pub clock: Clock,
    /// The database.
    pub db: Db,
    /// Keeps what was signed.
    pub anchors: Anchors,
    /// What signs.
    pub signers: LogSigners,
    /// The first part of every checkpoint.
    pub log: LogSettings,
    /// Who is told of a log that is broken.
    pub operator: OperatorSlug,
}

shared::wire!(Deps { clock, db, anchors, signers, log, operator });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::queue("seal-audit-log", consume, sweep)
}
