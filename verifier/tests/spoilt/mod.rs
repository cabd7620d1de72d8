//! Bundles that something was done to, each under the name of what was done. None of them may hold, and both verifiers
//! must say the same of each.

mod archives;
mod forgeries;
mod lines;
mod texts;

use doorbook_verify::{Options, Report, verify};

use super::builder::{Bundle, Keys, Log, Scope};
use super::bundles::{ORGANIZATION, keys, options};

pub(crate) use lines::edits_of_lines;

/// A bundle that was spoilt, and what it is held against.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) archive: Vec<u8>,
    pub(crate) options: Options,
}

impl Case {
    fn new(name: impl Into<String>, archive: Vec<u8>) -> Self {
        Self { name: name.into(), archive, options: options(&keys()) }
    }

    fn with(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self
    }

    pub(crate) fn verify(&self) -> Report {
        verify(&self.archive, &self.options)
    }
}

/// All of them.
pub(crate) fn cases() -> Vec<Case> {
    [forgeries::cases(), texts::cases(), archives::cases()].into_iter().flatten().collect()
}

/// The log that most of them are of.
pub(crate) fn log(size: usize) -> Log {
    Log::new(ORGANIZATION, size)
}

/// A bundle of it, signed.
pub(crate) fn bundle(scope: Scope) -> Bundle {
    let size = match scope {
        Scope::Period(_, _, to) => to,
        Scope::Visit(_) => 40,
    };
    log(size).bundle(&keys(), scope).sealed(&keys())
}

/// A bundle with one member changed, and everything signed again by the true keys.
fn signed_again(mut bundle: Bundle, member: &str, change: impl FnOnce(String) -> String) -> Vec<u8> {
    replace(&mut bundle, member, change);
    bundle.seal(&keys());
    bundle.zip()
}

/// Changes a member and signs nothing.
fn replace(bundle: &mut Bundle, member: &str, change: impl FnOnce(String) -> String) {
    let text = bundle.members.get(member).map(|bytes| String::from_utf8(bytes.clone()).unwrap()).unwrap_or_default();
    bundle.put(member, change(text).into_bytes());
}

/// Another deployment's keys under the same names.
fn other_keys() -> Keys {
    Keys::new(ORGANIZATION, "another")
}
