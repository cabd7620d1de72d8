//! A receiver acts on what was verified, and on nothing else.

use serde_json::json;

use super::{Hook, Unverified, Verified};
use crate::{
    Error, Result,
    http::{Reply, Request},
    runtime::act::Requests as _,
};

/// A body that its sender signed by writing it twice.
async fn verify(_: &(), request: &Unverified<'_>) -> Result<Vec<u8>> {
    match request.header("x-signature").ok_or(Error::Forbidden)? {
        "down" => Err(Error::unavailable(std::io::Error::other("no key"))),
        signature if signature.as_bytes() == request.body() => Ok(request.body().to_vec()),
        _ => Err(Error::unprocessable("/signature", "wrong")),
    }
}

async fn handle(_: &(), event: &Verified<Vec<u8>>) -> Result<Reply> {
    Reply::ok(&json!({ "bytes": event.signed().len(), "request_id": event.request_id() }))
}

fn request(signature: Option<&str>, body: &str) -> Request {
    let mut headers = json!({ "host": "api.example" });
    if let Some(signature) = signature {
        headers["x-signature"] = json!(signature);
    }
    let event = json!({
        "version": "2.0", "routeKey": "POST /v1/webhooks/t", "rawPath": "/v1/webhooks/t", "headers": headers,
        "requestContext": { "stage": "$default", "http": { "method": "POST", "path": "/", "sourceIp": "" } },
        "body": body, "isBase64Encoded": false,
    });
    let event = serde_json::from_value(event).unwrap();
    Request::of_event(event, "r-1".to_owned(), std::time::Duration::from_secs(1)).unwrap()
}

#[tokio::test]
async fn what_was_signed_reaches_the_handler_byte_for_byte() {
    let hook = Hook::new((), verify, handle);
    let reply = hook.handle(&request(Some("{ \"a\" : 1}"), "{ \"a\" : 1}")).await.unwrap();
    assert_eq!(reply.body(), json!({ "bytes": 10, "request_id": "r-1" }).to_string());
}

#[tokio::test]
async fn every_way_of_not_being_verified_has_one_answer() {
    let hook = Hook::new((), verify, handle);
    for signature in [None, Some("other")] {
        let error = hook.handle(&request(signature, "body")).await.unwrap_err();
        assert_eq!((error.code().status(), error.fields()[0].code.as_ref()), (400, "not_verified"), "{signature:?}");
    }
    let down = hook.handle(&request(Some("down"), "body")).await.unwrap_err();
    assert_eq!(down.code().status(), 503, "a sender tries again when we could not look");
}
