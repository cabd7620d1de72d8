//! `POST /v1/session` and its second step: a member proves to be themselves.

mod handler;
pub mod opened;
mod password;
mod refusal;
mod second_factor;
mod store;

pub use handler::handle;
pub use opened::OpenedSession;
pub use password::SignIn;
pub use second_factor::Proof;

use shared::{
    door::{PublicDoor, ReadDoor},
    runtime::Function,
    vault::RootSecrets,
};

/// Everything this function may touch.
pub struct Deps {
    /// For who has proven nothing yet.
    pub door: PublicDoor,
    /// For who has proven a password.
    pub sessions: ReadDoor,
    /// Opens second factors.
    pub secrets: RootSecrets,
}

shared::wire!(Deps { door, sessions, secrets });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("sign-in", handle)
}
