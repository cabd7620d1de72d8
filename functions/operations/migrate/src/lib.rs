//! Brings the database to the version of this deployment.

mod deps;
mod handler;
mod scripts;

pub use deps::{Deps, Settings};
pub use handler::{Question, Report, handle, run};
pub use scripts::Scripts;
