//! `/v1/api-tokens`: credentials for programs of the organization's own.

mod deps;
mod handler;
mod new;
mod store;
pub mod token;
mod tokens;

pub use deps::{Deps, Settings};
pub use handler::handle;
pub use new::{CreatedApiToken, NewApiToken};
