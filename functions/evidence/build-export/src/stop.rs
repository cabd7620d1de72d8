//! Why the making of a bundle stops.

use shared::{Error, domain::export::ExportFailure};

/// Why the making of a bundle stops.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Something failed that may not fail again.
    Fault(Error),
    /// It cannot be made.
    GivenUp(ExportFailure),
    /// Another worker holds it now.
    LeaseLost,
    /// The invocation nears its end; the next one goes on.
    OutOfTime,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::GivenUp(ExportFailure::NotFound),
            error => Self::Fault(error),
        }
    }
}

/// The refusal of an entry or a log that does not lead to its checkpoint: it is not handed out.
pub(crate) const fn log_differs() -> Stop {
    Stop::GivenUp(ExportFailure::LogDiffers)
}
