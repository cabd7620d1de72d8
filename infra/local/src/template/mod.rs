//! The reader of `template.yaml` and its nested templates: what to run, and with which variables.

mod document;
mod functions;
mod intrinsics;
mod resources;

use std::collections::BTreeMap;
use std::path::Path;

pub use functions::{Function, Trigger};
pub use resources::{Bucket, KmsKey, Resources, Secret};

use crate::error::Result;
use document::Document;
use intrinsics::Scope;

/// The attributes of resources once they exist: `Queues.Outbox` → `Ref`, `Arn` …
pub type Physical = BTreeMap<String, BTreeMap<String, String>>;

/// A template that was read together with those nested in it.
#[derive(Debug)]
pub struct Template {
    document: Document,
}

impl Template {
    /// Reads a template and, when they are needed, the ones that it nests.
    ///
    /// # Errors
    /// When the file is missing or no YAML.
    pub fn read(file: &Path) -> Result<Self> {
        Ok(Self { document: Document::read(file)? })
    }

    /// The queues, buckets and keys that it and its nested templates declare.
    ///
    /// # Errors
    /// When a property of one of them is not understood.
    pub fn resources(&self) -> Result<Resources> {
        resources::survey(&self.document)
    }

    /// The functions with their variables resolved, sorted by resource.
    ///
    /// `parameters` are given as a deployment would give them; the rest have their defaults.
    ///
    /// # Errors
    /// When a property of one of them is not understood.
    pub fn functions(&self, parameters: &BTreeMap<String, String>, physical: &Physical) -> Result<Vec<Function>> {
        let given = parameters.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
        let scope = Scope::of_root(&self.document, given, physical)?;
        functions::of(&scope)
    }
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
