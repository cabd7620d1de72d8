//! What an entry says has changed.

use serde_json::{Map, Value, json};

use super::Fact;
use crate::vault::PersonKey;

/// What changed, key by key. Keys of nested values are JSON Pointers.
#[derive(Debug, Default)]
pub struct Diff {
    added: Map<String, Value>,
    removed: Map<String, Value>,
    changed: Map<String, Value>,
}

impl Diff {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A value that was not there before.
    #[must_use]
    pub fn added(mut self, key: &str, value: impl Fact) -> Self {
        self.added.insert(key.to_owned(), value.to_json());
        self
    }

    /// A value that may not be there now either.
    #[must_use]
    pub fn added_if_some(self, key: &str, value: Option<impl Fact>) -> Self {
        match value {
            Some(value) => self.added(key, value),
            None => self,
        }
    }

    /// A Restricted value that was not there before, sealed under the key of the person it is about.
    ///
    /// # Errors
    /// [`crate::Error::Internal`] when it cannot be sealed.
    pub fn added_sealed(
        self,
        key: &str,
        value: Option<&str>,
        person: &PersonKey,
        request_id: &str,
    ) -> crate::Result<Self> {
        let Some(value) = value else { return Ok(self) };
        let sealed = person.seal_for_audit(&format!("/diff/added/{key}"), request_id, value)?;
        Ok(self.added(key, sealed))
    }

    /// As it stands in a draft.
    pub(super) fn into_json(self) -> Value {
        json!({ "added": self.added, "removed": self.removed, "changed": self.changed })
    }

    /// A value that is no longer there.
    #[must_use]
    pub fn removed(mut self, key: &str, value: impl Fact) -> Self {
        self.removed.insert(key.to_owned(), value.to_json());
        self
    }

    /// A value in place of another; nothing where they are the same.
    #[must_use]
    pub fn changed(mut self, key: &str, from: impl Fact, to: impl Fact) -> Self {
        let (from, to) = (from.to_json(), to.to_json());
        if from != to {
            self.changed.insert(key.to_owned(), json!({ "from": from, "to": to }));
        }
        self
    }
}
