//! From an event of the gateway to a request.

use std::time::Duration;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use http::{HeaderName, header};
use lambda_http::{
    RequestExt as _,
    request::{LambdaRequest, RequestContext},
};

use super::{
    super::{Admission, event},
    Method, Request,
};
use crate::{authn::session, error::Result, secret::Secret};

/// Most bytes of a User-Agent that are kept.
const USER_AGENT_BYTES_MAX: usize = 512;

impl Request {
    /// Reads an event of the gateway, as the loop does.
    ///
    /// # Errors
    /// [`crate::Error::Malformed`] when it is no request: see `docs/API.md`.
    pub fn of_event(event: ApiGatewayV2httpRequest, request_id: String, remaining: Duration) -> Result<Self> {
        event::refuse_unreadable(&event)?;
        Ok(Self::of_lambda(LambdaRequest::ApiGatewayV2(event).into(), request_id, remaining))
    }

    /// Takes what `lambda_http` read. What is secret leaves the headers.
    pub(crate) fn of_lambda(request: lambda_http::Request, request_id: String, remaining: Duration) -> Self {
        let (path, path_parameters) = (request.raw_http_path().to_owned(), request.path_parameters());
        let (route, source_ip) = match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => (context.route_key.clone(), context.http.source_ip.clone()),
            _ => (None, None),
        };
        let (mut parts, body) = request.into_parts();
        let mut route = route.unwrap_or_default();
        // HEAD is answered as GET is (RFC 9110, section 9.3.2); what carries the answer leaves its body out.
        if parts.method == Method::HEAD {
            parts.method = Method::GET;
            if let Some(path) = route.strip_prefix("HEAD ") {
                route = format!("GET {path}");
            }
        }
        let mut headers = parts.headers;
        let mut secret = |name| headers.remove(name).and_then(|value| value.to_str().ok().map(str::to_owned));
        let (authorization, cookies) = (secret(header::AUTHORIZATION), secret(header::COOKIE));
        let forgery_token = secret(HeaderName::from_static("x-csrf-token"));
        let cookies: Vec<_> = cookies.iter().flat_map(|cookies| cookies.split(';')).map(str::to_owned).collect();
        let user_agent = event::text(&headers, header::USER_AGENT.as_str()).map(str::to_owned);
        Self {
            request_id,
            method: parts.method,
            path,
            source_ip: source_ip.filter(|ip| !ip.is_empty()),
            user_agent: user_agent.map(|text| cut(text, USER_AGENT_BYTES_MAX)),
            remaining,
            route,
            path_parameters,
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers,
            authorization: authorization.map(Secret::new),
            session: session::of_cookies(&cookies),
            forgery_token: forgery_token.map(Secret::new),
            body,
            admission: Admission::default(),
        }
    }
}

fn cut(mut text: String, bytes_max: usize) -> String {
    text.retain(|c| !c.is_control());
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}
