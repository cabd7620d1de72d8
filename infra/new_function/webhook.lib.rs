//! `@route@`: receives what a third party signs.

mod handler;

pub use handler::{Received, handle, verify};

use shared::{clock::Clock, runtime::Function};

/// Everything this function may touch.
pub struct Deps {
    /// Time.
    pub clock: Clock,
}

shared::wire!(Deps { clock });

/// This function: what makes it run, what it holds, what verifies, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::webhook("@name@", verify, handle)
}
