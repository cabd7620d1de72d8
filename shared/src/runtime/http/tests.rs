//! What reaches a handler, and what is answered before it.

use std::convert::Infallible;

use lambda_http::{
    Adapter, Body, Context, IntoResponse as _, LambdaEvent, Service as _, request::LambdaRequest, service_fn,
};
use serde_json::{Value, json};

use super::{Answered, Checked};
use crate::http::{Caching, Reply};

/// An event as the gateway sends it.
fn event(changes: &[(&str, Value)]) -> Value {
    let mut event = json!({
        "version": "2.0", "routeKey": "GET /v1/visits", "rawPath": "/v1/visits", "rawQueryString": "limit=2",
        "headers": { "host": "api.example", "x-forwarded-proto": "https" },
        "requestContext": {
            "accountId": "1", "apiId": "a", "domainName": "api.example", "domainPrefix": "api", "requestId": "r",
            "routeKey": "GET /v1/visits", "stage": "$default", "time": "t", "timeEpoch": 1,
            "http": { "method": "GET", "path": "/v1/visits", "protocol": "HTTP/1.1", "sourceIp": "198.51.100.7", "userAgent": "t" },
        },
        "isBase64Encoded": false,
    });
    for (pointer, value) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        event.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.to_owned(), value.clone());
    }
    event
}

/// What Lambda is answered by a function that says which query it was asked.
async fn answer(event: Value) -> Value {
    let service = service_fn(|request: lambda_http::Request| async move {
        let query = request.uri().query().unwrap_or_default().to_owned();
        Ok::<_, Infallible>(Answered {
            reply: Reply::ok(&json!({ "query": query })).unwrap(),
            request_id: "r".to_owned(),
        })
    });
    let request: LambdaRequest = serde_json::from_value(event).unwrap();
    let served = Checked(Adapter::from(service)).call(LambdaEvent::new(request, Context::default())).await.unwrap();
    serde_json::to_value(served).unwrap()
}

async fn refusal(changes: &[(&str, Value)]) -> (u64, String) {
    let answer = answer(event(changes)).await;
    let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    (answer["statusCode"].as_u64().unwrap(), body["errors"][0]["pointer"].as_str().unwrap_or("none").to_owned())
}

#[tokio::test]
async fn a_request_that_can_be_read_is_answered_with_its_raw_query() {
    for query in ["", "limit=2", "from=2026-11-01T00:00:00Z&cursor=%22%3C%3E%20", "a=%zz", "a=b?c/d:@!$'()*,;+~"] {
        let answer = answer(event(&[("/rawQueryString", json!(query))])).await;
        assert_eq!(answer["statusCode"], 200, "{query}: {answer}");
        assert_eq!(answer["body"], json!({ "query": query }).to_string());
        assert_eq!(answer["headers"]["x-content-type-options"], "nosniff");
    }
}

#[tokio::test]
async fn a_query_with_a_character_that_no_query_has_is_400() {
    for query in ["\"", "<", ">", " ", "\u{0}", "\n", "\t", "\u{7f}", "a#b", "a=1&b= "] {
        assert_eq!(refusal(&[("/rawQueryString", json!(query))]).await, (400, "?".to_owned()), "{query:?}");
    }
}

#[tokio::test]
async fn a_host_that_is_none_is_400() {
    for host in ["", "a b", "a<b", "[::1", "a:99999", "a:b:c", "%", "a/../..@["] {
        assert_eq!(refusal(&[("/headers/host", json!(host))]).await, (400, "#host".to_owned()), "{host:?}");
    }
}

#[tokio::test]
async fn a_protocol_that_is_none_is_400() {
    for protocol in ["", "1http", "ht tp", "http\u{e9}", "://", "ht<tp"] {
        let refused = refusal(&[("/headers/x-forwarded-proto", json!(protocol))]).await;
        // What is no text in a header counts as absent, and https is meant.
        let expected =
            if protocol.is_ascii() { (400, "#x-forwarded-proto".to_owned()) } else { (200, "none".to_owned()) };
        assert_eq!(refused, expected, "{protocol:?}");
    }
}

#[tokio::test]
async fn a_path_that_is_none_is_400() {
    for path in ["v1", "/v1?x", "/v1#x", "@evil.example/"] {
        assert_eq!(refusal(&[("/rawPath", json!(path))]).await, (400, String::new()), "{path:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_the_base64_it_says_it_is_is_400() {
    for body in ["*", "a", "aGk", "aGk=\n", "aGk==="] {
        let changes = [("/body", json!(body)), ("/isBase64Encoded", json!(true))];
        assert_eq!(refusal(&changes).await, (400, String::new()), "{body:?}");
    }
    let whole = [("/body", json!("aGk=")), ("/isBase64Encoded", json!(true))];
    assert_eq!(answer(event(&whole)).await["statusCode"], 200);
}

#[tokio::test]
async fn a_page_leaves_as_its_bytes_under_its_own_type_and_caching() {
    let caching = Caching::Revalidated("\"1\"".to_owned());
    let reply = Reply::page("text/html; charset=utf-8", vec![0xff, 0], &caching);
    let response = Answered { reply, request_id: "r".to_owned() }.into_response().await;

    assert_eq!(response.body(), &Body::Binary(vec![0xff, 0]));
    let header = |name| response.headers().get_all(name).iter().map(|v| v.to_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(header("content-type"), ["text/html; charset=utf-8"]);
    assert_eq!(header("cache-control"), ["no-cache"]);
    assert_eq!(header("etag"), ["\"1\""]);
    assert_eq!(header("x-content-type-options"), ["nosniff"]);
    let kept = Answered { reply: Reply::not_modified("text/html", &caching), request_id: "r".to_owned() };
    let kept = kept.into_response().await;
    assert_eq!((kept.status().as_u16(), kept.body()), (304, &Body::Empty));
}
