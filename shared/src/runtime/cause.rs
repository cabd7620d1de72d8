//! What the log says of an error.

use crate::error::Error;

/// The chain of causes, for the log alone.
pub(super) fn cause(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(reason) = cause {
        text.push_str(": ");
        text.push_str(&reason.to_string());
        cause = reason.source();
    }
    text
}
