//! Whole and true bundles hold; what the auditor brings along is held against them.

use doorbook_verify::{Options, Report, VerifierKey, verify};

use super::builder::{Keys, Log, Scope, sign, signature_line};

pub(crate) const ORGANIZATION: &str = "6513270e-269e-4d37-b2a7-4de452e6b438";

pub(crate) fn keys() -> Keys {
    Keys::new(ORGANIZATION, "doorbook")
}

/// The keys of another organization of the same deployment.
pub(crate) fn foreign_keys() -> Keys {
    Keys::new("00000000-0000-4000-8000-000000000000", "doorbook")
}

pub(crate) fn options(keys: &Keys) -> Options {
    Options::with_keys(keys.texts().iter().map(|text| VerifierKey::read(text).unwrap()).collect())
}

pub(crate) fn check(bundle: Vec<u8>, options: &Options) -> Report {
    verify(&bundle, options)
}

#[track_caller]
pub(crate) fn expect(report: &Report, reason: &str, seq: Option<u64>) {
    assert_eq!((report.reason.word(), report.first_bad_seq), (reason, seq), "{}", report.message);
}

const SCOPES: [Scope; 7] = [
    Scope::Period("audit", 0, 40),
    Scope::Period("audit", 0, 0),
    Scope::Period("audit", 13, 40),
    Scope::Period("audit", 16, 16),
    Scope::Period("data", 0, 40),
    Scope::Visit(4),
    Scope::Visit(12),
];

#[test]
fn untouched_bundles_of_every_kind_hold() {
    let (log, keys) = (Log::new(ORGANIZATION, 40), keys());
    for scope in SCOPES {
        let bundle = log.bundle(&keys, scope).sealed(&keys);
        expect(&check(bundle.zip(), &options(&keys)), "ok", None);
        expect(&check(bundle.zip_deflated(), &options(&keys)), "ok", None);
    }
}

#[test]
fn many_parts_and_threads_come_to_the_same() {
    let (log, keys) = (Log::new(ORGANIZATION, 5000), keys());
    for scope in [Scope::Period("audit", 0, 5000), Scope::Period("audit", 1777, 5000)] {
        let bundle = log.bundle(&keys, scope).sealed(&keys).zip();
        for threads in [1, 2, 7] {
            let mut options = options(&keys);
            options.threads = threads.try_into().unwrap();
            options.anchors = [1778, 2000, 4096, 5000].map(|size| log.checkpoint(&keys, size)).to_vec();
            let report = check(bundle.clone(), &options);
            expect(&report, "ok", None);
            assert_eq!(report.facts.anchors, [1778, 2000, 4096, 5000]);
        }
    }
}

#[test]
fn the_report_says_what_was_seen_and_what_was_not() {
    let (log, keys) = (Log::new(ORGANIZATION, 40), keys());
    let bundle = log.bundle(&keys, Scope::Period("audit", 13, 40)).sealed(&keys).zip();

    let facts = check(bundle, &options(&keys)).facts;

    assert_eq!(facts.organization.as_deref(), Some(ORGANIZATION));
    assert_eq!((facts.first_seq, facts.tree_size, facts.entries), (Some(13), Some(40), Some(27)));
    assert_eq!(facts.first_at.as_deref(), Some("2026-01-01T00:00:06.500000Z"));
    assert_eq!(facts.last_at.as_deref(), Some("2026-01-01T00:00:19.500000Z"));
    assert_eq!(facts.keys.len(), 2);
    for left in ["written and signed anew", "manifest.hmac", "entries before entry 13", "is true"] {
        assert!(facts.not_checked.iter().any(|what| what.contains(left)), "{left}: {:?}", facts.not_checked);
    }
}

#[test]
fn both_keys_are_needed_and_no_other_counts() {
    let (log, keys) = (Log::new(ORGANIZATION, 20), keys());
    let bundle = log.bundle(&keys, Scope::Period("audit", 0, 20)).sealed(&keys).zip();
    let given = options(&keys).keys;
    let with = |keys: &[VerifierKey]| check(bundle.clone(), &Options::with_keys(keys.to_vec()));

    expect(&with(&[]), "usage", None);
    // Keys are mixed up more often than logs are forged: this is no accusation.
    for keys in [given[..1].to_vec(), given[1..].to_vec(), options(&Keys::new(ORGANIZATION, "another")).keys] {
        let report = with(&keys);
        expect(&report, "keys", None);
        assert!(report.exit() == 2 && report.message.starts_with("None of your keys signed this. Check them first."));
    }
}

#[test]
fn the_organization_and_the_export_key_are_those_given() {
    let (log, keys) = (Log::new(ORGANIZATION, 20), keys());
    let bundle = log.bundle(&keys, Scope::Period("audit", 0, 20)).sealed(&keys).zip();
    let mut given = options(&keys);

    given.organization = Some(ORGANIZATION.to_owned());
    given.hmac_key = Some(keys.export);
    expect(&check(bundle.clone(), &given), "ok", None);
    given.hmac_key = Some([7; 32]);
    expect(&check(bundle.clone(), &given), "hmac", None);
    given.organization = Some(ORGANIZATION.replace('6', "7"));
    expect(&check(bundle, &given), "organization", None);
}

#[test]
fn at_a_rotation_either_signature_will_do_and_none_may_be_forged() {
    let (log, keys) = (Log::new(ORGANIZATION, 20), keys());
    let newer = Keys::new(ORGANIZATION, "next year");
    let text = log.checkpoint_text(&keys, 20);
    let both = |signed: &str| {
        let first = signature_line(&text, &keys.log_name(), &keys.log);
        let second = signature_line(signed, &keys.log_name(), &newer.log);
        let mut bundle = log.bundle(&keys, Scope::Period("audit", 0, 20));
        bundle.put("audit/checkpoint.note", format!("{text}\n{first}{second}").into_bytes());
        bundle.sealed(&keys).zip()
    };
    let old = options(&keys);
    let mut every = old.clone();
    every.keys.extend(options(&newer).keys);

    expect(&check(both(&text), &old), "ok", None);
    expect(&check(both(&text), &every), "ok", None);
    expect(&check(both("another text\n"), &old), "ok", None);
    expect(&check(both("another text\n"), &every), "checkpoint_signature", None);
}

#[test]
fn anchors_hold_the_log_to_what_it_was() {
    let (log, keys) = (Log::new(ORGANIZATION, 40), keys());
    let bundle = log.bundle(&keys, Scope::Period("audit", 16, 40)).sealed(&keys).zip();
    let with = |anchors: Vec<Vec<u8>>| {
        let mut options = options(&keys);
        options.anchors = anchors;
        check(bundle.clone(), &options)
    };
    let mut forked = Log::new(ORGANIZATION, 29);
    forked.push("{}".to_owned(), "2026-01-01T00:00:14.500000Z".to_owned(), String::new());
    let longer = Log::new(ORGANIZATION, 41).checkpoint(&keys, 41);
    let foreign = foreign_keys();

    let report = with([0, 8, 16, 17, 40].map(|size| log.checkpoint(&keys, size)).to_vec());
    expect(&report, "ok", None);
    assert_eq!(report.facts.anchors, [0, 16, 17, 40], "and size 8 lies before the period");
    assert!(report.facts.not_checked.iter().any(|what| what.contains("size 8")));
    expect(&with(vec![forked.checkpoint(&keys, 30)]), "anchor", None);
    let newer = with(vec![longer]);
    expect(&newer, "anchor", Some(40));
    let either = "it is older than the note, or its newest entries were removed.";
    assert!(newer.message.starts_with(&format!("This bundle ends before your note: {either}")));
    expect(&with(vec![b"no note".to_vec()]), "usage", None);
    expect(&with(vec![log.checkpoint(&Keys::new(ORGANIZATION, "another"), 20)]), "keys", None);
    expect(&with(vec![log.checkpoint(&foreign, 20)]), "usage", None);
    let mut folder = options(&keys);
    folder.found_anchors = vec![log.checkpoint(&foreign, 20), log.checkpoint(&keys, 20)];
    let report = check(bundle.clone(), &folder);
    expect(&report, "ok", None);
    assert_eq!(report.facts.anchors, [20]);
    assert!(report.facts.not_checked.contains(&"1 of your notes, which are of other logs".to_owned()));
    let two_of_eight = [&log, &Log::new(&foreign.organization, 8)].map(|log| log.checkpoint(&keys, 8));
    expect(&with(two_of_eight.to_vec()), "anchor", None);
}

#[test]
fn a_gap_between_anchors_is_found() {
    let keys = keys();
    let mut log = Log::new(ORGANIZATION, 3);
    for day in [4, 9, 11] {
        let seq = log.entries.len();
        let at = format!("2026-01-{day:02}T00:00:00.000000Z");
        let text =
            log.entries[2].text.replace("\"seq\": 2", &format!("\"seq\": {seq}")).replace(&log.entries[2].at, &at);
        let text = text.replace("\"prev\": 1", &format!("\"prev\": {}", seq - 1));
        log.push(text, at, String::new());
    }
    let bundle = log.bundle(&keys, Scope::Period("audit", 0, 6)).sealed(&keys).zip();
    let with = |sizes: &[usize], days| {
        let mut options = options(&keys);
        options.anchors = sizes.iter().map(|size| log.checkpoint(&keys, *size)).collect();
        options.max_gap_days = Some(days);
        check(bundle.clone(), &options)
    };

    expect(&with(&[1, 4, 5, 6], 5), "ok", None);
    expect(&with(&[1, 4, 5, 6], 4), "gap", None);
    expect(&with(&[1, 5], 7), "gap", None);
}

#[test]
fn a_checkpoint_of_another_log_is_refused_though_its_key_is_given() {
    let (log, keys) = (Log::new(ORGANIZATION, 20), keys());
    let foreign = foreign_keys();
    let mut options = options(&keys);
    options.keys.extend(self::options(&foreign).keys);
    let mut bundle = log.bundle(&keys, Scope::Period("audit", 0, 20));

    bundle.put("audit/checkpoint.note", Log::new(&foreign.organization, 20).checkpoint(&foreign, 20));
    expect(&check(bundle.clone().sealed(&keys).zip(), &options), "organization", None);
    bundle.put("audit/checkpoint.note", log.checkpoint(&keys, 20));
    bundle.seal(&foreign);
    expect(&check(bundle.zip(), &options), "manifest_signature", None);
    let by_the_other_key = sign(&log.checkpoint_text(&keys, 20), &keys.bundle_name(), &keys.documents);
    bundle.put("audit/checkpoint.note", by_the_other_key);
    bundle.seal(&keys);
    expect(&check(bundle.zip(), &options), "keys", None);
}
