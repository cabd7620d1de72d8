//! `/v1/mission-control/impersonations`: the operator's staff ask to act for a customer, and go over.

pub mod asking;
pub mod handing_off;
mod handler;
mod staff;
mod store;

pub use handler::handle;

use shared::{
    authn::hand_off::HandOffKeys,
    door::{PublicDoor, WriteDoor},
    runtime::Function,
};

/// Everything this function may touch.
pub struct Deps {
    /// Admits members of the operator's own organization.
    pub door: WriteDoor,
    /// Opens the customer that they name.
    pub customers: PublicDoor,
    /// Signs hand-offs.
    pub keys: HandOffKeys,
}

shared::wire!(Deps { door, customers, keys });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("request-impersonation", handle)
}
