//! The checks in their order, which both verifiers keep: what fails first is the reason.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use crate::anchors::{Anchored, Anchors};
use crate::at::At;
use crate::checkpoint::{Checkpoint, Refused};
use crate::evidence;
use crate::finding::{Checked, Finding, Reason};
use crate::hash::{Hash, genesis};
use crate::log::{Mark, Pass, Start};
use crate::manifest::{Kind, Manifest};
use crate::manifest_signature::{self, ManifestFiles};
use crate::members::{CHECKPOINT, MANIFEST, MANIFEST_HMAC, MANIFEST_SIGNATURE, Members, PREVIOUS};
use crate::note::VerifierKey;
use crate::openings;
use crate::period;
use crate::report::{Facts, Report};
use crate::source::Source;
use crate::zip::Archive;

/// No manifest, note or proof of ours is larger.
pub(crate) const WHOLE_BYTES_MAX: u64 = 64 << 20;

/// What the auditor brings along.
#[derive(Clone, Debug)]
pub struct Options {
    /// Keys that count: that of the log, and that of bundles.
    pub keys: Vec<VerifierKey>,
    /// The only organization that the bundle may be of.
    pub organization: Option<String>,
    /// Notes that were kept elsewhere.
    pub anchors: Vec<Vec<u8>>,
    /// How many days may lie between two of them.
    pub max_gap_days: Option<u32>,
    /// The organization's export key.
    pub hmac_key: Option<Hash>,
    /// How many threads read.
    pub threads: NonZeroUsize,
}

impl Options {
    /// Keys alone, one thread.
    #[must_use]
    pub fn with_keys(keys: Vec<VerifierKey>) -> Self {
        let threads = NonZeroUsize::MIN;
        Self { keys, organization: None, anchors: Vec::new(), max_gap_days: None, hmac_key: None, threads }
    }
}

/// Checks a bundle.
#[must_use]
pub fn verify(source: &dyn Source, options: &Options) -> Report {
    let mut facts = Facts::default();
    let outcome = run(source, options, &mut facts);
    Report::new(outcome, facts)
}

fn run(source: &dyn Source, options: &Options, facts: &mut Facts) -> Checked {
    if options.keys.is_empty() {
        return Err(Finding::new(Reason::Usage, "No --key was given."));
    }
    let archive = Archive::open(source)?;
    let manifest = match open_manifest(&archive, options, facts) {
        Ok(manifest) => manifest,
        // Whether this is a bundle at all comes before what is wrong with it.
        Err(finding) => return archive.expect_sound().and(Err(finding)),
    };
    let mut members = Members::check(&archive, &manifest)?;
    let anchors = Anchors::read(&options.anchors, &options.keys);
    let mut check = Check { archive: &archive, manifest: &manifest, options, facts, members: &mut members };
    let log = check.log(&anchors);
    let log = members.conclude(&archive, log)?;
    let anchored = Anchored { checkpoint: &log.checkpoint, marks: &log.marks, since: log.since };
    let given = !options.anchors.is_empty();
    let held = anchors.check(&anchored, options.max_gap_days)?;
    facts.anchors = held.used;
    note_unchecked(facts, &manifest, options, given, &held.beyond);
    Ok(())
}

fn open_manifest(archive: &Archive<'_>, options: &Options, facts: &mut Facts) -> Checked<Manifest> {
    let read = |name| archive.find(name).map_or(Ok(None), |member| archive.read_whole(member, WHOLE_BYTES_MAX));
    let missing = || Finding::new(Reason::ManifestForm, "This is no bundle: it has no manifest.json.");
    let json = read(MANIFEST)?.ok_or_else(missing)?;
    let manifest = Manifest::read(&json)?;
    facts.organization = Some(manifest.organization.clone());
    facts.kind = Some(manifest.kind.word());
    facts.created_at = Some(manifest.created_at.clone());
    if options.organization.as_ref().is_some_and(|wanted| *wanted != manifest.organization) {
        let what = format!("The bundle is of organization {}.", manifest.organization);
        return Err(Finding::new(Reason::Organization, what));
    }
    let files = ManifestFiles { json, hmac: read(MANIFEST_HMAC)?, signature: read(MANIFEST_SIGNATURE)? };
    let signers = manifest_signature::check(&files, &manifest, &options.keys, options.hmac_key.as_ref())?;
    facts.add_keys(&signers);
    Ok(manifest)
}

/// What the log of the bundle came to.
pub(crate) struct Led {
    pub(crate) checkpoint: Checkpoint,
    pub(crate) marks: BTreeMap<u64, Mark>,
    pub(crate) since: Option<At>,
}

/// The checks of the log itself.
pub(crate) struct Check<'c, 's, 'm> {
    pub(crate) archive: &'c Archive<'s>,
    pub(crate) manifest: &'m Manifest,
    pub(crate) options: &'c Options,
    pub(crate) facts: &'c mut Facts,
    pub(crate) members: &'c mut Members<'m>,
}

impl Check<'_, '_, '_> {
    fn log(&mut self, anchors: &Anchors) -> Checked<Led> {
        let checkpoint = self.checkpoint(CHECKPOINT)?;
        match self.manifest.kind {
            Kind::Evidence => evidence::check(self, checkpoint),
            Kind::Audit | Kind::Data => self.whole_log(checkpoint, anchors),
        }
    }

    fn whole_log(&mut self, checkpoint: Checkpoint, anchors: &Anchors) -> Checked<Led> {
        let start = match self.archive.find(PREVIOUS) {
            Some(_) => {
                let previous = self.checkpoint(PREVIOUS)?;
                period::start(self.archive, self.manifest, &checkpoint, &previous)?
            }
            None => Start::beginning(genesis(&self.manifest.organization)),
        };
        let (first_seq, before) = (start.range.end(), start.time);
        let pass = Pass::new(self.archive, &self.manifest.organization, start, anchors.sizes())?;
        let pass = pass.ok_or_else(|| missing("audit/entries.jsonl or audit/links.txt"))?;
        let (summary, digests) = pass.run(self.options.threads)?;
        self.members.add(&digests);
        summary.entries?;

        self.expect_signed(&checkpoint)?;
        period::expect_led_to(&checkpoint, self.manifest, first_seq, summary.size, &summary.end)?;
        let openings = openings::check(self.archive, first_seq..)?;
        self.expect_count("openings", openings, Reason::Opening)?;
        summary.table?;
        self.facts.entries = Some(summary.size - first_seq);
        self.facts.add_span(summary.first_at, summary.first_at.and(summary.end.time));
        Ok(Led { checkpoint, marks: summary.marks, since: before.or(summary.first_at) })
    }

    /// Reads a checkpoint of the bundle, and who signed it.
    fn checkpoint(&mut self, name: &str) -> Checked<Checkpoint> {
        let member = self.archive.find(name).ok_or_else(|| missing(name))?;
        let form = || Finding::new(Reason::CheckpointForm, format!("{name} is no checkpoint."));
        let bytes = self.archive.read_whole(member, WHOLE_BYTES_MAX)?.ok_or_else(form)?;
        let (checkpoint, signers) = Checkpoint::verified(&bytes, &self.options.keys).map_err(|why| match why {
            Refused::Form => form(),
            Refused::Signature(_) => {
                Finding::new(Reason::CheckpointSignature, format!("{name} is not signed by a key that was given."))
            }
        })?;
        if checkpoint.organization != self.manifest.organization {
            return Err(Finding::new(Reason::Organization, format!("{name} is of another organization.")));
        }
        self.facts.add_keys(&signers);
        Ok(checkpoint)
    }

    /// That checkpoint and manifest speak of the same log.
    pub(crate) fn expect_signed(&mut self, checkpoint: &Checkpoint) -> Checked {
        let own = self.manifest;
        self.facts.first_seq = Some(own.first_seq);
        self.facts.tree_size = Some(checkpoint.size);
        if (own.tree_size, own.root, own.chain) == (checkpoint.size, checkpoint.root, checkpoint.chain) {
            return Ok(());
        }
        Err(Finding::new(Reason::Tree, "The manifest speaks of another log than the checkpoint."))
    }

    /// That there are as many of them as the manifest counts.
    pub(crate) fn expect_count(&self, what: &str, counted: u64, reason: Reason) -> Checked {
        match self.manifest.counts.get(what) {
            Some(listed) if *listed == counted => Ok(()),
            _ => Err(Finding::new(reason, format!("The bundle has {counted} {what}, and the manifest counts others."))),
        }
    }
}

pub(crate) fn missing(name: &str) -> Finding {
    Finding::new(Reason::Members, format!("{name} is missing."))
}

fn note_unchecked(facts: &mut Facts, manifest: &Manifest, options: &Options, given: bool, beyond: &[u64]) {
    let notes = [
        (!given).then(|| {
            "anchors: none was given, so a log that was signed anew from its first entry would not show".into()
        }),
        (!beyond.is_empty()).then(|| format!("anchors of sizes {beyond:?}, which this bundle does not lead through")),
        options
            .hmac_key
            .is_none()
            .then(|| format!("manifest.hmac: no --hmac-key was given (key {})", manifest.hmac_key_id)),
        (manifest.kind == Kind::Evidence).then(|| "entries of other visits, and their order".into()),
        (manifest.kind != Kind::Evidence && manifest.first_seq > 0)
            .then(|| format!("entries before seq {}, beyond what their checkpoint says", manifest.first_seq)),
        Some("whether what was written is true, only that it was written then and is unchanged".into()),
        Some("entries younger than the checkpoint".into()),
    ];
    facts.not_checked.extend(notes.into_iter().flatten());
}
