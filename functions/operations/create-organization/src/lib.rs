//! The operator takes on an organization.

mod deps;
mod handler;
mod intake;
mod store;

pub use deps::{Deps, Settings};
pub use handler::handle;
pub use intake::{Intake, NewOwner, TakenOn};
