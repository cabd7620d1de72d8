//! Whatever arrives, a parser answers: it never panics, and what it takes it gives back.

use proptest::prelude::*;
use serde_json::Value;
use shared::{
    authn::{Credential, CredentialKind, NewCredential, Realm},
    clock::Timestamp,
    domain::text::{EmailAddress, HazardClass, LicenceNumber, Name, PhoneNumber, Reason, UnNumber},
    http::{Query, read_json},
    id::{OrganizationId, VisitId},
};

/// Any JSON, nested a little.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        // What every program holds exactly.
        (-(1_i64 << 53) + 1..1 << 53).prop_map(Value::from),
        "[^\\x00]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map("[a-z~/]{1,6}", inner, 0..6).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn bytes_are_read_as_json_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        prop_assert_eq!(read_json::<Value>(&bytes).is_ok() && serde_json::from_slice::<Value>(&bytes).is_err(), false);
    }

    #[test]
    fn json_is_read_back_as_it_was_written(value in json()) {
        let body = serde_json::json!({ "body": value });
        let written = serde_json::to_vec(&body).unwrap();
        prop_assert_eq!(read_json::<Value>(&written).unwrap(), body);
    }

    #[test]
    fn a_key_said_twice_is_refused_at_any_depth(value in json(), depth in 0_usize..4) {
        let twice = format!(r#"{{"a":{value},"a":{value}}}"#);
        let body = (0..depth).fold(twice, |inner, _| format!(r#"{{"x":[{inner}]}}"#));
        let error = read_json::<Value>(body.as_bytes()).unwrap_err();
        prop_assert_eq!(error.fields()[0].code.as_ref(), "duplicate_key");
    }

    #[test]
    fn a_text_is_a_credential_only_if_we_made_it(text in ".{0,120}") {
        prop_assert!(Credential::parse(&text).is_err());
    }

    #[test]
    fn a_credential_is_read_back_for_any_organization(bytes in any::<[u8; 16]>()) {
        let organization = OrganizationId::from(uuid::Uuid::from_bytes(bytes));
        let new = NewCredential::generate(CredentialKind::Badge, Realm::Live, organization).unwrap();
        let read = Credential::parse(new.text.expose_secret()).unwrap();
        prop_assert_eq!((read.organization, read.sha256), (organization, new.sha256));
    }

    #[test]
    fn a_query_is_read_or_refused(raw in ".{0,80}") {
        if let Ok(mut query) = Query::parse("/v1/visits", &raw) {
            let _page = query.take_page::<VisitId>();
        }
    }

    #[test]
    fn a_time_is_written_as_it_is_read(seconds in -60_000_000_000_i64..250_000_000_000, micros in 0_i64..1_000_000) {
        let text = Timestamp::parse("1970-01-01T00:00:00Z").unwrap().plus_seconds(seconds).to_string();
        let text = if micros == 0 { text } else { text.replace('Z', &format!(".{micros:06}Z")) };
        let time = Timestamp::parse(&text).unwrap();
        prop_assert_eq!(Timestamp::parse(&time.to_string()).unwrap(), time);
    }

    #[test]
    fn what_people_type_is_taken_or_refused(text in ".{0,600}") {
        let typed = Value::from(text);
        let _read = (
            serde_json::from_value::<Name>(typed.clone()),
            serde_json::from_value::<EmailAddress>(typed.clone()),
            serde_json::from_value::<PhoneNumber>(typed.clone()),
            serde_json::from_value::<UnNumber>(typed.clone()),
            serde_json::from_value::<HazardClass>(typed.clone()),
            serde_json::from_value::<Reason>(typed.clone()),
            serde_json::from_value::<LicenceNumber>(typed).map(|number| number.normalised()),
        );
    }
}
