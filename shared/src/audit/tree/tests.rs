//! The known answers of the contract, and proofs of any tree against the definition.

use std::path::{Path, PathBuf};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;

use super::*;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::hex;
use crate::audit::note::{SignedNote, VerifierKey};

fn shared_vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors")
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn vectors() -> Value {
    read(&shared_vectors().join("audit-log.json"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn hexes(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|one| text(one).to_owned()).collect()
}

fn grown(leaves: &[Hash]) -> GrowingTree {
    let mut tree = GrowingTree::default();
    leaves.iter().for_each(|leaf| tree.append(*leaf));
    tree
}

fn stored(leaves: &[Hash]) -> Tiles {
    let mut tree = grown(leaves);
    let mut tiles = Tiles::new();
    for (id, hashes) in tree.take_finished().into_iter().chain(tree.unfinished()) {
        tiles.insert(id, &hashes);
    }
    tiles
}

fn numbered(count: u64) -> Vec<Hash> {
    (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
}

/// The definition of RFC 6962 section 2.1, without a thought of speed.
fn defined_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(1 << (leaves.len() - 1).ilog2());
            node_hash(&defined_root(left), &defined_root(right))
        }
    }
}

#[test]
fn every_hash_is_the_contracts() {
    let vectors = vectors();
    let mut link = genesis(text(&vectors["org"]).parse().unwrap());
    assert_eq!(hex(&link), text(&vectors["genesis"]));
    let mut leaves = Vec::new();
    for (number, entry) in vectors["entries"].as_array().unwrap().iter().enumerate() {
        leaves.push(leaf_hash(text(entry).as_bytes()));
        link = link_hash(&link, &leaves[number]);
        assert_eq!(hex(&leaves[number]), text(&vectors["leaf"][number]));
        assert_eq!(hex(&link), text(&vectors["link"][number]));
    }
    for (size, root) in vectors["root"].as_object().unwrap() {
        let tree = grown(&leaves[..size.parse().unwrap()]);
        assert_eq!(hex(&tree.root()), text(root), "size {size}");
        let frontier: Vec<String> = tree.frontier().iter().map(|hash| hex(hash)).collect();
        assert_eq!(frontier, hexes(&vectors["frontier"][size]), "size {size}");
    }
}

#[test]
fn every_proof_is_the_contracts() {
    let vectors = vectors();
    let leaves: Vec<Hash> =
        vectors["entries"].as_array().unwrap().iter().map(|entry| leaf_hash(text(entry).as_bytes())).collect();
    let tiles = stored(&leaves);
    let number = |value: &Value| value.as_u64().unwrap();
    let proof = |spans: &[Span]| tiles.hashes(spans).unwrap().iter().map(|hash| hex(hash)).collect::<Vec<_>>();
    for case in vectors["inclusion"].as_array().unwrap() {
        let spans = inclusion(number(&case["index"]), number(&case["size"])).unwrap();
        assert_eq!(proof(&spans), hexes(&case["proof"]), "{case}");
    }
    for case in vectors["consistency"].as_array().unwrap() {
        let spans = consistency(number(&case["from"]), number(&case["to"])).unwrap();
        assert_eq!(proof(&spans), hexes(&case["proof"]), "{case}");
    }
}

#[test]
fn every_checkpoint_and_key_is_the_contracts() {
    let vectors = vectors();
    let told = text(&vectors["verifier_key"]);
    let (name, rest) = told.split_once('+').unwrap();
    let public: Vec<u8> = BASE64_STANDARD.decode(rest.split_once('+').unwrap().1).unwrap();
    let key = VerifierKey::new(name, public[1..].try_into().unwrap());
    assert_eq!(key.to_string(), told);
    for (size, note) in vectors["checkpoint"].as_object().unwrap() {
        let note = SignedNote::of_stored(text(note).to_owned());
        let signed = note.text_signed_by(&key).unwrap();
        let checkpoint = Checkpoint::parse(signed).unwrap();
        assert_eq!(checkpoint.size.to_string(), *size);
        assert_eq!(hex(&checkpoint.root), text(&vectors["root"][size]));
        assert_eq!(checkpoint.text(), signed);

        let other = VerifierKey::new("doorbook.example/audit/another", public[1..].try_into().unwrap());
        assert_eq!(note.text_signed_by(&other), None);
        let changed = SignedNote::of_stored(note.as_str().replacen("chain", "Chain", 1));
        assert_eq!(changed.text_signed_by(&key), None);
    }
}

/// Proofs made by others, happy and broken.
#[test]
fn others_proofs_are_judged_as_others_judge_them() {
    let mut files = Vec::new();
    for folder in std::fs::read_dir(shared_vectors().join("merkle/inclusion")).unwrap() {
        let folder = folder.unwrap().path();
        let inside =
            |path: &Path| std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
        for path in inside(&folder) {
            files.extend(if path.is_dir() { inside(&path) } else { vec![path] });
        }
    }
    for file in &files {
        let case = read(file);
        let bytes = |value: &Value| BASE64_STANDARD.decode(text(value)).unwrap();
        let hash = |value: &Value| Hash::try_from(bytes(value)).ok();
        let proof: Option<Vec<Hash>> = case["proof"].as_array().into_iter().flatten().map(hash).collect();
        let size = case["treeSize"].as_u64();
        let root = hash(&case["leafHash"]).zip(proof).zip(case["leafIdx"].as_u64().zip(size));
        let root = root.and_then(|((leaf, proof), (index, size))| root_of_proof(leaf, index, size, &proof));
        let is_good = root.is_some() && root == hash(&case["root"]);
        assert_eq!(is_good, case["wantErr"] == Value::Bool(false), "{}", file.display());
    }
    assert!(files.len() > 50, "the vectors were read");
}

#[test]
fn trees_of_many_tiles_are_as_they_are_defined() {
    let leaves = numbered(70_000);
    let tiles = stored(&leaves);
    for size in [1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000] {
        let part = &leaves[..size];
        assert_eq!(grown(part).root(), defined_root(part), "size {size}");
        let size = u64::try_from(size).unwrap();
        assert_eq!(tiles.hash(Span::whole(size)).unwrap(), defined_root(part), "size {size}");
        for index in [0, size / 2, size - 1] {
            let spans = inclusion(index, size).unwrap();
            let proof = tiles.hashes(&spans).unwrap();
            let leaf = leaves[usize::try_from(index).unwrap()];
            assert_eq!(root_of_proof(leaf, index, size, &proof), Some(defined_root(part)));
            assert!(tiles_of(&spans).len() <= 6, "{:?}", tiles_of(&spans));
        }
    }
    assert_eq!(inclusion(5, 5), None);
    assert_eq!([consistency(0, 5), consistency(6, 5)], [None, None]);
}

#[test]
fn a_tree_goes_on_from_its_tiles_and_touches_few() {
    let leaves = numbered(70_010);
    let (first, rest) = leaves.split_at(70_000);
    let mut tree = GrowingTree::resume(70_000, &stored(first)).unwrap();
    rest.iter().for_each(|leaf| tree.append(*leaf));
    assert_eq!(tree.root(), defined_root(&leaves));
    assert!(tree.nodes_set() < 14, "{} hashes were set for ten leaves", tree.nodes_set());
    assert!(tree.take_finished().len() + tree.unfinished().len() <= 6);
    assert!(GrowingTree::resume(70_000, &stored(&leaves[..69_999])).is_none());
    // Tiles of a seal that went further and was never finished.
    assert_eq!(GrowingTree::resume(70_000, &stored(&leaves)).unwrap().root(), defined_root(first));
}
