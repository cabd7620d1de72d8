//! Two verifiers that share no code, asked the same thousands of times: bundles, containers, key files, notes and command
//! lines that were changed at random. They must agree on exit, reason and entry. `FUZZ_SEED` takes another run,
//! `FUZZ_SECONDS` a longer one.

mod desk;
mod dice;

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use doorbook_verify::arguments::command;
use serde_json::Value;

use desk::Desk;
use dice::Dice;

/// As much of `make test` as this may take.
const SECONDS: u64 = 20;
const SEED: u64 = 20_261_130;

/// The script, kept alive.
struct Script {
    process: Child,
    asked: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Script {
    fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("test/agreement.mjs");
        let mut node = Command::new("node");
        node.arg(script).arg("--serve").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = node.spawn().expect("node is here: make install");
        let (asked, answers) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));
        Self { process, asked, answers }
    }

    fn ask(&mut self, words: &[String]) -> (u64, String, Option<u64>) {
        writeln!(self.asked, "{}", serde_json::to_string(words).unwrap()).unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("the script ended at {words:?}"));
        (
            answer["exit"].as_u64().unwrap(),
            answer["reason"].as_str().unwrap().to_owned(),
            answer["first_bad_seq"].as_u64(),
        )
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _status = self.process.wait();
    }
}

fn own_answer(words: &[String]) -> (u64, String, Option<u64>) {
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    let report = command(&words);
    (report.exit().into(), report.reason.word().to_owned(), report.first_bad_seq)
}

#[test]
fn the_two_agree_on_whatever_comes() {
    let given = |name: &str| -> Option<u64> { std::env::var_os(name)?.to_str()?.parse().ok() };
    let number = |name, usual| given(name).unwrap_or(usual);
    let (seed, seconds) = (number("FUZZ_SEED", SEED), number("FUZZ_SECONDS", SECONDS));
    let (began, limit) = (Instant::now(), Duration::from_secs(seconds));
    let (desk, mut script) = (Desk::new(), Script::start());
    let (mut count, mut exits, mut disagreements) = (0_u64, [0; 3], Vec::new());
    while began.elapsed() < limit && disagreements.len() < 10 {
        let words = desk.lay(&mut Dice(seed.wrapping_add(count)));
        let (own, other) = (own_answer(&words), script.ask(&words));
        exits[usize::try_from(own.0).unwrap()] += 1;
        if own != other {
            let kept = std::env::temp_dir().join(format!("doorbook-disagreement-{seed}-{count}.zip"));
            let _copied = fs::copy(desk.path("case.zip"), &kept);
            disagreements.push(format!(
                "FUZZ_SEED={} {kept:?}: command {own:?}, script {other:?}: {words:?}",
                seed.wrapping_add(count)
            ));
        }
        count += 1;
    }
    println!("seed {seed}: {count} cases, exits {exits:?}");
    assert!(disagreements.is_empty(), "seed {seed}, {count} cases:\n{}", disagreements.join("\n"));
    assert!(exits.iter().all(|exits| exits * 50 > count), "each exit was seen often: {exits:?} of {count}");
}
