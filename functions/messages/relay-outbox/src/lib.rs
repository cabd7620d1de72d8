//! Takes up what was committed for later, nudged by a message and once a minute.

mod handler;
mod store;

pub use handler::{PAGE, consume, sweep};

use shared::{clock::Clock, runtime::Function, tenant::Db};

/// Everything this function may touch.
pub struct Deps {
    /// Time.
    pub clock: Clock,
    /// The database.
    pub db: Db,
}

shared::wire!(Deps { clock, db });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::queue("relay-outbox", consume, sweep)
}
