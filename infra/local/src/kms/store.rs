//! The keys of one stand-in, one file each, so that a restart can decrypt what was encrypted before it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::key::{Key, Spec};
use crate::error::{Error, Result};
use crate::machine;

/// Every key of one stand-in.
#[derive(Debug)]
pub struct Store {
    directory: PathBuf,
    keys: BTreeMap<Uuid, Key>,
}

impl Store {
    /// Opens a directory, made if it is missing.
    ///
    /// # Errors
    /// When a file in it is no key.
    pub fn open(directory: &Path) -> Result<Self> {
        machine::make_private_directory(directory)?;
        let unreadable = || format!("cannot read {}", directory.display());
        let mut keys = BTreeMap::new();
        for entry in std::fs::read_dir(directory).map_err(Error::io(unreadable()))? {
            let path = entry.map_err(Error::io(unreadable()))?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let text = std::fs::read(&path).map_err(Error::io(format!("cannot read {}", path.display())))?;
            let key: Key = serde_json::from_slice(&text)
                .map_err(|error| Error::stack(format!("{} is no key: {error}", path.display())))?;
            keys.insert(key.id, key);
        }
        Ok(Self { directory: directory.to_owned(), keys })
    }

    /// Makes a key and keeps it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(&mut self, spec: Spec) -> Result<Key> {
        let key = Key::create(spec)?;
        self.keep(key.clone())?;
        Ok(key)
    }

    pub(super) fn keep(&mut self, key: Key) -> Result<()> {
        let text = serde_json::to_vec(&key).map_err(|error| Error::stack(format!("cannot write a key: {error}")))?;
        machine::write_private(&self.directory.join(format!("{}.json", key.id)), &text)?;
        self.keys.insert(key.id, key);
        Ok(())
    }

    /// A key by its id or its ARN.
    pub(super) fn find(&self, name: &str) -> Option<&Key> {
        let id = name.rsplit('/').next()?.parse().ok()?;
        self.find_by_id(id)
    }

    pub(super) fn find_by_id(&self, id: Uuid) -> Option<&Key> {
        self.keys.get(&id)
    }
}
