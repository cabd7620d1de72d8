//! `/v1/members` and `/v1/sign-in-policy`: who belongs to the organization, as what, and what they prove to sign in.

mod handler;
pub mod invitations;
pub mod member;
mod members;
pub mod policy;
mod reach;
pub mod roles;
pub mod standing;
mod store;

pub use handler::handle;

use shared::{
    door::{ReadDoor, WriteDoor},
    queue::Queue,
    runtime::Function,
};

/// Everything this function may touch.
pub struct Deps {
    /// Admits callers who change something.
    pub door: WriteDoor,
    /// Admits callers who read.
    pub reads: ReadDoor,
}

shared::wire!(Deps { door, reads });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("manage-members", handle).telling(Queue::MailRequests)
}
