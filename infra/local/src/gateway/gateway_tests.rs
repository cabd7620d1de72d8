//! Requests become the events that API Gateway makes of them.

use std::collections::BTreeMap;

use hyper::http::request::Parts;
use serde_json::Value;

use super::route::Match;
use super::*;

fn event(build: impl FnOnce(hyper::http::request::Builder) -> hyper::http::request::Builder, body: &[u8]) -> Value {
    let (head, ()): (Parts, ()) = build(Request::builder()).body(()).unwrap().into_parts();
    let matched = Match {
        key: "GET /v1/visits/{visit_id}".to_owned(),
        function: "read-visit".to_owned(),
        parameters: BTreeMap::from([("visit_id".to_owned(), "a b".to_owned())]),
    };
    event::of(&head, body, &matched, "request-1", crate::machine::loopback(1))
}

#[test]
fn duplicate_headers_are_joined_and_names_are_lower_case() {
    let event = event(|request| request.header("X-One", "1").header("x-one", "2").header("User-Agent", "kiosk"), b"");
    assert_eq!(event["headers"]["x-one"], "1,2");
    assert_eq!(event["requestContext"]["http"]["userAgent"], "kiosk");
}

#[test]
fn cookies_have_a_list_of_their_own() {
    let event = event(|request| request.header("cookie", "a=1; b=2"), b"");
    assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
    assert_eq!(event["headers"].get("cookie"), None);
}

#[test]
fn the_query_is_given_raw_and_decoded_with_duplicates_joined() {
    let event = event(|request| request.uri("/v1/visits/x?a=1&a=2%2C3&b=x+y&c"), b"");
    assert_eq!(event["rawQueryString"], "a=1&a=2%2C3&b=x+y&c");
    assert_eq!(event["queryStringParameters"], json!({"a": "1,2,3", "b": "x y", "c": ""}));
}

#[test]
fn the_path_is_decoded_and_has_no_stage() {
    let event = event(|request| request.method("BREW").uri("/v1/visits/a%20b"), b"");
    assert_eq!(event["rawPath"], "/v1/visits/a b");
    assert_eq!(event["pathParameters"], json!({"visit_id": "a b"}));
    assert_eq!(event["requestContext"]["stage"], "$default");
    assert_eq!(event["requestContext"]["http"]["method"], "BREW");
}

#[test]
fn json_is_text_and_everything_else_base64() {
    let json = event(|request| request.header("content-type", "application/json; charset=utf-8"), b"{}");
    assert_eq!((&json["body"], &json["isBase64Encoded"]), (&json!("{}"), &json!(false)));
    let broken = event(|request| request.header("content-type", "application/json"), b"\xff");
    assert_eq!((&broken["body"], &broken["isBase64Encoded"]), (&json!("/w=="), &json!(true)));
    let form = event(|request| request.header("content-type", "application/x-www-form-urlencoded"), b"a");
    assert_eq!((&form["body"], &form["isBase64Encoded"]), (&json!("YQ=="), &json!(true)));
    let none = event(|request| request, b"");
    assert_eq!((none.get("body"), &none["isBase64Encoded"]), (None, &json!(false)));
}

#[test]
fn the_context_says_who_called_and_when() {
    let event =
        event(|request| request.header("host", "door.example.com:9000").header("x-forwarded-for", "6.6.6.6"), b"");
    let context = &event["requestContext"];
    assert_eq!(context["http"]["sourceIp"], "127.0.0.1");
    assert_eq!(event["headers"]["x-forwarded-for"], "6.6.6.6, 127.0.0.1");
    assert_eq!((&context["domainName"], &context["domainPrefix"]), (&json!("door.example.com"), &json!("door")));
    assert_eq!(context["requestId"], "request-1");
    assert_eq!(context.get("authorizer"), None);
    assert_eq!(context["time"].as_str().unwrap().len(), "22/Nov/2026:05:28:00 +0000".len());
}
