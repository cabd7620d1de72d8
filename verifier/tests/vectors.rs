//! Known answers: of the contract, of Wycheproof for Ed25519, of a transparency log for inclusion.

use std::fs;
use std::path::{Path, PathBuf};

use doorbook_verify::encoding::{base64, hex_text, unhex};
use doorbook_verify::hash::{self, Hash};
use doorbook_verify::{Checkpoint, Note, VerifierKey, opens, tree};
use serde_json::Value;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors").join(name)
}

fn read(name: impl AsRef<Path>) -> Value {
    serde_json::from_slice(&fs::read(name.as_ref()).unwrap_or_else(|error| panic!("{:?}: {error}", name.as_ref())))
        .unwrap()
}

fn log() -> Value {
    read(file("audit-log.json"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn hashes(list: &Value) -> Vec<Hash> {
    list.as_array().unwrap().iter().map(|hash| unhex(text(hash).as_bytes()).unwrap()).collect()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn size(key: &str) -> u64 {
    key.parse().unwrap()
}

fn sized<'v>(vectors: &'v Value, name: &str) -> Vec<(u64, &'v Value)> {
    vectors[name].as_object().unwrap().iter().map(|(key, value)| (size(key), value)).collect()
}

#[test]
fn leaves_links_and_the_genesis_are_the_contracts() {
    let vectors = log();
    let mut link = hash::genesis(text(&vectors["org"]));
    assert_eq!(hex_text(&link), text(&vectors["genesis"]));
    let entries = vectors["entries"].as_array().unwrap();
    for (seq, entry) in entries.iter().enumerate() {
        let leaf = hash::leaf(text(entry).as_bytes());
        link = hash::link(&link, &leaf);
        assert_eq!(hex_text(&leaf), text(&vectors["leaf"][seq]), "leaf {seq}");
        assert_eq!(hex_text(&link), text(&vectors["link"][seq]), "link {seq}");
    }
    assert_eq!(entries.len(), 13);
}

#[test]
fn roots_and_frontiers_are_the_contracts() {
    let vectors = log();
    let leaves = hashes(&vectors["leaf"]);
    for (size, root) in sized(&vectors, "root") {
        let mut range = tree::Range::starting_at(0);
        leaves.iter().take(usize::try_from(size).unwrap()).for_each(|leaf| range.push(*leaf));
        assert_eq!(hex_text(&range.root()), text(root), "root {size}");
        let frontier = hashes(&vectors["frontier"][size.to_string()]);
        assert_eq!(range.frontier(), frontier, "frontier {size}");
        assert_eq!(tree::Range::from_frontier(size, &frontier), Some(range), "frontier {size}");
    }
}

#[test]
fn two_stretches_join_to_the_tree_of_both() {
    let vectors = log();
    let leaves = hashes(&vectors["leaf"]);
    let range = |from: usize, to: usize| {
        let mut range = tree::Range::starting_at(u64::try_from(from).unwrap());
        leaves[from..to].iter().for_each(|leaf| range.push(*leaf));
        range
    };
    for middle in 0..=13 {
        for last in middle..=13 {
            let mut joined = range(0, middle);
            joined.join(&range(middle, last));
            joined.join(&range(last, 13));
            assert_eq!(joined, range(0, 13), "{middle} and {last}");
        }
    }
}

#[test]
fn inclusion_and_consistency_proofs_are_the_contracts() {
    let vectors = log();
    let leaves = hashes(&vectors["leaf"]);
    let root = |size: u64| unhex(text(&vectors["root"][size.to_string()]).as_bytes()).unwrap();
    let inclusion = vectors["inclusion"].as_array().unwrap();
    for case in inclusion {
        let (index, size, proof) = (number(&case["index"]), number(&case["size"]), hashes(&case["proof"]));
        let leaf = leaves[usize::try_from(index).unwrap()];
        assert!(tree::includes(index, size, &leaf, &proof, &root(size)), "{case}");
        assert!(!tree::includes(index + 1, size, &leaf, &proof, &root(size)), "another place: {case}");
        assert!(!tree::includes(index, size, &[0; 32], &proof, &root(size)), "another leaf: {case}");
    }
    let consistency = vectors["consistency"].as_array().unwrap();
    for case in consistency {
        let (from, to, proof) = (number(&case["from"]), number(&case["to"]), hashes(&case["proof"]));
        assert!(tree::continues(from, to, &proof, &root(from), &root(to)), "{case}");
        assert!(from == to || !tree::continues(from, to, &proof, &[0; 32], &root(to)), "another beginning: {case}");
        assert!(!tree::continues(from, to, &proof, &root(from), &[0; 32]), "another end: {case}");
    }
    assert!(inclusion.len() > 20 && consistency.len() > 40, "the vectors were read");
}

#[test]
fn checkpoints_are_signed_by_the_contracts_key() {
    let vectors = log();
    let keys = [VerifierKey::read(text(&vectors["verifier_key"])).unwrap()];
    for (size, note) in sized(&vectors, "checkpoint") {
        let (checkpoint, signers) = Checkpoint::verified(text(note).as_bytes(), &keys).unwrap();
        assert_eq!((checkpoint.size, signers.len()), (size, 1));
        assert_eq!(hex_text(&checkpoint.root), text(&vectors["root"][size.to_string()]));
        let link =
            size.checked_sub(1).map_or(&vectors["genesis"], |last| &vectors["link"][usize::try_from(last).unwrap()]);
        assert_eq!(hex_text(&checkpoint.chain), text(link));
    }
}

#[test]
fn openings_open_what_was_committed() {
    let vectors = log();
    let openings = vectors["openings"].as_array().unwrap();
    for case in openings {
        let entry = text(&vectors["entries"][usize::try_from(number(&case["seq"])).unwrap()]);
        let (pointer, value) = (text(&case["pointer"]), text(&case["value"]));
        let salt = base64(text(&case["salt"])).unwrap().try_into().unwrap();
        assert!(opens(entry, pointer, &salt, value.as_bytes()), "{case}");
        assert!(!opens(entry, pointer, &salt, format!("{value} ").as_bytes()), "another value: {case}");
        assert!(!opens(entry, pointer, &[0; 32], value.as_bytes()), "another salt: {case}");
        assert!(!opens(entry, "/diff/added", &salt, value.as_bytes()), "another place: {case}");
    }
    assert!(openings.len() > 10, "the vectors were read");
}

#[test]
fn the_manifests_hmac_and_signature_are_the_contracts() {
    let vectors = log();
    let manifest = &vectors["manifest"];
    let key = unhex(text(&manifest["hmac_key"]).as_bytes()).unwrap();
    assert_eq!(hex_text(&hash::hmac(&key, text(&manifest["text"]).as_bytes())), text(&manifest["hmac"]));
    let keys = [VerifierKey::read(text(&manifest["verifier_key"])).unwrap()];
    let note = Note::read(text(&manifest["sig"]).as_bytes()).unwrap();
    let digest = hex_text(&hash::digest(text(&manifest["text"]).as_bytes()));
    assert!(note.text.contains(&format!("\nsha256 {digest}\n")));
    assert_eq!(note.signers(&keys, keys[0].name()).map(|signers| signers.len()), Ok(1));
}

#[test]
fn ed25519_accepts_and_refuses_what_wycheproof_says() {
    let vectors = read(file("wycheproof/ed25519_test.json"));
    let mut counts = [0, 0];
    for group in vectors["testGroups"].as_array().unwrap() {
        let public = unhex(text(&group["publicKey"]["pk"]).as_bytes()).unwrap();
        for case in group["tests"].as_array().unwrap() {
            let (message, signature) = (unhex_any(text(&case["msg"])), unhex_any(text(&case["sig"])));
            let key = VerifierKey::new("wycheproof", &public);
            let verifies = key.is_some_and(|key| key.verifies(&message, &signature));
            assert_eq!(verifies, text(&case["result"]) == "valid", "{case}");
            counts[usize::from(verifies)] += 1;
        }
    }
    assert!(counts[0] > 40 && counts[1] > 60, "the vectors were read: {counts:?}");
}

fn unhex_any(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { json_files(&path) } else { vec![path] }).collect()
}

#[test]
fn inclusion_is_what_another_log_says_it_is() {
    let files = json_files(&file("merkle/inclusion"));
    for name in &files {
        let case = read(name);
        let decode = |value: &Value| base64(value.as_str().unwrap_or_default()).unwrap_or_default();
        let proof: Option<Vec<Hash>> =
            case["proof"].as_array().into_iter().flatten().map(|hash| decode(hash).try_into().ok()).collect();
        let holds = match (decode(&case["leafHash"]).try_into(), decode(&case["root"]).try_into(), proof) {
            (Ok(leaf), Ok(root), Some(proof)) => {
                tree::includes(number(&case["leafIdx"]), number(&case["treeSize"]), &leaf, &proof, &root)
            }
            _ => false,
        };
        assert_eq!(holds, !case["wantErr"].as_bool().unwrap(), "{name:?}");
    }
    assert!(files.len() > 50, "{} cases were read", files.len());
}
