//! What is no bundle is refused as none, quickly and without a trace of it on disk.

use doorbook_verify::zip::Archive;

use super::builder::{Bundle, Keys, Log, Member, Scope, zip};
use super::bundles::{ORGANIZATION, check, expect, keys, options};

fn bundle(keys: &Keys) -> Bundle {
    Log::new(ORGANIZATION, 9).bundle(keys, Scope::Period("audit", 0, 9)).sealed(keys)
}

#[track_caller]
fn expect_no_archive(archive: &[u8], why: &str) {
    let bytes = archive.to_vec();
    let sound =
        |archive: Archive<'_>| archive.members().iter().try_for_each(|member| archive.read(member).finish().map(drop));
    let refused = Archive::open(&bytes).and_then(sound).err();
    let refused = refused.unwrap_or_else(|| panic!("it was taken, though {why}"));
    assert!(refused.message.contains(why), "{}", refused.message);
    assert_eq!(check(bytes, &options(&keys())).exit(), 2);
}

#[test]
fn what_is_no_archive_is_no_bundle() {
    expect_no_archive(b"", "no ZIP file");
    expect_no_archive(&[0; 100_000], "no ZIP file");
    expect_no_archive(b"PK\x05\x06", "no ZIP file");
    expect_no_archive(b"{\"v\": 1}\n", "no ZIP file");
}

#[test]
fn an_archive_that_was_cut_short_anywhere_is_no_bundle() {
    let keys = keys();
    for whole in [bundle(&keys).zip(), bundle(&keys).zip_deflated()] {
        for length in (0..whole.len()).step_by(7) {
            expect(&check(whole[..length].to_vec(), &options(&keys)), "container", None);
            expect(&check(whole[length + 1..].to_vec(), &options(&keys)), "container", None);
        }
    }
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for name in
        ["../a", "/a", "a/../b", "a/./b", "a//b", "a/", ".", "..", "", "a\\b", "C:/a", "a b", "ä", "a\0b", "a\nb"]
    {
        let why = if name.ends_with('/') { "folders" } else { "a member has a name" };
        expect_no_archive(&zip(&[Member::stored(name, b"x")]), why);
    }
    let not_utf8 = Member { name: b"audit/\xff".to_vec(), ..Member::stored("a", b"x") };
    expect_no_archive(&zip(&[not_utf8]), "a member has a name");
}

#[test]
fn a_name_comes_once_on_every_file_system() {
    expect_no_archive(&zip(&[Member::stored("a", b"x"), Member::stored("a", b"y")]), "two members are called");
    expect_no_archive(
        &zip(&[Member::stored("visit.json", b"x"), Member::stored("VISIT.json", b"y")]),
        "two members are called",
    );
}

#[test]
fn only_plain_files_are_members() {
    let file = Member::stored("a", b"x");
    expect_no_archive(&zip(&[Member { mode: 0o120_777, ..file.clone() }]), "no plain member");
    expect_no_archive(&zip(&[Member { mode: 0o040_755, ..file.clone() }]), "no plain member");
    expect_no_archive(&zip(&[Member { flags: 1, ..file.clone() }]), "no plain member");
    expect_no_archive(&zip(&[Member { flags: 1 << 6, ..file.clone() }]), "no plain member");
    expect_no_archive(&zip(&[Member { method: 12, ..file.clone() }]), "no plain member");
    expect_no_archive(&zip(&[Member { size: u32::MAX, ..Member::deflated("a", b"x") }]), "4 GiB");
}

#[test]
fn sizes_are_true_and_bounded() {
    let zeros = vec![0; 1 << 20];
    let bomb = Member::deflated("a", &zeros);
    expect_no_archive(&zip(&[Member { size: 1000, ..bomb.clone() }]), "more bytes than it says");
    expect_no_archive(&zip(&[Member { size: 1 << 21, ..bomb.clone() }]), "less than it says");
    expect_no_archive(&zip(&[Member { size: 2, ..Member::stored("a", b"x") }]), "no plain member");
    // A distance that points before the first byte: a reader with a ring of zeros would take it.
    let before = Member { bytes: b"\x03\x02\x00".to_vec(), size: 3, ..Member::deflated("a", b"x") };
    expect_no_archive(&zip(&[before]), "cannot be unpacked");
    let mut trailing = bomb;
    trailing.bytes.extend(b"more");
    expect_no_archive(&zip(&[trailing]), "more bytes than it says");
    let garbage = Member { bytes: b"\xff\xff\xff\xff".to_vec(), ..Member::deflated("a", b"x") };
    expect_no_archive(&zip(&[garbage]), "cannot be unpacked");
}

#[test]
fn members_do_not_share_bytes_or_hide_others() {
    let one = zip(&[Member::stored("a", b"xxxx"), Member::stored("b", b"yyyy")]);
    let local = one.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    let mut shared = one.clone();
    let second = shared.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    shared[second + 42..second + 46].copy_from_slice(&[0; 4]);
    expect_no_archive(&shared, "");
    let mut renamed = one.clone();
    renamed[30] = b'c';
    expect_no_archive(&renamed, "two things");
    let mut gap = one.clone();
    gap.insert(local, b'!');
    expect_no_archive(&gap, "not where it says");
    let offset = gap.len() - 6;
    gap[offset] += 1;
    expect_no_archive(&gap, "between its members or behind them");
    let mut crc = one;
    crc[14] ^= 1;
    expect_no_archive(&crc, "two things");
}

#[test]
fn a_manifest_that_cannot_be_read_is_no_bundle() {
    let keys = keys();
    let sound = String::from_utf8(bundle(&keys).manifest()).unwrap();
    let organization = ORGANIZATION.to_uppercase();
    for (from, to) in [
        ("\"v\": 1", "\"v\": 2"),
        ("\"v\": 1", "\"v\": \"1\""),
        ("\"v\": 1", "\"v\": 1, \"v\": 1"),
        ("\"kind\": \"audit\"", "\"kind\": \"everything\""),
        ("\"created_by\"", "\"made_by\""),
        ("\"openings\": 3", "\"openings\": -3"),
        ("\"tree_size\": 9", "\"tree_size\": 9.0"),
        ("\"tree_size\": 9", "\"tree_size\": 09"),
        ("\"first_seq\": 0", "\"first_seq\": 10"),
        (ORGANIZATION, organization.as_str()),
        ("\"audit\"", "\"au\ndit\""),
        ("}\n", "}"),
        ("}\n", "} {}\n"),
        ("\"m-1\"", "\"\\ud800\""),
    ] {
        assert!(sound.contains(from), "{from}");
        let mut spoilt = bundle(&keys);
        spoilt.seal_as(&keys, sound.replacen(from, to, 1).into_bytes());
        // Signed as it is: what is unsigned is not read.
        expect(&check(spoilt.zip(), &options(&keys)), "manifest_form", None);
    }
    let mut not_utf8 = bundle(&keys);
    not_utf8.seal_as(&keys, [sound.as_bytes(), b"\xff\n"].concat());
    expect(&check(not_utf8.zip(), &options(&keys)), "manifest_form", None);
    let mut none = bundle(&keys);
    none.members.remove("manifest.json");
    expect(&check(none.zip(), &options(&keys)), "manifest_form", None);
}
