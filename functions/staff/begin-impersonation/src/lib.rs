//! `POST /v1/session/impersonation`: a member of the operator's staff comes in at a customer.

mod handler;
pub mod opened;
mod opening;
mod store;

pub use handler::{Passport, handle};
pub use opened::OpenedImpersonation;

use shared::{authn::hand_off::HandOffKeys, door::PublicDoor, runtime::Function};

/// Everything this function may touch.
pub struct Deps {
    /// For who brings a token and nothing else.
    pub door: PublicDoor,
    /// Reads hand-offs.
    pub keys: HandOffKeys,
}

shared::wire!(Deps { door, keys });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("begin-impersonation", handle)
}
