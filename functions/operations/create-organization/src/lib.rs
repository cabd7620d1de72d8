//! The operator takes on an organization.

mod handler;
mod intake;
mod store;

pub use handler::handle;
pub use intake::{Intake, NewOwner, TakenOn};

use shared::{clock::Clock, runtime::Function, settings::Environment, tenant::Db, vault::TenantKeyMaker};

/// Everything this function may touch.
pub struct Deps {
    /// The database.
    pub db: Db,
    /// Makes the keys of an organization.
    pub keys: TenantKeyMaker,
    /// Time.
    pub clock: Clock,
    /// Where this deployment stands.
    pub environment: Environment,
}

shared::wire!(Deps { db, keys, clock, environment });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::invocation("create-organization", handle)
}
