//! `/v1/session/totp` and `/v1/session/recovery-codes`: a member gets a second factor, another one, or new recovery codes.

mod codes;
mod handler;
mod recovery;
mod standing;
mod store;
pub mod totp;

pub use handler::handle;
pub use recovery::RecoveryCodes;
pub use totp::{BegunTotp, ConfirmedTotp, FirstCode};

use shared::{door::ReadDoor, runtime::Function, vault::RootSecrets};

/// Everything this function may touch.
pub struct Deps {
    /// Admits members in their session.
    pub sessions: ReadDoor,
    /// Seals and opens second factors.
    pub secrets: RootSecrets,
}

shared::wire!(Deps { sessions, secrets });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("enrol-second-factor", handle)
}
