//! The check-in that everybody does: a visitor with a host, without images, since those measure the bucket.

use std::time::{Duration, Instant};

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use serde_json::json;
use shared::http::Request;

use crate::tenants::Tenant;

/// The visitor, as the body says it.
pub(crate) const VISITOR: [(&str, &str); 5] = [
    ("name", "Vera Visitor"),
    ("company", "Sample Works"),
    ("email", "vera@example.com"),
    ("phone", "+49 30 1234"),
    ("purpose", "Audit of the yard"),
];

/// An event as Lambda hands it to the function.
pub(crate) struct Arrival {
    event: String,
    request_id: String,
}

impl Arrival {
    pub(crate) fn of(tenant: &Tenant) -> Self {
        Self::named(tenant, None)
    }

    /// The same of a visitor with another name.
    pub(crate) fn named(tenant: &Tenant, name: Option<&str>) -> Self {
        let mut body = json!({ "type": "visitor", "site_id": tenant.site, "host_id": tenant.host });
        for (field, value) in VISITOR {
            body[field] = json!(value);
        }
        if let Some(name) = name {
            body["name"] = json!(name);
        }
        let (event, request_id) = event(tenant, "/v1/visits", &body);
        Self { event, request_id }
    }

    /// Checks in as the binary does, from the event's bytes to the answer, and says how long it took.
    pub(crate) async fn check_in(self, deps: &check_in::Deps) -> Duration {
        let started = Instant::now();
        let event: ApiGatewayV2httpRequest = serde_json::from_str(&self.event).expect("an event");
        let request = Request::of_event(event, self.request_id, Duration::from_secs(10)).expect("a request");
        let reply = shared::runtime::answer(deps, check_in::handle, &request).await;
        let headers = reply.headers(&request.request_id);
        let took = started.elapsed();
        assert!(reply.status() == 201 && !headers.is_empty(), "{}", reply.body());
        took
    }
}

/// A POST as Lambda hands it to a function, and the id of the request.
pub(crate) fn event(tenant: &Tenant, path: &str, body: &serde_json::Value) -> (String, String) {
    let (request_id, key) = (uuid::Uuid::new_v4().to_string(), uuid::Uuid::new_v4().to_string());
    let route = format!("POST {path}");
    let event = json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "authorization": format!("Bearer {}", tenant.token),
            "content-type": "application/json", "idempotency-key": key, "user-agent": "doorbook-bench",
        },
        "requestContext": {
            "accountId": "000000000000", "apiId": "local", "routeKey": route, "stage": "$default",
            "requestId": request_id, "timeEpoch": 0,
            "http": { "method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "doorbook-bench" },
        },
        "body": body.to_string(),
        "isBase64Encoded": false,
    });
    (event.to_string(), request_id)
}
