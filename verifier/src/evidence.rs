//! Evidence of one visit: a proof for each entry, and none left out between two.

use std::collections::BTreeMap;

use crate::checkpoint::Checkpoint;
use crate::encoding::unhex;
use crate::finding::{Checked, Finding, Reason};
use crate::hash::Hash;
use crate::json::{Raw, Rules};
use crate::log::{Shown, check_evidence};
use crate::members::{PROOFS, VISIT};
use crate::openings;
use crate::tree::includes;
use crate::verify::{Check, Led, WHOLE_BYTES_MAX, missing};

/// Checks the entries of a visit against the checkpoint.
pub(crate) fn check(check: &mut Check<'_, '_, '_>, checkpoint: Checkpoint) -> Checked<Led> {
    let organization = check.manifest.organization.as_str();
    let evidence = check_evidence(check.archive, organization)?.ok_or_else(|| missing("audit/entries.jsonl"))?;
    check.members.add(&evidence.digests);
    evidence.entries?;

    let shown = &evidence.shown;
    check.expect_signed(&checkpoint)?;
    if shown.first().map(|entry| entry.seq) != Some(check.manifest.first_seq) {
        return Err(Finding::new(Reason::Tree, "The entries do not begin where the manifest says."));
    }
    check.expect_count("entries", crate::encoding::wide(shown.len()), Reason::Tree)?;
    expect_end(shown, &checkpoint)?;
    expect_proofs(check, shown, &checkpoint)?;
    expect_none_left_out(check, shown)?;
    let openings = openings::check(check.archive, shown.iter().map(|entry| entry.seq))?;
    check.expect_count("openings", openings, Reason::Opening)?;
    evidence.table?;

    check.facts.entries = Some(crate::encoding::wide(shown.len()));
    check.facts.add_span(shown.first().map(|entry| entry.at), shown.last().map(|entry| entry.at));
    Ok(Led { checkpoint, marks: BTreeMap::new(), since: None })
}

/// The checkpoint's own entry, where it is shown.
fn expect_end(shown: &[Shown], checkpoint: &Checkpoint) -> Checked {
    let Some(last) = shown.last() else { return Ok(()) };
    if last.seq + 1 == checkpoint.size && (last.link, Some(last.at)) != (checkpoint.chain, checkpoint.time) {
        return Err(Finding::at(Reason::Tree, last.seq, "The newest entry is not the one that was signed."));
    }
    Ok(())
}

fn expect_proofs(check: &Check<'_, '_, '_>, shown: &[Shown], checkpoint: &Checkpoint) -> Checked {
    let malformed = || Finding::new(Reason::Proof, "proofs.json is no list of proofs.");
    let member = check.archive.find(PROOFS).ok_or_else(|| missing(PROOFS))?;
    let bytes = check.archive.read_whole(member, WHOLE_BYTES_MAX)?.ok_or_else(malformed)?;
    let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let proofs = Raw::parse(line, Rules::Json).ok().and_then(Raw::list).ok_or_else(malformed)?;
    let mut proofs = proofs.into_iter();
    for entry in shown {
        let seq = entry.seq;
        let refused = |what: &str| Finding::at(Reason::Proof, seq, format!("The proof of entry {seq} {what}."));
        let proof = proofs.next().and_then(Proof::read).ok_or_else(|| refused("cannot be read"))?;
        if (proof.seq, proof.leaf) != (seq, entry.leaf) {
            return Err(refused("is of another entry"));
        }
        if !includes(seq, checkpoint.size, &proof.leaf, &proof.path, &checkpoint.root) {
            return Err(refused("does not lead to the checkpoint"));
        }
    }
    if proofs.next().is_some() {
        return Err(Finding::new(Reason::Proof, "proofs.json has more proofs than there are entries."));
    }
    Ok(())
}

struct Proof {
    seq: u64,
    leaf: Hash,
    path: Vec<Hash>,
}

impl Proof {
    fn read(json: Raw<'_>) -> Option<Self> {
        let hash = |value: Raw<'_>| unhex(value.string()?.as_bytes());
        Some(Self {
            seq: json.field("seq")?.integer()?,
            leaf: hash(json.field("leaf")?)?,
            path: json.field("proof")?.list()?.into_iter().map(hash).collect::<Option<_>>()?,
        })
    }
}

/// Entries of one target name each other, so that none can be left out between two that are shown; and the visit's
/// own are shown from the first.
fn expect_none_left_out(check: &Check<'_, '_, '_>, shown: &[Shown]) -> Checked {
    let visit = check.archive.find(VISIT).ok_or_else(|| missing(VISIT))?;
    let visit = check.archive.read_whole(visit, WHOLE_BYTES_MAX)?.unwrap_or_default();
    let visit = Raw::parse(&visit, Rules::Json).ok().and_then(|visit| visit.field("visit_id")?.string());
    let visit = visit.ok_or_else(|| Finding::new(Reason::Prev, "visit.json names no visit."))?;
    let own = ("visit".to_owned(), visit.into_owned());
    let mut newest: BTreeMap<&(String, String), u64> = BTreeMap::new();
    for entry in shown {
        let seq = entry.seq;
        let refused = || Finding::at(Reason::Prev, seq, format!("An entry before {seq} was left out."));
        let (target, prev) = entry.target.as_ref().zip(entry.prev).ok_or_else(refused)?;
        let whole = match newest.insert(target, seq) {
            Some(before) => prev == Some(before),
            None => *target != own || prev.is_none(),
        };
        if !whole {
            return Err(refused());
        }
    }
    if newest.contains_key(&own) {
        Ok(())
    } else {
        Err(Finding::new(Reason::Prev, "No entry that is shown is of the visit."))
    }
}
