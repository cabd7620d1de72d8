//! SAY WHAT IT WORKS OFF. Contract in `functions/@area@/@name@/README.md`.

use shared::{
    Error, Result,
    queue::Message,
    schedule::{Outcome, Tick},
};

use crate::Deps;

/// Kind of the messages that are read at the queue.
pub const KIND: &str = "@noun@.requested";

/// Works off one message. SAY HOW: `message.work` opens its organization.
///
/// # Errors
/// When the message is of another kind.
pub async fn consume(_deps: &Deps, message: &Message) -> Result<()> {
    if message.envelope().kind == KIND { Ok(()) } else { Err(Error::malformed("/kind", "unknown_value")) }
}

/// Works off what no message told of. SAY IN WHICH ORGANIZATIONS: `tick.for_each_due` or `tick.for_each_in_turn`.
///
/// # Errors
/// When the database does not say whose turn it is.
pub async fn sweep(_deps: &Deps, _tick: &Tick) -> Result<Outcome> {
    Ok(Outcome::default())
}
