//! Opens an access review for each organization, once a quarter.

mod handler;
mod store;

pub use handler::{open, sweep};

use shared::{runtime::Function, tenant::Db};

/// Everything this function may touch.
pub struct Deps {
    /// The database.
    pub db: Db,
}

shared::wire!(Deps { db });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::schedule("open-access-reviews", sweep)
}
