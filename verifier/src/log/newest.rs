//! The newest entry of every target: each entry names the one before it.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::entry::Named;
use crate::finding::{Checked, Finding, Reason};

/// Targets are hashed already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// By target, the number of its newest entry.
pub(super) struct Newest {
    began: u64,
    seqs: HashMap<u64, u64, BuildHasherDefault<AsItIs>>,
}

impl Newest {
    /// Of a bundle that begins with that entry.
    pub(super) fn beginning_at(began: u64) -> Self {
        Self { began, seqs: HashMap::default() }
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// [`Reason::Prev`] when it does not name the one before it. One before the bundle cannot be told.
    pub(super) fn add(&mut self, seq: u64, named: Named) -> Checked {
        let is_right = match self.seqs.insert(named.target, seq) {
            Some(before) => named.prev == Some(before),
            None => named.prev.is_none_or(|prev| prev < self.began),
        };
        if is_right { Ok(()) } else { Err(unnamed(seq)) }
    }
}

/// The finding of an entry that does not name the one before it.
pub(crate) fn unnamed(seq: u64) -> Finding {
    let what = format!("Entry {seq} does not name the entry before it of the same target");
    Finding::at(Reason::Prev, seq, what)
}
