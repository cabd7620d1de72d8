//! Destroys what identity documents say, once a site's period is over.

mod handler;
mod store;

pub use handler::{sweep, sweep_one};

use shared::{objects::ObjectSweeper, runtime::Function, tenant::Db};

/// Everything this function may touch.
pub struct Deps {
    /// The database.
    pub db: Db,
    /// Keeps sealed images.
    pub objects: ObjectSweeper,
}

shared::wire!(Deps { db, objects });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::schedule("sweep-retention", sweep)
}
