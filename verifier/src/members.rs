//! The members of a bundle against its manifest: none unlisted, none missing, each as it was listed.

use crate::encoding::hex_text;
use crate::finding::{Checked, Finding, Reason};
use crate::hash::Hash;
use crate::log::{CSV, ENTRIES, LINKS};
use crate::manifest::{Kind, Manifest};
use crate::zip::Archive;

pub(crate) const MANIFEST: &str = "manifest.json";
pub(crate) const MANIFEST_HMAC: &str = "manifest.hmac";
pub(crate) const MANIFEST_SIGNATURE: &str = "manifest.sig";
pub(crate) const CHECKPOINT: &str = "audit/checkpoint.note";
pub(crate) const PREVIOUS: &str = "audit/previous.note";
pub(crate) const FRONTIER: &str = "audit/frontier.txt";
pub(crate) const OPENINGS: &str = "audit/openings.jsonl";
pub(crate) const PROOFS: &str = "audit/proofs.json";
pub(crate) const VISIT: &str = "visit.json";

/// The three that no manifest lists.
const ABOUT_THE_OTHERS: [&str; 3] = [MANIFEST, MANIFEST_HMAC, MANIFEST_SIGNATURE];
/// Those that are hashed while their lines are checked.
const STREAMED: [&str; 3] = [ENTRIES, LINKS, CSV];
/// Those in which a `seq` can be named, so that what follows is tried though they are not as listed.
const NAMING: [&str; 5] = [ENTRIES, LINKS, OPENINGS, PROOFS, CSV];

/// What was found so far.
pub(crate) struct Members<'m> {
    manifest: &'m Manifest,
    fault: Option<Finding>,
    is_naming: bool,
    hashed: Vec<&'static str>,
}

impl<'m> Members<'m> {
    /// Compares names, sizes and all digests but those of streamed members.
    ///
    /// # Errors
    /// [`Reason::Container`] alone.
    pub(crate) fn check(archive: &Archive<'_>, manifest: &'m Manifest) -> Checked<Self> {
        let mut members = Self { manifest, fault: None, is_naming: false, hashed: Vec::new() };
        members.compare_names(archive);
        for file in &manifest.files {
            let Some(member) = archive.find(&file.name) else {
                members.refuse(&file.name, "is listed and not there");
                continue;
            };
            if member.size != file.bytes {
                members.refuse(&file.name, "has another size than it was listed with");
            } else if !STREAMED.contains(&file.name.as_str()) && archive.read(member).finish()? != file.sha256 {
                members.refuse(&file.name, "is not the one that was listed");
            }
        }
        Ok(members)
    }

    fn compare_names(&mut self, archive: &Archive<'_>) {
        let listed: Vec<_> = self.manifest.files.iter().map(|file| file.name.as_str()).collect();
        if let Some([_, name]) = listed.array_windows::<2>().find(|[one, next]| one >= next) {
            self.refuse(name, "is listed twice, or not in order");
        }
        let mut sorted = listed.clone();
        sorted.sort_unstable();
        for member in archive.members() {
            let name = member.name.as_str();
            if ABOUT_THE_OTHERS.contains(&name) == sorted.binary_search(&name).is_ok() {
                self.refuse(name, "is not listed");
            }
        }
        for name in required(self.manifest, archive) {
            if archive.find(name).is_none() {
                self.refuse(name, "is missing");
            }
        }
    }

    fn refuse(&mut self, name: &str, what: &str) {
        self.is_naming |= NAMING.contains(&name);
        self.fault.get_or_insert_with(|| Finding::new(Reason::Members, format!("{name} {what}.")));
    }

    /// Takes the digests of streamed members.
    pub(crate) fn add(&mut self, digests: &[(&'static str, Hash)]) {
        for (name, digest) in digests {
            self.hashed.push(name);
            let listed = self.manifest.listed(name);
            if listed.is_some_and(|file| file.sha256 != *digest) {
                self.refuse(name, "is not the one that was listed");
            }
        }
    }

    /// What to report, given what the checks after this one found. Streamed members that these did not reach are
    /// hashed now.
    ///
    /// # Errors
    /// The first finding.
    pub(crate) fn conclude<T>(mut self, archive: &Archive<'_>, later: Checked<T>) -> Checked<T> {
        for name in STREAMED.into_iter().filter(|name| !self.hashed.contains(name)).collect::<Vec<_>>() {
            if let Some(member) = archive.find(name) {
                let digest = archive.read(member).finish()?;
                self.add(&[(name, digest)]);
            }
        }
        let Some(fault) = self.fault else { return later };
        match later {
            Err(found) if found.reason == Reason::Container => Err(found),
            Err(found) if self.is_naming && found.first_bad_seq.is_some() => Err(Finding {
                first_bad_seq: found.first_bad_seq,
                message: format!("{} {}", fault.message, found.message),
                ..fault
            }),
            _ => Err(fault),
        }
    }
}

/// The members that a bundle of this kind cannot do without.
fn required(manifest: &Manifest, archive: &Archive<'_>) -> Vec<&'static str> {
    let mut names = vec![ENTRIES, LINKS, CHECKPOINT];
    match manifest.kind {
        Kind::Evidence => names.extend([PROOFS, VISIT]),
        // A period leans on what was before it.
        Kind::Audit | Kind::Data => {
            let either = [PREVIOUS, FRONTIER].iter().any(|name| archive.find(name).is_some());
            if manifest.first_seq > 0 || either {
                names.extend([PREVIOUS, FRONTIER]);
            }
        }
    }
    names
}

/// The beginning of a hash, enough to tell two apart on a page.
pub(crate) fn short(hash: &Hash) -> String {
    hex_text(hash.get(..8).unwrap_or_default())
}
