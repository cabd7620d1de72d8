//! The members of a bundle against its manifest: none unlisted, none missing, each as it was listed.

use std::collections::BTreeSet;

use crate::finding::{Checked, Finding, Reason};
use crate::log::{CSV, ENTRIES, LINKS};
use crate::manifest::{Kind, Manifest};
use crate::zip::{Archive, Sum, not_ours};

pub(crate) const MANIFEST: &str = "manifest.json";
pub(crate) const MANIFEST_HMAC: &str = "manifest.hmac";
pub(crate) const MANIFEST_SIGNATURE: &str = "manifest.sig";
pub(crate) const CHECKPOINT: &str = "audit/checkpoint.note";
pub(crate) const PREVIOUS: &str = "audit/previous.note";
pub(crate) const FRONTIER: &str = "audit/frontier.txt";
pub(crate) const OPENINGS: &str = "audit/openings.jsonl";
pub(crate) const PROOFS: &str = "audit/proofs.json";
pub(crate) const VISIT: &str = "visit.json";
pub(crate) const NDA: &str = "nda.txt";

/// The three that no manifest lists.
pub(crate) const ABOUT_THE_OTHERS: [&str; 3] = [MANIFEST, MANIFEST_HMAC, MANIFEST_SIGNATURE];
/// Those that are summed up while their lines are checked, and read though they have another size.
const STREAMED: [&str; 3] = [ENTRIES, LINKS, CSV];
/// Those in which a `seq` can be named, so that what follows is tried though they are not as listed.
const NAMING: [&str; 5] = [ENTRIES, LINKS, OPENINGS, PROOFS, CSV];
/// Where more than this was added to a member, no entry is looked for in it.
const ADDED_MAX: u64 = 16 << 20;

/// What was found so far.
pub(crate) struct Members<'m> {
    manifest: &'m Manifest,
    fault: Option<Finding>,
    is_naming: bool,
    summed: Vec<&'static str>,
    wrong_crc: Option<String>,
    /// Members that entries speak of, and that are what these say.
    compared: BTreeSet<String>,
}

impl<'m> Members<'m> {
    /// Compares names, sizes and all digests but those of streamed members.
    ///
    /// # Errors
    /// [`Reason::Container`], and [`Reason::Members`] where much more is in the archive than was signed.
    pub(crate) fn check(archive: &Archive<'_>, manifest: &'m Manifest) -> Checked<Self> {
        let (summed, compared) = (Vec::new(), BTreeSet::new());
        let mut members = Self { manifest, fault: None, is_naming: false, summed, wrong_crc: None, compared };
        members.compare_names(archive);
        members.compare_sizes(archive)?;
        for file in manifest.files.iter().filter(|file| !STREAMED.contains(&file.name.as_str())) {
            if let Some(member) = archive.find(&file.name).filter(|member| member.size == file.bytes) {
                members.compare(&file.name, archive.read(member).finish()?);
            }
        }
        Ok(members)
    }

    fn compare_names(&mut self, archive: &Archive<'_>) {
        let listed: Vec<_> = self.manifest.files.iter().map(|file| file.name.as_str()).collect();
        if let Some([_, name]) = listed.array_windows::<2>().find(|[one, next]| one >= next) {
            self.refuse(name, "is listed twice in the manifest, or out of order");
        }
        let mut sorted = listed.clone();
        sorted.sort_unstable();
        for member in archive.members() {
            let name = member.name.as_str();
            if ABOUT_THE_OTHERS.contains(&name) == sorted.binary_search(&name).is_ok() {
                self.refuse(name, "was added: the signed manifest does not list it");
            }
        }
        for name in required(self.manifest, archive) {
            if archive.find(name).is_none() {
                self.refuse(name, "is missing");
            }
        }
    }

    /// Reads nothing, so that nothing is read that is much larger than was signed.
    fn compare_sizes(&mut self, archive: &Archive<'_>) -> Checked {
        let manifest = self.manifest;
        for file in &manifest.files {
            match archive.find(&file.name) {
                None => self.refuse(&file.name, "was removed: the signed manifest lists it"),
                Some(member) if member.size != file.bytes => {
                    self.refuse(&file.name, "has another size than the signed manifest says");
                }
                Some(_) => {}
            }
        }
        let listed = |name: &str| manifest.listed(name).map_or(0, |file| file.bytes);
        let is_larger =
            archive.members().iter().any(|member| member.size > listed(&member.name).saturating_add(ADDED_MAX));
        match self.fault.take_if(|_| is_larger) {
            Some(fault) => Err(fault),
            None => Ok(()),
        }
    }

    fn refuse(&mut self, name: &str, what: &str) {
        self.is_naming |= NAMING.contains(&name);
        self.fault.get_or_insert_with(|| Finding::new(Reason::Members, format!("{name} {what}")));
    }

    fn compare(&mut self, name: &str, sum: Sum) {
        if self.manifest.listed(name).is_some_and(|file| file.sha256 != sum.sha256) {
            self.refuse(name, "was changed: it is not what the signed manifest says");
        }
        if !sum.has_crc && self.wrong_crc.is_none() {
            self.wrong_crc = Some(name.to_owned());
        }
    }

    /// Takes what streamed members come to.
    pub(crate) fn add(&mut self, sums: &[(&'static str, Sum)]) {
        for (name, sum) in sums {
            self.summed.push(name);
            self.compare(name, *sum);
        }
    }

    /// Notes that entries speak of a member, and that it is what they say.
    pub(crate) fn add_compared(&mut self, name: String) {
        self.compared.insert(name);
    }

    /// What to report, given what the checks after this one found. Streamed members that these did not reach are
    /// summed up now.
    ///
    /// # Errors
    /// The first finding.
    pub(crate) fn conclude<T>(&mut self, archive: &Archive<'_>, later: Checked<T>) -> Checked<T> {
        for name in STREAMED.into_iter().filter(|name| !self.summed.contains(name)).collect::<Vec<_>>() {
            if let Some(member) = archive.find(name) {
                let sum = archive.read(member).finish()?;
                self.add(&[(name, sum)]);
            }
        }
        let Some(fault) = self.fault.take() else { return later };
        match later {
            Err(found) if found.reason == Reason::Container => Err(found),
            Err(found) if self.is_naming && found.reason.exit() == 1 && found.first_bad_seq.is_some() => Err(Finding {
                first_bad_seq: found.first_bad_seq,
                message: format!("{}. {}", fault.message, found.message),
                ..fault
            }),
            _ => Err(fault),
        }
    }

    /// The last check: a CRC-32 proves nothing, but other programs go by it.
    ///
    /// # Errors
    /// [`Reason::Container`].
    pub(crate) fn expect_crcs(&mut self, archive: &Archive<'_>) -> Checked {
        for name in ABOUT_THE_OTHERS {
            if let Some(member) = archive.find(name) {
                let sum = archive.read(member).finish()?;
                self.compare(name, sum);
            }
        }
        match &self.wrong_crc {
            Some(name) => Err(not_ours(format_args!("the CRC-32 of {name} is not that of its bytes"))),
            None => Ok(()),
        }
    }

    /// Files that the entries were not compared with, in words; `None` where there is none.
    pub(crate) fn unspoken(&self) -> Option<String> {
        let names = self.manifest.files.iter().map(|file| file.name.as_str());
        let names = names.filter(|name| !name.starts_with("audit/") && *name != "VERIFY.md");
        let names = names.filter(|name| !self.compared.contains(*name));
        let (data, plain): (Vec<_>, Vec<_>) = names.partition(|name| name.starts_with("data/"));
        let data = (!data.is_empty()).then(|| format!("data/ ({} files)", data.len()));
        let shown: Vec<_> = plain.into_iter().map(str::to_owned).chain(data).collect();
        let after = "They are as they were when the bundle was signed";
        (!shown.is_empty()).then(|| format!("whether these say the same as the log: {}. {after}", shown.join(", ")))
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
