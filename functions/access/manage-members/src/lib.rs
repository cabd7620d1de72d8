//! `/v1/members` and `/v1/sign-in-policy`: who belongs to the organization, as what, and what they prove to sign in.

mod deps;
mod handler;
pub mod invitations;
pub mod member;
mod members;
pub mod policy;
mod reach;
pub mod roles;
pub mod standing;
mod store;

pub use deps::{Deps, Settings};
pub use handler::handle;
