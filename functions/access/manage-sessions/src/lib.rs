//! `/v1/session` and `/v1/sessions`: what a member is signed in as and where, and how they leave.

mod deps;
mod handler;
mod own;
mod session;
mod sessions;
mod store;

pub use deps::{Deps, Settings};
pub use handler::handle;
pub use session::{OwnMember, OwnOrganization, OwnSession, Session};
