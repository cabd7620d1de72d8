//! Nothing that was changed holds: every byte, every line, every forgery we could think of.

use doorbook_verify::{Reason, verify};

use super::builder::{Bundle, Scope};
use super::bundles::{keys, options};
use super::spoilt::{bundle, cases, edits_of_lines};

/// Flips a bit of every so-manieth byte of a member, in place, and hands each report over with where that was.
fn flip_bytes(bundle: &Bundle, name: &str, step: usize, judge: impl Fn(usize, &doorbook_verify::Report)) {
    let mut archive = bundle.zip();
    let (bytes, options) = (&bundle.members[name], options(&keys()));
    let start = memchr::memmem::find(&archive, &[name.as_bytes(), bytes].concat()).unwrap() + name.len();
    for at in (0..bytes.len()).step_by(step) {
        archive[start + at] ^= 1 << (at % 8);
        let report = verify(&archive, &options);
        // What no given key signed, or is no signed note, was not verified; everything else is wrong.
        let is_unsigned = matches!(report.reason, Reason::ManifestForm | Reason::Keys) && name == "manifest.sig";
        let allowed = report.exit() == 1 || is_unsigned;
        assert!(allowed, "{name} at {at}: {report}");
        judge(at, &report);
        archive[start + at] ^= 1 << (at % 8);
    }
    assert_eq!(verify(&archive, &options).reason, Reason::Ok, "{name} is whole again");
}

/// Flips bytes of the entries and links, and expects the line in which each stands to be named.
fn expect_lines_named(mut bundle: Bundle, step: usize) {
    // Made from the entries: without it, a bundle is checked in a third of the time.
    bundle.members.remove("audit/entries.csv");
    bundle.seal(&keys());
    for name in ["audit/entries.jsonl", "audit/links.txt"] {
        let ends: Vec<_> = memchr::memchr_iter(b'\n', &bundle.members[name]).collect();
        flip_bytes(&bundle, name, step, |at, report| {
            let line = bundle.first_seq + ends.partition_point(|end| *end < at);
            assert_eq!(report.first_bad_seq, Some(u64::try_from(line).unwrap()), "{name} at {at}: {report}");
        });
    }
}

#[test]
fn every_flipped_byte_of_the_entries_and_links_of_a_period_is_found_and_named() {
    expect_lines_named(bundle(Scope::Period("audit", 180, 200)), 1);
}

#[test]
fn flipped_bytes_all_over_a_whole_log_are_found_and_named() {
    // Every byte of all of it takes minutes: `make tamper`.
    let is_thorough = std::env::var_os("EVERY_BYTE").is_some();
    expect_lines_named(bundle(Scope::Period("audit", 0, 200)), if is_thorough { 1 } else { 19 });
}

#[test]
fn every_flipped_byte_of_everything_else_is_found() {
    let large = ["audit/entries.jsonl", "audit/links.txt"];
    let whole = bundle(Scope::Period("audit", 0, 200));
    for name in whole.members.keys().filter(|name| name.contains("manifest") || name.contains("note")) {
        flip_bytes(&whole, name, 1, |_, _| ());
    }
    for bundle in [bundle(Scope::Period("audit", 187, 200)), bundle(Scope::Visit(4))] {
        let is_period = bundle.kind == "audit";
        for name in bundle.members.keys().filter(|name| !is_period || !large.contains(&name.as_str())) {
            flip_bytes(&bundle, name, 1, |_, _| ());
        }
    }
}

#[test]
fn every_edit_of_every_line_is_found_and_named() {
    for is_signed in [false, true] {
        for case in edits_of_lines(Scope::Period("audit", 0, 200), 1, is_signed) {
            let report = case.verify();
            assert!(report.exit() == 1 && report.first_bad_seq.is_some(), "{}: {report}", case.name);
        }
    }
    for case in edits_of_lines(Scope::Period("data", 77, 120), 1, true) {
        assert!(case.verify().exit() == 1, "{}", case.name);
    }
    for case in edits_of_lines(Scope::Visit(12), 1, true) {
        assert!(case.verify().exit() == 1, "{}", case.name);
    }
}

#[test]
fn nothing_that_was_spoilt_holds() {
    for case in cases() {
        let report = case.verify();
        assert_ne!(report.exit(), 0, "{}: {report}", case.name);
    }
}
