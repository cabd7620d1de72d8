//! Values, persons' keys, stored answers, blind indexes and objects.

use std::collections::HashSet;

use proptest::prelude::*;

use super::super::{Column, LICENCE_NUMBER, MediaType, PHOTO, SIGNATURE, STREAM_SECRET, STREAM_TOKEN, Sealed};
use super::{is_internal, now, person, tenant, tenant_with, visit};
use crate::id::{KeyId, ObjectId, OrganizationId};
use crate::secret::random_bytes;

const NONCE: std::ops::Range<usize> = 49..61;

proptest! {
    #[test]
    fn what_was_sealed_opens_as_it_was(value in prop::collection::vec(any::<u8>(), 0..2000)) {
        let tenant = tenant();
        let key = tenant.new_person(person()).unwrap();
        let place = LICENCE_NUMBER.of(visit().uuid());
        let sealed = key.seal(place, &value).unwrap();

        let again = tenant.unwrap_person(key.id(), key.wrapped()).unwrap();
        let opened = again.open(place, &sealed).unwrap();
        prop_assert_eq!(opened.expose_secret(), &value);
        prop_assert_eq!(sealed.envelope().len(), value.len() + 77);
    }

    #[test]
    fn arbitrary_bytes_never_open(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let tenant = tenant();
        let key = tenant.new_person(person()).unwrap();
        prop_assert!(is_internal(key.open(PHOTO.of(visit().uuid()), &Sealed::of_envelope(bytes.clone()))));
        prop_assert!(is_internal(key.open_object(PHOTO.of(visit().uuid()), &bytes)));
        prop_assert!(is_internal(tenant.unwrap_person(person(), &bytes)));
        prop_assert!(is_internal(tenant.open_answer(b"claim", &bytes)));
    }
}

#[test]
fn every_flipped_bit_and_every_truncation_is_refused() {
    let key = tenant().new_person(person()).unwrap();
    let place = LICENCE_NUMBER.of(visit().uuid());
    let sealed = key.seal(place, b"D1234567").unwrap();

    for at in 0..sealed.envelope().len() {
        for bit in 0..8 {
            let mut changed = sealed.envelope().to_vec();
            changed[at] ^= 1 << bit;
            assert!(is_internal(key.open(place, &Sealed::of_envelope(changed))), "byte {at}, bit {bit}");
        }
        let cut = sealed.envelope()[..at].to_vec();
        assert!(is_internal(key.open(place, &Sealed::of_envelope(cut))), "cut to {at} bytes");
    }
    let longer = [sealed.envelope(), &[0]].concat();
    assert!(is_internal(key.open(place, &Sealed::of_envelope(longer))));
}

#[test]
fn a_value_moved_to_another_place_does_not_open() {
    let key = tenant().new_person(person()).unwrap();
    let row = visit().uuid();
    let sealed = key.seal(LICENCE_NUMBER.of(row), b"D1234567").unwrap();

    let elsewhere = [
        LICENCE_NUMBER.of(visit().uuid()),
        PHOTO.of(row),
        Column::new("visits", "licence_number").of(row),
        Column::new("visit", "slicence_number_sealed").of(row),
        Column::new("people", "licence_number_sealed").of(row),
    ];
    for place in elsewhere {
        assert!(is_internal(key.open(place, &sealed)), "{place:?}");
    }
}

#[test]
fn a_value_of_another_person_or_organization_does_not_open() {
    let (id, secret) = (KeyId::new(now()), random_bytes().unwrap());
    let tenant_a = tenant_with(OrganizationId::new(now()), id, secret);
    // The same secret and key id in another organization: still another key.
    let tenant_b = tenant_with(OrganizationId::new(now()), id, secret);
    let place = LICENCE_NUMBER.of(visit().uuid());
    let key = tenant_a.new_person(person()).unwrap();
    let sealed = key.seal(place, b"D1234567").unwrap();

    assert!(is_internal(tenant_a.new_person(person()).unwrap().open(place, &sealed)));
    assert!(is_internal(tenant_a.new_person(key.id()).unwrap().open(place, &sealed)));
    assert!(is_internal(tenant_a.unwrap_person(person(), key.wrapped())));
    assert!(is_internal(tenant_b.unwrap_person(key.id(), key.wrapped())));
    assert!(is_internal(tenant().unwrap_person(key.id(), key.wrapped())));
}

#[test]
fn nonces_never_repeat() {
    let key = tenant().new_person(person()).unwrap();
    let place = LICENCE_NUMBER.of(visit().uuid());
    let seals = 1 << 16;

    let nonces = (0..seals).map(|_| key.seal(place, b"").unwrap().envelope()[NONCE].to_vec()).collect::<HashSet<_>>();

    assert_eq!(nonces.len(), seals);
}

#[test]
fn an_answer_opens_for_its_own_claim_only() {
    let tenant = tenant();
    let sealed = tenant.seal_answer(b"claim-1", b"{}").unwrap();

    assert_eq!(tenant.open_answer(b"claim-1", &sealed).unwrap().expose_secret(), b"{}");
    assert!(is_internal(tenant.open_answer(b"claim-2", &sealed)));
    assert!(is_internal(tenant.open_answer(b"", &sealed)));
    assert!(is_internal(super::tenant().open_answer(b"claim-1", &sealed)));
}

#[test]
fn a_blind_index_is_stable_within_a_column_of_an_organization_and_unrelated_elsewhere() {
    let tenant = tenant();
    let index = tenant.blind_index(LICENCE_NUMBER, "D1234567");

    assert_eq!(index, tenant.blind_index(LICENCE_NUMBER, "D1234567"));
    assert_ne!(index, tenant.blind_index(LICENCE_NUMBER, "D1234568"));
    assert_ne!(index, tenant.blind_index(Column::new("visits", "plate_sealed"), "D1234567"));
    assert_ne!(index, super::tenant().blind_index(LICENCE_NUMBER, "D1234567"));
}

#[test]
fn an_object_opens_with_its_type_and_the_salt_of_its_commitment() {
    let key = tenant().new_person(person()).unwrap();
    let object = ObjectId::new(now());
    let place = SIGNATURE.of(object.uuid());
    let sealed = key.seal_object(place, MediaType::Png, b"pixels").unwrap();

    let opened = key.open_object(place, sealed.envelope()).unwrap();
    let shown = serde_json::to_value(sealed.audit_value(object)).unwrap();

    assert_eq!((opened.media_type, opened.bytes.expose_secret().as_slice()), (MediaType::Png, b"pixels".as_slice()));
    assert_eq!(shown["object"], object.to_string());
    assert_eq!((&shown["type"], &shown["bytes"]), (&"image/png".into(), &6.into()));
    assert_eq!(shown["commit"], super::audit_values::base64(&super::super::commitment(&opened.salt, b"pixels")));
    assert!(is_internal(key.open_object(PHOTO.of(object.uuid()), sealed.envelope())));
}

#[test]
fn keys_and_sealed_values_do_not_show_what_they_hold() {
    let tenant = tenant();
    let key = tenant.new_person(person()).unwrap();
    let sealed = key.seal(LICENCE_NUMBER.of(visit().uuid()), b"canary").unwrap();

    let shown = format!("{tenant:?} {key:?} {sealed:?}");

    assert!(!shown.contains("canary") && !shown.contains('['), "{shown}");
}

#[test]
fn a_setting_opens_at_its_own_place_and_organization_only() {
    let tenant = tenant();
    let place = STREAM_SECRET.of(visit().uuid());
    let sealed = tenant.seal_setting(place, b"whsec").unwrap();

    assert_eq!(tenant.open_setting(place, &sealed).unwrap().expose_secret(), b"whsec");
    assert!(is_internal(tenant.open_setting(STREAM_TOKEN.of(visit().uuid()), &sealed)));
    let row = visit().uuid();
    let moved = tenant.seal_setting(STREAM_SECRET.of(row), b"whsec").unwrap();
    assert!(is_internal(tenant.open_setting(STREAM_TOKEN.of(row), &moved)));
    assert!(is_internal(super::tenant().open_setting(place, &sealed)));
    assert!(is_internal(tenant.open_answer(b"claim", sealed.envelope())));
}
