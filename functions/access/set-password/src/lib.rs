//! How a member gets a password: by an invitation, by a link of a reset, or with the one they have.

pub mod change;
mod handler;
mod holder;
pub mod link;
mod reset;
mod store;
pub mod use_link;

pub use handler::handle;
pub use reset::ResetRequest;

use shared::{
    door::{PublicDoor, ReadDoor},
    runtime::Function,
};

/// Everything this function may touch.
pub struct Deps {
    /// For who holds a link, or wants one.
    pub door: PublicDoor,
    /// For who is signed in.
    pub sessions: ReadDoor,
}

shared::wire!(Deps { door, sessions });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("set-password", handle)
}
