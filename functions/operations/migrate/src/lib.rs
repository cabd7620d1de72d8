//! Brings the database to the version of this deployment.

mod handler;
mod scripts;

pub use handler::{Question, Report, handle, run};
pub use scripts::Scripts;

use shared::{clock::Clock, migration::MigratorLogin, runtime::Function};

/// Everything this function may touch.
pub struct Deps {
    /// How the migrator signs in.
    pub login: MigratorLogin,
    /// Time.
    pub clock: Clock,
}

shared::wire!(Deps { login, clock });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::invocation("migrate", handle)
}
