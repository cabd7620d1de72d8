//! The known answers of the contract, from the very functions that the trigger calls.

use std::path::{Path, PathBuf};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;

use super::log::{connect, text};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors")
}

fn read(file: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn vectors() -> Value {
    read(&folder().join("audit-log.json"))
}

#[tokio::test]
async fn the_genesis_is_the_contracts() {
    let client = connect().await;
    let vectors = vectors();

    let genesis = format!("SELECT encode(audit.genesis('{}'), 'hex')", vectors["org"].as_str().unwrap());

    assert_eq!(text(&client, &genesis).await, vectors["genesis"].as_str().unwrap());
}

#[tokio::test]
async fn every_leaf_and_link_is_the_contracts() {
    let client = connect().await;
    let vectors = vectors();
    let entries = vectors["entries"].as_array().unwrap();
    let mut previous = vectors["genesis"].as_str().unwrap();

    for (number, entry) in entries.iter().enumerate() {
        let leaf = format!("audit.leaf($vector${}$vector$)", entry.as_str().unwrap());
        let link = format!("audit.link('\\x{previous}', {leaf})");
        let hashes = format!("SELECT encode({leaf}, 'hex') || ' ' || encode({link}, 'hex')");

        previous = vectors["link"][number].as_str().unwrap();
        let wanted = format!("{} {previous}", vectors["leaf"][number].as_str().unwrap());
        assert_eq!(text(&client, &hashes).await, wanted, "entry {number}");
    }
    assert!(entries.len() > 10, "the vectors were read");
}

/// What `audit.root_of_proof` makes of hashes in hexadecimal; empty where it makes nothing.
/// A number that PostgreSQL has no integer for comes out negative, which is no place in a tree either.
fn root_of_proof(leaf: &str, index: u64, size: u64, proof: &[String]) -> String {
    let proof: Vec<_> = proof.iter().map(|hash| format!("'\\x{hash}'")).collect();
    let (index, size) = (index.cast_signed(), size.cast_signed());
    let root = format!(
        "audit.root_of_proof('\\x{leaf}', {index}::bigint, {size}::bigint, ARRAY[{}]::bytea[])",
        proof.join(", ")
    );
    format!("SELECT coalesce(encode({root}, 'hex'), '')")
}

#[tokio::test]
async fn every_proof_leads_to_the_contracts_root() {
    let client = connect().await;
    let vectors = vectors();
    let cases = vectors["inclusion"].as_array().unwrap();

    for case in cases {
        let (index, size) = (case["index"].as_u64().unwrap(), case["size"].as_u64().unwrap());
        let proof: Vec<_> =
            case["proof"].as_array().unwrap().iter().map(|hash| hash.as_str().unwrap().to_owned()).collect();
        let leaf = vectors["leaf"][usize::try_from(index).unwrap()].as_str().unwrap();
        let root = text(&client, &root_of_proof(leaf, index, size, &proof)).await;
        assert_eq!(root, vectors["root"][size.to_string()].as_str().unwrap(), "{case}");
    }
    assert!(cases.len() > 20, "the vectors were read");
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

#[tokio::test]
async fn others_proofs_are_judged_as_others_judge_them() {
    let client = connect().await;
    let files = files_below(&folder().join("merkle/inclusion"));

    for file in &files {
        let case = read(file);
        let hex = |value: &Value| {
            let bytes = BASE64_STANDARD.decode(value.as_str().unwrap_or_default()).unwrap_or_default();
            bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        let proof: Vec<_> = case["proof"].as_array().into_iter().flatten().map(hex).collect();
        let (index, size) = (case["leafIdx"].as_u64().unwrap(), case["treeSize"].as_u64().unwrap());
        let root = text(&client, &root_of_proof(&hex(&case["leafHash"]), index, size, &proof)).await;
        let is_good = !root.is_empty() && root == hex(&case["root"]);
        assert_eq!(is_good, case["wantErr"] == Value::Bool(false), "{}", file.display());
    }
    assert!(files.len() > 50, "the vectors were read");
}
