//! The keys of a deployment, and notes signed by them.

use ed25519_dalek::{Signer, SigningKey};

use super::{base64, digest, hash, hex};

/// Where the notes say that they are from.
const ORIGIN: &str = "doorbook.example/audit";

/// The key of a log, that of its bundles, and the export key.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) organization: String,
    pub(crate) log: SigningKey,
    pub(crate) documents: SigningKey,
    pub(crate) export: [u8; 32],
}

impl Keys {
    pub(crate) fn new(organization: &str, seed: &str) -> Self {
        let key = |what: &str| digest(format!("{seed} {what}").as_bytes());
        Self {
            organization: organization.to_owned(),
            log: SigningKey::from_bytes(&key("log")),
            documents: SigningKey::from_bytes(&key("documents")),
            export: key("export"),
        }
    }

    pub(crate) fn log_name(&self) -> String {
        format!("{ORIGIN}/{}", self.organization)
    }

    pub(crate) fn bundle_name(&self) -> String {
        format!("{}/bundle", self.log_name())
    }

    /// Both verifier keys as text.
    pub(crate) fn texts(&self) -> Vec<String> {
        vec![key_text(&self.log_name(), &self.log), key_text(&self.bundle_name(), &self.documents)]
    }
}

fn key_bytes(key: &SigningKey) -> Vec<u8> {
    [&[1], key.verifying_key().as_bytes().as_slice()].concat()
}

fn key_id(name: &str, key: &SigningKey) -> [u8; 4] {
    hash(&[name.as_bytes(), b"\n", &key_bytes(key)])[..4].try_into().unwrap()
}

/// A verifier key as text.
pub(crate) fn key_text(name: &str, key: &SigningKey) -> String {
    format!("{name}+{}+{}", hex(&key_id(name, key)), base64(&key_bytes(key)))
}

/// A line of a note.
pub(crate) fn signature_line(text: &str, name: &str, key: &SigningKey) -> String {
    let signature = [key_id(name, key).as_slice(), &key.sign(text.as_bytes()).to_bytes()].concat();
    format!("— {name} {}\n", base64(&signature))
}

/// A note with one signature.
pub(crate) fn sign(text: &str, name: &str, key: &SigningKey) -> Vec<u8> {
    format!("{text}\n{}", signature_line(text, name, key)).into_bytes()
}
