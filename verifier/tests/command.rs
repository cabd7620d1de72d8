//! The command as an auditor uses it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use super::builder::{Log, Scope};
use super::bundles::{ORGANIZATION, keys};

/// A folder of its own with a bundle, a list of keys and anchors; gone when the test is over.
struct Desk(PathBuf);

impl Desk {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("doorbook-verify-{}-{name}", std::process::id()));
        fs::create_dir_all(folder.join("anchors/deeper")).unwrap();
        let (log, keys) = (Log::new(ORGANIZATION, 30), keys());
        let bundle = log.bundle(&keys, Scope::Period("audit", 0, 30)).sealed(&keys).zip();
        fs::write(folder.join("bundle.zip"), bundle).unwrap();
        fs::write(folder.join("keys"), keys.texts().join("\n") + "\n").unwrap();
        fs::write(folder.join("anchors/7.note"), log.checkpoint(&keys, 7)).unwrap();
        fs::write(folder.join("anchors/deeper/9.note"), log.checkpoint(&keys, 9)).unwrap();
        fs::write(folder.join("anchors/other.txt"), "no note").unwrap();
        Self(folder)
    }

    fn run(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_doorbook-verify")).current_dir(&self.0).args(words).output().unwrap()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_true_bundle_exits_0_with_a_short_report() {
    let desk = Desk::new("true");

    let output = desk.run(&["bundle.zip", "--key", "keys", "--org", ORGANIZATION, "--anchor", "anchors"]);

    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report = text(&output.stdout);
    for part in [
        "VERIFIED: Everything checked is correct.",
        ORGANIZATION,
        "30, 10 opened values match the log; the log had 30",
        "as your notes of sizes 7, 9 say",
        "not checked",
    ] {
        assert!(report.contains(part), "{part}: {report}");
    }
    assert!(report.lines().count() < 15 && output.stderr.is_empty());
}

#[test]
fn json_is_one_object_for_programs() {
    let desk = Desk::new("json");
    let keys = keys().texts();
    let run = |words: &[&str]| {
        let output = desk.run(words);
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(json["exit"].as_i64(), output.status.code().map(i64::from));
        json
    };

    let holds = run(&["--json", "bundle.zip", "--key", &keys[0], "--key", &keys[1]]);
    assert_eq!((holds["exit"].as_u64(), holds["reason"].as_str()), (Some(0), Some("ok")));
    assert_eq!(holds["tree_size"].as_u64(), Some(30));
    let unsigned = run(&["--json", "bundle.zip", "--key", &keys[0]]);
    assert_eq!((unsigned["exit"].as_u64(), unsigned["reason"].as_str()), (Some(2), Some("keys")));
    assert_eq!(run(&["--json", "keys", "--key", "keys"])["reason"], "container");
    assert_eq!(run(&["--json", "bundle.zip"])["reason"], "usage");
}

#[test]
fn what_cannot_be_followed_exits_2_with_one_line() {
    let desk = Desk::new("usage");
    let key = keys().texts()[0].clone();
    let truncated = &key[..key.len() - 4];
    let wrong_id = key.replacen('+', "+0", 1);
    for words in [
        &["bundle.zip"][..],
        &["--key", "keys"],
        &["bundle.zip", "--key", "nowhere"],
        &["bundle.zip", "--key", truncated],
        &["bundle.zip", "--key", &wrong_id],
        &["bundle.zip", "--key", "bundle.zip"],
        &["bundle.zip", "another.zip", "--key", "keys"],
        &["bundle.zip", "--key", "keys", "--org", "acme"],
        &["bundle.zip", "--key", "keys", "--max-gap", "-1"],
        &["bundle.zip", "--key", "keys", "--hmac-key", "abc"],
        &["bundle.zip", "--key", "keys", "--anchor", "nowhere"],
        &["bundle.zip", "--key", "keys", "--anchor", "anchors/empty"],
        &["bundle.zip", "--key", "keys", "--frobnicate"],
    ] {
        fs::create_dir_all(desk.0.join("anchors/empty")).unwrap();
        let output = desk.run(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert_eq!(text(&output.stderr).lines().count(), 1, "{words:?}: {output:?}");
    }
    // Exit 0 has one meaning; a text of some lines is no verification.
    let help = desk.run(&["bundle.zip", "--key", "keys", "--help"]);
    assert_eq!(help.status.code(), Some(2));
    assert!(text(&help.stderr).contains("--max-gap DAYS"), "{help:?}");
}

#[test]
fn a_bundle_that_cannot_be_read_exits_2() {
    let desk = Desk::new("unreadable");
    for bundle in ["nowhere.zip", "anchors", "keys", "/dev/zero"] {
        let output = desk.run(&[bundle, "--key", "keys"]);
        assert_eq!(output.status.code(), Some(2), "{bundle}");
        assert!(text(&output.stderr).starts_with("NOT VERIFIED: "), "{bundle}");
    }
}

#[test]
fn a_report_that_could_not_be_written_is_not_0() {
    let desk = Desk::new("full");
    for json in [&[][..], &["--json"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorbook-verify"));
        command.current_dir(&desk.0).args(["bundle.zip", "--key", "keys"]).args(json);
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        assert_eq!(command.stdout(full).status().unwrap().code(), Some(2));
    }
}
