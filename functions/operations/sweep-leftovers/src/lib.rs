//! Removes expired stored answers and objects that no visit refers to, once an hour.

mod bundles;
mod handler;
mod objects;
mod store;

pub use handler::{sweep, sweep_one};
pub use objects::AGE_S_MIN;

use shared::{bundles::BundleSweeper, objects::ObjectSweeper, runtime::Function, tenant::Db};

/// Everything this function may touch.
pub struct Deps {
    /// The database.
    pub db: Db,
    /// Keeps sealed images.
    pub objects: ObjectSweeper,
    /// Keeps bundles.
    pub bundles: BundleSweeper,
}

shared::wire!(Deps { db, objects, bundles });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::schedule("sweep-leftovers", sweep)
}
