//! Secrets in memory.

use crate::machine::{self, ACCOUNT, REGION};

/// The label of the newest version.
pub(super) const CURRENT: &str = "AWSCURRENT";
/// The label of the one before it.
pub(super) const PREVIOUS: &str = "AWSPREVIOUS";

/// One version of a secret.
#[derive(Debug)]
pub(super) struct Version {
    pub(super) id: String,
    pub(super) text: String,
}

/// One secret, its versions in their order.
#[derive(Debug)]
pub(super) struct Secret {
    pub(super) name: String,
    /// What the service adds to a name, so that a secret that is made again is another one.
    suffix: String,
    versions: Vec<Version>,
}

impl Secret {
    pub(super) fn arn(&self) -> String {
        format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{}-{}", self.name, self.suffix)
    }

    /// The version that has this label.
    pub(super) fn labelled(&self, label: &str) -> Option<&Version> {
        let mut newest_first = self.versions.iter().rev();
        match label {
            CURRENT => newest_first.next(),
            PREVIOUS => newest_first.nth(1),
            _ => None,
        }
    }

    /// Puts a version in front of all others, which moves both labels.
    pub(super) fn put(&mut self, text: String) {
        self.versions.push(Version { id: machine::id().to_string(), text });
    }
}

/// Every secret of a stack.
#[derive(Debug, Default)]
pub(super) struct Store(Vec<Secret>);

impl Store {
    /// Makes a secret, and gives its ARN.
    pub(super) fn create(&mut self, name: &str, text: String) -> String {
        let suffix = machine::id().simple().to_string().split_off(26);
        let mut secret = Secret { name: name.to_owned(), suffix, versions: Vec::new() };
        secret.put(text);
        let arn = secret.arn();
        self.0.push(secret);
        arn
    }

    /// The secret with this ARN or name.
    pub(super) fn find(&mut self, id: &str) -> Option<&mut Secret> {
        self.0.iter_mut().find(|secret| secret.name == id || secret.arn() == id)
    }
}
