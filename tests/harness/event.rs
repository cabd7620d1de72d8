//! Events of API Gateway's HTTP API, as the gateway would send them.

use std::{collections::HashMap, time::Duration};

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use serde_json::{Value, json};
use shared::{
    authn::session::{COOKIE, forgery_token},
    http::{Reply, Request},
    runtime::Act,
    secret::Secret,
};

use super::stack::CONSOLE_ORIGIN;

/// An answer as a test reads it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) text: String,
    pub(crate) headers: HashMap<&'static str, String>,
    pub(crate) cookie: Option<String>,
}

impl Answer {
    /// The session that the browser is given.
    pub(crate) fn session(&self) -> &str {
        let cookie = self.cookie.as_deref().expect("a cookie");
        let value = cookie.strip_prefix(COOKIE).and_then(|rest| rest.strip_prefix('=')).expect("the session's cookie");
        value.split(';').next().expect("a value")
    }

    /// `status code pointer:code …` of a problem, for assertions on one line.
    pub(crate) fn problem(&self) -> String {
        let mut text = format!("{} {}", self.status, self.body["code"].as_str().unwrap_or("-"));
        for error in self.body["errors"].as_array().into_iter().flatten() {
            text.push_str(&format!(" {}:{}", error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap()));
        }
        text
    }

    /// The body without what differs from request to request.
    pub(crate) fn without_request_id(&self) -> Value {
        let mut body = self.body.clone();
        if let Some(object) = body.as_object_mut() {
            object.remove("request_id");
        }
        body
    }
}

/// A request in the making.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    method: &'static str,
    route: &'static str,
    path: String,
    query: String,
    parameters: HashMap<String, String>,
    headers: HashMap<String, String>,
    cookies: Vec<String>,
    body: Option<String>,
    source_ip: String,
    request_id: String,
    remaining: Duration,
}

impl Event {
    /// A request to a route of the template, its `{parameters}` filled in order.
    pub(crate) fn new(method: &'static str, route: &'static str, parameters: &[&str]) -> Self {
        let mut path = String::new();
        let mut named = HashMap::new();
        let mut values = parameters.iter();
        for segment in route.split('/').skip(1) {
            path.push('/');
            if let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                let value = values.next().expect("a value for each parameter");
                named.insert(name.to_owned(), (*value).to_owned());
                path.push_str(value);
            } else {
                path.push_str(segment);
            }
        }
        let headers = HashMap::from([("user-agent".to_owned(), "doorbook-tests".to_owned())]);
        Self {
            method,
            route,
            path,
            query: String::new(),
            parameters: named,
            headers,
            cookies: Vec::new(),
            body: None,
            source_ip: "203.0.113.7".to_owned(),
            request_id: uuid::Uuid::new_v4().to_string(),
            remaining: Duration::from_secs(10),
        }
    }

    pub(crate) fn bearer(self, credential: &str) -> Self {
        self.header("authorization", &format!("Bearer {credential}"))
    }

    /// Carries a session as a page of the console does: the cookie, and what another site cannot add to it.
    pub(crate) fn in_session(mut self, session: &str) -> Self {
        self.cookies = vec![format!("{COOKIE}={session}")];
        let token = forgery_token(&Secret::new(session.to_owned()));
        self.header("x-csrf-token", &token).header("origin", CONSOLE_ORIGIN)
    }

    /// Any cookies at all.
    pub(crate) fn with_cookies(mut self, cookies: &[String]) -> Self {
        self.cookies = cookies.to_vec();
        self
    }

    /// Comes from another address.
    pub(crate) fn sent_from(mut self, address: &str) -> Self {
        self.source_ip = address.to_owned();
        self
    }

    pub(crate) const fn route(&self) -> &'static str {
        self.route
    }

    pub(crate) const fn method(&self) -> &'static str {
        self.method
    }

    pub(crate) fn idempotent(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    pub(crate) fn query(mut self, query: &str) -> Self {
        self.query = query.to_owned();
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.text(&body.to_string())
    }

    pub(crate) fn text(mut self, body: &str) -> Self {
        self.body = Some(body.to_owned());
        self.header("content-type", "application/json")
    }

    /// How long the invocation may still run, which is also how long its claim is leased.
    pub(crate) fn remaining(mut self, remaining: Duration) -> Self {
        self.remaining = remaining;
        self
    }

    /// The same request, sent again.
    pub(crate) fn again(&self) -> Self {
        Self { request_id: uuid::Uuid::new_v4().to_string(), ..self.clone() }
    }

    pub(crate) fn to_request(&self) -> Request {
        let event: ApiGatewayV2httpRequest = serde_json::from_value(json!({
            "version": "2.0",
            "routeKey": format!("{} {}", self.method, self.route),
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": self.headers,
            "cookies": self.cookies,
            "pathParameters": self.parameters,
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "local",
                "routeKey": format!("{} {}", self.method, self.route),
                "stage": "$default",
                "requestId": self.request_id,
                "timeEpoch": 0,
                "http": {
                    "method": self.method, "path": self.path, "protocol": "HTTP/1.1",
                    "sourceIp": self.source_ip, "userAgent": "doorbook-tests",
                },
            },
            "body": self.body,
            "isBase64Encoded": false,
        }))
        .expect("an event");
        Request::of_event(event, self.request_id.clone(), self.remaining).expect("a request")
    }

    /// Sends it through the same loop that serves Lambda.
    pub(crate) async fn send<D, H>(&self, deps: &D, handler: H) -> Answer
    where
        D: Send + Sync,
        H: for<'a> Act<'a, D, Request, Reply>,
    {
        let request = self.to_request();
        let reply = shared::runtime::answer(deps, handler, &request).await;
        Answer {
            status: reply.status(),
            body: serde_json::from_str(reply.body()).expect("every answer is JSON"),
            text: reply.body().to_owned(),
            headers: reply.headers(&self.request_id).into_iter().collect(),
            cookie: reply.cookie().map(|cookie| cookie.expose_secret().clone()),
        }
    }
}
