//! Notes and checkpoints as another implementation reads them (the crates `signed_note` and `tlog_tiles`).

use std::path::Path;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::Value;
use signed_note::{Note, StandardVerifier, Verifier, VerifierList};

use super::*;
use crate::audit::checkpoint::Checkpoint;

/// The checkpoint in a note, when the other implementation finds exactly so many signatures of these keys under it.
fn theirs(note: &str, keys: &[String], signatures: usize) -> Option<tlog_tiles::Checkpoint> {
    let verifier = |key: &String| -> Box<dyn Verifier> { Box::new(StandardVerifier::new(key).unwrap()) };
    let read = Note::from_bytes(note.as_bytes()).ok()?;
    let (verified, _) = read.verify(&VerifierList::new(keys.iter().map(verifier).collect())).ok()?;
    (verified.len() == signatures).then(|| tlog_tiles::Checkpoint::from_bytes(read.text()).unwrap())
}

fn key_pair(seed: u8, name: &str) -> (Ed25519KeyPair, VerifierKey) {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    let public = pair.public_key().as_ref().try_into().unwrap();
    (pair, VerifierKey::new(name, public))
}

fn sign(pair: &Ed25519KeyPair, text: &str) -> [u8; 64] {
    pair.sign(text.as_bytes()).as_ref().try_into().unwrap()
}

#[test]
fn the_contracts_notes_are_notes_to_others_too() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/audit-log.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let keys = [vectors["verifier_key"].as_str().unwrap().to_owned()];
    let checkpoints = vectors["checkpoint"].as_object().unwrap();

    for (size, note) in checkpoints {
        let note = note.as_str().unwrap();
        let read = theirs(note, &keys, 1).unwrap();
        assert_eq!(read.size().to_string(), *size);
        assert_eq!(super::super::hex(&read.hash().0), vectors["root"][size].as_str().unwrap());
        assert!(read.extension().starts_with("chain "));
        assert!(theirs(&note.replacen("chain", "Chain", 1), &keys, 1).is_none(), "{size}");
    }
    assert!(checkpoints.len() > 5, "the vectors were read");
}

#[test]
fn our_notes_are_notes_to_others_too() {
    let name = "doorbook.example/audit/6513270e-269e-4d37-b2a7-4de452e6b438";
    let ((old, old_key), (new, new_key)) = (key_pair(1, name), key_pair(2, name));
    for (size, time) in [(0, None), (300, Some("2026-11-01T00:00:00.051998Z".to_owned()))] {
        let checkpoint = Checkpoint { name: name.to_owned(), size, root: [7; 32], chain: [8; 32], time };
        let text = checkpoint.text();

        let note = old_key.signed(&text, &sign(&old, &text));
        let both = note.clone().also_signed_by(&new_key, &sign(&new, &text));

        for (note, signatures) in [(note.as_str(), 1), (both.as_str(), 2)] {
            let read = theirs(note, &[old_key.to_string(), new_key.to_string()], signatures).unwrap();
            assert_eq!((read.origin(), read.size(), read.hash().0), (name, size, [7; 32]));
        }
        let forged = old_key.signed(&text, &sign(&new, &text));
        assert!(theirs(forged.as_str(), &[old_key.to_string()], 1).is_none());
    }
}
