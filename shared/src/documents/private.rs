//! A value of a document: kept out of logs by its type, and out of memory when it is no longer needed.

use crate::secret::Secret;

/// Text that is shown only where the code says so.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Private(Secret<String>);

impl Private {
    /// Takes a value into keeping.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Secret::new(value.into()))
    }

    /// The value itself. Each caller is a place to review.
    #[must_use]
    pub const fn expose_secret(&self) -> &str {
        self.0.expose_secret().as_str()
    }
}
