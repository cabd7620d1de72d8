//! Project Wycheproof's cases, through the very functions that seal.

use serde_json::Value;

use super::super::primitives::{Cipher, Mac, derive};
use super::vectors;

fn bytes(test: &Value, name: &str) -> Vec<u8> {
    let hex = test[name].as_str().unwrap();
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn is_valid(test: &Value) -> bool {
    match test["result"].as_str().unwrap() {
        "valid" => true,
        "invalid" => false,
        other => panic!("a result that this test does not know: {other}"),
    }
}

fn cases(name: &str, wanted: impl Fn(&Value) -> bool) -> Vec<(Value, Value)> {
    let vectors = vectors(&format!("wycheproof/{name}"));
    let groups = vectors["testGroups"].as_array().unwrap().iter().filter(|group| wanted(group));
    groups
        .flat_map(|group| group["tests"].as_array().unwrap().iter().map(|test| (group.clone(), test.clone())))
        .collect()
}

#[test]
fn aes_256_gcm_agrees_with_wycheproof() {
    let cases = cases("aes_gcm_test.json", |group| group["keySize"] == 256 && group["ivSize"] == 96);
    assert_eq!(cases.len(), 66);

    for (_, test) in &cases {
        let cipher = Cipher::new(&bytes(test, "key").try_into().unwrap()).unwrap();
        let nonce = bytes(test, "iv").try_into().unwrap();
        let (associated, message) = (bytes(test, "aad"), bytes(test, "msg"));
        let mut sealed = [bytes(test, "ct"), bytes(test, "tag")].concat();

        let opened = cipher.decrypt(nonce, &associated, &mut sealed).map(|text| text.to_vec());
        assert_eq!(opened, is_valid(test).then(|| message.clone()), "case {}", test["tcId"]);

        let mut text = message;
        let tag = cipher.encrypt(nonce, &associated, &mut text).unwrap();
        assert_eq!(
            (text, tag.to_vec()) == (bytes(test, "ct"), bytes(test, "tag")),
            is_valid(test),
            "case {}",
            test["tcId"]
        );
    }
}

#[test]
fn hkdf_sha_256_agrees_with_wycheproof() {
    let cases = cases("hkdf_sha256_test.json", |_| true);
    assert_eq!(cases.len(), 86);

    for (_, test) in &cases {
        let mut out = vec![0; usize::try_from(test["size"].as_u64().unwrap()).unwrap()];
        let derived = derive(&bytes(test, "salt"), &bytes(test, "ikm"), &bytes(test, "info"), &mut out);
        assert_eq!(derived.is_ok(), is_valid(test), "case {}", test["tcId"]);
        assert!(!is_valid(test) || out == bytes(test, "okm"), "case {}", test["tcId"]);
    }
}

#[test]
fn hmac_sha_256_agrees_with_wycheproof() {
    let cases = cases("hmac_sha256_test.json", |_| true);
    assert_eq!(cases.len(), 174);

    for (group, test) in &cases {
        let tag_bytes = usize::try_from(group["tagSize"].as_u64().unwrap() / 8).unwrap();
        let mac = Mac::new(&bytes(test, "key")).of(&bytes(test, "msg"));
        assert_eq!(mac[..tag_bytes] == bytes(test, "tag"), is_valid(test), "case {}", test["tcId"]);
    }
}
