//! `/v1/session` and `/v1/sessions`: what a member is signed in as and where, and how they leave.

mod deps;
mod handler;
mod own;
mod sessions;
mod store;

pub use deps::{Deps, Settings};
pub use handler::handle;
pub use own::{OwnMember, OwnOrganization, OwnSession};
pub use sessions::Session;
