//! `/v1/session` and `/v1/sessions`: what a member is signed in as and where, and how they leave.

mod handler;
mod own;
mod session;
mod sessions;
mod store;

pub use handler::handle;
pub use session::{OwnMember, OwnOrganization, OwnSession, Session};

use shared::{door::ReadDoor, runtime::Function};

/// Everything this function may touch.
pub struct Deps {
    /// Admits members in their session.
    pub sessions: ReadDoor,
}

shared::wire!(Deps { sessions });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("manage-sessions", handle)
}
