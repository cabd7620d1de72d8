//! `GET /.well-known/doorbook-audit-key`: the keys that checkpoints and bundles are verified by.

mod handler;
pub mod keys;

pub use handler::handle;
pub use keys::{AuditKey, AuditKeys, VerifierFile};

use shared::{door::PublicDoor, runtime::Function, settings::LogSettings};

/// Everything this function may touch.
pub struct Deps {
    /// The door for callers without a credential.
    pub door: PublicDoor,
    /// The first part of every key's name.
    pub log: LogSettings,
}

shared::wire!(Deps { door, log });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("publish-audit-keys", handle)
}
