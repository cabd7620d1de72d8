//! Clients are answered as they are, and lists and ids mean one thing each.

use http_body_util::Full;
use hyper::{Method, body::Bytes};
use serde_json::{Value, json};

use super::{client::Client, running::Running};

/// A header of a client.
type Header = (&'static str, &'static str);
/// What a client is, its headers and its body, and status and fault of the answer.
type Sent = (&'static str, &'static [Header], &'static str, u16, &'static str);

const JSON: Header = ("content-type", "application/json");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_are_answered_as_they_are() {
    let running = Running::shared().await;
    let owner = running.owner(0);
    let visit = json!({ "type": "visitor", "name": "Vera Sample", "site_id": running.told(0, "site_id") }).to_string();
    let sent: [Sent; 14] = [
        ("plain", &[JSON], "*", 201, ""),
        ("quoted charset", &[("content-type", "application/json; charset=\"UTF-8\"")], "*", 201, ""),
        ("sloppy charset", &[("content-type", "application/json;charset=utf8")], "*", 201, ""),
        ("unknown parameter", &[("content-type", "Application/JSON; odata=minimal; x")], "*", 201, ""),
        ("another charset", &[("content-type", "application/json; charset=utf-16")], "*", 415, ""),
        ("another type", &[("content-type", "text/plain")], "*", 415, ""),
        ("gzip", &[JSON, ("content-encoding", "gzip")], "*", 415, "#content-encoding"),
        ("identity", &[JSON, ("content-encoding", "identity")], "*", 201, ""),
        ("byte order mark", &[JSON], "\u{feff}*", 201, ""),
        ("cyrillic key", &[JSON, ("idempotency-key", "ключ")], "*", 400, "#idempotency-key wrong_form"),
        ("empty key", &[JSON, ("idempotency-key", "")], "*", 400, "#idempotency-key"),
        ("no JSON", &[JSON], "{", 400, ""),
        ("no body", &[JSON], "", 400, ""),
        ("two marks", &[JSON], "\u{feff}\u{feff}*", 400, ""),
    ];
    for (what, headers, body, status, named) in sent {
        let mut request = owner.request("POST", "/v1/visits");
        for (name, value) in headers {
            request.headers_mut().expect("headers").remove(*name);
            request = request.header(*name, value.as_bytes());
        }
        let body = body.replace('*', &visit);
        let answer =
            owner.send_raw(request.body(Full::new(Bytes::from(body))).expect("a request")).await.expect("an answer");
        let error = &answer.body["errors"][0];
        let said =
            format!("{} {}", error["pointer"].as_str().unwrap_or_default(), error["code"].as_str().unwrap_or_default());
        assert!(answer.status == status && said.contains(named), "{what}: {} {}", answer.status, answer.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn head_is_get_without_a_body_and_two_spaces_are_one() {
    let running = Running::shared().await;
    let owner = running.owner(0);
    for path in [
        "/v1/roles",
        "/v1/openapi.json",
        "/v1/visits",
        "/v1/sites",
        "/v1/audit-log?limit=1",
        &format!("/.well-known/doorbook-audit-key?organization={}", running.told(0, "organization_id")),
    ] {
        let ask = |method: &str| owner.request(method, path).body(Full::default()).expect("a request");
        let (get, head) = (
            owner.send_raw(ask("GET")).await.expect("an answer"),
            owner.send_raw(ask("HEAD")).await.expect("an answer"),
        );
        assert_eq!((get.status, head.status, &head.body), (200, 200, &Value::Null), "{path}");
        assert_eq!(get.headers["content-type"], head.headers["content-type"], "{path}");
    }
    let anonymous = Client::new(running.demo["base_url"].as_str().expect("a URL"), "nothing");
    let refused = anonymous.request("HEAD", "/v1/visits").body(Full::default()).expect("a request");
    assert_eq!(anonymous.send_raw(refused).await.expect("an answer").status, 401);

    let token = running.told(0, "api_token");
    for authorization in [format!("Bearer  {token}"), format!("bearer {token} ")] {
        let mut request = owner.request("GET", "/v1/visits");
        request.headers_mut().expect("headers").remove("authorization");
        let request = request.header("authorization", &authorization).body(Full::default()).expect("a request");
        assert_eq!(owner.send_raw(request).await.expect("an answer").status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_opens_its_own_list_alone_and_an_id_has_one_spelling() {
    let running = Running::shared().await;
    let owner = running.owner(0);
    for name in ["Site of a cursor", "Another site of a cursor"] {
        let site = json!({ "name": name, "time_zone": "UTC", "locale": "en" });
        assert_eq!(owner.ask(Method::POST, "/v1/sites", Some(&site)).await.status, 201);
    }
    let cursor = owner.get("/v1/sites?limit=1").await.body["next_cursor"].as_str().expect("a cursor").to_owned();
    assert_eq!(owner.get(&format!("/v1/sites?limit=1&cursor={cursor}")).await.status, 200);
    for other in ["/v1/hosts", "/v1/visits", "/v1/notices", "/v1/visit-types", "/v1/members", "/v1/audit-log"] {
        let answer = owner.get(&format!("{other}?cursor={cursor}")).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["pointer"]), (400, &json!("?cursor")), "{other}");
    }

    let site = running.told(0, "site_id");
    let spellings = [site.replace('-', ""), format!("{{{site}}}"), format!("urn:uuid:{site}"), format!(" {site}")];
    for spelling in spellings {
        let escaped = spelling.replace('{', "%7B").replace('}', "%7D").replace(' ', "%20");
        let in_path = owner.get(&format!("/v1/sites/{escaped}/on-site")).await.status;
        let in_query = owner.get(&format!("/v1/visits?site_id={escaped}")).await.status;
        let body = json!({ "type": "visitor", "name": "Vera Sample", "site_id": spelling });
        let in_body = owner.ask(Method::POST, "/v1/visits", Some(&body)).await;
        assert_eq!((in_path, in_query, in_body.status), (404, 400, 400), "{spelling}");
        assert_eq!(in_body.body["errors"], json!([{ "pointer": "/site_id", "code": "not_a_uuid" }]));
    }
}
