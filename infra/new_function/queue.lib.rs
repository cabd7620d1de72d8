//! SAY WHAT IT WORKS OFF.

mod handler;

pub use handler::{KIND, consume, sweep};

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
    Function::queue("@name@", consume, sweep)
}
