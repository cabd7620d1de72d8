//! The KMS stand-in refuses what the real service refuses.

use std::path::PathBuf;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

use super::*;

struct Rig {
    directory: PathBuf,
    store: Store,
}

impl Rig {
    fn new() -> Self {
        let directory = std::env::temp_dir().join(format!("doorbook-kms-{}", crate::machine::id()));
        let store = Store::open(&directory).unwrap();
        Self { directory, store }
    }

    fn call(&mut self, operation: &str, input: Value) -> Value {
        call(&mut self.store, operation, &input).unwrap()
    }

    fn refusal(&mut self, operation: &str, input: Value) -> &'static str {
        call(&mut self.store, operation, &input).unwrap_err().code
    }

    fn key(&mut self) -> String {
        self.call("CreateKey", json!({}))["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
    }

    fn data_key(&mut self, key: &str) -> Value {
        let context = json!({"organization": "a", "purpose": "tenant-key"});
        self.call("GenerateDataKey", json!({"KeyId": key, "KeySpec": "AES_256", "EncryptionContext": context}))
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.directory).unwrap();
    }
}

#[test]
fn the_same_context_in_another_order_decrypts() {
    let mut rig = Rig::new();
    let key = rig.key();
    let data_key = rig.data_key(&key);

    let context = json!({"purpose": "tenant-key", "organization": "a"});
    let opened =
        rig.call("Decrypt", json!({"CiphertextBlob": data_key["CiphertextBlob"], "EncryptionContext": context}));

    assert_eq!(opened["Plaintext"], data_key["Plaintext"]);
    assert_eq!(opened["KeyId"], key);
}

#[test]
fn another_context_or_none_is_refused() {
    let mut rig = Rig::new();
    let key = rig.key();
    let blob = rig.data_key(&key)["CiphertextBlob"].clone();

    let foreign = json!({"CiphertextBlob": blob, "EncryptionContext": {"organization": "b", "purpose": "tenant-key"}});
    assert_eq!(rig.refusal("Decrypt", foreign), "InvalidCiphertextException");
    assert_eq!(rig.refusal("Decrypt", json!({"CiphertextBlob": blob})), "InvalidCiphertextException");
}

#[test]
fn a_flipped_bit_is_refused() {
    let mut rig = Rig::new();
    let key = rig.key();
    let made = rig.call("Encrypt", json!({"KeyId": key, "Plaintext": BASE64.encode("hello")}));
    let mut blob = BASE64.decode(made["CiphertextBlob"].as_str().unwrap()).unwrap();
    let last = blob.len() - 1;
    blob[last] ^= 1;

    assert_eq!(rig.refusal("Decrypt", json!({"CiphertextBlob": BASE64.encode(blob)})), "InvalidCiphertextException");
}

#[test]
fn a_disabled_key_is_refused_until_it_is_enabled() {
    let mut rig = Rig::new();
    let key = rig.key();
    let request = json!({"KeyId": key, "KeySpec": "AES_256"});

    rig.call("DisableKey", json!({"KeyId": key}));
    assert_eq!(rig.refusal("GenerateDataKey", request.clone()), "DisabledException");
    rig.call("EnableKey", json!({"KeyId": key}));
    rig.call("GenerateDataKey", request);
}

#[test]
fn an_unknown_key_is_not_found() {
    let mut rig = Rig::new();
    let request = json!({"KeyId": crate::machine::id(), "KeySpec": "AES_256"});
    assert_eq!(rig.refusal("GenerateDataKey", request), "NotFoundException");
}

#[test]
fn a_key_that_awaits_deletion_is_refused() {
    let mut rig = Rig::new();
    let key = rig.key();
    rig.call("ScheduleKeyDeletion", json!({"KeyId": key, "PendingWindowInDays": 7}));
    assert_eq!(rig.refusal("GenerateDataKey", json!({"KeyId": key, "KeySpec": "AES_256"})), "KMSInvalidStateException");
}

#[test]
fn another_key_named_beside_the_ciphertext_is_refused() {
    let mut rig = Rig::new();
    let (key, other) = (rig.key(), rig.key());
    let blob = rig.data_key(&key)["CiphertextBlob"].clone();
    assert_eq!(rig.refusal("Decrypt", json!({"CiphertextBlob": blob, "KeyId": other})), "IncorrectKeyException");
}

#[test]
fn a_reopened_store_decrypts() {
    let mut rig = Rig::new();
    let key = rig.key();
    let made = rig.call("Encrypt", json!({"KeyId": key, "Plaintext": BASE64.encode("hello")}));

    rig.store = Store::open(&rig.directory).unwrap();

    let opened = rig.call("Decrypt", json!({"CiphertextBlob": made["CiphertextBlob"]}));
    assert_eq!(opened["Plaintext"], BASE64.encode("hello"));
}

#[test]
fn a_signature_verifies_under_the_public_key() {
    let mut rig = Rig::new();
    let key = rig.call("CreateKey", json!({"KeySpec": "ECC_NIST_EDWARDS25519", "KeyUsage": "SIGN_VERIFY"}));
    let key = key["KeyMetadata"]["KeyId"].clone();
    let request = json!({"KeyId": key, "Message": BASE64.encode("head"), "MessageType": "RAW", "SigningAlgorithm": "ED25519_SHA_512"});

    let signature = BASE64.decode(rig.call("Sign", request)["Signature"].as_str().unwrap()).unwrap();
    let public = BASE64.decode(rig.call("GetPublicKey", json!({"KeyId": key}))["PublicKey"].as_str().unwrap()).unwrap();

    let public = UnparsedPublicKey::new(&ED25519, &public[12..]);
    public.verify(b"head", &signature).unwrap();
    assert_eq!(rig.refusal("GenerateDataKey", json!({"KeyId": key, "KeySpec": "AES_256"})), "InvalidKeyUsageException");
}
