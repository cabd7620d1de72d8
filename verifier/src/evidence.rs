//! Evidence of one visit: a proof for each entry, and none left out between two.

use std::collections::BTreeMap;

use crate::checkpoint::Checkpoint;
use crate::encoding::{hex_text, unhex, wide};
use crate::finding::{Checked, Finding, Reason};
use crate::hash::Hash;
use crate::json::{Fault, Raw, Rules};
use crate::log::{Shown, check_evidence, unnamed};
use crate::members::{NDA, PROOFS, VISIT};
use crate::tree::includes;
use crate::verify::{Check, Led, missing};

const PROOFS_BYTES_MAX: u64 = 16 << 20;
const VISIT_BYTES_MAX: u64 = 1 << 20;

/// Checks the entries of a visit against the checkpoint.
pub(crate) fn check(check: &mut Check<'_, '_, '_>, checkpoint: Checkpoint) -> Checked<Led> {
    let organization = check.manifest.organization.as_str();
    let count = check.manifest.counts.get("entries").copied().unwrap_or_default();
    let evidence = check_evidence(check.archive, organization, count)?.ok_or_else(|| missing("audit/entries.jsonl"))?;
    check.members.add(&evidence.sums);
    evidence.entries?;

    let shown = &evidence.shown;
    check.expect_signed(&checkpoint)?;
    if shown.first().map(|entry| entry.seq) != Some(check.manifest.first_seq) {
        return Err(Finding::new(Reason::Tree, "The entries do not begin where the manifest says"));
    }
    check.expect_count("entries", wide(shown.len()), Reason::Tree)?;
    expect_end(shown, &checkpoint)?;
    expect_proofs(check, shown, &checkpoint)?;
    expect_none_left_out(check, shown)?;
    check.openings(shown.iter().map(|entry| entry.seq))?;
    expect_signed_text(check, shown)?;
    evidence.table?;

    check.facts.entries = Some(wide(shown.len()));
    check.facts.add_span(shown.first().map(|entry| entry.at), shown.last().map(|entry| entry.at));
    Ok(Led { checkpoint, marks: BTreeMap::new(), since: None })
}

/// That `nda.txt` is the text whose SHA-256 an entry says was signed.
fn expect_signed_text(check: &mut Check<'_, '_, '_>, shown: &[Shown]) -> Checked {
    let mut named = shown.iter().filter_map(|entry| entry.signed_text.as_deref());
    let Some(listed) = check.manifest.listed(NDA) else {
        if named.next().is_some() {
            let what = "the text that was signed at the visit: it is not in this bundle";
            check.facts.not_checked.push(what.to_owned());
        }
        return Ok(());
    };
    let digest = hex_text(&listed.sha256);
    if !named.any(|hash| hash == digest) {
        let what = "nda.txt is not the text that was signed at the visit: no entry names its SHA-256";
        return Err(Finding::new(Reason::Nda, what));
    }
    check.members.add_compared(NDA.to_owned());
    Ok(())
}

/// The checkpoint's own entry, where it is shown.
fn expect_end(shown: &[Shown], checkpoint: &Checkpoint) -> Checked {
    let Some(last) = shown.last() else { return Ok(()) };
    if last.seq + 1 == checkpoint.size && (last.link, Some(last.at)) != (checkpoint.chain, checkpoint.time) {
        let what = format!("Entry {} is not the one that was signed", last.seq);
        return Err(Finding::at(Reason::Tree, last.seq, what));
    }
    Ok(())
}

fn expect_proofs(check: &Check<'_, '_, '_>, shown: &[Shown], checkpoint: &Checkpoint) -> Checked {
    let malformed = || Finding::new(Reason::Proof, "audit/proofs.json is no list of proofs");
    let member = check.archive.find(PROOFS).ok_or_else(|| missing(PROOFS))?;
    let bytes = check.archive.read_whole(member, PROOFS_BYTES_MAX)?;
    let proofs = parse(&bytes, PROOFS)?.and_then(Raw::list).ok_or_else(malformed)?;
    let mut proofs = proofs.into_iter();
    for entry in shown {
        let seq = entry.seq;
        let proof = proofs.next().and_then(Proof::read).filter(|proof| {
            (proof.seq, proof.leaf) == (seq, entry.leaf)
                && includes(seq, checkpoint.size, &proof.leaf, &proof.path, &checkpoint.root)
        });
        if proof.is_none() {
            return Err(Finding::at(Reason::Proof, seq, format!("Entry {seq} is not proved to be in the log")));
        }
    }
    if proofs.next().is_some() {
        return Err(Finding::new(Reason::Proof, "audit/proofs.json has more proofs than there are entries"));
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

/// Reads a member as JSON; `None` when it is none.
fn parse<'b>(bytes: &'b [u8], name: &str) -> Checked<Option<Raw<'b>>> {
    match Raw::parse(bytes, Rules::Json) {
        Ok(json) => Ok(Some(json)),
        Err(Fault::Malformed) => Ok(None),
        Err(Fault::Limit) => Err(Finding::beyond(format_args!("{name} is too deep, or has too many values"))),
    }
}

/// Entries of one target name each other, so that none can be left out between two that are shown; and the visit's
/// own are shown from the first.
fn expect_none_left_out(check: &Check<'_, '_, '_>, shown: &[Shown]) -> Checked {
    let visit = check.archive.find(VISIT).ok_or_else(|| missing(VISIT))?;
    let visit = check.archive.read_whole(visit, VISIT_BYTES_MAX)?;
    let visit = parse(&visit, VISIT)?.and_then(|visit| visit.field("visit_id")?.string());
    let visit = visit.ok_or_else(|| Finding::new(Reason::Prev, "visit.json names no visit"))?;
    let own = ("visit".to_owned(), visit.into_owned());
    let mut newest: BTreeMap<&(String, String), u64> = BTreeMap::new();
    for entry in shown {
        let seq = entry.seq;
        let (target, prev) = entry.target.as_ref().zip(entry.prev).ok_or_else(|| unnamed(seq))?;
        let whole = match newest.insert(target, seq) {
            Some(before) => prev == Some(before),
            None => *target != own || prev.is_none(),
        };
        if !whole {
            return Err(unnamed(seq));
        }
    }
    if newest.contains_key(&own) {
        Ok(())
    } else {
        Err(Finding::new(Reason::Prev, "No entry is of the visit that visit.json names"))
    }
}
