//! The checks in their order, which both verifiers keep: what fails first is the reason.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use crate::anchors::{Anchored, Anchors, Held};
use crate::at::At;
use crate::checkpoint::{Checkpoint, Refused};
use crate::evidence;
use crate::finding::{Checked, Finding, Reason};
use crate::hash::{Hash, genesis};
use crate::log::{Mark, Pass, Start};
use crate::manifest::{Kind, Manifest};
use crate::manifest_signature::{self, ManifestFiles};
use crate::members::{ABOUT_THE_OTHERS, CHECKPOINT, Members, PREVIOUS};
use crate::note::{Unsigned, VerifierKey};
use crate::openings;
use crate::period;
use crate::report::{Facts, Report};
use crate::source::Source;
use crate::zip::{Archive, not_ours};

const NOTE_BYTES_MAX: u64 = 1 << 16;
const MANIFEST_BYTES_MAX: u64 = 1 << 20;

/// What the auditor brings along.
#[derive(Clone, Debug)]
pub struct Options {
    /// Keys that count: that of the log, and that of bundles.
    pub keys: Vec<VerifierKey>,
    /// The only organization that the bundle may be of.
    pub organization: Option<String>,
    /// Notes that were kept elsewhere.
    pub anchors: Vec<Vec<u8>>,
    /// Notes out of a folder, in which there may be some of other logs.
    pub found_anchors: Vec<Vec<u8>>,
    /// Keys that were left out because they are revoked, as they are named in a report.
    pub revoked: Vec<String>,
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
        Self {
            keys,
            organization: None,
            anchors: Vec::new(),
            found_anchors: Vec::new(),
            revoked: Vec::new(),
            max_gap_days: None,
            hmac_key: None,
            threads: NonZeroUsize::MIN,
        }
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
        return Err(Finding::new(Reason::Usage, "No key was given"));
    }
    let anchors = Anchors::read(&options.anchors, &options.found_anchors, &options.keys)?;
    let archive = Archive::open(source)?;
    let manifest = open_manifest(&archive, options, facts)?;
    let mut members = Members::check(&archive, &manifest)?;
    let mut check = Check { archive: &archive, manifest: &manifest, options, facts, members: &mut members };
    let log = check.log(&anchors);
    let log = members.conclude(&archive, log)?;
    let anchored = Anchored { checkpoint: &log.checkpoint, marks: &log.marks, since: log.since };
    let held = anchors.check(&anchored, options.max_gap_days)?;
    members.expect_crcs(&archive)?;
    note_unchecked(facts, &manifest, options, &held, members.unspoken());
    facts.anchors = held.used;
    Ok(())
}

fn open_manifest(archive: &Archive<'_>, options: &Options, facts: &mut Facts) -> Checked<Manifest> {
    let find = |name: &str| archive.find(name).ok_or_else(|| none_such(archive, name));
    let [json, hmac, signature] = ABOUT_THE_OTHERS.map(find);
    let (json, hmac, signature) = (json?, hmac?, signature?);
    let files = ManifestFiles {
        json: archive.read_whole(json, MANIFEST_BYTES_MAX)?,
        hmac: archive.read_whole(hmac, NOTE_BYTES_MAX)?,
        signature: archive.read_whole(signature, NOTE_BYTES_MAX)?,
    };
    let signed = manifest_signature::check(&files, &options.keys)?;
    let manifest = Manifest::read(&files.json)?;
    signed.expect_of(&manifest)?;
    facts.organization = Some(manifest.organization.clone());
    facts.kind = Some(manifest.kind.word());
    facts.created_at = Some(manifest.created_at.clone());
    if let Some(wanted) = options.organization.as_ref().filter(|wanted| **wanted != manifest.organization) {
        let own = &manifest.organization;
        let what = format!("This is a bundle of the organization {own}, and you asked for {wanted}");
        return Err(Finding::new(Reason::Organization, what));
    }
    facts.add_keys(&signed.signers);
    signed.expect_hmac(options.hmac_key.as_ref())?;
    manifest.expect_bounded()?;
    Ok(manifest)
}

fn none_such(archive: &Archive<'_>, name: &str) -> Finding {
    if archive.members().iter().any(|member| member.name.ends_with(&format!("/{name}"))) {
        return not_ours("all of it lies in a folder");
    }
    Finding::new(Reason::ManifestForm, format!("This is no bundle: it has no {name}"))
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
        let (summary, sums) = pass.run(self.options.threads)?;
        self.members.add(&sums);
        summary.entries?;

        self.expect_signed(&checkpoint)?;
        period::expect_led_to(&checkpoint, self.manifest, first_seq, summary.size, &summary.end)?;
        self.openings(first_seq..)?;
        summary.table?;
        self.facts.entries = Some(summary.size - first_seq);
        self.facts.add_span(summary.first_at, summary.first_at.and(summary.end.time));
        Ok(Led { checkpoint, marks: summary.marks, since: before.or(summary.first_at) })
    }

    /// Checks what was opened of the entries, whose numbers are given in order.
    pub(crate) fn openings(&mut self, seqs: impl Iterator<Item = u64>) -> Checked {
        let counted = self.manifest.counts.get("openings").copied().unwrap_or_default();
        let opened = openings::check(self.archive, seqs, counted)?;
        self.expect_count("openings", opened.count, Reason::Opening)?;
        opened.files.into_iter().for_each(|name| self.members.add_compared(name));
        self.facts.openings = Some(opened.count);
        Ok(())
    }

    /// Reads a checkpoint of the bundle, and who signed it.
    fn checkpoint(&mut self, name: &str) -> Checked<Checkpoint> {
        let member = self.archive.find(name).ok_or_else(|| missing(name))?;
        let form = || Finding::new(Reason::CheckpointForm, format!("{name} is no checkpoint"));
        let bytes = self.archive.read_whole(member, NOTE_BYTES_MAX)?;
        let (checkpoint, signers) = Checkpoint::verified(&bytes, &self.options.keys).map_err(|why| match why {
            Refused::Form => form(),
            Refused::Signature(_, Unsigned::Unknown) => Finding::unsigned(name),
            Refused::Signature(_, Unsigned::Forged) => {
                let what = "was changed: its signature is not of the key that it names";
                Finding::new(Reason::CheckpointSignature, format!("{name} {what}"))
            }
        })?;
        if checkpoint.organization != self.manifest.organization {
            return Err(Finding::new(Reason::Organization, format!("{name} is of another organization")));
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
        Err(Finding::new(Reason::Tree, "The manifest speaks of another log than audit/checkpoint.note"))
    }

    /// That there are as many of them as the manifest counts.
    pub(crate) fn expect_count(&self, what: &str, counted: u64, reason: Reason) -> Checked {
        match self.manifest.counts.get(what) {
            Some(listed) if *listed == counted => Ok(()),
            _ => Err(Finding::new(reason, format!("The bundle has another number of {what} than its manifest says"))),
        }
    }
}

pub(crate) fn missing(name: &str) -> Finding {
    Finding::new(Reason::Members, format!("{name} is missing"))
}

fn note_unchecked(facts: &mut Facts, manifest: &Manifest, options: &Options, held: &Held, unspoken: Option<String>) {
    let is_evidence = manifest.kind == Kind::Evidence;
    let (hmac_key_id, first_seq) = (&manifest.hmac_key_id, manifest.first_seq);
    let beyond =
        held.beyond.iter().map(|size| format!("your note of size {size}: this bundle does not lead through that size"));
    let revoked = options.revoked.join(", ");
    let notes = [
        options
            .hmac_key
            .is_none()
            .then(|| format!("manifest.hmac, since the export key was not given ({hmac_key_id})")),
        is_evidence.then(|| "entries of other visits, and later entries of this visit".to_owned()),
        (!is_evidence && first_seq > 0)
            .then(|| format!("the entries before entry {first_seq}, beyond what their checkpoint says")),
        (held.foreign > 0).then(|| format!("{} of your notes, which are of other logs", held.foreign)),
        held.used.is_empty().then(|| {
            let what = "whether the whole log was written and signed anew";
            format!("{what}: that takes a note of it that was kept elsewhere (--anchor)")
        }),
        unspoken,
        (!revoked.is_empty()).then(|| format!("what revoked keys signed: they were left out ({revoked})")),
        Some("whether what was written is true, only that it was written then and is unchanged".to_owned()),
        Some("entries younger than the checkpoint".to_owned()),
    ];
    facts.not_checked.extend(beyond.chain(notes.into_iter().flatten()));
}
