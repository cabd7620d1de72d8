//! How a member gets a password: by an invitation, by a link of a reset, or with the one they have.

pub mod change;
mod deps;
mod handler;
mod holder;
pub mod link;
mod reset;
mod store;
pub mod use_link;

pub use deps::{Deps, Settings};
pub use handler::handle;
pub use reset::ResetRequest;
