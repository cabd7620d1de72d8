//! The operator says who of its own organization may help others.

mod appointment;
mod handler;
mod store;

pub use appointment::{Appointed, Appointment};
pub use handler::handle;

use shared::{clock::Clock, runtime::Function, tenant::Db};

/// Everything this function may touch.
pub struct Deps {
    /// The database.
    pub db: Db,
    /// Time.
    pub clock: Clock,
}

shared::wire!(Deps { db, clock });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::invocation("appoint-staff", handle)
}
