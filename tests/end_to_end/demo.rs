//! `make demo` promises: one day at a door, told to its end, and evidence of it that stays.

use std::{fs, path::Path, process::Command};

use serde_json::json;

use super::running::{Running, TURN, workplace};
use crate::harness::stack::variable;

#[tokio::test]
async fn the_story_ends_with_evidence_that_holds_and_a_forgery_that_does_not() {
    let _turn = TURN.lock().await;
    let directory = workplace();

    let binaries = variable("DOORBOOK_BINARIES");
    let mut command = Command::new(Path::new(&binaries).join("doorbook-local"));
    // Zero is any free port: another stack may run on the usual one.
    command.args(["demo", "--binaries", &binaries]).env("PORT", "0").current_dir(&directory);
    let output = command.output().expect("it starts");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let kept = ["evidence.zip", "audit-key.vkey"].map(|name| fs::read(directory.join(".local").join(name)));
    fs::remove_dir_all(&directory).expect("the directory goes");

    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    let mut from = 0;
    for line in [
        "held: name met",
        "before the review: 409 Conflict, match_open",
        "reproduced true",
        "security: dismissed, the desk: on_site",
        "watchlist_match.dismissed      The passport shows another year of birth",
        "next: second_factor",
        "is signed in as owner",
        "is told: waiting",
        "the device is told: paired",
        "banner: Sam Staff acts as owner",
        "asks for an API token: 403",
        "and the next request is 401",
        "chain unbroken",
        "verify.mjs: exit 0",
        "doorbook-verify: exit 0",
        "verify.mjs: exit 1",
        "WRONG at entry 12",
        "doorbook-verify: exit 1",
        "Entry 12",
        "the API token is kept",
        "91 days later",
        "401 for the kiosk",
        "the review is closed",
    ] {
        from += told[from..].find(line).unwrap_or_else(|| panic!("{line} is missing, in this order, from:\n{told}"));
    }
    let readme = include_str!("../../README.md").split("```text\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(headings(readme.expect("the README shows it")), headings(&told), "the README shows another story");
    let [bundle, keys] = kept.map(|file| file.expect("it is left"));
    assert!(bundle.starts_with(b"PK"));
    assert_eq!(keys.iter().filter(|byte| **byte == b'\n').count(), 2, "a key a line");
}

/// The lines that begin a step, as `3. Another organization asks for the driver's visit.`
fn headings(story: &str) -> Vec<&str> {
    let is_heading = |line: &&str| line.split_once(". ").is_some_and(|(number, _)| number.parse::<u8>().is_ok());
    story.lines().filter(is_heading).collect()
}

#[tokio::test]
async fn owners_and_staff_of_demo_json_sign_in_at_both_organizations() {
    let running = Running::shared().await;
    for organization in [0, 1] {
        for (slug, who) in [("slug", "owner"), ("staff_slug", "staff")] {
            let told = |field: &str| running.told(organization, field);
            let (email, password) = (told(&format!("{who}_email")), told(&format!("{who}_password")));
            let entry = json!({ "slug": told(slug), "email": email, "password": password });

            let answer = running.owner(organization).post("/v1/session", "none", &entry).await;

            assert_eq!((answer.status, &answer.body["next"]), (200, &json!("second_factor")), "{who} {}", answer.body);
            assert_eq!(told(&format!("{who}_totp_secret")).len(), 32);
        }
    }
}
