//! `refuse-unknown-route` promises: 404 for what is not there, 405 with the methods for what is there with others.

use crate::harness::{Event, event::Answer};

async fn send(method: &'static str, path: &'static str) -> Answer {
    let event = Event::new(method, path, &[]);
    event.send(&(), refuse_unknown_route::handle).await
}

#[tokio::test]
async fn an_unknown_route_is_404_with_or_without_a_credential() {
    for path in ["/", "/v1", "/v1/visitors", "/v1/visits/", "/v1/visits/a/check-out/b", "/v2/visits", "/admin", "/.env"]
    {
        for method in ["GET", "POST", "HEAD", "OPTIONS", "TRACE"] {
            assert_eq!(send(method, path).await.problem(), "404 not_found", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_known_route_with_another_method_is_405_and_says_which_it_has() {
    for (method, path, allowed) in [
        ("DELETE", "/v1/visits", "GET, HEAD, POST"),
        ("PUT", "/v1/visits", "GET, HEAD, POST"),
        ("OPTIONS", "/v1/visits/6513270e-269e-4d37-b2a7-4de452e6b438", "GET, HEAD"),
        ("GET", "/v1/visits/6513270e-269e-4d37-b2a7-4de452e6b438/check-out", "POST"),
        ("POST", "/v1/openapi.json", "GET, HEAD"),
        ("PUT", "/v1/sites/nonsense", "PATCH"),
        ("POST", "/v1/audit-log", "GET, HEAD"),
    ] {
        let answer = send(method, path).await;
        assert_eq!((answer.problem().as_str(), answer.headers["allow"].as_str()), ("405 method_not_allowed", allowed));
    }
}

#[test]
fn every_path_of_the_document_is_known() {
    let document: serde_json::Value = serde_json::from_str(describe_api::DOCUMENT).unwrap();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let allowed = refuse_unknown_route::methods_of(&path.replace(['{', '}'], "")).unwrap();
        let methods: Vec<&str> = allowed.split(", ").collect();
        for method in operations.as_object().unwrap().keys() {
            assert!(methods.contains(&method.to_uppercase().as_str()), "{method} {path}");
        }
    }
}
