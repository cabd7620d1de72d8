//! How fast a log is verified: hashing alone, the whole command on one core and on two, the script. Prints a name and
//! entries a second on each line; `make bench` puts them into its table.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a measurement may fail loudly"
)]

#[path = "../tests/builder/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use the rest of it")]
mod builder;

use std::fs;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use builder::{Keys, Log, Scope};
use doorbook_verify::hash;

const ORGANIZATION: &str = "6513270e-269e-4d37-b2a7-4de452e6b438";
const TURNS: usize = 5;

fn main() {
    let count = if std::env::var_os("QUICK").is_some() { 40_000 } else { 400_000 };
    let (log, keys) = (Log::new(ORGANIZATION, count), Keys::new(ORGANIZATION, "doorbook"));
    let folder = std::env::temp_dir().join(format!("doorbook-verify-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("keys"), keys.texts().join("\n")).unwrap();
    let mut bundle = log.bundle(&keys, Scope::Period("audit", 0, count));
    // As an export of the log is: nothing opened. Without the table, which it need not have: the targets are about
    // hashes.
    bundle.put("audit/openings.jsonl", Vec::new());
    bundle.counts.1 = 0;
    bundle.members.remove("audit/entries.csv");
    bundle.seal(&keys);
    fs::write(folder.join("bundle.zip"), bundle.zip()).unwrap();

    // Contestants take turns, so that a slow minute of the machine slows all of them.
    let (mut memory, mut one, mut two, mut script) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let command = env!("CARGO_BIN_EXE_doorbook-verify");
    let verify_mjs = concat!(env!("CARGO_MANIFEST_DIR"), "/verify.mjs");
    for _ in 0..TURNS {
        memory.push(leaves_and_links(&log));
        one.push(seconds(&folder, &["taskset", "-c", "0", command]));
        two.push(seconds(&folder, &["taskset", "-c", "0,1", command]));
        script.push(seconds(&folder, &["node", verify_mjs]));
    }
    fs::remove_dir_all(&folder).unwrap();
    let mut out = std::io::stdout().lock();
    for (name, times) in [("memory", memory), ("one", one), ("two", two), ("script", script)] {
        writeln!(out, "{name} {:.0}", count as f64 / middle(times)).unwrap();
    }
}

/// Leaf and link of every entry, as they lie in memory.
fn leaves_and_links(log: &Log) -> f64 {
    let began = Instant::now();
    let mut link = log.genesis();
    for entry in &log.entries {
        link = hash::link(&link, &hash::leaf(entry.text.as_bytes()));
    }
    black_box(link);
    began.elapsed().as_secs_f64()
}

/// One run of a verifier, from start to exit.
fn seconds(folder: &Path, words: &[&str]) -> f64 {
    let began = Instant::now();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).args(["bundle.zip", "--key", "keys"]).current_dir(folder);
    let output = command.output().expect("taskset and node are here");
    assert!(output.status.success(), "{words:?}: {output:?}");
    began.elapsed().as_secs_f64()
}

fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
