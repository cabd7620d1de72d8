//! The document around the operations: what all of them share is said once.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use shared::{
    access::Permission,
    error::Code,
    http::{LIMIT_DEFAULT, LIMIT_MAX, Problem},
};

pub(super) use super::schemas::{Schemas, reference};

/// One method of one path.
pub(super) struct Operation {
    route: &'static str,
    id: &'static str,
    summary: &'static str,
    permission: Option<Permission>,
    parameters: Vec<Value>,
    body: Option<Value>,
    answer: (u16, Value),
    names_things: bool,
    needs_key: bool,
    is_checked: bool,
    caller: Caller,
}

/// Who may ask, where no permission is asked for.
#[derive(Clone, Copy, PartialEq)]
enum Caller {
    Anybody,
    Proving,
    Member,
}

impl Operation {
    /// An operation that answers 200.
    pub(super) fn new(route: &'static str, id: &'static str, summary: &'static str, answer: Value) -> Self {
        let names_things = route.contains('{');
        let needs_key = !route.starts_with("GET ");
        Self {
            route,
            id,
            summary,
            permission: None,
            parameters: Vec::new(),
            body: None,
            answer: (200, answer),
            names_things,
            needs_key,
            is_checked: false,
            caller: Caller::Anybody,
        }
    }

    /// A credential with this permission is asked for.
    pub(super) fn allowed_by(self, permission: Permission) -> Self {
        Self { permission: Some(permission), ..self }
    }

    /// The caller proves by the body who they are.
    pub(super) fn proving(self) -> Self {
        Self { caller: Caller::Proving, ..self }
    }

    /// A member asks in their session, whatever their role.
    pub(super) fn in_session(self) -> Self {
        Self { caller: Caller::Member, ..self }
    }

    /// It answers 201.
    pub(super) fn creates(self) -> Self {
        Self { answer: (201, self.answer.1), ..self }
    }

    /// It answers 202.
    pub(super) fn accepts(self) -> Self {
        Self { answer: (202, self.answer.1), ..self }
    }

    /// It may be sent again without an Idempotency-Key.
    pub(super) fn without_key(self) -> Self {
        Self { needs_key: false, ..self }
    }

    /// The body, or a query parameter, names things that may not be there.
    pub(super) fn naming_things(self) -> Self {
        Self { names_things: true, ..self }
    }

    /// A body that must be there.
    pub(super) fn body(self, schema: Value) -> Self {
        self.with_body(schema, true)
    }

    /// A body that may be left out.
    pub(super) fn optional_body(self, schema: Value) -> Self {
        self.with_body(schema, false)
    }

    fn with_body(self, schema: Value, required: bool) -> Self {
        let body = json!({ "required": required, "content": { "application/json": { "schema": schema } } });
        Self { body: Some(body), ..self }
    }

    /// A query parameter.
    pub(super) fn query(mut self, name: &str, schema: Value, description: &str) -> Self {
        self.parameters.push(json!({
            "name": name, "in": "query", "required": false, "description": description, "schema": schema,
        }));
        self
    }

    /// A query parameter that must be there.
    pub(super) fn required_query(mut self, name: &str, schema: Value, description: &str) -> Self {
        self.parameters.push(json!({
            "name": name, "in": "query", "required": true, "description": description, "schema": schema,
        }));
        self
    }

    /// Anybody may ask, and may ask wrongly.
    pub(super) fn checked(self) -> Self {
        Self { is_checked: true, ..self }
    }

    /// `limit` and `cursor`.
    pub(super) fn paged(mut self) -> Self {
        self.parameters
            .extend(["limit", "cursor"].map(|name| json!({ "$ref": format!("#/components/parameters/{name}") })));
        self
    }

    fn problems(&self) -> Vec<Code> {
        let mut codes = vec![Code::Internal];
        if self.caller == Caller::Proving {
            codes.push(Code::Unauthenticated);
        }
        if self.permission.is_some() || self.caller == Caller::Member {
            codes.extend([Code::Malformed, Code::Unauthenticated, Code::Forbidden, Code::Throttled, Code::Unavailable]);
        }
        if self.is_checked {
            codes.extend([Code::Malformed, Code::Unavailable]);
        }
        if self.names_things {
            codes.push(Code::NotFound);
        }
        if self.body.is_some() {
            codes.extend([
                Code::Malformed,
                Code::TooLarge,
                Code::UnsupportedMediaType,
                Code::Throttled,
                Code::Unavailable,
            ]);
        }
        // A key of another request, or one whose request still runs; and what only the database refuses of a body.
        if self.needs_key || self.body.is_some() {
            codes.extend([Code::Unprocessable, Code::Conflict]);
        }
        codes
    }

    fn to_json(&self) -> Value {
        let (status, answer) = &self.answer;
        let mut headers = json!({ "x-request-id": { "$ref": "#/components/headers/x-request-id" } });
        if self.needs_key {
            headers["idempotency-replayed"] = json!({ "$ref": "#/components/headers/idempotency-replayed" });
        }
        let mut responses = Map::new();
        responses.insert(
            status.to_string(),
            json!({ "description": self.summary, "headers": headers, "content": { "application/json": { "schema": answer } } }),
        );
        for code in self.problems() {
            responses.insert(
                code.status().to_string(),
                json!({ "$ref": format!("#/components/responses/{}", code.name()) }),
            );
        }
        let mut operation = json!({
            "operationId": self.id, "summary": self.summary, "parameters": self.all_parameters(), "responses": responses,
        });
        match (self.permission, self.caller) {
            (Some(permission), _) => operation["x-permission"] = json!(permission),
            (None, Caller::Member) => operation["security"] = json!([{ "session": [] }]),
            (None, _) => operation["security"] = json!([]),
        }
        if let Some(body) = &self.body {
            operation["requestBody"] = body.clone();
        }
        operation
    }

    fn all_parameters(&self) -> Vec<Value> {
        let variables = self.route.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let in_path = variables.map(|name| {
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } })
        });
        let key = self.needs_key.then(|| json!({ "$ref": "#/components/parameters/idempotency-key" }));
        in_path.chain(self.parameters.iter().cloned()).chain(key).collect()
    }
}

/// The whole document.
pub(super) fn of(operations: impl FnOnce(&mut Schemas) -> Vec<Operation>) -> Value {
    let mut schemas = Schemas::default();
    let problem = schemas.of::<Problem>();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for operation in operations(&mut schemas) {
        let (method, path) = operation.route.split_once(' ').unwrap();
        paths.entry(path.to_owned()).or_default().insert(method.to_lowercase(), operation.to_json());
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Doorbook",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "bearer": [] }, { "session": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas.0,
            "responses": responses(&problem),
            "headers": headers(),
            "parameters": parameters(),
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": "__Host-doorbook", "description": SESSION },
                "bearer": { "type": "http", "scheme": "bearer", "description": "An API token (`dbk_…`) or a kiosk's device token (`dbd_…`)." },
            },
        },
    })
}

const DESCRIPTION: &str = "The visitors' book at the door. Every refusal is a problem document (RFC 9457) with a stable code; \
    refusals come in the order 404 for an unknown route, 405, 401, 413, 415, 400, 401, 429, 403, 409, 422, 404.";

const SESSION: &str = "A member's session. Whatever changes something by it must come from the console (`origin`) and bring its \
    `x-csrf-token`, which `GET /v1/session` gives.";

fn responses(problem: &Value) -> Map<String, Value> {
    let response = |code: Code| {
        let mut headers = json!({ "x-request-id": { "$ref": "#/components/headers/x-request-id" } });
        let own = match code {
            Code::Unauthenticated => Some("www-authenticate"),
            Code::Throttled | Code::Unavailable => Some("retry-after"),
            Code::MethodNotAllowed => Some("allow"),
            _ => None,
        };
        if let Some(name) = own {
            headers[name] = json!({ "$ref": format!("#/components/headers/{name}") });
        }
        let description = match code {
            Code::Unavailable => format!("{}. `log_broken`: {}", code.title(), Code::LogBroken.title()),
            _ => code.title().to_owned(),
        };
        json!({
            "description": description, "headers": headers,
            "content": { "application/problem+json": { "schema": problem } },
        })
    };
    let codes = Code::ALL.into_iter().filter(|code| *code != Code::LogBroken);
    codes.map(|code| (code.name().to_owned(), response(code))).collect()
}

fn headers() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "allow": { "description": "The methods that the path has.", "schema": text },
        "idempotency-replayed": {
            "description": "There when the answer was given before; what is shown once is null in it.",
            "schema": { "type": "string", "const": "true" },
        },
        "retry-after": { "description": "Seconds.", "schema": { "type": "string", "pattern": "^[0-9]+$" } },
        "www-authenticate": { "description": "`Bearer`.", "schema": text },
        "x-request-id": { "description": "Ties the answer to log and audit entry.", "schema": text },
    })
}

fn parameters() -> Value {
    json!({
        "cursor": {
            "name": "cursor", "in": "query", "required": false, "description": "`next_cursor` of the page before.",
            "schema": { "type": "string", "pattern": "^[A-Za-z0-9_-]+$" },
        },
        "idempotency-key": {
            "name": "idempotency-key", "in": "header", "required": true,
            "description": "Makes a retry safe: the first answer is given again for 24 hours.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
        },
        "limit": {
            "name": "limit", "in": "query", "required": false, "description": "Most items of the page.",
            "schema": { "type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT },
        },
    })
}
