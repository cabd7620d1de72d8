//! Sealed values of audit entries, and the known answers for their commitments.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use proptest::prelude::*;
use serde_json::Value;

use super::super::{AuditValue, LICENCE_NUMBER, Sealed, commitment};
use super::{is_internal, person, tenant, vectors, visit};

const POINTER: &str = "/diff/added/name";
const REQUEST: &str = "10af3177d161e795";

pub(super) fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

#[test]
fn openings_of_the_vectors_recompute_the_commitments_in_their_entries() {
    let vectors = vectors("audit-log.json");
    let entries = vectors["entries"].as_array().unwrap();
    let openings = vectors["openings"].as_array().unwrap();
    assert!(!openings.is_empty());

    for opening in openings {
        let seq = usize::try_from(opening["seq"].as_u64().unwrap()).unwrap();
        let entry: Value = serde_json::from_str(entries[seq].as_str().unwrap()).unwrap();
        let value = entry.pointer(opening["pointer"].as_str().unwrap()).unwrap();
        let salt = BASE64.decode(opening["salt"].as_str().unwrap()).unwrap();
        let committed = commitment(&salt, opening["value"].as_str().unwrap().as_bytes());

        assert_eq!(value["commit"], base64(&committed), "entry {seq}");
        assert_eq!(serde_json::to_value(serde_json::from_value::<AuditValue>(value.clone()).unwrap()).unwrap(), *value);
    }
}

proptest! {
    #[test]
    fn a_sealed_value_opens_to_the_salt_and_value_of_its_commitment(value in ".{0,300}") {
        let key = tenant().new_person(person()).unwrap();
        let sealed = key.seal_for_audit(POINTER, REQUEST, &value).unwrap();
        let text = serde_json::to_string(&sealed).unwrap();

        let opened = key.open_audit(POINTER, REQUEST, &serde_json::from_str(&text).unwrap()).unwrap();

        prop_assert_eq!(opened.value.expose_secret(), &value);
        prop_assert_eq!(sealed.commit(), commitment(&opened.salt, value.as_bytes()));
        prop_assert_eq!((sealed.envelope().len() - 77) % 64, 0);
    }
}

#[test]
fn values_of_like_length_have_envelopes_of_one_length() {
    let key = tenant().new_person(person()).unwrap();
    let bytes = |value: &str| key.seal_for_audit(POINTER, REQUEST, value).unwrap().envelope().len();

    assert_eq!(bytes(""), bytes(&"x".repeat(28)));
    assert_eq!(bytes(&"x".repeat(28)) + 64, bytes(&"x".repeat(29)));
}

#[test]
fn a_value_opens_at_its_own_pointer_and_request_only() {
    let key = tenant().new_person(person()).unwrap();
    let sealed = key.seal_for_audit(POINTER, REQUEST, "Ada").unwrap();

    assert!(is_internal(key.open_audit("/diff/added/email", REQUEST, &sealed)));
    assert!(is_internal(key.open_audit(POINTER, "10af3177d161e796", &sealed)));
    assert!(is_internal(key.open_audit("/diff/added/name1", "0af3177d161e795", &sealed)));
    let as_column = Sealed::of_envelope(sealed.envelope().to_vec());
    assert!(is_internal(key.open(LICENCE_NUMBER.of(visit().uuid()), &as_column)));
}

#[test]
fn a_value_under_another_commitment_does_not_open() {
    let key = tenant().new_person(person()).unwrap();
    let sealed = key.seal_for_audit(POINTER, REQUEST, "Ada").unwrap();

    let swapped = AuditValue::new(sealed.envelope().to_vec(), commitment(&[0; 32], b"Ada"));

    assert!(is_internal(key.open_audit(POINTER, REQUEST, &swapped)));
}

#[test]
fn two_seals_of_one_value_have_nothing_in_common() {
    let key = tenant().new_person(person()).unwrap();
    let (one, two) =
        (key.seal_for_audit(POINTER, REQUEST, "Ada").unwrap(), key.seal_for_audit(POINTER, REQUEST, "Ada").unwrap());

    assert_ne!(one.commit(), two.commit());
    assert_ne!(one.envelope()[61..], two.envelope()[61..]);
}

#[test]
fn base64_that_is_not_canonical_is_no_audit_value() {
    let commit = "quD6QYC2gXPeZ+qYYNgYMl59Wdhs705qS8T/NBXuyEA=";
    let read =
        |sealed: &str| serde_json::from_value::<AuditValue>(serde_json::json!({"sealed": sealed, "commit": commit}));

    assert!(read("AAA=").is_ok());
    assert!(read("AAB=").is_err());
    assert!(read("AAA").is_err());
    assert!(read("AA\nA=").is_err());
}
