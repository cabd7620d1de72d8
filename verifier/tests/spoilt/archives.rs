//! Archives that no exporter writes.

use super::{Case, bundle};
use crate::builder::{Bundle, Member, Scope, zip};

fn members(bundle: &Bundle, deflate: bool) -> Vec<Member> {
    let make = if deflate { Member::deflated } else { Member::stored };
    bundle.members.iter().map(|(name, bytes)| make(name, bytes)).collect()
}

type Bend = fn(&mut Member);

pub(crate) fn cases() -> Vec<Case> {
    let whole = bundle(Scope::Period("audit", 0, 9));
    let mut cases = cuts(&whole);
    cases.extend(bent_members(&whole));
    let more = |name: &str| {
        let mut members = members(&whole, false);
        members.push(Member::stored(name, b"x"));
        Case::new(format!("a member called {name:?}"), zip(&members))
    };
    let names = ["../a", "/a", "a/../b", "a/./b", "a//b", "a/", "..", "", "a\\b", "C:/a", "a b", "ä", "a\0b", "a\nb"];
    cases.extend(names.map(more));
    cases.extend(["VERIFY.md", "verify.MD", "manifest.json", &"a".repeat(513)].map(more));
    let mut not_utf8 = members(&whole, false);
    not_utf8.push(Member { name: b"a\xff".to_vec(), ..Member::stored("a", b"x") });
    cases.push(Case::new("a name that is not UTF-8", zip(&not_utf8)));
    cases.push(Case::new("no members", zip(&[])));
    cases.extend(headers(&whole));
    cases
}

fn cuts(whole: &Bundle) -> Vec<Case> {
    let mut cases = Vec::new();
    for archive in [whole.zip(), whole.zip_deflated()] {
        for place in (0..archive.len()).step_by(211) {
            cases.push(Case::new(format!("cut at {place}"), archive[..place].to_vec()));
            cases.push(Case::new(format!("cut before {place}"), archive[place + 1..].to_vec()));
        }
        let longer = [archive.as_slice(), b"x"].concat();
        cases.push(Case::new("a byte more at the end", longer));
        cases.push(Case::new("a byte more at the beginning", [b"x", archive.as_slice()].concat()));
    }
    for (what, bytes) in [("nothing", vec![]), ("zeros", vec![0; 100_000]), ("text", b"{\"v\": 1}\n".to_vec())] {
        cases.push(Case::new(what, bytes));
    }
    cases
}

/// One member after another is bent in one way after another.
fn bent_members(whole: &Bundle) -> Vec<Case> {
    let bends: [(&str, bool, Bend); 11] = [
        ("a symbolic link", false, |member| member.mode = 0o120_777),
        ("a folder", false, |member| member.mode = 0o040_755),
        ("encrypted", false, |member| member.flags = 1),
        ("patched", false, |member| member.flags = 1 << 5),
        ("packed by another method", false, |member| member.method = 12),
        ("of two sizes", false, |member| member.size += 1),
        ("as large as ZIP64", false, |member| member.size = u32::MAX),
        ("a bomb", true, |member| *member = Member { size: 1000, ..Member::deflated("x", &vec![0; 1 << 22]) }),
        ("longer than it says", true, |member| member.size -= 1),
        ("shorter than it says", true, |member| member.size += 1),
        ("followed by more", true, |member| member.bytes.extend(b"more")),
    ];
    let mut cases = Vec::new();
    for (what, deflate, bend) in bends {
        for name in ["audit/entries.jsonl", "VERIFY.md", "manifest.json", "manifest.sig"] {
            let mut members = members(whole, deflate);
            let member = members.iter_mut().find(|member| member.name == name.as_bytes()).unwrap();
            let true_name = member.name.clone();
            bend(member);
            member.name = true_name;
            cases.push(Case::new(format!("{name} is {what}"), zip(&members)));
        }
    }
    let mut garbage = members(whole, true);
    garbage[0].bytes = b"\xff\xff\xff\xff".to_vec();
    cases.push(Case::new("what cannot be inflated", zip(&garbage)));
    cases
}

/// Fields of the local headers and of the record at the end, each changed alone.
fn headers(whole: &Bundle) -> Vec<Case> {
    let archive = whole.zip();
    let end = archive.len() - 22;
    let changed = |what: String, place: usize| {
        let mut spoilt = archive.clone();
        spoilt[place] ^= 1;
        Case::new(what, spoilt)
    };
    // Version and time have no effect.
    let local = [0, 1, 6, 8, 18, 22, 26, 30].map(|at| changed(format!("byte {at} of a local header"), at));
    let last = [0, 4, 6, 8, 10, 12, 16, 20].map(|at| changed(format!("byte {at} of the record at the end"), end + at));
    let mut shared = archive.clone();
    let second = shared.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    shared[second + 42..second + 46].copy_from_slice(&[0; 4]);
    local.into_iter().chain(last).chain([Case::new("two members that share bytes", shared)]).collect()
}
