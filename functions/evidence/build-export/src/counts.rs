//! What a bundle holds, counted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How many there are of what, and of evidence the number of its first entry.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) counts: BTreeMap<String, u64>,
    pub(crate) first_seq: Option<u64>,
}

impl Counts {
    pub(crate) fn set(&mut self, what: &str, count: u64) {
        self.counts.insert(what.to_owned(), count);
    }

    pub(crate) fn of(&self, what: &str) -> i64 {
        self.counts.get(what).and_then(|count| i64::try_from(*count).ok()).unwrap_or(0)
    }
}
