//! Whole logs made anew, and signatures by the wrong hands.

use super::{Case, bundle, log, other_keys, replace};
use crate::builder::{Bundle, Keys, Log, Scope, sign};
use crate::bundles::{ORGANIZATION, foreign_keys, keys};

const WHOLE: Scope = Scope::Period("audit", 0, 200);
const CHECKPOINT: &str = "audit/checkpoint.note";

/// The log with one entry changed, and every hash after it computed anew.
fn forged(seq: usize) -> Log {
    let true_log = log(200);
    let mut forged = true_log.clone();
    forged.entries.clear();
    for (at, entry) in true_log.entries.into_iter().enumerate() {
        let text = if at == seq { entry.text.replace("203.0.113.7", "203.0.113.8") } else { entry.text };
        forged.push(text, entry.at, entry.target);
    }
    forged
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for seq in [0, 1, 77, 199] {
        cases.extend(chains_made_anew(seq));
    }
    cases.extend(wrong_hands());
    cases.extend(wrong_anchors());
    cases.extend(last_characters());
    cases.extend([unlisted(), photo_exchanged("b photo"), photo_exchanged("")]);
    cases.extend([Scope::Period("audit", 13, 40), Scope::Visit(4)].map(without_each_member).into_iter().flatten());
    cases
}

fn chains_made_anew(seq: usize) -> [Case; 4] {
    let (keys, forged, whole) = (keys(), forged(seq), bundle(WHOLE));
    let anew = forged.bundle(&keys, WHOLE);
    let unsigned = {
        let mut spoilt = anew.clone();
        for member in ["manifest.sig", "manifest.hmac"] {
            spoilt.put(member, whole.members[member].clone());
        }
        spoilt.put("manifest.json", anew.manifest());
        spoilt
    };
    let mut old_checkpoint = anew.clone();
    old_checkpoint.put(CHECKPOINT, log(200).checkpoint(&keys, 200));
    let mut old_manifest = old_checkpoint.clone();
    (old_manifest.root, old_manifest.chain) = (whole.root, whole.chain);
    let named = |how: &str| format!("chain made anew from {seq}, {how}");
    [
        Case::new(named("unsigned"), unsigned.zip()),
        Case::new(named("old checkpoint"), old_checkpoint.sealed(&keys).zip()),
        Case::new(named("old checkpoint, and the manifest speaks of it"), old_manifest.sealed(&keys).zip()),
        // Both keys in the wrong hands: what another party kept is all that is left.
        Case::new(named("all signed again"), anew.sealed(&keys).zip())
            .with(|options| options.anchors = vec![log(200).checkpoint(&keys, 200)]),
    ]
}

fn wrong_hands() -> Vec<Case> {
    let (keys, other) = (keys(), other_keys());
    let own_key = |mut bundle: Bundle| {
        bundle.put("keys.vkey", (other.texts().join("\n") + "\n").into_bytes());
        bundle.sealed(&other).zip()
    };
    let foreign = foreign_keys();
    let foreign_log = Log::new(&foreign.organization, 200);
    let mut by_the_log_key = bundle(WHOLE);
    let text = String::from_utf8(by_the_log_key.members["manifest.sig"].clone()).unwrap();
    let text = text.split_once("\n\n").unwrap().0.to_owned() + "\n";
    by_the_log_key.put("manifest.sig", sign(&text, &keys.bundle_name(), &keys.log));
    let mut of_another = log(200).bundle(&keys, WHOLE);
    of_another.put(CHECKPOINT, foreign_log.checkpoint(&foreign, 200));
    let mut older = log(200).bundle(&keys, WHOLE);
    older.put(CHECKPOINT, log(150).checkpoint(&keys, 150));
    let mut by_the_bundle_key = log(200).bundle(&keys, WHOLE);
    let text = log(200).checkpoint_text(&keys, 200);
    by_the_bundle_key.put(CHECKPOINT, sign(&text, &keys.log_name(), &keys.documents));
    let both = |options: &mut doorbook_verify::Options| options.keys.extend(crate::bundles::options(&foreign).keys);
    let whole = || bundle(WHOLE).zip();
    vec![
        Case::new("own key in the bundle", own_key(log(200).bundle(&other, WHOLE))),
        Case::new("own key in the bundle, true checkpoint", own_key(log(200).bundle(&keys, WHOLE))),
        Case::new("manifest signed by the log's key", by_the_log_key.zip()),
        Case::new("checkpoint of another organization", of_another.clone().sealed(&keys).zip()),
        Case::new("checkpoint of another organization, its key given", of_another.sealed(&keys).zip()).with(both),
        Case::new("bundle of another organization", foreign_log.bundle(&foreign, WHOLE).sealed(&foreign).zip()),
        Case::new("manifest signed for another", log(200).bundle(&keys, WHOLE).sealed(&foreign).zip()).with(both),
        Case::new("older checkpoint", older.sealed(&keys).zip()),
        Case::new("checkpoint by the bundle key", by_the_bundle_key.sealed(&keys).zip()),
        Case::new("no key", whole()).with(|options| options.keys.clear()),
        Case::new("the log's key alone", whole()).with(|options| options.keys.truncate(1)),
        Case::new("the bundle key alone", whole()).with(|options| drop(options.keys.remove(0))),
        Case::new("another organization wanted", whole())
            .with(|options| options.organization = Some(ORGANIZATION.replace('6', "7"))),
        Case::new("another export key", whole()).with(|options| options.hmac_key = Some([7; 32])),
    ]
}

fn wrong_anchors() -> Vec<Case> {
    let keys = keys();
    let truncated = || log(200).bundle(&keys, Scope::Period("audit", 0, 150)).sealed(&keys).zip();
    let with = |name: &str, archive: Vec<u8>, anchors: Vec<Vec<u8>>| {
        Case::new(name, archive).with(|options| options.anchors = anchors)
    };
    let of_size = |size: usize| log(200).checkpoint(&keys, size);
    let period = || bundle(Scope::Period("audit", 16, 40)).zip();
    let changed_time =
        sign(&log(200).checkpoint_text(&keys, 20).replacen("time 2026", "time 2025", 1), &keys.log_name(), &keys.log);
    let forks = [of_size(8), forged(3).checkpoint(&keys, 8)];
    let mut gap = with("a gap", truncated(), vec![of_size(20)]);
    gap.options.max_gap_days = Some(0);
    vec![
        with("the newest removed, a later anchor given", truncated(), vec![of_size(151)]),
        with("an anchor of a forged log", truncated(), vec![of_size(10), forged(77).checkpoint(&keys, 120)]),
        with("an anchor signed by another", truncated(), vec![log(200).checkpoint(&other_keys(), 120)]),
        with("an anchor that is none", truncated(), vec![b"no note".to_vec()]),
        with("an anchor with another time", truncated(), vec![changed_time]),
        with("two anchors before a period that differ", period(), forks.to_vec()),
        with("an anchor at the beginning of a period", period(), vec![forged(3).checkpoint(&keys, 16)]),
        with("an anchor of an empty log that is none", period(), vec![empty_but_not(&keys)]),
        gap,
    ]
}

fn empty_but_not(keys: &Keys) -> Vec<u8> {
    let text = format!("{}\n0\n{1}\nchain {1}\n", keys.log_name(), crate::builder::base64(&[0; 32]));
    sign(&text, &keys.log_name(), &keys.log)
}

/// The last character before the padding carries bits that common decoders throw away.
fn last_characters() -> Vec<Case> {
    let next = |text: String| {
        let end = text.trim_end_matches(['=', '\n']).len() - 1;
        let other = char::from(text.as_bytes()[end] + 1);
        format!("{}{other}{}", &text[..end], &text[end + 1..])
    };
    let mut manifest = bundle(Scope::Period("audit", 13, 40));
    replace(&mut manifest, "manifest.sig", next);
    let notes = [CHECKPOINT, "audit/previous.note"].map(|name| {
        let archive = super::signed_again(bundle(Scope::Period("audit", 13, 40)), name, next);
        Case::new(format!("last character of {name}"), archive)
    });
    notes.into_iter().chain([Case::new("last character of manifest.sig", manifest.zip())]).collect()
}

fn unlisted() -> Case {
    let mut spoilt = bundle(WHOLE);
    spoilt.put("audit/more.txt", b"more\n".to_vec());
    Case::new("an unlisted member", spoilt.zip())
}

fn photo_exchanged(photo: &str) -> Case {
    let mut spoilt = log(40).bundle(&keys(), Scope::Visit(4));
    let true_photo = spoilt.members["photo.jpg"].clone();
    let other = if photo.is_empty() { true_photo.iter().map(|byte| !byte).collect() } else { photo.into() };
    spoilt.put("photo.jpg", other);
    Case::new(format!("photo exchanged for {photo:?}, signed again"), spoilt.sealed(&keys()).zip())
}

fn without_each_member(scope: Scope) -> Vec<Case> {
    let whole = bundle(scope);
    let without = |name: &String| {
        let mut unsigned = whole.clone();
        unsigned.members.remove(name);
        let mut signed = unsigned.clone();
        if !name.starts_with("manifest.") {
            signed.seal(&keys());
        }
        [("", unsigned), (", signed again", signed)]
            .map(|(how, spoilt)| Case::new(format!("{name} removed{how}, {scope:?}"), spoilt.zip()))
    };
    let spares = ["VERIFY.md", "audit/entries.csv", "audit/openings.jsonl"];
    let names = whole.members.keys().filter(|name| !spares.contains(&name.as_str()));
    names.flat_map(without).collect()
}
