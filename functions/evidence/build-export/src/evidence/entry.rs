//! An entry with its proof, read once for all that is made of it.

use serde_json::Value;
use shared::{
    Error,
    audit::tree::{self, Hash, Tiles},
};

use crate::{
    stop::{Stop, log_differs},
    store::{Checkpoint, Logged},
};

/// An entry that is shown.
pub(super) struct Shown {
    pub(super) logged: Logged,
    /// The entry, read.
    pub(super) entry: Value,
    /// Hashes from the leaf upwards.
    pub(super) proof: Vec<Hash>,
}

impl Shown {
    /// Proves the entry, or refuses it.
    pub(super) fn new(logged: Logged, tiles: &Tiles, checkpoint: &Checkpoint) -> Result<Self, Stop> {
        let proof = tree::inclusion(logged.seq, checkpoint.size).and_then(|path| tiles.hashes(&path));
        let proof = proof.ok_or_else(log_differs)?;
        let leaf = tree::leaf_hash(logged.text.as_bytes());
        let root = tree::root_of_proof(leaf, logged.seq, checkpoint.size, &proof);
        if leaf != logged.leaf || root != Some(checkpoint.root) {
            return Err(log_differs());
        }
        let entry = serde_json::from_str(&logged.text).map_err(Error::internal)?;
        Ok(Self { logged, entry, proof })
    }

    /// A text of the entry; empty where it is none.
    pub(super) fn text(&self, pointer: &str) -> &str {
        self.entry.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

/// Every value below a pointer, with its own pointer (RFC 6901), objects before what is in them.
pub(super) fn walk<'v>(pointer: String, value: &'v Value, found: &mut Vec<(String, &'v Value)>) {
    if let Value::Object(fields) = value {
        for (name, inner) in fields {
            let name = name.replace('~', "~0").replace('/', "~1");
            let inner_pointer = format!("{pointer}/{name}");
            found.push((inner_pointer.clone(), inner));
            walk(inner_pointer, inner, found);
        }
    }
}

/// True where a value stands sealed: a text in an envelope, or an image in the bucket.
pub(super) fn is_sealed(value: &Value) -> bool {
    value.get("commit").is_some_and(Value::is_string)
        && (value.get("sealed").is_some_and(Value::is_string) || value.get("object").is_some_and(Value::is_string))
}
