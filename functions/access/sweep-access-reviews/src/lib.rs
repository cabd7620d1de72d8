//! Tells owners of what is undecided, revokes it at the deadline, looks a second time, and revokes what is not used;
//! once a day.

mod deadline;
mod dormant;
mod handler;
mod reminders;
mod second_look;
mod store;
mod subject;

pub use handler::{sweep, sweep_one};

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
    Function::schedule("sweep-access-reviews", sweep)
}
