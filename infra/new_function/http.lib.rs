//! `@route@`: SAY WHAT IT ANSWERS.

mod handler;
mod store;

pub use handler::handle;
pub use store::Answer;

use shared::{door::ReadDoor, runtime::Function};

/// Everything this function may touch.
pub struct Deps {
    /// Admits callers.
    pub door: ReadDoor,
}

shared::wire!(Deps { door });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("@name@", handle)
}
