//! The script and the command say the same of the same bytes: exit, reason, and the first bad entry.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use doorbook_verify::{Options, VerifierKey, verify};
use serde::Deserialize;
use serde_json::{Value, json};

use super::builder::Scope;
use super::bundles::{keys, options};
use super::spoilt::{Case, bundle, cases, edits_of_lines, log};

/// What the script was asked, and what it answered.
#[derive(Deserialize)]
struct Answered {
    name: String,
    file: PathBuf,
    keys: Vec<String>,
    org: Option<String>,
    anchors: Vec<String>,
    max_gap: Option<u32>,
    hmac_key: Option<String>,
    answer: Answer,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
struct Answer {
    exit: u8,
    reason: String,
    first_bad_seq: Option<u64>,
}

impl Answered {
    fn options(&self) -> Options {
        let mut options = Options::with_keys(self.keys.iter().map(|key| VerifierKey::read(key).unwrap()).collect());
        options.organization.clone_from(&self.org);
        options.anchors = self.anchors.iter().map(|note| note.clone().into_bytes()).collect();
        options.max_gap_days = self.max_gap;
        options.hmac_key = self.hmac_key.as_ref().map(|key| doorbook_verify::encoding::unhex(key.as_bytes()).unwrap());
        options
    }
}

/// Bundles that hold, so that agreement is not about refusals alone.
fn sound() -> Vec<Case> {
    let scopes = [
        Scope::Period("audit", 0, 40),
        Scope::Period("audit", 0, 0),
        Scope::Period("audit", 13, 40),
        Scope::Period("audit", 16, 16),
        Scope::Period("data", 0, 40),
        Scope::Visit(4),
        Scope::Visit(12),
    ];
    let make = |scope| {
        let bundle = bundle(scope);
        let case = |archive| Case { name: format!("{scope:?}"), archive, options: options(&keys()) };
        let mut anchored = case(bundle.zip_deflated());
        anchored.options.anchors = [0, 8, 16].map(|size| log(40).checkpoint(&keys(), size)).to_vec();
        anchored.options.hmac_key = Some(keys().export);
        [case(bundle.zip()), anchored]
    };
    scopes.into_iter().flat_map(make).collect()
}

/// A byte flipped here and there, in every part of the archive.
fn flips() -> Vec<Case> {
    let flip = |scope, step| {
        let archive = bundle(scope).zip();
        (0..archive.len()).step_by(step).map(move |at| {
            let mut spoilt = archive.clone();
            spoilt[at] ^= 1 << (at % 8);
            Case { name: format!("byte {at} of {scope:?}"), archive: spoilt, options: options(&keys()) }
        })
    };
    flip(Scope::Period("audit", 187, 200), 53).chain(flip(Scope::Visit(4), 37)).collect()
}

fn write(folder: &Path, case: &Case, number: usize) -> Value {
    let file = format!("{number}.zip");
    fs::write(folder.join(&file), &case.archive).unwrap();
    let Options { keys, organization, anchors, max_gap_days, hmac_key, .. } = &case.options;
    let texts = super::bundles::keys().texts().into_iter().chain(super::bundles::foreign_keys().texts());
    let keys: Vec<_> = texts.filter(|text| keys.contains(&VerifierKey::read(text).unwrap())).collect();
    let anchors: Vec<_> = anchors.iter().map(|note| String::from_utf8(note.clone()).unwrap()).collect();
    let hmac_key = hmac_key.map(|key| doorbook_verify::encoding::hex_text(&key));
    json!({ "name": case.name, "file": file, "keys": keys, "org": organization, "anchors": anchors, "max_gap": max_gap_days, "hmac_key": hmac_key })
}

#[test]
fn both_verifiers_say_the_same() {
    let folder = std::env::temp_dir().join(format!("doorbook-agreement-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let lines = [Scope::Period("audit", 0, 200), Scope::Period("audit", 77, 120), Scope::Visit(12)].into_iter();
    let lines = lines.flat_map(|scope| [false, true].into_iter().flat_map(move |is| edits_of_lines(scope, 11, is)));
    let cases: Vec<Case> = sound().into_iter().chain(cases()).chain(lines).chain(flips()).collect();
    let asked: Vec<_> = cases.iter().enumerate().map(|(number, case)| write(&folder, case, number)).collect();
    fs::write(folder.join("cases.json"), serde_json::to_vec(&asked).unwrap()).unwrap();

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("test/agreement.mjs");
    let output = Command::new("node").arg(script).arg(&folder).output().expect("node is here: make install");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answered: Vec<Answered> = serde_json::from_slice(&output.stdout).unwrap();

    let mut disagreements = Vec::new();
    for one in &answered {
        let report = verify(&fs::read(folder.join(&one.file)).unwrap(), &one.options());
        let own = Answer {
            exit: report.exit(),
            reason: report.reason.word().to_owned(),
            first_bad_seq: report.first_bad_seq,
        };
        if own != one.answer {
            disagreements.push(format!("{}: command {own:?}, script {:?}", one.name, one.answer));
        }
    }
    fs::remove_dir_all(&folder).unwrap();
    assert!(disagreements.is_empty(), "{}\n{}", disagreements.len(), disagreements.join("\n"));
    assert!(answered.len() > cases.len() && cases.len() > 500, "the script added its own to {}", cases.len());
}
